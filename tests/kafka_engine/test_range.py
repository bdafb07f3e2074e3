"""A span of a topic by time: exactly what lies in it, in one order, and then it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kafka import KafkaProducer

from streams.article import Article
from streams.sources import FeedError, ReadOptions
from streams.sources.topic import read_topic
from streams.sources.topic_records import FORM, OWN

from .broker import Broker
from .desk import ROOT, Desk

HISTORY = ROOT / "examples" / "history.jsonl"


def options(feed: str) -> ReadOptions:
    return ReadOptions(feed=feed or "topic")


def put(broker: Broker, topic: str, records: list[tuple[int, int]]) -> None:
    """Records of (partition, milliseconds), each named by its place in the list."""
    producer = KafkaProducer(bootstrap_servers=broker.servers)
    for n, (partition, moment) in enumerate(records):
        value = json.dumps({"id": f"a{n}", "title": "Bomb kills five", "body": "A bomb killed five."}).encode()
        producer.send(topic, value, partition=partition, timestamp_ms=moment)
    producer.flush(20)
    producer.close()


def names(broker: Broker, topic: str, since: float | None, until: float | None) -> list[str]:
    found = read_topic({"bootstrap_servers": broker.servers}, topic, options, since=since, until=until)
    return [item.id if isinstance(item, Article) else item.where for item in found]


def test_ends_are_exact_in_unordered_time_and_empty_partitions(broker: Broker) -> None:
    topic = broker.topic(partitions=4)
    # partition 1 runs backwards, 2 is empty, 3 has only what is too early
    times = [(0, 999), (0, 1000), (0, 5000), (0, 1999), (0, 2000), (1, 9000), (1, 1500), (1, 1000), (1, 500), (3, 10)]
    put(broker, topic, times)
    everything = names(broker, topic, None, None)
    assert sorted(everything) == sorted(f"a{n}" for n in range(len(times)))
    assert everything == names(broker, topic, None, None)
    assert sorted(names(broker, topic, 1, 2)) == ["a1", "a3", "a6", "a7"]
    assert names(broker, topic, 1.999, 2) == ["a3"]
    assert names(broker, topic, 9, None) == ["a5"]
    assert names(broker, topic, None, 0.011) == ["a9"]
    assert names(broker, topic, 2, 1) == []
    assert names(broker, topic, 100, None) == []
    assert names(broker, broker.topic(partitions=2), 0, 10) == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30).map(lambda n: n * 100)), max_size=40),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_any_topic_gives_just_what_lies_between(
    broker: Broker, records: list[tuple[int, int]], since: int, until: int
) -> None:
    topic = broker.topic(partitions=3)
    put(broker, topic, records)
    found = names(broker, topic, since, until)
    assert sorted(found) == sorted(f"a{n}" for n, (_, ms) in enumerate(records) if since * 1000 <= ms < until * 1000)
    # in each partition the order of its offsets stands
    for partition in range(3):
        own = [name for name in found if records[int(name[1:])][0] == partition]
        assert own == sorted(own, key=lambda name: int(name[1:]))


def test_reading_ends_where_the_topic_ended_when_it_began(broker: Broker) -> None:
    topic = broker.topic()
    put(broker, topic, [(0, 1000)] * 3)
    found = read_topic({"bootstrap_servers": broker.servers}, topic, options)
    first = next(found)
    assert isinstance(first, Article)
    put(broker, topic, [(0, 1000)] * 3)
    assert len(list(found)) == 2


def test_what_is_no_article_is_named_by_its_place(broker: Broker) -> None:
    topic = broker.topic()
    producer = KafkaProducer(bootstrap_servers=broker.servers)
    for value, headers in [(b"\xff\x00", []), (b"{}", [(FORM, OWN)]), (None, []), (b'{"id": "x"}', [])]:
        producer.send(topic, value, key=b"k", headers=headers).get(10)
    producer.close()
    assert names(broker, topic, None, None) == [
        f"kafka:{topic}[0]@0#1:1",
        f"kafka:{topic}[0]@1",
        f"kafka:{topic}[0]@2",
        f"kafka:{topic}[0]@3#1:1",
    ]


def test_a_topic_that_is_not_there_names_those_that_are(broker: Broker) -> None:
    there = broker.topic("present")
    with pytest.raises(FeedError, match=f"kafka:absent: no such topic; there are .*{there}"):
        names(broker, "absent", None, None)


@pytest.mark.parametrize("batch", [1, 7])
def test_published_history_replays_to_the_bytes_of_the_files(broker: Broker, tmp_path: Path, batch: int) -> None:
    desk = Desk(broker, tmp_path, partitions=3)
    desk.tocsin("kafka", "init")
    said, _ = desk.tocsin("kafka", "produce", HISTORY, "--as-published", "--batch", str(batch))
    count = len(HISTORY.read_bytes().splitlines())
    assert said == f"{count} articles published to {desk.topics['articles']}\n"
    outs = [tmp_path / "topic.jsonl", tmp_path / "file.jsonl", tmp_path / "again.jsonl"]
    between = ("--from", "2026-03-01T00:00:00Z", "--to", "2026-03-20T00:00:00Z", "--workers", "0")
    desk.tocsin("replay", f"kafka:{desk.topics['articles']}", "--alerts", outs[0], *between)
    desk.tocsin("replay", HISTORY, "--alerts", outs[1], *between)
    assert outs[0].read_bytes() == outs[1].read_bytes() != b""
    if batch > 1:
        # published once more, as after a run that broke off: the same is told, under ids of the longer journal
        desk.tocsin("kafka", "produce", HISTORY, "--as-published", "--batch", str(batch))
        desk.tocsin("replay", f"kafka:{desk.topics['articles']}", "--alerts", outs[2], *between)
        assert told(outs[2]) == told(outs[1])


def told(path: Path) -> list[dict[str, object]]:
    """The alerts of a file without the ids, which a journal's positions go into."""
    alerts = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [{name: value for name, value in alert.items() if name not in ("id", "root")} for alert in alerts]


def test_classify_reads_a_span_and_stops(broker: Broker, tmp_path: Path) -> None:
    desk = Desk(broker, tmp_path)
    desk.tocsin("kafka", "init")
    desk.tocsin("kafka", "produce", HISTORY, "--as-published")
    lines = [json.loads(line) for line in HISTORY.read_bytes().splitlines()]
    wanted = {line["id"] for line in lines if "2026-03-05" <= (line.get("published") or "") < "2026-03-08"}
    topic = f"kafka:{desk.topics['articles']}"
    out, _ = desk.tocsin("classify", topic, "--from", "2026-03-05", "--to", "2026-03-08", "--format", "jsonl")
    assert {json.loads(line)["id"] for line in out.splitlines()} == wanted != set()
    _, why = desk.tocsin("classify", topic, "--from", "yesterday", code=2)
    assert "--from: 'yesterday' is no ISO 8601 time" in why
