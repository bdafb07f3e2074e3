"""Which dates does a text name, and which days are they seen from the day it was written?

Nothing falls back to the anchor: a phrase that leans on an unknown day of writing has no days. Offsets are half-open
code points into ``text``; ``first`` and ``last`` are inclusive days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from streams.text import date_grammar as grammar
from streams.text import date_spans as spans
from streams.text.date_spans import Span


class DateMention(NamedTuple):
    """A date phrase. ``first`` or ``last`` is None where the phrase is open or needs an anchor that is unknown.

    ``precision`` is hour, day, week, month, year or range; ``kind`` is point, since (open to the anchor), until
    (open at its start), recurring ("every Friday") or duration ("for three weeks").
    """

    start: int
    end: int
    first: date | None
    last: date | None
    precision: str
    kind: str


class ExplicitDate(NamedTuple):
    """A date written out with a month; ``year`` or ``day`` is None when not written."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None


class _Match(NamedTuple):
    """One match of the grammar with what its resolver needs."""

    match: re.Match[str]
    kind: str
    anchor: date | None

    def part(self, name: str) -> str:
        """The named part, lower-case with single spaces; empty when absent."""
        return " ".join((self.match.group(f"{self.kind}_{name}") or "").lower().split())


def find_dates(text: str, start: int, end: int, anchor: date | None) -> list[DateMention]:
    """The date phrases of ``text[start:end]`` in order; ``anchor`` is the day of writing at the place of writing."""
    if anchor is not None and not 1000 <= anchor.year <= 9000:
        anchor = None
    mentions = []
    for match in grammar.phrases(text, start, end):
        found = _Match(match, match.lastgroup or "", anchor)
        span = _RESOLVERS[found.kind](found)
        if span is not None:
            mentions.append(_mention(found, span))
    return mentions


def explicit_dates(text: str, start: int, end: int) -> list[ExplicitDate]:
    """The dates of ``text[start:end]`` that are written out: "2 May 2020", "Jan. 29", "May 2020"."""
    dates = []
    for match in grammar.phrases(text, start, end):
        found = _Match(match, match.lastgroup or "", None)
        if found.kind in {"iso", "dmy", "mdy", "month"} and _RESOLVERS[found.kind](found) is not None:
            day = None if found.kind == "month" else _number(found.part("d"))
            month = _month(found)
            if day is None or month is None or spans.day_of(2020, month, day):
                dates.append(ExplicitDate(*_extent(match), _year(found), month, day))
    return dates


def _mention(found: _Match, span: Span) -> DateMention:
    lead = (found.match.group("lead") or "").lower()
    start, end = _extent(found.match)
    if found.kind in {"recurring", "duration"}:
        return DateMention(start, end, None, None, span.precision, found.kind)
    if lead == "since":
        return DateMention(start, end, span.first, found.anchor, "range", "since")
    if lead:
        return DateMention(start, end, None, span.last, "range", "until")
    return DateMention(start, end, span.first, span.last, span.precision, "point")


def _extent(match: re.Match[str]) -> tuple[int, int]:
    text = match.group()
    return match.start() + len(text) - len(text.lstrip()), match.end()


def _number(text: str) -> int | None:
    digits = text.rstrip("stndrh")
    if digits.isdigit():
        return int(digits)
    words = [word for word in text.split() if word != "of"]
    return grammar.NUMBERS.get(words[-1]) if words else None


def _month(found: _Match) -> int | None:
    word = found.part("m")
    return int(word) if word.isdigit() else grammar.MONTHS.get(word.rstrip("."))


def _year(found: _Match) -> int | None:
    """The written year. Two digits ("4 JAN 90") are read as 1950 to 2049."""
    text = found.part("y")
    if text.isdigit():
        year = int(text)
        return year if year > 99 else year + (1900 if year >= 50 else 2000)
    if text and found.anchor is not None:
        return found.anchor.year + {"last": -1, "this": 0, "next": 1}[text.split()[0]]
    return None


def _written_month(found: _Match) -> bool:
    """Whether the month's letters are a month's: "May" with a capital, never "march 20 miles"."""
    written = found.match.group(f"{found.kind}_m")
    return written[0].isupper() or written.rstrip(".").lower() not in {"may", "march", "mar", "sep", "dec", "jan"}


def _dated(found: _Match) -> Span | None:
    """A month with a day, with or without a year."""
    month, day = _month(found), _number(found.part("d"))
    if month is None or day is None or not _written_month(found) or spans.day_of(2020, month, day) is None:
        return None
    year = _year(found)
    if year is None and found.anchor is not None:
        year = spans.nearest_year(month, day, found.anchor)
    if year is None:
        return spans.unknown("day")
    first = spans.day_of(year, month, day)
    second = _number(found.part("e"))
    last = spans.day_of(year, month, second) if second else first
    if first is None:
        return None
    return spans.one_day(first) if last is None or last <= first else Span(first, last, "range")


def _iso(found: _Match) -> Span | None:
    month, day = int(found.part("m")), int(found.part("d"))
    written = spans.day_of(int(found.part("y")), month, day) if 1 <= month <= 12 else None
    return None if written is None else spans.one_day(written)


_PARTS = {"beginning": "early", "start": "early", "end": "late", "middle": "mid", "earlier": "early", "later": "late"}


def _part_of(found: _Match) -> str:
    """ "early", "mid" or "late"; empty for the whole."""
    words = found.part("p").removeprefix("the ").split()
    word = words[0] if words else ""
    word = _PARTS.get(word, word)
    return word if word in {"early", "mid", "late"} else ""


