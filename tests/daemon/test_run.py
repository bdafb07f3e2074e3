"""The daemon as an operator runs it: polls, alerts once, drains on SIGTERM, goes on where it was after any end."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from conftest import ROOT


class World:
    """A feed that tests write, and a webhook that remembers what came."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.arrived: list[dict[str, object]] = []
        self.polls = 0
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                world.polls += 1
                data = f"<rss version='2.0'><channel><title>Harbour Post</title>{''.join(world.items)}</channel></rss>"
                etag = f'"{len(world.items)}"'
                if self.headers.get("If-None-Match") == etag:
                    self.send_response(304)
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("ETag", etag)
                self.end_headers()
                self.wfile.write(data.encode())

            def do_POST(self) -> None:
                world.arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def publish(self, id_: str, text: str, age: timedelta = timedelta()) -> None:
        when = format_datetime(datetime.now(UTC) - age)
        self.items.append(
            f"<item><guid>{id_}</guid><title>{text}</title><description>{text}.</description><pubDate>{when}</pubDate></item>"
        )


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    path = tmp_path / "tocsin.yml"
    path.write_text(
        f"""
store: {tmp_path}/d.db
sources:
  - {{id: post, feed: "{world.url}/feed", every: 1s, allow_private: true}}
rules:
  - {{id: deadly, when: ["attack.*", "casualty.*"], measure: killed, by: [country], severity: {{warning: 5}}}}
update_every: 1s
destinations:
  hook: {{webhook: "{world.url}/in", allow_private: true}}
""",
        encoding="utf-8",
    )
    return path


def run(config: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "alerts.cli", "run", "-c", str(config), "--workers", "1"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd=ROOT)


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def stop(process: subprocess.Popen[bytes]) -> str:
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=40)
    assert process.returncode == 0, errors.decode()
    return errors.decode()


def test_new_items_alert_once_and_first_contact_alerts_nobody(world: World, config: Path) -> None:
    world.publish("old", "A bomb killed nine people in Mosul, Iraq", age=timedelta(hours=5))
    process = run(config)
    assert until(lambda: world.polls >= 2)
    world.publish("new", "Gunmen attacked a village near Gao in Mali, killing seven people")
    assert until(lambda: len(world.arrived) == 1), "the new item never came"
    time.sleep(2.5)
    stop(process)
    assert [(a["kind"], a["key"]) for a in world.arrived] == [("alert", {"country": "ML"})]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_restart_goes_on_where_it_was(world: World, config: Path, end: signal.Signals) -> None:
    def told() -> list[object]:
        """Where it was alerted for: what was on its way at a kill may come twice, with one id."""
        return list({alert["id"]: alert["key"] for alert in world.arrived}.values())

    process = run(config)
    assert until(lambda: world.polls >= 1)
    world.publish("one", "Gunmen attacked a village near Gao in Mali, killing seven people")
    assert until(lambda: len(told()) == 1)
    process.send_signal(end)
    process.communicate(timeout=40)
    world.publish("two", "A bomb killed nine people in Mosul, Iraq")
    process = run(config)
    assert until(lambda: len(told()) == 2), "what came while it was down was missed"
    time.sleep(2)
    stop(process)
    assert told() == [{"country": "ML"}, {"country": "IQ"}]
    assert end == signal.SIGKILL or len(world.arrived) == 2, "a clean stop repeats nothing"


def test_second_daemon_on_one_store_is_refused_with_a_reason(world: World, config: Path) -> None:
    process = run(config)
    assert until(lambda: world.polls >= 1)
    second = run(config)
    _, errors = second.communicate(timeout=30)
    stop(process)
    assert second.returncode == 1
    assert b"is using this store" in errors


def test_feed_in_trouble_is_named_and_the_daemon_lives(world: World, config: Path) -> None:
    text = (
        config.read_text(encoding="utf-8")
        .replace("/feed", "/feed:bad:port")
        .replace(world.url, "http://127.0.0.1:9", 1)
    )
    config.write_text(text, encoding="utf-8")
    process = run(config)
    assert process.stderr is not None
    said = next((line for line in process.stderr if b"source post" in line), b"")
    assert b"source post" in said, "it ended without a word of the feed"
    time.sleep(0.5)
    assert process.poll() is None
    stop(process)
