"""Delivery: drains the outbox, a queue and threads of its own for each destination, so that none delays another.

This alone looks at the wall clock and the network. A notification is marked as being sent, and that is on disk,
before the first byte leaves; what became of it is written together with the mark of the next one. A process killed in
between sends at most what was on its way again, with the same id.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from alerts import outbox
from alerts.backoff import Schedule
from alerts.channels import CHANNELS, Channel, Timeouts
from alerts.clock import Clock
from alerts.config.types import Destination
from alerts.pace import Pace
from alerts.sender import Sender
from streams.engines.sqlite import connect, transaction

log = logging.getLogger("tocsin.deliver")
#: The most failures of forms that are told of one destination.
MOST_MISFITS = 20


class Deliverer:
    """Sends what the outbox holds. ``start`` it once; ``wake`` it after each commit that planned something."""

    def __init__(
        self,
        store_path: str | Path,
        destinations: tuple[Destination, ...],
        *,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
        schedule: Schedule | None = None,
        timeouts: Timeouts | None = None,
        channels: Mapping[str, Callable[[Destination, Timeouts], Channel]] = CHANNELS,
        held: Callable[[], int] = lambda: 1,
    ) -> None:
        """``clock`` gives time and sleeps, ``chance`` a number in [0, 1) for the jitter.

        ``held`` gives the number of the term in which this process may send, 0 while it may not: it is asked before
        each send.
        """
        self._held = held
        self._path, self._clock, self._chance = store_path, clock or Clock(), chance
        self._schedule, self._timeouts, self._channels = schedule or Schedule(), timeouts or Timeouts(), channels
        self._idle = threading.Condition()
        self._teams = {item.id: self._team(item) for item in destinations}
        self._leaving: list[_Team] = []

    def start(self) -> None:
        """Begin to send. What a killed process was sending is taken up again."""
        for team in self._teams.values():
            team.start()
        self._name_strangers()

    def adopt(self, destinations: tuple[Destination, ...]) -> None:
        """Send to these from now on, without a wait: one that changed begins when what is on its way to it is done."""
        teams, leaving = {}, []
        for item in destinations:
            old = self._teams.pop(item.id, None)
            if old is not None and old.destination == item:
                teams[item.id] = old
                continue
            teams[item.id] = self._team(item)
            teams[item.id].start_after(old)
            leaving += [old] if old is not None else []
        leaving += self._teams.values()
        for team in leaving:
            team.ask_to_stop()
        self._leaving = [team for team in (*self._leaving, *leaving) if team.is_alive()]
        self._teams = teams
        self._name_strangers()

    def wake(self) -> None:
        """Something was planned."""
        for team in self._teams.values():
            team.wake()

    def stop(self, timeout: float = 25.0) -> None:
        """Let sends that are under way end, then stop; give up waiting after ``timeout`` seconds in all."""
        until = time.monotonic() + timeout
        teams = [*self._teams.values(), *self._leaving]
        for team in teams:
            team.ask_to_stop()
        for team in teams:
            team.join(until)

    def wait_quiet(self, timeout: float) -> bool:
        """Wait until nothing is on its way and all that became of it is written down. False when that takes longer."""
        until = time.monotonic() + timeout
        while any(team.sending for team in (*self._teams.values(), *self._leaving)):
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)
        return True

    def wait_idle(self, timeout: float, *, reachable: bool = False) -> bool:
        """Wait until nothing is planned or being sent. False when ``timeout`` seconds pass first.

        With ``reachable`` what waits for a destination that fails at present is not waited for.
        """
        until = time.monotonic() + timeout
        with closing(connect(self._path)) as connection, self._idle:
            while outbox.busy(connection, [n for n, team in self._teams.items() if not (reachable and team.failing)]):
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._idle.wait(min(left, 1.0))
        return True

    def misfits(self) -> dict[str, tuple[str, ...]]:
        """Destination → why messages to it could not be put in their form, so that the plain one went out."""
        return {name: tuple(team.misfits.known) for name, team in self._teams.items() if team.misfits.known}

    def _team(self, destination: Destination) -> _Team:
        make = self._channels[destination.kind]
        first = make(destination, self._timeouts)
        pace = Pace(first, self._clock, self._chance, self._schedule)
        channels = [first, *(make(destination, self._timeouts) for _ in range(first.in_flight - 1))]
        misfits = Misfits(destination.id)
        senders = [
            Sender(
                self._path, destination.id, channel, pace, self._clock, number, self._notify, self._held, misfits.add
            )
            for number, channel in enumerate(channels, 1)
        ]
        return _Team(self._path, destination, senders, misfits)

    def _name_strangers(self) -> None:
        with closing(connect(self._path)) as connection:
            waiting = outbox.strangers(connection, list(self._teams))
        for name, count in waiting.items():
            log.warning("%d wait for %s, which the config no longer has; they go when it is back", count, name)

    def _notify(self) -> None:
        with self._idle:
            self._idle.notify_all()


class Misfits:
    """Why forms of a destination failed, each told once. Any thread may ``add``."""

    def __init__(self, destination: str) -> None:
        self.known: list[str] = []
        self._destination, self._lock = destination, threading.Lock()

    def add(self, why: str) -> None:
        """Say it in the log and keep it, unless it is known or there are too many."""
        with self._lock:
            if why in self.known or len(self.known) >= MOST_MISFITS:
                return
            self.known.append(why)
        log.error("%s: %s; the plain form goes out instead", self._destination, why)


class _Team:
    """The senders of one destination."""

    def __init__(self, path: str | Path, destination: Destination, senders: list[Sender], misfits: Misfits) -> None:
        self.destination, self.misfits = destination, misfits
        self._path, self._senders = path, senders
        self._relief: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def failing(self) -> bool:
        """Whether the destination did not take the last message that was tried."""
        return any(sender.failing for sender in self._senders)

    @property
    def sending(self) -> bool:
        """Whether something is on its way."""
        return any(sender.sending for sender in self._senders)

    def start(self) -> None:
        """Take up what nobody is sending any more, and begin."""
        with closing(connect(self._path)) as connection, transaction(connection):
            uncertain = outbox.recover(connection, self.destination.id)
        if uncertain:
            log.warning("%s: %d may have been sent before; sending again", self.destination.id, uncertain)
        for sender in self._senders:
            sender.start()

    def start_after(self, old: _Team | None) -> None:
        """Begin as soon as the team that sent to it before has ended."""
        name = f"relieve-{self.destination.id}"
        self._relief = threading.Thread(target=self._relieve, args=(old,), name=name, daemon=True)
        self._relief.start()

    def _relieve(self, old: _Team | None) -> None:
        if old is not None:
            old.join(None)
        while not self._stopping.is_set():
            try:
                self.start()
                return
            except sqlite3.Error as error:
                log.error("%s: the store cannot be used: %s; trying again", self.destination.id, error)
                self._stopping.wait(1.0)

    def wake(self) -> None:
        for sender in self._senders:
            sender.wake()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        for sender in self._senders:
            sender.ask_to_stop()

    def join(self, until: float | None) -> None:
        """Wait until all have ended, at most until a steady time."""
        for thread in self._threads():
            if thread.ident is not None:
                thread.join(None if until is None else max(0.0, until - time.monotonic()))

    def is_alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads())

    def _threads(self) -> list[threading.Thread]:
        return [*([self._relief] if self._relief is not None else []), *self._senders]
