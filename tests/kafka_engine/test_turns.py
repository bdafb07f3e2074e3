"""A desk's turns when something fails half-way: what the brokers gave is not lost, and who leaves holds nobody up."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError

from alerts import daemon
from alerts.decider import Decider, Desk
from alerts.steady import SteadyClock
from streams.classify import classify
from streams.engines.kafka import Hold, Partition, seal
from streams.engines.pool import read_decoded
from streams.journal import Reading, decode_entry
from streams.times import seconds_of

from .broker import Broker, new_name
from .scene import Scene, example
from .test_rebuild import topic_id

AT = 1_772_323_200.0
"""2026-03-01."""


@contextmanager
def deciding(scene: Scene) -> Iterator[Decider]:
    """A desk in this process, that turns when it is told to."""
    config = scene.config
    assert config.kafka is not None
    ahead = AT - time.time()
    clock = SteadyClock(lambda: time.time() + ahead)
    with Desk(config, scene.folder / "desk.db", clock=clock, topic_id=topic_id(scene)) as desk:
        decider = Decider(desk, config.kafka, clock=clock)
        decider._begin()
        decider._watchdog.stop.set()
        yield decider
        decider._finish()


def turn(decider: Decider, until: Callable[[], bool]) -> None:
    """As the desk does, until something holds."""
    give_up = time.monotonic() + 60
    while not until():
        assert time.monotonic() < give_up
        decider._turn_or_wait()


def failing_once(method: Callable[..., Any], number: int, error: Exception) -> Callable[..., Any]:
    """The method, whose call of that number fails."""
    calls = 0

    def call(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            raise error
        return method(*args, **more)

    return call


@pytest.mark.parametrize("trouble", ["the dead letter is not answered", "the disk is full"])
def test_a_turn_that_fails_half_way_drops_no_record(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(daemon, "STORE_RETRY", 0.05)
    articles = example()[:60]
    sealed = [seal(read_decoded(classify, one), seconds_of(one.received)) for one in articles if one.received]
    with Scene(broker, tmp_path, partitions=1) as scene:
        with deciding(scene) as decider:
            turn(decider, lambda: decider.desk.in_force == scene.config.hash)
            scene.write("reports", *sealed[:20], b"no entry", *sealed[20:])
            if trouble == "the disk is full":
                folding, full = decider.desk.folding, sqlite3.OperationalError("database or disk is full")
                monkeypatch.setattr(folding, "commit_if_old", failing_once(folding.commit_if_old, 30, full))
            else:
                failing = failing_once(decider._set_aside, 1, KafkaTimeoutError("no answer"))
                monkeypatch.setattr(decider, "_set_aside", failing)
            turn(decider, lambda: decider.desk.folding.position > len(sealed) + 1)
        entries = [decode_entry(bytes(row[0])) for row in scene.rows("desk.db", "SELECT data FROM journal")]
        assert sum(isinstance(entry, Reading) for entry in entries) == len(sealed)
        assert scene.alerts() == scene.folded()[0]
        assert len(scene.alerts()) > 3
        assert len(scene.read("dead_letters")) == 1


def test_who_leaves_answers_the_group_meanwhile_and_for_a_session_at_most(broker: Broker) -> None:
    topic, group, seen, never = broker.topic("reports"), new_name("desk"), list[Any](), threading.Event()

    def leaving() -> None:
        seen.append(partition.bounds())  # asks the brokers by the thread that heartbeats go out from
        never.wait(30)

    hold, taken = Hold(6.0), list[str]()
    client = {"bootstrap_servers": broker.servers}
    partition = Partition(
        client, topic, group, hold, position=lambda: 0, taken=lambda: taken.append("x"), leaving=leaving
    )
    while not taken:
        partition.read(0.1)
    hold.session = 1.0
    began = time.monotonic()
    partition.close()
    assert seen == [(0, 0)]
    assert 1 <= time.monotonic() - began < 6
    never.set()
