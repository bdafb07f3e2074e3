"""A Slack incoming webhook: posts Block Kit, reads the plain-text answers that Slack gives."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.channels.base import Answer, Message, Payload, Timeouts, Verdict, Verdicts
from alerts.channels.http import Poster, json_payload
from alerts.channels.slack_webhook.form import SLACK, blocks_of, fallback, fields, short_text
from alerts.channels.words import word_of
from alerts.channels.written import Written
from alerts.config.types import Destination

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


class SlackWebhook(Written):
    """One incoming webhook, which is one Slack channel. It can edit nothing: updates are messages of their own."""

    dialect = SLACK
    rate = 1.0
    burst = 3
    digest_over = 15
    verdicts = Verdicts(words=_WORDS)

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        url = destination.settings["url"].reveal()
        self._poster = Poster(url, allow_private=destination.allow_private, timeouts=timeouts)

    def render(self, message: Message) -> Payload:
        """The message as blocks, with the fallback text."""
        told = self.told(message)
        return json_payload(fields(short_text(told, message), blocks_of(told, told.head)))

    def plain(self, message: Message) -> Payload:
        """The message as text without blocks."""
        return json_payload(fields(fallback(message, self.zone), None))

    def attempt(self, payload: Payload) -> Answer:
        """Post once. Slack names an error in plain text, or as JSON."""
        answer = self._poster.post(payload.body, payload.headers)
        return replace(answer, word=word_of(answer))

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()
