"""How does a monitor do? Figures from its store, also beside a running one: for ``status``, metrics and the watch."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from msgspec import Struct

from alerts import outbox


class SourceFacts(Struct, frozen=True, kw_only=True):
    """How a source does. Times in seconds."""

    source: str
    outcome: str
    detail: str
    since: int
    heard_at: int | None
    fresh_at: int | None
    articles: int


class Facts(Struct, frozen=True, kw_only=True):
    """A store at one moment."""

    position: int
    """The journal's last position."""
    clock: int | None
    """The fold's clock, in seconds; None for an empty journal."""
    waiting: int
    """Articles that wait to be read."""
    waiting_since: int | None
    """When the oldest of them came in, in seconds."""
    sources: tuple[SourceFacts, ...]
    destinations: dict[str, outbox.Health]
    alerts: dict[str, int]
    """Kind → how many."""
    store_bytes: int
    disk_free: int


def gather(db: sqlite3.Connection, store: Path) -> Facts:
    """The figures. Raises sqlite3.Error."""
    position, clock = db.execute("SELECT coalesce(max(position), 0), max(received) FROM journal").fetchone()
    waiting = db.execute("SELECT count(*) FROM articles WHERE position IS NULL").fetchone()[0]
    oldest = db.execute("SELECT received FROM articles WHERE position IS NULL ORDER BY seq LIMIT 1").fetchone()
    return Facts(
        position=position,
        clock=clock,
        waiting=waiting,
        waiting_since=oldest[0] if oldest else None,
        sources=tuple(
            SourceFacts(
                source=row["source"],
                outcome=row["outcome"],
                detail=row["detail"],
                since=row["since"],
                heard_at=row["heard_at"],
                fresh_at=row["fresh_at"],
                articles=row["articles"],
            )
            for row in db.execute("SELECT * FROM sources ORDER BY source")
        ),
        destinations=outbox.health(db),
        alerts=dict(db.execute("SELECT kind, count(*) FROM alerts GROUP BY kind ORDER BY kind").fetchall()),
        store_bytes=sum(_size(f"{store}{suffix}") for suffix in ("", "-wal")),
        disk_free=shutil.disk_usage(store.parent).free,
    )


def _size(path: str) -> int:
    with contextlib.suppress(OSError):
        return os.stat(path).st_size
    return 0
