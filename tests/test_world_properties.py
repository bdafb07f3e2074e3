"""What holds for every history: the order of arrival shows nowhere, copies add nothing, nothing outlives its article.

The histories are the generator's, small and crowded, so that happenings lie close and every kind of second thought
comes up.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.config.types import Band, Config, Rule
from alerts.decide import Decide, encode
from alerts.roots import Tables
from benchmarks.synthetic import START, Shape, history
from streams import identity, world
from streams.article import PHASED_FAMILIES, Fingerprint, Report, family_of
from streams.incidents import gathered
from streams.journal import Control, Reading, Record
from streams.state import State
from streams.times import epoch, iso
from streams.tolls import claims, toll, want_of

#: Everything happens within this, so that no horizon passes while a shuffled journal is folded.
SPAN = 20 * 86400
CROWDED = Shape(
    days=4, rates=(("IQ", 5.0), ("ML", 1.0)), towns=3, noise=1, vague=0.3, revised=0.25, corrected=0.2, withdrawn=0.15,
    retouched=0.2, denied=0.3, undated=0.08, late=0.2, episodes=0.5,
)  # fmt: skip
ROOMY = Shape(days=8, noise=2, episodes=0.3)
RULES = tuple(
    Rule(
        id=f"r{n}", when=when, measure=measure, by=by, over=over, trigger=trigger, definition=f"d{n}",
        bands=(Band(severity="warning", threshold=5), Band(severity="critical", threshold=20)),
        min_independent=independent,
    )
    for n, (when, measure, by, over, trigger, independent) in enumerate(
        (
            (("attack.*",), "killed", ("country",), 86400, "at_least", 1),
            (("attack.*",), "incidents", ("country", "admin1"), 7 * 86400, "at_least", 2),
            (("attack.*", "hostage.*"), "killed_all", ("place", "actor"), 3 * 86400, "at_least", 1),
            (("force.*withdrawal*",), "episodes", ("actor", "country"), 30 * 86400, "first", 1),
        )
    )
)  # fmt: skip
shapes = st.sampled_from((CROWDED, ROOMY))
seeds = st.integers(0, 10_000)
quickly = settings(max_examples=8, deadline=None)


def records_of(shape: Shape, seed: int) -> list[Record]:
    return [told.record for told in history(shape, seed) if told.record.received < START + SPAN]


def shuffled(records: list[Record], seed: int) -> list[Record]:
    order = list(records)
    random.Random(seed).shuffle(order)
    return [replace(record, position=n) for n, record in enumerate(order, 1)]


def fold(records: list[Record]) -> State:
    state = State()
    world.declare(state)
    for record in records:
        world.observe(state, record, world.Settings())
    return state


def seen(state: State) -> dict[str, Any]:
    """The happenings with all that is read from them; where the reports stand in the journal is no part of it."""
    return {
        id_: (
            [replace(m, position=0) for m in happening.mentions],
            [replace(m, position=0) for m in happening.denied],
            happening.voids,
            happening.phase,
            toll(happening, want_of("killed")),
            [(c.mention.key, c.figure, c.void) for c in claims(happening, want_of("killed"))],
        )
        for id_, happening in world.happenings(state).sorted_items()
    }


def same(one: Any, other: Any) -> None:
    """Equal, without a comparison in words of two whole worlds, which takes minutes."""
    if one != other:
        pairs = (
            zip(one.items(), other.items(), strict=False) if isinstance(one, dict) else zip(one, other, strict=False)
        )
        first = next(((a, b) for a, b in pairs if a != b), "one is longer")
        pytest.fail(f"{len(one)} and {len(other)}, first difference: {first!s:.2000}")


class Decided:
    """A journal folded by the whole of decide."""

    def __init__(self, records: list[Record]) -> None:
        config = Config(path="t.yml", rules=RULES)
        self.decide, self.state = Decide(config, {}), State()
        self.decide.declare(self.state)
        self.journal = [Record(position=1, received=START, entry=Control(command="config"))]
        self.journal += [replace(record, position=n) for n, record in enumerate(records, 2)]
        self.said = [self.step(record) for record in self.journal]

    def step(self, record: Record) -> tuple[list[bytes], list[tuple[str, str, str]]]:
        effects = self.decide.step(self.state, record, lambda position: self.journal[position - 1])
        return [encode(planned.alert) for planned in effects.outgoing], effects.log

    @property
    def windows(self) -> dict[str, Any]:
        tables = Tables(self.state)
        return {key: tuple(window.items) for key, window in tables.windows.sorted_items()}

    @property
    def counts(self) -> dict[str, Any]:
        return {key: sorted((item.at, item.value) for item in items) for key, items in self.windows.items()}


@quickly
@given(shapes, seeds)
def test_same_journal_gives_the_same_bytes(shape: Shape, seed: int) -> None:
    records = records_of(shape, seed)
    one, two = Decided(records), Decided(records)
    same(one.said, two.said)
    same(list(one.state.take_changes()), list(two.state.take_changes()))


@quickly
@given(shapes, seeds, st.floats(0, 1))
def test_restart_anywhere_goes_on_as_if_nothing_was(shape: Shape, seed: int, where: float) -> None:
    records = records_of(shape, seed)
    whole = Decided(records)
    kept: dict[tuple[str, str], bytes] = {}
    first = Decided([])
    first.journal = whole.journal
    cut = 1 + int(where * len(records))
    said = [first.step(record) for record in whole.journal[1:cut]]
    for name, key, value in first.state.take_changes():
        kept[name, key] = value or b""
    second = Decided([])
    second.journal, second.state = whole.journal, State()
    second.decide.declare(second.state)
    for (name, key), value in sorted(kept.items()):
        if value:
            second.state.load(name, key, value)
    said += [second.step(record) for record in whole.journal[cut:]]
    same(said, whole.said[1:])
    same(seen(second.state), seen(whole.state))
    same(second.windows, whole.windows)


@quickly
@given(shapes, seeds, seeds)
def test_any_order_of_arrival_ends_with_the_same_windows_incidents_and_tolls(
    shape: Shape, seed: int, order: int
) -> None:
    records = records_of(shape, seed)
    one, two = Decided(records), Decided(shuffled(records, order))
    same(seen(one.state), seen(two.state))
    same(one.windows, two.windows)


@quickly
@given(shapes, seeds, seeds)
def test_incidents_are_those_gathered_from_scratch(shape: Shape, seed: int, order: int) -> None:
    records = shuffled(records_of(shape, seed), order)
    for cut in (len(records) // 2, len(records)):
        state = fold(records[:cut])
        mentions = [
            (mention, row.moment, family_of(mention.type) in PHASED_FAMILIES)
            for _, row in identity.table(state).sorted_items()
            for mention, home in zip(row.mentions, row.homes, strict=True)
            if home and not mention.denies
        ]
        found = [(h.id, tuple(m.key for m in h.mentions)) for _, h in world.happenings(state).sorted_items()]
        same(found, gathered(mentions))


@quickly
@given(shapes, seeds, st.integers(0, 3))
def test_a_copy_of_an_article_that_stands_changes_no_count(shape: Shape, seed: int, pick: int) -> None:
    records = records_of(shape, seed)
    ids = [r.entry.report.id for r in records if isinstance(r.entry, Reading)]
    told = [
        r
        for r in records
        if isinstance(r.entry, Reading) and r.entry.report.events and ids.count(r.entry.report.id) == 1
    ]
    original = told[pick * len(told) // 4]
    report = original.entry.report  # type: ignore[union-attr]
    sketch = (*report.fingerprint.sketch[:60], 1, 2, 3, 4)
    one = Decided(records)
    for later in (600, 5 * 3600):
        published = None if report.published is None else iso((epoch(report.published) or 0) + later)
        copy = replace(
            report, id="copy", source="Reprinting Post", published=published, fingerprint=Fingerprint(sketch=sketch)
        )
        more = Record(position=1, received=original.received + later, entry=Reading(report=copy))
        two = Decided(sorted([*records, more], key=lambda r: r.received))
        same(one.counts, two.counts)


@quickly
@given(shapes, seeds, seeds, st.integers(1, 5))
def test_an_edit_that_changes_no_figure_changes_nothing(shape: Shape, seed: int, order: int, times: int) -> None:
    records, chance = records_of(shape, seed), random.Random(order)
    read = [r for r in records if isinstance(r.entry, Reading)]
    last = {r.entry.report.id: r for r in sorted(read, key=lambda r: r.entry.report.revision or 1)}  # type: ignore[union-attr]
    told = [r for r in last.values() if isinstance(r.entry, Reading) and r.entry.report.events]
    edits = []
    for record in chance.sample(told, min(6, len(told))):
        report, later = record.entry.report, record.received  # type: ignore[union-attr]
        for again in range(times):
            later += chance.randrange(60, 2 * 86400)
            edit = replace(report, revision=9 + again, updated=iso(later), title=f"other words {again}")
            edits.append(Record(position=0, received=later, entry=Reading(report=edit)))
    one, two = Decided(records), Decided(sorted([*records, *edits], key=lambda r: r.received))
    same(seen(one.state), seen(two.state))
    same(one.windows, two.windows)
    same(seen(two.state), seen(fold(shuffled([*records, *edits], order))))


@quickly
@example(9014, 1)
@given(seeds, seeds)
def test_denials_enter_no_count_and_find_what_they_deny_in_any_order(seed: int, order: int) -> None:
    records = records_of(CROWDED, seed)
    silent = [r for r in records if not (isinstance(r.entry, Reading) and is_denial(r.entry.report))]
    one, two, three = Decided(records), Decided(silent), fold(shuffled(records, order))
    known, without = world.happenings(one.state).rows, world.happenings(two.state).rows
    assert any(happening.denied for happening in known.values())
    same(sorted(known), sorted(without))
    same(one.windows, two.windows)
    same(seen(one.state), seen(three))
    kept = ((name, key, value) for name, key, value in three.take_changes() if value is not None)
    same(seen(three), seen(world.restored(kept)))


def is_denial(report: Report) -> bool:
    return any(signal.realis == "denied" for signal in report.signals)


@quickly
@given(shapes, seeds)
def test_retracting_every_article_leaves_every_window_empty(shape: Shape, seed: int) -> None:
    records = records_of(shape, seed)
    reports = {r.entry.report.id: r.entry.report for r in records if isinstance(r.entry, Reading)}
    gone = [
        Record(
            position=0,
            received=records[-1].received,
            entry=Reading(report=Report(id=id_, feed=report.feed, status="canceled", revision=9)),
        )
        for id_, report in sorted(reports.items())
    ]
    decided = Decided([*records, *gone])
    assert decided.windows == {}
    assert not seen(decided.state)
    assert not [alert for alert in decided.said[-1][0] if b'"kind":"alert"' in alert]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_incidents_of_a_roomy_history_are_the_true_ones(seed: int) -> None:
    """What is told of one invented happening is one incident, and nothing else is in it, but for the unlucky few.

    Its tellers share no words, so that place, day, kind, target and figures alone must do.
    """
    told = [t for t in history(ROOMY, seed) if t.record.received < START + SPAN]
    truth = {f"wire\x1f{t.record.entry.report.id}": t.happenings.get("e1") for t in told}  # type: ignore[union-attr]
    found = [
        [truth[m.article] for m in h.mentions]
        for _, h in world.happenings(fold([t.record for t in told])).sorted_items()
    ]
    pairs = [(a, b) for group in found for n, a in enumerate(group) for b in group[:n]]
    assert sum(a == b for a, b in pairs) / len(pairs) > 0.9
    assert len(found) < 1.4 * len({about for about in truth.values() if about})
