"""What went where, and what waits for what? Read from a store, for people."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from alerts import gates
from alerts.dispatch.held import Held, Silenced
from streams.times import iso

_WAITS = [reason for name in gates.DISPATCH for gate in gates.GATES if gate.name == name for reason in gate.reasons]


class Way(Struct, frozen=True, kw_only=True):
    """What became of an alert on its way to a destination. Times are ISO 8601."""

    destination: str
    gate: str
    """ "told", or the gate that holds it or kept it."""
    at: str | None = None
    """When it went."""
    until: str | None = None
    """When what waits is looked at again."""
    detail: str = ""

    @property
    def words(self) -> str:
        """A line for people."""
        if self.gate == "told":
            return f"{self.destination} {self.at}{f' ({self.detail})' if self.detail else ''}"
        return f"{self.destination}: {self.gate.replace('_', ' ')}: {self.detail}"


def ways(db: sqlite3.Connection, alerts: Iterable[str]) -> dict[str, list[Way]]:
    """The ways of each alert, those that went first."""
    found: dict[str, list[Way]] = {alert: [] for alert in alerts}
    for alert, destination, at, words in _sendings(db):
        if alert in found:
            found[alert].append(Way(destination=destination, gate="told", at=iso(at), detail=words or ""))
    for row in held_rows(db):
        if row.alert in found:
            way = Way(destination=row.destination, gate=row.why, until=iso(row.until), detail=row.detail)
            found[row.alert].append(way)
    for alert, way in _spared(db):
        if alert in found and way.destination not in {known.destination for known in found[alert]}:
            found[alert].append(way)
    return found


def held_rows(db: sqlite3.Connection) -> list[Held]:
    """All that waits, what is due first first."""
    rows = db.execute("SELECT value FROM state WHERE name = 'held' ORDER BY key")
    found = [msgspec.json.decode(bytes(row[0]), type=Held) for row in rows]
    return sorted(found, key=lambda row: (row.until is None, row.until or 0, row.since, row.name))


def silenced_rows(db: sqlite3.Connection) -> list[Silenced]:
    """The silences that operators set."""
    rows = db.execute("SELECT value FROM state WHERE name = 'silences' ORDER BY key")
    return [msgspec.json.decode(bytes(row[0]), type=Silenced) for row in rows]


def _sendings(db: sqlite3.Connection) -> Iterable[tuple[str, str, int, str | None]]:
    try:
        yield from db.execute(
            "SELECT c.value, s.destination, s.at, s.words FROM sendings s, json_each(s.covers) c ORDER BY s.rowid"
        )
    except sqlite3.OperationalError:  # a store that no monitor has brought up yet
        return


def _spared(db: sqlite3.Connection) -> Iterable[tuple[str, Way]]:
    """What a silence or a louder alert kept from being told at all, by the log: the last line of each."""
    marks = ",".join("?" * len(_WAITS))
    rows = db.execute(
        f"SELECT reason, detail FROM log WHERE reason IN ({marks}) ORDER BY position DESC, n DESC", _WAITS
    ).fetchall()
    seen = set()
    for reason, detail in rows:
        what, _, why = detail.partition(": ")
        alert, _, destination = what.partition(" to ")
        if destination and (alert, destination) not in seen:
            seen.add((alert, destination))
            yield alert, Way(destination=destination, gate=reason, detail=why)
