"""A history that leaves nothing behind goes through the fold: pieces read before come out of the cache.

The fold is the same as live. What is left out is what only a store needs: the state on disk, and the journal entries
of articles that tell of nothing, of which most news is. Such an *idle* article takes its position and moves the clock,
and no more; ``tests/test_history.py`` holds both ways to the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, field

from streams import world
from streams.article import Report
from streams.engines.folding import Folding, Pace
from streams.engines.pool import Job, Pool
from streams.engines.report_cache import Chunk, ReportCache, reader_version
from streams.engines.taping import END, Taping
from streams.journal import Reading, decode_entry

#: A piece ends behind an article whose hash says so, so that news put in before it moves no other border.
CUT, LONGEST = 256, 2000

Waiting = tuple[int, int, bytes, bool]
"""(seq, received, article, whether it is the only version of its article in the history)."""


class _Piece(Struct):
    """Articles that are read together."""

    key: bytes
    times: list[int]
    alone: list[bool]
    known: bool = False


class Publisher(Struct):
    """How a publisher did over a history. Times are seconds."""

    articles: int
    first: int
    last: int
    silence: int = 0
    """The longest time without an article."""
    silent_from: int = 0


class Span(Struct):
    """What was folded of a history. Times are seconds, None before the first article."""

    articles: int = 0
    first: int | None = None
    last: int | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason → tempting phrases of articles that tell of nothing."""
    publishers: dict[str, Publisher] | None = None
    """By name; None where nobody asked."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """(place, why) of what could not be read."""

    def add(self, chunk: Chunk) -> None:
        """Take another piece into account."""
        self.articles += len(chunk.times)
        self.first = chunk.times[0] if self.first is None else self.first
        self.last = chunk.times[-1]
        self.left_out.update(chunk.left_out)
        if self.publishers is not None:
            for at, n in zip(chunk.times, chunk.by, strict=True):
                _hear(self.publishers, chunk.publishers[n], at)

    def days(self, since: int | None) -> float:
        """How many days it covers from a time (seconds) on."""
        return 0.0 if self.last is None else max(0, self.last - max(self.first or 0, since or 0)) / 86400


def _hear(publishers: dict[str, Publisher], name: str, at: int) -> None:
    known = publishers.get(name)
    if known is None:
        publishers[name] = Publisher(articles=1, first=at, last=at)
        return
    if at - known.last > known.silence:
        known.silence, known.silent_from = at - known.last, known.last
    known.articles, known.last = known.articles + 1, at


class History:
    """The pieces of one history, in order."""

    def __init__(self, pool: Pool, cache: ReportCache) -> None:
        self._pool, self._cache = pool, cache
        self.keys: list[bytes] = []
        """Of the pieces so far."""

    def read(self, waiting: Iterable[Waiting]) -> Iterator[tuple[bytes, Chunk]]:
        """Read articles that are in order; a piece that was read before is taken from the cache."""
        plan: deque[_Piece] = deque()
        results = self._pool.map(self._jobs(waiting, plan))
        for first in results:
            yield from self._known(plan)
            piece = plan.popleft()
            entries = [first[2], *(next(results)[2] for _ in piece.times[1:])]
            yield piece.key, self._read(piece, entries)
        yield from self._known(plan)

    def known(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, Chunk]]:
        """The pieces of a history that was read before."""
        for key in keys:
            self.keys.append(key)
            yield key, self._cache.chunk(key)

    def _jobs(self, waiting: Iterable[Waiting], plan: deque[_Piece]) -> Iterator[Job]:
        """The articles of the pieces that must be read; every piece goes into the plan, in order."""
        for piece, jobs in _pieces(waiting):
            piece.known = self._cache.has(piece.key)
            plan.append(piece)
            if not piece.known:
                yield from jobs

    def _known(self, plan: deque[_Piece]) -> Iterator[tuple[bytes, Chunk]]:
        while plan and plan[0].known:
            yield from self.known([plan.popleft().key])

    def _read(self, piece: _Piece, entries: list[bytes]) -> Chunk:
        left_out, kept = Counter[str](), list[bytes | None]()
        publishers, by = dict[str, int](), list[int]()
        for entry, at, alone in zip(entries, piece.times, piece.alone, strict=True):
            report = _report(entry)
            idle = alone and world.is_idle(report, at)
            kept.append(None if idle else entry)
            by.append(publishers.setdefault(report.source or report.feed, len(publishers)))
            if idle:
                left_out.update(one.reason for one in report.excluded)
        chunk = Chunk(
            times=tuple(piece.times),
            entries=tuple(kept),
            left_out=dict(sorted(left_out.items())),
            publishers=tuple(publishers),
            by=tuple(by),
        )
        self.keys.append(piece.key)
        self._cache.keep_chunk(piece.key, chunk)
        return chunk


def fold(
    foldings: Sequence[tuple[Folding, Taping]],
    chunks: Iterable[tuple[bytes, Chunk]],
    *,
    each: Callable[[int, int], None],
    until: int | None = None,
    pace: Pace | None = None,
    publishers: bool = False,
) -> Span:
    """Fold pieces of a history with a Tick at every timer that falls due, as ``Embedded.replay`` does.

    Several foldings go through it side by side, each with its way to the world, and each gives what it would give
    alone. ``publishers`` asks how each
    of them did.
    """
    span = Span(publishers={} if publishers else None)
    for key, chunk in chunks:
        for n, (folding, taping) in enumerate(foldings):
            taping.before(key)
            _fold_piece(folding, chunk, each if n == 0 else None, pace)
            taping.after(key, folding.state)
        span.add(chunk)
    for folding, taping in foldings:
        taping.before(END)
        folding.tick_until(until, pace)
        folding.commit()
        taping.after(END, folding.state)
    return span


def _fold_piece(folding: Folding, chunk: Chunk, each: Callable[[int, int], None] | None, pace: Pace | None) -> None:
    last = 0
    for n, entry in enumerate(chunk.entries):
        if entry is None and pace is None:
            continue
        folding.pass_by(chunk.times[last:n])
        _step(folding, chunk.times[n], entry, pace)
        if each is not None:
            each(chunk.times[n], n + 1 - last)
        last = n + 1
    folding.pass_by(chunk.times[last:])
    if each is not None:
        each(chunk.times[-1], len(chunk.times) - last)


def _step(folding: Folding, received: int, entry: bytes | None, pace: Pace | None) -> None:
    folding.tick_until(received, pace)
    if pace:
        folding.commit()
        pace(received)
    if entry is None:
        folding.pass_by((received,))
    else:
        folding.append_encoded(entry, received, None)
        folding.commit_if_sending()
        folding.commit_if_old()


def _report(entry: bytes) -> Report:
    reading = decode_entry(entry)
    assert isinstance(reading, Reading)
    return reading.report


def _pieces(waiting: Iterable[Waiting]) -> Iterator[tuple[_Piece, list[Job]]]:
    """Cut articles into pieces by their content, and name each by it."""
    version = reader_version()
    piece, jobs, told = _Piece(b"", [], []), list[Job](), hashlib.blake2b(version, digest_size=16)
    for seq, received, data, alone in waiting:
        of_article = hashlib.blake2b(data, digest_size=8).digest()
        told.update(b"%d %d " % (received, alone))
        told.update(of_article)
        piece.times.append(received)
        piece.alone.append(alone)
        jobs.append((seq, received, data))
        if of_article[0] + 256 * of_article[1] < 65536 // CUT or len(jobs) >= LONGEST:
            piece.key = told.digest()
            yield piece, jobs
            piece, jobs, told = _Piece(b"", [], []), [], hashlib.blake2b(version, digest_size=16)
    if jobs:
        piece.key = told.digest()
        yield piece, jobs
