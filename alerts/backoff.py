"""How long to leave a destination alone: pure functions of what it answered."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from math import isfinite

from msgspec import Struct


class Schedule(Struct, frozen=True, kw_only=True):
    """Seconds. The wait doubles from ``first`` to ``longest`` and then stays there, one probe each time."""

    first: float = 1.0
    longest: float = 300.0
    jitter: float = 0.25
    """Largest share that is added at random, so that destinations behind one gateway do not come together."""
    told_longest: float = 86_400.0
    """The most that a ``Retry-After`` is believed."""
    retention: float = 7 * 86_400.0
    """How long one notification is tried."""
    least_tries: int = 20
    """And how often at least, whatever a clock that was set forward says."""
    look_every: float = 1.0
    """How often a sender looks for work that nobody told it of, such as a redrive."""
    patience: int = 3
    """Failed attempts after which a notification lets others go before it: the fault may be its own."""
    own_longest: float = 6 * 3600.0
    """The longest that it does so."""


def wait_seconds(schedule: Schedule, failures: int, retry_after: str | None, *, now: float, chance: float) -> float:
    """Seconds to wait after the ``failures``-th failure in a row (1 is the first); jitter never shortens.

    ``chance`` is a random number in [0, 1). What the destination asks for goes before our own schedule.
    """
    told = told_seconds(retry_after, now)
    if told is not None:
        told = min(told, schedule.told_longest)
        return told + schedule.jitter * chance * min(told, schedule.first)
    doubled = schedule.first * 2.0 ** min(failures - 1, 30)
    return min(schedule.longest, doubled) * (1 + schedule.jitter * chance)


def told_seconds(retry_after: str | None, now: float) -> float | None:
    """What a ``Retry-After`` asks for: seconds, whole or not, or an HTTP date. None when it says nothing usable."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - now
        except (ValueError, OverflowError):
            return None
    return seconds if isfinite(seconds) and seconds > 0 else None


class TokenBucket:
    """At most ``rate`` sends a second, ``burst`` at once after a pause. Times are of any steady clock."""

    def __init__(self, rate: float | None, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._tokens = float(burst)
        self._at: float | None = None

    def wait(self, now: float) -> float:
        """Seconds until the next send is allowed; 0 when it is now."""
        if self._rate is None:
            return 0.0
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = now
        return max(0.0, (1 - self._tokens) / self._rate)

    def take(self) -> None:
        """Count one send."""
        self._tokens -= 1
