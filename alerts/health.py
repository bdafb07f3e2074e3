"""Is the daemon well, and what are its figures? The pages ``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector

from alerts import outbox
from alerts.facts import Facts, gather
from alerts.serving import Page
from streams.engines.store import open_reader
from streams.times import epoch

if TYPE_CHECKING:
    from alerts.daemon import Daemon

#: Seconds without a turn of the journal's thread after which the daemon is not well.
STUCK_AFTER = 120.0
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The pages of one daemon."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._registry = CollectorRegistry()
        self._registry.register(cast(Any, self))
        ProcessCollector(registry=self._registry)

    @property
    def pages(self) -> dict[str, Page]:
        """Path → page."""
        return {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}

    def _healthz(self) -> tuple[int, str, bytes]:
        still = time.monotonic() - self._daemon.turned_at
        return _json({"alive": still < STUCK_AFTER, "seconds_since_turn": round(still, 1)}, well=still < STUCK_AFTER)

    def _readyz(self) -> tuple[int, str, bytes]:
        trouble = self._daemon.trouble
        why = [] if self._daemon.ready else ["starting or stopping"]
        why += [f"the store cannot be written: {trouble}"] if trouble else []
        return _json({"ready": not why, "why": why}, well=not why)

    def _metrics(self) -> tuple[int, str, bytes]:
        return 200, _TEXT, generate_latest(self._registry)

    def collect(self) -> Iterator[Any]:
        """The figures as Prometheus has them; those of the store are left out while it cannot be read."""
        daemon = self._daemon
        yield _info()
        yield _gauge("tocsin_ready", "1 while news is taken in and decided", [((), daemon.ready)])
        yield _gauge("tocsin_store_trouble", "1 while the store cannot be written", [((), daemon.trouble is not None)])
        if daemon.server is not None:
            answers = [((str(status),), count) for status, count in sorted(daemon.server.answered.items())]
            yield _counter("tocsin_pushes", "Pushes by the status they got", answers, "status")
        try:
            with closing(open_reader(daemon.monitor.store.path)) as db:
                facts = gather(db, daemon.monitor.store.path)
        except sqlite3.Error:
            return
        yield from _of_store(facts, daemon.clock())


def _of_store(facts: Facts, now: float) -> Iterator[Any]:
    lag = max(0.0, now - facts.waiting_since) if facts.waiting_since is not None else 0.0
    yield _gauge("tocsin_articles_waiting", "Articles that wait to be read", [((), facts.waiting)])
    yield _gauge("tocsin_lag_seconds", "Age of the oldest of them", [((), lag)])
    yield _counter("tocsin_journal_entries", "Entries of the journal", [((), facts.position)])
    yield _gauge("tocsin_store_bytes", "Size of the store", [((), facts.store_bytes)])
    yield _gauge("tocsin_disk_free_bytes", "Room left on the store's disk", [((), facts.disk_free)])
    yield _gauge("tocsin_alerts", "Alerts in the store by kind", [((k,), n) for k, n in facts.alerts.items()], "kind")
    sources = facts.sources
    yield _counter("tocsin_articles", "New or changed articles", [((s.source,), s.articles) for s in sources], "source")
    well = [((s.source,), s.outcome == "ok") for s in sources]
    yield _gauge("tocsin_source_ok", "1 when the last poll or push was good", well, "source")
    for name, field in (("heard", "heard_at"), ("fresh", "fresh_at")):
        times = [((s.source,), getattr(s, field)) for s in sources if getattr(s, field) is not None]
        what = "Last good poll or push" if name == "heard" else "Last new article"
        yield _gauge(f"tocsin_source_{name}_timestamp_seconds", what, times, "source")
    yield from _of_destinations(facts.destinations, now)


def _of_destinations(found: dict[str, outbox.Health], now: float) -> Iterator[Any]:
    states = ("waiting", "parked", "dead", "delivered", "superseded")
    counts = [((name, state), getattr(health, state)) for name, health in found.items() for state in states]
    yield _gauge("tocsin_notifications", "Notifications in the store by state", counts, "destination", "state")
    well = [((name,), health.state == "up") for name, health in found.items()]
    yield _gauge("tocsin_destination_ok", "1 unless the destination fails or refuses", well, "destination")
    waits = [((name,), now - (epoch(health.waiting_since) or now)) for name, health in found.items()]
    yield _gauge("tocsin_destination_lag_seconds", "Age of the oldest message that waits", waits, "destination")


def _info() -> Any:
    return _gauge("tocsin_info", "The version", [((version("tocsin"),), 1)], "version")


def _gauge(name: str, what: str, rows: Sequence[tuple[tuple[str, ...], float]], *labels: str) -> Any:
    family = GaugeMetricFamily(name, what, labels=labels)
    for values, number in rows:
        family.add_metric(values, float(number))
    return family


def _counter(name: str, what: str, rows: Sequence[tuple[tuple[str, ...], float]], *labels: str) -> Any:
    family = CounterMetricFamily(name, what, labels=labels)
    for values, number in rows:
        family.add_metric(values, float(number))
    return family


def _json(body: dict[str, Any], *, well: bool) -> tuple[int, str, bytes]:
    return 200 if well else 503, "application/json", msgspec.json.encode(body) + b"\n"
