"""How does an operator's word reach the journal of a running monitor? Through a table that the monitor looks into.

A command puts a Control here and ends; the monitor takes it up within a second, or when it next runs, in the
transaction that puts it in the journal.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from streams.engines.schema import OWN, StoreError, versions
from streams.engines.sqlite import connect, transaction
from streams.journal import Control, encode_entry


def put(store: Path, control: Control, at: int) -> int:
    """Hand a word to the monitor of a store; ``at`` in seconds. Gives its id. Raises StoreError."""
    if not store.is_file():
        raise StoreError(f"{store}: there is no store here; give the one of a run or replay with --store or -c")
    try:
        connection = connect(store)
        try:
            if versions(connection).get(OWN.name) != OWN.version:
                raise StoreError(f"{store}: not a store of this version; start `tocsin run` with it once")
            with transaction(connection):
                row = connection.execute(
                    "INSERT INTO controls (at, data) VALUES (?, ?) RETURNING id", (at, encode_entry(control))
                ).fetchone()
            return int(row[0])
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(f"{store}: cannot be written: {error}") from error


def position_of(connection: sqlite3.Connection, id_: int) -> int | None:
    """Where the word stands in the journal, or None while it waits."""
    row = connection.execute("SELECT position FROM controls WHERE id = ?", (id_,)).fetchone()
    return None if row is None else row[0]
