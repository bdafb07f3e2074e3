"""What an earlier moment was like is folded again, not guessed: to the same state and the same bytes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from telling import RULE, config

from alerts.config import kept
from alerts.config.types import Band, Config
from alerts.decide import Decide
from alerts.monitor import CONFIG_HASH, SCHEMAS, OutboxSink
from alerts.past import Past, PastError
from builders import at, journal, killed, report
from streams.engines.folding import Folding
from streams.engines.sqlite import transaction
from streams.engines.store import Store, open_reader
from streams.journal import Control, decode_entry, encode_entry

STORY = [
    report("a1", "2026-03-02 09:00", killed(6)),
    report("a2", "2026-03-02 10:00", killed(12), scope="update"),
    report("a3", "2026-03-02 11:00", killed(8), town="Gao", source="B"),
    report("a4", "2026-03-03 12:00", killed(2), town="Mosul", day="2026-03-03"),
]


class Made:
    """A store folded under one config after another, and its state and alerts as they were after each position."""

    def __init__(self, path: Path, *configs: Config) -> None:
        self.path, self.states, self.alerts = path, {}, {}
        store = Store(path, SCHEMAS)
        folding = Folding(store, Decide(configs[0], {}), OutboxSink((), plan=False), lambda _: None)
        for settings, reports in zip(configs, (STORY[:2], STORY[2:]), strict=False):
            folding.fold = Decide(*kept.decode(kept.encode(settings, {}), settings.hash))
            store.set_meta(f"{kept.PREFIX}{settings.hash}", kept.encode(settings, {}))
            store.set_meta(CONFIG_HASH, settings.hash)
            self._note(folding, folding.append(Control(command="config", body={"hash": settings.hash}), at(
                "2026-03-02 08:00")))  # fmt: skip
            for record in journal(*reports):
                self._note(folding, folding.append(decode_entry(encode_entry(record.entry)), record.received))
        folding.commit()
        store.close()

    def _note(self, folding: Folding, effects: object) -> None:
        self.states[folding.position] = rows_of(folding.state)
        self.alerts[folding.position] = [p.alert for p in effects.outgoing]  # type: ignore[attr-defined]


def rows_of(state: object) -> dict[str, bytes]:
    tables = state._tables  # type: ignore[attr-defined]
    return {f"{n}/{key}": msgspec.json.encode(row) for n, t in tables.items() for key, row in t.rows.items()}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    stricter = replace(RULE, bands=(Band(severity="critical", threshold=7),), definition="d2")
    return Made(tmp_path / "s.db", config(hash="h1"), config(stricter, hash="h2"))


def test_every_moment_is_as_it_was_also_before_the_rules_changed(made: Made) -> None:
    assert len(made.states) == 6
    for position, rows in made.states.items():
        with closing(Past(open_reader(made.path))) as past:
            moment = past.moment(position, anew=True)
            assert rows_of(moment.state) == rows
            assert moment.told == made.alerts[position]
    assert moment.config.hash == "h2"


def test_moment_after_a_snapshot_starts_there_and_is_the_same(made: Made) -> None:
    store = Store(made.path, SCHEMAS)
    with transaction(store.writer) as db:
        db.execute("INSERT INTO snapshots VALUES (3, 0, '[]')")
        rows = [(3, *key.split("/", 1), value) for key, value in made.states[3].items()]
        db.executemany("INSERT INTO snapshot_state VALUES (?, ?, ?, ?)", rows)
        db.execute("DELETE FROM journal WHERE position < 2")
    store.close()
    with closing(Past(open_reader(made.path))) as past:
        assert rows_of(past.moment(5).state) == made.states[5]


def test_store_that_does_not_hold_its_config_asks_for_it(made: Made) -> None:
    store = Store(made.path, SCHEMAS)
    store.writer.execute("DELETE FROM meta WHERE key LIKE 'config:%'")
    store.close()
    with closing(Past(open_reader(made.path))) as past, pytest.raises(PastError, match="give it with -c"):
        past.moment(3)
