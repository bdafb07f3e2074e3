"""By which versions of the classifier were the reports made? One row a version, for a mix of them is worth knowing.

Reports of another version may read the same words differently: figures before and after a change of the lexicon are
not of one kind, and a rule that seems to wake up may only have got better eyes.
"""

from __future__ import annotations

import sqlite3

import msgspec
from msgspec import Struct

from streams.journal import Reading, Record
from streams.state import State, Table
from streams.times import iso

NAME = "classifiers"


class Read(Struct, frozen=True, array_like=True):
    """What one version read. Times are seconds of reception."""

    reports: int
    first: int
    last: int


def table(state: State) -> Table[Read]:
    """Version → what it read."""
    return state.table(NAME, Read)


def follow(state: State, record: Record) -> None:
    """Count a report for the version that made it."""
    if not isinstance(record.entry, Reading) or not record.entry.report.classifier:
        return
    version, at = record.entry.report.classifier, record.received
    known = table(state).get(version) or Read(0, at, at)
    table(state).put(version, Read(known.reports + 1, min(known.first, at), max(known.last, at)))


def told(db: sqlite3.Connection) -> dict[str, str]:
    """Version → in words what it read, of a store, the oldest first. Raises sqlite3.Error."""
    rows = db.execute("SELECT key, value FROM state WHERE name = ?", (NAME,)).fetchall()
    found = [(msgspec.json.decode(row[1], type=Read), str(row[0])) for row in rows]
    found.sort(key=lambda pair: (pair[0].first, pair[1]))
    return {name: f"{read.reports} reports, {iso(read.first)} to {iso(read.last)}" for read, name in found}


def mix(db: sqlite3.Connection) -> str | None:
    """A line on a mix of versions in a store; None when all reports are of one. Raises sqlite3.Error."""
    found = told(db)
    if len(found) < 2:
        return None
    each = "; ".join(f"{name}: {what}" for name, what in found.items())
    said = f"reports of {len(found)} versions of the classifier stand side by side"
    return f"{said}: {each}; a replay without --store reads all alike"
