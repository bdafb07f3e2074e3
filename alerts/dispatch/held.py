"""What waits before it is told, and until when? The rows of the fold, one for each root and destination.

Only the newest revision of a root waits for a destination: an older one has nothing to say that it does not.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from alerts.config.types import Silence
from alerts.routing import facts_of
from streams.state import State, Table
from streams.times import iso

#: Why something waits: the names of gates.
Why = Literal["silenced", "inhibited", "in_digest", "quiet_hours", "grouped"]


class Held(Struct, frozen=True, kw_only=True):
    """A revision that waits for a destination. Times are seconds."""

    alert: str
    root: str
    revision: int
    kind: str
    severity: str
    rule: str
    key: dict[str, str]
    destination: str
    corrects: bool = False
    """Whether it takes back something that the destination was told."""
    why: Why
    by: str
    """The silence, the root that inhibits, the digest, the quiet hours or the group."""
    until: int | None
    words: str
    """What holds it, for people."""
    since: int

    @property
    def name(self) -> str:
        """Its key in the table."""
        return name_of(self.root, self.destination)

    @property
    def facts(self) -> dict[str, str]:
        """What it is matched by."""
        return facts_of(self.severity, self.rule, self.key)

    @property
    def detail(self) -> str:
        """What holds it, and until when."""
        return self.words if self.until is None else f"{self.words}, until {iso(self.until)}"


class Group(Struct, frozen=True, array_like=True):
    """When a group last went, and until when the next waits at least."""

    sent: int
    interval: int


class Silenced(Struct, frozen=True, kw_only=True):
    """A silence that an operator set, and when it was ended early."""

    silence: Silence
    ended: int | None = None

    @property
    def end(self) -> int:
        """When it ends, or ended."""
        return self.silence.end if self.ended is None else min(self.silence.end, self.ended)


def name_of(root: str, destination: str) -> str:
    """The key of what waits of a root for a destination."""
    return f"{root}|{destination}"


class Waiting:
    """The rows that wait, found by when they are due and by what holds them."""

    def __init__(self, state: State) -> None:
        self._rows: Table[Held] = state.table("held", Held)
        self._due: list[tuple[int, str]] = []
        self._by: dict[str, dict[str, None]] = {}
        for row in self._rows.rows.values():
            self._index(row)

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, root: str, destination: str) -> Held | None:
        """What waits of a root for a destination."""
        return self._rows.get(name_of(root, destination))

    def all(self) -> list[Held]:
        """All that waits, in the order of their names."""
        return [row for _, row in self._rows.sorted_items()]

    def by(self, holder: str) -> list[Held]:
        """What a silence, a root, a group and their like hold."""
        return [self._rows.rows[name] for name in sorted(self._by.get(holder, ()))]

    def put(self, row: Held) -> None:
        """Let a row wait in place of what waited of its root for its destination."""
        self.drop(row.root, row.destination)
        self._rows.put(row.name, row)
        self._index(row)

    def drop(self, root: str, destination: str) -> None:
        """A row waits no more; nothing happens when none does."""
        row = self.get(root, destination)
        if row is None:
            return
        self._rows.drop(row.name)
        names = self._by[row.by]
        del names[row.name]
        if not names:
            del self._by[row.by]

    def next_due(self) -> int | None:
        """When the earliest is due, in seconds."""
        while self._due and not self._is_due_then(*self._due[0]):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def due(self, now: int) -> Iterator[Held]:
        """Those due by now, each once, earliest first; the caller drops or puts each anew."""
        while (at := self.next_due()) is not None and at <= now:
            yield self._rows.rows[heapq.heappop(self._due)[1]]

    def _is_due_then(self, at: int, name: str) -> bool:
        row = self._rows.get(name)
        return row is not None and row.until == at

    def _index(self, row: Held) -> None:
        self._by.setdefault(row.by, {})[row.name] = None
        if row.until is not None:
            heapq.heappush(self._due, (row.until, row.name))


def waiting(state: State) -> Waiting:
    """What waits."""
    return state.derived("waiting", Waiting)


def groups(state: State) -> Table[Group]:
    """The groups that went not long ago, by "NAME|severity"."""
    return state.table("groups", Group)


def silences(state: State) -> Table[Silenced]:
    """The silences that operators set, by id."""
    return state.table("silences", Silenced)


def declare(state: State) -> None:
    """Declare the tables."""
    state.table("held", Held)
    groups(state)
    silences(state)
