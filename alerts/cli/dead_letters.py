"""``tocsin dead-letters``: what was given up or is parked, and sending it again."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import click

from alerts import outbox
from alerts.alert import Notification
from alerts.cli.common import FAILED, stop, store_path
from alerts.cli.deliveries import FORMATS, reading, show
from streams.engines.sqlite import connect, transaction

STATES = ("parked", "dead")


@click.group("dead-letters")
def command() -> None:
    """What was given up (dead) or waits for a destination that refused us (parked)."""


@command.command("list")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--destination", help="Only this destination.")
@click.option("--format", "form", type=FORMATS, help="Default: table on a terminal, else jsonl.")
def list_(config: str | None, store: str | None, destination: str | None, form: str | None) -> None:
    """Show them with the answer that each got, oldest first."""
    with reading(store_path(config, store)) as reader:
        show(outbox.listing(reader, STATES, destination), form, "no dead letters")


@command.command("redrive")
@click.argument("ids", nargs=-1)
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--destination", help="All of this destination; try it at once, also for what only waits there.")
@click.option("--all", "all_", is_flag=True, help="All of every destination.")
def redrive(ids: tuple[str, ...], config: str | None, store: str | None, destination: str | None, all_: bool) -> None:
    """Send IDS (of notifications or alerts) again, or with --destination or --all everything.

    A running monitor sees it within a second, a stopped one sends when it runs. Of each root only the newest
    revision goes.
    """
    if not (ids or destination or all_):
        raise click.UsageError("say what: IDS, --destination NAME or --all")
    path = store_path(config, store)
    with reading(path) as reader:
        waiting = [item for item in outbox.listing(reader, STATES, destination) if not ids or _named(item, ids)]
        health = outbox.health(reader)
    if destination and destination not in health:
        stop(FAILED, f"nothing was ever planned for {destination!r}; there is {', '.join(health) or 'nothing'}")
    if ids and not waiting:
        stop(FAILED, "none of these is dead or parked; tocsin dead-letters list shows what is")
    planned = _planned_again(path, destination, ids)
    left = len(waiting) - len(planned)
    if destination and not planned:
        click.echo(f"nothing of {destination} was given up or parked; what waits for it is tried at once")
        return
    click.echo(f"{len(planned)} planned again" + (f"; {left} left, a newer revision stands for them" if left else ""))


def _named(item: Notification, ids: tuple[str, ...]) -> bool:
    return item.id in ids or any(alert in ids for alert in item.covers)


def _planned_again(path: Path, destination: str | None, ids: tuple[str, ...]) -> list[str]:
    try:
        with contextlib.closing(connect(path)) as connection, transaction(connection):
            return outbox.redrive(connection, destination, ids)
    except sqlite3.Error as error:
        stop(FAILED, f"{path}: {error}; nothing was changed")
