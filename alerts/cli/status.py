"""``tocsin status``: what a monitor has seen, said and still has to do."""

from __future__ import annotations

import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts import facts
from alerts.channels.text import one_line
from alerts.cli.common import FAILED, load_config, stop, store_path
from alerts.dispatch.held import Held
from alerts.dispatch.seen import held_rows
from alerts.scores import Scores, scores
from streams import read_by
from streams.engines.store import StoreError, open_reader
from streams.times import iso


@click.command("status")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), help="Default: table on a terminal, else json.")
@click.option("--scores", "show_scores", is_flag=True, help="How often rules and sources were right, by corrections.")
def command(config: str | None, store: str | None, form: str | None, show_scores: bool) -> None:
    """Show a running or stopped monitor: journal, sources, alerts, deliveries, and what was set aside."""
    try:
        path = store_path(config, store)
        with closing(open_reader(path)) as db:
            if show_scores:
                _show_scores(scores(db), as_json=form == "json" or (not form and not sys.stdout.isatty()))
                return
            found = {**gather(db, path), **_on_kafka(config)}
    except StoreError as error:
        stop(FAILED, str(error))
    if form == "json" or (form is None and not sys.stdout.isatty()):
        click.echo(msgspec.json.encode({"store": str(path), **found}, order="sorted"))
        return
    console = Console()
    for heading, value in {"store": str(path), **found}.items():
        if isinstance(value, dict):
            grid = Table(box=None, show_header=False, pad_edge=False)
            for name, item in value.items():
                grid.add_row(Text(f"  {one_line(name)}"), Text(one_line(_said(item))))
            console.print(f"[bold]{heading.replace('_', ' ')}[/bold]" + ("" if value else "  none"))
            if value:
                console.print(grid)
        else:
            console.print(f"[bold]{heading.replace('_', ' ')}[/bold]  {value}")


def _on_kafka(config: str | None) -> dict[str, Any]:
    """How the topics of the config do, where it has any."""
    if config is None and Path("tocsin.yml").is_file():
        config = "tocsin.yml"
    settings = load_config(config) if config else None
    if settings is None or settings.kafka is None:
        return {}
    from alerts import lag

    logging.getLogger("kafka").addHandler(logging.NullHandler())
    logging.getLogger("kafka").propagate = False
    return {"kafka": lag.gather(settings.kafka)}


def _said(item: Any) -> str:
    """A figure, or the facts of a destination that say something."""
    if not isinstance(item, dict):
        return str(item)
    facts = {name.replace("_", " "): _flat(value) for name, value in item.items() if value and name != "state"}
    return "; ".join([str(item.get("state", "")), *(f"{name} {value}" for name, value in facts.items())])


def _flat(value: Any) -> str:
    return " ".join(str(part) for part in value.values() if part) if isinstance(value, dict) else str(value)


def _show_scores(found: Scores, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(found, order="sorted"))
        return
    console = Console()
    console.print(f"{found.corrections} corrections; what nobody corrected counts as right")
    for heading, told, rows in (("rule", "alerts", found.rules), ("source", "incidents", found.sources)):
        grid = Table(box=None, header_style="bold", pad_edge=False)
        for name in (heading, told, "false", "amended", "precision"):
            grid.add_column(name, justify="left" if name == heading else "right")
        for name, score in rows.items():
            grid.add_row(name, str(score.told), str(score.false), str(score.amended), f"{score.precision:.2f}")
        console.print(grid)


def gather(db: sqlite3.Connection, path: Path) -> dict[str, Any]:
    """The figures of a store."""
    found = facts.gather(db, path)
    return {
        "clock": iso(found.clock) or "the journal is empty",
        "journal_entries": found.position,
        "articles_waiting": found.waiting,
        "store_bytes": found.store_bytes,
        "disk_free_bytes": found.disk_free,
        "alerts": found.alerts,
        "held": _held(db),
        "destinations": {name: msgspec.to_builtins(health) for name, health in found.destinations.items()},
        "sources": {source.source: _of_source(source) for source in found.sources},
        "quarantined": _counts(db, "SELECT about, detail FROM log WHERE reason = 'quarantined' ORDER BY position"),
        "read_by": read_by.told(db),
        "set_aside": _counts(db, "SELECT reason, count(*) FROM log GROUP BY reason ORDER BY 2 DESC, 1"),
        "unreadable": _counts(db, "SELECT place, why FROM unreadable ORDER BY at DESC LIMIT 10"),
        "state_rows": _counts(db, "SELECT name, count(*) FROM state GROUP BY name ORDER BY name"),
    }


def _held(db: sqlite3.Connection) -> dict[str, str]:
    """What waits before it is told, by what holds it."""
    found: dict[str, list[Held]] = {}
    for row in held_rows(db):
        found.setdefault(f"{row.destination}: {row.words}", []).append(row)
    return {name: f"{len(rows)}, next {iso(rows[0].until) or 'open'}" for name, rows in found.items()}


def _counts(db: sqlite3.Connection, query: str) -> dict[str, Any]:
    return {str(row[0]): row[1] for row in db.execute(query)}


def _of_source(source: facts.SourceFacts) -> str:
    """How its last poll went and what it brought, in words."""
    fresh = f"last new {iso(source.fresh_at)}" if source.fresh_at else "nothing new yet"
    return f"{source.outcome} since {iso(source.since)}; {source.articles} articles, {fresh}; {source.detail}".rstrip(
        "; "
    )
