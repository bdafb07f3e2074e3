"""kill -9 between send and mark: nothing is lost, and only what was on its way comes twice, with its id."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts import outbox
from alerts.deliver import Deliverer
from streams.engines.sqlite import transaction

from .invented import alert, plan, slack, states, webhook
from .receiver import Receiver, Reply

PROCESS = """
import sys, time
from alerts.config.types import Destination, Secret
from alerts.deliver import Deliverer
settings = {"url": Secret(sys.argv[2]), "secret": None}
Deliverer(sys.argv[1], (Destination(id="desk", kind=sys.argv[3], settings=settings, allow_private=True),)).start()
time.sleep(60)
"""


def kill_during(number: int, store: Path, receiver: Receiver, kind: str = "webhook") -> None:
    """Run a delivering process and kill it once it has sent request ``number`` and waits for the answer."""
    process = subprocess.Popen([sys.executable, "-c", PROCESS, str(store), receiver.url, kind])
    try:
        receiver.wait(number, timeout=20)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_only_what_was_on_its_way_is_repeated_with_the_same_id(
    store: sqlite3.Connection,
    tmp_path: Path,
    receive: Callable[..., Receiver],
    deliver: Callable[..., Deliverer],
) -> None:
    receiver = receive(Reply(), Reply(), then=Reply(delay=1))
    plan(store, *(alert(f"al_{number}") for number in range(9)))
    kill_during(3, tmp_path / "store.db", receiver)
    on_their_way = {item.id for item in outbox.listing(store, ["sending"])}
    assert 1 <= len(on_their_way) <= 4
    receiver.then = Reply()
    assert deliver(webhook(receiver.url)).wait_idle(10)
    came = Counter(request.id for request in receiver.requests)
    assert set(came) == {outbox.notification_id(f"al_{n}.1", "desk") for n in range(9)}
    assert {id_ for id_, times in came.items() if times > 1} <= on_their_way
    assert max(came.values()) == 2
    assert {state for _, state in states(store)} == {"delivered"}


@pytest.mark.parametrize("kind", ["update", "cancel"])
def test_a_newer_revision_goes_instead_of_the_repeat(
    store: sqlite3.Connection,
    tmp_path: Path,
    receive: Callable[..., Receiver],
    deliver: Callable[..., Deliverer],
    kind: str,
) -> None:
    receiver = receive(Reply(delay=2))
    plan(store, alert())
    kill_during(1, tmp_path / "store.db", receiver)
    with transaction(store):
        assert outbox.busy(store, ["desk"])
    plan(store, alert(revision=2, kind=kind))
    assert deliver(webhook(receiver.url)).wait_idle(10)
    assert [request.alert for request in receiver.requests] == ["al_one.1", "al_one.2"]
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "delivered")]


def test_a_digest_that_was_on_its_way_goes_again_and_loses_nothing(
    store: sqlite3.Connection,
    tmp_path: Path,
    receive: Callable[..., Receiver],
    deliver: Callable[..., Deliverer],
) -> None:
    receiver = receive(Reply(delay=2))
    ids = [f"al_{number:02}.1" for number in range(20)]
    plan(store, *(alert(id_.removesuffix(".1"), severity="warning") for id_ in ids))
    kill_during(1, tmp_path / "store.db", receiver, "slack_webhook")
    plan(store, alert("al_07", 2, "cancel", severity="warning"))
    assert deliver(slack(receiver.url)).wait_idle(20)
    first, *rest = (request.body.decode() for request in receiver.requests)
    assert all(id_ in first for id_ in ids)
    told = "".join(rest)
    assert all((id_ in told) != (id_ == "al_07.1") for id_ in ids), "what may have arrived was not sent again"
    assert "al_07.2" in told, "the digest may have told of it, so its cancel must go"
