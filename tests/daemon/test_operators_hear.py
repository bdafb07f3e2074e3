"""Each trouble of a running daemon reaches those whom `watch` names, and nobody else."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from delivery.receiver import Receiver, Reply

from alerts import watcher
from daemon.running import TOKEN, attack, push, running, until

#: Passes the check's sample alerts and fails on seven killed.
FAILS_ON_SEVEN = "{{ 1 // (alert.measure.value - 7) }}"
CONFIG = f"""
store: STORE
listen: 127.0.0.1:0
token: {TOKEN}
sources:
  - {{id: desk, push: true}}
  - {{id: wire, feed: "URL/wire", every: 1s, allow_private: true}}
rules:
  - {{id: never, when: "force.*withdrawal*", by: [country], severity: {{warning: 1}}}}
  - id: deadly
    when: ["attack.*", "casualty.*"]
    measure: killed
    by: [country]
    severity: {{warning: 5}}
    text: "{FAILS_ON_SEVEN}"
update_every: 1s
routes:
  - {{to: [hook, chat]}}
destinations:
  ops: {{webhook: "URL/ops", allow_private: true}}
  hook: {{webhook: "URL/hook", allow_private: true}}
  chat: {{slack_webhook: "URL/chat", allow_private: true, text: "{FAILS_ON_SEVEN}"}}
watch: {{to: [ops], silent: 2s, unused: 2s, lag: 1s, free: 900000TB}}
"""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("GRACE", "EVERY", "GAP"):
        monkeypatch.setattr(watcher, name, 0.1)
    made = Receiver()
    made.cases = {"hook": Reply(404, "no such hook"), "wire": Reply(503), "GET ": Reply(503)}
    yield made
    made.close()


def test_each_trouble_reaches_its_route_once_and_no_other(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def to(place: str) -> list[str]:
        return [request.body.decode() for request in list(receiver.requests) if request.path.startswith(f"/{place}")]

    def heard(words: str) -> bool:
        return until(lambda: any(words in message for message in to("ops")), 20)

    path, store = tmp_path / "tocsin.yml", tmp_path / "d.db"
    url = receiver.url.removesuffix("/in")
    path.write_text(CONFIG.replace("URL", url).replace("STORE", str(store)), encoding="utf-8")
    with running(path) as daemon:
        assert heard("the store's disk has")
        assert heard("rule never: nothing that came in")
        assert heard("source wire: nothing new for")
        push(daemon, attack("a1", "Gao, Mali", 7))
        assert heard("rule deadly: its template failed on an alert")
        assert heard(
            'destination chat: the text template of destination \\"chat\\" for rule \\"deadly\\" failed at line 1'
        )
        assert heard("destination hook refuses, it last said 404")
        assert "7" in to("chat")[0]
        opened, drain = threading.Event(), daemon.monitor.engine.drain_some
        monkeypatch.setattr(daemon.monitor.engine, "drain_some", lambda: drain() if opened.wait(20) else 0)
        push(daemon, attack("a2", "Kidal, Mali", 9))
        assert heard("1 articles wait to be read")
        assert heard("no decision has been made for")
        opened.set()
        assert heard("over: 1 articles wait")
    told = "".join(to("ops"))
    for once in ("rule deadly: its template failed", "destination chat: the text template", "destination hook refuses"):
        assert told.count(f"• {once}") == 1, once
    assert not any("watch" in message for place in ("hook", "chat") for message in to(place))
    with sqlite3.connect(store) as db:
        assert [row[0] for row in db.execute("SELECT DISTINCT rule FROM alerts")] == ["deadly"]
