"""A span of a topic as a source: exactly what lies between two times, read once, and then it is over.

Timestamps are the producer's and in no order, so the end cannot be sought: it is filtered, up to where the topic ended
when the reading began. Partitions are merged by (time, partition, offset), so that the same topic gives the same order.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from streams.article import Article
from streams.engines.brokers import BrokerError, connected
from streams.sources.options import FeedError, Unreadable
from streams.sources.topic_records import Options, Record, articles_between

PREFIX = "kafka:"
#: Records of one partition that wait for those of others before it is told to pause.
_WAITING = 5_000
#: Seconds without a record after which the brokers count as gone.
PATIENCE = 30.0


def topic_of(spec: str) -> str | None:
    """The topic that a FEED such as ``kafka:articles`` names; None for any other."""
    return spec.removeprefix(PREFIX) if spec.startswith(PREFIX) else None


def read_topic(
    settings: Mapping[str, Any], topic: str, options: Options, *, since: float | None = None, until: float | None = None
) -> Iterator[Article | Unreadable]:
    """Every article received from ``since`` to before ``until`` (seconds; None: from the start, to the present end).

    ``settings`` are kafka-python's for the brokers. Raises FeedError at once when there is no such topic or no broker,
    and when the brokers go away on the way.
    """
    try:
        span = _Span(settings, topic, since)
    except BrokerError as error:
        raise FeedError(f"{PREFIX}{topic}: {error}") from error
    return _articles(span, options, since, until)


def _articles(
    span: _Span, options: Options, since: float | None, until: float | None
) -> Iterator[Article | Unreadable]:
    try:
        for record in span.records():
            yield from articles_between(record, options, since, until)
    finally:
        span.close()


class _Span:
    """The records of a topic from a time to the end that it had when the reading began."""

    def __init__(self, settings: Mapping[str, Any], topic: str, since: float | None) -> None:
        from kafka import KafkaConsumer
        from kafka.errors import KafkaError

        self._topic = topic
        self._consumer = connected(
            KafkaConsumer,
            settings,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
        )
        try:
            self._seek(since)
        except KafkaError as error:
            self.close()
            raise FeedError(f"{PREFIX}{topic}: {error}") from error
        except FeedError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the brokers."""
        self._consumer.close(autocommit=False)

    def records(self) -> Iterator[Record]:
        """The records, merged. Raises FeedError when they stop coming."""
        merged = heapq.merge(*(self._partition(place) for place in self._end), key=lambda found: found[:3])
        for moment, partition, offset, found in merged:
            headers = {name: value for name, value in found.headers if value is not None}
            place = f"{PREFIX}{self._topic}[{partition}]@{offset}"
            yield Record(place=place, value=found.value, at=moment / 1000, headers=headers)

    def _seek(self, since: float | None) -> None:
        from kafka import TopicPartition

        consumer = self._consumer
        numbers = consumer.partitions_for_topic(self._topic)
        if not numbers:
            known = sorted(name for name in consumer.topics() if not name.startswith("__"))
            there = f"there are {', '.join(known)}" if known else "there is none; make them with tocsin kafka init"
            raise FeedError(f"{PREFIX}{self._topic}: no such topic; {there}")
        places = [TopicPartition(self._topic, number) for number in sorted(numbers)]
        # the ends first: what comes in between is after them
        self._end = consumer.end_offsets(places)
        start = consumer.beginning_offsets(places)
        if since is not None:
            found = consumer.offsets_for_times({place: max(0, int(since * 1000)) for place in places})
            start = {place: found[place].offset if found.get(place) else self._end[place] for place in places}
        consumer.assign(places)
        self._waiting: dict[Any, deque[Any]] = {place: deque() for place in places}
        self._left = set()
        for place in places:
            consumer.seek(place, start[place])
            self._left.add(place)
        self._finish()

    def _partition(self, place: Any) -> Iterator[tuple[int, int, int, Any]]:
        waiting = self._waiting[place]
        while True:
            while not waiting and place in self._left:
                self._fetch(place)
            if not waiting:
                return
            found = waiting.popleft()
            yield found.timestamp, place.partition, found.offset, found

    def _fetch(self, wanted: Any) -> None:
        """Read until the wanted partition has given something, or its end; the others give what they have meanwhile."""
        from kafka.errors import KafkaError, OffsetOutOfRangeError

        for place in self._left:
            full = len(self._waiting[place]) >= _WAITING
            (self._consumer.pause if full else self._consumer.resume)(place)
        given_up = time.monotonic() + PATIENCE
        while wanted in self._left and not self._waiting[wanted]:
            try:
                found = self._consumer.poll(timeout_ms=500, max_records=2000)
            except OffsetOutOfRangeError as error:
                raise FeedError(
                    f"{PREFIX}{self._topic}: its oldest records were removed meanwhile; try again"
                ) from error
            except KafkaError as error:
                raise FeedError(f"{PREFIX}{self._topic}: {error}") from error
            for place, records in found.items():
                self._waiting[place].extend(record for record in records if record.offset < self._end[place])
            self._finish()
            if time.monotonic() > given_up:
                raise FeedError(f"{PREFIX}{self._topic}: the brokers have not answered for {PATIENCE:g} s; try again")

    def _finish(self) -> None:
        for place in [place for place in self._left if self._consumer.position(place) >= self._end[place]]:
            self._left.discard(place)
            self._consumer.pause(place)
