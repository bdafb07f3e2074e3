"""Minutes at a hundred articles a second, each alerting: quick to the last, and no larger than what it remembers.

One run is in real time, for ten minutes. In the other the daemon's clock is so fast that two months pass: what it
remembers for a month, and keeps for days, has to come and go within the run. SOAK_SECONDS makes the first shorter.
"""

from __future__ import annotations

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from alerts.clock import Clock
from benchmarks.common import fsync_ms, percentile
from benchmarks.latency import filler, towns
from daemon.running import AUTHORIZED, Site, address, config_text, running, until

RATE = 100
SECONDS = int(os.environ.get("SOAK_SECONDS", "600"))
#: The run in which two months pass.
FAST_RATE, FAST_SECONDS, DAYS = 25, 150, 60
MB = 1024 * 1024
#: Connections that push, all open from the start.
CLIENTS = 16


class Fast(Clock):
    """A wall clock on which a run takes two months."""

    def __init__(self) -> None:
        self._wall, self._begin = time.time(), time.monotonic()

    def wall(self) -> float:
        return self._wall + (time.monotonic() - self._begin) * DAYS * 86400 / FAST_SECONDS


def article(n: int, town: str, now: float) -> str:
    """News of an attack of its own."""
    moment = datetime.fromtimestamp(now, UTC)
    name = town.partition(",")[0]
    body = f"Gunmen ambushed an army patrol in {name} on {moment:%A}, killing {3 + n % 40} soldiers, police said."
    body += f" The paper {filler(n)}."
    return json.dumps({"id": f"n{n}", "body": body, "published": moment.isoformat(), "source": f"Paper {n}"})


def memory() -> float:
    """Megabytes of this process and its workers."""
    page, total, mine = os.sysconf("SC_PAGE_SIZE"), 0, {os.getpid()}
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = (int(fields[1]), int(fields[21]))
    for _ in range(4):
        mine |= {pid for pid, (parent, _) in parents.items() if parent in mine}
    total = sum(pages for pid, (_, pages) in parents.items() if pid in mine)
    return total * page / MB


class Gauges:
    """Memory, file handles and the store's size, once a second."""

    def __init__(self, store: Path) -> None:
        self.rows: list[tuple[float, int, float]] = []
        self._store, self._stop = store, threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while not self._stop.wait(1):
            size = sum(path.stat().st_size for path in self._store.parent.glob(f"{self._store.name}*"))
            self.rows.append((memory(), len(os.listdir("/proc/self/fd")), size / MB))

    def stop(self) -> list[list[float]]:
        """The most of each in each quarter of the run."""
        self._stop.set()
        size = len(self.rows) // 4
        quarters = (self.rows[n * size : (n + 1) * size] for n in range(4))
        return [[float(max(column)) for column in zip(*quarter, strict=True)] for quarter in quarters]


@dataclass
class Run:
    """What came of a run: milliseconds from pushed to told, answers, and the gauges by quarter."""

    took: list[float]
    answers: list[int]
    sent: int
    quarters: list[list[float]]


def soak(site: Site, folder: Path, clock: Clock, rate: int, seconds: int) -> Run:
    """Push at a rate, whether or not earlier pushes were answered, and wait for the last to be told."""
    config = folder / "tocsin.yml"
    rule = '- {id: each, when: "attack.*", by: [source, place], over: 1h, severity: {warning: 1}}'
    text = config_text(folder, site, retention="5d", revise_for="2d")
    begin, end = text.index("  - {id: deadly"), text.index("update_every")
    config.write_text(text[:begin] + f"  {rule}\n" + text[end:], encoding="utf-8")
    names, local = towns(), threading.local()
    site.keeps = False
    sent: dict[str, float] = {}
    answers: list[int] = []
    with running(config, clock=clock, workers=2) as daemon:
        url = address(daemon)

        def push(n: int) -> None:
            body = article(n, names[n % len(names)], clock.wall())
            sent[f"n{n}"] = time.perf_counter()
            answers.append(local.session.post(url, data=body.encode(), headers=AUTHORIZED, timeout=60).status_code)

        def connect(_: int) -> None:
            all_there.wait()
            local.session = requests.Session()
            local.session.get(address(daemon, "/healthz"), timeout=30)

        all_there = threading.Barrier(CLIENTS)
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(connect, range(CLIENTS)))
            gauges, start = Gauges(folder / "d.db"), time.perf_counter()
            for n in range(rate * seconds):
                time.sleep(max(0.0, start + n / rate - time.perf_counter()))
                pool.submit(push, n)
        until(lambda: daemon.gate.waiting == 0)
        time.sleep(2)
        quarters = gauges.stop()
    took = [(site.at[id_] - begun) * 1000 for id_, begun in sent.items() if id_ in site.at]
    return Run(took, answers, len(sent), quarters)


@pytest.mark.long
@pytest.mark.timeout(SECONDS * 2 + 120)
def test_soak_is_quick_to_the_last(site: Site, tmp_path: Path) -> None:
    run = soak(site, tmp_path, Clock(), RATE, SECONDS)
    p50, p99 = percentile(run.took, 0.5), percentile(run.took, 0.99)
    grown = (run.quarters[3][0] - run.quarters[0][0]) * 1024 / (run.sent * 0.75)
    print(f"\n  pushed → webhook: p50 {p50:.0f} ms, p99 {p99:.0f} ms over {len(run.took)} of {run.sent}")
    print(f"  one fsync {fsync_ms(tmp_path):.1f} ms; memory MB, handles, store MB by quarter: {run.quarters}")
    print(f"  memory grew by {grown:.1f} kB an article")
    assert run.answers == [202] * run.sent
    assert len(run.took) >= min(5000, run.sent // 2)
    assert (p50 <= 50, p99 <= 250) == (True, True), f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    assert run.quarters[3][1] <= run.quarters[1][1] + 3, "file handles grew"
    assert grown < 20, f"memory grew by {grown:.1f} kB an article, more than remembering it takes"


@pytest.mark.long
@pytest.mark.timeout(FAST_SECONDS * 3 + 120)
def test_two_months_leave_it_no_larger_than_one(site: Site, tmp_path: Path) -> None:
    run = soak(site, tmp_path, Fast(), FAST_RATE, FAST_SECONDS)
    print(f"\n  memory MB, handles, store MB by quarter: {run.quarters}")
    assert run.answers == [202] * run.sent
    for what, before, after, slack in zip(
        ("memory", "handles", "store"), run.quarters[2], run.quarters[3], (1.1, 1.1, 1.2), strict=True
    ):
        assert after <= before * slack + 2, f"{what} grew from {before:.0f} to {after:.0f}"
