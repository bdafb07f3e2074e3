"""``tocsin check``: is this config right? Says every problem with its place, or what the config holds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from alerts.cli.common import BAD_CONFIG
from alerts.config import ConfigError, load
from alerts.wording import number, plural

if TYPE_CHECKING:
    from alerts.config.types import Config
    from alerts.estimates import Estimate


@click.command()
@click.argument("config", type=click.Path(dir_okay=False), default="tocsin.yml")
@click.option("--history", multiple=True, metavar="FEED", help="Say how often each rule speaks over this news.")
def check(config: str, history: tuple[str, ...]) -> None:
    """Validate CONFIG: its keys, rules, routes, and templates, each rendered on invented alerts.

    Prints FILE:LINE:COL: message for every problem and ends with 2; else says what the config holds and ends with 0.
    With --history each rule's alerts over that news are counted, and how many a month would come by chance alone.
    """
    try:
        loaded = load(config, os.environ)
    except ConfigError as error:
        click.echo(str(error))
        sys.exit(BAD_CONFIG)
    held = [(name, len(getattr(loaded, f"{name}s"))) for name in ("source", "rule", "route", "destination")]
    click.echo(f"{config}: ok: {', '.join(f'{count} {plural(count, name)}' for name, count in held)}")
    if history:
        for line in _told(_estimates(loaded, history)):
            click.echo(line)


def _estimates(config: Config, feeds: tuple[str, ...]) -> list[Estimate]:
    """Fold the history under the config with its learners; nothing is kept and nothing sent."""
    from alerts import estimates, replay
    from alerts.cli.plan import Plan
    from alerts.cli.running import Way, run
    from alerts.cli.shown import Shown
    from alerts.monitor import Monitor
    from streams.horizons import clock

    plan = Plan(config, feeds, None, None, (), None)
    with Monitor(estimates.with_learners(config), None, deliver=False) as monitor:
        run([monitor], plan, Way(), Shown(None, table=False, quiet=True))
        state = monitor.folding.state
        row = clock(state).rows["clock"]
        return estimates.estimates(config, state, row.now, row.since, replay.told(monitor.store.writer))


def _told(found: list[Estimate]) -> Iterator[str]:
    for one in found:
        count = f"{one.alerts} {plural(one.alerts, 'alert')}"
        rate = f"{count} in {one.months:.1f} months ({one.alerts / one.months:.1f} a month)"
        if one.by_chance is None:
            yield f"{one.rule}: {rate}"
            continue
        share = 1000 * one.by_chance / max(one.keys * one.spans, 1e-9)
        keys = f"{number(one.keys)} {plural(one.keys, 'key')}"
        yield f"{one.rule}: {rate}; by chance alone about {one.by_chance:.2g} a month" + (
            f" ({keys} × {one.spans:.3g} spans × {share:.2g} in 1,000)"
        )
