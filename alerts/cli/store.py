"""``tocsin store``: look after the store: check it, make it smaller, take things out of it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing

import click
import msgspec

from alerts.cli.common import FAILED, stop, store_path
from streams.engines.store import Store, StoreError, open_reader


@click.group("store", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look after the store: check it, make it smaller, take things out of it."""


def _which(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say which store."""
    function = click.option("--store", help="The store.")(function)
    return click.option("-c", "--config", help="Config that names the store.")(function)


@command.command("check")
@_which
@click.option("--fold", is_flag=True, help="Fold the journal again and compare what it says; takes a while.")
def check(config: str | None, store: str | None, fold: bool) -> None:
    """Say whether the store is whole. Also beside a running monitor. Exits with 1 when something is wrong."""
    from alerts.past import PastError

    path = store_path(config, store)
    try:
        with closing(open_reader(path)) as db:
            wrong = list(_problems(db))
            counts = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED}
            if fold and not wrong:
                wrong = list(_folded_otherwise(db))
    except (StoreError, PastError) as error:
        stop(FAILED, str(error))
    except sqlite3.DatabaseError as error:
        stop(FAILED, f"{path}: {error}")
    if wrong:
        stop(FAILED, "\n".join(f"{path}: {problem}" for problem in wrong))
    click.echo(f"{path}: whole; " + ", ".join(f"{count:,} {table}" for table, count in counts.items()))


_COUNTED = ("articles", "journal", "alerts", "notifications")


def _problems(db: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with a store, in words."""
    from streams.engines import retention
    from streams.journal import decode_entry

    damage = [row[0] for row in db.execute("PRAGMA integrity_check(5)")]
    if damage != ["ok"]:
        yield f"the file is damaged: {'; '.join(damage)}; restore a backup"
        return
    expected = retention.base(db) + 1
    for position, data in db.execute("SELECT position, data FROM journal ORDER BY position"):
        try:
            decode_entry(data)
        except msgspec.MsgspecError as error:
            yield f"the journal's entry {position} cannot be read: {error}"
        if position < expected:
            continue  # kept from before the snapshot
        if position > expected:
            yield f"the journal lacks {position - expected} entries from {expected} on; restore a backup"
        expected = position + 1
    for table, link in (("notifications", "alert"), ("snapshot_state", "position")):
        other = {"alert": "alerts WHERE id", "position": "snapshots WHERE position"}[link]
        lost = db.execute(
            f"SELECT count(*) FROM {table} n WHERE n.{link} IS NOT NULL"
            f" AND NOT EXISTS (SELECT 1 FROM {other} = n.{link})"
        ).fetchone()[0]
        if lost:
            yield f"{lost} rows of {table} belong to nothing that is there"


def _folded_otherwise(db: sqlite3.Connection) -> Iterator[str]:
    """Where the journal, folded again, says something else than what was said."""
    from alerts.past import Past
    from streams.engines import retention

    past = Past(db)
    start = retention.base(db)
    said = db.execute("SELECT data FROM alerts WHERE position > ? ORDER BY position, rowid", (start,))
    kept, folded = [row[0] for row in said], list(past.alerts())
    if folded != kept:
        same = next((n for n, pair in enumerate(zip(folded, kept, strict=False)) if pair[0] != pair[1]), None)
        where = min(len(folded), len(kept)) if same is None else same
        yield (
            f"folded again, the journal gives {len(folded)} alerts and {len(kept)} were given, the first other one is "
            f"number {where + 1}: another version of tocsin decided it, or the store was changed"
        )


@command.command("vacuum")
@_which
def vacuum(config: str | None, store: str | None) -> None:
    """Give the room of what was deleted back to the disk. The monitor must be stopped; needs room for a copy."""
    from alerts import outbox

    path = store_path(config, store)
    if not path.is_file():
        stop(FAILED, f"{path}: there is no store here; give the one of a run or replay with --store or -c")
    before = path.stat().st_size
    try:
        with closing(Store(path, (outbox.SCHEMA,))) as opened:
            opened.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            opened.writer.execute("VACUUM")
            opened.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (StoreError, sqlite3.Error) as error:
        stop(FAILED, str(error) if isinstance(error, StoreError) else f"{path}: {error}")
    click.echo(f"{path}: {before:,} → {path.stat().st_size:,} bytes")


#: What can be taken out → the query that gives it as JSON, one row each.
_EXPORTS = {
    "articles": "SELECT data FROM articles ORDER BY seq",
    "journal": "SELECT json_object('position', position, 'received', received, 'entry', json(CAST(data AS TEXT)))"
    " FROM journal ORDER BY position",
    "alerts": "SELECT data FROM alerts ORDER BY position, rowid",
    "log": "SELECT json_object('position', position, 'at', at, 'about', about, 'reason', reason, 'detail', detail)"
    " FROM log ORDER BY position, n",
}


@command.command("export")
@click.argument("what", type=click.Choice(sorted(_EXPORTS)))
@_which
def export(what: str, config: str | None, store: str | None) -> None:
    """Write articles, alerts, the journal or the log as JSON lines to standard output. Also beside a running monitor.

    Exported articles can be replayed: `tocsin store export articles -c … | tocsin replay -c other.yml -`.
    """
    path = store_path(config, store)
    try:
        with closing(open_reader(path)) as db:
            for (data,) in db.execute(_EXPORTS[what]):
                sys.stdout.buffer.write((data if isinstance(data, bytes) else data.encode()) + b"\n")
        sys.stdout.buffer.flush()
    except StoreError as error:
        stop(FAILED, str(error))
    except sqlite3.Error as error:
        stop(FAILED, f"{path}: {error}")
    except BrokenPipeError:
        sys.stderr.close()
