"""kill -9 at random moments of a replay that delivers: no alert is lost, and none is repeated without cause."""

from __future__ import annotations

import http.server
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOCSIN = [sys.executable, "-m", "alerts.cli"]
KILLS = 20


class Receiver:
    """A webhook that takes its time and remembers what came, in order."""

    def __init__(self, delay: float) -> None:
        self.arrived: list[tuple[str, str, dict[str, object]]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.arrived.append((self.path, self.headers["webhook-id"], body["data"]))
                time.sleep(delay)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def write_config(folder: Path, receiver: Receiver) -> Path:
    """The example's rules, told to two destinations at the receiver."""
    path = folder / "kill.yml"
    path.write_text(
        f"""
rules:
  - id: mass-casualty
    when: [attack.*, casualty.*]
    measure: killed
    by: [country]
    over: 24h
    severity: {{warning: 3, critical: 8}}
  - id: any-attack
    when: attack.*
    by: [country, place]
    over: 1h
    severity: {{info: 1}}
  - {{id: pull-out, when: "force.*", measure: episodes, by: [country], trigger: first, severity: warning}}
destinations:
  desk: {{webhook: "{receiver.url}/desk", allow_private: true}}
  archive: {{webhook: "{receiver.url}/archive", allow_private: true}}
publishers: {ROOT / "examples" / "publishers.yml"}
""",
        encoding="utf-8",
    )
    return path


def start(config: Path, store: Path) -> subprocess.Popen[bytes]:
    command = [*TOCSIN, "replay", str(ROOT / "examples" / "history.jsonl"), "-c", str(config), "--store", str(store),
               "--deliver", "--workers", "1"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=ROOT)


def unfinished(store: Path) -> tuple[int, Counter[str]]:
    """How much was undecided or undelivered when the process died, and the ids caught between send and mark."""
    if not store.exists():
        return 1, Counter()
    db = sqlite3.connect(store)
    try:
        pending = db.execute("SELECT count(*) FROM articles WHERE position IS NULL").fetchone()[0]
        staged = db.execute("SELECT count(*) FROM staged").fetchone()[0]
        ready = db.execute("SELECT count(*) FROM meta WHERE key = 'replay' AND value LIKE 'ready%'").fetchone()[0]
        waiting = db.execute("SELECT count(*) FROM notifications WHERE state IN ('planned', 'sending')").fetchone()[0]
        sending = [row[0] for row in db.execute("SELECT id FROM notifications WHERE state = 'sending'")]
    except sqlite3.OperationalError:
        return 1, Counter()
    finally:
        db.close()
    return pending + staged + waiting + (not ready), Counter(sending)


def alerts_of(store: Path) -> list[dict[str, object]]:
    db = sqlite3.connect(store)
    found = [json.loads(row[0]) for row in db.execute("SELECT data FROM alerts ORDER BY position, rowid")]
    db.close()
    return found


@pytest.mark.timeout(280)
def test_twenty_kills_lose_nothing_and_repeat_only_what_was_between_send_and_mark(tmp_path: Path) -> None:
    seed = int(os.environ.get("KILL_SEED", "20260302"))
    chance = random.Random(seed)
    calm = Receiver(0)
    plain = tmp_path / "plain.db"
    began = time.monotonic()
    assert start(write_config(tmp_path, calm), plain).wait(120) == 0
    length = time.monotonic() - began
    calm.close()
    expected = alerts_of(plain)
    assert len(expected) >= 10
    kills = rounds = 0
    while kills < KILLS:
        rounds += 1
        kills += one_history(tmp_path, rounds, chance, expected, length, KILLS - kills)
        assert rounds < 4 * KILLS, "kills keep missing the work"


def one_history(
    folder: Path, number: int, chance: random.Random, expected: list[dict[str, object]], length: float, budget: int
) -> int:
    """Replay one history with kills at random moments until it is done. Gives how many hit unfinished work."""
    receiver = Receiver(0.02)
    store = folder / f"kill-{number}.db"
    config = write_config(folder, receiver)
    caught: Counter[str] = Counter()
    kills = 0
    for _ in range(min(5, budget)):
        process = start(config, store)
        try:
            process.wait(chance.uniform(0.2, 1.0) * length)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
            work, sending = unfinished(store)
            if work:
                kills += 1
                caught += sending
    last = start(config, store)
    _, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors.decode()
    assert alerts_of(store) == expected, "kills changed what was decided"
    for path in ("/desk", "/archive"):
        check(path, receiver, expected, caught)
    receiver.close()
    return kills


def check(path: str, receiver: Receiver, expected: list[dict[str, object]], caught: Counter[str]) -> None:
    mine = [(id_, data) for where, id_, data in receiver.arrived if where == path]
    highest: dict[object, int] = {}
    for _, data in mine:
        revision = int(str(data["revision"]))
        assert revision >= highest.get(data["root"], 0), f"{data['id']} came after a newer revision"
        highest[data["root"]] = max(revision, highest.get(data["root"], 0))
    canceled = {alert["root"] for alert in expected if alert["kind"] == "cancel"}
    for alert in expected:
        told = highest.get(alert["root"], 0) >= int(str(alert["revision"]))
        never_sent = alert["root"] not in highest and alert["root"] in canceled
        assert told or never_sent, f"{alert['id']} was lost at {path}"
    for id_, times in Counter(id_ for id_, _ in mine).items():
        assert times - 1 <= caught[id_], f"{id_} came {times} times to {path}, with {caught[id_]} kills in its gap"
