"""What may be forgotten of what was told? Whole roots that are settled: nothing of them waits, no correction is due."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable


def prune(conn: sqlite3.Connection, position: int, open_roots: Iterable[str]) -> int:
    """Forget the roots whose last alert was decided up to a position, but for the open ones and those with messages
    that still wait or were parked. Gives how many alerts that were.
    """
    roots = conn.execute(
        "SELECT root FROM alerts WHERE root NOT IN (SELECT value FROM json_each(?)) GROUP BY root"
        " HAVING max(position) <= ? AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.root = alerts.root"
        " AND n.state IN ('planned', 'sending', 'parked'))",
        (json.dumps(sorted(open_roots)), position),
    ).fetchall()
    settled = json.dumps([row[0] for row in roots])
    conn.execute("DELETE FROM notifications WHERE root IN (SELECT value FROM json_each(?))", (settled,))
    forgotten = conn.execute("DELETE FROM alerts WHERE root IN (SELECT value FROM json_each(?))", (settled,)).rowcount
    conn.execute(
        "DELETE FROM notifications WHERE kind = 'digest' AND state IN ('delivered', 'superseded', 'dead')"
        " AND NOT EXISTS (SELECT 1 FROM notifications m WHERE m.digest = notifications.id)"
    )
    conn.execute(
        "DELETE FROM sendings WHERE position <= ? AND NOT EXISTS"
        " (SELECT 1 FROM json_each(sendings.covers) c JOIN alerts a ON a.id = c.value)",
        (position,),
    )
    return forgotten
