"""Can the work on Kafka begin? Waits for a broker, and says so; refuses topics that are not as they must be."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from alerts.brokers import client_settings
from alerts.config.types import Kafka
from streams.engines.brokers import BrokerError, connected

log = logging.getLogger("tocsin.kafka")
#: Seconds until a broker that did not answer is asked again, and that it may take to answer.
AGAIN, ANSWER = 3.0, 5.0

Result = TypeVar("Result")


class RefusedError(Exception):
    """Work cannot begin as things are; the message says why and what to do."""


def wait_until_ready(kafka: Kafka) -> dict[str, str]:
    """Return once a broker answers: topic → what tells it from another of its name. Raises RefusedError."""
    said = ""
    while True:
        try:
            admin = connected(KafkaAdminClient, client_settings(kafka), bootstrap_timeout_ms=int(ANSWER * 1000))
        except BrokerError as error:
            if str(error) != said:
                log.warning("waiting for Kafka: %s", error)
            said = str(error)
            time.sleep(AGAIN)
            continue
        try:
            described = patiently(admin.describe_topics)
        finally:
            admin.close()
        if said:
            log.info("Kafka answers")
        _check(kafka, {one["name"]: len(one["partitions"]) for one in described})
        return {one["name"]: str(one["topic_id"]) for one in described}


def patiently(do: Callable[[], Result], pause: Callable[[float], object] = time.sleep) -> Result:
    """What ``do`` gives, tried again as long as brokers that answered before do not answer: they may be restarting.

    Raises KafkaError for what does not pass by waiting, such as a right that is missing.
    """
    said = ""
    while True:
        try:
            return do()
        except KafkaError as error:
            if not error.retriable:
                raise
            if str(error) != said:
                log.warning("waiting for Kafka: %s", error)
            said = str(error)
            pause(AGAIN)


def _check(kafka: Kafka, found: dict[str, int]) -> None:
    """Refuse topics that are missing or of the wrong shape."""
    topics = kafka.topics
    wanted = {name: getattr(topics, name) for name in topics.__struct_fields__}
    missing = sorted(name for name in wanted.values() if not found.get(name))
    if missing:
        raise RefusedError(f"no topic {', '.join(missing)} on the brokers; make it with `tocsin kafka init`")
    if found[topics.reports] != 1:
        raise RefusedError(
            f"the topic {topics.reports} has {found[topics.reports]} partitions, and the journal must have just one: "
            f"its order is the order; name another under kafka.topics.reports and run `tocsin kafka init`"
        )
