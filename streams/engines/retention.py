"""How does a store stay bounded? The journal is pruned behind a snapshot of the fold's state.

Four times in the span that is kept, the state is copied as it stands at the journal's end. Once a copy is older than
the span, what is before it goes: entries, log, articles, what was told; save operators' words, and the entries that
the copied state still reads. So a fold that starts from the oldest copy and goes on through the journal gives what one
from the beginning would have given. Pruning goes in small steps, so that news never waits for it, and a step that a
kill undid is done again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from streams.engines.folding import Folding
from streams.engines.sqlite import transaction
from streams.journal import CONTROL

#: Copies taken in the span that is kept.
COPIES = 4
#: Rows that one step deletes of a table.
STEP = 2000
_FROM = "journal_from"


class Keeper:
    """Keeps a store bounded; ``retention`` is in seconds."""

    def __init__(self, folding: Folding, retention: int) -> None:
        self._folding, self.retention = folding, retention
        db = folding.store.writer
        rows = db.execute("SELECT position, received FROM snapshots ORDER BY position")
        self._copies = [(int(row[0]), int(row[1])) for row in rows]
        self._done_to = 0

    def turn(self, now: int) -> bool:
        """Take a copy or do a step of pruning when one is due; ``now`` in seconds. Gives whether there is more to do.

        Call it with no open group. Raises sqlite3.Error when the store cannot be written; then nothing was done.
        """
        if not self._copies or now >= self._copies[-1][1] + self.retention // COPIES:
            self._take(now)
        target = max((position for position, at in self._copies if at <= now - self.retention), default=0)
        return target > self._done_to and self._step(target, now)

    def _take(self, now: int) -> None:
        position = self._folding.position
        needed = sorted(set(self._folding.fold.needed(self._folding.state)))
        with transaction(self._folding.store.writer) as db:
            db.execute("DELETE FROM snapshot_state WHERE position = ?", (position,))
            db.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", (position, now, json.dumps(needed)))
            db.execute("INSERT INTO snapshot_state SELECT ?, name, key, value FROM state", (position,))
        self._copies = [*(copy for copy in self._copies if copy[0] != position), (position, now)]

    def _step(self, target: int, now: int) -> bool:
        """Delete some of what is before the copy at ``target``. Gives whether more is left."""
        with transaction(self._folding.store.writer) as db:
            db.execute("DELETE FROM snapshot_state WHERE position < ?", (target,))
            db.execute("DELETE FROM snapshots WHERE position < ?", (target,))
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_FROM, str(target)))
            more = _prune_journal(db, target)
            if not more:
                db.execute("DELETE FROM controls WHERE position <= ?", (target,))
                db.execute("DELETE FROM seen WHERE received < ?", (now - self.retention,))
                db.execute("DELETE FROM unreadable WHERE at < ?", (now - self.retention,))
                self._folding.sink.prune(db, target, self._folding.state)
        self._copies = [copy for copy in self._copies if copy[0] >= target]
        if not more:
            self._done_to = target
        return more


def _prune_journal(db: sqlite3.Connection, target: int) -> bool:
    """Delete a step's worth of entries, log lines and articles up to a position. Gives whether more is left."""
    needed = db.execute("SELECT needed FROM snapshots WHERE position = ?", (target,)).fetchone()[0]
    steps = (
        (
            "DELETE FROM journal WHERE position IN (SELECT position FROM journal WHERE position <= ?"
            " AND position NOT IN (SELECT value FROM json_each(?)) AND substr(data, 1, ?) <> ?"
            " ORDER BY position LIMIT ?)",
            (target, needed, len(CONTROL), CONTROL, STEP),
        ),
        (
            "DELETE FROM articles WHERE seq IN (SELECT seq FROM articles WHERE position <= ? ORDER BY seq LIMIT ?)",
            (target, STEP),
        ),
        (
            "DELETE FROM log WHERE position IN (SELECT DISTINCT position FROM log WHERE position <= ?"
            " ORDER BY position LIMIT ?)",
            (target, STEP),
        ),
    )
    deleted = [db.execute(sql, values).rowcount for sql, values in steps]
    return max(deleted) >= STEP


def base(db: sqlite3.Connection) -> int:
    """The position that a fold over what is left of the journal starts from; 0 while nothing was pruned."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (_FROM,)).fetchone()
    return int(row[0]) if row else 0


def state_rows(db: sqlite3.Connection, position: int) -> Iterator[tuple[str, str, bytes]]:
    """(table, key, value) of the copy of the state at a position; none for position 0."""
    rows = db.execute("SELECT name, key, value FROM snapshot_state WHERE position = ? ORDER BY name, key", (position,))
    for row in rows:
        yield row[0], row[1], bytes(row[2])
