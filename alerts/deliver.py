"""Delivery: drains the outbox, a queue and threads of its own for each destination, so that none delays another.

This alone looks at the wall clock and the network. A notification is marked as being sent, and that is on disk,
before the first byte leaves; what became of it is written together with the mark of the next one. A process killed in
between sends at most what was on its way again, with the same id.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
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
    ) -> None:
        """``clock`` gives time and sleeps, ``chance`` a number in [0, 1) for the jitter."""
        self._path = store_path
        self._idle = threading.Condition()
        self._names = tuple(item.id for item in destinations)
        self._senders: list[Sender] = []
        clock = clock or Clock()
        for destination in destinations:
            make = channels[destination.kind]
            first = make(destination, timeouts or Timeouts())
            pace = Pace(first, clock, chance, schedule or Schedule())
            team = [first, *(make(destination, timeouts or Timeouts()) for _ in range(first.in_flight - 1))]
            self._senders += [
                Sender(store_path, destination.id, channel, pace, clock, number, self._notify)
                for number, channel in enumerate(team, 1)
            ]

    def start(self) -> None:
        """Begin to send. What a killed process was sending is taken up again."""
        connection = connect(self._path)
        with transaction(connection):
            for name in self._names:
                if uncertain := outbox.recover(connection, name):
                    log.warning("%s: %d may have been sent before the last stop; sending again", name, uncertain)
        for name, waiting in outbox.strangers(connection, self._names).items():
            log.warning("%d wait for %s, which the config no longer has; they go when it is back", waiting, name)
        connection.close()
        for sender in self._senders:
            sender.start()

    def wake(self) -> None:
        """Something was planned."""
        for sender in self._senders:
            sender.wake()

    def stop(self, timeout: float = 25.0) -> None:
        """Let sends that are under way end, then stop; give up waiting after ``timeout`` seconds in all."""
        until = time.monotonic() + timeout
        for sender in self._senders:
            sender.ask_to_stop()
        for sender in self._senders:
            if sender.ident is not None:
                sender.join(max(0.0, until - time.monotonic()))

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
                    self._idle.wait(min(left, 1.0))
            return True
        finally:
            connection.close()

    def _notify(self) -> None:
        with self._idle:
            self._idle.notify_all()
