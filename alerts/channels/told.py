"""What does a message say, in which order, and what of it goes first when there is too much?

A reader wants: what happened, what changed since the last message, the sentences it was read from with their links,
who else tells it, what was left out and why. The rule's own text comes in place of the first, and nothing that it says
is said twice. Evidence is trimmed from the last one on: first the quotation goes, its link stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from alerts.alert import Alert, Change, Evidence
from alerts.channels.base import Message
from alerts.channels.dialect import Dialect, web_address, width
from alerts.channels.text import (
    bare_title,
    byline,
    clean,
    clock_time,
    digest_headline,
    digest_title,
    group_headline,
    headline,
    one_line,
    sources_line,
    stamp,
    with_severity,
)
from alerts.wording import number

QUOTE_WIDTH = 1200
LEFT_OUT_WIDTH = 200
LINE_WIDTH = 2800
_URL = re.compile(r"https?://[^\s<>\"“”]+")
_AFTER_URL = ").,;"


class Style(Struct, frozen=True, kw_only=True):
    """How one destination is written to."""

    dialect: Dialect
    zone: str = "UTC"
    lead_width: int = 5000
    """How much of a rule's own text is shown; evidence that stands behind it counts as not shown."""
    digest_width: int = 240
    """How wide a line of a digest may be; its alert's id is always whole."""


class Quoted(Struct, frozen=True):
    """A quoted sentence with its source, and the source alone. Both native, both with the link."""

    whole: str
    link: str
    linked: bool


class Told(Struct, frozen=True, kw_only=True):
    """A message in pieces. All but the two heads is native text."""

    head: str
    """What the message is to its reader, one plain line."""
    standing: str
    """The head of an earlier message that is edited to say this."""
    lead: list[str] = []
    """Lines of the rule's or the destination's own text."""
    claims: list[str] = []
    """Paragraphs: what is taken back, the readback, what changed."""
    sources: str = ""
    quotes: list[Quoted] = []
    left_out: str = ""
    notes: list[str]
    """Severity and rule; when; which alert."""


def tell(message: Message, style: Style, own: str | None = None) -> Told:
    """The message in pieces. ``own`` is native text of the destination's own template: it stands for the whole body."""
    if message.digest:
        return _digest(message, style)
    alert, escape = message.alert, style.dialect.escape
    told = Told(
        head=headline(alert, message.told_at, style.zone),
        standing=_standing(alert, style.zone),
        lead=own.strip().split("\n") if own is not None else [],
        sources=escape(sources_line(alert)),
        notes=[escape(note) for note in _notes(message, style.zone)],
    )
    if own is not None:
        return told
    lead, written = _own_text(alert, style) if alert.own_text else ([], "")
    seen = one_line(written)
    return replace(
        told,
        lead=lead,
        claims=list(_claims(message, seen, style)),
        quotes=_quotes(alert, written, style),
        left_out=escape(_left_out(alert, seen)),
    )


def flat(told: Told, dialect: Dialect, room: int, *, between: str = "\n\n") -> str:
    """All but the head as one native text, at most ``room`` wide."""
    opening_ = ["\n".join(told.lead), *told.claims, told.sources]
    closing = [told.left_out, " · ".join(told.notes)]
    for kept in range(len(told.quotes), -1 if not told.quotes else 0, -1):
        quotes = [quote.whole for quote in told.quotes[:kept]]
        rest = links(told.quotes[kept:], dialect, LINE_WIDTH)
        text = between.join(filter(None, [*opening_, *quotes, *rest, *closing]))
        if width(text) <= room:
            return text
    return _squeezed(told, dialect, room, between)


