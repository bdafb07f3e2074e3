"""A monitor that folds a journal kept elsewhere: a topic's partition, live, or its records read again later.

Positions are given with the records, and the config in force is the one that the journal names last. So a partition
gives the same alerts in the same bytes to whoever folds it, whenever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from alerts.config import kept
from alerts.decide import Decide
from alerts.monitor import CONFIG_HASH, Monitor
from streams.engines.kafka import PartitionError, Read, read_record
from streams.journal import CONTROL, Control, decode_entry


class Following(Monitor):
    """The monitor; ``in_force`` is the hash of the config that the journal named last, "" before."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.in_force = self._hash_in_force()
        self._enforce(self.in_force)

    def fold(self, read: Read) -> None:
        """Fold a record of the journal; a config that it names is in force from it on, and is kept."""
        self.folding.commit_if_old()
        named = config_of(read)
        if named is not None:
            self.folding.commit()
            self._keep(named)
        self.folding.append_read(read.position, read.entry, read.data, read.received, read.inbox)
        if named is not None:
            self.folding.commit()
            self.in_force = str(named.body["hash"])
            self.store.set_meta(CONFIG_HASH, self.in_force)

    def begin(self, records: Iterable[Any], desk: str) -> None:
        """With nothing folded: go by the first config that the journal names, as everyone does before it is named."""
        for record in records:
            named = config_of(read_record(record.offset, record.value, record.timestamp, desk))
            if named is not None:
                self._keep(named)
                return

    def _keep(self, named: Control) -> None:
        hash_ = str(named.body["hash"])
        self.store.set_meta(f"{kept.PREFIX}{hash_}", str(named.body["kept"]))
        self._enforce(hash_)

    def _hash_in_force(self) -> str:
        """Of the last config that was folded: read from the entries, so that no kill can part the two."""
        rows = self.store.writer.execute(
            "SELECT data FROM journal WHERE substr(data, 1, ?) = ? ORDER BY position DESC", (len(CONTROL), CONTROL)
        )
        for (data,) in rows:
            entry = decode_entry(bytes(data))
            if isinstance(entry, Control) and entry.command == "config":
                return str(entry.body["hash"])
        return ""

    def _enforce(self, hash_: str) -> None:
        text = self.store.meta(f"{kept.PREFIX}{hash_}")
        if text is None:
            return
        try:
            self.folding.fold = Decide(*kept.decode(text, hash_))
        except msgspec.ValidationError as error:
            raise PartitionError(f"the config {hash_} of the journal was written by another tocsin: {error}") from error
        self.folding.fold.declare(self.folding.state)


def config_of(read: Read) -> Control | None:
    """The config that a record names, or None."""
    return read.entry if isinstance(read.entry, Control) and read.entry.command == "config" else None
