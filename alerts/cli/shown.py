"""What a replay shows of its alerts on standard output, and what it made of each rule."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
import msgspec

from streams.times import iso

if TYPE_CHECKING:
    from alerts.config.types import Config
    from alerts.monitor import Monitor


class Shown:
    """What is shown of the alerts: all in the end, or at a pace each as it comes."""

    def __init__(self, since: int | None, *, table: bool, quiet: bool) -> None:
        """``table`` for people; else JSON lines, and nothing when ``quiet``: then they go to a file."""
        self._since, self._table, self._quiet = since, table, quiet
        self._rowid: int | None = None
        self._summary: list[str] = []

    def as_it_comes(self, monitor: Monitor) -> Callable[[bool], None]:
        """What to call after each commit, with whether there is something new."""
        connection = monitor.store.writer
        self._rowid = connection.execute("SELECT coalesce(max(rowid), 0) FROM alerts").fetchone()[0]

        def show(new: bool) -> None:
            rows = connection.execute(
                "SELECT rowid, at, data FROM alerts WHERE rowid > ? ORDER BY rowid", (self._rowid,)
            )
            for rowid, at, data in rows if new else ():
                self._rowid = rowid
                if at >= (iso(self._since) or ""):
                    self._say(bytes(data))

        return show

    def all(self, found: list[bytes]) -> None:
        """All of them, but for those that were shown as they came."""
        from alerts.cli.show import console_for, table_of

        if self._table:
            console = console_for()
            if found and self._rowid is None:
                console.print(table_of(msgspec.json.decode(line) for line in found))
            console.print(f"{len(found)} alert{'' if len(found) == 1 else 's'}")
            for said in self._summary:
                console.print(said, highlight=False, markup=False, soft_wrap=True)
        elif not self._quiet and self._rowid is None:
            for line in found:
                click.echo(line)

    def summary(self, connection: sqlite3.Connection, config: Config, found: list[bytes]) -> None:
        """Take up what each rule made of the history; a rule whose filter met nothing is named in a pipe too."""
        from alerts import tally

        of = {rule.id: rule for rule in config.rules}
        counted = tally.tallies(connection, config, found, self._since or 0)
        self._summary = [tally.sentence(one, of[one.rule]) for one in counted]
        for one, line in zip(counted, self._summary, strict=True):
            if not self._table and not one.looked:
                click.echo(line, err=True)

    def _say(self, data: bytes) -> None:
        alert = msgspec.json.decode(data)
        if self._table:
            at = alert["at"][:16].replace("T", " ")
            click.echo(f"{at}  {alert['severity']}  {alert['kind']}  {alert['id']}  {alert['title']}")
        elif not self._quiet:
            click.echo(data)
        sys.stdout.flush()
