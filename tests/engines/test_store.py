"""A store is one file that one process writes, and that a newer tocsin's is not mistaken for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from streams.engines.store import Store, StoreError, open_reader


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
