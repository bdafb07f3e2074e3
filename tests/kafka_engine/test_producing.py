"""``tocsin kafka produce``: what is confirmed stands there once, in its partition, and what cannot be sent is named."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from alerts.producing import Publisher
from streams.article import Article
from streams.sources.topic_records import key_of

from .broker import Broker
from .desk import Desk


def everything(broker: Broker, topic: str) -> list[tuple[int, bytes, bytes]]:
    """(partition, key, value) of each record."""
    consumer = KafkaConsumer(bootstrap_servers=broker.servers, auto_offset_reset="earliest", enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    found = []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=500).values():
            found += [(record.partition, record.key, record.value) for record in records]
    consumer.close()
    return found


def article(n: int) -> Article:
    return Article(id=f"a{n}", feed="wire", title=f"Title {n}", body="A bomb killed five.")


@pytest.mark.long
def test_each_stands_once_though_the_broker_freezes_and_restarts(private_broker: Callable[..., Broker]) -> None:
    own = private_broker()
    own.start()
    topic = own.topic(partitions=3)
    settings = {"bootstrap_servers": own.servers, "request_timeout_ms": 2000}

    def trouble() -> None:
        time.sleep(0.3)
        own.pause()
        time.sleep(3)
        own.resume()
        time.sleep(0.5)
        own.kill()
        own.start()

    troubled = threading.Thread(target=trouble)
    with Publisher(settings, topic) as to:
        troubled.start()
        n = 0
        while troubled.is_alive() and n < 20_000:
            to.publish(article(n))
            n += 1
            time.sleep(0.002)
    troubled.join()
    keys = [key for _, key, _ in everything(own, topic)]
    assert len(keys) == len(set(keys)) == to.confirmed == n > 100


def test_a_batch_holds_articles_of_one_partition_only(broker: Broker) -> None:
    singles, batches = broker.topic(partitions=3), broker.topic(partitions=3)
    settings = {"bootstrap_servers": broker.servers}
    for topic, batch in ((singles, 1), (batches, 10)):
        with Publisher(settings, topic, batch=batch) as to:
            for n in range(100):
                to.publish(article(n))
        assert to.confirmed == 100
    home = {key: partition for partition, key, _ in everything(broker, singles)}
    assert set(home.values()) == {0, 1, 2}
    records = everything(broker, batches)
    assert len(records) < 20
    for partition, _, value in records:
        held = json.loads(value)
        for each in held if isinstance(held, list) else [held]:
            assert home[key_of(each["feed"], each["id"])] == partition


def test_what_cannot_be_sent_is_named_and_the_rest_goes(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path)
    desk.tocsin("kafka", "init")
    lines = [{"id": "huge", "body": "x" * 2_000_000}, {"id": "good", "body": "A bomb killed five."}]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "not json\n"
    for batch in ("1", "5"):
        out, why = desk.tocsin("kafka", "produce", "-", "--batch", batch, text=text)
        assert out == f"1 articles published to {desk.topics['articles']}\n"
        assert "-/huge: larger than a record of the topic may be; left out" in why
        assert "-:3: not JSON" in why


def test_a_missing_topic_or_broker_is_told(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path)
    _, why = desk.tocsin("kafka", "produce", "-", text='{"id": "a", "body": "b"}\n', code=1)
    assert f"no topic {desk.topics['articles']} on the brokers; make it with tocsin kafka init" in why


def test_undated_history_is_received_with_what_stands_before_it(broker: Broker) -> None:
    topic = broker.topic()
    dated = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with Publisher({"bootstrap_servers": broker.servers}, topic, as_published=True) as to:
        to.publish(Article(id="a", feed="f", body="x", published=dated))
        to.publish(Article(id="b", feed="f", body="x"))
    received = [json.loads(value)["received"] for _, _, value in everything(broker, topic)]
    assert received == ["2026-03-02T09:00:00Z"] * 2


def test_history_dated_ahead_stops_nothing(broker: Broker) -> None:
    """Brokers refuse records from the future, and then all that a producer sends after them."""
    topic = broker.topic()
    now = datetime.now(UTC)
    with Publisher({"bootstrap_servers": broker.servers}, topic, as_published=True) as to:
        to.publish(Article(id="a", feed="f", body="x", published=datetime(9999, 12, 31, 23, tzinfo=UTC)))
        to.publish(article(1))
    assert to.confirmed == 2
    received = json.loads(everything(broker, topic)[0][2])["received"]
    assert now <= datetime.fromisoformat(received) <= datetime.now(UTC)
