"""How far has it come? A bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from streams.times import iso


@contextlib.contextmanager
def folding(total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar over a history of so many articles: articles a second, the time reached in it, and the time left.

    Gives what to call now and then, with the time reached (seconds) and how many articles were folded since.
    """
    if not sys.stderr.isatty():
        yield lambda moment, articles: None
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

        def step(moment: int, articles: int) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            rate = f"{speed:,.0f} articles/s" if speed else ""
            bar.update(task, advance=articles, rate=rate, reached=(iso(moment) or "")[:16].replace("T", " "))

        yield step