def _named_month(found: _Match) -> Span | None:
    month = _month(found)
    if month is None or not _is_month(found):
        return None
    part, which = _part_of(found), found.part("p")
    year = _year(found)
    if year is None and found.anchor is not None:
        year = _month_year(month, which, found.anchor)
    return spans.unknown("range" if part else "month") if year is None else spans.month_span(year, month, part)


def _month_year(month: int, which: str, anchor: date) -> int | None:
    if which in {"next", "coming", "following"}:
        return anchor.year + (month <= anchor.month)
    if which in {"last", "past", "previous"}:
        return anchor.year - (month >= anchor.month)
    return anchor.year if which in {"this", "current"} else spans.nearest_year(month, None, anchor)


def _is_month(found: _Match) -> bool:
    """A full name stands by itself; "May", "March" and abbreviations need a year, a part or a word before them."""
    if not _written_month(found):
        return False
    written = found.match.group("month_m").rstrip(".")
    lower = written.lower()
    if found.part("p") or found.part("y") or found.match.group("lead"):
        return True
    if len(lower) > 4 and lower != "march":
        return lower != "august" or written[0].isupper()
    if lower in {"june", "july"}:
        return True
    before = found.match.string[max(0, found.match.start() - 12) : found.match.start()]
    lead = grammar.MONTH_LEAD_CAPS if written.isupper() else grammar.MONTH_LEAD
    return lead.search(before) is not None


def _weekday(found: _Match) -> Span | None:
    written = found.match.group("weekday_n")
    name = written.lower().rstrip(".")
    if not name.endswith("day") and not written[0].isupper():
        return None
    if found.anchor is None:
        return spans.unknown("day")
    which = "last" if found.part("w") in {"this past", "past"} else found.part("w")
    return spans.weekday_span(grammar.WEEKDAYS[name], which, found.anchor)


_NEAR_DAYS = {"tomorrow": 1, "yesterday": -1, "last night": -1, "last evening": -1}


def _near(found: _Match) -> Span | None:
    if found.anchor is None:
        return spans.unknown("day")
    if found.part("far"):
        days = -2 if found.part("far").startswith("before") else 2
    else:
        days = _NEAR_DAYS.get(found.part("n"), 0)
    if found.part("n") in {"overnight", "last night"}:
        return Span(spans.shift_days(found.anchor, -1), found.anchor, "day")
    return spans.one_day(spans.shift_days(found.anchor, days))


def _unit(found: _Match) -> Span | None:
    unit, which = found.part("u") or found.part("v"), found.part("w") or "last"
    if found.anchor is None:
        return spans.unknown(unit if unit in {"week", "month", "year"} else "range")
    if found.part("v"):
        return spans.latest_weekend(found.anchor)
    span = spans.calendar_unit(unit, which, found.anchor)
    part = _part_of(found)
    if part and span.first is not None and unit in {"month", "year"}:
        year, month = span.first.year, span.first.month
        return spans.year_span(year, part) if unit == "year" else spans.month_span(year, month, part)
    return span


def _singular(unit: str) -> str:
    return unit.rstrip("s")


def _recent(found: _Match) -> Span | None:
    if found.anchor is None:
        return spans.unknown("range")
    written = next(part for part in map(found.part, "ruvw") if part)
    count = _number(found.part("c") or found.part("k"))
    if count is None and written == _singular(written):
        count = 1
    return spans.lookback(count, _singular(written), found.anchor)


def _ago(found: _Match) -> Span | None:
    unit, count = _singular(found.part("u")), _number(found.part("c"))
    if found.anchor is None:
        return spans.unknown({"night": "day", "minute": "hour", "decade": "range"}.get(unit, unit))
    return spans.ago(count, unit, found.anchor)


def _relative(found: _Match) -> Span | None:
    unit = _singular(found.part("u"))
    return spans.unknown(unit if unit in {"hour", "day", "week", "month", "year"} and found.part("c") else "range")


def _open_range(found: _Match) -> Span | None:
    return spans.unknown("range")


def _decade(found: _Match) -> Span | None:
    year = int(found.part("y"))
    return Span(date(year, 1, 1), date(year + 9, 12, 31), "range")


def _named_year(found: _Match) -> Span | None:
    year = int(found.part("y"))
    if not _is_year(found):
        return None
    if found.part("s"):
        return spans.season_span(year, found.part("s"))
    if found.part("h"):
        first = 1 if found.part("h") == "first" else 7
        return Span(date(year, first, 1), spans.month_span(year, first + 5).last, "range")
    if found.part("z"):
        other = int(found.part("z"))
        other = other if other > 99 else year - year % 100 + other
        return Span(date(year, 1, 1), date(other, 12, 31), "range") if other > year else None
    return spans.year_span(year, _part_of(found))


def _is_year(found: _Match) -> bool:
    """Four digits are a year in a date's company only: "in 2017", "the 2003 invasion", never "2014 people"."""
    if found.part("p") or found.part("s") or found.part("z") or found.match.group("lead"):
        return True
    match = found.match
    before = match.string[max(0, match.start() - 14) : match.start()]
    counted = grammar.COUNTED.match(match.string, match.end())
    if grammar.YEAR_LEAD.search(before):
        return counted is None or before.rstrip().lower().endswith((" in", " since", "during", " the", "early", "late"))
    return counted is None and (grammar.YEAR_LEAD_WEAK.search(before) is not None)


_RESOLVERS: dict[str, Callable[[_Match], Span | None]] = {
    "iso": _iso,
    "dmy": _dated,
    "mdy": _dated,
    "month": _named_month,
    "recurring": _open_range,
    "weekday": _weekday,
    "near": _near,
    "unit": _unit,
    "recent": _recent,
    "ago": _ago,
    "relative": _relative,
    "duration": _open_range,
    "decade": _decade,
    "year": _named_year,
}
