"""Kafka: processor time an article of a classifying worker against the embedded engine's, and recovery by state size.

python -m benchmarks.kafka SERVERS        (HOST:PORT of a broker that may be filled with topics)

The worker is the one that users run, as a process of its own, over topics of the same articles: one a record, and 50.
Its processor time is that of the process and its children between the first report and the last. The embedded engine
reads the same articles from its store and folds them without rules. A desk's recovery is a start on a store that holds
so many entries, up to where it knows the state again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from msgspec.structs import replace

from alerts import replay
from alerts.config import load
from alerts.monitor import Monitor
from benchmarks.common import ROOT, header
from benchmarks.synthetic import Shape, history
from streams.article import Article
from streams.sources import ReadOptions, read_feed
from streams.sources.topic_records import FORM, OWN, key_of, value_of

ARTICLES, BATCH = 20_000, 50
KINDS = ("articles", "reports", "alerts", "delivered", "snapshots", "dead_letters")


def articles(count: int) -> list[Article]:
    """The example's history over and over, each time as other articles."""
    read = read_feed(str(ROOT / "examples" / "history.jsonl"), ReadOptions(feed="bench"))
    found = [item for item in read if isinstance(item, Article) and item.published]
    return [
        replace(item, id=f"{n}-{item.id}", received=item.published)
        for n in range(-(-count // len(found)))
        for item in found
    ][:count]


def embedded_seconds(some: list[Article], folder: Path) -> float:
    """Processor seconds of the embedded engine, in one process, for each article."""
    path = folder / "embedded.yml"
    path.write_text("rules: [{id: none, when: attack.*, severity: {info: 1000}}]\n", encoding="utf-8")
    with Monitor(load(path, os.environ), None, deliver=False, workers=0) as monitor:
        replay.stage(monitor.store, [some], "bench")
        began = time.process_time()
        monitor.engine.replay()
        return (time.process_time() - began) / len(some)


def worker_seconds(servers: str, some: list[Article], batch: int, folder: Path) -> tuple[float, float]:
    """(processor, wall) seconds of a worker for each article, from its 6,000th report to the last."""
    names = {kind: f"bench-{time.time_ns()}-{kind.replace('_', '-')}" for kind in KINDS}
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in names.values()})
    admin.close()
    producer = KafkaProducer(bootstrap_servers=servers, linger_ms=20)
    for n in range(0, len(some), batch):
        piece = some[n : n + batch]
        key = key_of(piece[0].feed, piece[0].id)
        producer.send(names["articles"], key=key, value=value_of(piece), headers=[(FORM, OWN)])
    producer.flush()
    config = folder / f"{batch}.yml"
    text = {"kafka": {"servers": [servers], "topics": names}, "rules": [{"id": "a", "when": "attack.*"}]}
    config.write_text(json.dumps(text), encoding="utf-8")
    command = [sys.executable, "-m", "alerts.cli", "run", "-c", str(config), "--engine", "kafka", "--roles", "classify"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        first, used, began = _reached(servers, names["reports"], 6000, process.pid)
        last, used_then, ended = _reached(servers, names["reports"], len(some), process.pid)
        return (used_then - used) / (last - first), (ended - began) / (last - first)
    finally:
        process.terminate()
        process.wait(30)


def _reached(servers: str, topic: str, count: int, pid: int) -> tuple[int, float, float]:
    """Waits for so many reports; (how many there are, the worker's processor seconds, the time)."""
    consumer, place = KafkaConsumer(bootstrap_servers=servers), TopicPartition(topic, 0)
    try:
        while (end := consumer.end_offsets([place])[place]) < count:
            time.sleep(0.05)
        return end, _processor(pid), time.monotonic()
    finally:
        consumer.close()


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[n]) for n in (11, 12)) / os.sysconf("SC_CLK_TCK")


def recovery(days: int, folder: Path) -> tuple[int, float, float]:
    """(entries, megabytes of state, seconds to open the store and know the state again)."""
    path = folder / f"{days}.yml"
    path.write_text("rules: [{id: a, when: attack.*, severity: {info: 1}}]\n", encoding="utf-8")
    config, store = load(path, os.environ), folder / f"{days}.db"
    with Monitor(config, store, deliver=False, workers=0) as monitor:
        monitor.adopt_config(0)
        for told in history(Shape(days=days, noise=100)):
            monitor.folding.append(told.record.entry, told.record.received)
            monitor.folding.commit_if_old()
        monitor.folding.commit()
        size = monitor.store.writer.execute("SELECT sum(length(value)) FROM state").fetchone()[0] / 1e6
        entries = monitor.folding.position
    began = time.perf_counter()
    with Monitor(config, store, deliver=False, workers=0) as monitor:
        monitor.folding.fold.needed(monitor.folding.state)
        return entries, size, time.perf_counter() - began


def main(servers: str) -> None:
    header("Kafka")
    some = articles(ARTICLES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = embedded_seconds(some[:6000], folder)
        print(f"  embedded            {base * 1e6:6.0f} µs of processor an article")
        for batch in (1, BATCH):
            used, wall = worker_seconds(servers, some, batch, folder)
            print(
                f"  worker, {batch:2} a record  {used * 1e6:6.0f} µs, {used / base:.2f} of embedded; {1 / wall:.0f}/s"
            )
        for days in (30, 120):
            entries, size, seconds = recovery(days, folder)
            print(f"  recovery            {seconds:.2f} s with {size:.1f} MB of state after {entries:,} entries")


if __name__ == "__main__":
    main(sys.argv[1])
