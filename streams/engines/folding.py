"""Entry by entry through the fold, group by group onto the disk.

Whatever brings the entries (an embedded table, a Kafka partition), this is what happens to them: each gets the next
position and is folded; then the entries, the changed state, the log and what is to be sent are written in one
transaction. After a kill the group that was not committed is folded again, to the same bytes.
"""

from __future__ import annotations

import sqlite3
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from streams.engines.sqlite import transaction
from streams.engines.store import Store
from streams.journal import Entry, Record, Tick, decode_entry, encode_entry
from streams.state import State

#: Seconds after which an open group is committed even if more entries wait.
GROUP_SECONDS = 0.05

DAY = 86400
LogLine = tuple[str, str, str]
#: Told the time of an entry, in seconds, before it is folded: a replay at a pace waits here.
Pace = Callable[[int], None]
#: What waited for an entry, as (table, id), or None.
Settles = tuple[str, int] | None
_SETTLE = {
    "articles": "UPDATE articles SET position = ? WHERE seq = ?",
    "controls": "UPDATE controls SET position = ? WHERE id = ?",
}


class Effects(Protocol):
    """What folding one entry gave: (about, reason, detail) lines, what is to be sent, and what waited until now."""

    @property
    def log(self) -> Sequence[LogLine]: ...  # noqa: D102

    @property
    def outgoing(self) -> Sequence[Any]: ...  # noqa: D102

    @property
    def released(self) -> Sequence[Any]: ...  # noqa: D102


class Fold(Protocol):
    """The pure fold that an engine drives. ``read`` gives earlier entries by position."""

    def declare(self, state: State) -> None:
        """Declare the tables, so that they can be loaded."""

    def step(self, state: State, record: Record, read: Callable[[int], Record]) -> Effects:
        """Fold one entry into the state."""

    def next_due(self, state: State) -> int | None:
        """The time of the earliest timer, in seconds, or None."""

    def needed(self, state: State) -> Iterable[int]:
        """The positions that folding on from this state may read."""


class Sink(Protocol):
    """Keeps what is to be sent, inside the engine's transaction."""

    def write(self, connection: sqlite3.Connection, outgoing: Any, position: int) -> None:
        """Store one thing to send."""

    def prune(self, connection: sqlite3.Connection, position: int, state: State) -> None:
        """Forget what was stored up to a position and nobody needs any more."""


