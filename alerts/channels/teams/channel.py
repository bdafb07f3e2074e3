"""A Teams workflow: one Adaptive Card a message.

The connectors that came before workflows answer 200 with the error in the body, and are read as well.
"""

from __future__ import annotations

import re
from typing import Any

from alerts.channels.base import Answer, Message, Payload, Verdict, Verdicts
from alerts.channels.dialect import markdown
from alerts.channels.hook import Hook
from alerts.channels.http import json_payload
from alerts.channels.text import one_line, plain_text
from alerts.channels.told import Told, links

#: Bytes of a whole message: Teams refuses 28 KB, and has been seen to stumble at 21 KB.
CARD = 18_000
TITLE = 300
BLOCK = 3000
PLAIN = 3000

TEAMS = markdown("\\*_[]()")
_CONNECTOR = re.compile(r"HTTP error (\d{3})")


_WORDS: dict[str, Verdict] = {
    "HTTP error 401": "park",
    "HTTP error 403": "park",
    "HTTP error 404": "park",
    "HTTP error 410": "park",
    "HTTP error 429": "retry",
    "HTTP error 500": "retry",
    "HTTP error 502": "retry",
    "HTTP error 503": "retry",
    "HTTP error 504": "retry",
}


class Teams(Hook):
    """One workflow, which is one channel or chat. It can edit nothing: updates are cards of their own."""

    dialect = TEAMS
    rate = 2.0
    burst = 4
    digest_over = 30
    digest_width = 300
    verdicts = Verdicts(words=_WORDS)

    def render(self, message: Message) -> Payload:
        """A card of text blocks; quotations go from the last one on until it is small enough."""
        told = self.told(message)
        for kept in range(len(told.quotes), -1, -1):
            payload = json_payload(_card(_blocks(told, kept)))
            if len(payload.body) <= CARD:
                return payload
        return json_payload(_card([_block(part, **more) for part, more in _least(told)]))

    def plain(self, message: Message) -> Payload:
        """One block of text."""
        return json_payload(_card([_block(TEAMS.fit(plain_text(message, self.zone), PLAIN))]))

    def word(self, answer: Answer) -> str | None:
        """An error may stand in the body of a success."""
        found = _CONNECTOR.search(answer.text) if answer.status == 200 else None
        return found[0] if found else None


def _blocks(told: Told, kept: int) -> list[dict[str, Any]]:
    head = TEAMS.fit(one_line(told.head), TITLE)
    blocks = [_block(head, size="medium", weight="bolder")]
    blocks += [_block(TEAMS.cut(line, BLOCK)) for line in (*told.lead, *told.claims) if line.strip()]
    blocks += [_block(TEAMS.cut(told.sources, BLOCK), size="small", isSubtle=True)] if told.sources else []
    for quote in told.quotes[:kept]:
        sentence, _, link = quote.whole.rpartition("\n")
        blocks += [_block(line) for line in (sentence.removeprefix("> "), link) if line]
    blocks += [_block(line) for line in links(told.quotes[kept:], TEAMS, BLOCK)]
    small = [TEAMS.cut(text, BLOCK) for text in (told.left_out, " · ".join(told.notes)) if text]
    return blocks + [_block(text, size="small", isSubtle=True) for text in small]


def _least(told: Told) -> list[tuple[str, dict[str, Any]]]:
    """What a card says when even without quotations the whole is too much."""
    lead = TEAMS.cut("\n".join([*told.lead, *told.claims, told.sources]), BLOCK // 2)
    parts = [TEAMS.fit(one_line(told.head), TITLE), lead, *links(told.quotes, TEAMS, BLOCK // 2)]
    return [(part, {}) for part in (*parts, TEAMS.cut(" · ".join(told.notes), BLOCK // 2)) if part]


def _block(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def _card(body: list[dict[str, Any]]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "msteams": {"width": "full"},
        "body": body,
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}
