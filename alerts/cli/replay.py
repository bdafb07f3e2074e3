"""``tocsin replay``: history through the same pipeline as live news."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import msgspec

from alerts.cli.common import BAD_CONFIG, FAILED, OK, UNREADABLE, load_config, stop
from alerts.cli.plan import Plan
from alerts.cli.running import Way, run
from alerts.cli.shown import Shown
from alerts.config.types import Config

if TYPE_CHECKING:
    from alerts.monitor import Monitor
    from alerts.report.watching import Watching
    from streams.engines.history import Span


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
@click.option(
    "--against", metavar="OLD.yml", help="Show what this config says otherwise than another; exit 1 if it does."
)
@click.option("--json", is_flag=True, help="The difference as JSON.")
@click.option(
    "--report", metavar="FILE", help="Write a page that shows what happened, what was said and why: one HTML file."
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
    against: str | None,
    json: bool,
    report: str | None,
) -> None:
    """Run FEEDs (files, folders, globs, - for standard input, kafka:TOPIC) through a config and show its alerts.

    Of a topic exactly what was received between --from and --to is read. The topic of the config's reports is a desk's
    journal: it is folded again, and shows what the desk said.

    Without FEEDs the config's own file sources are read.
    """
    from alerts import replay
    from alerts.cli import journal
    from alerts.monitor import Monitor
    from alerts.publishers import PublishersError
    from streams import read_by
    from streams.engines.report_cache import default_path
    from streams.engines.store import StoreError
    from streams.sources import FeedError
    from streams.tape import TapeError

    settings = load_config(config, sending=deliver)
    plan = Plan(settings, feeds, since, until, assume, feed_format)
    shown = Shown(plan.since, table=table or sys.stdout.isatty(), quiet=bool(out or expect))
    remembered = None if no_cache else Path(cache) if cache else default_path()
    way = Way(deliver=deliver, speed=speed, cache=remembered, publishers=bool(report))
    if report:
        _can_report(report, store=store)
    try:
        if journal.is_journal(settings, plan.feeds):
            _refuse_for_journal(
                store=store, deliver=deliver, speed=speed, against=against, report=report, assume_date=assume,
                feed_format=feed_format,
            )  # fmt: skip
            found = journal.told(settings, plan, shown)
            _show(found, out, expect, shown)
            return
        if against is not None:
            _refuse(against, store=store, deliver=deliver, speed=speed, expect=expect, alerts=out, report=report)
            _against(settings, load_config(against, sending=False), plan, way, workers, shown, json=json)
        with Monitor(
            settings, Path(store) if store else None, deliver=deliver, workers=workers, since=plan.since
        ) as monitor:
            watching = _watched(monitor) if report else None
            span = run([monitor], plan, way, shown)
            found = replay.told(monitor.store.writer, plan.since)
            shown.summary(monitor.store.writer, settings, found)
            if (mix := read_by.mix(monitor.store.writer)) is not None:
                click.echo(mix, err=True)
            if report and watching is not None:
                _report(report, monitor, plan, watching, span, found)
    except (StoreError, PublishersError, TapeError) as error:
        stop(FAILED, str(error))
    except FeedError as error:
        stop(UNREADABLE, str(error))
    _show(found, out, expect, shown)


def _show(found: list[bytes], out: str | None, expect: str | None, shown: Shown) -> None:
    """Write the alerts, show them, and compare them with what is expected."""
    if out:
        try:
            Path(out).write_bytes(b"".join(line + b"\n" for line in found))
        except OSError as error:
            stop(FAILED, f"{out}: cannot be written: {error.strerror}; name another file with --alerts")
    shown.all(found)
    if expect:
        _compare(expect, found)


def _refuse_for_journal(**others: object) -> None:
    """A journal is folded as it stands, and nothing is kept or sent."""
    for name, value in others.items():
        if value:
            stop(
                BAD_CONFIG, f"a journal is folded as it stands, and nothing kept; leave out --{name.replace('_', '-')}"
            )


def _can_report(path: str, *, store: str | None) -> None:
    """A report is drawn of a replay that keeps nothing, where matplotlib is there to draw."""
    from importlib.util import find_spec

    from alerts.report import MISSING

    if store:
        stop(BAD_CONFIG, f"--report {path}: it shows a whole history, and a store may hold a part; leave out --store")
    if find_spec("matplotlib") is None:
        stop(BAD_CONFIG, MISSING)


def _watched(monitor: Monitor) -> Watching:
    """Have a monitor's fold watched."""
    from alerts.report.watching import Watching

    watching = Watching(monitor.decide)
    monitor.folding.fold = watching
    return watching


def _report(path: str, monitor: Monitor, plan: Plan, watching: Watching, span: Span, found: list[bytes]) -> None:
    """Write the report."""
    from alerts import replay, tally
    from alerts.report import page

    connection, config = monitor.store.writer, monitor.config
    facts = page.Facts(
        config=config,
        since=plan.since,
        alerts=found,
        messages=replay.messages(connection, plan.since),
        tallies=tally.tallies(connection, config, found, plan.since or 0),
        watching=watching,
        span=span,
        sent=monitor.deliverer is not None,
    )
    again = () if "-" in plan.feeds else plan.read()
    try:
        Path(path).write_text(page.build(facts, again), encoding="utf-8")
    except OSError as error:
        stop(FAILED, f"{path}: cannot be written: {error.strerror}; name another file with --report")


def _refuse(against: str, **others: object) -> None:
    """A comparison keeps and sends nothing."""
    for name, value in others.items():
        if value:
            stop(BAD_CONFIG, f"--against {against}: it compares and keeps nothing; leave out --{name}")


def _against(
    config: Config, other: Config, plan: Plan, way: Way, workers: int | None, shown: Shown, *, json: bool
) -> NoReturn:
    """Show what two configs do not say alike of the same news. Ends the command: 1 when there is such a thing."""
    from alerts import against, replay
    from alerts.cli import comparing
    from alerts.monitor import Monitor

    with (
        Monitor(config, None, deliver=False, workers=workers) as now,
        Monitor(other, None, deliver=False, workers=0) as before,
    ):
        span = run([now, before], plan, way, shown)
        stores = (before.store.writer, now.store.writer)
        old, new = (
            against.said(replay.told(store, plan.since), replay.messages(store, plan.since)) for store in stores
        )
    comparison = against.compare(old, new, span.days(plan.since))
    comparing.as_json(comparison) if json else comparing.as_text(comparison)
    sys.exit(FAILED if comparison.differences else OK)


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
