"""tocsin on Kafka as processes: topics, a config, workers and desks, and what they must have come to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from msgspec.structs import replace

from alerts import replay
from alerts.config import load
from alerts.config.types import Config
from alerts.dumped import Dump
from alerts.following import Following
from alerts.monitor import Monitor
from alerts.roots import Tables
from conftest import ROOT
from streams import world
from streams.article import Article, Report, unread
from streams.engines.kafka import read_record, read_topic
from streams.journal import Reading, Tick
from streams.sources import ReadOptions, read_feed
from streams.state import State
from streams.tolls import toll, want_of

from .broker import PASSWORD, USER, Broker, new_name

HISTORY = ROOT / "examples" / "history.jsonl"
KINDS = ("articles", "reports", "alerts", "delivered", "snapshots", "dead_letters")
RULES = """
rules:
  - id: mass-casualty
    when: [attack.*, casualty.*]
    measure: killed
    by: [country]
    over: 24h
    severity: {warning: 3, critical: 8}
  - id: any-attack
    when: attack.*
    by: [country, place]
    over: 1h
    severity: {info: 1}
  - {id: pull-out, when: "force.*", measure: episodes, by: [country], trigger: first, severity: warning}
"""


def example() -> list[Article]:
    """The example's history as a live intake would have it: received when it was published."""
    found = [item for item in read_feed(str(HISTORY), ReadOptions(feed="example")) if isinstance(item, Article)]
    dated = [replace(item, received=item.received or item.published) for item in found]
    return sorted((item for item in dated if item.received), key=lambda item: item.received)  # type: ignore[arg-type,return-value]


