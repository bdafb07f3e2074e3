"""When, out of what feeds write: ISO 8601, RFC 822, seconds or milliseconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from streams.article import Problem
from streams.times import parse_moment

#: Numbers above this are milliseconds: as seconds it is the year 5138.
_MILLISECONDS = 100_000_000_000
_ZONES = {"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600",
          "PST": "-0800", "PDT": "-0700", "ET": "-0500", "CET": "+0100", "CEST": "+0200", "BST": "+0100",
          "EET": "+0200", "EEST": "+0300", "WET": "+0000", "Z": "+0000", "UT": "+0000"}  # fmt: skip
_EMPTY = frozenset({"", "none", "null", "n/a"})


def read_moment(value: Any, zone: str, field: str) -> tuple[datetime | None, Problem | None]:
    """An aware UTC time, or None; and a problem when the zone was missing or the text is no time at all."""
    if value is None or (isinstance(value, str) and value.strip().lower() in _EMPTY):
        return None, None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > _MILLISECONDS else value, UTC), None
        moment, naive = _parse(str(value).strip(), zone)
    except (ValueError, OverflowError, OSError):
        return None, Problem(code="bad_time", message=f"{field}: {str(value)[:60]!r} is no time; taken as unknown")
    naive_problem = Problem(code="naive_time", message=f"{field}: {value!r} names no zone; taken as {zone}")
    return moment, naive_problem if naive else None


def _parse(text: str, zone: str) -> tuple[datetime, bool]:
    try:
        return parse_moment(text, zone)
    except ValueError:
        head, _, last = text.rpartition(" ")
        moment = parsedate_to_datetime(f"{head} {_ZONES[last]}" if last in _ZONES else text)
    naive = moment.tzinfo is None
    if naive:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC), naive
