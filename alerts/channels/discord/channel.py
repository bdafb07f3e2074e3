"""A Discord webhook: one embed a message. The first message of an alert is edited to what holds now, and what is new
follows as a message of its own, since nobody is told of an edit.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alerts.channels.base import Answer, Message, Payload, Timeouts
from alerts.channels.dialect import markdown, width
from alerts.channels.http import Poster, json_payload
from alerts.channels.text import one_line, plain_text
from alerts.channels.told import Told, flat
from alerts.channels.words import json_of
from alerts.channels.written import Written
from alerts.config.types import Destination

CONTENT = 2000
TITLE = 256
DESCRIPTION = 4096
EMBED = 6000
#: Severity → the colour of the embed's edge; grey for one that is not here, and for what was taken back.
COLORS = {"critical": 0xB3261E, "warning": 0xE39A0B, "info": 0x2F6FB3}
GREY = 0x808080

DISCORD = markdown("\\*_~`|>#[]()<")


class Discord(Written):
    """One webhook, which is one Discord channel."""

    dialect = DISCORD
    rate = 0.5  # 30 messages a minute
    burst = 4
    digest_over = 8
    lead_width = 1800
    digest_width = DESCRIPTION // 40 - 2

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        url = destination.settings["url"].reveal()
        self._poster = Poster(url, allow_private=destination.allow_private, timeouts=timeouts)

    def render(self, message: Message) -> Payload:
        """An embed; for what follows a message also what that one is to say now."""
        told = self.told(message)
        body = _embedded(message, told, told.head)
        if message.before is None or message.digest:
            return json_payload(body)
        return json_payload(body, _embedded(message, told, told.standing), message.before)

    def plain(self, message: Message) -> Payload:
        """Text without an embed."""
        text = DISCORD.fit(plain_text(message, self.zone), CONTENT)
        return json_payload({"content": text, **_HARMLESS})

    def attempt(self, payload: Payload) -> Answer:
        """Edit the earlier message when there is one, then post."""
        before, handle = payload.before, None
        if before is not None and payload.edit is not None:
            edited = self._poster.post(
                payload.edit, payload.headers, method="PATCH", under=f"/messages/{before['message']}"
            )
            if edited.status not in (200, 400, 404):  # 404: that message was deleted; 400: too old, or not ours
                return _read(edited)
            handle = before if edited.status == 200 else None
        answer = _read(self._poster.post(payload.body, payload.headers, query="wait=true"))
        return replace(answer, handle=handle or answer.handle)

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()


_HARMLESS: dict[str, Any] = {"allowed_mentions": {"parse": []}}


def _embedded(message: Message, told: Told, head: str) -> dict[str, Any]:
    alert = message.alert
    # A title is shown with its mark-up read, like the description.
    title = DISCORD.fit(one_line(head), TITLE)
    room = min(DESCRIPTION, EMBED - width(title))
    color = GREY if alert.kind == "cancel" else COLORS.get(alert.severity, GREY)
    return {"embeds": [{"title": title, "description": flat(told, DISCORD, room), "color": color}], **_HARMLESS}


def _read(answer: Answer) -> Answer:
    """The answer with Discord's own seconds to wait, and the message's id."""
    found = json_of(answer)
    wait = found.get("retry_after")
    told = str(wait) if answer.status == 429 and isinstance(wait, int | float) else answer.retry_after
    id_ = found.get("id") if answer.status == 200 else None
    return replace(answer, retry_after=told, handle={"message": str(id_)} if id_ else None)
