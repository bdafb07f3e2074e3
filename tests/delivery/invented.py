"""Invented alerts, and an outbox to put them in."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alerts import outbox
from alerts.alert import Alert, Change, Evidence, Excluded, Measure, Sources
from alerts.config.types import Destination, Secret
from streams.codec import canonical
from streams.engines.sqlite import connect, transaction
from streams.engines.store import Store

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def evidence(number: int = 1, **more: Any) -> Evidence:
    fields: dict[str, Any] = {
        "article": f"m{number}",
        "source": "Meridian Wire",
        "url": f"https://news.example/{number}?a=1&b=2",
        "published": "2026-03-02T09:00:00+00:00",
        "field": "body",
        "start": 0,
        "end": 40,
        "sentence": f"Gunmen killed {number + 4} soldiers near Varda, police said.",
        "signal": "attack.ambush",
        "sha256": "0" * 64,
    }
    return Evidence(**{**fields, **more})


def alert(root: str = "al_one", revision: int = 1, kind: str = "alert", **more: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": f"{root}.{revision}",
        "root": root,
        "revision": revision,
        "rule": "mass-casualty",
        "severity": "critical",
        "kind": kind,
        "key": {"country": "XV"},
        "at": f"2026-03-02T13:{20 + revision:02}:00+00:00",
        "window": {"start": "2026-03-01T13:20:00+00:00", "end": "2026-03-02T13:20:00+00:00"},
        "title": "12 killed in Varda in 24 h",
        "text": "",
        "measure": Measure(name="killed", value=12, low=12, high=12, threshold=10),
        "readback": "Police via Meridian Wire: 12 soldiers killed, ambush, Varda, Mon 2 Mar; group not stated",
        "changed": [Change(field="killed", from_=9, to=12, because="Coastal Post, 13:20")] if kind == "update" else [],
        "evidence": [evidence()],
        "sources": Sources(independent=2, publishers=["Meridian Wire", "Coastal Post"], reprints=4),
        "excluded": [Excluded(sentence="Cholera has killed 90 people in Varda.", reason="disease", article="m1")],
        "excluded_total": 3,
    }
    return Alert(**{**fields, **more})


def make_store(path: Path) -> sqlite3.Connection:
    Store(path, (outbox.SCHEMA,)).close()
    return connect(path)


def plan(connection: sqlite3.Connection, *alerts: Alert, to: Sequence[str] = ("desk",)) -> None:
    for position, item in enumerate(alerts, 1):
        with transaction(connection):
            urgent = item.severity == "critical"
            outbox.plan(connection, item, canonical(item), to, position, urgent=urgent, now=1000.0 + position)


def webhook(url: str, id_: str = "desk", *, secret: str | None = None, private: bool = True) -> Destination:
    settings = {"url": Secret(url), "secret": Secret(secret) if secret else None}
    return Destination(id=id_, kind="webhook", settings=settings, allow_private=private)


def slack(url: str, id_: str = "desk") -> Destination:
    return Destination(id=id_, kind="slack_webhook", settings={"url": Secret(url)}, allow_private=True)


def states(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """(alert, state) in order of planning."""
    return [(item.covers[0], item.state) for item in outbox.listing(connection)]
