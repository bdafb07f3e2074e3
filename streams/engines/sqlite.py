"""Connections to a store: SQLite in WAL mode, every commit on disk before it is believed.

One process writes (a lock file beside the store says which); any number read. The threads of that process take turns:
waiting for SQLite's own lock would mean sleeping in steps.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path


class Connection(sqlite3.Connection):
    """A connection that knows whose turn it is to write among those of this process to the same file."""

    turn: contextlib.AbstractContextManager[object] = contextlib.nullcontext()


_turns: dict[str, threading.Lock] = {}


def connect(path: str | Path, *, durable: bool = True) -> Connection:
    """Open a store for reading and writing. ``durable=False`` is for scratch stores that die with the process.

    The connection is in autocommit mode: write inside ``transaction``. It may be used from any one thread at a time.
    """
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False, factory=Connection)
    connection.turn = _turns.setdefault(os.path.realpath(path), threading.Lock())
    connection.execute("PRAGMA journal_mode = WAL" if durable else "PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = OFF")
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.row_factory = sqlite3.Row
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: BEGIN IMMEDIATE, then COMMIT; ROLLBACK when the block or the commit itself fails."""
    with getattr(connection, "turn", contextlib.nullcontext()):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it already
                connection.execute("ROLLBACK")
            raise
