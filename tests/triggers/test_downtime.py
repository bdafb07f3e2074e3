"""A time in which nothing ran is unknown: no silence is told of it, and nothing is learnt of it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_life_of_a_surge import SURGE, TOWNS, at, attack, day
from test_silence import ELSEWHERE, SILENT, every_other_day

from alerts.config import load
from alerts.config.types import Source
from alerts.daemon import Daemon
from alerts.downtime import missed
from alerts.intake import Batch, Intake
from alerts.monitor import Monitor
from alerts.past import Past
from streams import coverage
from streams.article import Article
from streams.engines.store import open_reader
from streams.journal import Control, Record
from telling import Told, config

DAY = 86400
START = at("2031-03-03 09:00")


def down(run: Told, first: int, until: int) -> None:
    """Nothing runs from one day to another."""
    body = {"hash": "", **coverage.missed(at(day(first)), ["wire"])}
    entry = Control(command="config", body=body)
    run._fold(Record(position=len(run.records) + 1, received=at(day(until)), entry=entry))


def test_no_silence_is_told_of_days_on_which_nothing_ran() -> None:
    run = Told(config(SILENT), *every_other_day(41), *ELSEWHERE[:41])  # type: ignore[arg-type]
    down(run, 41, 49)
    for one in ELSEWHERE[49:56]:
        run.hear(one)
    assert run.alerts == [], (
        "of the seven days that were watched six are over, where usually one in two holds something"
    )
    run.hear(ELSEWHERE[58])
    assert [alert.kind for alert in run.alerts] == ["alert"], "a silence that was watched is told"


def test_days_on_which_nothing_ran_do_not_teach_that_nothing_is_usual() -> None:
    def expected(first: int, until: int) -> float:
        run = Told(config(SURGE), *(attack(n, n % 3) for n in range(60)))
        down(run, first, until)
        for which in range(8):
            run.hear(attack(100, which, 6 + which))
        told = run.alerts[-1].measure.expected
        assert told is not None
        return told

    assert expected(60, 90) > 0.9, "an attack a day was usual, and nothing says that it is not"
    assert expected(98, 99) < 0.6, "but forty days that were watched do"


@pytest.mark.parametrize(
    ("last", "sources"),
    [(None, []), (-60, []), (600, []), (1300, ["often", "push"]), (2 * DAY + 1, ["often", "seldom", "push"])],
)
def test_what_is_missed_depends_on_how_often_a_source_is_looked_at(last: int | None, sources: list[str]) -> None:
    known = (
        Source(id="often", feed="f", every=300),
        Source(id="seldom", feed="f", every=DAY),
        Source(id="push", push=True),
    )
    assert missed(known, None if last is None else START - last, START) == sources


def site(folder: Path, update_every: str) -> Path:
    path = folder / "tocsin.yml"
    path.write_text(
        f"""
update_every: {update_every}
sources: [{{id: desk, push: true}}]
rules:
  - {{id: quiet, when: "attack.*", by: [country], over: 2h, trigger: absence, severity: {{warning: 3}}}}
destinations: {{t: {{terminal: true}}}}
routes: [{{to: t}}]
""",
        encoding="utf-8",
    )
    return path


def test_a_daemon_that_was_down_for_a_day_says_so_before_it_judges_anything(tmp_path: Path) -> None:
    def begin(update_every: str, now: int) -> list[bytes]:
        with Monitor(load(site(tmp_path, update_every), {}), tmp_path / "d.db", deliver=False, workers=0) as monitor:
            daemon = Daemon(monitor)
            daemon.clock = lambda: now
            daemon._begin()
            intake = Intake(monitor.store.path)
            if now == START:
                for n in range(40):
                    at_ = datetime.fromtimestamp(START + n * 7200, UTC)
                    town = TOWNS[n % len(TOWNS)]
                    body = f"Gunmen attacked a market in {town}, Iraq, on {at_:%A}, killing {5 + n} people."
                    article = Article(id=f"a{n}", feed="desk", body=body, published=at_, received=at_, source="Wire")
                    intake.save(Batch(source="desk", articles=[article], now=at_))
                while daemon.turn():
                    pass
            intake.close()
            daemon.intake.close()
            return [bytes(row[0]) for row in monitor.store.writer.execute("SELECT data FROM alerts")]

    end = START + 39 * 7200
    assert begin("2m", START) == []
    assert begin("1m", end + DAY) == [], "the config was changed meanwhile, and its entry judges nothing amiss either"
    with closing(Past(open_reader(tmp_path / "d.db"))) as past:
        said = [record.entry for record in past.controls("config")]
        assert list(past.alerts()) == []
    body = said[-1].body  # type: ignore[union-attr]
    assert len(said) == 2
    assert json.loads(json.dumps(body["missed"])) == {"since": "2031-03-06T15:00:00+00:00", "sources": ["desk"]}
