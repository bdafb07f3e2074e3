"""A Slack incoming webhook: posts Block Kit, reads the plain-text answers that Slack gives."""

from __future__ import annotations

from alerts.channels.base import Answer, Message, Payload, Verdict, Verdicts
from alerts.channels.hook import Hook
from alerts.channels.http import json_payload
from alerts.channels.slack_webhook.form import SLACK, blocks_of, fallback, fields, short_text
from alerts.channels.words import word_of

_WORDS: dict[str, Verdict] = {
    "action_prohibited": "park",
    "channel_is_archived": "park",
    "channel_not_found": "park",
    "invalid_token": "park",
    "no_active_hooks": "park",
    "no_service": "park",
    "no_team": "park",
    "posting_to_general_channel_denied": "park",
    "team_disabled": "park",
    "invalid_blocks": "invalid",
    "invalid_blocks_format": "invalid",
    "invalid_payload": "invalid",
    "missing_text_or_fallback_or_attachments": "invalid",
    "no_text": "invalid",
    "too_many_attachments": "invalid",
    "user_not_found": "invalid",
    "rate_limited": "retry",
    "rollup_error": "retry",
}


class SlackWebhook(Hook):
    """One incoming webhook, which is one Slack channel. It can edit nothing: updates are messages of their own."""

    dialect = SLACK
    rate = 1.0
    burst = 3
    digest_over = 15
    verdicts = Verdicts(words=_WORDS)

    def render(self, message: Message) -> Payload:
        """The message as blocks, with the fallback text."""
        told = self.told(message)
        return json_payload(fields(short_text(told, message), blocks_of(told, told.head)))

    def plain(self, message: Message) -> Payload:
        """The message as text without blocks."""
        return json_payload(fields(fallback(message, self.zone), None))

    def word(self, answer: Answer) -> str | None:
        """Slack names an error in plain text, or as JSON."""
        return word_of(answer)