class Scene:
    """One set of topics and a config. Use it as a context: its processes end with it."""

    def __init__(
        self, broker: Broker, folder: Path, partitions: int, *, session: int = 6, more: str = "", locked: bool = False
    ) -> None:
        """``more`` are further lines of the config, such as destinations; ``locked``: in by TLS and a password."""
        self.broker, self.folder = broker, folder
        self.names = {kind: new_name(kind.replace("_", "-")) for kind in KINDS}
        admin = broker.admin()
        topics = {n: {"num_partitions": 1, "replication_factor": 1} for n in self.names.values()}
        topics[self.names["articles"]] = {"num_partitions": partitions, "replication_factor": 1}
        admin.create_topics(topics, wait_for_metadata=True)
        admin.close()
        self.path = folder / "kafka.yml"
        topic_lines = ", ".join(f"{kind}: {name}" for kind, name in self.names.items())
        self.group = new_name("desk")
        self.path.write_text(
            f"kafka: {{servers: ['{broker.sasl_tls if locked else broker.servers}'], group: {self.group},"
            f" session: {session}s,{self._key() if locked else ''}"
            f" topics: {{{topic_lines}}}}}\n{RULES}\npublishers: {ROOT / 'examples' / 'publishers.yml'}\n{more}\n",
            encoding="utf-8",
        )
        self.processes: list[subprocess.Popen[bytes]] = []
        self._logs = 0

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _key(self) -> str:
        """What opens the door of the broker that has a lock."""
        tls = f"tls: {{ca: '{self.broker.folder / 'ca.pem'}'}}"
        return f" {tls}, sasl: {{mechanism: SCRAM-SHA-512, username: {USER}, password: '{PASSWORD}'}},"

    @property
    def config(self) -> Config:
        return load(self.path, os.environ)

    @property
    def command(self) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", "alerts.cli"]

    # --- processes ----------------------------------------------------------------------------------------------------

    def worker(self) -> subprocess.Popen[bytes]:
        """A classifying worker."""
        return self.start("run", "-c", str(self.path), "--engine", "kafka", "--roles", "classify")

    def faust(self) -> subprocess.Popen[bytes]:
        """A classifying worker by the command line of Faust."""
        command = [sys.executable, "-m", "faust", "-A", "alerts.worker", "worker", "--without-web"]
        return self._start(command, "faust", {**os.environ, "TOCSIN_CONFIG": str(self.path)})

    def desk(self, store: str = "desk.db", at: str = "2026-03-01T00:00:00+00:00") -> subprocess.Popen[bytes]:
        """A deciding process with a store of that name, on a clock that shows ``at``."""
        roles = ["--engine", "kafka", "--roles", "decide", "--clock-at", at]
        return self.start("run", "-c", str(self.path), "--store", str(self.folder / store), *roles)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        return self._start([*self.command, *command], command[-1][:8])

    def _start(self, command: list[str], name: str, environ: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        self._logs += 1
        with (self.folder / f"{self._logs}-{name}.log").open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd=ROOT, start_new_session=True, env=environ)
        self.processes.append(process)
        return process

    def stop(self, *processes: subprocess.Popen[bytes], within: float = 30) -> None:
        """SIGTERM; they must end well."""
        for process in processes:
            process.terminate()
        for process in processes:
            assert process.wait(within) in (0, -signal.SIGTERM), self.said()

    def said(self) -> str:
        """The ends of all logs, for a failure's message."""
        return "\n".join(f"--- {path.name}\n{path.read_text()[-1500:]}" for path in sorted(self.folder.glob("*.log")))

    # --- topics -------------------------------------------------------------------------------------------------------

    def produce(self, articles: Sequence[Article], *, batch: int = 1) -> int:
        """Write articles, one or several a record, each to the partition of its key. Gives how many records."""
        producer = KafkaProducer(bootstrap_servers=self.broker.servers, linger_ms=20)
        records = 0
        for n in range(0, len(articles), batch):
            some = articles[n : n + batch]
            key = f"{some[0].feed}\x1f{some[0].id}".encode()
            value = msgspec.json.encode(some if batch > 1 else some[0])
            producer.send(self.names["articles"], key=key, value=value, headers=[("form", b"article")])
            records += 1
        producer.flush()
        producer.close()
        return records

    def write(self, kind: str, *values: bytes | None, headers: list[tuple[str, bytes]] | None = None) -> None:
        """Write records as they are."""
        producer = KafkaProducer(bootstrap_servers=self.broker.servers)
        for value in values:
            producer.send(self.names[kind], value=value, headers=headers or []).get(10)
        producer.close()

    def read(self, kind: str) -> list[Any]:
        """All records of a topic."""
        return list(read_topic({"bootstrap_servers": self.broker.servers}, self.names[kind]))

    def end(self, kind: str) -> int:
        """How many records a topic has."""
        consumer = KafkaConsumer(bootstrap_servers=self.broker.servers)
        try:
            places = [TopicPartition(self.names[kind], n) for n in consumer.partitions_for_topic(self.names[kind])]
            return sum(consumer.end_offsets(places).values())
        finally:
            consumer.close()

    # --- what became of it --------------------------------------------------------------------------------------------

    def until(self, what: str, holds: Callable[[], bool], within: float = 60) -> float:
        """Wait until something holds. Gives how many seconds that took."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < within, f"not within {within} s: {what}\n{self.said()}"
            time.sleep(0.2)
        return time.monotonic() - began

    def decided(self, store: str = "desk.db") -> int:
        """The last position that a desk's store has."""
        rows = self.rows(store, "SELECT max(position) FROM journal")
        return rows[0][0] or 0 if rows else 0

    def reported(self) -> set[tuple[Any, ...]]:
        """The versions of articles that have a report."""
        entries = [
            read_record(record.offset, record.value, record.timestamp, "").entry for record in self.read("reports")
        ]
        return {version_of(entry.report) for entry in entries if isinstance(entry, Reading)}

    def settle(self, articles: Iterable[Article], store: str = "desk.db", within: float = 60) -> None:
        """Wait until every version of every article has a report and all of the journal is decided."""
        wanted = {version_of(unread(article)) for article in articles}
        self.until("every article has a report", lambda: wanted <= self.reported(), within)
        self.until("all is decided", lambda: self.decided(store) >= self.end("reports"), within)

    def rows(self, store: str, query: str) -> list[tuple[Any, ...]]:
        import sqlite3

        path = self.folder / store
        if not path.exists():
            return []
        db = sqlite3.connect(path, timeout=10)
        try:
            return [tuple(row) for row in db.execute(query)]
        except sqlite3.OperationalError:  # the tables are just being made
            return []
        finally:
            db.close()

    def alerts(self, store: str = "desk.db") -> list[bytes]:
        """The alerts that a desk decided, in order."""
        return [bytes(row[0]) for row in self.rows(store, "SELECT data FROM alerts ORDER BY position, rowid")]

    def folded(self) -> tuple[list[bytes], State]:
        """The alerts and the state that the dumped journal gives when it is folded again, in this process."""
        records = self.read("reports")
        with Following(self.config, None, deliver=False, workers=0) as again:
            Dump(lambda: records, self.group).fold(again, as_adopted=True)
            alerts = replay.told(again.store.writer)
            return alerts, _swept(again)


def version_of(report: Report) -> tuple[Any, ...]:
    """What tells the versions of an article apart."""
    return (report.feed, report.id, report.revision, report.updated, report.published, report.status, report.title)


def embedded(config: Config, articles: Sequence[Article]) -> State:
    """The state after the embedded engine replayed the articles."""
    with Monitor(config, None, deliver=False, workers=0) as monitor:
        replay.stage(monitor.store, [articles], "test")
        first = monitor.store.pending(limit=1)
        monitor.adopt_config(first[0][1])
        monitor.engine.replay()
        return _swept(monitor)


def _swept(monitor: Monitor) -> State:
    """The state a day later: what lies beyond the horizon goes once a day of the clock, whenever that was last."""
    clock = world.clock(monitor.folding.state).rows["clock"].now
    monitor.folding.append(Tick(), clock + 2 * 86400)
    return monitor.folding.state


def outcome(state: State) -> dict[str, Any]:
    """What a state knows of the world: incidents with their tolls, and windows."""
    wants = [want_of("killed"), want_of("wounded")]
    tolls = {
        id_: (happening.nature, [msgspec.to_builtins(toll(happening, want)) for want in wants])
        for id_, happening in world.happenings(state).sorted_items()
    }
    windows = {key: msgspec.to_builtins(row) for key, row in Tables(state).windows.sorted_items()}
    return {"happenings": tolls, "windows": windows}
