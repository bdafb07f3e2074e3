"""What did the monitor know and decide at an earlier moment? Its journal folded again, by the code that decided.

A store is only read here, beside a running monitor too. The fold starts at the last snapshot before the moment, else
at the beginning, and uses the config that was in force at each place of the journal. ``tests/test_past.py`` holds it
to the bytes that were sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

import msgspec
from msgspec import Struct

from alerts.alert import Alert
from alerts.config import kept
from alerts.config.types import Config
from alerts.decide import Decide, Effects, encode
from streams import horizons
from streams.engines import retention
from streams.journal import CONTROL, Control, Record, decode_entry
from streams.state import State


class PastError(Exception):
    """A moment that cannot be folded again; the message says why and what to do."""


class Line(Struct, frozen=True, kw_only=True):
    """A line of the log: what the fold set aside at a position, and why. ``at`` is in seconds."""

    position: int
    at: int
    about: str
    reason: str
    detail: str


class Moment(Struct, kw_only=True):
    """The fold as it stood after a position. ``now`` is the clock there, in seconds."""

    position: int
    now: int
    config: Config
    families: dict[str, str]
    """Publisher → family."""
    state: State
    log: list[Line] = []
    """What the fold logged up to here, oldest first."""
    told: list[Alert] = []
    """The alerts of the last position."""


class Past:
    """A store's journal, read with a connection that only reads; close it when done."""

    def __init__(self, connection: sqlite3.Connection, fallback: tuple[Config, dict[str, str]] | None = None) -> None:
        """``fallback`` is the config and families for a store that does not hold the ones it was folded under."""
        self._connection, self._fallback = connection, fallback
        connection.execute("BEGIN")  # one view of it all, whatever a running monitor writes meanwhile

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def record(self, position: int) -> Record:
        """The entry at a position. Raises PastError when the journal no longer has it."""
        row = self._connection.execute("SELECT received, data FROM journal WHERE position = ?", (position,)).fetchone()
        if row is None:
            raise PastError(f"the journal has no entry {position}: it lies beyond the retention")
        return Record(position=position, received=row[0], entry=decode_entry(bytes(row[1])))

    def last(self) -> int:
        """The journal's last position; 0 when it is empty."""
        return int(self._connection.execute("SELECT coalesce(max(position), 0) FROM journal").fetchone()[0])

    def base(self) -> int:
        """The position up to which the journal was pruned: nothing before it can be folded again."""
        return retention.base(self._connection)

    def position_at(self, moment: int | None) -> int:
        """The last position at or before a time in seconds, or the last of all. Raises PastError when there is none."""
        row = self._connection.execute(
            "SELECT max(position) FROM journal WHERE ?1 IS NULL OR received <= ?1", (moment,)
        ).fetchone()
        if row[0] is None:
            raise PastError("the journal has nothing at or before that time" if self.last() else "the journal is empty")
        return int(row[0])

    def controls(self, command: str) -> Iterator[Record]:
        """The operators' words of one kind, oldest first."""
        rows = self._connection.execute(
            "SELECT position, received, data FROM journal WHERE substr(data, 1, ?) = ? ORDER BY position",
            (len(CONTROL), CONTROL),
        ).fetchall()
        for position, received, data in rows:
            entry = decode_entry(bytes(data))
            if isinstance(entry, Control) and entry.command == command:
                yield Record(position=position, received=received, entry=entry)

    def records_since(self, since: int, until: int) -> Iterator[Record]:
        """The entries received after a time in seconds, up to a position."""
        first = self._connection.execute(
            "SELECT coalesce(max(position), 0) FROM journal WHERE received <= ? AND position <= ?", (since, until)
        ).fetchone()[0]
        yield from self._records(first, until)

    def moment(self, position: int, *, anew: bool = False) -> Moment:
        """The fold as it stood after a position. ``anew`` folds that entry again, to see what it told.

        Raises PastError for a position that lies before what the store keeps.
        """
        if position - anew < self.base():
            raise PastError(
                f"journal entry {position} lies before what the store keeps (entries from {self.base()} on)"
            )
        moment, decide = self._start(position - anew)
        for record, effects, in_force in self._steps(moment.state, decide, moment.position, position):
            decide = in_force
            moment.log += [
                Line(position=record.position, at=record.received, about=about, reason=reason, detail=detail)
                for about, reason, detail in effects.log
            ]
            moment.told = [planned.alert for planned in effects.outgoing]
        clock = horizons.clock(moment.state).get("clock")
        moment.position, moment.config, moment.families = position, decide.config, decide.families
        moment.now = clock.now if clock else 0
        return moment

    def alerts(self) -> Iterator[bytes]:
        """The canonical bytes of every alert, decided anew from the beginning, or from where the journal was pruned."""
        start = retention.base(self._connection)
        moment, decide = self._kept(start, retention.state_rows(self._connection, start))
        for _, effects, _ in self._steps(moment.state, decide, start, self.last()):
            yield from (encode(planned.alert) for planned in effects.outgoing)

    def _steps(self, state: State, decide: Decide, after: int, until: int) -> Iterator[tuple[Record, Effects, Decide]]:
        """Fold on, under whichever config is in force."""
        decide.declare(state)
        for record in self._records(after, until):
            if isinstance(record.entry, Control) and record.entry.command == "config":
                decide = self._decide(record.entry)
            yield record, decide.step(state, record, self.record), decide

    # --- where to start -------------------------------------------------------------------------------------------

    def _start(self, position: int) -> tuple[Moment, Decide]:
        """The nearest state that is kept at or before a position, with its log, and the config in force there."""
        if position == self.last():
            return self._kept(position, self._connection.execute("SELECT name, key, value FROM state"))
        if position < retention.base(self._connection):
            raise PastError(f"position {position} lies beyond the retention: the journal was pruned behind it")
        newest = "SELECT max(position) FROM snapshots WHERE position <= ?"
        at = self._connection.execute(newest, (position,)).fetchone()[0] or 0
        return self._kept(at, retention.state_rows(self._connection, at))

    def _kept(self, at: int, rows: Iterable[tuple[str, str, bytes]]) -> tuple[Moment, Decide]:
        """A state that is kept."""
        decide, state = self._decide_at(at), State()
        decide.declare(state)
        for name, key, value in rows:
            state.load(name, key, bytes(value))
        moment = Moment(
            position=at, now=0, config=decide.config, families=decide.families, state=state, log=self._logged(at)
        )
        return moment, decide

    def _logged(self, position: int) -> list[Line]:
        rows = self._connection.execute(
            "SELECT position, at, about, reason, detail FROM log WHERE position <= ? ORDER BY position, n", (position,)
        )
        return [Line(position=p, at=a, about=b, reason=r, detail=d) for p, a, b, r, d in rows]

    def _records(self, after: int, until: int) -> Iterator[Record]:
        with closing(self._connection.cursor()) as cursor:
            rows = cursor.execute(
                "SELECT position, received, data FROM journal WHERE position > ? AND position <= ? ORDER BY position",
                (after, until),
            )
            for position, received, data in rows:
                yield Record(position=position, received=received, entry=decode_entry(bytes(data)))

    def _decide_at(self, position: int) -> Decide:
        """The fold under the config in force after a position; at 0 under the first."""
        adopted = list(self.controls("config"))
        before = [record for record in adopted if record.position <= position] or adopted[:1]
        entry = before[-1].entry if before else None
        return self._decide(entry if isinstance(entry, Control) else None)

    def _decide(self, entry: Control | None) -> Decide:
        """The fold under the config that an entry names."""
        hash_ = str(entry.body.get("hash", "")) if entry else self._meta("config_hash") or ""
        text = self._meta(f"{kept.PREFIX}{hash_}")
        if text is not None:
            try:
                return Decide(*kept.decode(text, hash_))
            except msgspec.ValidationError as error:
                raise PastError(f"the config {hash_} was kept by another version of tocsin: {error}") from error
        if self._fallback is None:
            raise PastError(f"the store does not hold the config {hash_} that was in force; give it with -c")
        return Decide(*self._fallback)

    def _meta(self, key: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])
