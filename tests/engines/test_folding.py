"""The journal's end: a store that fails for a while loses nothing, and an operator's word is taken up once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.engines import inbox
from streams.engines.folding import Folding
from streams.engines.store import Store
from streams.journal import Control, Record, Tick
from streams.state import State


class Seen(msgspec.Struct, frozen=True):
    at: int


class Effects(msgspec.Struct):
    log: list[tuple[str, str, str]] = []
    outgoing: list[str] = []
    released: list[str] = []


class Counting:
    """Remembers every entry's time under its position, and forgets the one two before."""

    def declare(self, state: State) -> None:
        state.table("seen", Seen)

    def step(self, state: State, record: Record, read: Callable[[int], Record]) -> Effects:
        table = state.table("seen", Seen)
        table.put(str(record.position), Seen(at=record.received))
        table.drop(str(record.position - 2))
        return Effects(log=[("entry", "seen", "x" * 3000)])

    def next_due(self, state: State) -> int | None:
        return None

    def needed(self, state: State) -> list[int]:
        return []


class Nowhere:
    def write(self, connection: sqlite3.Connection, outgoing: Any, position: int) -> None: ...

    def prune(self, connection: sqlite3.Connection, position: int, state: State) -> None: ...


def folding(store: Store) -> Folding:
    return Folding(store, Counting(), Nowhere(), lambda sending: None)


def test_group_that_could_not_be_written_is_written_whole_later(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    fold = folding(store)
    fold.append(Tick(), 100)
    fold.commit()
    pages = store.writer.execute("PRAGMA page_count").fetchone()[0]
    store.writer.execute(f"PRAGMA max_page_count = {pages}")
    for n in range(2, 12):
        fold.append(Tick(), 100 + n)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            fold.commit()
    assert store.last_position() == 1
    store.writer.execute("PRAGMA max_page_count = 1000000")
    fold.commit()
    store.close()
    again = Store(tmp_path / "a.db")
    assert [record.received for record in again.records()] == [100, *range(102, 112)]
    assert sorted(folding(again).state.table("seen", Seen).rows) == ["10", "11"]
    again.close()


def test_operators_word_is_taken_up_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    fold = folding(store)
    id_ = inbox.put(store.path, Control(command="note", body={"text": "checked by phone"}), 50)
    assert inbox.position_of(store.writer, id_) is None
    assert fold.append_controls(60) == 1
    fold.commit()
    assert fold.append_controls(61) == 0
    assert inbox.position_of(store.writer, id_) == 1
    assert store.record(1).entry == Control(command="note", body={"text": "checked by phone"})
    store.close()
