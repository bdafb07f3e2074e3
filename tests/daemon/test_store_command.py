"""``tocsin store`` and ``tocsin status``: an operator sees whether a store is whole, and what it holds."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.cli import cli
from conftest import ROOT
from daemon.running import Site, attack, config_text, news, push, running, until
from streams.engines.store import Store


def tocsin(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run: two articles, one alert."""
    folder, site = tmp_path_factory.mktemp("left"), Site()
    config = folder / "tocsin.yml"
    config.write_text(config_text(folder, site), encoding="utf-8")
    with running(config) as daemon:
        push(daemon, attack("a1", "Gao, Mali", 7))
        push(daemon, news("a2", "Envoys met in Geneva."))
        assert until(lambda: len(site.arrived) == 1)
        assert tocsin("store", "check", "-c", config).exit_code == 0, "beside a running monitor"
    site.close()
    return folder


@pytest.fixture
def config(left: Path, tmp_path: Path) -> Path:
    shutil.copytree(left, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "tocsin.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(str(left), str(tmp_path)), encoding="utf-8")
    return path


@pytest.fixture
def store(config: Path) -> Path:
    return config.parent / "d.db"


def change(store: Path, sql: str) -> None:
    with sqlite3.connect(store) as db:
        db.execute(sql)


def test_whole_store_is_called_whole_and_folds_to_what_it_said(store: Path, config: Path) -> None:
    found = tocsin("store", "check", "-c", config, "--fold")
    assert (found.exit_code, "whole; 2 articles" in found.output) == (0, True), found.output


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM journal WHERE position = 2", "the journal lacks 1 entries from 2 on"),
        ("UPDATE journal SET data = '{}' WHERE position = 2", "entry 2 cannot be read"),
        ("DELETE FROM alerts", "1 rows of notifications belong to nothing"),
        ("UPDATE alerts SET data = CAST(replace(data, 'Mali', 'Male') AS BLOB)", "the first other one is number 1"),
    ],
)
def test_what_is_wrong_is_told(store: Path, config: Path, sql: str, told: str) -> None:
    change(store, sql)
    found = tocsin("store", "check", "-c", config, "--fold")
    assert (found.exit_code, told in found.output) == (1, True), found.output


def test_damaged_file_is_called_damaged(store: Path) -> None:
    data = bytearray(store.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    store.write_bytes(bytes(data))
    found = tocsin("store", "check", "--store", store)
    assert found.exit_code == 1
    assert "Traceback" not in found.output


def test_vacuum_gives_room_back_and_waits_for_no_running_monitor(store: Path) -> None:
    change(store, "CREATE TABLE ballast AS SELECT randomblob(3000000) AS x")
    change(store, "DROP TABLE ballast")
    before = store.stat().st_size
    held = Store(store)
    assert "is using this store" in tocsin("store", "vacuum", "--store", store).output
    held.close()
    assert tocsin("store", "vacuum", "--store", store).exit_code == 0
    assert store.stat().st_size < before - 2_000_000
    assert tocsin("store", "check", "--store", store).exit_code == 0


def test_what_is_taken_out_is_json_lines_and_can_be_replayed(store: Path, config: Path, tmp_path: Path) -> None:
    found = {what: tocsin("store", "export", what, "--store", store).output for what in ("articles", "journal", "log")}
    assert [json.loads(line)["id"] for line in found["articles"].splitlines()] == ["a1", "a2"]
    assert [json.loads(line)["position"] for line in found["journal"].splitlines()][:3] == [1, 2, 3]
    assert all("reason" in json.loads(line) for line in found["log"].splitlines())
    (tmp_path / "out.jsonl").write_text(found["articles"], encoding="utf-8")
    again = tocsin("replay", tmp_path / "out.jsonl", "-c", config, "--workers", "0")
    said = json.loads(tocsin("store", "export", "alerts", "--store", store).output)
    assert said["title"] in again.output


def test_status_says_what_came_and_what_went(store: Path) -> None:
    found = json.loads(tocsin("status", "--store", store).output)
    assert found["sources"]["desk"].startswith("ok since")
    assert "2 articles" in found["sources"]["desk"]
    assert found["destinations"]["hook"]["delivered"] == 1
    assert (found["articles_waiting"], found["quarantined"]) == (0, {})


def test_status_table_obeys_nothing_that_a_feed_or_a_receiver_said(store: Path) -> None:
    with sqlite3.connect(store) as db:
        db.execute("INSERT INTO unreadable (at, place, why) VALUES (1, 'a[/bold]\x1b[2J', 'no [red]date\x1b]0;x\x07')")
        answer = json.dumps({"status": 404, "text": "gone\x1b[31m [/bold]"})
        db.execute("UPDATE destinations SET failures = 3, answer = ?", (answer,))
    found = tocsin("status", "--store", store, "--format", "table")
    assert found.exit_code == 0, found.output
    assert "a[/bold]" in found.output
    assert "\x1b" not in found.output


def test_store_of_an_old_version_is_named_not_traced(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.executescript((ROOT / "tests/engines/store_1.sql").read_text(encoding="utf-8"))
    found = tocsin("status", "--store", tmp_path / "old.db")
    assert (found.exit_code, "store of version 1" in found.output) == (1, True)