class Folding:
    """The journal's end: entries come in, groups go to disk."""

    def __init__(
        self, store: Store, fold: Fold, sink: Sink, on_commit: Callable[[bool], None], *, keeps: bool = True
    ) -> None:
        """``on_commit`` is called after each group, with whether there is something new to send.

        ``keeps`` False writes no state: nobody will go on from this store.
        """
        self._keeps = keeps
        self._day: int | None = None
        self.store, self.fold, self.sink, self.on_commit = store, fold, sink, on_commit
        self.state = State()
        fold.declare(self.state)
        for name, key, value in store.state_rows():
            self.state.load(name, key, value)
        self.position = store.last_position()
        self._group: list[tuple[Record, bytes, Settles, Effects]] = []
        self._unsaved: dict[tuple[str, str], bytes | None] = {}
        self._opened = 0.0
        self._recent: dict[int, Record] = {}

    def append(self, entry: Entry, received: int) -> Effects:
        """Give an entry the next position and fold it."""
        return self._fold(entry, encode_entry(entry), received, None)

    def append_encoded(self, data: bytes, received: int, seq: int | None) -> Effects:
        """The same for an entry that comes as bytes and settles the waiting article ``seq``, if any."""
        return self._fold(decode_entry(data), data, received, None if seq is None else ("articles", seq))

    def pass_by(self, times: Sequence[int]) -> None:
        """Articles of which the fold would keep nothing take their positions; the first of a day moves the clock.

        ``times`` are when they were received, in seconds, rising: the next entry moves the clock on.
        """
        n = 0
        while n < len(times):
            if times[n] // DAY == self._day:
                passed = bisect_left(times, (self._day + 1) * DAY, n) - n
                self.position += passed
                n += passed
                continue
            self._day = times[n] // DAY
            self.tick_until(times[n])
            self.append(Tick(), times[n])
            n += 1

    def append_read(self, position: int, entry: Entry, data: bytes, received: int, control: int | None) -> Effects:
        """Fold an entry whose place another order gave it; ``control`` is the operator's word that it settles.

        A place that was passed over is taken by a Tick that moves no clock.
        """
        while self.position < position - 1:
            self.append(Tick(), 0)
        return self._fold(entry, data, received, ("controls", control) if control is not None else None)

    def append_controls(self, received: int) -> int:
        """Take up the operators' words that wait. Gives how many."""
        waiting = self.store.controls()
        for id_, data in waiting:
            self._fold(decode_entry(data), data, received, ("controls", id_))
        return len(waiting)

    def tick_until(self, moment: int | None, pace: Pace | None = None) -> None:
        """Append a Tick at every timer due by then (None: at every timer), committing what they send."""
        while (due := self.fold.next_due(self.state)) is not None and (moment is None or due <= moment):
            if pace:
                self.commit()
                pace(due)
            self.append(Tick(), due)
            self.commit_if_sending()

    def commit_if_old(self) -> None:
        """Commit once the open group is older than the limit."""
        if self._group and time.monotonic() - self._opened >= GROUP_SECONDS:
            self.commit()

    def commit_if_sending(self) -> None:
        """Commit at once when the group holds something to send."""
        if any(effects.outgoing or effects.released for *_, effects in self._group):
            self.commit()

    def commit(self) -> None:
        """Write the open group: entries, state, log and what is to be sent, all or nothing.

        Raises sqlite3.Error when the store cannot be written. Then nothing is lost: call it again, before anything
        else, once the store is well.
        """
        if not self._group:
            return
        if self._keeps:
            self._unsaved.update(((name, key), value) for name, key, value in self.state.take_changes())
        sending = False
        connection = self.store.writer
        with transaction(connection):
            self._write_journal(connection)
            for record, _, _, effects in self._group:
                for outgoing in (*effects.outgoing, *effects.released):
                    self.sink.write(connection, outgoing, record.position)
                    sending = True
            self._write_state(connection)
        self._group.clear()
        self._unsaved.clear()
        self._recent.clear()
        self.on_commit(sending)

    def _write_journal(self, connection: sqlite3.Connection) -> None:
        """The entries, what they settle, and their lines of the log."""
        entries = [(record.position, record.received, data) for record, data, *_ in self._group]
        connection.executemany("INSERT INTO journal VALUES (?, ?, ?)", entries)
        for record, _, settles, _ in self._group:
            if settles is not None:
                table, id_ = settles
                connection.execute(_SETTLE[table], (record.position, id_))
        lines = [
            (record.position, n, record.received, *line)
            for record, *_, effects in self._group
            for n, line in enumerate(effects.log)
        ]
        connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", lines)

    def _write_state(self, connection: sqlite3.Connection) -> None:
        kept = [(name, key, value) for (name, key), value in self._unsaved.items() if value is not None]
        gone = [place for place, value in self._unsaved.items() if value is None]
        connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", kept)
        connection.executemany("DELETE FROM state WHERE name = ? AND key = ?", gone)

    def _fold(self, entry: Entry, data: bytes, received: int, settles: Settles) -> Effects:
        self.position += 1
        record = Record(position=self.position, received=received, entry=entry)
        self._recent[record.position] = record
        effects = self.fold.step(self.state, record, self._read)
        if not self._group:
            self._opened = time.monotonic()
        self._group.append((record, data, settles, effects))
        return effects

    def _read(self, position: int) -> Record:
        recent = self._recent.get(position)
        return recent if recent is not None else self.store.record(position)
