"""Times and durations: ISO 8601 in and out, whole seconds in between.

Inside the fold a time is an ``int``, seconds since 1970-01-01 UTC; outside it is an ISO string with
"+00:00" or an aware datetime. No function here reads the clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def iso(seconds: int | None) -> str | None:
    """Seconds since the epoch as "2020-05-02T09:00:00+00:00"; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def epoch(text: str | None) -> int | None:
    """An ISO string with an offset as whole seconds since the epoch; None stays None."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def utc_iso(moment: datetime | None) -> str | None:
    """An aware datetime as an ISO string in UTC, to the second."""
    return None if moment is None else moment.astimezone(UTC).replace(microsecond=0).isoformat()


def seconds_of(moment: datetime) -> int:
    """An aware datetime as whole seconds since the epoch."""
    return int(moment.timestamp())


def parse_moment(text: str, zone: str = "UTC") -> tuple[datetime, bool]:
    """Read an ISO 8601 time. Gives (aware UTC datetime, whether it was naive and took ``zone``).

    A bare date is midnight in ``zone``. Raises ValueError when the text is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(text.strip())
    naive = moment.tzinfo is None
    if naive:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC), naive


def parse_duration(text: str) -> int:
    """Seconds of "90s", "2m", "24h", "3d", "1w" or a sum such as "1h30m". Raises ValueError for anything else."""
    stripped = text.strip()
    parts = _DURATION.findall(stripped)
    if not parts or _DURATION.sub("", stripped).strip():
        raise ValueError(f"{text!r} is no duration; write a number and a unit, such as 90s, 2m, 24h, 3d or 1w")
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts))


def duration_text(seconds: int) -> str:
    """The shortest way to write a duration: 86400 is "1d", 5400 is "1h30m"."""
    if seconds <= 0:
        return "0s"
    out = []
    for unit in ("d", "h", "m", "s"):
        count, seconds = divmod(seconds, int(_UNITS[unit]))
        if count:
            out.append(f"{count}{unit}")
    return "".join(out)
