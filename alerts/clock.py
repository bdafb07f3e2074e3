"""Time as delivery sees it, in one place so that a test can give it another."""

from __future__ import annotations

import threading
import time


class Clock:
    """The machine's clocks."""

    def wall(self) -> float:
        """Seconds since the epoch: what is written down and what ``Retry-After`` dates are compared with."""
        return time.time()

    def steady(self) -> float:
        """Seconds that only go forward: what waits are measured with, whoever sets the wall clock."""
        return time.monotonic()

    def sleep(self, woken: threading.Event, seconds: float) -> None:
        """Wait, at most until ``woken`` is set."""
        woken.wait(seconds)
