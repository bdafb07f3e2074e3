"""Phrases are found where they stand, in any script, at word borders only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.text.matcher import Matcher, fold


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(), st.text())
def test_a_phrase_is_found_at_its_place_in_any_text(before: str, after: str) -> None:
    text = f"{before} raid {after}"
    hits = [text[hit.start : hit.end].lower() for hit in Matcher(["raid"]).find(fold(text))]
    assert "raid" in hits


def test_letters_that_grow_in_lower_case_shift_nothing() -> None:
    text = "İstanbul İzmir raid"
    [hit] = Matcher(["raid"]).find(fold(text))
    assert text[hit.start : hit.end] == "raid"


def test_a_phrase_inside_a_word_is_no_hit() -> None:
    assert Matcher(["raid"]).find("he was afraid of raiders") == []


def test_the_longest_phrase_wins() -> None:
    [hit] = Matcher(["attack", "heart attack"]).find("a heart attack")
    assert hit.number == 1


def test_typographic_quotes_are_read_as_plain_ones() -> None:
    assert fold("rebels\u2019 \u201cWAR\u201d") == 'rebels\' "war"'
