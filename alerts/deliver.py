"""Delivery: drains the outbox, one thread and one connection a destination, so that none delays another.

This alone looks at the wall clock and the network. A notification is marked as being sent, and that is on disk,
before the first byte leaves; what became of it is written together with the mark of the next one. A process killed in
between sends at most that one again, with the same id.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from alerts import outbox
from alerts.alert import Alert
from alerts.backoff import Schedule, TokenBucket, wait_seconds
from alerts.channels import CHANNELS, Answer, Channel, Message, Timeouts, Verdict
from alerts.config.types import Destination
from alerts.outbox import Attempt, Work
from streams.engines.sqlite import connect, transaction

log = logging.getLogger("tocsin.deliver")

#: A safety net under ``wake``: how often a destination looks for work that nobody told it of, such as a redrive.
LOOK_EVERY_SECONDS = 1.0
#: The bucket's share of a second that is not worth a sleep.
_SOON = 0.001

_alerts = msgspec.json.Decoder(Alert)


class Deliverer:
    """Sends what the outbox holds. ``start`` it once; ``wake`` it after each commit that planned something."""

    def __init__(
        self,
        store_path: str | Path,
        destinations: tuple[Destination, ...],
        *,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        schedule: Schedule | None = None,
        timeouts: Timeouts | None = None,
        channels: Mapping[str, Callable[[Destination, Timeouts], Channel]] = CHANNELS,
    ) -> None:
        """``clock`` gives seconds since the epoch, ``chance`` a number in [0, 1) for the jitter."""
        self._path = store_path
        self._idle = threading.Condition()
        self._names = tuple(item.id for item in destinations)
        self._workers = tuple(
            _Worker(
                store_path,
                destination.id,
                channels[destination.kind](destination, timeouts or Timeouts()),
                clock=clock,
                chance=chance,
                schedule=schedule or Schedule(),
                changed=self._notify,
            )
            for destination in destinations
        )

    def start(self) -> None:
        """Begin to send. What a killed process was sending is taken up again."""
        for worker in self._workers:
            worker.start()

    def wake(self) -> None:
        """Something was planned."""
        for worker in self._workers:
            worker.wake()

    def stop(self, timeout: float = 25.0) -> None:
        """Let sends that are under way end, then stop; give up waiting after ``timeout`` seconds in all."""
        until = time.monotonic() + timeout
        for worker in self._workers:
            worker.ask_to_stop()
        for worker in self._workers:
            if worker.ident is not None:
                worker.join(max(0.0, until - time.monotonic()))

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is planned or being sent. False when ``timeout`` seconds pass first."""
        until = time.monotonic() + timeout
        connection = connect(self._path)
        try:
            with self._idle:
                while outbox.busy(connection, self._names):
                    left = until - time.monotonic()
                    if left <= 0:
                        return False
                    self._idle.wait(min(left, LOOK_EVERY_SECONDS))
            return True
        finally:
            connection.close()

    def _notify(self) -> None:
        with self._idle:
            self._idle.notify_all()


