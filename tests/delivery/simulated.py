"""Time that passes only when everybody sleeps, and destinations that answer as told, by that time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from alerts.alert import Alert
from alerts.channels import Answer, Channel, Message, Payload, Timeouts
from alerts.clock import Clock
from alerts.config.types import Destination
from streams.codec import canonical


class SimulatedClock(Clock):
    """A clock for a known number of threads. When all of them sleep it moves to the moment the first is to wake."""

    def __init__(self, threads: int, start: float = 1_772_460_000.0) -> None:
        self._threads, self._now, self._start = threads, start, start
        self.set_by = 0.0
        """Seconds by which somebody set the wall clock forward or back."""
        self._changed = threading.Condition()
        self._asleep: dict[int, tuple[float, threading.Event]] = {}

    def wall(self) -> float:
        return self._now + self.set_by

    def steady(self) -> float:
        return self._now - self._start

    def sleep(self, woken: threading.Event, seconds: float) -> None:
        me = threading.get_ident()
        with self._changed:
            due = self._now + seconds
            self._asleep[me] = (due, woken)
            self._changed.notify_all()
            while not (woken.is_set() or due <= self._now):
                if len(self._asleep) == self._threads and not self._anybody_ready():
                    self._now = min(due for due, _ in self._asleep.values())
                    self._changed.notify_all()
                else:
                    self._changed.wait(0.1)
            del self._asleep[me]

    def pass_time(self, seconds: float) -> None:
        """Sleep whatever happens."""
        self.sleep(threading.Event(), seconds)

    def _anybody_ready(self) -> bool:
        return any(woken.is_set() or due <= self._now for due, woken in self._asleep.values())


class Told(NamedTuple):
    """What is remembered of an alert that arrived."""

    id: str
    root: str
    revision: int
    kind: str
    severity: str
    figure: float


class Town:
    """What the simulated destinations got: (when, destination, alerts told), and how each answers."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.attempts: list[tuple[float, str]] = []
        self.arrived: list[tuple[float, str, tuple[Told, ...]]] = []
        self.answers: dict[str, Callable[[float], Answer]] = {}
        self._lock = threading.Lock()

    def took(self, destination: str, alerts: tuple[Told, ...]) -> Answer:
        """One attempt of a destination, which takes a fifth of a second."""
        self.clock.pass_time(0.2)
        now = self.clock.wall()
        answer = self.answers.get(destination, lambda _: Answer(status=200, text="ok"))(now)
        with self._lock:
            self.attempts.append((now, destination))
            if answer.status == 200:
                self.arrived.append((now, destination, alerts))
        return answer

    def channels(self) -> dict[str, Callable[[Destination, Timeouts], Channel]]:
        """A "chat" that takes one message a second and digests, and a "hook" that takes four at once."""
        town = self

        class Simulated(Channel):
            def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
                super().__init__(destination, timeouts)
                self._told: tuple[Told, ...] = ()

            def render(self, message: Message) -> Payload:
                self._told = tuple(told(item) for item in message.digest or (message.alert,))
                return Payload(body=canonical([item.id for item in self._told]))

            def plain(self, message: Message) -> Payload:
                return self.render(message)

            def attempt(self, payload: Payload) -> Answer:
                return town.took(self.destination.id, self._told)

        class Chat(Simulated):
            rate, burst, digest_over = 1.0, 3, 15

        class Hook(Simulated):
            in_flight = 4

        return {"chat": Chat, "hook": Hook}

    def of(self, destination: str) -> list[tuple[float, tuple[Told, ...]]]:
        """What one destination got, with when."""
        return [(when, alerts) for when, name, alerts in self.arrived if name == destination]


def told(item: Alert) -> Told:
    """What is remembered of it."""
    return Told(item.id, item.root, item.revision, item.kind, item.severity, item.measure.value)


def simulated(id_: str, kind: str) -> Destination:
    """A simulated destination."""
    settings: dict[str, Any] = {}
    return Destination(id=id_, kind=kind, settings=settings)
