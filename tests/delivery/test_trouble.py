"""Trouble on our side or in one message: clocks that jump, names that do not resolve, full disks, poison, bad code."""

from __future__ import annotations

import logging
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts import outbox
from alerts.backoff import Schedule
from alerts.channels import CHANNELS, Answer, FormError, Message, Payload
from alerts.channels.webhook.channel import Webhook
from alerts.deliver import Deliverer

from .invented import alert, plan, states, webhook
from .receiver import Receiver, Reply, Request
from .simulated import SimulatedClock, Town, simulated

Receive = Callable[..., Receiver]
Deliver = Callable[..., Deliverer]


@pytest.mark.parametrize("jump", [-3600.0, 3600.0, 10 * 365 * 86_400.0], ids=["back", "forward", "ten years"])
def test_a_wall_clock_that_jumps_moves_no_wait(store: sqlite3.Connection, tmp_path: Path, jump: float) -> None:
    arrived = []
    for set_by in (0.0, jump):
        clock = SimulatedClock(threads=2)
        town = Town(clock)
        well_at = clock.steady() + 100
        town.answers["desk"] = lambda _, clock=clock, at=well_at: (
            Answer(status=200) if clock.steady() >= at else Answer(status=503, text="later")
        )
        deliverer = Deliverer(
            tmp_path / "store.db",
            (simulated("desk", "chat"),),
            clock=clock,
            chance=lambda: 0.0,
            channels=town.channels(),
            schedule=Schedule(),
        )
        deliverer.start()
        plan(store, alert(f"al_{set_by:.0f}"))
        deliverer.wake()
        clock.pass_time(20)
        clock.set_by = set_by
        for _ in range(60):
            clock.pass_time(5)
        deliverer.stop(5)
        arrived.append([when - clock._start for when, _ in town.of("desk")])
    assert len(arrived[0]) == 1
    assert arrived[1] == [when + jump for when in arrived[0]]
    assert {state for _, state in states(store)} == {"delivered"}


def test_a_name_that_does_not_resolve_is_tried_until_it_does(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver, asked = receive(), threading.Event()
    real = socket.getaddrinfo

    def lookup(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "hooks.example" and not asked.is_set():
            asked.set()
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        return real("127.0.0.1" if host == "hooks.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    plan(store, alert())
    deliverer = deliver(webhook(receiver.url.replace("127.0.0.1", "hooks.example")))
    assert deliverer.wait_idle(5)
    [item] = outbox.listing(store)
    assert (item.state, item.attempts) == ("delivered", 2)


def test_what_was_sent_is_kept_until_a_full_disk_has_room(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = receive()
    store.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON notifications WHEN NEW.state = 'delivered'"
        " BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )
    plan(store, alert("al_a"), alert("al_b"))
    deliverer = deliver(webhook(receiver.url))
    receiver.wait(1)
    time.sleep(1.5)
    assert len(receiver.requests) == 1, "it went on without writing down what it sent"
    assert "database or disk is full" in caplog.text
    store.execute("DROP TRIGGER full")
    assert deliverer.wait_idle(5)
    assert [request.alert for request in receiver.requests] == ["al_a.1", "al_b.1"]
    assert states(store) == [("al_a.1", "delivered"), ("al_b.1", "delivered")]


def test_a_message_that_its_receiver_cannot_take_holds_up_no_other(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    receiver = receive()
    poison = Reply(500, "IndexError")
    receiver.choose = lambda request: poison if request.alert == "al_bad.1" else Reply()
    plan(store, alert("al_bad"), *(alert(f"al_{number}") for number in range(6)))
    deliver(webhook(receiver.url), schedule=Schedule(first=0.05, longest=0.2, own_longest=1.0))
    end = time.monotonic() + 8
    while [state for _, state in states(store)].count("delivered") < 6 and time.monotonic() < end:
        time.sleep(0.02)
    assert [state for _, state in states(store)].count("delivered") == 6
    tried = sum(request.alert == "al_bad.1" for request in receiver.requests)
    receiver.choose = None
    receiver.wait(6 + tried + 1, timeout=5)
    time.sleep(0.2)
    assert ("al_bad.1", "delivered") in states(store), "it was given up within the retention"


class Watched(Receiver):
    """Counts how many requests are on their way at once."""

    def __init__(self, reply: Reply) -> None:
        self.now = self.most = 0
        self.at_once: list[int] = []
        self._counting = threading.Lock()
        super().__init__(then=reply)

    def answer(self, handler: Any, request: Request) -> None:
        with self._counting:
            self.now += 1
            self.at_once.append(self.now)
        super().answer(handler, request)
        with self._counting:
            self.now -= 1


def test_a_webhook_takes_four_at_once_and_one_of_a_root(store: sqlite3.Connection, deliver: Deliver) -> None:
    receiver = Watched(Reply(delay=0.1))
    plan(store, *(alert(f"al_{number:02}") for number in range(12)))
    deliverer = deliver(webhook(receiver.url), channels=CHANNELS)
    began = time.monotonic()
    for revision in (2, 3):
        plan(store, alert("al_00", revision, "update"))
        deliverer.wake()
        time.sleep(0.05)
    assert deliverer.wait_idle(5)
    assert time.monotonic() - began < 1.1, "one after the other takes longer"
    assert max(receiver.at_once) == 4
    revisions = [request.json["data"]["revision"] for request in receiver.requests if "al_00" in request.alert]
    assert revisions == sorted(set(revisions))
    assert revisions[-1] == 3
    receiver.close()


def test_while_a_destination_fails_one_message_tries_it(store: sqlite3.Connection, deliver: Deliver) -> None:
    receiver = Watched(Reply(503, delay=0.05))
    plan(store, *(alert(f"al_{number:02}") for number in range(12)))
    deliverer = deliver(webhook(receiver.url), channels=CHANNELS)
    receiver.wait(9)
    assert max(receiver.at_once[4:]) == 1, receiver.at_once
    receiver.then = Reply()
    assert deliverer.wait_idle(10)
    receiver.close()


class Broken(Webhook):
    """A channel whose first form fails for its owner's template, and whose sending fails once for a bug."""

    in_flight = 1
    failed = False

    def render(self, message: Message) -> Payload:
        raise FormError('the template of destination "desk" failed at line 2: nothing is undefined')

    def attempt(self, payload: Payload) -> Answer:
        if not Broken.failed:
            Broken.failed = True
            raise RuntimeError("a bug")
        return super().attempt(payload)


def test_a_bad_template_and_a_bug_lose_nothing_and_are_told_once(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    Broken.failed = False
    receiver = receive()
    plan(store, alert("al_a"), alert("al_b"), alert("al_c"))
    deliverer = deliver(webhook(receiver.url), channels={"webhook": Broken})
    assert deliverer.wait_idle(5)
    assert [request.alert for request in receiver.requests] == ["al_a.1", "al_b.1", "al_c.1"]
    assert {state for _, state in states(store)} == {"delivered"}
    told = [record for record in caplog.records if record.levelno == logging.ERROR and "line 2" in record.message]
    assert len(told) == 1
    assert "a bug" in caplog.text


def test_a_restart_does_not_shorten_a_wait(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive(Reply(429, headers={"Retry-After": "1.5"}))
    plan(store, alert())
    first = deliver(webhook(receiver.url))
    while outbox.standing(store, "desk").not_before is None:
        time.sleep(0.01)
    first.stop(5)
    deliver(webhook(receiver.url))
    before, after = receiver.wait(2, timeout=5)
    assert after.at - before.at >= 1.5
