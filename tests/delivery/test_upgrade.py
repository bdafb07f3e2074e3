"""An outbox of the first version goes on: what was delivered, waits, is parked or dead is so afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from alerts import outbox
from alerts.deliver import Deliverer
from streams.codec import canonical
from streams.engines.schema import Schema
from streams.engines.sqlite import transaction
from streams.engines.store import Store

from .invented import alert, slack, states, webhook
from .receiver import Receiver

OLD = Schema(name="outbox", tables=(Path(__file__).parent / "outbox_1.sql").read_text(encoding="utf-8"))


def put(store: sqlite3.Connection, root: str, destination: str, state: str, **more: object) -> None:
    item = alert(root)
    store.execute(
        "INSERT INTO alerts VALUES (?, ?, 1, 'alert', 'r', 'critical', ?, 1, ?) ON CONFLICT DO NOTHING",
        (item.id, root, item.at, canonical(item)),
    )
    row = {
        "id": outbox.notification_id(item.id, destination),
        "destination": destination,
        "root": root,
        "alert": item.id,
        "revision": 1,
        "kind": "alert",
        "severity": "critical",
        "state": state,
        **more,
    }
    marks = ", ".join("?" * len(row))
    store.execute(f"INSERT INTO notifications ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def test_an_old_outbox_is_brought_up_and_goes_on(tmp_path: Path, receive: Callable[..., Receiver]) -> None:
    old = Store(tmp_path / "old.db", (OLD,))
    put(old.writer, "al_a", "desk", "delivered", attempts=1)
    put(old.writer, "al_b", "desk", "sending", attempts=1, tried_since=5.0)
    put(old.writer, "al_c", "desk", "planned", attempts=2, not_before=9e12, answer='{"status":503,"text":"later"}')
    put(old.writer, "al_d", "hook", "parked", answer='{"status":410,"text":"gone"}')
    old.close()

    new = Store(tmp_path / "old.db", (outbox.SCHEMA,))
    assert outbox.standing(new.writer, "hook").parked
    assert outbox.health(new.writer)["hook"].answer == {"status": 410, "text": "gone"}
    receiver, hook = receive(), receive()
    deliverer = Deliverer(tmp_path / "old.db", (slack(receiver.url), webhook(hook.url, "hook")))
    deliverer.start()
    assert deliverer.wait_idle(5)
    assert [state for _, state in states(new.writer)] == ["delivered", "delivered", "delivered", "parked"]
    assert len(receiver.requests) == 2
    with transaction(new.writer):
        outbox.redrive(new.writer)
    hook.wait(1)
    deliverer.stop(5)
    new.close()


def test_a_new_outbox_and_one_brought_up_have_the_same_columns(tmp_path: Path) -> None:
    for name, schemas in (("up", (OLD,)), ("new", (outbox.SCHEMA,))):
        Store(tmp_path / f"{name}.db", schemas).close()
    found = []
    for name in ("up", "new"):
        store = Store(tmp_path / f"{name}.db", (outbox.SCHEMA,))
        tables = ("alerts", "notifications", "destinations")
        found.append([[tuple(row) for row in store.writer.execute(f"PRAGMA table_info({table})")] for table in tables])
        found[-1].append([row["name"] for row in store.writer.execute("SELECT name FROM sqlite_master ORDER BY name")])
        store.close()
    assert found[0] == found[1]
