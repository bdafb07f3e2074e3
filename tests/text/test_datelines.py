"""The place and day of a dateline are the report's, not the happening's."""

from __future__ import annotations

import pytest
from reading import counting, read

from streams.text.datelines import dateline_end


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("KOBLA, May 4 (Corvane) -- Gunmen fled.", "KOBLA, May 4 (Corvane) -- "),
        ("San Pedro, 7 Mar 89 (Radio Tal) -- [Text] Gunmen fled.", "San Pedro, 7 Mar 89 (Radio Tal) -- "),
        ("KABUL (Meridian) - Gunmen fled.", "KABUL (Meridian) - "),
        ("Gunmen attacked a post - the third this week - on Monday.", ""),
        ("The army said on 4 May that it had left -- and stayed.", ""),
        ("No dash here at all.", ""),
        ("", ""),
    ],
)
def test_a_dateline_ends_behind_its_dash(text: str, line: str) -> None:
    assert text[: dateline_end(text)] == line


def test_a_day_told_is_the_happenings_though_the_dateline_has_another() -> None:
    [signal] = counting(read("BAGHDAD, May 17 (Agency) -- Gunmen killed two men near Mosul on Tuesday."))
    assert signal.event_time.start == "2024-05-14"
    assert [p.name for p in signal.places if p.role == "event"] == ["Mosul"]


def test_the_town_of_the_dateline_stays_where_only_the_country_is_told() -> None:
    [signal] = counting(read("MOSUL, Iraq, May 17 (Agency) -- Gunmen killed two men in northern Iraq on Tuesday."))
    assert ("Mosul", "dateline") in [(p.name, p.via) for p in signal.places]
