"""Runs a tocsin command that kills itself, as by kill -9, when it passes a named point for the n-th time.

    python points.py POINT N COMMAND…

The points are wrapped around the functions of the program from outside, so nothing in it knows of them.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

Pass = Callable[[], None]


def after(owner: Any, name: str, passed: Pass, when: Callable[[Any], bool] = lambda _: True) -> None:
    """Pass the point after each call whose result holds ``when``."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if when(result):
            passed()
        return result

    setattr(owner, name, wrapped)


def before(owner: Any, name: str, passed: Pass) -> None:
    """Pass the point before each call in a thread that delivers."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if threading.current_thread().name.startswith("deliver-"):
            passed()
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def around_commit(passed_before: Pass, passed_after: Pass) -> None:
    """Pass before and after each commit of the fold that plans something."""
    from alerts import outbox
    from streams.engines import folding

    planned: list[bool] = []
    after(outbox, "plan", lambda: planned.append(True))
    original = folding.transaction

    @contextlib.contextmanager
    def wrapped(connection: Any) -> Iterator[Any]:
        with original(connection) as inner:
            yield inner
            if planned:
                passed_before()
        if planned:
            planned.clear()
            passed_after()

    folding.transaction = wrapped  # type: ignore[assignment]


def arm(point: str, passed: Pass) -> None:
    """Put the point in its place."""

    def nothing() -> None:
        pass

    if point == "after_poll":  # what came is not yet in the store
        from alerts import replay
        from streams.sources import http as polling

        after(polling, "poll", passed, lambda result: bool(result.articles))
        after(replay, "stage", passed)
    elif point == "after_save":
        from alerts.intake import Intake

        after(Intake, "save", passed, bool)
    elif point == "before_commit":
        around_commit(passed, nothing)
    elif point == "after_commit":
        around_commit(nothing, passed)
    elif point == "before_send":
        from alerts.channels.http import Poster

        before(Poster, "post", passed)
    elif point == "during_send":  # the request is written, no answer is read
        before(http.client.HTTPConnection, "getresponse", passed)
    elif point == "after_send":  # the answer is read, the mark not written
        from alerts.channels.http import Poster

        after(Poster, "post", passed)
    elif point == "before_mark":  # the mark is written, not committed
        from alerts import outbox

        after(outbox, "record", passed)
    else:
        raise SystemExit(f"no such point: {point}")


POINTS = ("after_poll", "after_save", "before_commit", "after_commit", "before_send", "during_send", "after_send",
          "before_mark")  # fmt: skip


def main() -> None:
    """Arm the point and run the command."""
    point, number = sys.argv[1], int(sys.argv[2])
    left = [number]

    def passed() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    arm(point, passed)
    from alerts.cli import main as tocsin

    sys.argv = ["tocsin", *sys.argv[3:]]
    tocsin()


if __name__ == "__main__":
    main()
