"""What an earlier moment was like is folded again, not guessed: to the same state and the same bytes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from alerts import why_not
from alerts.config.types import Band
from alerts.decide import encode
from alerts.explain import trail
from alerts.monitor import SCHEMAS
from alerts.past import Past, PastError
from builders import killed, report
from stored import Made, rows_of
from streams.engines.sqlite import transaction
from streams.engines.store import Store, open_reader
from telling import RULE, config

STORY = [
    report("a1", "2026-03-02 09:00", killed(6)),
    report("a2", "2026-03-02 10:00", killed(12), scope="update"),
    report("a3", "2026-03-02 11:00", killed(8), town="Gao", source="B"),
    report("a4", "2026-03-03 12:00", killed(2), town="Mosul", day="2026-03-03"),
]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    stricter = replace(RULE, bands=(Band(severity="critical", threshold=7),), definition="d2")
    return Made(tmp_path / "s.db", (config(hash="h1"), STORY[:2]), (config(stricter, hash="h2"), STORY[2:]))


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
        db.execute("INSERT INTO meta VALUES ('journal_from', '3')")
    store.close()
    with closing(Past(open_reader(made.path))) as past:
        assert rows_of(past.moment(5).state) == made.states[5]
        assert list(past.alerts()) == [encode(a) for n in range(4, past.last() + 1) for a in made.alerts[n]]
        with pytest.raises(PastError, match="before what the store keeps"):
            past.moment(2)


def test_trail_and_why_not_are_the_same_from_a_snapshot_as_from_the_beginning(made: Made) -> None:
    told = [(position, alert) for position, alerts in sorted(made.alerts.items()) for alert in alerts if position > 3]
    assert told

    def asked() -> tuple[int, list[object]]:
        answers: list[object] = []
        for position, alert in told:
            with closing(Past(open_reader(made.path))) as past:
                answers.append(trail(past, alert, encode(alert), position))
                moment = past.moment(position)
                rule = moment.config.rules[0]
                answers += [why_not.answer(past, moment, rule, {"country": code}) for code in ("IQ", "ML", "FR")]
                started, _ = past._start(position - 1)
        return started.position, answers

    from_beginning = asked()
    store = Store(made.path, SCHEMAS)
    with transaction(store.writer) as db:
        db.execute("INSERT INTO snapshots VALUES (3, 0, '[]')")
        rows = [(3, *key.split("/", 1), value) for key, value in made.states[3].items()]
        db.executemany("INSERT INTO snapshot_state VALUES (?, ?, ?, ?)", rows)
    store.close()
    assert (from_beginning[0], asked()) == (0, (3, from_beginning[1]))


def test_store_that_does_not_hold_its_config_asks_for_it(made: Made) -> None:
    store = Store(made.path, SCHEMAS)
    store.writer.execute("DELETE FROM meta WHERE key LIKE 'config:%'")
    store.close()
    with closing(Past(open_reader(made.path))) as past, pytest.raises(PastError, match="give it with -c"):
        past.moment(3)
