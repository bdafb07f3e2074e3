"""``tocsin alerts``: what a monitor has said."""

from __future__ import annotations

import sqlite3
import sys

import click
import msgspec

from alerts.cli.common import FAILED, stop, store_path
from alerts.cli.show import console_for, in_full, table_of
from streams.engines.store import StoreError, open_reader


@click.command("alerts")
@click.argument("alert", required=False)
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--rule", help="Only alerts of this rule.")
@click.option("--severity", help="Only alerts of this severity.")
@click.option("--key", help="Only alerts whose key holds this value, such as a country's code.")
@click.option("--limit", type=int, default=-1, help="At most so many, the newest.")
@click.option("--full", is_flag=True, help="Show each in full.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table on a terminal, else jsonl."
)
def command(
    alert: str | None,
    config: str | None,
    store: str | None,
    rule: str | None,
    severity: str | None,
    key: str | None,
    limit: int,
    full: bool,
    form: str | None,
) -> None:
    """List the alerts in a store, oldest first; with ALERT (an id or a root) show those in full."""
    try:
        reader = open_reader(store_path(config, store))
    except StoreError as error:
        stop(FAILED, str(error))
    rows = reader.execute(
        "SELECT data FROM alerts WHERE (:id IS NULL OR id = :id OR root = :id) AND (:rule IS NULL OR rule = :rule) "
        "AND (:severity IS NULL OR severity = :severity) ORDER BY position DESC, rowid DESC",
        {"id": alert, "rule": rule, "severity": severity},
    )
    found = [bytes(row[0]) for row in rows]
    if key is not None:
        found = [data for data in found if key in msgspec.json.decode(data)["key"].values()]
    found = found[: limit if limit >= 0 else None][::-1]
    if alert and not found:
        stop(FAILED, f"no alert {alert!r} in this store; `tocsin alerts` lists them")
    if not found and (rule or severity or key):
        click.echo(f"none match; {_what_there_is(reader)}", err=True)
    if form == "jsonl" or (form is None and not full and not sys.stdout.isatty()):
        for row in found:
            click.echo(row)
        return
    console = console_for()
    from alerts.dispatch.seen import ways

    alerts = [msgspec.json.decode(row) for row in found]
    found_ways = ways(reader, (item["id"] for item in alerts))
    if alert or full:
        for item in alerts:
            in_full(console, item)
            for way in found_ways[item["id"]]:
                console.print(f"  {way.words}", highlight=False, markup=False)
    elif alerts:
        console.print(table_of(alerts, found_ways))
    elif not (rule or severity or key):
        console.print("no alerts yet")


def _what_there_is(reader: sqlite3.Connection) -> str:
    """The rules and severities of the alerts in a store, for who misspelt one."""
    told = {
        column: [str(row[0]) for row in reader.execute(f"SELECT DISTINCT {column} FROM alerts ORDER BY 1")]
        for column in ("rule", "severity")
    }
    if not told["rule"]:
        return "this store holds no alert yet"
    return f"there are alerts of rules {', '.join(told['rule'])} and of severities {', '.join(told['severity'])}"
