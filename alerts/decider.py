"""A desk on Kafka: the daemon whose journal is a topic's one partition.

What it reads there it folds, in one transaction with the position; what it has to say itself (Ticks, the outcome of
polls, operators' words, its config) it writes there and folds when it reads it back, as any other process that reads
the partition would. It sends only while the group confirms that it holds the partition.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from pathlib import Path
from typing import Any

from kafka.errors import KafkaError

from alerts import rebuild
from alerts.brokers import client_settings
from alerts.clock import Clock
from alerts.config import kept
from alerts.config.types import Config, Kafka
from alerts.daemon import DRAIN_SECONDS, HEARTBEAT, Daemon
from alerts.following import Following
from alerts.monitor import JOURNAL, SCHEMAS
from alerts.outputs import SCHEMA, Outputs, forget_deliveries, read_deliveries
from alerts.publishers import load_families
from alerts.ready import patiently, wait_until_ready
from alerts.stuck import Watchdog
from streams.engines.kafka import Hold, Partition, PartitionError, producer, read_record, read_topic, seal
from streams.engines.store import note_unreadable
from streams.journal import Control, Entry, Tick, encode_entry

log = logging.getLogger("tocsin.kafka")
#: Seconds that the journal's thread waits for records before it looks for what else there is to do.
LOOK_EVERY = 0.2
#: Seconds that a record of our own may take to be durable.
PATIENCE = 10.0
#: Share of a session that a rebalance waits for what is being sent.
QUIET = 0.5


class Desk(Following):
    """The monitor of a desk."""

    schemas = (*SCHEMAS, SCHEMA)

    def __init__(self, config: Config, store: Path, *, clock: Clock | None = None, topic_id: str = "") -> None:
        """``topic_id`` tells the journal's topic from another of its name. Raises StoreError and PartitionError."""
        assert config.kafka is not None
        self.hold = Hold(config.kafka.session)
        self._journal = f"{config.kafka.topics.reports} {topic_id}"
        super().__init__(config, store, deliver=True, workers=0, clock=clock, held=lambda: self.hold.term)

    def adopt(self, config: Config, now: int) -> None:
        """Take up what concerns no decision: sources and destinations. The rules follow when the journal names them."""
        families = load_families(config.publishers)
        changed = config.destinations != self.config.destinations
        self.config, self._families = config, families
        self.folding.sink = self._sink(plan=True)
        if self.deliverer is not None and changed:
            self.deliverer.adopt(config.destinations)

    def wanted(self) -> Control | None:
        """What to say in the journal so that the present config comes into force; None when it is."""
        if self.in_force == self.config.hash:
            return None
        body = {"hash": self.config.hash, "kept": kept.encode(self.config, self._families)}
        return Control(command="config", body=body)

    def _check_journal(self) -> None:
        found = self.store.meta(JOURNAL)
        if found is None and self.store.last_position() == 0:
            self.store.set_meta(JOURNAL, self._journal)
        elif found != self._journal:
            path, was = self.store.path, (found or "this file itself").partition(" ")
            self.store.close()
            again = ", which was made anew" if was[0] == self._journal.partition(" ")[0] else ""
            raise PartitionError(f"{path}: its journal is {was[0]}{again}; give another --store, or move it away")


