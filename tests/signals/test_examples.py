"""Every type of the taxonomy finds its example and leaves the look-alike alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.article import PHASED_FAMILIES, Article, Report, counts_by_default, family_of
from streams.classify import classify
from streams.signals.lexicon import default_lexicon

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parents[2] / "streams/signals/lexicon/examples.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def read(sentence: str) -> Report:
    return classify(Article(id="x", body=sentence, published=datetime(2024, 5, 17, 12, tzinfo=UTC)))


@pytest.mark.parametrize(("type_", "sentence"), [(r[0], r[2]) for r in ROWS if r[1] == "+"])
def test_a_type_is_found_in_its_example(type_: str, sentence: str) -> None:
    assert type_ in {s.type for s in read(sentence).signals}


@pytest.mark.parametrize(("type_", "sentence"), [(r[0], r[2]) for r in ROWS if r[1] == "-"])
def test_a_look_alike_counts_for_nothing(type_: str, sentence: str) -> None:
    family = family_of(type_)
    counting = [
        s for s in read(sentence).signals if s.type == type_ and (counts_by_default(s) or family in PHASED_FAMILIES)
    ]
    assert not counting


def test_every_type_has_an_example_and_a_look_alike() -> None:
    types = set(default_lexicon().types)
    assert types == {r[0] for r in ROWS if r[1] == "+"} == {r[0] for r in ROWS if r[1] == "-"}
