"""The trail of an alert: from its figure to the claims, sentences and articles, folded again to the same bytes."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from alerts.cli.explain import command
from alerts.decide import encode
from alerts.explain import trail
from alerts.past import Past
from builders import killed, report
from conftest import ROOT
from stored import Made
from streams.engines.store import open_reader
from telling import config

STORY = [
    report("a1", "2026-03-02 09:00", killed(12)),
    report("a2", "2026-03-02 10:00", killed(9), source="Harbour Post"),
    report("a3", "2026-03-02 10:01", killed(3), town="Mosul", source="Third Paper"),
    report("a4", "2026-03-02 15:00", killed(4, corrects=12), scope="update"),
]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "s.db", (config(hash="h1"), STORY))


def run(made: Made, alert: str, form: str = "text") -> Any:
    return CliRunner().invoke(command, [alert, "--store", str(made.path), "--format", form])


def test_every_alert_is_explained_and_folded_to_the_bytes_that_were_sent(made: Made) -> None:
    assert len(made.told) >= 3
    for position, alerts in made.alerts.items():
        for alert in alerts:
            with closing(Past(open_reader(made.path))) as past:
                found = trail(past, alert, encode(alert), position)
            assert found.same
            assert [one.id for one in found.incidents] == [one.id for one in alert.incidents]
            for told in (claim for one in found.incidents for claim in one.claims):
                assert told.sentences
                assert all(told.source in one.sentence for one in told.sentences)


def test_trail_reads_as_it_should(made: Made) -> None:
    done = run(made, made.told[-1].root)
    assert done.exit_code == 0, done.output
    assert done.output == (ROOT / "tests/golden/explain.txt").read_text(encoding="utf-8")


def test_trail_of_a_store_that_was_tampered_with_says_so(made: Made) -> None:
    import sqlite3

    with closing(sqlite3.connect(made.path)) as connection:
        data = json.loads(connection.execute("SELECT data FROM alerts LIMIT 1").fetchone()[0])
        data["measure"]["value"] = 99
        connection.execute("UPDATE alerts SET data = ? WHERE id = ?", (json.dumps(data).encode(), data["id"]))
        connection.commit()
    assert "FOLDED AGAIN IT IS ANOTHER" in run(made, data["id"]).output


def test_unknown_alert_ends_with_1(made: Made) -> None:
    done = run(made, "al_none")
    assert (done.exit_code, "no alert 'al_none'" in done.output) == (1, True)
