"""The broker of the tests is the real one: what the other tests lean on holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError

from .broker import PASSWORD, USER, Broker


def test_what_was_acknowledged_outlives_kill_and_freeze(private_broker: Callable[..., Broker]) -> None:
    own = private_broker()
    own.start()
    topic = own.topic(partitions=2)
    producer = KafkaProducer(bootstrap_servers=own.servers)
    assert producer.send(topic, b"one", partition=0).get(10).offset == 0
    own.kill()
    own.start()
    own.pause()
    waiting = producer.send(topic, b"two", partition=0)
    assert not waiting.is_done
    own.resume()
    assert waiting.get(30).offset == 1
    producer.close()
    own.stop()
    own.start()
    consumer = KafkaConsumer(bootstrap_servers=own.servers, auto_offset_reset="earliest")
    assert consumer.end_offsets([TopicPartition(topic, 0), TopicPartition(topic, 1)]) == {
        TopicPartition(topic, 0): 2,
        TopicPartition(topic, 1): 0,
    }
    consumer.close()


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("door", ["sasl", "sasl_tls"])
def test_doors_open_to_the_password_and_to_no_other(broker: Broker, door: str, mechanism: str) -> None:
    topic = broker.topic(partitions=3)
    settings = {
        "bootstrap_servers": getattr(broker, door),
        "security_protocol": {"sasl": "SASL_PLAINTEXT", "sasl_tls": "SASL_SSL"}[door],
        "ssl_cafile": str(broker.folder / "ca.pem"),
        "sasl_mechanism": mechanism,
        "sasl_plain_username": USER,
    }
    consumer = KafkaConsumer(**settings, sasl_plain_password=PASSWORD)
    assert consumer.partitions_for_topic(topic) == {0, 1, 2}
    consumer.close()
    with pytest.raises(KafkaTimeoutError):
        KafkaConsumer(**settings, sasl_plain_password="wrong", bootstrap_timeout_ms=500)
