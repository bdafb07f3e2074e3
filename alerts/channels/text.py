"""Text from the news, made safe to write anywhere: no control character, no half of a surrogate pair."""

from __future__ import annotations

import re

from alerts.alert import Alert, Evidence
from streams import times

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: What a title may already start with, so that it isn't said twice.
_KIND_PREFIX = re.compile(r"^\s*(?:update|cancel+ed)\s*[:–—-]\s*", re.IGNORECASE)


def clean(text: str) -> str:
    """The text with line breaks as "\\n" and without what would command a terminal or break an encoder."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", lines))


def one_line(text: str) -> str:
    """The text on one line, runs of white space as one space."""
    return " ".join(clean(text).split())


def headline(alert: Alert, told_at: str | None) -> str:
    """The line that a reader sees first: what the alert is to someone who was told at ``told_at``, or never."""
    title = one_line(alert.title) or one_line(alert.readback) or alert.rule
    bare = _KIND_PREFIX.sub("", title)
    if alert.kind == "cancel":
        return f"CANCELED: {bare}"
    if alert.kind == "update" and told_at is not None:
        return f"UPDATE of the {_clock_time(told_at, alert.at)} alert: {bare}"
    severity = alert.severity.upper()
    return bare if bare.upper().startswith(severity) else f"{severity}: {bare}"


def _clock_time(moment: str, now: str) -> str:
    """ "13:20", or "1 May 13:20" on another day than ``now``'s."""
    return moment[11:16] if moment[:10] == now[:10] else f"{day(moment)} {moment[11:16]}"


def day(moment: str) -> str:
    """ "2 May" of an ISO time."""
    found, _ = times.parse_moment(moment)
    return f"{found.day} {found:%b}"


def stamp(moment: str) -> str:
    """ "2 May 2020 14:05 UTC" of an ISO time."""
    found, _ = times.parse_moment(moment)
    return f"{found.day} {found:%b %Y %H:%M} UTC"


def byline(evidence: Evidence) -> str:
    """Who printed it and when."""
    return one_line(evidence.source or evidence.article) + (
        f", {stamp(evidence.published)}" if evidence.published else ", no date"
    )


def sources_line(alert: Alert) -> str:
    """How many independent sources there are, who they are, and how many reprints."""
    count, names = alert.sources.independent, ", ".join(one_line(name) for name in alert.sources.publishers)
    independent = f"{count} independent sources" if count != 1 else "1 source, unconfirmed"
    reprints = alert.sources.reprints
    copies = f"{reprints or 'no'} reprint{'' if reprints == 1 else 's'}"
    return f"{independent}{': ' + names if names else ''}; {copies}"


def plain_text(alert: Alert, told_at: str | None) -> str:
    """The whole alert as plain text: the rule's own text, or what the fields say when there is none."""
    body = clean(alert.text).strip() or "\n".join(_unsaid(alert))
    return f"{headline(alert, told_at)}\n{body}".strip()


def _unsaid(alert: Alert) -> list[str]:
    lines = [one_line(alert.readback)] if alert.readback else []
    lines += [f"Changed: {one_line(change.text)}" for change in alert.changed]
    for item in alert.evidence:
        lines.append(f"“{one_line(item.sentence)}” {byline(item)}{' ' + item.url if item.url else ''}")
    lines.append(sources_line(alert))
    lines += [f"Left out ({one_line(item.reason)}): “{one_line(item.sentence)}”" for item in alert.excluded]
    return lines
