"""How do the clients of Apache Kafka get in? One declaration of the config as the settings of either library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.config.kafka import context_of

if TYPE_CHECKING:
    from alerts.config.types import Kafka


def client_settings(kafka: Kafka) -> dict[str, Any]:
    """For producers, consumers and admins of kafka-python. They hold the password: never to be logged."""
    settings: dict[str, Any] = {"bootstrap_servers": list(kafka.servers), "security_protocol": _protocol(kafka)}
    if kafka.tls:
        settings["ssl_context"] = context_of(kafka.tls)
        settings["ssl_check_hostname"] = kafka.tls.check_hostname
    if kafka.sasl:
        settings["sasl_mechanism"] = kafka.sasl.mechanism
        settings["sasl_plain_username"] = kafka.sasl.username
        settings["sasl_plain_password"] = kafka.sasl.password.reveal()
    return settings


def faust_settings(kafka: Kafka) -> dict[str, Any]:
    """For a Faust app, whose client is aiokafka: its ``broker`` and ``broker_credentials``."""
    import faust

    settings: dict[str, Any] = {"broker": [f"kafka://{address}" for address in kafka.servers]}
    context = context_of(kafka.tls) if kafka.tls else None
    if kafka.sasl:
        settings["broker_credentials"] = faust.SASLCredentials(
            username=kafka.sasl.username,
            password=kafka.sasl.password.reveal(),
            mechanism=kafka.sasl.mechanism,
            ssl_context=context,
        )
    elif context:
        settings["broker_credentials"] = faust.SSLCredentials(context)
    return settings


def classify_group(kafka: Kafka) -> str:
    """The consumer group that classifies, for whatever desks decide."""
    return f"{kafka.topics.articles}-classify"


def _protocol(kafka: Kafka) -> str:
    return ("SASL_" if kafka.sasl else "") + ("SSL" if kafka.tls else "PLAINTEXT")


def aiokafka_settings(kafka: Kafka) -> dict[str, Any]:
    """For clients of aiokafka beside Faust's own."""
    settings: dict[str, Any] = {"bootstrap_servers": list(kafka.servers), "security_protocol": _protocol(kafka)}
    if kafka.tls:
        settings["ssl_context"] = context_of(kafka.tls)
    if kafka.sasl:
        settings["sasl_mechanism"] = kafka.sasl.mechanism
        settings["sasl_plain_username"] = kafka.sasl.username
        settings["sasl_plain_password"] = kafka.sasl.password.reveal()
    return settings
