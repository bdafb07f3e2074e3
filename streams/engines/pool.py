"""Classification on every core, results in the order of the articles.

A pool of processes runs the pure step. An article that kills its worker, or keeps it longer than reading can take, is
tried alone; when it does so twice it is quarantined: a report with the problem ``quarantined`` takes its place and the
others go on.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import msgspec
from msgspec.structs import replace

from streams.article import Article, Problem, Report, unread
from streams.journal import Reading, encode_entry

#: Articles handed to a worker at once while many wait.
CHUNK = 16

#: Seconds that reading may take: for any piece of work, and for each megabyte of it.
PATIENCE, PATIENCE_A_MEGABYTE = 30.0, 30.0

Classify = Callable[[Article], Report]
Job = tuple[int, int, bytes]

_classify: Classify | None = None


def read_article(classify: Classify, data: bytes) -> bytes:
    """The journal entry, as bytes, of an article's bytes. What classify raises becomes a problem of the report."""
    article = msgspec.json.decode(data, type=Article)
    try:
        report = classify(article)
    except Exception as error:
        report = failed_report(article, "classify_error", f"not read: {type(error).__name__}: {error}")
    return encode_entry(Reading(report=report))


def failed_report(article: Article, code: str, message: str) -> Report:
    """A report that says why its article was not read."""
    return replace(unread(article), problems=(*article.problems, Problem(code=code, message=message)))


class Pool:
    """Runs ``classify`` over articles. With ``workers=0`` it runs in this process."""

    def __init__(self, classify: Classify, workers: int, *, patience: float = PATIENCE) -> None:
        """``patience`` in seconds: how long a worker may take before it is taken to hang."""
        self._function, self._workers, self._patience = classify, workers, patience
        self._executor: ProcessPoolExecutor | None = None
        self._solo: ProcessPoolExecutor | None = None

    def map(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """(seq, received, entry) of (seq, received, article) jobs, in their order; at most a few chunks ahead."""
        if self._workers == 0:
            for seq, received, data in jobs:
                yield seq, received, read_article(self._function, data)
            return
        ahead: deque[tuple[list[Job], Future[list[bytes]]]] = deque()
        for chunk in _chunks(jobs, self._workers):
            ahead.append((chunk, self._submit(chunk)))
            if len(ahead) > 3 * self._workers:
                yield from self._results(*ahead.popleft())
        while ahead:
            yield from self._results(*ahead.popleft())

    def warm(self, sample: Article) -> None:
        """Start the workers and have each read a sample, so that the first real article does not wait for them."""
        if self._workers:
            job = (0, 0, msgspec.json.encode(sample))
            for future in [self._submit([job]) for _ in range(2 * self._workers)]:
                future.result()

    def close(self) -> None:
        """End the workers."""
        for executor in (self._executor, self._solo):
            if executor is not None:
                executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._solo = None

    def _submit(self, chunk: list[Job]) -> Future[list[bytes]]:
        if self._executor is None:
            self._executor = _executor(self._function, self._workers)
        try:
            return self._executor.submit(_work, [data for _, _, data in chunk])
        except BrokenProcessPool as error:
            broken: Future[list[bytes]] = Future()
            broken.set_exception(error)
            return broken

    def _results(self, chunk: list[Job], future: Future[list[bytes]]) -> Iterator[Job]:
        articles = [data for _, _, data in chunk]
        try:
            entries = future.result(self._time_for(articles))
        except (BrokenProcessPool, TimeoutError, CancelledError):
            _end(self._executor)
            self._executor = None
            entries = [self._alone(data) for data in articles]
        for (seq, received, _), entry in zip(chunk, entries, strict=True):
            yield seq, received, entry

    def _alone(self, data: bytes) -> bytes:
        """Read one article with nobody beside it, so that only it can be to blame when the worker dies or hangs."""
        why = ""
        for _ in range(2):
            if self._solo is None:
                self._solo = _executor(self._function, 1)
            try:
                return self._solo.submit(_work, [data]).result(self._time_for([data]))[0]
            except (BrokenProcessPool, TimeoutError) as error:
                why = "did not end" if isinstance(error, TimeoutError) else "ended the worker process"
                _end(self._solo)
                self._solo = None
        article = msgspec.json.decode(data, type=Article)
        report = failed_report(article, "quarantined", f"set aside: reading it {why}, twice")
        return encode_entry(Reading(report=report))

    def _time_for(self, articles: list[bytes]) -> float:
        return self._patience + PATIENCE_A_MEGABYTE * sum(map(len, articles)) / 1e6


def _end(executor: ProcessPoolExecutor | None) -> None:
    """End an executor whose workers may hang: they are killed, since they would not hear."""
    if executor is None:
        return
    for process in list((executor._processes or {}).values()):
        process.kill()
    executor.shutdown(wait=False, cancel_futures=True)


def _executor(classify: Classify, workers: int) -> ProcessPoolExecutor:
    # forkserver: no thread of the daemon is copied half-way, and start-up is paid once
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["streams.classify"])
    return ProcessPoolExecutor(workers, context, _start, (classify,))


def _chunks(jobs: Iterable[Job], workers: int) -> Iterator[list[Job]]:
    """Small pieces when little waits, so that every worker has some; larger ones when much does."""
    waiting = list(jobs) if isinstance(jobs, list) else None
    size = CHUNK if waiting is None else max(1, min(CHUNK, -(-len(waiting) // workers)))
    chunk: list[Job] = []
    for job in waiting if waiting is not None else jobs:
        chunk.append(job)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _start(classify: Classify) -> None:
    global _classify  # noqa: PLW0603 - a worker's one setting
    _classify = classify
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose monitor was killed has nothing left to wait for, and must not stay behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _work(articles: list[bytes]) -> list[bytes]:
    assert _classify is not None
    return [read_article(_classify, data) for data in articles]
