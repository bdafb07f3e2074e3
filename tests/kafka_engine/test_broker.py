"""The broker of the tests is the real one: what the other tests lean on holds."""

from __future__ import annotations

import pytest
from kafka import KafkaConsumer
from kafka.errors import KafkaTimeoutError

from .broker import PASSWORD, USER, Broker


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
