"""The records of the journal on Kafka: none that is wrong ends a desk, and none sends the clock of all desks ahead."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("kafka")
from streams.engines.kafka import read_record, seal
from streams.journal import Control, Tick, encode_entry

NOON_MS = 1_772_452_800_500
TICK = encode_entry(Tick())


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\xff",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"received":1,"entry":' + b"[" * 50_000,
        b'{"received":1e400}',
    ],
)
def test_what_is_no_entry_is_named_and_passed_over(value: bytes | None) -> None:
    read = read_record(7, value, NOON_MS, "desk")
    assert (read.position, read.entry, read.received) == (8, Tick(), 0)
    assert read.wrong.startswith("no journal entry: ")


@given(
    st.binary() | st.builds(lambda n: json.dumps({"received": n, "entry": {"type": "tick"}}).encode(), st.integers())
)
def test_any_bytes_have_a_place_and_a_time_that_has_been(value: bytes) -> None:
    read = read_record(7, value, NOON_MS, "desk")
    assert read.position == 8
    assert 0 <= read.received <= NOON_MS // 1000 + 1


def test_what_was_received_in_time_is_left_alone() -> None:
    for received in (0, NOON_MS // 1000 - 86400, NOON_MS // 1000):
        read = read_record(0, seal(TICK, received), NOON_MS, "desk")
        assert (read.received, read.wrong) == (received, "")
    ahead = read_record(0, seal(TICK, NOON_MS // 1000 + 10**6), NOON_MS, "desk")
    assert ahead.received == NOON_MS // 1000 + 1


def test_one_desks_word_is_only_a_time_to_another() -> None:
    value = seal(encode_entry(Control(command="silence", body={})), NOON_MS // 1000, "us", 3)
    ours, theirs = read_record(0, value, NOON_MS, "us"), read_record(0, value, NOON_MS, "them")
    assert isinstance(ours.entry, Control)
    assert ours.inbox == 3
    assert (theirs.entry, theirs.data, theirs.received, theirs.inbox) == (Tick(), TICK, ours.received, None)
