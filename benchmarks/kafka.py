"""Kafka: processor time an article of a classifying worker against the embedded engine's, and how fast a desk is back.

python -m benchmarks.kafka [SERVERS]      (HOST:PORT of a broker that may be filled with topics; without it the broker
                                           of the tests is started, which takes Java and Maven)

The workers are those that users run, as processes of their own, over topics of the same articles: one a record, and 50.
Their processor time is that of the processes and their children from the first report after the careful start to the
last. The embedded engine reads the same articles, from their stored bytes to the bytes of their reports, in a process
of its own just before and just after; its time is the mean. What a worker adds is Faust, the topics and the envelope.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from alerts import rebuild
from alerts.config import load
from alerts.monitor import Monitor
from benchmarks.common import ROOT, header
from benchmarks.newsroom import Newsroom
from benchmarks.newsroom import articles as newsroom
from benchmarks.synthetic import Shape, history
from streams.article import Article
from streams.classify import classify
from streams.engines.copying import Copy
from streams.engines.pool import read_article
from streams.sources.topic_records import FORM, OWN, key_of, value_of

#: Articles of a partition, those before which nothing is measured (a worker reads its first ones with care), and batch.
ARTICLES, BEFORE, BATCH = 10_000, 5_000, 50
KINDS = ("articles", "reports", "alerts", "delivered", "snapshots", "dead_letters")
RULES = "rules: [{id: a, when: attack.*, severity: {info: 1}}]\n"


def embedded_seconds(some: list[bytes]) -> float:
    """Processor seconds of the embedded engine's reading, for each article."""
    began = time.process_time()
    for data in some:
        read_article(classify, data)
    return (time.process_time() - began) / len(some)


class Topics:
    """Topics with articles in them, one list a partition, and a config that names them."""

    def __init__(self, servers: str, parts: list[list[Article]], batch: int, folder: Path) -> None:
        self.servers, self.folder = servers, folder
        self.names = {kind: f"bench-{time.time_ns()}-{kind.replace('_', '-')}" for kind in KINDS}
        self.count = sum(map(len, parts))
        admin = KafkaAdminClient(bootstrap_servers=servers)
        one = {"replication_factor": 1, "num_partitions": 1}
        admin.create_topics({name: one for name in self.names.values() if name != self.names["articles"]})
        admin.create_topics({self.names["articles"]: {**one, "num_partitions": len(parts)}}, wait_for_metadata=True)
        admin.close()
        producer = KafkaProducer(bootstrap_servers=servers, linger_ms=20)
        for partition, some in enumerate(parts):
            for n in range(0, len(some), batch):
                piece = some[n : n + batch]
                key, value = key_of(piece[0].feed, piece[0].id), value_of(piece)
                producer.send(self.names["articles"], value, key=key, partition=partition, headers=[(FORM, OWN)])
        producer.flush()
        producer.close()
        self.config = folder / f"{time.time_ns()}.yml"
        text = {"kafka": {"servers": [servers], "topics": self.names, "group": self.names["alerts"]}}
        self.config.write_text(
            json.dumps({**text, "rules": [{"id": "a", "when": "attack.*", "severity": {"info": 1}}]}), encoding="utf-8"
        )

    def run(self, workers: int) -> tuple[float, float]:
        """(processor, wall) seconds for each article after those with which workers begin."""
        command = [sys.executable, "-m", "alerts.cli", "run", "--engine", "kafka", "--roles", "classify"]
        running = [
            subprocess.Popen([*command, "-c", str(self.config)], cwd=ROOT, stderr=subprocess.DEVNULL)
            for _ in range(workers)
        ]
        try:
            pids = [process.pid for process in running]
            first, used, began = self._reached(BEFORE * workers, pids)
            last, used_then, ended = self._reached(self.count, pids)
            return (used_then - used) / (last - first), (ended - began) / (last - first)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(30)

    def _reached(self, count: int, pids: list[int]) -> tuple[int, float, float]:
        """Waits for so many reports: how many there are, the workers' processor seconds, and the time."""
        consumer, place = KafkaConsumer(bootstrap_servers=self.servers), TopicPartition(self.names["reports"], 0)
        try:
            give_up = time.monotonic() + 120
            while (end := consumer.end_offsets([place])[place]) < count:
                if time.monotonic() > give_up:
                    sys.exit(f"only {end} of {count} reports after two minutes")
                time.sleep(0.05)
            return end, sum(map(_processor, pids)), time.monotonic()
        finally:
            consumer.close()


