"""The daemon: sources are polled, what comes in is folded, what is decided is sent, until it is told to stop.

Threads: one that polls, one (the caller's) that moves the journal, and one for each destination. They meet in the
store, so a kill at any moment loses nothing: the next start goes on where this one was.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from glob import glob
from pathlib import Path

import msgspec
import requests
from msgspec.structs import replace

from alerts.config.types import Source
from alerts.intake import Intake
from alerts.monitor import Monitor
from alerts.reading import read_options
from streams.article import Article
from streams.journal import Coverage, PollOutcome, Tick
from streams.sources import FeedError, Unreadable, read_feed
from streams.sources.http import PollMemory, PollSource, poll
from streams.sources.options import as_heard

log = logging.getLogger("tocsin")
#: Seconds between Ticks when nothing comes in, so that the clock does not stand still.
HEARTBEAT = 600
#: Seconds between looks for what nobody tells of, such as an operator's word.
LOOK_EVERY = 1.0
#: Seconds that a stopping daemon gives what is being sent.
DRAIN_SECONDS = 10


_SAMPLE = Article(
    id="sample", body="Gunmen attacked a village near Baghdad on Monday, killing two people, police said."
)


class FeedMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What polling a feed remembers, and when it last went well."""

    poll: PollMemory = PollMemory()
    heard_at: datetime | None = None


class FileMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What polling a glob of files remembers: path → size and time of change."""

    files: dict[str, tuple[int, int]] = {}


class Daemon:
    """A monitor that runs. ``clock`` gives seconds since the epoch."""

    def __init__(self, monitor: Monitor, *, clock: Callable[[], float] = time.time) -> None:
        self.monitor, self.clock = monitor, clock
        self.stopping = threading.Event()
        self._arrived = threading.Event()
        self._coverage: deque[Coverage] = deque()
        self._outcomes: dict[str, str] = {}
        self._last_entry = 0.0

    def run(self) -> None:
        """Run until SIGTERM or SIGINT (or ``stop``), then finish what is under way."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        deliverer = self.monitor.deliverer
        if deliverer is not None:
            deliverer.start()
        self.monitor.adopt_config(int(self.clock()))
        self.monitor.pool.warm(_SAMPLE)
        poller = threading.Thread(target=self._poll_loop, name="poll", daemon=True)
        poller.start()
        log.info("watching %d sources with %d rules", len(self.monitor.config.sources), len(self.monitor.config.rules))
        while not self.stopping.is_set():
            self.turn()
            self._arrived.wait(self._patience())
            self._arrived.clear()
        log.info("stopping: finishing what is under way")
        poller.join(DRAIN_SECONDS)
        self.turn()
        if deliverer is not None:
            deliverer.wait_idle(timeout=DRAIN_SECONDS)

    def wake(self) -> None:
        """Something was taken in."""
        self._arrived.set()

    def stop(self) -> None:
        """Ask the daemon to end; ``run`` returns once it has drained."""
        self.stopping.set()
        self._arrived.set()

    def turn(self) -> None:
        """Fold all that waits, then let time pass."""
        folding = self.monitor.folding
        while self._coverage:
            folding.append(self._coverage.popleft(), int(self.clock()))
        if folding.append_controls(int(self.clock())) + self.monitor.engine.drain():
            self._last_entry = self.clock()
        now = int(self.clock())
        due = folding.fold.next_due(folding.state)
        if (due is not None and due <= now) or now - self._last_entry >= HEARTBEAT:
            folding.append(Tick(), now)
            self._last_entry = now
        folding.commit()

    def _patience(self) -> float:
        due = self.monitor.folding.fold.next_due(self.monitor.folding.state)
        return LOOK_EVERY if due is None else min(LOOK_EVERY, max(0.05, due - self.clock()))

    # --- polling ----------------------------------------------------------------------------------------------------

    def _poll_loop(self) -> None:
        intake = Intake(self.monitor.store.path)
        session = requests.Session()
        due = {source.id: 0.0 for source in self.monitor.config.sources}
        while not self.stopping.is_set():
            for source in self.monitor.config.sources:
                if self.clock() >= due[source.id] and not self.stopping.is_set():
                    due[source.id] = self._poll(intake, session, source)
            wait = min(due.values(), default=self.clock() + 5) - self.clock()
            self.stopping.wait(min(5.0, max(0.05, wait)))
        intake.close()

    def _poll(self, intake: Intake, session: requests.Session, source: Source) -> float:
        """Poll one source and store what came. Gives when to poll it next, in seconds."""
        now = datetime.fromtimestamp(self.clock(), UTC)
        try:
            if source.feed:
                return self._poll_feed(intake, session, source, now)
            return self._poll_files(intake, source, now)
        except Exception as error:
            log.exception("source %s: poll failed", source.id)
            self._cover(source.id, "failed", f"{type(error).__name__}: {error}")
            return now.timestamp() + source.every

    def _poll_feed(self, intake: Intake, session: requests.Session, source: Source, now: datetime) -> float:
        kept = intake.memory(source.id)
        memory = msgspec.json.decode(kept, type=FeedMemory) if kept else FeedMemory()
        what = PollSource(
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
        result = poll(what, memory.poll, now, session)
        heard = memory.heard_at if result.outcome == "failed" else now
        articles = [self._in_time(article, source, memory.heard_at, now) for article in result.articles]
        kept = msgspec.json.encode(FeedMemory(poll=result.memory, heard_at=heard))
        fresh = intake.save(source.id, articles, result.unreadable, kept, now)
        self._say(source.id, fresh, result.unreadable)
        self._cover(source.id, "ok" if result.outcome == "unchanged" else result.outcome, result.detail)
        next_at = result.memory.next_poll_at
        return next_at.timestamp() if next_at is not None else now.timestamp() + source.every

    def _in_time(self, article: Article, source: Source, heard_at: datetime | None, now: datetime) -> Article:
        """What was published while the feed could not be heard is in time: its lateness grows by the silence."""
        silence = (now - heard_at).total_seconds() if heard_at else 0.0
        if silence <= 2 * source.every:
            return article
        usual = source.lateness if source.lateness is not None else self.monitor.config.lateness
        return replace(article, lateness=usual + int(silence))

    def _poll_files(self, intake: Intake, source: Source, now: datetime) -> float:
        kept = intake.memory(source.id)
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
        fresh = intake.save(source.id, articles, unreadable, msgspec.json.encode(FileMemory(files=present)), now)
        self._say(source.id, fresh, unreadable)
        self._cover(source.id, "ok" if kept else "first_contact", f"{len(present)} files")
        return now.timestamp() + source.every

    def _say(self, source: str, fresh: int, unreadable: list[Unreadable] | tuple[Unreadable, ...]) -> None:
        for item in unreadable:
            log.warning("source %s: %s: %s", source, item.where, item.why)
        if fresh:
            log.info("source %s: %d new articles", source, fresh)
            self._arrived.set()

    def _cover(self, source: str, outcome: PollOutcome, detail: str) -> None:
        """Put a change of how a source does into the journal."""
        if self._outcomes.get(source) == outcome:
            return
        self._outcomes[source] = outcome
        if outcome == "failed":
            log.warning("source %s: %s", source, detail)
        self._coverage.append(Coverage(source=source, outcome=outcome, detail=detail))
        self._arrived.set()


def _stamp(path: str) -> tuple[int, int]:
    stat = Path(path).stat()
    return stat.st_size, stat.st_mtime_ns
