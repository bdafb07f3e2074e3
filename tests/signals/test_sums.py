"""Sums over a time are looked for only behind words that every such telling holds; none may be missed."""

from __future__ import annotations

import pytest

from streams.signals import scope

TELLINGS = (
    "this year|so far this year|to date|in total|a year-long siege|since the truce|in the civil war here|two years of"
    "|so far in may|until now that|over decades|a decade of|a 10-year feud|the old war there|in less than two weeks"
    "|over the past month|in the last three weeks|during the past five years"
    "|attacks there have killed nine so this week|raids has left nine dead this month|the feud has claimed nine"
    "|an insurgency in the hills have taken nine"
).split("|")


@pytest.mark.parametrize("telling", TELLINGS)
def test_every_telling_of_a_sum_holds_a_word_that_makes_it_looked_for(telling: str) -> None:
    told = f" nine farmers died {telling} there "
    assert scope._TOTALS.search(told) or scope._OF_MANY.search(told)
    assert not scope._SUMMING.isdisjoint(told.split())
