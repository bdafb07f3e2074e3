"""kill -9 of the daemon, at named points and at random, while news comes in: every alert gets where it should."""

from __future__ import annotations

import http.server
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from .oracle import Receiver, alerts_of, caught, check
from .points import POINTS
from .processes import die_at, die_within, tocsin

SEED = int(os.environ.get("KILL_SEED", "20260302"))
TOWNS = ("Gao in Mali", "Mosul, Iraq", "Aleppo, Syria", "Kirkuk, Iraq", "Kandahar, Afghanistan", "Maiduguri, Nigeria",
         "Goma in Congo", "Mogadishu, Somalia")  # fmt: skip
DESTINATIONS = ("desk", "archive", "slack")


class Wire:
    """A feed that news is put into. An item that is put in again is a correction of itself."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        wire = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                channel = f"<title>Harbour Post</title>{''.join(list(wire.items.values()))}"
                self.send_response(200)
                self.end_headers()
                self.wfile.write(f"<rss version='2.0'><channel>{channel}</channel></rss>".encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/feed"

    def tell(self, id_: str, town: str, dead: int) -> None:
        """Tell of an attack."""
        text = f"Gunmen attacked a village near {town}, killing {dead} people, police said"
        when = format_datetime(datetime.now(UTC))
        self.items[id_] = (
            f"<item><guid>{id_}</guid><title>{text}</title><description>{text}.</description>"
            f"<pubDate>{when}</pubDate></item>"
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.close()


def write_config(folder: Path, wire: Wire, receiver: Receiver) -> Path:
    path = folder / "run.yml"
    path.write_text(
        f"""
store: {folder}/run.db
sources:
  - {{id: post, feed: "{wire.url}", every: 1s, allow_private: true}}
rules:
  - id: deadly
    when: ["attack.*", "casualty.*"]
    measure: killed
    by: [country, place]
    severity: {{info: 1, warning: 5, critical: 20}}
update_every: 1s
destinations:
  desk: {{webhook: "{receiver.url}/desk", allow_private: true}}
  archive: {{webhook: "{receiver.url}/archive", allow_private: true}}
  slack: {{slack_webhook: "{receiver.url}/slack", allow_private: true}}
""",
        encoding="utf-8",
    )
    return path


def in_journal(store: Path) -> set[str]:
    db = sqlite3.connect(store)
    found = {row[0] for row in db.execute("SELECT json_extract(data, '$.id') FROM articles WHERE position NOT NULL")}
    db.close()
    return found


def waiting(store: Path) -> int:
    db = sqlite3.connect(store)
    found: int = db.execute("SELECT count(*) FROM notifications WHERE state IN ('planned', 'sending')").fetchone()[0]
    db.close()
    return found


def handles_sigterm(pid: int) -> bool:
    """Whether the process has got so far as to end in good order when it is told to."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    caught_signals = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught_signals >> (signal.SIGTERM - 1) & 1)


def kill_the_daemon(folder: Path, wire: Wire, kills: int, seed: int) -> int:
    """Put news in, kill the daemon, again and again; then let it finish. Gives how many kills there were."""
    chance, receiver = random.Random(seed), Receiver(0.01, refuse=0.1, seed=seed)
    config, store = write_config(folder, wire, receiver), folder / "run.db"
    command = ["run", "-c", str(config), "--workers", "0"]
    gaps: Counter[tuple[str, str]] = Counter()
    points = [*POINTS, "random"] * (1 + kills // (len(POINTS) + 1))
    chance.shuffle(points)
    done = 0
    for turn, point in enumerate(points[:kills]):
        for number in range(3):
            wire.tell(f"t{turn}-{number}", chance.choice(TOWNS), chance.randint(1, 30))
        if point == "random":
            done += die_within(chance.uniform(0.8, 3.0), *command)
        else:
            done += die_at(point, chance.randint(1, 2), *command, patience=8)
        gaps += caught(store)
    process = tocsin(*command)
    end = time.monotonic() + 90
    while not (handles_sigterm(process.pid) and in_journal(store) >= set(wire.items) and not waiting(store)):
        assert process.poll() is None
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 0, errors.decode()
    assert in_journal(store) == set(wire.items), "news was lost"
    alerts = alerts_of(store)
    for destination in DESTINATIONS:
        check(destination, receiver, alerts, gaps)
    assert len(alerts) >= kills // 4, "there was hardly anything to lose"
    receiver.close()
    return done


@pytest.mark.timeout(280)
def test_kills_of_the_daemon_lose_nothing(tmp_path: Path, wire: Wire) -> None:
    assert kill_the_daemon(tmp_path, wire, 9, SEED) >= 8


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_a_hundred_kills_of_the_daemon(tmp_path: Path, wire: Wire) -> None:
    assert kill_the_daemon(tmp_path, wire, 104, SEED + 1) >= 100
