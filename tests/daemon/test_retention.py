"""A store that forgets: it stays bounded, and what it says afterwards is what it would have said anyway."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.config import load
from alerts.config.types import Config
from alerts.intake import Batch, Intake
from alerts.monitor import Monitor
from alerts.past import Past
from streams.article import Article
from streams.engines.retention import Keeper, base
from streams.engines.store import open_reader

START = datetime(2031, 3, 3, 9, tzinfo=UTC)
TOWNS = ("Gao, Mali", "Mosul, Iraq", "Aleppo, Syria", "Herat, Afghanistan")
DAYS, A_DAY = 16, 10
RETENTION = 4 * 86400


def config(folder: Path) -> Config:
    path = folder / "tocsin.yml"
    path.write_text(
        """
rules:
  - {id: deadly, when: "attack.*", measure: killed, by: [country], over: 24h, severity: {warning: 12, critical: 30}}
update_every: 1m
revise_for: 2d
""",
        encoding="utf-8",
    )
    return load(path, {})


def news(n: int) -> Article:
    """The n-th article: an attack, with a second paper's figure for it every third time."""
    at = START + timedelta(days=n / A_DAY)
    town = TOWNS[(n // 2) % len(TOWNS)]
    killed = 4 + (n * 7) % 13
    body = f"Gunmen ambushed an army patrol in {town} on {at:%A}, killing {killed} soldiers, police said."
    return Article(id=f"n{n}", feed="push", body=body, published=at, received=at, source=f"Paper {n % 3}")


def feed(monitor: Monitor, numbers: range, keeper: Keeper | None) -> None:
    """Take the articles in one by one; a keeper looks after each."""
    intake = Intake(monitor.store.path)
    for n in numbers:
        article = news(n)
        assert article.received is not None
        intake.save(Batch(source="push", articles=[article], now=article.received))
        monitor.engine.drain_some()
        monitor.folding.tick_until(int(article.received.timestamp()))
        monitor.folding.commit()
        while keeper is not None and keeper.turn(int(article.received.timestamp())):
            pass
    intake.close()


def alerts(monitor: Monitor) -> list[tuple[int, bytes]]:
    rows = monitor.store.writer.execute("SELECT position, data FROM alerts ORDER BY position, rowid")
    return [(row[0], bytes(row[1])) for row in rows]


def rows(path: Path, table: str) -> int:
    with sqlite3.connect(path) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_pruned_store_says_what_the_whole_one_says(tmp_path: Path) -> None:
    settings, total = config(tmp_path), DAYS * A_DAY
    with Monitor(settings, tmp_path / "whole.db", deliver=False, workers=0) as whole:
        whole.adopt_config(int(START.timestamp()))
        feed(whole, range(total), None)
        expected = alerts(whole)
    assert len(expected) > 20
    said: dict[int, bytes] = {}
    for part in (range(total // 2), range(total // 2, total)):  # with a restart half-way
        with Monitor(settings, tmp_path / "kept.db", deliver=False, workers=0) as kept:
            kept.adopt_config(int(START.timestamp()))
            feed(kept, part, Keeper(kept.folding, RETENTION))
            said.update(alerts(kept))
            start = base(kept.store.writer)
            with closing(Past(open_reader(kept.store.path))) as past:
                again = list(past.alerts())
            held = [data for position, data in alerts(kept) if position > start]
    assert list(said.items()) == expected
    assert start > 0
    assert again == held, "what is left of the journal folds to something else"


def test_store_holds_no_more_than_its_span(tmp_path: Path) -> None:
    settings = config(tmp_path)
    with Monitor(settings, tmp_path / "a.db", deliver=False, workers=0) as monitor:
        monitor.adopt_config(int(START.timestamp()))
        feed(monitor, range(DAYS * A_DAY), Keeper(monitor.folding, RETENTION))
        latest = news(DAYS * A_DAY - 1).received
        assert latest is not None
        oldest = latest - timedelta(seconds=RETENTION * 1.5)
        needed = monitor.folding.fold.needed(monitor.folding.state)
    within = RETENTION / 86400 * A_DAY * 1.5
    assert rows(tmp_path / "a.db", "articles") <= within
    assert rows(tmp_path / "a.db", "seen") <= within
    assert rows(tmp_path / "a.db", "snapshots") <= 6
    with sqlite3.connect(tmp_path / "a.db") as db:
        kept = [row[0] for row in db.execute("SELECT position FROM journal WHERE received < ?", (oldest.timestamp(),))]
        assert set(kept) <= needed | {1}, "but for the config, entries stay that nobody reads"
