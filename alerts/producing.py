"""How do articles get to the topic? Each with the key of its identity, confirmed by the brokers, and once."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from msgspec.structs import replace

from streams.article import Article
from streams.engines.brokers import BrokerError, connected
from streams.sources import Unreadable
from streams.sources.topic_records import FORM, OWN, key_of, value_of

#: Records on their way before the oldest must be confirmed.
_ON_THE_WAY = 5_000
#: Bytes of a batch beyond which the next article begins another.
_BATCH_BYTES = 256_000


class UnpublishedError(Exception):
    """What cannot be published: no article, or one that no broker takes. The message names it."""


class Publisher:
    """Publishes articles to a topic, with as many in a record as ``batch`` says, all of one partition.

    The producer is idempotent: what it sends again after a lost answer does not stand there twice. Leaving it waits
    until all is confirmed. Raises BrokerError when the brokers are not there, or do not confirm.
    """

    def __init__(self, settings: Mapping[str, Any], topic: str, *, batch: int = 1, as_published: bool = False) -> None:
        """``as_published`` lets an article be received when it was published, in place of now."""
        from kafka import KafkaProducer

        self._topic, self._batch, self._as_published = topic, batch, as_published
        self._partitions = _partitions(settings, topic)
        self._producer = connected(KafkaProducer, settings, linger_ms=5)
        self.confirmed = 0
        self._sent: deque[tuple[Any, int]] = deque()
        self._waiting: dict[int, list[Article]] = defaultdict(list)
        self._bytes: dict[int, int] = defaultdict(int)
        self._clock: datetime | None = None

    def publish(self, item: Article | Unreadable) -> None:
        """Send an article on its way. Raises UnpublishedError for one that cannot be sent; the next may come."""
        if isinstance(item, Unreadable):
            raise UnpublishedError(f"{item.where}: {item.why}")
        article = self._received(item)
        if self._batch == 1:
            self._send([article], None)
            return
        number = self._partition_of(article)
        self._waiting[number].append(article)
        self._bytes[number] += len(article.body) + len(article.title)
        if len(self._waiting[number]) >= self._batch or self._bytes[number] >= _BATCH_BYTES:
            self._flush(number)

    def __enter__(self) -> Publisher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for number in sorted(self._waiting):
                    self._flush(number)
                while self._sent:
                    self._confirm()
        finally:
            self._producer.close(5)

    def _received(self, article: Article) -> Article:
        """With ``as_published``, an undated one is received with the one before it, none later than now."""
        if not self._as_published:
            return article
        told = article.received or article.published or self._clock
        received = min(told, datetime.now(UTC)) if told else None
        self._clock = max(filter(None, (self._clock, received)), default=None)
        return replace(article, received=received)

    def _partition_of(self, article: Article) -> int:
        from kafka.partitioner.default import murmur2

        return int((murmur2(key_of(article.feed, article.id)) & 0x7FFFFFFF) % self._partitions)

    def _flush(self, number: int) -> None:
        articles = self._waiting.pop(number, [])
        self._bytes.pop(number, None)
        if articles:
            self._send(articles, number)

    def _send(self, articles: list[Article], partition: int | None) -> None:
        from kafka.errors import KafkaError, MessageSizeTooLargeError

        times = [article.received for article in articles if article.received is not None]
        try:
            future = self._producer.send(
                self._topic,
                value_of(articles),
                key=key_of(articles[0].feed, articles[0].id),
                headers=[(FORM, OWN)],
                partition=partition,
                timestamp_ms=_milliseconds(min(max(times), datetime.now(UTC))) if times else None,
            )
        except MessageSizeTooLargeError:
            if len(articles) > 1:
                for article in articles:
                    self._send([article], partition)
                return
            name = f"{articles[0].feed}/{articles[0].id}"
            raise UnpublishedError(f"{name}: larger than a record of the topic may be; left out") from None
        except KafkaError as error:
            raise BrokerError(f"{self._topic}: cannot be written: {error}") from error
        self._sent.append((future, len(articles)))
        if len(self._sent) >= _ON_THE_WAY:
            self._confirm()

    def _confirm(self) -> None:
        """Wait until the oldest record on its way is written."""
        from kafka.errors import KafkaError

        future, count = self._sent.popleft()
        try:
            future.get(130)
        except KafkaError as error:
            raise BrokerError(
                f"{self._topic}: not confirmed by the brokers after {self.confirmed} articles: {error}; run it again, "
                f"what stands there already decides nothing twice"
            ) from error
        self.confirmed += count


def _partitions(settings: Mapping[str, Any], topic: str) -> int:
    """How many partitions the topic has: asked first, since a producer waits long for a topic that is not there."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    admin = connected(KafkaAdminClient, settings)
    try:
        if topic not in admin.list_topics():
            raise BrokerError(f"no topic {topic} on the brokers; make it with tocsin kafka init")
        return len(admin.describe_topics([topic])[0]["partitions"])
    except KafkaError as error:
        raise BrokerError(f"{topic}: cannot be looked at: {error}") from error
    finally:
        admin.close()


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
