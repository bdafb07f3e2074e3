"""Which of what waits goes in one message, and what if that is not taken?

A bundle was decided: its alerts go together, but for those that edit an earlier message. And where a queue has grown,
a digest of what waits is made: it never holds an urgent alert, nor a cancel, nor an update of a message that the
channel can edit: those go by themselves. Until it is taken either is only a try. What it carried waits again after a
failure, and the next try gathers what waits by then.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from streams import codec


class Limits(Struct, frozen=True):
    """``over``: how many may wait before they are gathered. ``most``: how many one digest can list."""

    over: int
    most: int


_CAN_GO = (
    "n.destination = ? AND n.state = 'planned' AND n.urgent = 0 AND n.kind IN ('alert', 'update') AND n.alone = 0"
    " AND n.not_before IS NULL AND NOT EXISTS (SELECT 1 FROM notifications s WHERE s.destination = n.destination"
    " AND s.root = n.root AND (s.state = 'sending' OR s.handle IS NOT NULL))"
)


_BUNDLED = (
    "n.destination = ?1 AND n.state = 'planned' AND n.alone = 0 AND NOT EXISTS (SELECT 1 FROM notifications s"
    " WHERE s.destination = n.destination AND s.root = n.root AND (s.state = 'sending' OR s.handle IS NOT NULL))"
)
_MEMBERS = "SELECT n.id, n.alert, n.severity, a.data FROM notifications n JOIN alerts a ON a.id = n.alert"


def bundled(conn: sqlite3.Connection, destination: str, first: str, most: int) -> list[sqlite3.Row]:
    """What goes with ``first`` because it was decided so, at most ``most``; empty when ``first`` goes alone."""
    rows = conn.execute(
        f"{_MEMBERS} WHERE {_BUNDLED} AND n.bundle = (SELECT bundle FROM notifications WHERE id = ?2)"
        " ORDER BY n.seq LIMIT ?3",
        (destination, first, most),
    ).fetchall()
    return rows if len(rows) > 1 and any(row["id"] == first for row in rows) else []


def words_of(conn: sqlite3.Connection, first: str) -> str:
    """Why a bundle goes together."""
    row = conn.execute(
        "SELECT s.words FROM sendings s JOIN notifications n ON n.bundle = s.id WHERE n.id = ? LIMIT 1", (first,)
    ).fetchone()
    return str(row["words"] or "") if row else ""


def gathered(conn: sqlite3.Connection, destination: str, first: str, limits: Limits) -> list[sqlite3.Row]:
    """What goes in a digest that begins with ``first``, with each alert's data; empty when ``first`` goes alone."""
    ids = [
        row["id"]
        for row in conn.execute(
            f"SELECT n.id FROM notifications n WHERE {_CAN_GO} ORDER BY n.seq LIMIT ?",
            (destination, max(limits.over + 1, limits.most)),
        )
    ]
    if len(ids) <= limits.over or ids[0] != first:
        return []
    chosen = ids[: limits.most]
    return conn.execute(
        f"{_MEMBERS} WHERE n.id IN ({','.join('?' * len(chosen))}) ORDER BY n.seq",
        chosen,
    ).fetchall()


def open_digest(
    conn: sqlite3.Connection, destination: str, members: Sequence[sqlite3.Row], now: float
) -> tuple[str, int]:
    """Put a digest of these notifications in the log as being sent. The same members give the same id.

    Gives the id and how many attempts that makes.
    """
    covers = [member["alert"] for member in members]
    id_ = "nt_" + codec.digest("digest", destination, covers)
    made = conn.execute(
        "INSERT INTO notifications (id, destination, revision, kind, severity, state, planned_at, attempts,"
        " tried_since, covers) VALUES (?1, ?2, 0, 'digest', ?3, 'sending', ?4, 1, ?4, ?5)"
        " ON CONFLICT (id) DO UPDATE SET state = 'sending', attempts = attempts + 1 RETURNING attempts",
        (id_, destination, members[-1]["severity"], now, json.dumps(covers)),
    ).fetchone()
    return id_, int(made["attempts"])


def dissolve(conn: sqlite3.Connection, id_: str, answer: str, *, alone: bool) -> None:
    """A digest was not taken: its members wait again, with ``alone`` each for itself from now on."""
    conn.execute("UPDATE notifications SET state = 'superseded', answer = ? WHERE id = ?", (answer, id_))
    conn.execute(
        "UPDATE notifications SET state = 'planned', digest = NULL, alone = max(alone, ?) WHERE digest = ?",
        (alone, id_),
    )
