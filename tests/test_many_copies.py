"""A text that a thousand papers reprint: one more costs no more, and the order in which they came is no matter."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import builders
from streams import identity, world
from streams.article import Fingerprint, Report
from streams.journal import Reading, Record
from streams.state import State
from streams.times import iso

START = 1_700_000_000


def near_copies(seed: int, count: int, apart: int) -> list[Report]:
    """Reprints of one text, each with some words of its own and some with a credit, ``apart`` seconds apart."""
    chance = random.Random(seed)
    text = [chance.getrandbits(32) for _ in range(64)]
    reports = []
    for n in range(count):
        sketch = list(text)
        for place in chance.sample(range(64), chance.randrange(24)):
            sketch[place] = chance.getrandbits(32)
        reports.append(
            Report(
                id=f"n{n}", feed="f", title=f"t{n}", source=f"Paper {n}", published=iso(START + n * apart),
                fingerprint=Fingerprint(sketch=tuple(sketch), credit="reuters" if chance.random() < 0.1 else None),
            )
        )  # fmt: skip
    return reports


class Folded:
    """Reports, folded in this order."""

    def __init__(self, state: State | None = None) -> None:
        self.state, self.count = state or State(), 0
        world.declare(self.state)

    def add(self, report: Report) -> None:
        self.count += 1
        entry = Reading(report=report)
        record = Record(position=self.count, received=START + 40 * 86400, entry=entry)
        world.observe(self.state, record, world.Settings())

    @property
    def stories(self) -> dict[str, tuple[str, str, str, float]]:
        rows = identity.table(self.state).sorted_items()
        return {key: (row.story, row.family, row.copied, row.likeness) for key, row in rows}


def folded(reports: list[Report]) -> Folded:
    whole = Folded()
    for report in reports:
        whole.add(report)
    return whole


def test_the_last_of_thousands_of_copies_costs_what_the_first_did() -> None:
    reports, whole = near_copies(1, 3000, 30), Folded()
    spans = []
    for part in range(0, 3000, 500):
        begin = time.process_time()
        for report in reports[part : part + 500]:
            whole.add(report)
        spans.append(time.process_time() - begin)
    assert spans[-1] < 2 * max(spans[0], 0.1), f"seconds for each 500: {[f'{span:.2f}' for span in spans]}"
    assert len({story for story, *_ in whole.stories.values()}) < 60


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False), st.sampled_from((30, 6 * 3600)))
def test_many_copies_make_the_same_stories_in_any_order(seed: int, chance: random.Random, apart: int) -> None:
    reports = near_copies(seed, 60, apart)
    texts = [report.fingerprint for report in reports]
    again = [
        replace(report, revision=2, fingerprint=chance.choice(texts), title="new")
        for report in chance.sample(reports, 6)
    ]
    one = folded([*reports, *again])
    chance.shuffle(reports)
    two = folded([*reports, *again])
    assert one.stories == two.stories


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 59))
def test_many_copies_make_the_same_stories_after_a_restart(seed: int, cut: int) -> None:
    reports = near_copies(seed, 60, 3600)
    whole, first = folded(reports), folded(reports[:cut])
    second = Folded(world.restored((name, key, value or b"") for name, key, value in first.state.take_changes()))
    second.count = cut
    for report in reports[cut:]:
        second.add(report)
    assert second.stories == whole.stories


def test_copies_that_tell_a_happening_are_not_compared_with_each_other() -> None:
    text = builders.report("x", None, builders.killed(12))
    whole = Folded()
    for n, copy in enumerate(near_copies(1, 200, 60)):
        told = replace(
            text, id=copy.id, source=copy.source, published=copy.published, fingerprint=copy.fingerprint, title=f"t{n}"
        )
        whole.add(told)
    (incident,) = world.happenings(whole.state).rows.values()
    apart = [m for m in incident.mentions if not m.echoes]
    assert len(incident.mentions) == 200
    assert len(apart) < 10, "the others say one of these again, and only these are compared with what comes"
