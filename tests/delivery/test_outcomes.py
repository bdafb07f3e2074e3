"""From any answer of any channel to what becomes of the notification: the whole road, one table.

The rows are those of ``test_answers.py`` and the channels those of ``kinds.py``, so a channel that joins them joins
here. Every row is a destination of its own, and one run of the deliverer sends to all of a kind at once.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from alerts.backoff import Schedule
from alerts.channels import Timeouts
from alerts.deliver import Deliverer

from .invented import alert, plan
from .kinds import GOOD, OVER_HTTP, destination
from .receiver import Receiver, Reply
from .test_answers import COMMON, STATUSES, WORDS

NOW = time.time()


class Outcome(NamedTuple):
    """What became of a notification."""

    state: str
    uncertain: bool = False
    """Whether it may have arrived all the same."""
    tries: int = 1
    waits: bool = False
    """Whether the destination is left alone for a while."""


BY_VERDICT = {
    "delivered": Outcome("delivered"),
    "retry": Outcome("planned", waits=True),
    "uncertain": Outcome("planned", uncertain=True, waits=True),
    "park": Outcome("parked"),
    "invalid": Outcome("dead", tries=2),
}
#: Where the wire fails, for every channel. A connection that breaks in the body has said its status, which suffices
#: for those whose bodies say no more, and is not seen by those that connect in their own way.
WIRE = {
    "reset": (Reply(reset=True), "uncertain"),
    "time-out": (Reply(delay=1.0), "uncertain"),
    "drips": (Reply(body="x" * 500, drip=0.02), "uncertain"),
}
CUT = {
    "refusal-cut": (Reply(403, "not you", cut=True), "park"),
    "error-cut": (Reply(503, "not now", cut=True), "retry"),
}
SUCCESS_IN_BODY = ("slack",)
NEEDS_WHOLE_ANSWERS = ("apprise",)
#: Retry-After → the seconds that it asks for.
RETRY_AFTER = {
    "whole": ("7", 7.0),
    "fraction": ("2.5", 2.5),
    "date": (formatdate(NOW + 3600, usegmt=True), 3600.0),
    "past": (formatdate(NOW - 3600, usegmt=True), 60.0),
    "nonsense": ("soon", 60.0),
}
SCHEDULE = Schedule(first=60, jitter=0)
#: Apprise tells its status in a log, and no header.
HEADERS_SEEN = [kind for kind in OVER_HTTP if kind != "apprise"]


def rows(kind: str) -> dict[str, tuple[Reply, str]]:
    """Name → answer and verdict, of everything that a destination of the kind may do."""
    status, body = GOOD[kind]
    unread = kind in (*SUCCESS_IN_BODY, *NEEDS_WHOLE_ANSWERS)
    found = {"good": (Reply(status, body), "delivered"), **WIRE}
    found["good-cut"] = (Reply(200, body[:8] or "o", cut=True), "uncertain" if unread else "delivered")
    for name, (reply, verdict) in CUT.items():
        found[name] = (reply, "uncertain" if kind in NEEDS_WHOLE_ANSWERS else verdict)
    for status, verdict in {**COMMON, **STATUSES[kind]}.items():
        found[f"status-{status}"] = (Reply(status, "ok" if status < 300 else "why"), verdict)
    for number, (of, status, body, verdict) in enumerate(WORDS):
        if of == kind:
            found[f"word-{number}"] = (Reply(status, body), verdict)
    return found


def send_all(
    store: sqlite3.Connection, path: Path, receiver: Receiver, kind: str, replies: dict[str, Reply]
) -> dict[str, Outcome]:
    """One alert to a destination for each reply; what became of each after its first answer."""
    receiver.cases = replies
    base = receiver.url.removesuffix("/in")
    destinations = tuple(replace(destination(kind, f"{base}/{name}"), id=name) for name in replies)
    plan(store, alert(), to=list(replies))
    deliverer = Deliverer(path, destinations, schedule=SCHEDULE, timeouts=Timeouts(connect=2, read=0.6))
    deliverer.start()
    query = "SELECT destination, state, uncertain, answer FROM notifications"
    end = time.monotonic() + 20
    while any(row["answer"] is None for row in store.execute(query)) and time.monotonic() < end:
        time.sleep(0.02)
    deliverer.stop(5)
    waiting = {row["destination"] for row in store.execute("SELECT * FROM destinations WHERE not_before NOT NULL")}
    tries = [request.path.split("/")[1] for request in receiver.requests]
    return {
        row["destination"]: Outcome(
            row["state"], bool(row["uncertain"]), tries.count(row["destination"]), row["destination"] in waiting
        )
        for row in store.execute(query)
    }


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_every_answer_of_every_channel(
    store: sqlite3.Connection, tmp_path: Path, receive: Callable[..., Receiver], kind: str
) -> None:
    table = rows(kind)
    outcomes = send_all(store, tmp_path / "store.db", receive(), kind, {name: row[0] for name, row in table.items()})
    expected = {name: BY_VERDICT[verdict] for name, (_, verdict) in table.items()}
    assert outcomes == expected


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", HEADERS_SEEN)
def test_every_channel_waits_as_it_is_told(
    store: sqlite3.Connection, tmp_path: Path, receive: Callable[..., Receiver], kind: str, status: int
) -> None:
    replies = {name: Reply(status, "later", {"Retry-After": told}) for name, (told, _) in RETRY_AFTER.items()}
    began = time.time()
    send_all(store, tmp_path / "store.db", receive(), kind, replies)
    found = {row["destination"]: row["not_before"] for row in store.execute("SELECT * FROM destinations")}
    for name, (_, seconds) in RETRY_AFTER.items():
        from_when = NOW if name == "date" else began
        assert -1.1 <= found[name] - from_when - seconds <= 3, f"{name}: {found[name] - from_when:.1f} s"


def test_discord_s_own_fraction_is_waited(
    store: sqlite3.Connection, tmp_path: Path, receive: Callable[..., Receiver]
) -> None:
    body = '{"message":"You are being rate limited.","retry_after":64.57,"global":false}'
    began = time.time()
    send_all(store, tmp_path / "store.db", receive(), "discord", {"told": Reply(429, body, {"Retry-After": "65"})})
    [row] = store.execute("SELECT * FROM destinations")
    assert 64.57 <= row["not_before"] - began < 67.5


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_refused_connection_is_tried_again(
    store: sqlite3.Connection, tmp_path: Path, receive: Callable[..., Receiver], kind: str
) -> None:
    gone = receive()
    gone.close()
    [outcome] = send_all(store, tmp_path / "store.db", gone, kind, {"gone": Reply()}).values()
    assert outcome == Outcome("planned", uncertain=kind == "apprise", tries=0, waits=True)
