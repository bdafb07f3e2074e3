"""State: named tables of small keyed values that know which keys changed.

A table is a dict in memory. The engine loads it at start, and after each group of entries writes the keys that
changed, in the transaction that moves the journal position. Values are msgspec Structs that are replaced, never
edited in place: an edit in place would not be seen.

What can be worked out from the kept tables (indexes, sums, happenings out of their articles' mentions) is derived:
it lives in memory only, is built at its first use, and is no part of what is written at each commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, cast

import msgspec

V = TypeVar("V")
D = TypeVar("D")


class Table(Generic[V]):
    """One keyed table. Iteration is in key order where it matters: use ``sorted_items``."""

    def __init__(self, name: str, kind: type[V], *, kept: bool = True) -> None:
        """``kept`` is whether the engine writes it; a table that is not kept is derived from others."""
        self.name = name
        self.kept = kept
        self.rows: dict[str, V] = {}
        self._changed: set[str] = set()
        self._decoder: msgspec.json.Decoder[V] = msgspec.json.Decoder(kind)

    def get(self, key: str) -> V | None:
        """The value, or None."""
        return self.rows.get(key)

    def put(self, key: str, value: V) -> None:
        """Set a value and mark its key as changed."""
        self.rows[key] = value
        if self.kept:
            self._changed.add(key)

    def drop(self, key: str) -> None:
        """Remove a key; nothing happens when it isn't there."""
        if self.rows.pop(key, None) is not None and self.kept:
            self._changed.add(key)

    def sorted_items(self) -> Iterator[tuple[str, V]]:
        """All pairs in key order, so that no hash seed shows."""
        for key in sorted(self.rows):
            yield key, self.rows[key]

    def __len__(self) -> int:
        return len(self.rows)

    def load(self, key: str, data: bytes) -> None:
        """Restore one row as the engine kept it, without marking it as changed."""
        self.rows[key] = self._decoder.decode(data)

    def take_changes(self) -> Iterator[tuple[str, bytes | None]]:
        """The changed keys with their encoded values (None: removed), and forget that they changed."""
        for key in sorted(self._changed):
            value = self.rows.get(key)
            yield key, None if value is None else msgspec.json.encode(value)
        self._changed.clear()


class State:
    """The tables of a fold, by name. Each step declares its own with ``table``."""

    def __init__(self) -> None:
        self._tables: dict[str, Table[Any]] = {}
        self._derived: dict[str, Any] = {}

    def table(self, name: str, kind: type[V], *, kept: bool = True) -> Table[V]:
        """Declare a table, or get the one already declared by that name."""
        if name not in self._tables:
            self._tables[name] = Table(name, kind, kept=kept)
        return self._tables[name]

    def derived(self, name: str, build: Callable[[State], D]) -> D:
        """What ``build`` makes of the tables, made once: whoever changes them afterwards keeps it true."""
        if name not in self._derived:
            self._derived[name] = build(self)
        return cast("D", self._derived[name])

    def load(self, table: str, key: str, data: bytes) -> None:
        """Restore one kept row; a table that no step declares any more is left alone."""
        if table in self._tables:
            self._tables[table].load(key, data)

    def take_changes(self) -> Iterator[tuple[str, str, bytes | None]]:
        """(table, key, value or None) of all that changed since the last call."""
        for name in sorted(self._tables):
            for key, value in self._tables[name].take_changes():
                yield name, key, value

    def sizes(self) -> dict[str, int]:
        """Rows in each table."""
        return {name: len(table) for name, table in sorted(self._tables.items())}
