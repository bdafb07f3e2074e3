"""Who starts a classifying worker again that ended? With both roles in one command, the desk's process does.

A worker ends on any trouble, by design. It is started again at once, and more slowly when that keeps happening.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Sequence

log = logging.getLogger("tocsin.worker")
#: Seconds before a worker is started again, doubled while it keeps ending within a minute, and the longest.
FIRST, LONGEST, SHORT = 1.0, 30.0, 60.0
#: Seconds that a worker may take to end in good order.
PATIENCE = 20.0


class Crew:
    """Classifying workers as processes of their own."""

    def __init__(self, command: Sequence[str], count: int) -> None:
        """``command`` starts one worker."""
        self._command, self._stopping = command, threading.Event()
        self._threads = [threading.Thread(target=self._keep, name=f"worker-{n}", daemon=True) for n in range(count)]

    def __enter__(self) -> Crew:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)

    def _keep(self) -> None:
        wait = FIRST
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._run()
            if self._stopping.is_set():
                return
            wait = FIRST if time.monotonic() - began > SHORT else min(2 * wait, LONGEST)
            log.error("a worker ended (%d); starting another in %g s", code, wait)
            self._stopping.wait(wait)

    def _run(self) -> int:
        process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
        while process.poll() is None and not self._stopping.wait(0.5):
            pass
        process.terminate()
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
