"""History through the same pipeline: read it in, put it in order, fold it.

The articles are staged in the store, sorted by (time, source, id, revision) and then wait like any others, so that a
replay that was broken off goes on where it was, and memory stays flat whatever the size of the history.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from alerts.against import Message
from alerts.clock import Clock
from streams.article import Article
from streams.engines.history import Waiting
from streams.engines.report_cache import reader_version
from streams.engines.sqlite import transaction
from streams.engines.store import Store, note_unreadable
from streams.sources import FeedError, ReadOptions, Unreadable
from streams.sources.opening import paths_of
from streams.times import iso, seconds_of

_STATE, _READY, _STAGING = "replay", "ready", "staging"
_BATCH = 1000
_TAKE_IN = "INSERT INTO articles (received, data) SELECT time, data FROM staged ORDER BY time, feed, id, revision, n"


@dataclass
class Staged:
    """What reading in a history gave."""

    articles: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)
    first: int | None = None
    last: int | None = None


class Pace:
    """Lets a history pass at a factor of real time: waits until it is an entry's turn."""

    def __init__(self, factor: float, since: int | None, clock: Clock) -> None:
        """``factor`` 60 lets an hour pass in a minute; what lies before ``since`` (seconds) passes at once."""
        self._factor, self._since, self._clock = factor, since, clock
        self._begun: tuple[float, int] | None = None

    def __call__(self, moment: int) -> None:
        """Wait until the turn of an entry of that time (seconds)."""
        if self._since is not None and moment < self._since:
            return
        if self._begun is None:
            self._begun = self._clock.steady(), moment
        start, first = self._begun
        left = start + (moment - first) / self._factor - self._clock.steady()
        if left > 0:
            self._clock.sleep(threading.Event(), left)


def told(connection: sqlite3.Connection, since: int | None = None) -> list[bytes]:
    """The canonical bytes of the alerts, in their order; from a time (seconds) on."""
    rows = connection.execute(
        "SELECT data FROM alerts WHERE at >= ? ORDER BY position, rowid", ("" if since is None else iso(since),)
    )
    return [bytes(row[0]) for row in rows]


def messages(connection: sqlite3.Connection, since: int | None = None) -> list[Message]:
    """What would have gone to whom, from a time (seconds) on: groups and digests as one message."""
    rows = connection.execute(
        "SELECT at, destination, covers FROM sendings WHERE at >= ? ORDER BY rowid", (since or 0,)
    )
    return [
        Message(at=iso(at) or "", destination=destination, alerts=tuple(msgspec.json.decode(covers)))
        for at, destination, covers in rows
    ]


def is_staged(store: Store, spec: str) -> bool:
    """Whether this very history already waits in the store (or has been folded)."""
    return store.meta(_STATE) == f"{_READY}:{spec}"


def stage(
    store: Store,
    feeds: Iterable[Iterable[Article | Unreadable]],
    spec: str,
    *,
    until: int | None = None,
    keep: bool = True,
    each: Callable[[], None] | None = None,
) -> Staged:
    """Read feeds in and put their articles in order behind what the store has.

    ``until`` (exclusive) is in seconds. A stage that was broken off is begun again. With ``keep`` False they stay
    where ``in_order`` takes them from.
    """
    staged = Staged()
    writer = store.writer
    with transaction(writer):
        writer.execute("DELETE FROM staged")
        store.set_meta(_STATE, f"{_STAGING}:{spec}")
    batch: list[tuple[int, str, str, int, bytes]] = []
    for feed in feeds:
        for moment, article in _clocked(feed, staged):
            if until is not None and moment >= until:
                continue
            staged.articles += 1
            staged.first = moment if staged.first is None else min(staged.first, moment)
            staged.last = moment if staged.last is None else max(staged.last, moment)
            batch.append((moment, article.feed, article.id, article.revision or 1, msgspec.json.encode(article)))
            if each:
                each()
            if len(batch) >= _BATCH:
                _insert(store, batch)
    _insert(store, batch)
    with transaction(writer):
        if keep:
            writer.execute(_TAKE_IN)
            writer.execute("DELETE FROM staged")
        note_unreadable(writer, staged.last or 0, ((u.where, u.why) for u in staged.unreadable))
        store.set_meta(_STATE, f"{_READY}:{spec}")
    return staged


def _insert(store: Store, batch: list[tuple[int, str, str, int, bytes]]) -> None:
    with transaction(store.writer):
        store.writer.executemany("INSERT INTO staged (time, feed, id, revision, data) VALUES (?, ?, ?, ?, ?)", batch)
    batch.clear()


def _clocked(feed: Iterable[Article | Unreadable], staged: Staged) -> Iterator[tuple[int, Article]]:
    """Each article with its time: received, else published; an undated one takes the clock at its place in the file.

    Undated articles before the first dated one take that one's time; with none at all they take 0, 1 January 1970,
    since nothing may fall back to "now".
    """
    clock: int | None = None
    waiting: list[Article] = []
    for item in feed:
        if isinstance(item, Unreadable):
            staged.unreadable.append(item)
            continue
        moment = item.received or item.published
        if moment is None and clock is None:
            waiting.append(item)
            continue
        own = seconds_of(moment) if moment is not None else clock or 0
        clock = own if clock is None else max(clock, own)
        yield from ((clock, article) for article in waiting)
        waiting.clear()
        yield own, item
    yield from ((0, article) for article in waiting)


def in_order(store: Store) -> Iterator[Waiting]:
    """The articles of a history that stays staged, in order, each with whether it has no other version there."""
    twice = "SELECT feed, id FROM staged GROUP BY feed, id HAVING count(*) > 1"
    again = {(row[0], row[1]) for row in store.writer.execute(twice)}
    store.writer.execute("CREATE INDEX IF NOT EXISTS staged_order ON staged (time, feed, id, revision, n)")
    rows = "SELECT n, time, data, feed, id FROM staged INDEXED BY staged_order ORDER BY time, feed, id, revision, n"
    for n, moment, data, feed, id_ in store.writer.execute(rows):
        yield n, moment, bytes(data), (feed, id_) not in again


def fingerprint(feeds: Iterable[tuple[str, ReadOptions]], until: int | None) -> bytes | None:
    """What a history is known by: the content of its files and how they are read. None when not all are files."""
    told = hashlib.blake2b(reader_version(), digest_size=16)
    told.update(repr(until).encode())
    try:
        for feed, options in feeds:
            if feed == "-" or "://" in feed or ":" in feed.partition("/")[0]:
                return None
            told.update(repr(options).encode())
            for path in paths_of(feed):
                told.update(f"\0{path}\0".encode())
                with open(path, "rb") as file:
                    told.update(hashlib.file_digest(file, _blake).digest())
    except (OSError, FeedError):
        return None
    return told.digest()


def _blake() -> Any:
    return hashlib.blake2b(digest_size=16)
