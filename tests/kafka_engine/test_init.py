"""``tocsin kafka init``: the topics are made once, are never made worse, and one that cannot serve is refused."""

from __future__ import annotations

from pathlib import Path

from kafka.admin import ConfigResource, ConfigResourceType

from alerts.topics import Found, Topic, plan

from .broker import Broker
from .desk import KINDS, Desk

DAY_MS = 86_400_000


def settings_of(broker: Broker, topic: str) -> dict[str, str]:
    admin = broker.admin()
    found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
    admin.close()
    return {name: str(entry["value"]) for name, entry in found["topic"][topic].items()}


def test_topics_are_made_once_and_as_declared(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path, partitions=3, more="retention: 90d")
    said, _ = desk.tocsin("kafka", "init", "--dry-run")
    assert said.splitlines()[0] == f"{desk.topics['articles']}: would be made with 3 partitions"
    made, _ = desk.tocsin("kafka", "init")
    assert made.splitlines() == [
        f"{desk.topics['articles']}: made with 3 partitions",
        *(f"{desk.topics[kind]}: made with 1 partition" for kind in KINDS[1:]),
    ]
    again, _ = desk.tocsin("kafka", "init")
    assert again.splitlines() == [f"{name}: as it should be" for name in desk.topics.values()]
    reports = settings_of(broker, desk.topics["reports"])
    assert reports["retention.ms"] == str(90 * DAY_MS)
    assert reports["retention.bytes"] == "-1"
    assert reports["cleanup.policy"] == "delete"
    assert reports["message.timestamp.type"] == "LogAppendTime"
    assert settings_of(broker, desk.topics["alerts"])["cleanup.policy"] == "compact"


def test_a_journal_kept_too_short_is_kept_longer_and_never_shorter(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path, more="retention: 90d")
    desk.topics["reports"] = broker.topic("reports", retention_ms=str(DAY_MS))
    desk.topics["articles"] = broker.topic("articles", partitions=3, retention_ms=str(900 * DAY_MS))
    desk.write(3, "retention: 90d")
    said, _ = desk.tocsin("kafka", "init")
    assert f"retention.ms={90 * DAY_MS}" in said
    assert f"{desk.topics['articles']}: as it should be" in said
    assert settings_of(broker, desk.topics["reports"])["retention.ms"] == str(90 * DAY_MS)
    assert settings_of(broker, desk.topics["articles"])["retention.ms"] == str(900 * DAY_MS)


def test_wrong_numbers_of_partitions_are_refused_together_and_nothing_is_made(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path)
    desk.topics["reports"] = broker.topic("reports", partitions=2)
    desk.topics["articles"] = broker.topic("articles", partitions=2)
    desk.write(3)
    _, why = desk.tocsin("kafka", "init", code=1)
    first, second = why.splitlines()
    assert first.startswith(f"the topic {desk.topics['articles']} has 2 partitions, the config says 3; set kafka.part")
    assert f"--alter --topic {desk.topics['articles']} --partitions 3" in first
    assert second.startswith(f"the topic {desk.topics['reports']} has 2 partitions and must have 1, whose order is")
    admin = broker.admin()
    assert desk.topics["alerts"] not in admin.list_topics()
    admin.close()


def test_without_broker_or_section_it_says_so(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path)
    desk.path.write_text(desk.path.read_text().replace(broker.servers, "127.0.0.1:9"))
    _, why = desk.tocsin("kafka", "init", "--wait", "0.3", code=1)
    assert why == "Kafka at 127.0.0.1:9: nothing listens there; start it, or check kafka.servers\n"
    desk.path.write_text(desk.path.read_text().partition("kafka:")[0])
    _, why = desk.tocsin("kafka", "init", code=2)
    assert "has no kafka section" in why


def test_what_is_kept_forever_is_longer_than_anything() -> None:
    journal = Topic(kind="reports", name="r", partitions=1, settings={"retention.ms": "1000"}, exact=True)
    for kept, change in (("-1", False), ("1000", False), ("2000", False), ("999", True)):
        todo = plan([journal], {"r": Found(partitions=1, settings={"retention.ms": kept})})
        assert bool(todo.change) is change, kept
