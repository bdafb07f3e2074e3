"""An alert as Slack would show it, and its sentences in the text they stand in. All text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from alerts.alert import Alert, Evidence
from alerts.channels.base import Message
from alerts.channels.slack_webhook.form import SLACK, blocks_of
from alerts.channels.told import Style, tell

#: Characters of an article that are shown before the first sentence and behind the last.
AROUND = 700
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_BOLD = re.compile(r"\*([^*\n]+)\*")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


class Text(Struct, frozen=True, kw_only=True):
    """An article that an alert quotes, with the sentences marked."""

    article: str
    source: str
    published: str
    url: str | None
    html: Markup
    whole: bool
    """Whether its text was found again; else only the sentences are shown."""


def as_slack(alert: Alert, data: bytes, zone: str = "UTC") -> Markup:
    """The blocks of the message that Slack would get, as HTML."""
    message = Message(id="nt_report", alert=alert, data=data, now=0.0)
    told = tell(message, Style(dialect=SLACK, zone=zone))
    return Markup("").join(_block(block) for block in blocks_of(told, told.head))


def _block(block: Mapping[str, Any]) -> Markup:
    kind = block["type"]
    if kind == "header":
        return Markup('<p class="head">{}</p>').format(block["text"]["text"])
    if kind == "context":
        return Markup("").join(Markup('<p class="context">{}</p>').format(mrkdwn(e["text"])) for e in block["elements"])
    return Markup('<div class="section">{}</div>').format(mrkdwn(block["text"]["text"]))


def mrkdwn(text: str) -> Markup:
    """Slack's mark-up as HTML: links to the web, bold, quotations; whatever else stands there is text."""
    lines = []
    for line in text.split("\n"):
        quoted = line.startswith("&gt; ")
        shown = _inline(line.removeprefix("&gt; "))
        lines.append(Markup("<blockquote>{}</blockquote>").format(shown) if quoted else shown + Markup("<br>"))
    return Markup("").join(lines)


def _inline(line: str) -> Markup:
    out, end = Markup(""), 0
    for link in _LINK.finditer(line):
        out += _words(line[end : link.start()])
        address = _plain(link[1])
        label = _words(link[2] or link[1])
        if address.startswith(("https://", "http://")):
            out += Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(address, label)
        else:
            out += label
        end = link.end()
    return out + _words(line[end:])


def _words(text: str) -> Markup:
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(_plain(text)))))


def _plain(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def texts_of(alert: Alert, found: Mapping[tuple[str, str], str]) -> list[Text]:
    """Each article that an alert quotes. ``found`` maps (article, hash of the field's text) to the text."""
    by_article: dict[tuple[str, str], list[Evidence]] = {}
    for item in alert.evidence:
        by_article.setdefault((item.article, item.sha256), []).append(item)
    return [_text(items, found.get(where)) for where, items in by_article.items()]


def _text(items: list[Evidence], text: str | None) -> Text:
    first = items[0]
    if text is None:
        html = Markup(" … ").join(Markup("<mark>{}</mark>").format(item.sentence) for item in items)
    else:
        html = marked(text, [(item.start, item.end) for item in items])
    return Text(
        article=first.article,
        source=first.source,
        published=(first.published or "date not stated")[:16].replace("T", " "),
        url=first.url if (first.url or "").startswith(("https://", "http://")) else None,
        html=html,
        whole=text is not None,
    )


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """A text with spans marked (half-open, code points), cut far from them, its paragraphs kept."""
    ordered = sorted(span for span in spans if 0 <= span[0] < span[1] <= len(text))
    begin = max(0, min((start for start, _ in ordered), default=0) - AROUND)
    stop = min(len(text), max((end for _, end in ordered), default=0) + AROUND)
    out, at = Markup("… " if begin else ""), begin
    for start, end in ordered:
        if start < at:
            continue
        out += Markup("{}<mark>{}</mark>").format(text[at:start], text[start:end])
        at = end
    return out + Markup("{}{}").format(text[at:stop], " …" if stop < len(text) else "")
