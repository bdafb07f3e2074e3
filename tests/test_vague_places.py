"""Places that are only half known: the country not said, or the town borrowed from a dateline. Order shows nowhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.synthetic import START, Shape, history
from builders import journal, killed, report
from streams import world
from streams.article import Event, Place, Report
from streams.happenings import Spot
from streams.journal import Reading, Record
from streams.nearness import CONTRARY, best_place, place_fit
from streams.state import State

CROWDED = Shape(days=2, rates=(("ML", 4.0),), towns=2, noise=0, revised=0.2, episodes=0.2)
GAO = Spot(name="Gao", country="ML", admin1="Gao Region", lat=16.27, lon=-0.04, precision="town", radius_km=5.0)
KIDAL = Spot(name="Kidal", country="ML", admin1="Kidal Region", lat=18.44, lon=1.41, precision="town", radius_km=5.0)
SOMEWHERE = Spot(name="Gao", precision="town")


def incidents(records: list[Record]) -> list[tuple[str, tuple[str, ...]]]:
    state = State()
    world.declare(state)
    for position, record in enumerate(records, 1):
        world.observe(state, replace(record, position=position), world.Settings())
    return [(id_, tuple(m.key for m in h.mentions)) for id_, h in world.happenings(state).sorted_items()]


def blurred(told: Report, seed: int) -> Report:
    """The report with some of its places without a country or a point, and some borrowed from a dateline."""
    return replace(told, events=tuple(replace(e, places=tuple(_blurred(e, told.id, seed))) for e in told.events))


def _blurred(event: Event, article: str, seed: int) -> Iterator[Place]:
    for place in event.places:
        match zlib.crc32(f"{article} {event.id} {seed}".encode()) % 4:
            case 0:
                yield replace(place, country=None, admin1=None, lat=None, lon=None)
            case 1:
                yield replace(place, via="dateline")
            case _:
                yield place


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_half_known_places_are_linked_alike_in_any_order(seed: int, order: int) -> None:
    records = []
    for told in history(CROWDED, seed):
        if told.record.received < START + 6 * 86400 and isinstance(told.record.entry, Reading):
            entry = Reading(report=blurred(told.record.entry.report, seed))
            records.append(replace(told.record, entry=entry))
    mixed = sorted(records, key=lambda r: zlib.crc32(f"{r.position} {order}".encode()))
    assert incidents(mixed) == incidents(records)


def test_a_place_without_its_country_meets_the_same_name_with_it_in_either_order() -> None:
    known = report("a1", "2026-03-02 10:00", killed(1), source="Meridian Wire")
    half = report("a2", "2026-03-02 10:30", killed(1), source="Harbour Post")
    bare = {"country": None, "admin1": None, "lat": None, "lon": None}
    events = tuple(replace(e, places=tuple(replace(p, **bare) for p in e.places)) for e in half.events)
    half = replace(half, events=events)
    for told in ((known, half), (half, known)):
        assert len(incidents(journal(*told))) == 1


def test_one_name_joins_no_two_countries() -> None:
    elsewhere = Spot(name="Gao", country="NE", precision="town")
    assert place_fit(SOMEWHERE, elsewhere) == place_fit(SOMEWHERE, GAO) == 2.0
    assert best_place(elsewhere, [SOMEWHERE, GAO]) is None


def test_a_borrowed_place_contradicts_nothing_in_its_country() -> None:
    borrowed = replace(KIDAL, borrowed=True)
    assert place_fit(GAO, KIDAL) is None
    assert place_fit(GAO, borrowed) == CONTRARY
    assert place_fit(Spot(name="Niamey", country="NE", precision="town"), borrowed) is None
