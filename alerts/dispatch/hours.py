"""When do quiet hours end, and when is the next digest? Local times of a zone, also where clocks are turned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.config.types import Digest, Quiet


def quiet_until(quiet: Quiet, now: int) -> int | None:
    """Seconds at which the quiet hours that ``now`` is in end; None outside them. Half-open: not quiet at the end."""
    today = _local_day(now, quiet.zone)
    crosses = quiet.end <= quiet.start
    for day in (today, today - timedelta(days=1)):
        if day.weekday() not in quiet.days:
            continue
        start = _moment(day, quiet.start, quiet.zone)
        end = _moment(day + timedelta(days=crosses), quiet.end, quiet.zone)
        if start <= now < end:
            return end
    return None


def next_digest(digest: Digest, now: int) -> int:
    """Seconds at which the next digest after ``now`` goes."""
    today = _local_day(now, digest.zone)
    days = (today + timedelta(days=ahead) for ahead in range(9))
    return next(
        at for day in days if day.weekday() in digest.days and (at := _moment(day, digest.at, digest.zone)) > now
    )


def clock_text(minute: int) -> str:
    """ "07:00" of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def days_text(days: Sequence[int]) -> str:
    """ "Mon, Tue"; nothing for every day."""
    return "" if len(days) == len(_NAMES) else ", ".join(_NAMES[day] for day in days)


def _local_day(now: int, zone: str) -> date:
    return datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date()


def _moment(day: date, minute: int, zone: str) -> int:
    """Seconds of a minute of a local day. One that a turned clock leaves out is the hour after; of two, the first."""
    local = datetime.combine(
        day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), ZoneInfo(zone)
    )
    return int(local.timestamp())
