"""Pure work on every core, results in the order of the jobs.

A job that kills its worker, or keeps it longer than such work can take, is tried alone; when it does so twice it is
given up and the others go on.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Key = TypeVar("Key")
Work = Callable[[bytes], bytes]
#: From the job and why it was given up ("did not end", say) to what stands in for its result.
GiveUp = Callable[[bytes, str], bytes]

#: Jobs handed to a worker at once while many wait, and the bytes beyond which a piece takes no more of them.
CHUNK, CHUNK_BYTES = 16, 4 << 20
#: Seconds that a piece of work may take: for any, and for each megabyte of it.
PATIENCE, PATIENCE_A_MEGABYTE = 30.0, 30.0
#: Seconds that a worker may take to start, which is not the time of its work.
START = 60.0

_work: Work | None = None


class Workers:
    """Runs ``work`` over jobs of bytes. With ``count=0`` it runs in this process."""

    def __init__(
        self, work: Work, give_up: GiveUp, count: int, *, preload: Sequence[str], patience: float = PATIENCE
    ) -> None:
        """``preload`` names modules that the workers' parent imports once; ``patience`` is in seconds."""
        self._function, self._give_up, self._count = work, give_up, count
        self._preload, self._patience = list(preload), patience
        self._executor: ProcessPoolExecutor | None = None
        self._solo: ProcessPoolExecutor | None = None

    def map(self, jobs: Iterable[tuple[Key, bytes]]) -> Iterator[tuple[Key, bytes]]:
        """(key, result) of (key, job) pairs, in their order; at most a few chunks ahead."""
        if self._count == 0:
            for key, data in jobs:
                yield key, self._function(data)
            return
        ahead: deque[tuple[list[tuple[Key, bytes]], Future[list[bytes]]]] = deque()
        for chunk in _chunks(jobs, self._count):
            ahead.append((chunk, self._submit([data for _, data in chunk])))
            if len(ahead) > 3 * self._count:
                yield from self._results(*ahead.popleft())
        while ahead:
            yield from self._results(*ahead.popleft())

    def warm(self, sample: bytes) -> None:
        """Start the workers and have each do a sample, so that the first real job does not wait for them."""
        if self._count:
            for future in [self._submit([sample]) for _ in range(2 * self._count)]:
                future.result()

    def close(self) -> None:
        """End the workers."""
        for executor in (self._executor, self._solo):
            if executor is not None:
                executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._solo = None

    def _submit(self, chunk: list[bytes]) -> Future[list[bytes]]:
        if self._executor is None:
            self._executor = self._start(self._count)
        try:
            return self._executor.submit(_work_all, chunk)
        except BrokenProcessPool as error:
            broken: Future[list[bytes]] = Future()
            broken.set_exception(error)
            return broken

    def _results(self, chunk: list[tuple[Key, bytes]], future: Future[list[bytes]]) -> Iterator[tuple[Key, bytes]]:
        data = [job for _, job in chunk]
        try:
            results = future.result(self._time_for(data))
        except (BrokenProcessPool, TimeoutError, CancelledError):
            _end(self._executor)
            self._executor = None
            results = [self._alone(job) for job in data]
        yield from zip((key for key, _ in chunk), results, strict=True)

    def _alone(self, job: bytes) -> bytes:
        """Do one job with nobody beside it, so that only it can be to blame when the worker dies or hangs."""
        why = ""
        for _ in range(2):
            try:
                if self._solo is None:
                    self._solo = self._start(1)
                    self._solo.submit(_work_all, []).result(START)
                return self._solo.submit(_work_all, [job]).result(self._time_for([job]))[0]
            except (BrokenProcessPool, TimeoutError) as error:
                why = "did not end" if isinstance(error, TimeoutError) else "ended the worker process"
                _end(self._solo)
                self._solo = None
        return self._give_up(job, why)

    def _time_for(self, jobs: list[bytes]) -> float:
        return self._patience + PATIENCE_A_MEGABYTE * sum(map(len, jobs)) / 1e6

    def _start(self, count: int) -> ProcessPoolExecutor:
        # forkserver: no thread of the daemon is copied half-way, and start-up is paid once
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(self._preload)
        return ProcessPoolExecutor(count, context, _begin, (self._function,))


def _end(executor: ProcessPoolExecutor | None) -> None:
    """End an executor whose workers may hang: they are killed, since they would not hear."""
    if executor is None:
        return
    for process in list((executor._processes or {}).values()):
        process.kill()
    executor.shutdown(wait=False, cancel_futures=True)


def _chunks(jobs: Iterable[tuple[Key, bytes]], workers: int) -> Iterator[list[tuple[Key, bytes]]]:
    """Small pieces when little waits, so that every worker has some; larger ones when much does."""
    size = max(1, min(CHUNK, -(-len(jobs) // workers))) if isinstance(jobs, list) else CHUNK
    chunk: list[tuple[Key, bytes]] = []
    total = 0
    for job in jobs:
        chunk.append(job)
        total += len(job[1])
        if len(chunk) >= size or total >= CHUNK_BYTES:
            yield chunk
            chunk, total = [], 0
    if chunk:
        yield chunk


def _begin(work: Work) -> None:
    global _work  # noqa: PLW0603 - a worker's one setting
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches them too, and it is their parent who ends them
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose monitor was killed has nothing left to wait for, and must not stay behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _work_all(jobs: list[bytes]) -> list[bytes]:
    assert _work is not None
    return [_work(job) for job in jobs]
