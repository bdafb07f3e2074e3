"""Connections to a store: SQLite in WAL mode, every commit on disk before it is believed.

One process writes (a lock file beside the store says which); any number read.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def connect(path: str | Path, *, durable: bool = True) -> sqlite3.Connection:
    """Open a store for reading and writing. ``durable=False`` is for scratch stores that die with the process.

    The connection is in autocommit mode: write inside ``transaction``. It may be used from any one thread at a time.
    """
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL" if durable else "PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = FULL" if durable else "PRAGMA synchronous = OFF")
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.row_factory = sqlite3.Row
    return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: BEGIN IMMEDIATE, then COMMIT, or ROLLBACK when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