class Decider(Daemon):
    """A desk that runs."""

    def __init__(self, desk: Desk, kafka: Kafka, *, clock: Clock | None = None) -> None:
        super().__init__(desk, clock=clock)
        self.desk, self._kafka, self._client = desk, kafka, client_settings(kafka)
        self._caught_up = False
        self._said_config, self._ticked = "", 0
        self._said_words: set[int] = set()
        self._records: deque[Any] = deque()
        self._down = ""

    def _begin(self) -> None:
        self._producer = patiently(lambda: producer(self._client), self._pause)
        self._outputs = Outputs(self.desk.store, self._kafka, self._producer)
        self._partition = patiently(self._join, self._pause)
        self._watchdog = Watchdog(self._client, self._kafka.topics.reports, self._kafka.group)
        threading.Thread(target=self._watchdog.run, name="watchdog", daemon=True).start()
        self._snapshots = rebuild.Publisher(self.desk, self._kafka, self._producer)

    def _join(self) -> Partition:
        return Partition(
            self._client,
            self._kafka.topics.reports,
            self._kafka.group,
            self.desk.hold,
            position=lambda: self.desk.folding.position,
            taken=self._taken,
            leaving=self._leaving,
        )

    def _pause(self, seconds: float) -> None:
        """Wait before anything has begun; to be stopped meanwhile is no failure."""
        if self.stopping.wait(seconds):
            raise SystemExit(0)

    def turn(self) -> bool:
        """Fold what comes in, and say what there is to say. Gives whether more waits already."""
        try:
            more = self._turn()
        except KafkaError as error:
            if self._down != str(error):
                log.error("Kafka: %s; nothing is lost, everything waits", error)
            self._down = str(error) or type(error).__name__
            self.stopping.wait(LOOK_EVERY)
            return not self.stopping.is_set()
        if self._down:
            log.warning("Kafka answers again")
            self._down = ""
        return more

    def _turn(self) -> bool:
        desk, folding = self.desk, self.desk.folding
        folding.commit()
        if not self._records:
            self._records.extend(self._partition.read(min(LOOK_EVERY, self._patience())))
        while self._records:  # the brokers give each but once: what fails half-way goes on here
            self._fold(self._records[0])
            self._records.popleft()
        folding.commit()
        if self._partition.assigned:
            self._watchdog.moved()
        self._partition.commit(folding.position)
        self._outputs.forward()
        if not self._partition.is_read(folding.position):
            return True
        if not self._caught_up:
            self._catch_up()
        self._outputs.publish()
        if desk.hold.term:
            self._speak(int(self.clock()))
            self._snapshots.turn(self.clock())
        self.gate.waiting = desk.store.count_pending()
        return self.keeper.turn(int(self.clock()))

    def _fold(self, record: Any) -> None:
        if record.offset < self.desk.folding.position:
            return
        read = read_record(record.offset, record.value, record.timestamp, self._kafka.group)
        if read.wrong:
            self._set_aside(record, read.wrong)
        self.desk.fold(read)
        self._last_entry = self.clock()

    def _set_aside(self, record: Any, why: str) -> None:
        """Name a record that is no entry of the journal, and keep it where people look for what was not read."""
        where = f"{record.topic}/{record.partition}/{record.offset}"
        log.error("%s: %s; it is passed over", where, why)
        note_unreadable(self.desk.store.writer, int(self.clock()), [(where, why)])
        headers = [("where", where.encode()), ("reason", why.encode())]
        sent = self._producer.send(
            self._kafka.topics.dead_letters, key=where.encode(), value=record.value, headers=headers
        )
        sent.get(timeout=PATIENCE)

    # --- what the group says ------------------------------------------------------------------------------------------

    def _taken(self) -> None:
        """The partition is ours. Before anything is planned: what did this desk send before, from another machine?"""
        self._caught_up = False
        known = read_deliveries(self.desk.store, self._kafka, self._client)
        log.info("%d deliveries of this desk were not known here", known)

    def _catch_up(self) -> None:
        """All is folded that was there when the partition was taken: now it may be spoken and sent."""
        forget_deliveries(self.desk.store)
        self._caught_up = True
        self._said_words.clear()
        self._said_config, self._ticked = "", 0
        self.desk.hold.begin()
        self._partition.commit(self.desk.folding.position, now=True)
        if self.desk.deliverer is not None:
            self.desk.deliverer.wake()
        log.info("caught up at %d", self.desk.folding.position)

    def _leaving(self) -> None:
        """Whoever is next must know all that was sent."""
        if self.desk.deliverer is not None and not self.desk.deliverer.wait_quiet(QUIET * self._kafka.session):
            log.warning("a message is still on its way while the partition goes to another")
        try:
            self._outputs.publish_all()
        except (KafkaError, sqlite3.Error) as error:
            log.warning("the next desk does not know what was sent last: %s", error)

    # --- what we have to say ------------------------------------------------------------------------------------------

    def _speak(self, now: int) -> None:
        while self._coverage:
            self._say(self._coverage[0], now)
            self._coverage.popleft()
        for id_, data in self.desk.store.controls():
            if id_ not in self._said_words:
                self._say_bytes(data, now, self._kafka.group, id_)
                self._said_words.add(id_)
        config = self.desk.wanted()
        if config is not None and self._said_config != config.body["hash"]:
            self._say(config, now)
            self._said_config = config.body["hash"]
        self._tick(now)

    def _tick(self, now: int) -> None:
        """A Tick at the moment that a timer is due, or now when nothing was read for long."""
        due = self.desk.folding.fold.next_due(self.desk.folding.state)
        if due is not None and due <= now and due != self._ticked:
            self._say(Tick(), due)
            self._ticked = due
        elif now - self._last_entry >= HEARTBEAT:
            self._say(Tick(), now)
            self._last_entry = now

    def _say(self, entry: Entry, received: int) -> None:
        self._say_bytes(encode_entry(entry), received, self._kafka.group if isinstance(entry, Control) else "", None)

    def _say_bytes(self, data: bytes, received: int, desk: str, inbox: int | None) -> None:
        """Write an entry to the journal; once this returns it is durable."""
        value = seal(data, received, desk, inbox)
        self._producer.send(self._kafka.topics.reports, value=value, partition=0).get(timeout=PATIENCE)

    # --- the end ------------------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Fold what was read, give what is being sent a moment, and leave the group."""
        deliverer = self.desk.deliverer
        try:
            self.turn()
            self.intake.close()
            for _ in range(DRAIN_SECONDS):
                if deliverer is None or not self.desk.hold.term or deliverer.wait_idle(1.0, reachable=True):
                    break
                self._partition.commit(self.desk.folding.position)
            if deliverer is not None:
                deliverer.stop()
            self._outputs.publish_all()
        except KafkaError as error:
            log.warning("leaving without a last word: %s", error)
        finally:
            self._partition.close()
            self._producer.close(timeout=5)


def start(config: Config, store: Path, *, clock: Clock) -> None:
    """Run a desk until it is stopped. Raises StoreError, PartitionError, RefusedError and PublishersError."""
    kafka = config.kafka
    if kafka is None:
        raise PartitionError(f"{config.path}: it has no `kafka` section; say there which servers to use")
    topics = wait_until_ready(kafka)
    if not store.exists():
        patiently(lambda: rebuild.restore(store, kafka))
    first = not store.exists()
    desk = Desk(config, store, clock=clock, topic_id=topics[kafka.topics.reports])
    with desk:
        if first:
            reports = kafka.topics.reports
            patiently(lambda: desk.begin(read_topic(client_settings(kafka), reports), kafka.group))
        Decider(desk, kafka, clock=clock).run()
