"""When a queue has grown: which of what waits goes in one message, and what if that is not taken?

A digest never holds an urgent alert, nor a cancel, nor an update of a message that the channel can edit: those go by
themselves. Until it is taken it is only a try. What it carried waits again after a failure, and the next try gathers
what waits by then.
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
        "SELECT n.id, n.alert, n.severity, a.data FROM notifications n JOIN alerts a ON a.id = n.alert"
        f" WHERE n.id IN ({','.join('?' * len(chosen))}) ORDER BY n.seq",
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
