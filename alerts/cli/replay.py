"""``tocsin replay``: history through the same pipeline as live news."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from alerts.cli.common import BAD_CONFIG, FAILED, UNREADABLE, load_config, moment_of, progress, stop
from alerts.cli.shown import Shown
from alerts.config.types import Config, Source

if TYPE_CHECKING:
    from alerts.monitor import Monitor
    from alerts.replay import Pace, Staged
    from streams.article import Article
    from streams.sources import ReadOptions, Unreadable


@click.command("replay")
@click.argument("feeds", nargs=-1)
@click.option("-c", "--config", required=True, help="The config with the rules to try.")
@click.option("--store", help="Keep everything here; a run that was broken off goes on where it was.")
@click.option("--from", "since", help="Say nothing of what lies before this time (ISO 8601): it only warms the state.")
@click.option("--to", "until", help="Leave out what is not older than this time (ISO 8601).")
@click.option("--assume-date", "assume", multiple=True, metavar="T|ID=T", help="Date articles that carry none.")
@click.option("--feed-format", help="Override the recognised format.")
@click.option("--alerts", "out", metavar="FILE", help="Write every alert here, one JSON object a line.")
@click.option("--expect", metavar="FILE", help="Compare with these alerts; exit 1 when they differ.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), metavar="N", help="N times real time; default all at once."
)
@click.option("--deliver", is_flag=True, help="Send the alerts. Without it no sender exists.")
@click.option(
    "--cache", metavar="FILE", help="Where what was read is remembered, for the next replay of the same news."
)
@click.option("--no-cache", is_flag=True, help="Read everything anew, and remember nothing.")
@click.option("--table", is_flag=True, help="Show a table even when the output is no terminal.")
@click.option("--workers", type=int, help="Classifying processes; default one a core.")
def command(
    feeds: tuple[str, ...],
    config: str,
    store: str | None,
    since: str | None,
    until: str | None,
    assume: tuple[str, ...],
    feed_format: str | None,
    out: str | None,
    expect: str | None,
    speed: float | None,
    deliver: bool,
    cache: str | None,
    no_cache: bool,
    table: bool,
    workers: int | None,
) -> None:
    """Run FEEDs (files, folders, globs, - for standard input, kafka:TOPIC) through a config and show its alerts.

    Of a topic exactly what was received between --from and --to is read.

    Without FEEDs the config's own file sources are read.
    """
    from alerts import replay
    from alerts.monitor import Monitor
    from alerts.publishers import PublishersError
    from streams.engines.report_cache import default_path
    from streams.engines.store import StoreError
    from streams.sources import FeedError

    settings = load_config(config)
    plan = _Plan(settings, feeds, since, until, assume, feed_format)
    shown = Shown(plan.since, table=table or sys.stdout.isatty(), quiet=bool(out or expect))
    try:
        with Monitor(
            settings, Path(store) if store else None, deliver=deliver, workers=workers, since=plan.since
        ) as monitor:
            _run(monitor, plan, deliver, speed, shown, None if no_cache else Path(cache) if cache else default_path())
            found = replay.told(monitor.store.writer, plan.since)
            shown.summary(monitor.store.writer, settings, found)
    except (StoreError, PublishersError) as error:
        stop(FAILED, str(error))
    except FeedError as error:
        stop(UNREADABLE, str(error))
    if out:
        try:
            Path(out).write_bytes(b"".join(line + b"\n" for line in found))
        except OSError as error:
            stop(FAILED, f"{out}: cannot be written: {error.strerror}; name another file with --alerts")
    shown.all(found)
    if expect:
        _compare(expect, found)


class _Plan:
    """Which feeds, from when to when, with what dates assumed."""

    def __init__(
        self,
        config: Config,
        feeds: tuple[str, ...],
        since: str | None,
        until: str | None,
        assume: tuple[str, ...],
        feed_format: str | None,
    ) -> None:
        self.config, self.feed_format = config, feed_format
        self.since, self.until = moment_of(since, "--from"), moment_of(until, "--to")
        self.assume = assume
        self.feeds = feeds or tuple(s.files for s in config.sources if s.files)
        if not self.feeds:
            stop(BAD_CONFIG, "nothing to replay: name a FEED, or give the config a source with files")

    @property
    def spec(self) -> str:
        """What tells one history from another in a store."""
        from streams.codec import digest
        from streams.sources.topic import topic_of

        begin = self.since if any(topic_of(feed) for feed in self.feeds) else None
        return digest(self.feeds, self.until, self.assume, self.feed_format, *([begin] if begin is not None else []))

    def read(self) -> Iterator[Iterator[Article | Unreadable]]:
        """One iterator a feed. Ends the command when a feed cannot be opened."""
        from alerts.reading import read_topic_of
        from streams.sources import FeedError, read_feed
        from streams.sources.topic import topic_of

        for feed in self.feeds:
            topic = topic_of(feed)
            try:
                if topic is not None:
                    yield read_topic_of(self.config, topic, self.since, self.until)
                else:
                    yield read_feed(feed, self.options(feed))
            except FeedError as error:
                stop(UNREADABLE, str(error))

    def options(self, feed: str) -> ReadOptions:
        from alerts.reading import read_options, source_of
        from streams.sources.dating import parse_assume

        source = source_of(self.config, feed) or Source(id="")
        try:
            assume = parse_assume(self.assume, source.zone) if self.assume else None
        except ValueError as error:
            stop(BAD_CONFIG, f"--assume-date: {error}")
        return read_options(source, fmt=self.feed_format, assume=assume)


def _run(monitor: Monitor, plan: _Plan, deliver: bool, speed: float | None, shown: Shown, cache: Path | None) -> None:
    """Stage, fold and, with ``deliver``, wait for the outbox whenever it has something to send."""
    from alerts import replay
    from alerts.clock import Clock

    steps: list[Callable[[bool], None]] = []
    if deliver and monitor.deliverer is not None:
        monitor.deliverer.start()
        steps.append(_waiter(monitor))
        steps[0](True)
    if speed:
        steps.append(shown.as_it_comes(monitor))
    monitor.on_commit = lambda sending: _each(steps, sending)
    pace = replay.Pace(speed, plan.since, Clock()) if speed else None
    if monitor.keeps:
        _into_store(monitor, plan, pace)
    else:
        _leaving_nothing(monitor, plan, pace, cache)


def _into_store(monitor: Monitor, plan: _Plan, pace: Pace | None) -> None:
    """Everything is kept, and a run that was broken off goes on where it was."""
    from alerts import replay
    from alerts.cli.progress import folding

    if not replay.is_staged(monitor.store, plan.spec):
        _stage(monitor, plan, keep=True)
    waiting = monitor.store.pending(limit=1)
    monitor.adopt_config(waiting[0][1] if waiting else 0)
    with folding(monitor.store.count_pending()) as step:
        monitor.engine.replay(each=step, until=plan.until, pace=pace)


def _leaving_nothing(monitor: Monitor, plan: _Plan, pace: Pace | None, path: Path | None) -> None:
    """What was read before comes out of the cache; nothing is kept but that."""
    from alerts import replay
    from alerts.cli.progress import folding
    from streams.engines import history
    from streams.engines.report_cache import History, ReportCache

    with contextlib.closing(ReportCache(path)) as cache:
        news = history.History(monitor.pool, cache)
        print_ = replay.fingerprint(((feed, plan.options(feed)) for feed in plan.feeds), plan.until)
        kept = cache.history(print_) if print_ else None
        if kept is None:
            staged = _stage(monitor, plan, keep=False)
            unreadable = tuple((item.where, item.why) for item in staged.unreadable)
            articles, first = staged.articles, staged.first
            chunks = news.read(replay.in_order(monitor.store))
        else:
            articles, unreadable, first = kept.articles, kept.unreadable, kept.first
            _say_unreadable(unreadable)
            chunks = news.known(kept.chunks)
        monitor.adopt_config(first or 0)
        with folding(articles) as step:
            history.fold(monitor.folding, chunks, each=step, until=plan.until, pace=pace)
        if kept is None and print_ is not None:
            told = History(chunks=tuple(news.keys), articles=articles, first=first, unreadable=unreadable)
            cache.keep_history(print_, told)


def _each(steps: list[Callable[[bool], None]], sending: bool) -> None:
    for step in steps:
        step(sending)


def _stage(monitor: Monitor, plan: _Plan, *, keep: bool) -> Staged:
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


def _compare(path: str, found: list[bytes]) -> None:
    from alerts import expect

    try:
        expected = expect.load(path)
    except OSError as error:
        stop(UNREADABLE, f"{path}: cannot be read: {error.strerror}; --expect takes a file of alerts, one a line")
    except ValueError as error:
        stop(UNREADABLE, str(error))
    wrong = expect.differences(expected, [msgspec.json.decode(line) for line in found])
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        stop(FAILED, f"{len(wrong)} difference{'' if len(wrong) == 1 else 's'} from {path}")
    click.echo(f"as expected: {len(expected)} alerts of {path}", err=True)
