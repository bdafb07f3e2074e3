"""Receivers, stores and deliverers that clean up after themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.backoff import Schedule
from alerts.channels import CHANNELS, Timeouts
from alerts.channels.webhook.channel import Webhook
from alerts.config.types import Destination
from alerts.deliver import Deliverer

from .invented import make_store
from .receiver import Receiver, Reply

QUICK = Schedule(first=0.05, longest=0.2)


class OneAtATime(Webhook):
    """A webhook whose messages never overtake one another."""

    in_flight = 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make_store(tmp_path / "store.db")
    yield connection
    connection.close()


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(*script: Reply, then: Reply | None = None) -> Receiver:
        made.append(Receiver(*script, then=then))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


@pytest.fixture
def deliver(store: sqlite3.Connection, tmp_path: Path) -> Iterator[Callable[..., Deliverer]]:
    made: list[Deliverer] = []

    def make(*destinations: Destination, **more: Any) -> Deliverer:
        channels = {**CHANNELS, "webhook": OneAtATime}
        options = {"schedule": QUICK, "timeouts": Timeouts(connect=1, read=0.4), "channels": channels, **more}
        deliverer = Deliverer(tmp_path / "store.db", destinations, **options)
        made.append(deliverer)
        deliverer.start()
        return deliverer

    yield make
    for deliverer in made:
        deliverer.stop(5)
