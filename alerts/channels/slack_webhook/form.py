"""An alert as a Slack message: which blocks, in which order, inside which limits?

The rule's own text comes first. What it leaves unsaid follows in blocks: the readback, what changed, each quoted
sentence with its link, what was left out and why, the sources. When there is too much, evidence is trimmed from the
last one on: first the quotation goes, its link stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from alerts.alert import Alert, Change, Evidence
from alerts.channels.base import Message
from alerts.channels.slack_webhook.escape import encoded, escape, fit, fit_plain, link, width
from alerts.channels.text import byline, clean, headline, one_line, plain_text, sources_line, stamp

BLOCKS = 50
SECTION = 3000
HEADER = 150
CONTEXT_ELEMENTS = 10
FALLBACK = 4000

TEXT_SECTIONS = 4
QUOTES = 10
QUOTE_WIDTH = 1200
CONTEXT_WIDTH = 1000
_URL = re.compile(r"https?://[^\s<>\"“”]+")
_AFTER_URL = ").,;"


def message_of(message: Message) -> dict[str, Any]:
    """The JSON body of the webhook."""
    return {**_text(message, one_line(message.alert.readback)), "blocks": blocks(message)}


def plain_message_of(message: Message) -> dict[str, Any]:
    """The same without blocks."""
    return _text(message, plain_text(message.alert, message.told_at).partition("\n")[2])


def _text(message: Message, body: str) -> dict[str, Any]:
    whole = f"{headline(message.alert, message.told_at)}\n{body}".strip()
    return {"text": fit(whole, FALLBACK), "unfurl_links": False, "unfurl_media": False}


def blocks(message: Message) -> list[dict[str, Any]]:
    """The blocks of an alert."""
    alert = message.alert
    chunks, shown = chunked(clean(alert.text), _addresses(alert), TEXT_SECTIONS)
    found: list[dict[str, Any]] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": fit_plain(headline(alert, message.told_at), HEADER), "emoji": False},
        }
    ]
    found += [_section(text) for text in [*chunks, *_unsaid(alert, shown)] if text.strip()]
    return [*found[: BLOCKS - 1], _footer(message)]


def chunked(text: str, addresses: frozenset[str], most: int) -> tuple[list[str], str]:
    """A text as at most ``most`` pieces of a section's width, broken at lines, and what of it is shown as it was."""
    chunks, shown = [""], []
    for line in text.strip().split("\n"):
        marked = _linked(line, addresses)
        whole = width(marked) <= SECTION
        piece = marked if whole else fit(line, SECTION)
        joined = f"{chunks[-1]}\n{piece}" if chunks[-1] else piece
        if width(joined) <= SECTION:
            chunks[-1] = joined
        elif len(chunks) < most:
            chunks.append(piece)
        else:
            break
        if whole:
            shown.append(line)
    return chunks, "\n".join(shown)


def _linked(line: str, addresses: frozenset[str]) -> str:
    """The escaped line with the addresses of the evidence, and no others, as links."""
    out, end = [], 0
    for match in _URL.finditer(line):
        url = match.group().rstrip(_AFTER_URL)
        if url not in addresses or not encoded(url):
            continue
        out += [escape(line[end : match.start()]), f"<{encoded(url)}>"]
        end = match.start() + len(url)
    return "".join([*out, escape(line[end:])])


def _addresses(alert: Alert) -> frozenset[str]:
    return frozenset(item.url for item in alert.evidence if item.url)


def _unsaid(alert: Alert, shown: str) -> Iterable[str]:
    """The sections for what the text shown so far does not say."""
    seen = one_line(shown)
    if (readback := one_line(alert.readback)) and readback not in seen:
        yield fit(readback, SECTION)
    changed = [item for item in alert.changed if not _said_change(item, seen)]
    if changed:
        yield fit("Changed: " + "; ".join(one_line(item.text) for item in changed), SECTION)
    unquoted = [item for item in alert.evidence if opening(item.sentence) not in seen]
    yield from (quotation(item) for item in unquoted[:QUOTES])
    linked = {match.rstrip(_AFTER_URL) for match in _URL.findall(shown)}
    unlinked = [item for item in alert.evidence if item not in unquoted and encoded(item.url or "")]
    more = [item for item in unlinked if item.url not in linked] + unquoted[QUOTES:]
    if more:
        yield _links(more)
    if left := [item for item in alert.excluded if opening(item.sentence) not in seen]:
        total = max(alert.excluded_total, len(alert.excluded))
        told = "; ".join(f"“{one_line(item.sentence)}” ({one_line(item.reason)})" for item in left)
        yield fit(f"Left out ({total} in all): {told}", SECTION)


def quotation(item: Evidence) -> str:
    """A quoted sentence with who printed it, linked to the article."""
    return f"&gt; “{fit(one_line(item.sentence), QUOTE_WIDTH)}”\n{link(item.url, byline(item))}"


def opening(sentence: str) -> str:
    """What tells whether a text quotes a sentence, be it cut short."""
    return one_line(sentence)[:80]


def _said_change(change: Change, seen: str) -> bool:
    return one_line(change.text) in seen or f"({one_line(change.because)})" in seen


def _links(items: Sequence[Evidence]) -> str:
    """The links of evidence that is not quoted here, as many as fit."""
    text = "Articles: "
    for index, item in enumerate(items):
        piece = link(item.url, byline(item)) + " · "
        rest = f"{len(items) - index} more"
        if width(text + piece + rest) > SECTION:
            return text + rest
        text += piece
    return text.removesuffix(" · ")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> dict[str, Any]:
    # verbatim: Slack makes nothing of @names, #channels and addresses that stand in an article.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _footer(message: Message) -> dict[str, Any]:
    alert = message.alert
    parts = [sources_line(alert), f"{alert.severity}, rule {alert.rule}", stamp(alert.at), alert.id]
    if message.told_at is not None and alert.kind != "update":
        parts.insert(2, f"follows the alert of {stamp(message.told_at)}")
    return {"type": "context", "elements": [_mrkdwn(fit(part, CONTEXT_WIDTH)) for part in parts][:CONTEXT_ELEMENTS]}
