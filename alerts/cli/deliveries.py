"""``tocsin deliveries``: what became of each notification?"""

from __future__ import annotations

import sqlite3
import sys
from typing import get_args

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts import outbox
from alerts.alert import DeliveryState, Notification
from alerts.channels.text import one_line
from alerts.cli.common import FAILED, stop, store_path
from streams.engines.store import StoreError, open_reader

_COLOURS = {"delivered": "green", "superseded": "dim", "parked": "yellow", "dead": "red"}


@click.command("deliveries")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--state", type=click.Choice(get_args(DeliveryState)), help="Only notifications in this state.")
def deliveries(config: str | None, store: str | None, state: str | None) -> None:
    """Show the delivery log, oldest first: a table on a terminal, JSON lines in a pipe."""
    path = store_path(config, store)
    try:
        reader = open_reader(path)
        reader.row_factory = sqlite3.Row
        found = outbox.listing(reader, state)
    except StoreError as error:
        stop(FAILED, str(error))
    except sqlite3.Error as error:
        stop(FAILED, f"{path}: {error}; is this a store of tocsin?")
    if not sys.stdout.isatty():
        for notification in found:
            click.echo(msgspec.json.encode(notification))
    elif found:
        Console().print(table(found))
    else:
        click.echo("no notifications yet")


def table(notifications: list[Notification]) -> Table:
    """One row a notification."""
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("destination", "alert", "kind", "state", "attempts", "not before", "answer"):
        grid.add_column(name)
    for item in notifications:
        grid.add_row(
            item.destination,
            ", ".join(item.covers),
            item.kind,
            Text(item.state, style=_COLOURS.get(item.state, "")),
            str(item.attempts),
            item.not_before or "",
            Text(_outcome(item)),
        )
    return grid


def _outcome(item: Notification) -> str:
    if item.superseded_by:
        return f"by {item.superseded_by}"
    if item.answer is None:
        return ""
    return one_line(f"{item.answer['status'] or ''} {item.answer['text']}")[:80]
