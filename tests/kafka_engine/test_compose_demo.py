"""The demonstration of the compose file, its very command lines, as processes on the tests' own broker."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from alerts.cli.kafka import _paced

from .broker import Broker
from .desk import ROOT, run

COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")


def words_of(service: str, places: dict[str, str]) -> list[str]:
    """What a service's command says, with a container's paths and other words replaced."""
    words = [str(word) for word in COMPOSE["services"][service]["command"]]
    for old, new in places.items():
        words = [word.replace(old, new) for word in words]
    return words


def here(words: list[str]) -> None:
    """Run a command that must end well."""
    done = run(*words)
    assert done.exit_code == 0, done.output


def test_the_demonstration_tells_what_a_replay_tells(broker: Broker, tmp_path: Path) -> None:
    config = tmp_path / "demo.yml"
    written = (ROOT / "config" / "demo.yml").read_text(encoding="utf-8")
    config.write_text(written.replace("kafka:19092", broker.servers).replace("/data/", f"{tmp_path}/"))
    places = {"/config/demo.yml": str(config), "/examples/": f"{ROOT / 'examples'}/"}
    for service in ("demo-topics", "demo"):
        here([word if word != "5" else "1000" for word in words_of(service, places)])
    replayed = tmp_path / "replayed.jsonl"
    history = str(ROOT / "examples" / "history.jsonl")
    here(["replay", history, "-c", str(config), "--alerts", str(replayed), "--workers", "0"])
    wanted = Counter(json.loads(line)["title"] for line in replayed.read_bytes().splitlines())
    with (tmp_path / "desk.log").open("wb") as log:
        desk = subprocess.Popen(
            [sys.executable, "-m", "alerts.cli", *words_of("demo-desk", places)], cwd=ROOT, stdout=log, stderr=log
        )
        try:
            give_up = time.monotonic() + 60
            while (found := decided(config)) != wanted:
                assert time.monotonic() < give_up, f"{found - wanted} {wanted - found}"
                time.sleep(0.3)
            desk.terminate()
            assert desk.wait(30) == 0
        finally:
            desk.kill()
    assert (tmp_path / "demo.jsonl").read_bytes(), "nothing was delivered"


def decided(config: Path) -> Counter[str]:
    """The titles of the alerts in the desk's store."""
    store = config.with_name("demo.db")
    if not store.exists():
        return Counter()
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
            return Counter(json.loads(data)["title"] for (data,) in db.execute("SELECT data FROM alerts"))
    except sqlite3.OperationalError:
        return Counter()


def test_a_rate_holds_articles_back() -> None:
    began, turn = time.monotonic(), _paced(200)
    for _ in range(40):
        turn()
    assert 0.19 <= time.monotonic() - began < 2
