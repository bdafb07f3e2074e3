"""What must have arrived, whatever was killed when: a receiver that remembers, and the judge of what it got."""

from __future__ import annotations

import http.server
import json
import random
import re
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

ALERT_ID = re.compile(r"al_[0-9a-f]+\.\d+")


class Receiver:
    """Three addresses that take their time and remember what they took: two webhooks and a Slack webhook.

    ``/archive`` refuses a share of the requests with 503. What is refused has not arrived.
    """

    def __init__(self, delay: float, refuse: float = 0.0, seed: int = 1) -> None:
        self.arrived: list[tuple[str, str, list[str]]] = []
        """(path, notification's id or "", ids of the alerts told)."""
        chance, outer = random.Random(seed), self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refused = self.path == "/archive" and chance.random() < refuse
                if not refused:
                    outer.arrived.append((self.path, self.headers.get("webhook-id", ""), told(self.path, body)))
                time.sleep(delay)
                self.send_response(503 if refused else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def told(path: str, body: bytes) -> list[str]:
    """The alerts that a message tells of."""
    if path == "/slack":
        return sorted(set(ALERT_ID.findall(body.decode())))
    data = json.loads(body)["data"]
    return [item["id"] for item in data["alerts"]] if "alerts" in data else [data["id"]]


def caught(store: Path) -> Counter[tuple[str, str]]:
    """(destination, alert) of what was between send and mark when the process died."""
    return Counter(
        _rows(store, "SELECT destination, alert FROM notifications WHERE state = 'sending' AND alert NOT NULL")
    )


def alerts_of(store: Path) -> list[dict[str, Any]]:
    """Every alert that was decided, in order."""
    return [json.loads(row[0]) for row in _rows(store, "SELECT data FROM alerts ORDER BY position, rowid")]


def _rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    if not store.exists():
        return []
    db = sqlite3.connect(store)
    try:
        return [tuple(row) for row in db.execute(query)]
    except sqlite3.OperationalError:  # killed before the tables were made
        return []
    finally:
        db.close()


def check(destination: str, receiver: Receiver, alerts: list[dict[str, Any]], killed: Counter[tuple[str, str]]) -> None:
    """Each alert arrived, itself, in a digest or in a newer revision, or was cancelled before it was ever sent.

    Revisions of a root never go down, and an alert comes at most once more a kill between its send and its mark.
    """
    highest: dict[str, int] = {}
    times: Counter[str] = Counter()
    for path, _, ids in receiver.arrived:
        for id_ in ids if path == f"/{destination}" else ():
            root, _, revision = id_.rpartition(".")
            assert int(revision) >= highest.get(root, 0), f"{id_} came to {destination} after a newer revision"
            highest[root] = int(revision)
            times[id_] += 1
    canceled = {alert["root"] for alert in alerts if alert["kind"] == "cancel"}
    known = {alert["id"] for alert in alerts}
    assert set(times) <= known, f"{set(times) - known} came to {destination}, and nobody decided it"
    for alert in alerts:
        arrived = highest.get(alert["root"], 0) >= alert["revision"]
        assert arrived or (alert["root"] not in highest and alert["root"] in canceled), (
            f"{alert['id']} was lost at {destination}"
        )
    for id_, count in times.items():
        gaps = killed[destination, id_]
        assert count - 1 <= gaps, f"{id_} came {count} times to {destination}, with {gaps} kills in its gap"
