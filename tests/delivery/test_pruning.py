"""What was told long ago may be forgotten, but nothing that still waits or can still be corrected."""

from __future__ import annotations

import sqlite3

from alerts import outbox
from streams.engines.sqlite import transaction

from .invented import alert, plan


def settle_all(store: sqlite3.Connection, state: str = "delivered") -> None:
    store.execute("UPDATE notifications SET state = ? WHERE state = 'planned'", (state,))


def prune(store: sqlite3.Connection, position: int, *open_roots: str) -> list[str]:
    with transaction(store):
        outbox.prune(store, position, open_roots)
    left = {row["root"] for row in store.execute("SELECT root FROM alerts")}
    assert left == {row["root"] for row in store.execute("SELECT root FROM notifications")}
    return sorted(left)


def test_settled_roots_go_and_later_or_open_ones_stay(store: sqlite3.Connection) -> None:
    plan(store, alert("al_old"), alert("al_open"), alert("al_late"), alert("al_late", 2, "update"))
    settle_all(store)
    assert prune(store, 3, "al_open") == ["al_late", "al_open"]


def test_what_waits_or_was_parked_is_never_forgotten(store: sqlite3.Connection) -> None:
    plan(store, alert("al_parked"))
    settle_all(store, "parked")
    plan(store, alert("al_dead"))
    settle_all(store, "dead")
    plan(store, alert("al_waiting"))
    assert prune(store, 99) == ["al_parked", "al_waiting"]
