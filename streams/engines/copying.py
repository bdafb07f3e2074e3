"""A store's essence as one small file: enough to fold on from, elsewhere.

State, the entries that it still reads, operators' words, and the other houses' tables whole; not the log, nor articles
and entries that only look back. It is the store as retention would leave it if all before were beyond it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from streams.engines.schema import OWN
from streams.journal import CONTROL

#: Tables that are not copied, or not whole.
_PARTLY = ("articles", "journal", "log", "staged", "snapshots", "snapshot_state")


class Copy:
    """One view of a store, whatever is written meanwhile; ``write`` may run in another thread."""

    def __init__(self, store: Path, needed: Iterable[int]) -> None:
        """``needed`` are the positions that the state at this moment reads. Raises sqlite3.Error."""
        self._needed = sorted(set(needed))
        self._db = sqlite3.connect(":memory:", uri=True, isolation_level=None, check_same_thread=False, timeout=30)
        self._db.execute("ATTACH ? AS src", (f"file:{store}?mode=ro",))
        self._db.execute("BEGIN")
        row = self._db.execute("SELECT coalesce(max(position), 0), coalesce(max(received), 0) FROM src.journal")
        self.position, self.received = row.fetchone()

    def write(self) -> bytes:
        """The file's bytes."""
        db = self._db
        made = db.execute("SELECT type, name, tbl_name, sql FROM src.sqlite_master WHERE sql NOT NULL").fetchall()
        made = [row for row in made if not row[1].startswith("sqlite_")]
        for kind, name, _, sql in made:
            if kind == "table":
                db.execute(sql)
                if name not in _PARTLY:
                    db.execute(f"INSERT INTO main.{name} SELECT * FROM src.{name}")
        db.execute(
            "INSERT INTO main.journal SELECT * FROM src.journal WHERE position IN (SELECT value FROM json_each(?))"
            " OR substr(data, 1, ?) = ? OR position = ?",
            (json.dumps(self._needed), len(CONTROL), CONTROL, self.position),
        )
        db.execute(
            "INSERT INTO main.snapshots VALUES (?, ?, ?)", (self.position, self.received, json.dumps(self._needed))
        )
        db.execute("INSERT INTO main.snapshot_state SELECT ?, name, key, value FROM src.state", (self.position,))
        db.execute("INSERT OR REPLACE INTO main.meta VALUES ('journal_from', ?)", (str(self.position),))
        for kind, _, _, sql in made:
            if kind != "table":
                db.execute(sql)
        db.execute("COMMIT")
        db.execute(f"PRAGMA main.user_version = {OWN.version}")
        return bytes(db.serialize())

    def close(self) -> None:
        """Let go of the view."""
        self._db.close()
