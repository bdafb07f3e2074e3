"""Which alert goes to which destination, and which of a root's messages still has something to say?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from alerts.alert import Alert
from streams import codec

NEVER_SENT = "never sent"


def notification_id(alert: str, destination: str) -> str:
    """The id that an alert has at a destination, the same over retries and restarts."""
    return "nt_" + codec.digest(alert, destination)


class Message(Struct, frozen=True, kw_only=True):
    """An alert on its way to a destination, as far as the outbox needs to know it."""

    alert: str
    root: str
    revision: int
    kind: str
    severity: str
    urgent: bool


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
    message = Message(
        alert=alert.id,
        root=alert.root,
        revision=alert.revision,
        kind=alert.kind,
        severity=alert.severity,
        urgent=urgent,
    )
    for destination in destinations:
        plan_kept(conn, [message], destination, now)


def plan_kept(
    conn: sqlite3.Connection, messages: Sequence[Message], destination: str, now: float, *, bundle: str | None = None
) -> None:
    """Plan alerts that are stored already for a destination, with ``bundle`` as one notification."""
    parked = conn.execute("SELECT answer FROM destinations WHERE destination = ? AND parked", (destination,)).fetchone()
    state, answer = ("parked", parked["answer"]) if parked else ("planned", None)
    for message in messages:
        conn.execute(
            "INSERT INTO notifications"
            " (id, destination, root, alert, revision, kind, severity, urgent, state, planned_at, answer, bundle)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (
                *(notification_id(message.alert, destination), destination, message.root, message.alert),
                *(message.revision, message.kind, message.severity, message.urgent, state, now, answer, bundle),
            ),
        )
        settle(conn, destination, message.root)


def note_sending(
    conn: sqlite3.Connection,
    id_: str,
    position: int,
    at: int,
    destination: str,
    covers: Sequence[str],
    why: str | None = None,
    words: str | None = None,
) -> None:
    """Write down what the fold let go, whether it is sent or not. ``at`` is the fold's clock, in seconds."""
    row = (id_, position, at, destination, json.dumps(list(covers)), why, words)
    conn.execute("INSERT INTO sendings VALUES (?, ?, ?, ?, ?, ?, ?)", row)


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
