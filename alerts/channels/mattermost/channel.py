"""A Mattermost incoming webhook: one post in its Markdown."""

from __future__ import annotations

from alerts.channels.base import Answer, Message, Payload, Verdict, Verdicts
from alerts.channels.dialect import markdown
from alerts.channels.hook import Hook
from alerts.channels.http import json_payload
from alerts.channels.text import one_line, plain_text
from alerts.channels.told import flat
from alerts.channels.words import json_of

POST = 16_383
HEAD = 300
PLAIN = 4000

#: ``@`` keeps its look and loses its force: mentions in a webhook's text fire.
MATTERMOST = markdown("\\*_~`|>#[]()<", {"@": "@\u200b"})

#: The id of an error → what it means, whatever its status.
_WORDS: dict[str, Verdict] = {
    "web.incoming_webhook.disabled.app_error": "park",
    "web.incoming_webhook.invalid.app_error": "park",
    "web.incoming_webhook.channel.app_error": "park",
    "web.incoming_webhook.channel_locked.app_error": "park",
    "web.incoming_webhook.permissions.app_error": "park",
    "web.incoming_webhook.user.app_error": "park",
    "web.incoming_webhook.parse.app_error": "invalid",
    "web.incoming_webhook.text.app_error": "invalid",
    "Couldn't find the channel": "park",
    "Invalid webhook": "park",
    "Unable to parse incoming data": "invalid",
}


class Mattermost(Hook):
    """One incoming webhook, which is one channel. It can edit nothing: updates are posts of their own."""

    dialect = MATTERMOST
    rate = 1.0
    burst = 5
    digest_over = 15
    digest_width = 380
    verdicts = Verdicts(words=_WORDS)

    def render(self, message: Message) -> Payload:
        """A bold head over the rest."""
        told = self.told(message)
        head = MATTERMOST.strong(MATTERMOST.fit(one_line(told.head), HEAD))
        return json_payload({"text": f"{head}\n\n{flat(told, MATTERMOST, POST - HEAD - 10)}"})

    def plain(self, message: Message) -> Payload:
        """Text with nothing marked up."""
        return json_payload({"text": MATTERMOST.fit(plain_text(message, self.zone), PLAIN)})

    def word(self, answer: Answer) -> str | None:
        """An error is JSON with an id and a message, or plain text."""
        found = json_of(answer)
        said = str(found.get("id", "")), str(found.get("message", answer.text))
        known = next((word for word in _WORDS if word == said[0] or said[1].startswith(word)), None)
        return known if known or answer.status == 200 else None
