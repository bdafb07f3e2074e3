"""What became of each notification, what waits for its owner, and how does each destination do?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct

from alerts.alert import Notification
from alerts.outbox.planning import settle
from streams import times


class Health(Struct, frozen=True, kw_only=True):
    """How a destination does. Times are ISO 8601."""

    state: Literal["up", "failing", "parked"]
    waiting: int = 0
    waiting_since: str | None = None
    """When the oldest that waits was planned."""
    parked: int = 0
    dead: int = 0
    delivered: int = 0
    delivered_at: str | None = None
    superseded: int = 0
    down_since: str | None = None
    failures: int = 0
    next_try: str | None = None
    answer: dict[str, Any] | None = None
    """The last that was no success; None while it is up and nothing of it is dead."""


def listing(
    conn: sqlite3.Connection, states: Sequence[str] = (), destination: str | None = None
) -> Iterator[Notification]:
    """The delivery log, in order of planning; only these states, when any are given."""
    rows = conn.execute(
        "SELECT n.*, CASE n.state WHEN 'planned' THEN"
        " nullif(max(ifnull(n.not_before, 0), ifnull(d.not_before, 0)), 0) END AS next_try"
        " FROM notifications n LEFT JOIN destinations d USING (destination)"
        " WHERE (?1 = '[]' OR state IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR destination = ?2)"
        " ORDER BY seq",
        (json.dumps(list(states)), destination),
    )
    return map(_notification, rows)


def _notification(row: sqlite3.Row) -> Notification:
    return Notification(
        id=row["id"],
        destination=row["destination"],
        root=row["root"],
        covers=json.loads(row["covers"]) if row["covers"] else [row["alert"]],
        kind=row["kind"],
        state=row["state"],
        attempts=row["attempts"],
        not_before=_iso(row["next_try"]),
        answer=_answer(row["answer"]),
        superseded_by=row["superseded_by"],
        digest=row["digest"],
    )


def health(conn: sqlite3.Connection) -> dict[str, Health]:
    """How each destination that something was ever planned for does, by name."""
    counts: dict[str, dict[str, int]] = {}
    for row in conn.execute(
        "SELECT destination, state, count(*) AS n FROM notifications WHERE kind <> 'digest' GROUP BY destination, state"
    ):
        counts.setdefault(row["destination"], {})[row["state"]] = row["n"]
    standings = {row["destination"]: row for row in conn.execute("SELECT * FROM destinations")}
    return {name: _health(conn, name, counts[name], standings.get(name)) for name in sorted(counts)}


def _health(conn: sqlite3.Connection, name: str, counts: dict[str, int], row: sqlite3.Row | None) -> Health:
    oldest = conn.execute(
        "SELECT min(planned_at) AS at FROM notifications WHERE destination = ? AND state IN ('planned', 'sending')",
        (name,),
    ).fetchone()
    down = row is not None and row["failures"] > 0
    parked = counts.get("parked", 0) > 0 or (row is not None and bool(row["parked"]))
    troubled = down or parked or counts.get("dead", 0) > 0
    return Health(
        state="parked" if parked else "failing" if down else "up",
        waiting=counts.get("planned", 0) + counts.get("sending", 0),
        waiting_since=_iso(oldest["at"]),
        parked=counts.get("parked", 0),
        dead=counts.get("dead", 0),
        delivered=counts.get("delivered", 0),
        delivered_at=_iso(row["delivered_at"]) if row else None,
        superseded=counts.get("superseded", 0),
        down_since=_iso(row["down_since"]) if row else None,
        failures=row["failures"] if row else 0,
        next_try=_iso(row["not_before"]) if row else None,
        answer=_last_trouble(conn, name, row) if troubled else None,
    )


def _last_trouble(conn: sqlite3.Connection, name: str, row: sqlite3.Row | None) -> dict[str, Any] | None:
    if row is not None and (row["failures"] or row["parked"]) and row["answer"]:
        return _answer(row["answer"])
    last = conn.execute(
        "SELECT answer FROM notifications WHERE destination = ? AND state IN ('parked', 'dead')"
        " ORDER BY seq DESC LIMIT 1",
        (name,),
    ).fetchone()
    return _answer(last["answer"]) if last else None


def redrive(conn: sqlite3.Connection, destination: str | None = None, ids: Sequence[str] = ()) -> list[str]:
    """Plan parked and dead notifications again, the newest revision of each root only. Gives their ids.

    ``destination`` and ``ids`` (of notifications or alerts) narrow it down. Their destinations are tried at once;
    one that is named, also for what only waits.
    """
    rows = conn.execute(
        "SELECT id, destination, root FROM notifications n WHERE state IN ('parked', 'dead')"
        " AND (?1 IS NULL OR destination = ?1)"
        " AND (?2 = '[]' OR id IN (SELECT value FROM json_each(?2)) OR alert IN (SELECT value FROM json_each(?2)))"
        " AND revision = (SELECT max(revision) FROM notifications m"
        " WHERE m.destination = n.destination AND m.root = n.root) ORDER BY seq",
        (destination, json.dumps(list(ids))),
    ).fetchall()
    for row in rows:
        conn.execute(
            "UPDATE notifications SET state = 'planned', not_before = NULL, tried_since = NULL WHERE id = ?",
            (row["id"],),
        )
        settle(conn, row["destination"], row["root"])
    conn.executemany(
        "UPDATE destinations SET failures = 0, down_since = NULL, not_before = NULL, parked = 0,"
        " redriven = redriven + 1 WHERE destination = ?",
        [(name,) for name in sorted({row["destination"] for row in rows} | ({destination} if destination else set()))],
    )
    return [row["id"] for row in rows]


def strangers(conn: sqlite3.Connection, known: Sequence[str]) -> dict[str, int]:
    """How many notifications wait for destinations that are not among the known ones, by name."""
    rows = conn.execute(
        "SELECT destination, count(*) AS n FROM notifications WHERE state = 'planned'"
        " AND destination NOT IN (SELECT value FROM json_each(?)) GROUP BY destination ORDER BY destination",
        (json.dumps(list(known)),),
    )
    return {row["destination"]: row["n"] for row in rows}


def _iso(seconds: float | None) -> str | None:
    return times.iso(None if seconds is None else int(seconds))


def _answer(text: str | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    return found
