"""How far has it come? A bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from streams.times import iso


@contextlib.contextmanager
def folding(total: int) -> Iterator[Callable[[int], None]]:
    """A bar over a history of so many articles: articles a second, the time reached in it, and the time left.

    Gives what to call after each article, with its time in seconds.
    """
    if not sys.stderr.isatty():
        yield lambda moment: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("replaying"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[reached]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("replaying", total=total, rate="", reached="")

        def step(moment: int) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            rate = f"{speed:,.0f} articles/s" if speed else ""
            bar.update(task, advance=1, rate=rate, reached=(iso(moment) or "")[:16].replace("T", " "))

        yield step
