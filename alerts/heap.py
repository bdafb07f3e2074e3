"""How does a process with a large state never halt for its garbage collector? A full collection looks at what is new.

Nearly all that is freed is freed by reference counts; a full collection walks everything that is remembered, for
seconds when that is much, and finds a dozen objects. So what survives one is frozen: no later one looks at it.
Cycles that are dropped after they were frozen stay until a thaw, for which the daemon takes an idle moment a day.
"""

from __future__ import annotations

import gc
import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)
#: Seconds between thaws.
THAW_EVERY = 86400.0


@contextmanager
def settled(*, thaw_at: float = math.inf) -> Iterator[None]:
    """Within the block a full collection of this process looks only at what was made since the one before.

    Enter it once what stays for good is loaded. When the frozen objects are ``thaw_at`` times as many as after the
    last look at all of them, the next collection looks at all of them: for a process that may halt, and shall not grow.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # of nothing: the next comes the sooner, the less the last one left
    freezer = _Freezer(thaw_at)
    gc.callbacks.append(freezer)
    try:
        yield
    finally:
        gc.callbacks.remove(freezer)
        gc.unfreeze()


class _Freezer:
    """Freezes what a full collection left."""

    def __init__(self, thaw_at: float) -> None:
        self._thaw_at, self._seen, self._thawed = thaw_at, gc.get_freeze_count(), False

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase != "stop" or info["generation"] != 2:
            return
        if not self._thawed and gc.get_freeze_count() > self._seen * self._thaw_at:
            gc.unfreeze()
            self._thawed = True
            return
        gc.freeze()
        if self._thawed:
            self._seen, self._thawed = gc.get_freeze_count(), False


class Thaw:
    """Looks at everything once a day."""

    def __init__(self, now: float) -> None:
        """``now`` in seconds, of a clock that never jumps."""
        self._due = now + THAW_EVERY

    def when_due(self, now: float) -> bool:
        """Do it if a day has passed; it halts the process, a second or so for much. Gives whether it did."""
        if now < self._due:
            return False
        self._due, begun = now + THAW_EVERY, time.perf_counter()
        gc.unfreeze()
        found = gc.collect()
        log.info(
            "looked at all that is remembered in %.1f s: %d objects were garbage", time.perf_counter() - begun, found
        )
        return True
