"""How does an operator's word get into the journal, whether the monitor runs or not?

It waits in the store's inbox. A running monitor takes it up within a second; where none runs, it is folded here, by
the same fold under the same config, and what it gives is planned for the next start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alerts import outbox
from alerts.config import kept
from alerts.decide import Decide
from alerts.monitor import CONFIG_HASH, JOURNAL, SCHEMAS, OutboxSink
from streams.engines import inbox
from streams.engines.folding import Folding
from streams.engines.store import Store, StoreError, StoreInUseError, open_reader
from streams.journal import Control

#: Set in the meta table of a store that a replay made: its clock is the history's.
REPLAY = "replay"
#: Seconds to wait for a running monitor to take a word up.
PATIENCE = 10.0


def say(store: Path, control: Control, clock: Callable[[], float] = time.time) -> int | None:
    """Hand a word over and see it into the journal. Gives its position there, or None when it still waits.

    Raises StoreError when the store cannot be used.
    """
    id_ = inbox.put(store, control, int(clock()))
    if _lies_elsewhere(store):
        return _position(store, id_, PATIENCE)
    try:
        _take_up(store, int(clock()))
    except StoreInUseError:
        return _position(store, id_, PATIENCE)
    return _position(store, id_, 0)


def _lies_elsewhere(path: Path) -> bool:
    """Whether the journal is a topic, so that only the monitor that reads it can say where a word stands."""
    with closing(open_reader(path)) as connection:
        return connection.execute("SELECT 1 FROM meta WHERE key = ?", (JOURNAL,)).fetchone() is not None


def _take_up(path: Path, now: int) -> None:
    """Fold what waits in the inbox of a store that no monitor runs on."""
    store = Store(path, SCHEMAS)
    try:
        replayed = store.meta(REPLAY) is not None
        decide = _decide(store)
        sink = OutboxSink(decide.config.severities, plan=_plans(store, replayed))
        folding = Folding(store, decide, sink, lambda _: None)
        if replayed:
            now = int(store.writer.execute("SELECT coalesce(max(received), 0) FROM journal").fetchone()[0])
        folding.append_controls(now)
        if replayed:
            folding.tick_until(None)
        folding.commit()
    finally:
        store.close()


def _decide(store: Store) -> Decide:
    """The fold under the config that is in force in a store."""
    hash_ = store.meta(CONFIG_HASH) or ""
    text = store.meta(f"{kept.PREFIX}{hash_}")
    if text is None:
        raise StoreError(f"{store.path}: nothing was folded here yet; start `tocsin run` with it once")
    return Decide(*kept.decode(text, hash_))


def _plans(store: Store, replayed: bool) -> bool:
    """Whether alerts of this store are for sending: a replay's are, when it was told to deliver."""
    return not replayed or bool(outbox.listing(store.writer))


def _position(path: Path, id_: int, patience: float) -> int | None:
    end = time.monotonic() + patience
    with closing(open_reader(path)) as connection:
        while True:
            position = inbox.position_of(connection, id_)
            if position is not None or time.monotonic() >= end:
                return position
            time.sleep(0.05)