def _squeezed(told: Told, dialect: Dialect, room: int, between: str) -> str:
    """What stays when no whole quotation fits: the first as much as there is room for, and links."""
    notes = dialect.cut(" · ".join(told.notes), room // 4)
    first = told.quotes[0] if told.quotes else None
    anchors = links(told.quotes, dialect, max(room // 4, width(first.link) if first else 0))
    fixed = [*anchors, notes]
    left = room - sum(width(text) + len(between) for text in fixed)
    opening_ = between.join(filter(None, ["\n".join(told.lead), *told.claims, told.sources]))
    lead = dialect.cut(opening_, max(0, left - len(between)))
    left -= width(lead) + len(between)
    out = told.left_out if width(told.left_out) + len(between) <= left else ""
    return dialect.cut(between.join(filter(None, [lead, *anchors, out, notes])), room)


def links(quotes: Sequence[Quoted], dialect: Dialect, room: int) -> list[str]:
    """The links of evidence that is not quoted, as many as fit, as one line; none when there is nothing to link."""
    found = [quote for quote in quotes if quote.linked]
    text = ""
    for index, quote in enumerate(found):
        piece = (" · " if text else "Articles: ") + quote.link
        rest = f" · {len(found) - index} more"
        if width(text + piece + rest) > room and text:
            return [text + rest]
        text += piece
    return [text] if text else []


# --- the pieces ---------------------------------------------------------------------------------------------------


def _standing(alert: Alert, zone: str) -> str:
    at = clock_time(alert.at, alert.at, zone)
    if alert.kind == "cancel":
        return f"CANCELED: {bare_title(alert)}"
    return f"{with_severity(alert, bare_title(alert))} (updated {at})"


def _notes(message: Message, zone: str) -> list[str]:
    alert = message.alert
    threshold = alert.measure.threshold or 0  # 1: the first of its kind, of which there is no more to say
    band = f"{alert.severity} from {number(threshold)}" if threshold > 1 else alert.severity
    follows = message.told_at is not None and alert.kind == "alert"
    said = [f"{band}, rule {alert.rule}", stamp(alert.at, zone), alert.id]
    if follows:
        said.insert(1, f"follows the alert of {stamp(message.told_at or '', zone)}")
    return said


def _own_text(alert: Alert, style: Style) -> tuple[list[str], str]:
    """The native lines of the rule's own text, as many as there is room for, and what of it is shown as it was."""
    addresses = frozenset(item.url for item in alert.evidence if item.url)
    lead: list[str] = []
    shown: list[str] = []
    left = style.lead_width
    for line in clean(alert.text).strip().split("\n"):
        native = _linked(line, addresses, style.dialect)
        if width(native) > left:
            return [*lead, style.dialect.cut(native, left)], "\n".join(shown)
        lead.append(native)
        shown.append(line)
        left -= width(native) + 1
    return lead, "\n".join(shown)


def _claims(message: Message, seen: str, style: Style) -> Iterable[str]:
    """The paragraphs for what the text shown so far does not say."""
    alert, dialect = message.alert, style.dialect
    if alert.kind == "cancel" and message.told_at:
        yield dialect.escape(f"This takes back the alert of {clock_time(message.told_at, alert.at, style.zone)}.")
    if (readback := one_line(alert.readback)) and readback not in seen:
        yield dialect.escape(readback)
    if changed := [item for item in alert.changed if not _said_change(item, seen)]:
        yield f"{dialect.strong('Changed:')} {dialect.escape(changes(changed))}"


def changes(changed: Sequence[Change]) -> str:
    """ "killed 7 → 9, incidents 1 → 2 (Reuters, 18:00)"."""
    groups = groupby(changed, key=lambda item: item.because)
    told = ((because, ", ".join(one_line(item.said) for item in items)) for because, items in groups)
    return "; ".join(f"{said} ({one_line(because)})" for because, said in told)


def _said_change(change: Change, seen: str) -> bool:
    return one_line(change.text) in seen or f"({one_line(change.because)})" in seen


def _quotes(alert: Alert, written: str, style: Style) -> list[Quoted]:
    """The evidence that the rule's own text does not show: not its sentence, or not its address."""
    seen = one_line(written)
    shown = {match.rstrip(_AFTER_URL) for match in _URL.findall(written)}
    unquoted = [item for item in alert.evidence if (said := opening(item.sentence)) not in seen or not said]
    unlinked = [item for item in alert.evidence if item not in unquoted and item.url not in shown]
    found = [quoted(item, style, alert.at) for item in unquoted]
    for item in unlinked:
        if web_address(item.url):
            link = style.dialect.link(item.url, byline(item, style.zone, alert.at))
            found.append(Quoted(f"Article: {link}", link, True))
    return found


def quoted(item: Evidence, style: Style, now: str) -> Quoted:
    """A quoted sentence with who printed it, linked to the article."""
    dialect = style.dialect
    link = dialect.link(item.url, byline(item, style.zone, now))
    if not item.sentence.strip():
        return Quoted(link, link, bool(web_address(item.url)))
    sentence = dialect.quoted(f"“{dialect.fit(one_line(item.sentence), QUOTE_WIDTH)}”")
    return Quoted(f"{sentence}\n{link}", link, bool(web_address(item.url)))


def opening(sentence: str) -> str:
    """What tells whether a text quotes a sentence, be it cut short."""
    return one_line(sentence)[:80]


def _left_out(alert: Alert, seen: str) -> str:
    left = [item for item in alert.excluded if opening(item.sentence) not in seen]
    if not left:
        return ""
    total = max(alert.excluded_total, len(alert.excluded))
    told = (f"“{_short(item.sentence)}” ({one_line(item.reason).replace('_', ' ')})" for item in left)
    return f"Left out ({total} in all): {'; '.join(dict.fromkeys(told))}"


def _short(sentence: str) -> str:
    line = one_line(sentence)
    return line if len(line) <= LEFT_OUT_WIDTH else f"{line[:LEFT_OUT_WIDTH].rsplit(' ', 1)[0]}…"


def _linked(line: str, addresses: frozenset[str], dialect: Dialect) -> str:
    """The escaped line with the addresses of the evidence, and no others, as links."""
    out, end = [], 0
    for match in _URL.finditer(line):
        url = match.group().rstrip(_AFTER_URL)
        if url not in addresses or not web_address(url):
            continue
        out += [dialect.escape(line[end : match.start()]), dialect.bare_link(url)]
        end = match.start() + len(url)
    return "".join([*out, dialect.escape(line[end:])])


def _digest(message: Message, style: Style) -> Told:
    """What merely waited is listed; what was decided to go together is quoted too, as far as there is room."""
    alerts, escape = message.digest, style.dialect.escape
    lead = [_digest_line(alert, style) for alert in alerts]
    if message.together is None:
        head = digest_headline(alerts, style.zone)
        return Told(head=head, standing=head, lead=lead, notes=[escape("sent together because many waited")])
    head = group_headline(alerts)
    quotes = [quoted(alert.evidence[0], style, message.alert.at) for alert in alerts if alert.evidence]
    notes = [escape(one_line(message.together)), escape(stamp(message.alert.at, style.zone))]
    return Told(head=head, standing=head, lead=lead, quotes=quotes, notes=notes)


def _digest_line(alert: Alert, style: Style) -> str:
    id_ = style.dialect.escape(f" ({alert.id})")
    return style.dialect.fit(digest_title(alert), style.digest_width - width(id_)) + id_
