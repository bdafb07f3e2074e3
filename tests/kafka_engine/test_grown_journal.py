"""A journal that gets a second partition under two desks of one group: neither may take that for the journal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from streams.engines.kafka import Hold, Partition, PartitionError

from .broker import Broker, new_name


def test_a_second_partition_is_nobodys_journal(broker: Broker, tmp_path: Path) -> None:
    topic, group, taken = broker.topic("reports"), new_name("desk"), list[str]()
    client = {"bootstrap_servers": broker.servers, "metadata_max_age_ms": 500}
    desks = [
        Partition(
            client, topic, group, Hold(6.0), position=lambda: 0, taken=lambda: taken.append("x"), leaving=_nothing
        )
        for _ in range(2)
    ]
    try:
        until = time.monotonic() + 30
        while not taken:
            assert time.monotonic() < until
            for desk in desks:
                desk.read(0.1)
        admin = broker.admin()
        admin.create_partitions({topic: 2})
        admin.close()
        with pytest.raises(PartitionError, match=f"{topic} has more than one partition by now"):
            read_on(desks, until)
        assert sum(desk.assigned for desk in desks) <= 1
    finally:
        for desk in desks:
            desk.close()


def read_on(desks: list[Partition], until: float) -> None:
    while time.monotonic() < until:
        for desk in desks:
            desk.read(0.1)


def _nothing() -> None:
    pass
