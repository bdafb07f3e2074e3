"""A Slack incoming webhook: posts Block Kit, reads the plain-text answers that Slack gives."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.channels.base import Answer, Channel, Message, Payload, Timeouts, Verdict, Verdicts
from alerts.channels.http import Poster
from alerts.channels.slack_webhook.form import message_of, plain_message_of
from alerts.channels.words import word_of
from alerts.config.types import Destination
from streams.codec import canonical

#: Bodies that say what to do whatever status they come with.
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
    "rollup_error": "retry",
}


class SlackWebhook(Channel):
    """One incoming webhook, which is one Slack channel."""

    rate = 1.0
    burst = 3
    verdicts = Verdicts(words=_WORDS)

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        url = destination.settings["url"].reveal()
        self._poster = Poster(url, allow_private=destination.allow_private, timeouts=timeouts)

    def render(self, message: Message) -> Payload:
        """The alert as blocks, with the fallback text."""
        return _payload(message_of(message))

    def plain(self, message: Message) -> Payload:
        """The alert as text without blocks."""
        return _payload(plain_message_of(message))

    def send(self, payload: Payload) -> Answer:
        """Post once. Slack names an error in plain text, or as JSON."""
        answer = self._poster.post(payload)
        return replace(answer, word=word_of(answer))

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()


def _payload(body: object) -> Payload:
    return Payload(body=canonical(body), headers={"Content-Type": "application/json; charset=utf-8"})
