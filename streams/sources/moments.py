"""When does a feed say it was published? Any way of writing a time that feeds use, to an aware UTC datetime.

Read are ISO 8601, RFC 822 with numeric or alphabetic zones, and epoch seconds or milliseconds. A time
without a zone takes the source's and says so; a time that can't be read is None and says so. Nothing here
knows what "now" is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from typing import Any
from zoneinfo import ZoneInfo

from streams.article import DAY_ONLY, Problem
from streams.times import parse_moment

_DAY = re.compile(r"\d{4}-\d\d-\d\d|(?:19|20)\d{6}|(?=.*[A-Za-z]{3})[^:]*")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_COMPACT = re.compile(r"((?:19|20)\d{6})T?(\d{6})(Z|[+-]\d{4})?")
_ISO_WITH_ZONE_NAME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*) ?(?:UTC|GMT)")
_SPACED_OFFSET = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*) ([+-]\d\d:?\d\d)")
_LAST_WORD = re.compile(r"([A-Za-z]{1,5})\s*(?:\([^)]*\))?\s*$")
_ZERO_OFFSET = re.compile(r"[+-]0000\b")
_MISSING = frozenset({"", "none", "null", "nan", "n/a"})
_MILLISECONDS_FROM = 100_000_000_000
_LATEST = 7_258_118_400  # 2200-01-01: later than that is no date of news

#: Alphabetic zones that RFC 822 readers leave out. Names with several meanings in news (IST) are not here.
_OFFSET_HOURS = {
    "UT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2,
    "CAT": 2, "EEST": 3, "MSK": 3, "EAT": 3, "TRT": 3, "PKT": 5, "SGT": 8, "HKT": 8, "JST": 9,
    "KST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip
_CIVIL = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}


def read_moment(value: Any, zone: str, field: str = "published") -> tuple[datetime | None, Problem | None]:
    """The aware UTC time that ``value`` stands for, and what a reader should know of it.

    None, empty and "None" are no time and no problem. A naive time takes ``zone`` with the problem
    ``naive_time``, and one that is a day alone ``day_only``; what can't be read is None with the problem ``bad_time``.
    """
    if value is None or (isinstance(value, str) and value.strip().lower() in _MISSING):
        return None, None
    try:
        moment, naive = _from_number(value) if not isinstance(value, str) else _from_text(value.strip(), zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None, Problem(code="bad_time", message=f"{field} {str(value)[:80]!r} is no time that can be read")
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        message = f"{field} {value.strip()!r} says no time of day: some time of that day in {zone}"
        return moment, Problem(code=DAY_ONLY if field == "published" else "naive_time", message=message)
    if naive:
        message = f"{field} {str(value)[:80]!r} has no known time zone; read in {zone}"
        return moment, Problem(code="naive_time", message=message)
    return moment, None


def _from_number(value: Any) -> tuple[datetime, bool]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("neither text nor number")
    seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    if not 0 <= seconds < _LATEST:
        raise ValueError("outside 1970 to 2200")
    return datetime.fromtimestamp(seconds, UTC), False


def _from_text(text: str, zone: str) -> tuple[datetime, bool]:
    if _EPOCH.fullmatch(text):
        return _from_number(float(text))
    if compact := _COMPACT.fullmatch(text):
        return parse_moment("".join((compact[1], "T", compact[2], compact[3] or "")), zone)
    if named := _ISO_WITH_ZONE_NAME.fullmatch(text):
        return parse_moment(named[1] + "+00:00", zone)
    if spaced := _SPACED_OFFSET.fullmatch(text):
        return parse_moment(spaced[1] + spaced[2], zone)
    try:
        return parse_moment(text, zone)
    except ValueError:
        return _from_rfc822(text, zone)


def _from_rfc822(text: str, zone: str) -> tuple[datetime, bool]:
    parts = parsedate_tz(text if ":" in text else f"{text} 00:00")
    if parts is None:
        raise ValueError("neither ISO 8601 nor RFC 822")
    year, month, day, hour, minute, second = parts[:6]
    known = _zone_of(text, parts[9])
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=known or ZoneInfo(zone)), known is None


def _zone_of(text: str, offset_seconds: int | None) -> tzinfo | None:
    """The zone that an RFC 822 date names, or None; the standard reader gives offset 0 for one it does not know."""
    word = _LAST_WORD.search(text)
    name = word[1].upper() if word else ""
    if name in _CIVIL:
        return ZoneInfo(_CIVIL[name])
    if name in _OFFSET_HOURS:
        return timezone(timedelta(hours=_OFFSET_HOURS[name]))
    stated = offset_seconds or name in {"UTC", "GMT", "Z"} or _ZERO_OFFSET.search(text)
    return timezone(timedelta(seconds=offset_seconds or 0)) if stated else None
