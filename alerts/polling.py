"""Which source is to be looked at next? Several at once, each at its own pace, so that a slow one delays no other.

What a poll brings is stored whole, with what the next poll needs to know; then the monitor is woken.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from glob import glob
from pathlib import Path

import msgspec
import requests
from msgspec.structs import replace

from alerts.config.types import Config, Source
from alerts.intake import Batch, Intake
from alerts.masking import mask
from alerts.reading import read_options
from streams.article import Article
from streams.journal import Coverage, PollOutcome
from streams.sources import FeedError, Unreadable, read_feed
from streams.sources.http import PollMemory, PollSource, poll
from streams.sources.options import as_heard
from streams.sources.session import open_session

log = logging.getLogger("tocsin.poll")
#: Sources that are looked at at the same time.
AT_ONCE = 8
#: Seconds until a poll that could not be stored is tried again.
_STORE_RETRY = 5.0


class FeedMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What polling a feed remembers, and when it last went well."""

    poll: PollMemory = PollMemory()
    heard_at: datetime | None = None


class FileMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What polling a glob of files remembers: path → size and time of change."""

    files: dict[str, tuple[int, int]] = {}


class Poller:
    """Polls the sources of a config until stopped."""

    def __init__(
        self,
        config: Config,
        intake: Intake,
        *,
        clock: Callable[[], float],
        cover: Callable[[Coverage], None],
        wake: Callable[[], None],
    ) -> None:
        """``cover`` takes a change of how a source does, ``wake`` is called when articles were taken in."""
        self._intake, self._clock, self._cover, self._wake = intake, clock, cover, wake
        self._config = config
        self._due: dict[str, float] = {}
        self._outcomes: dict[str, PollOutcome] = {}
        self._busy: set[str] = set()
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._queue: queue.SimpleQueue[Source | None] = queue.SimpleQueue()
        self._changed = threading.Event()
        loops = (self._schedule, *[self._work] * AT_ONCE)
        self._threads = [threading.Thread(target=loop, name=f"poll-{n}", daemon=True) for n, loop in enumerate(loops)]

    def start(self) -> None:
        """Begin to poll; every source is due."""
        for thread in self._threads:
            thread.start()

    def adopt(self, config: Config) -> None:
        """Go by another config from here on: new sources are due, others keep their pace."""
        with self._lock:
            self._config = config
        self._changed.set()

    def stop(self, timeout: float) -> None:
        """Begin no poll any more, and wait that long in all for those under way."""
        self._stopping.set()
        self._changed.set()
        for _ in range(AT_ONCE):
            self._queue.put(None)
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _schedule(self) -> None:
        while not self._stopping.is_set():
            self._changed.clear()
            now = self._clock()
            with self._lock:
                sources = [source for source in self._config.sources if not source.push]
                ready = [s for s in sources if s.id not in self._busy and self._due.get(s.id, 0.0) <= now]
                self._busy.update(source.id for source in ready)
                waits = [self._due.get(s.id, 0.0) - now for s in sources if s.id not in self._busy]
            for source in ready:
                self._queue.put(source)
            self._changed.wait(min(5.0, max(0.05, min(waits, default=5.0))))

    def _work(self) -> None:
        sessions = {allowed: open_session(allow_private=allowed) for allowed in (False, True)}
        while (source := self._queue.get()) is not None:
            due = self._poll(sessions[source.allow_private], source)
            with self._lock:
                self._due[source.id] = due
                self._busy.discard(source.id)
            self._changed.set()

    def _poll(self, session: requests.Session, source: Source) -> float:
        """Poll one source and store what came. Gives when to poll it next, in seconds."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            if source.feed:
                return self._poll_feed(session, source, now)
            return self._poll_files(source, now)
        except sqlite3.Error as error:
            log.error("source %s: not taken in: the store cannot be written: %s; trying again", source.id, error)
            return now.timestamp() + _STORE_RETRY
        except Exception as error:
            log.exception("source %s: poll failed", source.id)
            self._say_outcome(source.id, "failed", type(error).__name__)
            return now.timestamp() + source.every

    def _poll_feed(self, session: requests.Session, source: Source, now: datetime) -> float:
        kept = self._intake.memory(source.id)
        memory = msgspec.json.decode(kept, type=FeedMemory) if kept else FeedMemory()
        result = poll(_what(source), memory.poll, now, session)
        heard = memory.heard_at if result.outcome == "failed" else now
        articles = [self._in_time(article, source, memory.heard_at, now) for article in result.articles]
        memory_now = msgspec.json.encode(FeedMemory(poll=result.memory, heard_at=heard))
        outcome: PollOutcome = "ok" if result.outcome == "unchanged" else result.outcome
        self._store(source, now, articles, result.unreadable, memory_now, outcome, result.detail)
        next_at = result.memory.next_poll_at
        return next_at.timestamp() if next_at is not None else now.timestamp() + source.every

    def _in_time(self, article: Article, source: Source, heard_at: datetime | None, now: datetime) -> Article:
        """What was published while the feed could not be heard is in time: its lateness grows by the silence."""
        silence = (now - heard_at).total_seconds() if heard_at else 0.0
        if silence <= 2 * source.every:
            return article
        usual = source.lateness if source.lateness is not None else self._config.lateness
        return replace(article, lateness=usual + int(silence))

    def _poll_files(self, source: Source, now: datetime) -> float:
        kept = self._intake.memory(source.id)
        memory = msgspec.json.decode(kept, type=FileMemory) if kept else FileMemory()
        present = {path: _stamp(path) for path in sorted(glob(source.files or "", recursive=True))}
        articles: list[Article] = []
        unreadable: list[Unreadable] = []
        options = read_options(source)
        for path in (path for path, stamp in present.items() if memory.files.get(path) != stamp):
            try:
                for item in read_feed(path, options):
                    if isinstance(item, Article):
                        articles.append(as_heard(item, now, first_contact=not kept))
                    else:
                        unreadable.append(item)
            except FeedError as error:
                unreadable.append(Unreadable(where=path, why=str(error)))
        memory_now = msgspec.json.encode(FileMemory(files=present))
        outcome: PollOutcome = "ok" if kept else "first_contact"
        self._store(source, now, articles, unreadable, memory_now, outcome, f"{len(present)} files")
        return now.timestamp() + source.every

    def _store(
        self,
        source: Source,
        now: datetime,
        articles: list[Article],
        unreadable: list[Unreadable],
        memory: bytes,
        outcome: PollOutcome,
        detail: str,
    ) -> None:
        shown = [Unreadable(where=mask(item.where), why=mask(item.why)) for item in unreadable]
        detail = mask(detail)
        fresh = self._intake.save(
            Batch(
                source=source.id,
                now=now,
                articles=articles,
                unreadable=shown,
                memory=memory,
                outcome="failed" if outcome == "failed" else "ok",
                detail=detail,
            )
        )
        for item in shown[:5]:
            log.warning("source %s: %s: %s", source.id, item.where, item.why)
        if len(shown) > 5:
            log.warning("source %s: %d more could not be read; `tocsin status` lists them", source.id, len(shown) - 5)
        if fresh:
            log.info("source %s: %d new articles", source.id, fresh)
            self._wake()
        self._say_outcome(source.id, outcome, detail)

    def _say_outcome(self, source: str, outcome: PollOutcome, detail: str) -> None:
        """Put a change of how a source does into the journal."""
        with self._lock:
            if self._outcomes.get(source) == outcome:
                return
            self._outcomes[source] = outcome
        if outcome == "failed":
            log.warning("source %s: %s", source, detail)
        self._cover(Coverage(source=source, outcome=outcome, detail=detail))


def _what(source: Source) -> PollSource:
    return PollSource(
        id=source.id,
        url=source.feed or "",
        every=source.every,
        format=source.format,
        fields=source.fields,
        zone=source.zone,
        publisher=source.publisher,
        lateness=source.lateness,
        allow_private=source.allow_private,
    )


def _stamp(path: str) -> tuple[int, int]:
    stat = Path(path).stat()
    return stat.st_size, stat.st_mtime_ns
