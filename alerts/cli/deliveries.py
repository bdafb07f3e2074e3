"""``tocsin deliveries``: what became of each notification?"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import click
import msgspec
from rich.table import Table
from rich.text import Text

from alerts import outbox
from alerts.alert import DeliveryState, Notification
from alerts.channels.text import one_line
from alerts.cli.common import FAILED, stop, store_path
from alerts.cli.show import console_for
from streams.engines.store import StoreError, open_reader

FORMATS = click.Choice(["table", "jsonl"])
_COLOURS = {"delivered": "green", "superseded": "dim", "parked": "yellow", "dead": "red"}


@click.command("deliveries")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--state", "states", multiple=True, type=click.Choice(get_args(DeliveryState)), help="Only these states.")
@click.option("--destination", help="Only this destination.")
@click.option("--format", "form", type=FORMATS, help="Default: table on a terminal, else jsonl.")
def deliveries(
    config: str | None, store: str | None, states: tuple[str, ...], destination: str | None, form: str | None
) -> None:
    """Show the delivery log of a running or stopped monitor, oldest first."""
    path = store_path(config, store)
    with reading(path) as reader:
        show(outbox.listing(reader, states, destination), form, "no notifications")


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A reading connection; what goes wrong with the store ends the command with a message."""
    try:
        with contextlib.closing(open_reader(path)) as reader:
            yield reader
    except StoreError as error:
        stop(FAILED, str(error))
    except sqlite3.Error as error:
        stop(FAILED, f"{path}: {error}; is this a store of tocsin?")


def show(found: Iterable[Notification], form: str | None, none: str) -> None:
    """Notifications as JSON lines in the contract's form, or as a table."""
    if form == "jsonl" or (form is None and not sys.stdout.isatty()):
        for notification in found:
            click.echo(msgspec.json.encode(notification))
        return
    grid = table(found)
    console_for().print(grid if grid.row_count else none)


def table(notifications: Iterable[Notification]) -> Table:
    """One row a notification. Ids are whole, to be given to other commands."""
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("destination", "alert", "kind", "state", "tries", "not before", "answer"):
        grid.add_column(name, no_wrap=name in ("alert", "state"), overflow="fold")
    for item in notifications:
        grid.add_row(
            item.destination,
            item.covers[0] + (f" and {len(item.covers) - 1} more" if len(item.covers) > 1 else ""),
            item.kind,
            Text(item.state, style=_COLOURS.get(item.state, "")),
            str(item.attempts),
            item.not_before or "",
            Text(one_line(_outcome(item))),
        )
    return grid


def _outcome(item: Notification) -> str:
    if item.superseded_by:
        return f"by {item.superseded_by}"
    carried = f"in {item.digest} " if item.digest else ""
    if item.answer is None:
        return carried.strip()
    return one_line(f"{carried}{item.answer['status'] or ''} {item.answer['text']}")[:80]
