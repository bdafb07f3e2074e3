"""The store: one SQLite file that holds all a monitor knows. ``schema.sql`` says what is in it.

Other houses add their own tables by passing a schema; what is in those is their business.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from streams.engines.schema import OWN, Schema, StoreError, prepare, versions
from streams.engines.sqlite import connect
from streams.journal import Record, decode_entry

__all__ = ["Schema", "Store", "StoreError", "open_reader"]


class StoreInUseError(StoreError):
    """Another process moves the store."""


class Store:
    """An open store. ``writer`` is the one connection that moves the journal."""

    def __init__(self, path: Path, schemas: Sequence[Schema] = (), *, durable: bool = True) -> None:
        self.path = path
        self._lock = _lock(path)
        try:
            self.writer = connect(path, durable=durable)
            prepare(self.writer, path, schemas)
        except StoreError:
            self.close()
            raise
        except sqlite3.Error as error:
            self._lock.close()
            raise StoreError(f"{path}: cannot be opened as a store: {error}; give another --store") from error

    @classmethod
    def scratch(cls, schemas: Sequence[Schema] = ()) -> Store:
        """A store that is gone when it is closed: for replays that keep nothing."""
        folder = tempfile.mkdtemp(prefix="tocsin-")
        store = cls(Path(folder) / "scratch.db", schemas, durable=False)
        store._scratch = Path(folder)
        return store

    _scratch: Path | None = None

    def close(self) -> None:
        """Close the connection and let another process have the store."""
        self.writer.close()
        self._lock.close()
        if self._scratch is not None:
            for file in self._scratch.iterdir():
                file.unlink()
            self._scratch.rmdir()

    def meta(self, key: str) -> str | None:
        """A value kept under a name, or None."""
        row = self.writer.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value; call it inside a transaction to tie it to other changes."""
        self.writer.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def pending(self, after: int = 0, limit: int = 256) -> list[tuple[int, int, bytes]]:
        """(seq, received, data) of the oldest articles after ``seq`` that the journal does not have yet."""
        rows = self.writer.execute(
            "SELECT seq, received, data FROM articles WHERE position IS NULL AND seq > ? ORDER BY seq LIMIT ?",
            (after, limit),
        )
        return [tuple(row) for row in rows]

    def count_pending(self) -> int:
        """How many articles wait for classification."""
        return int(self.writer.execute("SELECT count(*) FROM articles WHERE position IS NULL").fetchone()[0])

    def controls(self) -> list[tuple[int, bytes]]:
        """(id, entry) of the operators' words that the journal does not have yet, oldest first."""
        rows = self.writer.execute("SELECT id, data FROM controls WHERE position IS NULL ORDER BY id")
        return [(row[0], bytes(row[1])) for row in rows]

    def last_position(self) -> int:
        """The journal's last position, pruned or not; 0 when nothing was ever in it."""
        tables = ("journal", "snapshots")
        ends = (self.writer.execute(f"SELECT max(position) FROM {table}").fetchone()[0] for table in tables)
        return max(end or 0 for end in ends)

    def record(self, position: int) -> Record:
        """The entry at a position. Raises KeyError when the journal has none there."""
        row = self.writer.execute("SELECT received, data FROM journal WHERE position = ?", (position,)).fetchone()
        if row is None:
            raise KeyError(position)
        return Record(position=position, received=row[0], entry=decode_entry(row[1]))

    def records(self, after: int = 0) -> Iterator[Record]:
        """The journal in order, from behind a position on."""
        rows = self.writer.execute(
            "SELECT position, received, data FROM journal WHERE position > ? ORDER BY position", (after,)
        )
        for position, received, data in rows:
            yield Record(position=position, received=received, entry=decode_entry(data))

    def state_rows(self) -> Iterator[tuple[str, str, bytes]]:
        """(table, key, value) of all that the fold keeps."""
        for row in self.writer.execute("SELECT name, key, value FROM state ORDER BY name, key"):
            yield tuple(row)


#: Different troubles with input that are kept; the oldest make room.
UNREADABLE_KEPT = 2000


def note_unreadable(connection: sqlite3.Connection, at: int, items: Iterable[tuple[str, str]]) -> None:
    """Keep (place, why) of input that could not be read, inside the caller's transaction; a repeat is counted."""
    rows = [(at, place, why) for place, why in items]
    if not rows:
        return
    connection.executemany(
        "INSERT INTO unreadable (at, place, why) VALUES (?, ?, ?)"
        " ON CONFLICT (place, why) DO UPDATE SET at = excluded.at, times = times + 1",
        rows,
    )
    connection.execute(
        "DELETE FROM unreadable WHERE (place, why) IN"
        " (SELECT place, why FROM unreadable ORDER BY at DESC LIMIT -1 OFFSET ?)",
        (UNREADABLE_KEPT,),
    )


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads, beside a running monitor. Raises StoreError when there is no store of today's."""
    if not path.is_file():
        raise StoreError(f"{path}: there is no store here; give the one of a run or replay with --store or -c")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    connection.row_factory = sqlite3.Row
    try:
        version = versions(connection).get(OWN.name, 0)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"{path}: cannot be read as a store: {error}") from error
    if version == OWN.version:
        return connection
    connection.close()
    hint = "start `tocsin run` with it once" if version < OWN.version else "upgrade tocsin"
    raise StoreError(f"{path}: a store of version {version}, and this tocsin reads {OWN.version}; {hint}")


def _lock(path: Path) -> IO[str]:
    """Hold the store for this process: the lock goes with the process, however it ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = open(f"{path}.lock", "a+", encoding="utf-8")  # noqa: SIM115 - held as long as the store
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}; give another --store") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        owner = handle.read().strip() or "unknown"
        handle.close()
        raise StoreInUseError(
            f"{path}: another tocsin (process {owner}) is using this store; stop it, or give another --store"
        ) from None
    handle.truncate(0)
    handle.write(str(os.getpid()))
    handle.flush()
    return handle
