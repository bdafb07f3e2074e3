"""A worker or desk that sits there while records wait is ended, to be started again; one with nothing to do is not."""

from __future__ import annotations

import time

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from alerts import stuck
from alerts.stuck import STUCK, Watchdog

from .broker import Broker, new_name

PATIENCE = 0.3


def commit(broker: Broker, topic: str, group: str, offset: int) -> None:
    consumer = KafkaConsumer(bootstrap_servers=broker.servers, group_id=group, enable_auto_commit=False)
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(offset, "", -1)})
    consumer.close()


def test_records_that_nobody_touches_end_the_process(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    topic, group = broker.topic("articles"), new_name("desk")
    client = {"bootstrap_servers": broker.servers}
    producer = KafkaProducer(**client)
    for _ in range(3):
        producer.send(topic, b"x").get(10)
    producer.close()
    dog = Watchdog(client, topic, group, patience=PATIENCE)
    assert dog.trouble() == "", "it has not been still for long"
    time.sleep(PATIENCE)
    assert dog.trouble() == "", "the first look only learns where the group is"
    time.sleep(PATIENCE)
    assert dog.trouble() == f"records wait, and {topic}/0 stands at 0 for 0 s"
    commit(broker, topic, group, 1)
    assert dog.trouble() == "", "another of the group moved it"
    monkeypatch.setattr(stuck, "EVERY", PATIENCE)
    codes: list[int] = []
    dog.run(lambda code: (codes.append(code), dog.stop.set()))
    assert codes == [STUCK]


def test_nothing_to_do_and_nobody_to_ask_end_no_process(broker: Broker) -> None:
    topic, group = broker.topic("articles"), new_name("desk")
    for servers in (broker.servers, "127.0.0.1:9"):
        client = {"bootstrap_servers": servers, "bootstrap_timeout_ms": 1000}
        dog = Watchdog(client, topic, group, patience=0.1)
        for _ in range(2):
            time.sleep(0.1)
            assert dog.trouble() == ""


def test_an_article_that_takes_for_ever_ends_the_process() -> None:
    dog = Watchdog({}, "articles", "desk", patience=PATIENCE)
    dog.began(0, 1)
    dog.began(0, 2)
    assert dog.trouble() == ""
    time.sleep(PATIENCE)
    assert dog.trouble() == "2 records have been under way for 0 s"
    dog.ended(0, 1)
    assert dog.trouble() == ""
