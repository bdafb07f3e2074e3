"""``tocsin status`` on Kafka: how much waits, also while the brokers are away."""

from __future__ import annotations

import json
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from alerts.brokers import classify_group
from alerts.config import load
from alerts.lag import gather

from .broker import Broker
from .desk import Desk

LINES = "".join(json.dumps({"id": f"a{n}", "body": "A bomb killed five."}) + "\n" for n in range(50))


def test_what_waits_is_what_the_group_has_not_committed(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path, partitions=2)
    kafka = load(desk.path, {}).kafka
    assert kafka is not None
    assert "no topic" in gather(kafka)["articles"]["trouble"]
    desk.tocsin("kafka", "init")
    desk.tocsin("kafka", "produce", "-", text=LINES)
    known = {"topic": desk.topics["articles"], "partitions": 2, "records": 50}
    assert gather(kafka)["articles"] == {**known, "group": f"{desk.topics['articles']}-classify", "waiting": 50}
    assert gather(kafka)["dead_letters"] == {"topic": desk.topics["dead_letters"], "records": 0}
    consumer = KafkaConsumer(bootstrap_servers=broker.servers, group_id=classify_group(kafka), enable_auto_commit=False)
    place = TopicPartition(desk.topics["articles"], 0)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(7, "", -1)})
    consumer.close()
    assert gather(kafka)["articles"]["waiting"] == 43


def test_status_shows_the_store_while_the_brokers_are_away(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path)
    history = tmp_path / "few.jsonl"
    history.write_text('{"id": "a", "body": "Nothing happened.", "published": "2026-03-02T09:00:00Z"}\n')
    desk.tocsin("replay", history, "--store", tmp_path / "tocsin.db", "--alerts", tmp_path / "out.jsonl")
    desk.path.write_text(desk.path.read_text().replace(broker.servers, "127.0.0.1:9"))
    assert status(desk) == {"trouble": "Kafka at 127.0.0.1:9: nothing listens there; start it, or check kafka.servers"}


def status(desk: Desk) -> dict[str, dict[str, object]]:
    out, _ = desk.tocsin("status", "--format", "json")
    found = json.loads(out)
    assert found["journal_entries"] >= 1
    kafka: dict[str, dict[str, object]] = found["kafka"]
    return kafka
