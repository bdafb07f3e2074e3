"""Rules tried on a world that is known from an earlier replay say what they would say on one that is folded anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.config.types import Band, Config, Rule
from alerts.decide import Decide, encode
from benchmarks.synthetic import START, Shape, history
from streams import tape, world
from streams.engines import history as engine
from streams.engines.folding import Folding
from streams.engines.report_cache import Chunk, ReportCache
from streams.engines.store import Store
from streams.engines.taping import Playing, PlayingKept, Recording, Taping, tapings
from streams.journal import Control, Reading, Record, encode_entry
from streams.state import State
from streams.times import iso

#: Longer than an article is remembered, with every kind of second thought.
LONG = Shape(
    days=45, rates=(("IQ", 0.25), ("ML", 0.15)), towns=2, noise=1, vague=0.3, revised=0.25, corrected=0.2,
    withdrawn=0.15, retouched=0.2, denied=0.3, undated=0.08, late=0.2, episodes=0.2,
)  # fmt: skip


def config(warning: int, **more: Any) -> Config:
    rules = tuple(
        Rule(
            id=f"r{n}", when=("attack.*", "hostage.*"), measure=measure, by=by, over=over, definition=f"d{n}{warning}",
            bands=(Band(severity="warning", threshold=warning), Band(severity="critical", threshold=3 * warning)),
            cooldown=6 * 3600,
        )
        for n, (measure, by, over) in enumerate(
            (("killed", ("country",), 86400), ("incidents", ("country",), 7 * 86400), ("killed_all", ("place",), 86400))
        )
    )  # fmt: skip
    return Config(path="t.yml", rules=rules, **more)


def news(seed: int) -> list[tuple[bytes, Chunk]]:
    """Pieces of a history in which every eleventh report is under embargo for a while."""
    records = sorted((told.record for told in history(LONG, seed)), key=lambda r: r.received)
    entries = [(record.received, _embargoed(record, n)) for n, record in enumerate(records)]
    pieces = [entries[n : n + 60] for n in range(0, len(entries), 60)]
    return [
        (b"%d" % n, Chunk(times=tuple(at for at, _ in some), entries=tuple(data for _, data in some)))
        for n, some in enumerate(pieces)
    ]


def _embargoed(record: Record, n: int) -> bytes:
    entry = record.entry
    if n % 11 == 0 and isinstance(entry, Reading):
        entry = Reading(report=replace(entry.report, embargo=iso(record.received + 7 * 3600)))
    return encode_entry(entry)


class Heard:
    """What a fold of pieces said and logged."""

    def __init__(self, config: Config) -> None:
        self.said: list[tuple[int, bytes]] = []
        self.store = Store.scratch(())
        self.decide = Decide(config, {})
        self.folding = Folding(self.store, self.decide, self, lambda sending: None, keeps=False)

    def write(self, connection: sqlite3.Connection, outgoing: Any, position: int) -> None:
        self.said.append((position, encode(outgoing.alert)))

    def prune(self, connection: sqlite3.Connection, position: int, state: State) -> None:
        raise AssertionError("nothing is kept")

    @property
    def all(self) -> tuple[list[tuple[int, bytes]], list[Any]]:
        return self.said, self.store.writer.execute("SELECT * FROM log ORDER BY position, n").fetchall()


def fold(heard: list[Heard], ways: list[Taping], pieces: list[tuple[bytes, Chunk]]) -> None:
    for one, way in zip(heard, ways, strict=True):
        one.decide.observe = way.observe
        one.folding.append(Control(command="config", body={"hash": one.decide.config.path}), START)
    together = [(one.folding, way) for one, way in zip(heard, ways, strict=True)]
    engine.fold(together, iter(pieces), each=lambda moment, articles: None)


def alone(config: Config, pieces: list[tuple[bytes, Chunk]]) -> Any:
    """As the world's own fold has it."""
    heard = Heard(config)
    with closing(ReportCache(None)) as nothing:
        way = Recording(nothing, heard.decide.settings)
        way.observe = world.observe
        fold([heard], [way], pieces)
    return heard.all


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)])
def test_a_known_world_gives_the_same_bytes_under_other_rules(tmp_path: Path, seed: int) -> None:
    pieces, path = news(seed), tmp_path / "c.db"
    keys = [key for key, _ in pieces]
    expected = alone(config(7, update_every=40 * 86400), pieces)
    assert len(expected[0]) > 5
    with closing(ReportCache(path)) as cache:
        first, second, third = Heard(config(3)), Heard(config(7, update_every=40 * 86400)), Heard(config(3))
        ways = tapings(cache, [first.decide.settings, second.decide.settings], keys)
        assert isinstance(ways[0], Recording)
        assert isinstance(ways[1], Playing)
        fold([first, second], ways, pieces)
        assert second.all == expected, "side by side"
        assert first.all == alone(config(3), pieces)
        again = tapings(cache, [third.decide.settings], keys)
        assert isinstance(again[0], PlayingKept)
        fold([third], again, pieces)
        assert third.all == first.all, "from the cache"


def test_what_the_world_depends_on_is_never_taken_for_something_else(tmp_path: Path) -> None:
    pieces = news(1)[:3]
    keys = [key for key, _ in pieces]
    plain = world.Settings()
    with closing(ReportCache(tmp_path / "c.db")) as cache:
        fold([Heard(config(3))], tapings(cache, [plain], keys), pieces)
        others = (
            ([world.Settings(lateness=7200)], keys),
            ([world.Settings(families={"wire": "agency"})], keys),
            ([plain], [*keys, b"more"]),
            ([plain], keys[::-1]),
            ([plain], keys[:-1]),
            ([plain], None),
        )
        for worlds, known in others:
            assert isinstance(tapings(cache, worlds, known)[0], Recording), worlds
        assert isinstance(tapings(cache, [plain], keys)[0], PlayingKept)
        two = tapings(cache, [world.Settings(lateness=1), world.Settings(lateness=2)], None)
        assert [type(way) for way in two] == [Recording, Recording]


def test_a_tape_of_other_news_is_refused_and_says_what_to_do() -> None:
    told = next(record for record in (t.record for t in history(LONG, 1)) if isinstance(record.entry, Reading))
    with pytest.raises(tape.TapeError, match="--no-cache"):
        tape.Player().observe(State(), told, world.Settings())
    word = replace(told, entry=Control(command="correct", body={}))
    with pytest.raises(tape.TapeError, match="operator"):
        tape.Player().observe(State(), word, world.Settings())