class _Worker(threading.Thread):
    """Drains one destination's queue."""

    def __init__(
        self,
        path: str | Path,
        destination: str,
        channel: Channel,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
        schedule: Schedule,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(name=f"deliver-{destination}", daemon=True)
        self._path = path
        self._destination = destination
        self._channel = channel
        self._clock = clock
        self._chance = chance
        self._schedule = schedule
        self._changed = changed
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._bucket = TokenBucket(channel.rate, channel.burst)
        self._failures = 0
        self._unwritten: Attempt | None = None

    def wake(self) -> None:
        self._woken.set()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        self._woken.set()

    def run(self) -> None:
        """Send until asked to stop. A store that cannot be written is named and tried again: nothing is lost."""
        connection: sqlite3.Connection | None = None
        while connection is None or not self._done():
            self._woken.clear()
            try:
                if connection is None:
                    connection = self._opened()
                patience = self._turn(connection)
            except sqlite3.Error as error:
                log.error("%s: the store cannot be used: %s; trying again", self._destination, error)
                patience = LOOK_EVERY_SECONDS
                if self._stopping.is_set():
                    break
            if patience > _SOON and not self._stopping.is_set():
                self._woken.wait(patience)
        if connection is not None:
            connection.close()
        self._channel.close()

    def _done(self) -> bool:
        return self._stopping.is_set() and self._unwritten is None

    def _opened(self) -> sqlite3.Connection:
        connection = connect(self._path)
        with transaction(connection):
            uncertain = outbox.recover(connection, self._destination)
            row = outbox.pending(connection, self._destination, float("inf"))
        self._failures = row.attempts if row is not None else 0
        if uncertain:
            log.warning("%s: %d may have been sent before the last stop; sending again", self._destination, uncertain)
        return connection

    def _turn(self, connection: sqlite3.Connection) -> float:
        """Write what became of the last notification and send the next. Gives seconds to wait before another turn."""
        wait = self._bucket.wait(time.monotonic())
        work = self._advance(connection, may_send=wait <= _SOON and not self._stopping.is_set())
        if work is None:
            waits = (wait, self._blocked(connection))
            return min([LOOK_EVERY_SECONDS, *(seconds for seconds in waits if seconds > _SOON)])
        self._bucket.take()
        self._unwritten = self._send(work)
        return 0.0

    def _advance(self, connection: sqlite3.Connection, *, may_send: bool) -> Work | None:
        finished = self._unwritten
        now = self._clock()
        if finished is None and not (may_send and outbox.pending(connection, self._destination, now)):
            return None
        with transaction(connection):
            if finished is not None:
                outbox.record(connection, finished)
            work = outbox.claim(connection, self._destination, now) if may_send else None
        self._unwritten = None
        if finished is not None:
            self._changed()
        return work

    def _blocked(self, connection: sqlite3.Connection) -> float:
        """Seconds until the destination may be probed again; 0 or less when it may be now."""
        until = outbox.blocked_until(connection, self._destination)
        return 0.0 if until is None else until - self._clock()

    def _send(self, work: Work) -> Attempt:
        """Send one notification, as plain text when its first form is called invalid, and say what came of it."""
        message = Message(
            id=work.id,
            alert=_alerts.decode(work.data),
            data=work.data,
            now=self._clock(),
            told_at=work.told_at,
        )
        answer, verdict = self._try(message, plain=False)
        if verdict == "invalid":
            log.warning("%s: %s was called invalid: %s; sending plain text", self._destination, work.id, answer.text)
            answer, verdict = self._try(message, plain=True)
        return self._attempt(work, answer, verdict)

    def _try(self, message: Message, *, plain: bool) -> tuple[Answer, Verdict]:
        try:
            payload = self._channel.plain(message) if plain else self._channel.render(message)
        except Exception as error:  # a form that cannot be made must not stop the queue
            log.exception("%s: %s cannot be put in form", self._destination, message.id)
            return Answer(text=f"cannot be put in form: {type(error).__name__}"), "invalid"
        answer = self._channel.send(payload)
        return answer, self._channel.verdict(answer)

    def _attempt(self, work: Work, answer: Answer, verdict: Verdict) -> Attempt:
        """What the verdict means for the queue."""
        now = self._clock()
        failing = verdict in ("retry", "uncertain")
        self._failures = self._failures + 1 if failing else 0
        if verdict == "delivered":
            log.info("%s: %s delivered", self._destination, work.id)
            return Attempt(work=work, result="delivered", answer=answer.kept)
        log.warning("%s: %s: %s (%s %s)", self._destination, work.id, verdict, answer.status or "", answer.text)
        expired = work.tried_since is not None and now - work.tried_since > self._schedule.retention
        if verdict == "invalid" or (failing and expired):
            return Attempt(work=work, result="dead", answer=answer.kept)
        if verdict == "park":
            return Attempt(work=work, result="park", answer=answer.kept)
        wait = wait_seconds(self._schedule, self._failures, answer.retry_after, now=now, chance=self._chance())
        result: outbox.Result = "uncertain" if verdict == "uncertain" else "retry"
        return Attempt(work=work, result=result, answer=answer.kept, not_before=now + wait)
