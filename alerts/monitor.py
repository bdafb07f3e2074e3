"""One place where the pieces become a monitor: store, fold, classification, outbox and, where wanted, delivery.

The road is: articles → ``Pool`` (classify) → ``Folding`` (journal, decide) → outbox → ``Deliverer``. A monitor that
must not send is built without a deliverer, and then nothing is planned either.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from alerts import downtime, outbox
from alerts.clock import Clock
from alerts.config import kept
from alerts.config.types import Config
from alerts.decide import Decide, Planned, encode
from alerts.deliver import Deliverer
from alerts.dispatch import Sending, waiting
from alerts.dispatch.held import Held
from alerts.publishers import load_families
from alerts.roots import Tables
from alerts.severities import is_urgent
from streams import coverage, horizons
from streams.classify import classify
from streams.engines.embedded import Embedded
from streams.engines.folding import Folding
from streams.engines.pool import Pool
from streams.engines.store import Schema, Store, StoreError
from streams.journal import Control
from streams.state import State
from streams.times import epoch, iso

log = logging.getLogger(__name__)
#: Set in the meta table to the hash of the rules in force.
CONFIG_HASH = "config_hash"
#: Set in the meta table of a store whose journal lies elsewhere: where, and what tells it from another of that name.
JOURNAL = "journal"
#: The tables of the houses on top of the engine's own.
SCHEMAS = (outbox.SCHEMA,)


class OutboxSink:
    """Keeps alerts, and plans their notifications unless the monitor must not send."""

    def __init__(
        self,
        severities: tuple[str, ...],
        *,
        plan: bool,
        since: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``severities`` in rising order; alerts of before ``since`` (seconds) are kept and go nowhere.

        ``clock`` gives seconds since the epoch.
        """
        self._severities, self._plan, self._clock = severities, plan, clock
        self._since = iso(since) or ""

    def write(self, connection: sqlite3.Connection, outgoing: Planned | Sending, position: int) -> None:
        """Store one alert, or let go what waited, inside the engine's transaction."""
        if isinstance(outgoing, Sending):
            self._let_go(connection, outgoing, position)
            return
        alert = outgoing.alert
        to = ", ".join(outgoing.destinations) or "nobody at once"
        log.info("decided: %s %s of rule %s, %s, for %s", alert.kind, alert.id, alert.rule, alert.severity, to)
        for destination in outgoing.destinations:
            id_ = outbox.notification_id(alert.id, destination)
            outbox.note_sending(connection, id_, position, epoch(alert.at) or 0, destination, [alert.id])
        planned = outgoing.destinations if self._plan and alert.at >= self._since else ()
        urgent = is_urgent(alert.severity, self._severities)
        outbox.plan(connection, alert, encode(alert), planned, position, urgent=urgent, now=self._clock())

    def _let_go(self, connection: sqlite3.Connection, sending: Sending, position: int) -> None:
        """What waited goes: its alerts are stored since they were decided."""
        destination, covers = sending.destination, sending.covers
        id_ = sending.bundle or outbox.notification_id(covers[0], destination)
        outbox.note_sending(connection, id_, position, sending.at, destination, covers, sending.why, sending.words)
        if self._plan and (iso(sending.at) or "") >= self._since:
            messages = [self._message(row) for row in sending.rows]
            outbox.plan_kept(connection, messages, destination, self._clock(), bundle=sending.bundle)

    def _message(self, row: Held) -> outbox.Message:
        return outbox.Message(
            alert=row.alert,
            root=row.root,
            revision=row.revision,
            kind=row.kind,
            severity=row.severity,
            urgent=is_urgent(row.severity, self._severities),
        )

    def prune(self, connection: sqlite3.Connection, position: int, state: State) -> None:
        """Forget what was told of roots that no correction can reach, and of which nothing waits."""
        held = (row.root for row in waiting(state).all())
        outbox.prune(connection, position, {*Tables(state).roots.rows, *held})


