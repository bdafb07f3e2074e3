"""How do articles get in while the daemon runs? Polls, each stored whole: its articles, its ETag, what it has seen.

One transaction a poll, on a connection of its own: after a kill either the poll never was, or all of it is there.
An article that a source gives again unchanged is not taken in again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from streams.article import Article
from streams.engines.sqlite import connect, transaction
from streams.engines.store import note_unreadable
from streams.sources import Unreadable
from streams.times import seconds_of


class Intake:
    """Writes polls into a store that another connection reads."""

    def __init__(self, store: Path) -> None:
        self._connection = connect(store)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def memory(self, source: str) -> bytes | None:
        """What the last poll of a source left to remember, or None before the first."""
        row = self._connection.execute("SELECT memory FROM polls WHERE source = ?", (source,)).fetchone()
        return bytes(row[0]) if row else None

    def save(
        self,
        source: str,
        articles: Sequence[Article],
        unreadable: Sequence[Unreadable],
        memory: bytes,
        now: datetime,
    ) -> int:
        """Store a poll. Gives how many of its articles were new or changed."""
        with transaction(self._connection) as db:
            fresh = [article for article in articles if self._is_fresh(source, article, now)]
            db.executemany(
                "INSERT INTO articles (received, data) VALUES (?, ?)",
                [(seconds_of(a.received or now), msgspec.json.encode(a)) for a in fresh],
            )
            note_unreadable(db, seconds_of(now), ((u.where, u.why) for u in unreadable))
            db.execute("INSERT OR REPLACE INTO polls VALUES (?, ?)", (source, memory))
        return len(fresh)

    def _is_fresh(self, source: str, article: Article, now: datetime) -> bool:
        """Whether this version has not come before; remembers it."""
        content = msgspec.json.encode(replace(article, received=None, baseline=False, lateness=None))
        hash_ = hashlib.sha256(content).hexdigest()
        key = f"{article.id}\x1f{article.url or ''}"
        row = self._connection.execute("SELECT hash FROM seen WHERE source = ? AND id = ?", (source, key)).fetchone()
        self._connection.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (source, key, hash_, seconds_of(now))
        )
        return row is None or row[0] != hash_
