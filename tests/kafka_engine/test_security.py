"""The ways in: one section of the config opens the door for both clients, and says why when it stays shut."""

from __future__ import annotations

import asyncio
import logging
import uuid
from pathlib import Path

import faust
import pytest
from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient

from alerts.brokers import client_settings, faust_settings
from alerts.config import load
from alerts.config.types import Kafka
from streams.engines.brokers import BrokerError, connected

from .broker import PASSWORD, USER, Broker

PASSWORDS = {"KAFKA_USER": USER, "KAFKA_PASSWORD": PASSWORD}
SASL = 'sasl: {{mechanism: {}, username: "${{KAFKA_USER}}", password: "${{KAFKA_PASSWORD}}"}}'
TLS = "tls: {ca: ca.pem}"
WAYS = [
    ("servers", ""),
    ("tls", TLS),
    ("tls", "tls: {ca: ca.pem, cert: client.pem, key: client.key}"),
    ("sasl", SASL.format("PLAIN")),
    ("sasl", SASL.format("SCRAM-SHA-256")),
    ("sasl_tls", f"{TLS}\n  {SASL.format('PLAIN')}"),
    ("sasl_tls", f"{TLS}\n  {SASL.format('SCRAM-SHA-512')}"),
]


def section(broker: Broker, door: str, lines: str, **environ: str) -> Kafka:
    """The ``kafka`` section as a config beside the broker's certificates would hold it."""
    path = broker.folder / f"{uuid.uuid4()}.yml"
    rules = 'rules:\n  - {id: toll, when: "attack.*", measure: killed, severity: {warning: 5}}\n'
    path.write_text(f"{rules}kafka:\n  servers: {getattr(broker, door)}\n  {lines}\n", encoding="utf-8")
    found = load(path, {**PASSWORDS, **environ}).kafka
    assert found is not None
    return found


@pytest.mark.parametrize(("door", "lines"), WAYS)
def test_kafka_python_gets_in(broker: Broker, door: str, lines: str) -> None:
    topic = broker.topic()
    consumer = connected(KafkaConsumer, client_settings(section(broker, door, lines)))
    assert consumer.partitions_for_topic(topic) == {0}
    consumer.close()


@pytest.mark.parametrize(("door", "lines"), WAYS)
def test_faust_gets_in(broker: Broker, door: str, lines: str) -> None:
    """Its client sends a record, which a plain consumer then reads."""
    topic = broker.topic()
    kafka = section(broker, door, lines)

    async def send() -> int:
        app = faust.App("probe", **faust_settings(kafka), topic_disable_leader=True, value_serializer="raw")
        producer = app.transport.create_producer()
        await producer.start()
        try:
            metadata = await producer.send_and_wait(
                topic, key=b"k", value=b"v", partition=0, timestamp=None, headers=None
            )
        finally:
            await producer.stop()
        return int(metadata.offset)

    assert asyncio.run(send()) == 0


FAILURES = [
    ("sasl", SASL.format("PLAIN"), {"KAFKA_PASSWORD": "wrong-password"}, "check kafka.sasl"),
    ("sasl", SASL.format("SCRAM-SHA-512"), {"KAFKA_USER": "nobody"}, "check kafka.sasl"),
    ("servers", SASL.format("PLAIN"), {}, "it asks for no user and password there"),
    ("servers", TLS, {}, "it does not speak TLS there"),
    ("tls", "", {}, "kafka.tls"),
    ("tls", "tls: {ca: other-ca.pem}", {}, "its certificate is not trusted; check kafka.tls.ca"),
    ("sasl", "", {}, "it hangs up; check kafka.sasl"),
]


@pytest.mark.parametrize(("door", "lines", "environ", "said"), FAILURES)
def test_a_shut_door_says_why_and_no_secret(
    broker: Broker, door: str, lines: str, environ: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    kafka = section(broker, door, lines, **environ)
    caplog.set_level(logging.INFO)
    with pytest.raises(BrokerError) as caught:
        connected(KafkaAdminClient, client_settings(kafka), bootstrap_timeout_ms=1200)
    assert said in str(caught.value)
    assert getattr(broker, door) in str(caught.value)
    for secret in (PASSWORD, environ.get("KAFKA_PASSWORD", PASSWORD)):
        assert secret not in str(caught.value) + caplog.text + repr(kafka)


def test_a_name_that_the_certificate_does_not_carry_is_refused_unless_told_not_to_mind(broker: Broker) -> None:
    strict = section(broker, "tls", TLS)
    # the same address, by a name that does not stand in the certificate
    other_name = strict.servers[0].replace("127.0.0.1", "127.1")
    with pytest.raises(BrokerError, match=r"its certificate is not trusted.*127"):
        connected(
            KafkaAdminClient, {**client_settings(strict), "bootstrap_servers": other_name}, bootstrap_timeout_ms=1200
        )
    lax = section(broker, "tls", "tls: {ca: ca.pem, check_hostname: false}")
    connected(KafkaAdminClient, {**client_settings(lax), "bootstrap_servers": other_name}).close()


def test_no_broker_is_told_in_the_time_given(tmp_path: Path) -> None:
    nobody = Kafka(servers=("127.0.0.1:9",))
    with pytest.raises(BrokerError, match=r"127\.0\.0\.1:9: nothing listens there; start it, or check kafka\.servers"):
        connected(KafkaAdminClient, client_settings(nobody), bootstrap_timeout_ms=300)
