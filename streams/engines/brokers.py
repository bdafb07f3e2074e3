"""How does one reach the brokers of Apache Kafka, and what stood in the way when one did not?

kafka-python tells the reason of a failed start in its log alone, attempt by attempt, and in the end only that the time
is over. ``connected`` listens to that log and gives the reason as a sentence with what to do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

Client = TypeVar("Client")

#: How long a command waits for the first broker to answer. In milliseconds.
PATIENCE_MS = 10_000

#: What one of the words in a client's log means, the most telling first: a broker that refuses a password often hangs
#: up before its reason has been read, so the same failure shows in several ways.
_MEANINGS: tuple[tuple[str, str], ...] = (
    ("SaslAuthenticationFailed", "user or password is refused; check kafka.sasl"),
    ("UnsupportedSaslMechanism", "the broker does not take this mechanism; check kafka.sasl.mechanism"),
    ("IllegalSaslState", "it asks for no user and password there; leave kafka.sasl out, or take its other port"),
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted; check kafka.tls.ca"),
    ("UNEXPECTED_EOF", "it does not speak TLS there; leave kafka.tls out, or take its other port"),
    ("WRONG_VERSION_NUMBER", "it does not speak TLS there; leave kafka.tls out, or take its other port"),
    ("Handshake failed", "TLS fails; check kafka.tls"),
    ("Invalid frame length", "it speaks TLS there; set kafka.tls, or take its other port"),
    ("socket disconnected", "it hangs up; check kafka.sasl and kafka.tls against what its port asks for"),
    ("DNS", "the name is not known; check kafka.servers"),
    ("ECONNREFUSED", "nothing listens there; start it, or check kafka.servers"),
)
_SILENCE = "no answer; start it, or check kafka.servers"


class BrokerError(Exception):
    """The brokers cannot be used as they are: the message says which, why, and what to do."""


def connected(make: Callable[..., Client], settings: Mapping[str, Any], **more: Any) -> Client:
    """A client of kafka-python, once a broker has answered. Raises BrokerError with the reason when none does.

    ``settings`` are those of the brokers, ``more`` the client's own. ``bootstrap_timeout_ms`` says how long to wait.
    """
    from kafka.errors import KafkaError

    with _listening() as heard:
        try:
            return make(**{"bootstrap_timeout_ms": PATIENCE_MS, **settings, **more})
        except KafkaError as error:
            raise BrokerError(unreachable(settings["bootstrap_servers"], [*heard, str(error)])) from error


def unreachable(servers: Sequence[str] | str, heard: Sequence[str]) -> str:
    """The sentence for brokers that could not be reached, by what a client's log said meanwhile."""
    names = servers if isinstance(servers, str) else ", ".join(servers)
    for word, meaning in _MEANINGS:
        said = next((line for line in heard if word in line), None)
        if said is not None:
            detail = f" ({_certificate(said)})" if word == "CERTIFICATE_VERIFY_FAILED" else ""
            return f"Kafka at {names}: {meaning}{detail}"
    return f"Kafka at {names}: {_SILENCE}"


def _certificate(said: str) -> str:
    return said.partition("certificate verify failed: ")[2].rpartition(" (_ssl")[0] or "not verified"


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What kafka-python logs as going wrong meanwhile."""
    logger, ear = logging.getLogger("kafka"), _Ear()
    logger.addHandler(ear)
    try:
        yield ear.heard
    finally:
        logger.removeHandler(ear)


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())
