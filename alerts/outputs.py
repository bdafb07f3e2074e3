"""What do others see of a desk on Kafka? The topics of alerts and of deliveries, and, coming in, what it polled itself.

Everything is written to the store first, in the transaction that it belongs to, and from there to a topic at least
once: keys are ids, so a repeat overwrites itself. A desk that moves to another machine reads the deliveries back, and
so sends nothing that the one before it has sent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from alerts import outbox
from alerts.config.types import Kafka
from streams.article import Article
from streams.codec import canonical
from streams.engines.kafka import read_topic
from streams.engines.sqlite import Connection, connect, transaction
from streams.engines.store import Schema, Store
from streams.sources.topic_records import FORM, OWN, key_of

#: The tables of a store on Kafka beside the others.
SCHEMA = Schema(name="kafka", tables=resources.files("alerts").joinpath("outputs.sql").read_text(encoding="utf-8"))
#: Rows written to topics in one go, and seconds that they may take.
AT_ONCE, PATIENCE = 500, 10.0
#: Up to where the deliveries were read: partition → offset.
_READ_TO = "delivered_to"


class Delivery(Struct, frozen=True, kw_only=True):
    """What became of a notification, as the topic of deliveries has it."""

    id: str
    desk: str
    destination: str
    root: str | None
    alert: str | None
    revision: int
    kind: str
    state: str
    """delivered or dead."""
    answer: dict[str, Any] | None = None
    handle: dict[str, str] | None = None
    """What the channel needs to edit or answer its message."""


class Outputs:
    """Writes one desk's topics; for the thread that moves the store. Its methods raise KafkaError."""

    def __init__(self, store: Store, kafka: Kafka, producer: Any) -> None:
        self._store, self._topics, self._desk, self._producer = store, kafka.topics, kafka.group, producer

    def publish_all(self) -> None:
        """Write every alert and delivery that others do not know; from any thread."""
        with closing(connect(self._store.path)) as db:
            while self.publish(db):
                pass

    def publish(self, db: Connection | None = None) -> int:
        """Write the next alerts and deliveries that others do not know. Gives how many."""
        db = db or self._store.writer
        rows = db.execute("SELECT n, what, id FROM told ORDER BY n LIMIT ?", (AT_ONCE,)).fetchall()
        if not rows:
            return 0
        self._send(record for _, what, id_ in rows if (record := self._record(db, what, id_)))
        with transaction(db):
            db.execute("DELETE FROM told WHERE n <= ?", (rows[-1]["n"],))
        return len(rows)

    def forward(self) -> int:
        """Write what polls and pushes brought to the topic of articles. Gives how many articles."""
        waiting = self._store.pending(limit=AT_ONCE)
        if not waiting:
            return 0
        self._send(self._article(data) for _, _, data in waiting)
        with transaction(self._store.writer) as db:
            db.execute("DELETE FROM articles WHERE position IS NULL AND seq <= ?", (waiting[-1][0],))
        return len(waiting)

    def _send(self, records: Iterable[tuple[str, bytes, bytes, list[tuple[str, bytes]]]]) -> None:
        sent = [self._producer.send(topic, key=key, value=value, headers=more) for topic, key, value, more in records]
        for future in sent:
            future.get(timeout=PATIENCE)

    def _article(self, data: bytes) -> tuple[str, bytes, bytes, list[tuple[str, bytes]]]:
        article = msgspec.json.decode(data, type=Article)
        return self._topics.articles, key_of(article.feed, article.id), data, [(FORM, OWN)]

    def _record(
        self, db: sqlite3.Connection, what: str, id_: str
    ) -> tuple[str, bytes, bytes, list[tuple[str, bytes]]] | None:
        headers = [("desk", self._desk.encode())]
        if what == "alert":
            row = db.execute("SELECT data FROM alerts WHERE id = ?", (id_,)).fetchone()
            return (self._topics.alerts, id_.encode(), bytes(row["data"]), headers) if row else None
        row = db.execute("SELECT * FROM notifications WHERE id = ?", (id_,)).fetchone()
        if row is None:
            return None
        delivery = Delivery(
            desk=self._desk,
            answer=json.loads(row["answer"]) if row["answer"] else None,
            handle=json.loads(row["handle"]) if row["handle"] else None,
            **{name: row[name] for name in ("id", "destination", "root", "alert", "revision", "kind", "state")},
        )
        return self._topics.delivered, f"{self._desk}/{id_}".encode(), canonical(delivery), headers


def read_deliveries(store: Store, kafka: Kafka, client: Mapping[str, Any]) -> int:
    """Read on in the topic of deliveries, so that what this desk sent from another store counts as sent in this one.

    Gives how many those are; ``forget_deliveries`` when all is planned that they may belong to. Raises KafkaError.
    """
    start = {int(number): offset for number, offset in json.loads(store.meta(_READ_TO) or "{}").items()}
    found: dict[str, Delivery] = {}
    for record in read_topic(client, kafka.topics.delivered, dict(start)):
        start[record.partition] = record.offset + 1
        if (record.key or b"").startswith(f"{kafka.group}/".encode()) and record.value is not None:
            delivery = msgspec.json.decode(record.value, type=Delivery)
            found[delivery.id] = delivery
    rows = [(one.id, one.state, _json(one.answer), _json(one.handle)) for one in found.values()]
    with transaction(store.writer) as db:
        db.executemany("INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)", rows)
        changed = db.execute(
            "UPDATE notifications SET not_before = NULL,"
            " (state, answer, handle) = (SELECT state, answer, handle FROM known k WHERE k.id = notifications.id)"
            " WHERE id IN (SELECT id FROM known) AND state NOT IN ('delivered', 'dead') RETURNING destination, root"
        ).fetchall()
        for destination, root in changed:
            if root is not None:
                outbox.settle(db, destination, root)
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_READ_TO, json.dumps(start)))
    return len(rows)


def forget_deliveries(store: Store) -> None:
    """All is planned that they belonged to."""
    with transaction(store.writer) as db:
        db.execute("DELETE FROM known")


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
