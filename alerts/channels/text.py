"""Text from the news, made safe to write anywhere: no control character, no half of a surrogate pair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts.alert import Alert, Evidence
from streams import times

if TYPE_CHECKING:
    from alerts.channels.base import Message

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
#: What a title may already start with, so that it isn't said twice.
PUBLISHERS = 8
#: Titles of a group that stand in its head.
GROUP_TITLES = 2
_KIND_PREFIX = re.compile(r"^\s*(?:update|cancel+ed)\s*[:–—-]\s*", re.IGNORECASE)


def clean(text: str) -> str:
    """The text with line breaks as "\\n" and without what would command a terminal or break an encoder."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", lines))


def one_line(text: str) -> str:
    """The text on one line, runs of white space as one space."""
    return " ".join(clean(text).split())


def bare_title(alert: Alert) -> str:
    """The title without the word for the kind of message and without the rule's name, which stands elsewhere."""
    title = _KIND_PREFIX.sub("", one_line(alert.title) or one_line(alert.readback) or alert.rule)
    return title.removesuffix(f" ({alert.rule})") or title


def headline(alert: Alert, told_at: str | None, zone: str = "UTC") -> str:
    """The line that a reader sees first: what the alert is to someone who was told at ``told_at``, or never."""
    bare = bare_title(alert)
    if alert.kind == "cancel":
        return f"CANCELED: {bare}"
    if alert.kind == "update" and told_at is not None:
        return f"UPDATE of the {clock_time(told_at, alert.at, zone)} alert: {bare}"
    return with_severity(alert, bare)


def with_severity(alert: Alert, bare: str) -> str:
    """The title behind the severity, which it may name itself."""
    severity = alert.severity.upper()
    return bare if bare.upper().startswith(severity) else f"{severity}: {bare}"


def digest_headline(alerts: Sequence[Alert], zone: str = "UTC") -> str:
    """ "37 more, from 13:20 to 14:05"."""
    first, last = alerts[0].at, alerts[-1].at
    more = f"{len(alerts)} more {'alert' if len(alerts) == 1 else 'alerts'}"
    return f"{more}, from {clock_time(first, last, zone)} to {clock_time(last, last, zone)}"


def group_headline(alerts: Sequence[Alert]) -> str:
    """ "3 alerts (1 critical, 2 warning): 12 killed, Iraq; 6 killed, Mali; 1 more"."""
    severities = list(dict.fromkeys(alert.severity for alert in alerts))
    counts = ", ".join(f"{sum(a.severity == name for a in alerts)} {name}" for name in severities)
    shown = [bare_title(alert) for alert in alerts[:GROUP_TITLES]]
    more = len(alerts) - len(shown)
    return f"{len(alerts)} alerts ({counts}): {'; '.join(shown)}{f'; {more} more' if more else ''}"


def clock_time(moment: str, now: str, zone: str = "UTC") -> str:
    """ "13:20", or "1 May 13:20" on another day than ``now``'s."""
    then, today = _local(moment, zone), _local(now, zone)
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then.day} {then:%b %H:%M}"


def stamp(moment: str, zone: str = "UTC") -> str:
    """ "2 May 2020 14:05 UTC" of an ISO time."""
    found = _local(moment, zone)
    return f"{found.day} {found:%b %Y %H:%M} {found.tzname()}"


def _local(moment: str, zone: str) -> datetime:
    found, _ = times.parse_moment(moment)
    return found.astimezone(ZoneInfo(zone))


def byline(evidence: Evidence, zone: str = "UTC", now: str | None = None) -> str:
    """Who printed it and when, without the year when it is ``now``'s."""
    name = one_line(evidence.source or evidence.article)
    if not evidence.published:
        return f"{name}, no date"
    when = _local(evidence.published, zone)
    if now is None or when.year != _local(now, zone).year:
        return f"{name}, {stamp(evidence.published, zone)}"
    return f"{name}, {when.day} {when:%b %H:%M} {when.tzname()}"


def sources_line(alert: Alert) -> str:
    """How many independent sources there are, who they are, and how many reprints."""
    count, names = alert.sources.independent, [one_line(name) for name in alert.sources.publishers]
    independent = f"{count} independent sources" if count != 1 else "1 source, unconfirmed"
    among = f" among {len(names)} publishers" if len(names) > count > 0 else ""
    if len(names) > PUBLISHERS:
        names = [*names[: PUBLISHERS - 1], f"{len(names) - PUBLISHERS + 1} more"]
    reprints = alert.sources.reprints
    copies = f"{reprints or 'no'} reprint{'' if reprints == 1 else 's'}"
    return f"{independent}{among}{': ' + ', '.join(names) if names else ''}; {copies}"


def plain_text(message: Message, zone: str = "UTC") -> str:
    """The whole message as plain text: the rule's own text, or what the fields say when there is none."""
    if message.digest:
        head = digest_headline(message.digest, zone) if message.together is None else group_headline(message.digest)
        lines = [f"{digest_title(alert)} ({alert.id})" for alert in message.digest]
        return "\n".join([head, *lines, *filter(None, [one_line(message.together or "")])])
    alert = message.alert
    body = clean(alert.text).strip() or "\n".join(_unsaid(alert, zone))
    return f"{headline(alert, message.told_at, zone)}\n{body}".strip()


def digest_title(alert: Alert) -> str:
    """What one alert of a digest says."""
    kind = {"alert": alert.severity.upper(), "update": "UPDATE", "cancel": "CANCELED"}[alert.kind]
    bare = bare_title(alert)
    return bare if bare.upper().startswith(kind) else f"{kind}: {bare}"


def _unsaid(alert: Alert, zone: str) -> list[str]:
    lines = [one_line(alert.readback)] if alert.readback else []
    lines += [f"Changed: {one_line(change.text)}" for change in alert.changed]
    for item in alert.evidence:
        lines.append(f"“{one_line(item.sentence)}” {byline(item, zone)}{' ' + one_line(item.url) if item.url else ''}")
    lines.append(sources_line(alert))
    lines += [f"Left out ({one_line(item.reason)}): “{one_line(item.sentence)}”" for item in alert.excluded]
    return lines