class Monitor:
    """A running monitor over one store; close it when done."""

    schemas: tuple[Schema, ...] = SCHEMAS

    def __init__(
        self,
        config: Config,
        store_path: Path | None,
        *,
        deliver: bool,
        workers: int | None = None,
        clock: Clock | None = None,
        since: int | None = None,
        held: Callable[[], int] = lambda: 1,
    ) -> None:
        """``store_path`` None keeps nothing; ``clock`` is delivery's, and so is ``held``: see ``Deliverer``.

        What was decided before ``since`` (seconds) is told to nobody.
        """
        self._since, self.keeps = since, store_path is not None
        self._families = families = load_families(config.publishers)
        self.config, self._clock = config, clock or Clock()
        self.store = Store(store_path, self.schemas) if store_path else Store.scratch(self.schemas)
        self._check_journal()
        self.deliverer = (
            Deliverer(self.store.path, config.destinations, clock=self._clock, held=held) if deliver else None
        )
        self.on_commit: Callable[[bool], None] | None = None
        """Told after each group whether there is something to send."""
        self.decide = Decide(config, families)
        self.folding = Folding(self.store, self.decide, self._sink(plan=deliver), self._committed, keeps=self.keeps)
        self.pool = Pool(classify, workers if workers is not None else os.cpu_count() or 1)
        self.engine = Embedded(self.folding, self.pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop sending, end the workers, let go of the store."""
        if self.deliverer is not None:
            self.deliverer.stop()
        self.pool.close()
        self.store.close()

    def own_up(self, now: int) -> None:
        """Say in the journal of which sources nothing was heard while nothing ran. ``now`` in seconds.

        Before any other entry, or a silence is told of a time that nobody watched.
        """
        last = horizons.now(self.folding.state)
        missed = downtime.missed(self.config.sources, last, now)
        if not missed or last is None:
            return
        log.warning(
            "nothing was heard of %d sources from %s to %s, when nothing ran: unknown, not quiet",
            len(missed), iso(last), iso(now),
        )  # fmt: skip
        self._name_config(now, coverage.missed(last, missed))

    def adopt_config(self, now: int) -> None:
        """Put the config's hash in the journal when it is not the one in force there. ``now`` in seconds."""
        if self.store.meta(CONFIG_HASH) != self.config.hash or self.folding.position == 0:
            self._name_config(now, {})

    def _name_config(self, now: int, more: dict[str, Any]) -> None:
        hash_ = self.config.hash
        self.store.set_meta(f"{kept.PREFIX}{hash_}", kept.encode(self.config, self._families))
        self.folding.append(Control(command="config", body={"hash": hash_, **more}), now)
        self.folding.commit()
        self.store.set_meta(CONFIG_HASH, hash_)

    def adopt(self, config: Config, now: int) -> None:
        """Go by another config from here on: the journal says so, and destinations that changed are sent to anew.

        ``now`` in seconds. Raises PublishersError, with nothing changed, and sqlite3.Error.
        """
        families = load_families(config.publishers)
        decide = Decide(config, families)
        changed = config.destinations != self.config.destinations
        self.folding.commit()
        decide.declare(self.folding.state)
        self.folding.fold = self.decide = decide
        self.config, self._families = config, families
        self.folding.sink = self._sink(plan=self.deliverer is not None)
        if self.deliverer is not None and changed:
            self.deliverer.adopt(config.destinations)
        self.adopt_config(now)

    def _check_journal(self) -> None:
        """Refuse a store whose journal lies elsewhere: here it would go on from another place."""
        journal = self.store.meta(JOURNAL)
        if journal is not None:
            path = self.store.path
            self.store.close()
            raise StoreError(
                f"{path}: its journal is a topic of Kafka ({journal.partition(' ')[0]}); run it with --engine kafka, "
                f"or give another --store"
            )

    def _sink(self, *, plan: bool) -> OutboxSink:
        return OutboxSink(self.config.severities, plan=plan, since=self._since, clock=self._clock.wall)

    def _committed(self, sending: bool) -> None:
        if sending and self.deliverer is not None:
            self.deliverer.wake()
        if self.on_commit is not None:
            self.on_commit(sending)
