"""How do articles get in while the daemon runs? Polls and pushes, each stored whole: its articles, its ETag, what it
has seen.

After a kill either a poll never was, or all of it is there. Those who come while another writes wait and are written
together, so that many small pushes cost few commits. An article that a source gives again unchanged is not taken in
again.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article
from streams.engines.sqlite import connect, transaction
from streams.engines.store import note_unreadable
from streams.sources import Unreadable
from streams.times import seconds_of

_SOURCE = """
INSERT INTO sources (source, outcome, detail, since, heard_at, fresh_at, articles) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source) DO UPDATE SET
  since = CASE WHEN outcome = excluded.outcome THEN since ELSE excluded.since END,
  outcome = excluded.outcome, detail = excluded.detail,
  heard_at = coalesce(excluded.heard_at, heard_at), fresh_at = coalesce(excluded.fresh_at, fresh_at),
  articles = articles + excluded.articles
"""


class Batch(Struct, frozen=True, kw_only=True):
    """What one poll or push brought."""

    source: str
    now: datetime
    articles: Sequence[Article] = ()
    unreadable: Sequence[Unreadable] = ()
    memory: bytes | None = None
    """What the next poll needs to know; None for a push."""
    outcome: Literal["ok", "failed"] = "ok"
    detail: str = ""


class _Waiting:
    """A batch on its way to the disk."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.done = False
        self.fresh = 0
        self.error: Exception | None = None


class Intake:
    """Writes polls and pushes into a store that another connection reads. Any thread may ``save``."""

    def __init__(self, store: Path) -> None:
        self._connection = connect(store)
        self._queue: list[_Waiting] = []
        self._queue_lock, self._writing = threading.Lock(), threading.Lock()

    def close(self) -> None:
        """Close the connection."""
        with self._writing:
            self._connection.close()

    def memory(self, source: str) -> bytes | None:
        """What the last poll of a source left to remember, or None before the first."""
        with self._writing:
            row = self._connection.execute("SELECT memory FROM polls WHERE source = ?", (source,)).fetchone()
        return bytes(row[0]) if row else None

    def save(self, batch: Batch) -> int:
        """Store a batch; once this returns it is on disk. Gives how many of its articles were new or changed.

        Raises sqlite3.Error when the store cannot be written; then nothing of the batch was kept.
        """
        mine = _Waiting(batch)
        with self._queue_lock:
            self._queue.append(mine)
        with self._writing:
            if not mine.done:
                with self._queue_lock:
                    group, self._queue = self._queue, []
                self._write(group)
        if mine.error is not None:
            raise mine.error
        return mine.fresh

    def _write(self, group: list[_Waiting]) -> None:
        """Write a group in one transaction; when that fails each by itself, so that none suffers for another."""
        try:
            with transaction(self._connection) as db:
                for waiting in group:
                    waiting.fresh = self._write_one(db, waiting.batch)
        except Exception as error:
            if len(group) > 1:
                for waiting in group:
                    self._write([waiting])
                return
            group[0].error = error
        for waiting in group:
            waiting.done = True

    def _write_one(self, db: sqlite3.Connection, batch: Batch) -> int:
        now = seconds_of(batch.now)
        fresh = [article for article in batch.articles if self._is_fresh(batch.source, article, now)]
        db.executemany(
            "INSERT INTO articles (received, data) VALUES (?, ?)",
            [(seconds_of(a.received) if a.received else now, msgspec.json.encode(a)) for a in fresh],
        )
        note_unreadable(db, now, ((item.where, item.why) for item in batch.unreadable))
        if batch.memory is not None:
            db.execute("INSERT OR REPLACE INTO polls VALUES (?, ?)", (batch.source, batch.memory))
        heard = None if batch.outcome == "failed" else now
        facts = (batch.outcome, batch.detail, now, heard, now if fresh else None, len(fresh))
        db.execute(_SOURCE, (batch.source, *facts))
        return len(fresh)

    def _is_fresh(self, source: str, article: Article, now: int) -> bool:
        """Whether this version has not come before; remembers it."""
        content = msgspec.json.encode(replace(article, received=None, baseline=False, lateness=None))
        hash_ = hashlib.sha256(content).hexdigest()
        key = f"{article.id}\x1f{article.url or ''}"
        row = self._connection.execute("SELECT hash FROM seen WHERE source = ? AND id = ?", (source, key)).fetchone()
        self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (source, key, hash_, now))
        return row is None or row[0] != hash_
