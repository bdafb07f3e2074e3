"""Which topics does a config need, which are there, and what is to be done about the difference?

``plan`` is pure; ``look`` and ``make`` ask and tell the brokers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

    from alerts.config.types import Config

_FOREVER = -1


class Topic(Struct, frozen=True, kw_only=True):
    """A topic as a config needs it."""

    kind: str
    """The key under ``kafka.topics``."""
    name: str
    partitions: int
    settings: dict[str, str]
    exact: bool = False
    """Whether it must have just so many partitions."""


class Found(Struct, frozen=True, kw_only=True):
    """A topic as it is."""

    partitions: int
    settings: dict[str, str]


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be done. With anything ``wrong``, nothing is done."""

    make: tuple[Topic, ...] = ()
    change: tuple[tuple[Topic, dict[str, str]], ...] = ()
    """Topics with the settings to give them."""
    wrong: tuple[str, ...] = ()
    """What stands in the way, and how to mend it."""


def wanted(config: Config) -> tuple[Topic, ...]:
    """The topics of a config. Raises ValueError when it has no ``kafka`` section."""
    kafka = config.kafka
    if kafka is None:
        raise ValueError(f"{config.path} has no kafka section; docs/config.md says what stands in it")
    names = kafka.topics
    kept = {"cleanup.policy": "delete", "retention.ms": str((kafka.retention or config.retention) * 1000)}
    # the brokers' own time: kept by age in the journal, not by that of the news, and a bound for what came in when
    journal = {
        **kept,
        "retention.bytes": str(_FOREVER),
        "message.timestamp.type": "LogAppendTime",
        "compression.type": "gzip",
    }
    compact = {"cleanup.policy": "compact"}
    return (
        Topic(kind="articles", name=names.articles, partitions=kafka.partitions, settings=kept, exact=True),
        Topic(kind="reports", name=names.reports, partitions=1, settings=journal, exact=True),
        Topic(kind="alerts", name=names.alerts, partitions=1, settings=compact),
        Topic(kind="delivered", name=names.delivered, partitions=1, settings=compact),
        Topic(kind="snapshots", name=names.snapshots, partitions=1, settings=compact),
        Topic(kind="dead_letters", name=names.dead_letters, partitions=1, settings=kept),
    )


def plan(topics: Sequence[Topic], found: Mapping[str, Found]) -> Plan:
    """What to make, what to change, and what must be mended by hand, going by the names of the topics found."""
    there = [(topic, found[topic.name]) for topic in topics if topic.name in found]
    changes = ((topic, _changes(topic, known)) for topic, known in there)
    return Plan(
        make=tuple(topic for topic in topics if topic.name not in found),
        change=tuple((topic, change) for topic, change in changes if change),
        wrong=tuple(why for topic, known in there for why in _wrong(topic, known)),
    )


def look(admin: KafkaAdminClient, topics: Sequence[Topic]) -> dict[str, Found]:
    """Those of the topics that are there. Raises KafkaError."""
    from kafka.admin import ConfigResource, ConfigResourceType

    there = set(admin.list_topics()) & {topic.name for topic in topics}
    if not there:
        return {}
    described = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics(sorted(there))}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in sorted(there)]
    settings = admin.describe_configs(resources, config_filter="all")
    return {
        name: Found(partitions=described[name], settings=_plain(settings["topic"][name]))
        for name in sorted(there & described.keys())
    }


def make(admin: KafkaAdminClient, todo: Plan, replication: int | None) -> None:
    """Do what the plan says. A topic that another made meanwhile is left to the next look. Raises KafkaError."""
    from kafka.admin import ConfigResource, ConfigResourceType
    from kafka.errors import TopicAlreadyExistsError

    for topic in todo.make:
        spec = {
            "num_partitions": topic.partitions,
            "replication_factor": replication or -1,
            "configs": topic.settings,
        }
        try:
            admin.create_topics({topic.name: spec}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            continue
    for topic, change in todo.change:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, change)])


def _plain(settings: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(entry["value"] if isinstance(entry, dict) else entry) for name, entry in settings.items()}


def _changes(topic: Topic, known: Found) -> dict[str, str]:
    """The settings that differ in a way that matters: what is kept for longer than asked stays."""
    return {
        name: value
        for name, value in topic.settings.items()
        if known.settings.get(name) != value and not _is_longer(name, known.settings.get(name), value)
    }


def _is_longer(name: str, known: str | None, value: str) -> bool:
    if not name.startswith("retention.") or known is None:
        return False
    return int(known) == _FOREVER or (value != str(_FOREVER) and int(known) >= int(value))


def _wrong(topic: Topic, known: Found) -> list[str]:
    if not topic.exact or known.partitions == topic.partitions:
        return []
    has = f"the topic {topic.name} has {known.partitions} partition{'' if known.partitions == 1 else 's'}"
    if topic.partitions == 1:
        return [
            f"{has} and must have 1, whose order is the journal's; name another with kafka.topics.{topic.kind}, or "
            f"delete this one if nothing in it is needed"
        ]
    more = known.partitions < topic.partitions
    mend = f", or add some with kafka-topics.sh --alter --topic {topic.name} --partitions {topic.partitions}"
    return [
        f"{has}, the config says {topic.partitions}; set kafka.partitions: {known.partitions}{mend if more else ''}"
    ]
