"""What time is it, when the system's clock may jump? The wall clock, unless it jumps; then the one it was, for a while.

A jump that heals (a bad time server, a virtual machine that was paused) moves nothing: news would count as late, or
wait. One that stays is believed after a quarter of an hour, and the log says both.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from alerts.clock import Clock

log = logging.getLogger("tocsin.clock")
#: Seconds that wall clock and steady clock may drift apart between two looks before it is a jump.
JUMP = 30.0
#: Seconds after which a jump is believed.
BELIEVED_AFTER = 900.0


def _uptime() -> float:
    """Seconds that no setting of the clock touches, those of a suspended machine included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SteadyClock(Clock):
    """The machine's clocks, with a wall clock that does not jump."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = _uptime) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()
        self._jumped_at: float | None = None
        self._lock = threading.Lock()

    def wall(self) -> float:
        """Seconds since the epoch."""
        with self._lock:
            steady = self._steady()
            apart = self._wall() - steady - self._offset
            if abs(apart) < JUMP:
                self._offset += apart
                if self._jumped_at is not None:
                    log.warning("the system clock is back where it was")
                self._jumped_at = None
            elif self._jumped_at is None:
                self._jumped_at = steady
                log.warning("the system clock jumped by %+.0f s; going on by the old one for a while", apart)
            elif steady - self._jumped_at > BELIEVED_AFTER:
                self._offset += apart
                self._jumped_at = None
                log.warning("the system clock stays %+.0f s from what it was; going on by it", apart)
            return steady + self._offset