def _processor(pid: int) -> float:
    """Processor seconds of a process and all below it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(int(fields[n]) for n in (11, 12)) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(_processor(int(child)) for child in children)


def recovery(servers: str, days: int, folder: Path) -> str:
    """How long a desk takes to know its state again: from its store, and from a snapshot in a topic."""
    topics = Topics(servers, [[]], 1, folder)
    path, store = folder / f"{days}.yml", folder / f"{days}.db"
    path.write_text(RULES, encoding="utf-8")
    config, kafka = load(path, os.environ), load(topics.config, os.environ).kafka
    assert kafka is not None
    with Monitor(config, store, deliver=False, workers=0) as monitor:
        monitor.adopt_config(0)
        for told in history(Shape(days=days, noise=100)):
            monitor.folding.append(told.record.entry, told.record.received)
            monitor.folding.commit_if_old()
        monitor.folding.commit()
        size = monitor.store.writer.execute("SELECT sum(length(value)) FROM state").fetchone()[0] / 1e6
        entries = monitor.folding.position
        copy = Copy(monitor.store.path, monitor.folding.fold.needed(monitor.folding.state))
    again = _opened(config, store)
    producer = KafkaProducer(bootstrap_servers=servers)
    rebuild.publish(copy, producer, kafka)
    producer.close()
    copy.close()
    began, other = time.perf_counter(), folder / f"{days}-rebuilt.db"
    rebuild.restore(other, kafka)
    restored = time.perf_counter() - began
    return (
        f"{entries:,} entries, {size:.1f} MB of state: {again:.2f} s from its store; from a snapshot"
        f" {restored + _opened(config, other):.2f} s, and the journal after it at the rate of decide"
    )


def _opened(config: Any, store: Path) -> float:
    """Seconds until a store's state is known."""
    began = time.perf_counter()
    with Monitor(config, store, deliver=False, workers=0) as monitor:
        monitor.folding.fold.needed(monitor.folding.state)
        return time.perf_counter() - began


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """The address of the one given, or of the tests' own."""
    if len(sys.argv) > 1:
        yield sys.argv[1]
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from kafka_engine import jars
    from kafka_engine.broker import Broker

    own = Broker(folder, jars.fetch())
    own.start()
    try:
        yield own.servers
    finally:
        own.stop()


def main() -> None:
    header("Kafka")
    some = list(islice(newsroom(Newsroom(days=2 * ARTICLES // 1000)), 2 * ARTICLES))
    parts = [some[:ARTICLES], some[ARTICLES:]]
    stored = [msgspec.json.encode(one) for one in parts[0][BEFORE:]]
    with tempfile.TemporaryDirectory() as name, broker(Path(name)) as servers:
        folder = Path(name)
        embedded_seconds(stored[:1000])
        for batch in (1, BATCH):
            before = embedded_seconds(stored)
            used, wall = Topics(servers, parts[:1], batch, folder).run(1)
            base = (before + embedded_seconds(stored)) / 2
            print(f"  embedded            {base * 1e6:6.0f} µs of processor an article")
            print(
                f"  worker, {batch:2} a record  {used * 1e6:6.0f} µs, {used / base:.2f} of embedded; {1 / wall:,.0f}/s"
            )
            _, wall = Topics(servers, parts, batch, folder).run(2)
            print(f"  two workers         {1 / wall:,.0f}/s")
        for days in (30, 90):
            print(f"  a desk is back      {recovery(servers, days, folder)}")


if __name__ == "__main__":
    main()
