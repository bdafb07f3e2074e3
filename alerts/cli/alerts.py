"""``tocsin alerts``: what a monitor has said."""

from __future__ import annotations

import sys

import click
import msgspec
from rich.console import Console

from alerts.cli.common import FAILED, stop, store_path
from alerts.cli.show import in_full, table
from streams.engines.store import StoreError, open_reader


@click.command("alerts")
@click.argument("alert", required=False)
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--rule", help="Only alerts of this rule.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table on a terminal, else jsonl."
)
def command(alert: str | None, config: str | None, store: str | None, rule: str | None, form: str | None) -> None:
    """List the alerts in a store, oldest first; with ALERT (an id or a root) show those in full."""
    try:
        reader = open_reader(store_path(config, store))
    except StoreError as error:
        stop(FAILED, str(error))
    wanted = "SELECT data FROM alerts WHERE (? IS NULL OR id = ? OR root = ?) AND (? IS NULL OR rule = ?)"
    rows = [
        bytes(r[0]) for r in reader.execute(wanted + " ORDER BY position, rowid", (alert, alert, alert, rule, rule))
    ]
    if alert and not rows:
        stop(FAILED, f"no alert {alert!r} in this store; `tocsin alerts` lists them")
    if form == "jsonl" or (form is None and not sys.stdout.isatty()):
        for row in rows:
            click.echo(row)
        return
    console = Console()
    found = [msgspec.json.decode(row) for row in rows]
    if alert:
        for item in found:
            in_full(console, item)
    elif found:
        console.print(table(found))
    else:
        console.print("no alerts yet")
