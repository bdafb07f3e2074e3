"""How fast may a destination be sent to, and when may it be tried again? What its senders share."""

from __future__ import annotations

import threading
from collections.abc import Callable

from alerts.backoff import Schedule, TokenBucket, wait_seconds
from alerts.channels import Answer, Channel
from alerts.clock import Clock
from alerts.outbox import Limits, Standing

#: The bucket's share of a second that is not worth a sleep.
SOON = 0.001


class Pace:
    """One destination's token bucket and back-off. Hold ``lock`` while asking and until what was asked for is done.

    Waits run on the steady clock, so a wall clock that is set forward or back moves none of them.
    """

    def __init__(self, channel: Channel, clock: Clock, chance: Callable[[], float], schedule: Schedule) -> None:
        self.lock = threading.Lock()
        self.schedule = schedule
        self.failures = 0
        """In a row, up to now."""
        over = channel.digest_over
        self.digest = None if over is None else Limits(over, channel.digest_most)
        self._clock, self._chance = clock, chance
        self._bucket = TokenBucket(channel.rate, channel.burst)
        self._blocked_until: float | None = None
        self._on_their_way = 0
        self._known: Standing | None = None

    def read(self, standing: Standing) -> None:
        """Take over what the store says: at the start all of it, later only that somebody asked to try again."""
        if self._known is None:
            self.failures = standing.failures
            if standing.not_before is not None:
                left = min(max(0.0, standing.not_before - self._clock.wall()), self.schedule.told_longest)
                self._blocked_until = self._clock.steady() + left
        elif standing.redriven != self._known.redriven:
            self.failures, self._blocked_until = 0, None
        self._known = standing

    def wait(self) -> float:
        """Seconds until the next may go. While the destination fails, one at a time tries it."""
        now = self._clock.steady()
        blocked = 0.0 if self._blocked_until is None else self._blocked_until - now
        if self.failures and self._on_their_way:
            blocked = max(blocked, self.schedule.first)
        wait = max(self._bucket.wait(now), blocked)
        return wait if wait > SOON else 0.0

    def take(self) -> None:
        """One goes."""
        self._bucket.take()
        self._on_their_way += 1

    def back(self) -> None:
        """What became of one that went is known."""
        self._on_their_way -= 1

    def succeeded(self) -> bool:
        """It was taken. Gives whether that is news."""
        recovered = self.failures > 0
        self.failures, self._blocked_until = 0, None
        return recovered

    def failed(self, answer: Answer) -> float:
        """It was not. Gives how many seconds the destination is left alone; several at once count as one failure."""
        now = self._clock.steady()
        if self._blocked_until is None or self._blocked_until <= now:
            self.failures += 1
        wait = wait_seconds(
            self.schedule, self.failures, answer.retry_after, now=self._clock.wall(), chance=self._chance()
        )
        self._blocked_until = max(now + wait, self._blocked_until or 0.0)
        return self._blocked_until - now
