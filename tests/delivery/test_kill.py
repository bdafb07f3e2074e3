"""kill -9 between send and mark: nothing is lost, and exactly that one notification comes twice, with its id."""

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

from .invented import alert, plan, states, webhook
from .receiver import Receiver, Reply

PROCESS = """
import sys, time
from alerts.config.types import Destination, Secret
from alerts.deliver import Deliverer
settings = {"url": Secret(sys.argv[2]), "secret": None}
Deliverer(sys.argv[1], (Destination(id="desk", kind="webhook", settings=settings, allow_private=True),)).start()
time.sleep(60)
"""


def kill_during(number: int, store: Path, receiver: Receiver) -> None:
    """Run a delivering process and kill it once it has sent request ``number`` and waits for the answer."""
    process = subprocess.Popen([sys.executable, "-c", PROCESS, str(store), receiver.url])
    try:
        receiver.wait(number, timeout=20)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_exactly_one_repeat_with_the_same_id(
    store: sqlite3.Connection,
    tmp_path: Path,
    receive: Callable[..., Receiver],
    deliver: Callable[..., Deliverer],
) -> None:
    receiver = receive(Reply(), Reply(), Reply(delay=2))
    plan(store, *(alert(f"al_{number}") for number in range(5)))
    kill_during(3, tmp_path / "store.db", receiver)
    assert [item.state for item in outbox.listing(store)].count("sending") == 1
    assert deliver(webhook(receiver.url)).wait_idle(10)
    came = Counter(request.id for request in receiver.requests)
    third = outbox.notification_id("al_2.1", "desk")
    assert came == {outbox.notification_id(f"al_{n}.1", "desk"): 1 for n in range(5)} | {third: 2}
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
        assert outbox.busy(store)
    plan(store, alert(revision=2, kind=kind))
    assert deliver(webhook(receiver.url)).wait_idle(10)
    assert [request.alert for request in receiver.requests] == ["al_one.1", "al_one.2"]
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "delivered")]
