"""Which tables does a store have, and how does an older one get them? Each house's tables have a version of their own.

To change a house's tables: change its text of today, and add a step that brings the last version there. A store of a
newer version is refused, an older one is brought up in one transaction, so a kill leaves the old or the new.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from msgspec import Struct

from streams.engines.sqlite import transaction


class StoreError(Exception):
    """A store that cannot be used; the message says which, why, and what to do."""


class Schema(Struct, frozen=True, kw_only=True):
    """A house's tables."""

    name: str
    tables: str
    """SQL that makes them as they are today."""
    steps: tuple[str, ...] = ()
    """``steps[n]`` is SQL that brings version n + 1 to n + 2."""

    @property
    def version(self) -> int:
        """Today's version, counted from 1."""
        return len(self.steps) + 1


def _sql(name: str) -> str:
    return resources.files("streams.engines").joinpath(name).read_text(encoding="utf-8")


OWN = Schema(name="store", tables=_sql("schema.sql"), steps=(_sql("schema_2.sql"),))


def prepare(connection: sqlite3.Connection, path: Path, schemas: Sequence[Schema]) -> None:
    """Make the tables of a new store and bring up those of an older one. Raises StoreError for a newer one."""
    found = versions(connection)
    houses = [(schema, found.get(schema.name, 0)) for schema in (OWN, *schemas)]
    for schema, version in houses:
        if version > schema.version:
            raise StoreError(
                f"{path}: written by a newer tocsin ({schema.name} version {version}, this one knows "
                f"{schema.version}); upgrade tocsin, or give another --store"
            )
    old = [(schema, version) for schema, version in houses if version < schema.version]
    if not old:
        return
    with transaction(connection):
        for schema, version in old:
            for sql in schema.steps[version - 1 :] if version else (schema.tables,):
                _run(connection, sql)
            _stamp(connection, schema)


def versions(connection: sqlite3.Connection) -> dict[str, int]:
    """The version of each house's tables in a store; none for an empty one."""
    own = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if own == 0:
        return {}
    rows = connection.execute("SELECT key, value FROM meta WHERE key LIKE 'schema:%'")
    found = {key.removeprefix("schema:"): int(value) for key, value in rows}
    before_stamps = {"outbox": 1} if own == 1 else {}
    return {OWN.name: own} | before_stamps | found


def _stamp(connection: sqlite3.Connection, schema: Schema) -> None:
    if schema is OWN:
        connection.execute(f"PRAGMA user_version = {schema.version}")
    else:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"schema:{schema.name}", str(schema.version)))


def _run(connection: sqlite3.Connection, sql: str) -> None:
    """Run statements one by one: ``executescript`` would commit between them."""
    for statement in _statements(sql):
        connection.execute(statement)


def _statements(sql: str) -> Iterator[str]:
    held = ""
    for line in sql.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""
