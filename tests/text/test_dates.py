"""Which days a phrase names: the reader is told of today's ambush, not of the one six years ago."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date

import pytest

from streams.text.dates import DateMention, ExplicitDate, explicit_dates, find_dates

SATURDAY = date(2020, 5, 2)

# phrase in its sentence | text of the mention | first | last | precision | kind
POINTS = [
    ("Gunmen struck early Saturday.", "early Saturday", "2020-05-02", "2020-05-02", "day", "point"),
    ("They met on Friday.", "Friday", "2020-05-01", "2020-05-01", "day", "point"),
    ("They met on Thursday night.", "Thursday night", "2020-04-30", "2020-04-30", "day", "point"),
    ("It began last Saturday.", "last Saturday", "2020-04-25", "2020-04-25", "day", "point"),
    ("Talks resume next Friday.", "next Friday", "2020-05-08", "2020-05-08", "day", "point"),
    ("He was shot yesterday.", "yesterday", "2020-05-01", "2020-05-01", "day", "point"),
    ("A CLASH YESTERDAY AFTERNOON", "YESTERDAY AFTERNOON", "2020-05-01", "2020-05-01", "day", "point"),
    ("BOMBS WENT OFF LAST NIGHT IN", "LAST NIGHT", "2020-05-01", "2020-05-02", "day", "point"),
    ("the shelling this morning", "this morning", "2020-05-02", "2020-05-02", "day", "point"),
    ("the day before yesterday", "the day before yesterday", "2020-04-30", "2020-04-30", "day", "point"),
    ("shot last week by militants", "last week", "2020-04-20", "2020-04-26", "week", "point"),
    ("fled last month", "last month", "2020-04-01", "2020-04-30", "month", "point"),
    ("fled last year", "last year", "2019-01-01", "2019-12-31", "year", "point"),
    ("assessed this year that", "this year", "2020-01-01", "2020-12-31", "year", "point"),
    ("signed late last year", "late last year", "2019-09-01", "2019-12-31", "range", "point"),
    ("over the weekend", "over the weekend", "2020-05-02", "2020-05-03", "range", "point"),
    ("last weekend", "last weekend", "2020-04-25", "2020-04-26", "range", "point"),
    ("left five bases in recent weeks", "in recent weeks", "2020-04-04", "2020-05-02", "range", "point"),
    ("over the past three days", "over the past three days", "2020-04-29", "2020-05-02", "range", "point"),
    ("in the last 24 hours", "in the last 24 hours", "2020-05-01", "2020-05-02", "range", "point"),
    ("the past few months", "the past few months", "2020-02-02", "2020-05-02", "range", "point"),
    ("fired on May 2 at dawn", "May 2", "2020-05-02", "2020-05-02", "day", "point"),
    ("fired on 2 May 2019 at dawn", "2 May 2019", "2019-05-02", "2019-05-02", "day", "point"),
    ("announced on Jan. 29 between", "Jan. 29", "2020-01-29", "2020-01-29", "day", "point"),
    ("announced on Dec. 29 between", "Dec. 29", "2019-12-29", "2019-12-29", "day", "point"),
    ("meets on May 20", "May 20", "2020-05-20", "2020-05-20", "day", "point"),
    ("visit on February 5, 2026. (AFP)", "February 5, 2026", "2026-02-05", "2026-02-05", "day", "point"),
    ("on Tuesday, 5 February 2019", "Tuesday, 5 February 2019", "2019-02-05", "2019-02-05", "day", "point"),
    ("SAN SALVADOR, 4 JAN 90 -- [REPORT]", "4 JAN 90", "1990-01-04", "1990-01-04", "day", "point"),
    ("HELD SINCE JANUARY 3 HERE", "SINCE JANUARY 3", "2020-01-03", "2020-05-02", "range", "since"),
    ("TOOK PLACE ON\n30\nDECEMBER IN", "30\nDECEMBER", "2019-12-30", "2019-12-30", "day", "point"),
    ("between 3-5 April", "3-5 April", "2020-04-03", "2020-04-05", "range", "point"),
    ("on 2020-04-30, he", "2020-04-30", "2020-04-30", "2020-04-30", "day", "point"),
    ("since early April as", "since early April", "2020-04-01", "2020-05-02", "range", "since"),
    ("in mid-November", "mid-November", "2019-11-11", "2019-11-20", "range", "point"),
    ("in April compared to", "April", "2020-04-01", "2020-04-30", "month", "point"),
    ("compared to March.", "March", "2020-03-01", "2020-03-31", "month", "point"),
    ("since last October", "since last October", "2019-10-01", "2020-05-02", "range", "since"),
    ("in October last year", "October last year", "2019-10-01", "2019-10-31", "month", "point"),
    ("until June 2021", "until June 2021", None, "2021-06-30", "range", "until"),
    ("defeated in late 2017 but", "late 2017", "2017-09-01", "2017-12-31", "range", "point"),
    ("in 2017 the army", "2017", "2017-01-01", "2017-12-31", "year", "point"),
    ("since 2016, when", "since 2016", "2016-01-01", "2020-05-02", "range", "since"),
    ("back to 2014,", "2014", "2014-01-01", "2014-12-31", "year", "point"),
    ("the 2003 invasion", "2003", "2003-01-01", "2003-12-31", "year", "point"),
    ("the 1975-1990 war", "1975-1990", "1975-01-01", "1990-12-31", "range", "point"),
    ("the early 1990s", "early 1990s", "1990-01-01", "1999-12-31", "range", "point"),
    ("in the summer of 2014", "summer of 2014", "2014-06-01", "2014-08-31", "range", "point"),
    ("three days ago", "three days ago", "2020-04-29", "2020-04-29", "day", "point"),
    ("two weeks ago", "two weeks ago", "2020-04-15", "2020-04-21", "week", "point"),
    ("a year ago", "a year ago", "2019-01-01", "2019-12-31", "year", "point"),
    ("two hours ago", "two hours ago", "2020-05-01", "2020-05-02", "hour", "point"),
    ("Days before the ambush", "Days before", None, None, "range", "point"),
    ("three days later", "three days later", None, None, "day", "point"),
    ("for nearly three weeks", "for nearly three weeks", None, None, "range", "duration"),
    ("every Friday", "every Friday", None, None, "range", "recurring"),
    ("protests on Fridays", "on Fridays", None, None, "range", "recurring"),
]

NOT_DATES = [
    "2,014 people fled",
    "killed 2014 people",
    "of 2000 soldiers",
    "It may 10 times out of 12 fail",
    "Troops may leave",
    "They march 20 miles",
    "March on the capital",
    "a 7,500-strong force",
    "the sun set",
    "Jan Novak spoke",
    "31 April",
    "a budget of $2014",
    "room 2019-A",
    "in less than a year",
    "an army second to none",
    "flight 1990.5",
    "at 10:30",
    "20 percent",
]


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@pytest.mark.parametrize(("sentence", "phrase", "first", "last", "precision", "kind"), POINTS)
def test_a_phrase_gets_its_days(
    sentence: str, phrase: str, first: str | None, last: str | None, precision: str, kind: str
) -> None:
    [found] = find_dates(sentence, 0, len(sentence), SATURDAY)
    assert sentence[found.start : found.end] == phrase
    assert (iso(found.first), iso(found.last), found.precision, found.kind) == (first, last, precision, kind)


@pytest.mark.parametrize("sentence", NOT_DATES)
def test_figures_and_verbs_are_no_dates(sentence: str) -> None:
    assert find_dates(sentence, 0, len(sentence), SATURDAY) == []


def test_without_a_day_of_writing_nothing_is_guessed() -> None:
    text = "Early Saturday, last week, in recent weeks, three days ago, on May 2, yesterday and in April."
    found = find_dates(text, 0, len(text), None)
    assert len(found) == 7
    assert all(mention.first is None and mention.last is None for mention in found)


def test_a_written_year_needs_no_day_of_writing() -> None:
    text = "It fell on 9 April 2003."
    assert find_dates(text, 0, len(text), None) == [
        DateMention(11, 23, date(2003, 4, 9), date(2003, 4, 9), "day", "point")
    ]


def test_only_the_span_asked_for_is_read() -> None:
    text = "On Monday they met. On Friday they fought."
    [found] = find_dates(text, 20, len(text), SATURDAY)
    assert text[found.start : found.end] == "Friday"


def test_dates_written_out_give_their_parts() -> None:
    text = "BOGOTA, 4 JAN 90 -- On Feb. 5, 2026, in March 2019, on Jan. 29 and in 2014, Friday."
    assert [found[2:] for found in explicit_dates(text, 0, len(text))] == [
        (1990, 1, 4),
        (2026, 2, 5),
        (2019, 3, None),
        (None, 1, 29),
    ]
    assert explicit_dates(text, 0, 16) == [ExplicitDate(8, 16, 1990, 1, 4)]


def test_an_absurd_day_of_writing_does_not_break_reading() -> None:
    for anchor in (date.min, date.max):
        [found] = find_dates("a decade ago", 0, 12, anchor)
        assert found.first is None


def test_hostile_text_takes_linear_time() -> None:
    text = "the the last late early for a a 20 May 2 of 1 " * 4_000
    began = time.perf_counter()
    find_dates(text, 0, len(text), SATURDAY)
    assert time.perf_counter() - began < 3


def test_every_process_reads_the_same() -> None:
    code = (
        "from datetime import date;from streams.text.dates import find_dates;"
        "t='Early Saturday, in recent weeks and since 2014.';print(find_dates(t,0,len(t),date(2020,5,2)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "7")
    }
    assert len(outputs) == 1
