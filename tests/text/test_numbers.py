"""A figure is read as the reader would read it, and what is no figure is left alone."""

from __future__ import annotations

import pytest

from streams.text.numbers import find_figures
from streams.text.tokens import tokenize

FIGURES = [
    ("at least 12 people", 12, None, "at_least"),
    ("more than 1,200 villagers", 1200, None, "at_least"),
    ("over 71,000 residents", 71000, None, "at_least"),
    ("up to 900 troops", None, 900, "at_most"),
    ("as many as 40 rebels", None, 40, "at_most"),
    ("nearly 300 farmers", 300, 300, "approx"),
    ("two dozen soldiers", 24, 24, "exact"),
    ("half a million people", 500_000, 500_000, "exact"),
    ("two hundred and fifty men", 250, 250, "exact"),
    ("twenty-two guards", 22, 22, "exact"),
    ("a couple of guards", 2, 2, "exact"),
    ("10 to 15 rebels", 10, 15, "range"),
    ("10-15 rebels", 10, 15, "range"),
    ("three or four people", 3, 4, "range"),
    ("2.5k people", None, None, None),
    ("2k people", 2000, 2000, "exact"),
    ("3 million people", 3_000_000, 3_000_000, "exact"),
    ("both men", 2, 2, "exact"),
    ("several officers", 3, 9, "vague"),
    ("dozens of farmers", 12, 99, "vague"),
    ("scores of farmers", 20, 199, "vague"),
    ("hundreds of farmers", 100, 999, "vague"),
    ("tens of thousands of farmers", 10_000, 99_999, "vague"),
    ("١٢ soldiers", 12, 12, "exact"),
]
NO_FIGURES = [
    "in 2017 the war began",
    "since 2019 the town was quiet",
    "a 34-year-old teacher",
    "Juan Perez, 34, a teacher",
    "aged 12",
    "on May 19 he left",
    "19 May 2020",
    "$ 20 was paid",
    "a 12 percent rise",
    "12 kilometers away",
    "the 23rd brigade",
    "an AK-47 rifle",
    "resolution 1701",
    "they won 3-1",
    "at 10:30 they left",
]


@pytest.mark.parametrize(("text", "low", "high", "exactness"), FIGURES)
def test_a_figure_is_read(text: str, low: int | None, high: int | None, exactness: str | None) -> None:
    found = [(f.low, f.high, f.exactness) for f in find_figures(tokenize(text.lower(), 0, len(text)).words)]
    assert found == ([] if exactness is None else [(low, high, exactness)])


@pytest.mark.parametrize("text", NO_FIGURES)
def test_what_is_no_count_is_no_figure(text: str) -> None:
    assert find_figures(tokenize(text.lower(), 0, len(text)).words) == []


def test_the_size_of_a_force_is_no_head_count() -> None:
    [figure] = find_figures("the 7,500-strong coalition".split())
    assert (figure.low, figure.kind) == (7500, "force_size")


def test_a_change_and_its_result_are_two_figures() -> None:
    figures = find_figures("the toll rose by 3 to 19".split())
    assert [(f.low, f.high) for f in figures] == [(3, 3), (19, 19)]
