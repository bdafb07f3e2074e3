"""A store is one file that one process writes, and that a newer tocsin's is not mistaken for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from streams.engines import inbox
from streams.engines.schema import OWN
from streams.engines.sqlite import connect, transaction
from streams.engines.store import Schema, Store, StoreError, open_reader
from streams.journal import Control


def test_second_process_is_told_who_holds_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    with pytest.raises(StoreError, match=r"another tocsin \(process \d+\) is using this store"):
        Store(tmp_path / "a.db")
    store.close()
    Store(tmp_path / "a.db").close()


def test_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "a.db").close()
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="written by a newer tocsin"):
        Store(tmp_path / "a.db")


def test_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("this is a shopping list, and a long one at that " * 40)
    with pytest.raises(StoreError, match="cannot be opened as a store"):
        Store(path)


def test_reader_of_a_missing_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        open_reader(tmp_path / "none.db")


def test_commits_are_on_disk_before_they_are_believed(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    assert store.writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert store.writer.execute("PRAGMA synchronous").fetchone()[0] == 2
    store.close()


def test_scratch_store_leaves_nothing_behind() -> None:
    store = Store.scratch()
    folder = store.path.parent
    assert folder.exists()
    store.close()
    assert not folder.exists()


VERSION_1 = Path(__file__).with_name("store_1.sql").read_text(encoding="utf-8")
OUTBOX_1 = Schema(name="outbox", tables="CREATE TABLE alerts (id TEXT PRIMARY KEY);")
OUTBOX_2 = Schema(
    name="outbox",
    tables="CREATE TABLE alerts (id TEXT PRIMARY KEY, tag TEXT);",
    steps=("ALTER TABLE alerts ADD COLUMN tag TEXT;",),
)


def shape(path: Path) -> set[tuple[str, str]]:
    """Each table with its columns, each index with its own."""
    with sqlite3.connect(path) as db:
        names = db.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        return {
            (name, str(db.execute(f"PRAGMA {'table_info' if kind == 'table' else 'index_xinfo'}({name})").fetchall()))
            for kind, name in names
        }


def test_older_store_gets_the_tables_of_today_and_keeps_what_it_held(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.executescript(VERSION_1)
        db.executescript(
            "CREATE TABLE alerts (id TEXT PRIMARY KEY); INSERT INTO alerts VALUES ('al_1.1');"
            "INSERT INTO unreadable VALUES (5, 'wire#1', 'no text'), (9, 'wire#1', 'no text');"
        )
    Store(tmp_path / "old.db", (OUTBOX_2,)).close()
    Store(tmp_path / "new.db", (OUTBOX_2,)).close()
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "old.db") as db:
        assert db.execute("SELECT id, tag FROM alerts").fetchall() == [("al_1.1", None)]
        assert db.execute("SELECT * FROM unreadable").fetchall() == [(9, "wire#1", "no text", 2)]
        assert db.execute("PRAGMA user_version").fetchone()[0] == OWN.version


def test_newer_tables_of_one_house_are_refused_by_name(tmp_path: Path) -> None:
    Store(tmp_path / "a.db", (OUTBOX_2,)).close()
    with pytest.raises(StoreError, match=r"newer tocsin \(outbox version 2, this one knows 1\)"):
        Store(tmp_path / "a.db", (OUTBOX_1,))
    Store(tmp_path / "a.db", (OUTBOX_2,)).close()


def test_step_that_fails_leaves_the_old_store_whole(tmp_path: Path) -> None:
    Store(tmp_path / "a.db", (OUTBOX_1,)).close()
    before = shape(tmp_path / "a.db")
    broken = Schema(name="outbox", tables="", steps=("ALTER TABLE alerts ADD COLUMN tag TEXT;\nSELECT nonsense;",))
    with pytest.raises(StoreError, match="nonsense"):
        Store(tmp_path / "a.db", (broken,))
    assert shape(tmp_path / "a.db") == before
    Store(tmp_path / "a.db", (OUTBOX_1,)).close()


def test_failed_commit_leaves_the_connection_usable(tmp_path: Path) -> None:
    db = connect(tmp_path / "a.db")
    db.execute("CREATE TABLE t (x)")
    db.execute("PRAGMA max_page_count = 4")
    with pytest.raises(sqlite3.OperationalError, match="full"), transaction(db):
        db.executemany("INSERT INTO t VALUES (?)", [("y" * 4000,)] * 20)
    db.execute("PRAGMA max_page_count = 400")
    with transaction(db):
        db.execute("INSERT INTO t VALUES ('after')")
    assert [row[0] for row in db.execute("SELECT x FROM t")] == ["after"]


def test_word_for_a_store_that_is_none_or_old_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        inbox.put(tmp_path / "none.db", Control(command="x"), 0)
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.executescript(VERSION_1)
    with pytest.raises(StoreError, match="not a store of this version"):
        inbox.put(tmp_path / "old.db", Control(command="x"), 0)
