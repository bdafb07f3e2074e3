"""Which days does a phrase cover, seen from the day it was written? Arithmetic only; ``dates`` finds the phrases.

A span is (first day, last day, precision), both days inclusive. A phrase that leans on the day of writing and has
none gets UNKNOWN days, never a guess.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

#: A date without a year may lie this many days ahead of the anchor, else it is the one before.
AHEAD_DAYS = 31


class Span(NamedTuple):
    """Inclusive days with a precision; None is an open or unknown end."""

    first: date | None
    last: date | None
    precision: str


def unknown(precision: str) -> Span:
    """A span whose days cannot be known."""
    return Span(None, None, precision)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None for one that no calendar has (31 April)."""
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def shift_days(day: date, days: int) -> date:
    """The day so many days later."""
    return day + timedelta(days=days)


def latest_weekend(anchor: date) -> Span:
    """The Saturday and Sunday that began on or before the anchor."""
    saturday = anchor - timedelta(days=(anchor.weekday() - 5) % 7)
    return Span(saturday, saturday + timedelta(days=1), "range")


def one_day(day: date | None) -> Span:
    """A single day."""
    return Span(day, day, "day")


def year_span(year: int, part: str = "") -> Span:
    """A calendar year, or its early, middle or late third."""
    first, last = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}.get(part, (1, 12))
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]), "range" if part else "year")


def month_span(year: int, month: int, part: str = "") -> Span:
    """A calendar month, or its early (to the 10th), middle (11th to 20th) or late part."""
    end = monthrange(year, month)[1]
    first, last = {"early": (1, 10), "mid": (11, 20), "late": (21, end)}.get(part, (1, end))
    return Span(date(year, month, first), date(year, month, last), "range" if part else "month")


def season_span(year: int, season: str) -> Span:
    """A northern season: winter is the one that begins in December of the year before."""
    start = {"spring": (0, 3), "summer": (0, 6), "autumn": (0, 9), "fall": (0, 9), "winter": (-1, 12)}[season]
    first = date(year + start[0], start[1], 1)
    return Span(first, shift_months(first, 3) - timedelta(days=1), "range")


def shift_months(day: date, months: int) -> date:
    """The same day of the month, ``months`` later, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def nearest_year(month: int, day: int | None, anchor: date) -> int | None:
    """The year of a date without one: nearest to the anchor and at most AHEAD_DAYS after it."""
    best: tuple[int, int] | None = None
    for year in (anchor.year - 1, anchor.year, anchor.year + 1):
        candidate = day_of(year, month, day or 1)
        if candidate is None or (candidate - anchor).days > AHEAD_DAYS:
            continue
        distance = abs((candidate - anchor).days)
        if best is None or distance < best[0]:
            best = (distance, year)
    return None if best is None else best[1]


def weekday_span(weekday: int, which: str, anchor: date) -> Span:
    """A weekday (Monday is 0): on or before the anchor; "last" strictly before; "next" and "this" ahead."""
    back = (anchor.weekday() - weekday) % 7
    if which == "next":
        return one_day(anchor + timedelta(days=7 - back))
    if which in {"this", "coming"}:
        return one_day(anchor + timedelta(days=(7 - back) % 7))
    if which == "last" and back == 0:
        back = 7
    return one_day(anchor - timedelta(days=back))


_STEPS = {"last": -1, "past": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1, "following": 1}


def calendar_unit(unit: str, which: str, anchor: date) -> Span:
    """ "last week", "this year", "next summer": the calendar unit so many before or after the anchor's."""
    step = _STEPS[which]
    if unit == "week":
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(weeks=step)
        return Span(monday, monday + timedelta(days=6), "week")
    if unit == "weekend":
        return _weekend(step, anchor)
    if unit == "month":
        moved = shift_months(anchor, step)
        return month_span(moved.year, moved.month)
    if unit == "year":
        return year_span(anchor.year + step)
    if unit == "decade":
        start = anchor.year - anchor.year % 10 + 10 * step
        return Span(date(start, 1, 1), date(start + 9, 12, 31), "range")
    return _season(unit, step, anchor)


def _weekend(step: int, anchor: date) -> Span:
    running = anchor.weekday() >= 5
    weeks = step if running else int(step >= 0)
    return latest_weekend(shift_days(anchor, 7 * weeks))


def _season(season: str, step: int, anchor: date) -> Span:
    spans = [season_span(anchor.year + offset, season) for offset in (-1, 0, 1)]
    if step < 0:
        ended = [span for span in spans if span.last is not None and span.last < anchor]
        return ended[-1] if ended else unknown("range")
    if step > 0:
        ahead = [span for span in spans if span.first is not None and span.first > anchor]
        return ahead[0] if ahead else unknown("range")
    return spans[1]


_UNIT_DAYS = {"minute": 0, "hour": 0, "day": 1, "night": 1, "week": 7, "month": 30, "year": 365, "decade": 3650}
#: How far "recent days", "recent weeks" … look back, in days.
_RECENT_DAYS = {"minute": 0, "hour": 1, "day": 7, "night": 7, "week": 28, "month": 92, "year": 1096, "decade": 7305}


def lookback(count: float | None, unit: str, anchor: date) -> Span:
    """ "the past three weeks": from so long before the anchor to the anchor. No count: the table of recent days."""
    if count is None:
        return Span(anchor - timedelta(days=_RECENT_DAYS[unit]), anchor, "range")
    if unit in {"hour", "minute"}:
        hours = count if unit == "hour" else count / 60
        return Span(anchor - timedelta(days=-int(-hours // 24)), anchor, "range")
    if unit in {"month", "year", "decade"}:
        months = int(count * {"month": 1, "year": 12, "decade": 120}[unit])
        return Span(shift_months(anchor, -min(months, 12 * (anchor.year - 1))), anchor, "range")
    return Span(anchor - timedelta(days=int(count * _UNIT_DAYS[unit])), anchor, "range")


def ago(count: float | None, unit: str, anchor: date) -> Span:
    """ "three days ago": as exact as the unit is. No count ("weeks ago"): everything that could be meant."""
    if unit in {"hour", "minute"}:
        first = lookback(count if count is not None else 12, unit, anchor).first
        return Span(first, anchor, "hour")
    if count is None:
        oldest = {"day": 7, "night": 7, "week": 31, "month": 365}.get(unit)
        newest = anchor - timedelta(days=_UNIT_DAYS[unit])
        return Span(None if oldest is None else anchor - timedelta(days=oldest), newest, "range")
    if unit in {"day", "night"}:
        return one_day(anchor - timedelta(days=int(count)))
    if unit == "week":
        middle = anchor - timedelta(weeks=int(count))
        return Span(middle - timedelta(days=3), middle + timedelta(days=3), "week")
    return _months_ago(count, unit, anchor)


def _months_ago(count: float, unit: str, anchor: date) -> Span:
    months = min(int(count * {"month": 1, "year": 12, "decade": 120}[unit]), 12 * (anchor.year - 1))
    moved = shift_months(anchor, -months)
    if unit == "month":
        return month_span(moved.year, moved.month)
    if unit == "decade":
        return Span(date(moved.year - 2, 1, 1) if moved.year > 2 else None, date(moved.year + 2, 12, 31), "range")
    return year_span(moved.year)
