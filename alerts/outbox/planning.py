"""Which alert goes to which destination, and which of a root's messages still has something to say?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from alerts.alert import Alert
from streams import codec

NEVER_SENT = "never sent"
#: The severity from which an alert overtakes others and goes in no digest, where the config has one of this name.
URGENT = "critical"


def notification_id(alert: str, destination: str) -> str:
    """The id that an alert has at a destination, the same over retries and restarts."""
    return "nt_" + codec.digest(alert, destination)


def is_urgent(severity: str, severities: Sequence[str]) -> bool:
    """Whether a severity is "critical" or above; where there is none of that name, whether it is the highest."""
    if severity not in severities:
        return severity == URGENT
    least = severities.index(URGENT) if URGENT in severities else len(severities) - 1
    return severities.index(severity) >= least


def plan(
    conn: sqlite3.Connection,
    alert: Alert,
    data: bytes,
    destinations: Sequence[str],
    position: int,
    *,
    urgent: bool,
    now: float,
) -> None:
    """Store an alert and plan it for each destination. Planning the same alert again changes nothing.

    ``now`` is the wall clock; it tells how long something waits, and decides nothing.
    """
    conn.execute(
        "INSERT INTO alerts (id, root, revision, kind, rule, severity, at, position, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (alert.id, alert.root, alert.revision, alert.kind, alert.rule, alert.severity, alert.at, position, data),
    )
    for destination in destinations:
        parked = conn.execute(
            "SELECT answer FROM destinations WHERE destination = ? AND parked", (destination,)
        ).fetchone()
        state, answer = ("parked", parked["answer"]) if parked else ("planned", None)
        conn.execute(
            "INSERT INTO notifications"
            " (id, destination, root, alert, revision, kind, severity, urgent, state, planned_at, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (
                *(notification_id(alert.id, destination), destination, alert.root, alert.id, alert.revision),
                *(alert.kind, alert.severity, urgent, state, now, answer),
            ),
        )
        settle(conn, destination, alert.root)


def settle(conn: sqlite3.Connection, destination: str, root: str) -> None:
    """Leave at most the newest revision of a root waiting; drop a cancel when nothing of its root was ever sent."""
    rows = conn.execute(
        "SELECT id, kind, state, uncertain FROM notifications WHERE destination = ? AND root = ? ORDER BY revision",
        (destination, root),
    ).fetchall()
    waiting = [row for row in rows if row["state"] in ("planned", "parked")]
    newest = rows[-1]
    conn.executemany(
        "UPDATE notifications SET state = 'superseded', superseded_by = ?, not_before = NULL WHERE id = ?",
        [(newest["id"], row["id"]) for row in waiting if row["id"] != newest["id"]],
    )
    told = any(row["state"] in ("delivered", "sending") or row["uncertain"] for row in rows)
    if newest in waiting and newest["kind"] == "cancel" and not told:
        conn.execute(
            "UPDATE notifications SET state = 'superseded', not_before = NULL, answer = ? WHERE id = ?",
            (json.dumps({"status": None, "text": NEVER_SENT}), newest["id"]),
        )


def destinations_of(conn: sqlite3.Connection, root: str) -> list[str]:
    """The destinations that any alert of the root was planned for, in order of planning."""
    rows = conn.execute(
        "SELECT destination FROM notifications WHERE root = ? GROUP BY destination ORDER BY min(seq)", (root,)
    )
    return [row["destination"] for row in rows]
