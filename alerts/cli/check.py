"""``tocsin check``: is this config right? Says every problem with its place, or what the config holds."""

from __future__ import annotations

import os
import sys

import click

from alerts.config import ConfigError, load
from alerts.wording import plural

_BAD_CONFIG = 2


@click.command()
@click.argument("config", type=click.Path(dir_okay=False), default="tocsin.yml")
def check(config: str) -> None:
    """Validate CONFIG: its keys, rules, routes, and templates, each rendered on invented alerts.

    Prints FILE:LINE:COL: message for every problem and ends with 2; else says what the config holds and ends with 0.
    """
    try:
        loaded = load(config, os.environ)
    except ConfigError as error:
        click.echo(str(error))
        sys.exit(_BAD_CONFIG)
    held = [(name, len(getattr(loaded, f"{name}s"))) for name in ("source", "rule", "route", "destination")]
    click.echo(f"{config}: ok: {', '.join(f'{count} {plural(count, name)}' for name, count in held)}")
