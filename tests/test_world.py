"""One happening told many times is one incident with one toll."""

from __future__ import annotations

import pytest

from builders import at, journal, killed, record, report
from streams import identity, world
from streams.article import Fingerprint, Problem, Report
from streams.happenings import Happening
from streams.state import State
from streams.tolls import toll, want_of

KILLED = want_of("killed")


def fold(*entries: object, families: dict[str, str] | None = None) -> tuple[State, list[Happening]]:
    state = State()
    world.declare(state)
    for entry in journal(*entries):  # type: ignore[arg-type]
        world.observe(state, entry, world.Settings(families=families or {}))
    return state, [h for _, h in world.happenings(state).sorted_items()]


def test_ten_articles_on_twelve_dead_are_twelve() -> None:
    told = [report(f"a{n}", f"2026-03-02 {10 + n}:00", killed(12), source=f"Paper {n}") for n in range(10)]
    _, found = fold(*told)
    assert len(found) == 1
    value = toll(found[0], KILLED)
    assert value is not None
    assert (value.low, value.high, value.confirmed) == (12, 12, True)


def test_attacks_in_towns_far_apart_stay_apart() -> None:
    _, found = fold(
        report("a1", "2026-03-02 09:00", killed(5), town="Tikrit"),
        report("a2", "2026-03-02 10:00", killed(5), town="Mosul", source="Harbour Post"),
    )
    assert len(found) == 2


def test_two_dates_told_make_two_incidents() -> None:
    _, found = fold(
        report("a1", "2026-03-02 09:00", killed(5), day="2026-03-01"),
        report("a2", "2026-03-09 09:00", killed(5), day="2026-03-08", source="Harbour Post"),
    )
    assert len(found) == 2


def test_largest_figure_that_two_families_reach_is_the_value() -> None:
    _, found = fold(
        report("a1", "2026-03-02 09:00", killed(10), source="A"),
        report("a2", "2026-03-02 10:00", killed(12), source="B"),
        report("a3", "2026-03-02 11:00", killed(14), source="C"),
    )
    value = toll(found[0], KILLED)
    assert value is not None
    assert (value.low, value.high) == (12, 14)


def test_stated_correction_voids_the_figure_it_names_whoever_printed_it() -> None:
    _, found = fold(
        report("a1", "2026-03-02 09:00", killed(12), source="A"),
        report("a2", "2026-03-02 10:00", killed(12), source="B"),
        report("a3", "2026-03-02 15:00", killed(4, corrects=12), source="A", scope="update"),
    )
    value = toll(found[0], KILLED)
    assert value is not None
    assert value.low == 4
    assert not value.confirmed


def test_higher_revision_replaces_and_lower_is_ignored() -> None:
    first = report("a1", "2026-03-02 09:00", killed(12), revision=1)
    second = report("a1", "2026-03-02 09:00", killed(7), revision=2)
    _, found = fold(first, (second, "2026-03-02 11:00"), (first, "2026-03-02 12:00"))
    value = toll(found[0], KILLED)
    assert value is not None
    assert value.low == 7


def test_retracting_every_article_leaves_nothing() -> None:
    cancel = report("a1", "2026-03-02 09:00", status="canceled", revision=2)
    _, found = fold(report("a1", "2026-03-02 09:00", killed(12), revision=1), (cancel, "2026-03-02 11:00"))
    assert found == []


def test_cancel_before_its_article_leaves_a_tombstone() -> None:
    cancel = report("a1", "2026-03-02 09:00", status="canceled", revision=2)
    _, found = fold(cancel, report("a1", "2026-03-02 09:00", killed(12), revision=1))
    assert found == []


def test_papers_of_one_house_count_once() -> None:
    told = [report(f"a{n}", f"2026-03-02 1{n}:00", killed(12), source=f"Gazette {n}") for n in range(9)]
    _, found = fold(*told, families={f"gazette {n}": "gazette group" for n in range(9)})
    assert found[0].families == ("gazette group",)


def test_reprint_counts_for_the_agency_it_credits() -> None:
    sketch = tuple(range(32))
    wire = report("a1", "2026-03-02 09:00", killed(12), fingerprint=Fingerprint(sketch=sketch))
    copy = report(
        "a2",
        "2026-03-02 10:00",
        killed(12),
        source="Harbour Post",
        fingerprint=Fingerprint(sketch=(*sketch[:30], 98, 99)),
    )
    _, found = fold(wire, copy)
    assert found[0].families == ("meridian wire",)
    assert len({m.story for m in found[0].mentions}) == 1


def test_undated_article_is_kept_but_has_no_place_in_time() -> None:
    _, found = fold((report("a1", None, killed(12)), "2026-03-02 09:00"))
    assert found[0].at is None


def test_article_from_the_future_is_placed_when_it_was_received() -> None:
    _, found = fold((report("a1", "2026-03-04 09:00", killed(12)), "2026-03-02 09:00"))
    assert found[0].at == at("2026-03-02 09:00")


@pytest.mark.parametrize("scope", ["background", "cumulative", "reference", "trend"])
def test_only_fresh_happenings_count(scope: str) -> None:
    _, found = fold(report("a1", "2026-03-02 09:00", killed(12), scope=scope))
    assert found == []


def test_horizon_evicts_everything() -> None:
    state, _ = fold(
        report("a1", "2026-01-02 09:00", killed(12), fingerprint=Fingerprint(sketch=tuple(range(32)))),
        report("a2", "2026-03-02 09:00", killed(3), town="Gao"),
    )
    assert {name: size for name, size in state.sizes().items() if name != "clock"} == {
        "articles": 1,
        "bonds": 0,
        "happenings": 1,
        "said": 0,
    }


def test_article_that_could_not_be_read_is_named_in_the_log() -> None:
    problem = Problem(code="quarantined", message="set aside: reading it did not end, twice")
    unread = Report(id="a1", feed="wire", published="2026-03-02T09:00:00+00:00", problems=(problem,))
    state = State()
    world.declare(state)
    notes = world.observe(state, record(1, unread), world.Settings()).notes
    assert [(note.reason, note.detail) for note in notes] == [("quarantined", problem.message)]


def test_the_same_version_again_changes_nothing() -> None:
    told = report("a1", "2026-03-02 09:00", killed(5))
    once, found = fold(told)
    again, same = fold(told, (told, "2026-03-02 11:00"))
    assert same == found
    assert identity.table(again).rows == identity.table(once).rows
