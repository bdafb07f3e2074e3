"""The outbox: which alert goes to which destination, and what became of it?

The engine plans rows inside the transaction that decides the alert; the deliverer claims them one at a time and
records each answer. To one destination the alerts of one root go strictly in order, so of one root only the newest
revision ever waits there: an older one that was not sent is superseded, and a cancel of what was never sent sends
nothing. Every function takes an open connection and leaves the transaction to its caller.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any, Literal

from msgspec import Struct

from alerts.alert import Alert, Notification
from streams import codec, times

SCHEMA = resources.files("alerts").joinpath("outbox.sql").read_text(encoding="utf-8")
NEVER_SENT = "never sent"

#: What an attempt came to: ``retry`` did not arrive, ``uncertain`` may have, ``park`` stops the whole destination.
Result = Literal["delivered", "retry", "uncertain", "park", "dead"]


class Work(Struct, frozen=True, kw_only=True):
    """A notification to send. ``told_at`` is the time of the alert of this root that the destination already got."""

    id: str
    destination: str
    root: str
    attempts: int
    tried_since: float | None
    data: bytes
    told_at: str | None


class Attempt(Struct, frozen=True, kw_only=True):
    """What one attempt came to. ``not_before`` is the wall clock of the next probe, for retry and uncertain."""

    work: Work
    result: Result
    answer: dict[str, Any]
    not_before: float | None = None


def notification_id(alert: str, destination: str) -> str:
    """The id that an alert has at a destination, the same over retries and restarts."""
    return "nt_" + codec.digest(alert, destination)


def plan(conn: sqlite3.Connection, alert: Alert, data: bytes, destinations: Sequence[str], position: int) -> None:
    """Store an alert and plan it for each destination. Planning the same alert again changes nothing."""
    conn.execute(
        "INSERT INTO alerts (id, root, revision, kind, rule, severity, at, position, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (alert.id, alert.root, alert.revision, alert.kind, alert.rule, alert.severity, alert.at, position, data),
    )
    for destination in destinations:
        _plan_one(conn, alert, destination)


def _plan_one(conn: sqlite3.Connection, alert: Alert, destination: str) -> None:
    parked = conn.execute(
        "SELECT answer FROM notifications WHERE destination = ? AND state = 'parked' LIMIT 1", (destination,)
    ).fetchone()
    state, answer = ("parked", parked["answer"]) if parked else ("planned", None)
    conn.execute(
        "INSERT INTO notifications (id, destination, root, alert, revision, kind, severity, state, answer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            *(notification_id(alert.id, destination), destination, alert.root, alert.id, alert.revision),
            *(alert.kind, alert.severity, state, answer),
        ),
    )
    _settle(conn, destination, alert.root)


def _settle(conn: sqlite3.Connection, destination: str, root: str) -> None:
    """Leave at most the newest revision of a root waiting; drop a cancel when nothing of its root was ever sent."""
    rows = conn.execute(
        "SELECT id, kind, state, uncertain, not_before FROM notifications"
        " WHERE destination = ? AND root = ? ORDER BY revision",
        (destination, root),
    ).fetchall()
    waiting = [row for row in rows if row["state"] in ("planned", "parked")]
    newest = rows[-1]
    older = [row for row in waiting if row["id"] != newest["id"]]
    conn.executemany(
        "UPDATE notifications SET state = 'superseded', superseded_by = ?, not_before = NULL WHERE id = ?",
        [(newest["id"], row["id"]) for row in older],
    )
    if newest not in waiting:
        return
    told = any(row["state"] in ("delivered", "sending") or row["uncertain"] for row in rows)
    if newest["kind"] == "cancel" and not told:
        conn.execute(
            "UPDATE notifications SET state = 'superseded', not_before = NULL, answer = ? WHERE id = ?",
            (json.dumps({"status": None, "text": NEVER_SENT}), newest["id"]),
        )
        return
    block = max((row["not_before"] for row in older if row["not_before"] is not None), default=None)
    if block is not None:
        conn.execute("UPDATE notifications SET not_before = ? WHERE id = ?", (block, newest["id"]))


def destinations_of(conn: sqlite3.Connection, root: str) -> list[str]:
    """The destinations that any alert of the root was planned for, in order of planning."""
    rows = conn.execute(
        "SELECT destination FROM notifications WHERE root = ? GROUP BY destination ORDER BY min(seq)", (root,)
    )
    return [row["destination"] for row in rows]


def recover(conn: sqlite3.Connection, destination: str) -> int:
    """Take back what a killed process was sending: it may have arrived. Gives how many rows that were."""
    rows = conn.execute(
        "SELECT id, root FROM notifications WHERE destination = ? AND state = 'sending'", (destination,)
    ).fetchall()
    for row in rows:
        conn.execute("UPDATE notifications SET state = 'planned', uncertain = 1 WHERE id = ?", (row["id"],))
        _settle(conn, destination, row["root"])
    return len(rows)


def blocked_until(conn: sqlite3.Connection, destination: str) -> float | None:
    """The wall clock before which the destination is to be left alone, or None."""
    row = conn.execute(
        "SELECT max(not_before) AS block FROM notifications WHERE destination = ? AND not_before IS NOT NULL",
        (destination,),
    ).fetchone()
    return None if row["block"] is None else float(row["block"])


def pending(conn: sqlite3.Connection, destination: str, now: float) -> Work | None:
    """The next notification to send, or None while nothing waits or the destination backs off."""
    block = blocked_until(conn, destination)
    if block is not None and block > now:
        return None
    row = conn.execute(
        "SELECT n.id, n.root, n.revision, n.attempts, n.tried_since, a.data FROM notifications n"
        " JOIN alerts a ON a.id = n.alert WHERE n.destination = ? AND n.state = 'planned' ORDER BY n.seq LIMIT 1",
        (destination,),
    ).fetchone()
    if row is None:
        return None
    return Work(
        id=row["id"],
        destination=destination,
        root=row["root"],
        attempts=row["attempts"],
        tried_since=row["tried_since"],
        data=bytes(row["data"]),
        told_at=_told_at(conn, destination, row["root"], row["revision"]),
    )


def _told_at(conn: sqlite3.Connection, destination: str, root: str, revision: int) -> str | None:
    row = conn.execute(
        "SELECT a.at FROM notifications n JOIN alerts a ON a.id = n.alert"
        " WHERE n.destination = ? AND n.root = ? AND n.revision < ? AND (n.state = 'delivered' OR n.uncertain)"
        " ORDER BY n.revision LIMIT 1",
        (destination, root, revision),
    ).fetchone()
    return None if row is None else str(row["at"])


def claim(conn: sqlite3.Connection, destination: str, now: float) -> Work | None:
    """The next notification, marked as being sent. Commit before sending it."""
    work = pending(conn, destination, now)
    if work is not None:
        conn.execute(
            "UPDATE notifications SET state = 'sending', attempts = attempts + 1, not_before = NULL,"
            " tried_since = coalesce(tried_since, ?) WHERE id = ?",
            (now, work.id),
        )
    return work


def record(conn: sqlite3.Connection, attempt: Attempt) -> None:
    """Write down what became of a claimed notification."""
    work, answer = attempt.work, json.dumps(attempt.answer, ensure_ascii=False, sort_keys=True)
    if attempt.result in ("delivered", "dead"):
        conn.execute("UPDATE notifications SET state = ?, answer = ? WHERE id = ?", (attempt.result, answer, work.id))
        return
    conn.execute(
        "UPDATE notifications SET state = 'planned', answer = ?, not_before = ?, uncertain = max(uncertain, ?)"
        " WHERE id = ?",
        (answer, attempt.not_before, attempt.result == "uncertain", work.id),
    )
    if attempt.result == "park":
        conn.execute(
            "UPDATE notifications SET state = 'parked', not_before = NULL, answer = ?"
            " WHERE destination = ? AND state = 'planned'",
            (answer, work.destination),
        )
    _settle(conn, work.destination, work.root)


def redrive(conn: sqlite3.Connection, destination: str | None = None) -> int:
    """Plan parked and dead notifications again, the newest revision of each root only. Gives how many wait now."""
    rows = conn.execute(
        "SELECT id, destination, root FROM notifications n WHERE state IN ('parked', 'dead')"
        " AND (?1 IS NULL OR destination = ?1) AND revision = (SELECT max(revision) FROM notifications m"
        " WHERE m.destination = n.destination AND m.root = n.root) ORDER BY seq",
        (destination,),
    ).fetchall()
    for row in rows:
        conn.execute(
            "UPDATE notifications SET state = 'planned', not_before = NULL, tried_since = NULL WHERE id = ?",
            (row["id"],),
        )
        _settle(conn, row["destination"], row["root"])
    return len(rows)


def busy(conn: sqlite3.Connection, destinations: Iterable[str] | None = None) -> bool:
    """Whether anything is planned or being sent, at these destinations or at any. Parked rows do not count."""
    names = None if destinations is None else json.dumps(sorted(destinations))
    row = conn.execute(
        "SELECT 1 FROM notifications WHERE state IN ('planned', 'sending')"
        " AND (?1 IS NULL OR destination IN (SELECT value FROM json_each(?1))) LIMIT 1",
        (names,),
    ).fetchone()
    return row is not None


def listing(conn: sqlite3.Connection, state: str | None = None) -> list[Notification]:
    """The delivery log, in order of planning."""
    rows = conn.execute("SELECT * FROM notifications WHERE ?1 IS NULL OR state = ?1 ORDER BY seq", (state,))
    return [
        Notification(
            id=row["id"],
            destination=row["destination"],
            root=row["root"],
            covers=[row["alert"]],
            kind=row["kind"],
            state=row["state"],
            attempts=row["attempts"],
            not_before=times.iso(None if row["not_before"] is None else int(row["not_before"])),
            answer=None if row["answer"] is None else json.loads(row["answer"]),
            superseded_by=row["superseded_by"],
        )
        for row in rows
    ]
