"""A message as Slack shows it: which blocks, in which order, inside which limits?

The incoming webhook and the Web API share this form.
"""

from __future__ import annotations

import re
from typing import Any

from alerts.channels.base import Message
from alerts.channels.dialect import Dialect, width
from alerts.channels.text import one_line, plain_text
from alerts.channels.told import Told, changes, links

BLOCKS = 50
SECTION = 3000
HEADER = 150
FALLBACK = 4000

TEXT_SECTIONS = 24
QUOTES = 10
CONTEXT_WIDTH = 2000

SLACK = Dialect(
    table=str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"}),
    atoms=re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL),
    anchor=lambda url, label: f"<{url}>" if label == url else f"<{url}|{label.replace('|', '/')}>",
    quoted=lambda native: f"&gt; {native}",
    strong=lambda native: f"*{native}*",
    escape_url=str.maketrans({"&": "&amp;"}),
)
#: A header is shown as it is: brackets that could be read as mark-up are replaced.
_HEADER = Dialect(table=str.maketrans({"<": "‹", ">": "›"}))


def blocks_of(told: Told, head: str) -> list[dict[str, Any]]:
    """The blocks of a message under a head."""
    header = {"type": "plain_text", "text": _HEADER.fit(one_line(head), HEADER), "emoji": False}
    found: list[dict[str, Any]] = [{"type": "header", "text": header}]
    found += _sections([*_chunks(told.lead), *told.claims]) + _context(told.sources)
    found += _sections([quote.whole for quote in told.quotes[:QUOTES]])
    found += _sections(links(told.quotes[QUOTES:], SLACK, SECTION))
    return found + _context(told.left_out) + _context(" · ".join(told.notes))


def fallback(message: Message, zone: str) -> str:
    """What notifications show, and the whole message when blocks are refused."""
    return SLACK.fit(plain_text(message, zone), FALLBACK)


def fields(text: str, blocks: list[dict[str, Any]] | None) -> dict[str, Any]:
    """The fields that every way of posting takes. Links are not unfolded: a page's preview is no evidence."""
    quiet = {"text": text, "unfurl_links": False, "unfurl_media": False}
    return quiet if blocks is None else {**quiet, "blocks": blocks}


def short_text(told: Told, message: Message) -> str:
    """The fallback of a message with blocks: its head and what is claimed."""
    claimed = "" if message.digest else one_line(message.alert.readback)
    return SLACK.fit(f"{told.head}\n{claimed}".strip(), FALLBACK)


def brief(message: Message, told: Told) -> str:
    """An answer in the thread of the message that was edited: what is new, and the newest word on it."""
    changed = changes(message.alert.changed)
    lines = [SLACK.fit(told.head, SECTION), SLACK.fit(f"Changed: {changed}" if changed else "", SECTION)]
    text = "\n".join(line for line in lines if line)
    newest = told.quotes[0].whole if told.quotes else ""
    whole = f"{text}\n{newest}".strip()
    return whole if width(whole) <= FALLBACK else SLACK.cut(text, FALLBACK)


def _sections(texts: list[str]) -> list[dict[str, Any]]:
    return [{"type": "section", "text": _mrkdwn(SLACK.cut(text, SECTION))} for text in texts if text.strip()]


def _context(text: str) -> list[dict[str, Any]]:
    return [{"type": "context", "elements": [_mrkdwn(SLACK.cut(text, CONTEXT_WIDTH))]}] if text.strip() else []


def _chunks(lines: list[str]) -> list[str]:
    """Lines as texts of at most a section's width."""
    chunks = [""]
    for line in lines:
        piece = SLACK.cut(line, SECTION)
        joined = f"{chunks[-1]}\n{piece}" if chunks[-1] else piece
        if width(joined) <= SECTION:
            chunks[-1] = joined
        else:
            chunks.append(piece)
    return chunks[:TEXT_SECTIONS]


def _mrkdwn(text: str) -> dict[str, Any]:
    # verbatim: Slack makes nothing of @names, #channels and addresses that stand in an article.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
