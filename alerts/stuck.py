"""Does a member of a group still get on? A thread that ends the process when it does not.

A worker can hang in an article; worker or desk can, after a rebalance that failed half-way, sit there without
partitions and without a word. Both look the same from outside: records wait, and nothing moves.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

log = logging.getLogger("tocsin.worker")
#: Seconds without progress, while there is work, after which the process ends.
PATIENCE = 120.0
#: Seconds between two looks.
EVERY = 10.0
#: The process's exit code.
STUCK = 75


class Watchdog:
    """Watches one process; ``began``, ``ended`` and ``moved`` are told it from the thread that does the work."""

    def __init__(self, client: Mapping[str, Any], topic: str, group: str, *, patience: float = PATIENCE) -> None:
        """``client`` are kafka-python's settings; ``patience`` in seconds."""
        self._client, self._topic, self._group, self._patience = client, topic, group, patience
        self._moved = time.monotonic()
        self._under_way = 0
        self._committed: dict[int, int] = {}
        self._stood: dict[int, float] = {}
        self.stop = threading.Event()

    def began(self, partition: int, offset: int) -> None:
        """A record is being read."""
        if self._under_way == 0:
            self._moved = time.monotonic()
        self._under_way += 1

    def ended(self, partition: int, offset: int) -> None:
        """A record is done."""
        self._under_way -= 1
        self._moved = time.monotonic()

    def moved(self) -> None:
        """All is well."""
        self._moved = time.monotonic()

    def run(self, end: Callable[[int], Any] = os._exit) -> None:
        """Look every few seconds until stopped."""
        while not self.stop.wait(EVERY):
            why = self.trouble()
            if why:
                log.error("%s: ending, to be started again", why)
                logging.shutdown()
                end(STUCK)

    def trouble(self) -> str:
        """Why the worker must end, or "" while it need not."""
        still = time.monotonic() - self._moved
        if still < self._patience:
            return ""
        if self._under_way:
            return f"{self._under_way} records have been under way for {still:.0f} s"
        standing = self._standing()
        return f"records wait, and {standing} for {self._patience:.0f} s" if standing else ""

    def _standing(self) -> str:
        """Which partitions have work that nobody has touched for too long; "" while the broker cannot be asked."""
        try:
            consumer = KafkaConsumer(**self._client, group_id=self._group, enable_auto_commit=False)
            try:
                return self._compare(consumer)
            finally:
                consumer.close(autocommit=False)
        except KafkaError:
            self._stood.clear()
            return ""

    def _compare(self, consumer: Any) -> str:
        now, found = time.monotonic(), []
        places = [TopicPartition(self._topic, n) for n in sorted(consumer.partitions_for_topic(self._topic) or ())]
        ends = consumer.end_offsets(places)
        for place in places:
            committed = consumer.committed(place) or 0
            if committed >= ends[place] or committed != self._committed.get(place.partition):
                self._stood[place.partition] = now
            self._committed[place.partition] = committed
            if now - self._stood.setdefault(place.partition, now) >= self._patience:
                found.append(f"{self._topic}/{place.partition} stands at {committed}")
        return ", ".join(found)
