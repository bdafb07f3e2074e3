"""How does a replay run? Staged, read or taken from the cache, and folded under one config or two."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from alerts.cli.common import UNREADABLE, progress, stop
from streams.engines.history import Span

if TYPE_CHECKING:
    from alerts.cli.plan import Plan
    from alerts.cli.shown import Shown
    from alerts.monitor import Monitor
    from alerts.replay import Pace, Staged


class Way(Struct, frozen=True, kw_only=True):
    """How a replay runs."""

    deliver: bool = False
    speed: float | None = None
    """A factor of real time; None is all at once."""
    cache: Path | None = None
    """None reads everything anew."""
    publishers: bool = False
    """Whether to sum up how each publisher did."""


def run(monitors: Sequence[Monitor], plan: Plan, way: Way, shown: Shown) -> Span:
    """Stage, fold and, with ``deliver``, wait for the outbox whenever it has something to send.

    Several monitors that keep nothing fold the same history side by side; the first reads it. What a store takes in
    is not summed up.
    """
    from alerts import heap, replay
    from alerts.clock import Clock

    monitor, steps = monitors[0], list[Callable[[bool], None]]()
    if way.deliver and monitor.deliverer is not None:
        monitor.deliverer.start()
        steps.append(_waiter(monitor))
        steps[0](True)
    if way.speed:
        steps.append(shown.as_it_comes(monitor))
    monitor.on_commit = lambda sending: _each(steps, sending)
    pace = replay.Pace(way.speed, plan.since, Clock()) if way.speed else None
    with heap.settled(thaw_at=1.5):
        if monitor.keeps:
            _into_store(monitor, plan, pace)
            return Span()
        return _leaving_nothing(monitors, plan, pace, way)


def _into_store(monitor: Monitor, plan: Plan, pace: Pace | None) -> None:
    """Everything is kept, and a run that was broken off goes on where it was."""
    from alerts import replay
    from alerts.cli.progress import folding

    if not replay.is_staged(monitor.store, plan.spec):
        _stage(monitor, plan, keep=True)
    waiting = monitor.store.pending(limit=1)
    monitor.adopt_config(waiting[0][1] if waiting else 0)
    with folding(monitor.store.count_pending()) as step:
        monitor.engine.replay(each=step, until=plan.until, pace=pace)


def _leaving_nothing(monitors: Sequence[Monitor], plan: Plan, pace: Pace | None, way: Way) -> Span:
    """What was read before comes out of the cache; nothing is kept but that."""
    from alerts import replay
    from alerts.cli.progress import folding
    from streams.engines import history
    from streams.engines.report_cache import History, ReportCache
    from streams.engines.taping import tapings

    with contextlib.closing(ReportCache(way.cache)) as cache:
        news = history.History(monitors[0].pool, cache)
        name = replay.fingerprint(((feed, plan.options(feed)) for feed in plan.feeds), plan.until)
        kept = cache.history(name) if name else None
        if kept is None:
            staged = _stage(monitors[0], plan, keep=False)
            unreadable = tuple((item.where, item.why) for item in staged.unreadable)
            articles, first = staged.articles, staged.first
            chunks = news.read(replay.in_order(monitors[0].store))
        else:
            articles, unreadable, first = kept.articles, kept.unreadable, kept.first
            _say_unreadable(unreadable)
            chunks = news.known(kept.chunks)
        ways = tapings(cache, [monitor.decide.settings for monitor in monitors], kept.chunks if kept else None)
        for monitor, taping in zip(monitors, ways, strict=True):
            monitor.decide.observe = taping.observe
            monitor.adopt_config(first or 0)
        with folding(articles) as step:
            span = history.fold(
                [(monitor.folding, taping) for monitor, taping in zip(monitors, ways, strict=True)],
                chunks,
                each=step,
                until=plan.until,
                pace=pace,
                publishers=way.publishers,
            )
        span.unreadable = unreadable
        if kept is None and name is not None:
            told = History(chunks=tuple(news.keys), articles=articles, first=first, unreadable=unreadable)
            cache.keep_history(name, told)
        return span


def _each(steps: list[Callable[[bool], None]], sending: bool) -> None:
    for step in steps:
        step(sending)


def _stage(monitor: Monitor, plan: Plan, *, keep: bool) -> Staged:
    """Read the history in, and say what could not be read."""
    from alerts import replay

    with progress("reading", None) as step:
        staged = replay.stage(monitor.store, plan.read(), plan.spec, until=plan.until, keep=keep, each=step)
    _say_unreadable([(item.where, item.why) for item in staged.unreadable])
    if not staged.articles and staged.unreadable:
        stop(UNREADABLE, "nothing could be read")
    return staged


def _say_unreadable(items: Sequence[tuple[str, str]]) -> None:
    for where, why in items[:20]:
        click.echo(f"{where}: {why}", err=True)
    if len(items) > 20:
        click.echo(f"… and {len(items) - 20} more that could not be read", err=True)


def _waiter(monitor: Monitor) -> Callable[[bool], None]:
    """The fold waits while the outbox is busy; a destination that does not answer is named once a minute."""

    def wait(sending: bool) -> None:
        assert monitor.deliverer is not None
        said = 0.0
        while sending and not monitor.deliverer.wait_idle(timeout=5):
            if time.monotonic() - said > 60:
                click.echo("waiting for a destination to answer; interrupt and run again to go on from here", err=True)
                said = time.monotonic()

    return wait
