"""One thread that sends to one destination: claims what goes next, sends it, writes down what became of it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from alerts import outbox
from alerts.alert import Alert
from alerts.channels import Answer, Channel, FormError, Message, Verdict
from alerts.clock import Clock
from alerts.outbox import Attempt, Result, Work
from alerts.pace import Pace
from streams.engines.sqlite import connect, transaction

log = logging.getLogger("tocsin.deliver")

#: Seconds after which a store that could not be used is tried again.
STORE_SECONDS = 1.0

_alerts = msgspec.json.Decoder(Alert)


class _NotOursError(Exception):
    """The term in which a notification was claimed is over: another process may be sending it."""


class Sender(threading.Thread):
    """Sends to one destination, beside others that share its ``pace`` when it takes several at once."""

    def __init__(
        self,
        path: str | Path,
        destination: str,
        channel: Channel,
        pace: Pace,
        clock: Clock,
        number: int,
        changed: Callable[[], None],
        held: Callable[[], int],
        misfit: Callable[[str], None],
    ) -> None:
        """``changed`` is called after each answer that was written down, ``misfit`` with why a form cannot be made.

        ``held`` gives the number of the term in which this process may send; 0 while it may not.
        """
        super().__init__(name=f"deliver-{destination}-{number}", daemon=True)
        self._path, self._destination, self._channel = path, destination, channel
        self._pace, self._clock, self._changed, self._held, self._misfit = pace, clock, changed, held, misfit
        self._term = 0
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._unwritten: Attempt | None = None
        self._on_its_way = False

    def wake(self) -> None:
        """There may be work."""
        self._woken.set()

    @property
    def failing(self) -> bool:
        """Whether its destination did not take the last message that was tried."""
        return self._pace.failures > 0

    @property
    def sending(self) -> bool:
        """Whether something is on its way, or what became of it not yet written down."""
        return self._on_its_way or self._unwritten is not None

    def ask_to_stop(self) -> None:
        """End after what is under way."""
        self._stopping.set()
        self._woken.set()

    def run(self) -> None:
        """Send until asked to stop. A store that cannot be written is named and tried again: nothing is lost."""
        connection: sqlite3.Connection | None = None
        while not self._done():
            self._woken.clear()
            try:
                connection = connection or connect(self._path)
                patience = self._turn(connection)
            except sqlite3.Error as error:
                log.error("%s: the store cannot be used: %s; trying again", self._destination, error)
                patience = STORE_SECONDS
                if self._stopping.is_set():
                    break
            if patience and not self._stopping.is_set():
                self._clock.sleep(self._woken, patience)
        if connection is not None:
            connection.close()
        self._channel.close()

    def _done(self) -> bool:
        return self._stopping.is_set() and self._unwritten is None

    def _turn(self, connection: sqlite3.Connection) -> float:
        """Write what became of the last notification and send the next. Gives seconds to wait before another turn."""
        with self._pace.lock:
            work = self._advance(connection)
            if work is None:
                look = self._pace.schedule.look_every
                return min(look, self._pace.wait() or look)
            self._pace.take()
        try:
            sent = self._send(work)
        except _NotOursError:
            log.warning("%s: %s is not sent: another may decide now", self._destination, work.id)
            sent = None
        with self._pace.lock:
            self._pace.back()
            self._unwritten = self._judged(work, *sent) if sent else self._unsent(work)
            self._on_its_way = False
        return 0.0

    def _advance(self, connection: sqlite3.Connection) -> Work | None:
        """Write down the last answer and claim the next notification, in one transaction; None when none may go."""
        finished, now = self._unwritten, self._clock.wall()
        self._pace.read(outbox.standing(connection, self._destination))
        self._term = self._held()
        may_send = bool(self._term) and not self._stopping.is_set() and not self._pace.wait()
        probing = self._pace.failures > 0
        may_send = may_send and bool(finished or outbox.next_id(connection, self._destination, now, probing=probing))
        if finished is None and not may_send:
            return None
        work = None
        with transaction(connection):
            if finished is not None:
                outbox.record(connection, finished)
            if may_send:
                work = outbox.claim(
                    connection,
                    self._destination,
                    now,
                    probing=probing,
                    digest=self._pace.digest,
                    together=self._channel.together,
                )
        self._on_its_way, self._unwritten = work is not None, None
        if finished is not None:
            self._changed()
        return work

    # --- one attempt -------------------------------------------------------------------------------------------------

    def _send(self, work: Work) -> tuple[Answer, Verdict]:
        """Send one notification, an alert as plain text when its first form is called invalid.

        Raises _NotOursError when the term in which it was claimed is over.
        """
        try:
            alerts = tuple(_alerts.decode(data) for data in work.data)
        except msgspec.MsgspecError as error:
            log.error("%s: %s: the stored alert cannot be read: %s", self._destination, work.id, error)
            return Answer(text=f"the stored alert cannot be read: {error}"), "invalid"
        newest = max(range(len(alerts)), key=lambda n: (alerts[n].at, n))
        message = Message(
            id=work.id,
            alert=alerts[newest],
            data=work.data[newest],
            now=self._clock.wall(),
            told_at=work.told_at,
            before=work.handle,
            digest=alerts if work.members else (),
            together=work.words,
        )
        answer, verdict = self._try(message, plain=False)
        if verdict == "invalid" and not work.members:
            log.warning("%s: %s was called invalid: %s; sending plain text", self._destination, work.id, answer.text)
            answer, verdict = self._try(message, plain=True)
        return answer, verdict

    def _try(self, message: Message, *, plain: bool) -> tuple[Answer, Verdict]:
        try:
            payload = self._channel.plain(message) if plain else self._channel.render(message)
        except FormError as error:
            self._misfit(str(error))
            return Answer(text=f"cannot be put in form: {error}"), "invalid"
        except Exception as error:  # a form that cannot be made must not stop the queue
            log.exception("%s: %s cannot be put in form", self._destination, message.id)
            self._misfit(f"a message cannot be put in form: {type(error).__name__}")
            return Answer(text=f"cannot be put in form: {type(error).__name__}"), "invalid"
        if self._held() != self._term:
            raise _NotOursError
        try:
            answer = self._channel.send(payload)
        except Exception as error:  # nor must a fault of the channel
            log.exception("%s: %s cannot be sent", self._destination, message.id)
            return Answer(failure="lost", text=f"cannot be sent: {type(error).__name__}"), "uncertain"
        return answer, self._channel.verdict(answer)

    def _unsent(self, work: Work) -> Attempt:
        return Attempt(work=work, result="unsent", answer={}, at=self._clock.wall())

    def _judged(self, work: Work, answer: Answer, verdict: Verdict) -> Attempt:
        """What the verdict means for the notification and for its destination."""
        now, pace = self._clock.wall(), self._pace
        if verdict == "delivered":
            log.info("%s: %s delivered", self._destination, work.id)
            outage = pace.failures >= pace.schedule.patience
            if pace.succeeded():
                log.warning("%s: takes messages again", self._destination)
            return Attempt(
                work=work, result="delivered", answer=answer.kept, at=now, handle=answer.handle, ends_outage=outage
            )
        log.warning("%s: %s: %s (%s %s)", self._destination, work.id, verdict, answer.status or "", answer.text)
        if verdict in ("invalid", "park"):
            pace.succeeded()
            result: Result = "dead" if verdict == "invalid" else "park"
            return Attempt(work=work, result=result, answer=answer.kept, at=now)
        wait = pace.failed(answer)
        expired = self._is_expired(work, now)
        uncertain: Result = "uncertain" if verdict == "uncertain" else "retry"
        return Attempt(
            work=work,
            result="dead" if expired else uncertain,
            answer=answer.kept,
            at=now,
            failures=pace.failures,
            destination_not_before=now + wait,
            not_before=self._own_not_before(work, now, wait),
        )

    def _is_expired(self, work: Work, now: float) -> bool:
        schedule, since = self._pace.schedule, work.tried_since
        return since is not None and now - since > schedule.retention and work.attempts + 1 >= schedule.least_tries

    def _own_not_before(self, work: Work, now: float, wait: float) -> float | None:
        """Until when one that keeps failing lets others go before it, longer each time: they may have no trouble."""
        schedule, failed = self._pace.schedule, work.attempts + 1
        return None if failed < schedule.patience else now + min(failed * wait, schedule.own_longest)
