"""How does a desk come back when its disk is lost? From the last snapshot that it published, and the journal after it.

Every so often the desk's store, without what only looks back, goes to the topic of snapshots in pieces; then one
record names them. The pieces before are taken back only after that, so there is always one whole snapshot.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from kafka.errors import KafkaError
from msgspec import Struct

from alerts.brokers import client_settings
from alerts.config.types import Kafka
from streams.engines.copying import Copy
from streams.engines.kafka import PartitionError, read_topic

if TYPE_CHECKING:
    from alerts.decider import Desk

log = logging.getLogger("tocsin.kafka")
#: Seconds between two snapshots, and bytes of one piece.
EVERY, PIECE = 3600.0, 500_000
_PATIENCE = 30.0


class Manifest(Struct, frozen=True, kw_only=True):
    """Names a snapshot's pieces."""

    position: int
    pieces: int
    sha256: str


class Publisher:
    """Publishes a desk's snapshots in a thread of its own."""

    def __init__(self, desk: Desk, kafka: Kafka, producer: Any, *, every: float = EVERY) -> None:
        self._desk, self._kafka, self._producer, self._every = desk, kafka, producer, every
        self._at: float | None = None
        self._thread: threading.Thread | None = None

    def turn(self, now: float) -> None:
        """Begin one when it is time; with no open group."""
        busy = self._thread is not None and self._thread.is_alive()
        if self._at is None:
            self._at = now
        if busy or now - self._at < self._every:
            return
        folding = self._desk.folding
        self._at = now
        copy = Copy(self._desk.store.path, folding.fold.needed(folding.state))
        self._thread = threading.Thread(target=self._publish, args=(copy,), name="snapshot", daemon=True)
        self._thread.start()

    def _publish(self, copy: Copy) -> None:
        try:
            publish(copy, self._producer, self._kafka)
        except (KafkaError, sqlite3.Error) as error:
            log.error("no snapshot was published: %s; the last one stays", error)
        finally:
            copy.close()


def publish(copy: Copy, producer: Any, kafka: Kafka) -> Manifest:
    """Write a snapshot, name it, and take back the one before. Raises KafkaError and sqlite3.Error; then that stays."""
    topic, desk = kafka.topics.snapshots, kafka.group
    _, before = _last(client_settings(kafka), topic, desk)
    data = gzip.compress(copy.write(), 3, mtime=0)
    pieces = [data[n : n + PIECE] for n in range(0, len(data), PIECE)]
    manifest = Manifest(position=copy.position, pieces=len(pieces), sha256=hashlib.sha256(data).hexdigest())
    _send(producer, topic, [(_piece(desk, manifest, n), piece) for n, piece in enumerate(pieces)])
    _send(producer, topic, [(desk.encode(), msgspec.json.encode(manifest))])
    _send(producer, topic, [(key, None) for key in before if not key.startswith(_piece(desk, manifest))])
    log.info("published a snapshot at %d, %d bytes", manifest.position, len(data))
    return manifest


def restore(store: Path, kafka: Kafka) -> int:
    """Make a store out of the desk's last snapshot, if there is one. Gives its position; 0 without.

    Raises PartitionError for a snapshot that is not whole, and KafkaError.
    """
    manifest, pieces = _last(client_settings(kafka), kafka.topics.snapshots, kafka.group)
    if manifest is None:
        return 0
    data = b"".join(pieces.get(_piece(kafka.group, manifest, n), b"") for n in range(manifest.pieces))
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise PartitionError(
            f"the snapshot at {manifest.position} in {kafka.topics.snapshots} is not whole; its topic must be compacted"
            f" only: see `tocsin kafka init`"
        )
    store.parent.mkdir(parents=True, exist_ok=True)
    making = store.with_name(f"{store.name}.part")
    making.write_bytes(gzip.decompress(data))
    with making.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(making, store)
    log.warning("%s was made of the snapshot at %d", store, manifest.position)
    return manifest.position


def _last(client: Mapping[str, Any], topic: str, desk: str) -> tuple[Manifest | None, dict[bytes, bytes]]:
    """The last manifest of a desk, and the pieces that there are."""
    manifest, pieces = None, dict[bytes, bytes]()
    for record in read_topic(client, topic):
        key = record.key or b""
        if key == desk.encode() and record.value is not None:
            manifest = msgspec.json.decode(record.value, type=Manifest)
            pieces = {k: v for k, v in pieces.items() if k.startswith(_piece(desk, manifest))}
        elif key.startswith(f"{desk}/".encode()) and record.value is not None:
            pieces[key] = record.value
    return manifest, pieces


def _piece(desk: str, manifest: Manifest, number: int | None = None) -> bytes:
    named = f"{desk}/{manifest.position}-{manifest.sha256[:12]}/"
    return (named if number is None else f"{named}{number}").encode()


def _send(producer: Any, topic: str, records: list[tuple[bytes, bytes | None]]) -> None:
    for future in [producer.send(topic, key=key, value=value) for key, value in records]:
        future.get(timeout=_PATIENCE)
