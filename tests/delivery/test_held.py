"""A process that may no longer send: one that froze between claiming a message and sending it must not send it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from alerts import outbox
from alerts.channels import CHANNELS, Message, Payload
from alerts.channels.webhook.channel import Webhook
from alerts.deliver import Deliverer

from .invented import alert, plan, webhook
from .receiver import Receiver


def test_a_zombie_sends_nothing_that_it_claimed_before_it_froze(
    store: sqlite3.Connection, receive: Callable[..., Receiver], deliver: Callable[..., Deliverer]
) -> None:
    receiver, term, froze = receive(), [1], threading.Event()

    class Freezing(Webhook):
        """It sleeps past its session after the message was claimed and before it leaves."""

        def render(self, message: Message) -> Payload:
            if not froze.is_set():
                term[0] = 0
                froze.set()
            return super().render(message)

    plan(store, alert("al_a"), alert("al_b"))
    channels: dict[str, Any] = {**CHANNELS, "webhook": Freezing}
    deliverer = deliver(webhook(receiver.url), held=lambda: term[0], channels=channels)
    assert froze.wait(5)
    assert deliverer.wait_quiet(5)
    assert receiver.requests == []
    assert [(item.state, item.attempts) for item in outbox.listing(store)] == [("planned", 0), ("planned", 0)]
    term[0] = 2
    deliverer.wake()
    assert deliverer.wait_idle(5)
    assert len(receiver.requests) == 2
    assert len({request.id for request in receiver.requests}) == 2
