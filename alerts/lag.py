"""How far are those who classify and decide behind what stands in the topics?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from alerts.brokers import classify_group, client_settings
from streams.engines.brokers import BrokerError, connected

if TYPE_CHECKING:
    from alerts.config.types import Kafka

#: A look at a monitor waits no longer for brokers that are away. In milliseconds.
_PATIENCE_MS = 3000


def gather(kafka: Kafka) -> dict[str, Any]:
    """Of the topics of articles and reports: partitions, records, and how many wait for the group; and dead letters.

    When the brokers cannot be asked, ``trouble`` says why.
    """
    from kafka import KafkaConsumer
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    settings = {**client_settings(kafka), "bootstrap_timeout_ms": _PATIENCE_MS}
    topics = kafka.topics
    try:
        admin = connected(KafkaAdminClient, settings)
        try:
            consumer = connected(KafkaConsumer, settings, group_id=None, enable_auto_commit=False)
            try:
                return {
                    "articles": _of_topic(admin, consumer, topics.articles, classify_group(kafka)),
                    "reports": _of_topic(admin, consumer, topics.reports, kafka.group),
                    "dead_letters": _set_aside(consumer, topics.dead_letters),
                }
            finally:
                consumer.close(autocommit=False)
        finally:
            admin.close()
    except (BrokerError, KafkaError) as error:
        return {"trouble": str(error)}


def _of_topic(admin: Any, consumer: Any, topic: str, group: str) -> dict[str, Any]:
    from kafka import TopicPartition

    places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
    if not places:
        return {"trouble": f"no topic {topic}; make it with tocsin kafka init"}
    first, end = consumer.beginning_offsets(places), consumer.end_offsets(places)
    done = _committed(admin, group, places)
    at = {place: max(first[place], done[place].offset if place in done else 0) for place in places}
    return {
        "topic": topic,
        "group": group,
        "partitions": len(places),
        "records": sum(end[place] - first[place] for place in places),
        "waiting": sum(end[place] - at[place] for place in places),
    }


def _set_aside(consumer: Any, topic: str) -> dict[str, Any]:
    """How many records could not be read; they lie in a topic of their own, each with its reason."""
    from kafka import TopicPartition

    places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
    if not places:
        return {"trouble": f"no topic {topic}; make it with tocsin kafka init"}
    first, end = consumer.beginning_offsets(places), consumer.end_offsets(places)
    return {"topic": topic, "records": sum(end[place] - first[place] for place in places)}


def _committed(admin: Any, group: str, places: list[Any]) -> dict[Any, Any]:
    """Where the group is. Brokers that have never had a group need a moment to begin with the first."""
    from kafka.errors import CoordinatorNotAvailableError

    for _ in range(5):
        try:
            return dict(admin.list_group_offsets({group: places}).get(group, {}))
        except CoordinatorNotAvailableError:
            time.sleep(0.3)
    return dict(admin.list_group_offsets({group: places}).get(group, {}))
