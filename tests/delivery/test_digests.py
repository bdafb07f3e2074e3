"""When a queue has grown it goes as one message, which lists every alert; and what if that is not taken."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts import outbox
from alerts.backoff import Schedule
from alerts.deliver import Deliverer
from alerts.outbox import Limits, Work

from .invented import alert, plan, slack, states
from .receiver import Receiver, Reply
from .test_outbox import claim, finish, listing

LIMITS = Limits(over=3, most=5)
Receive = Callable[..., Receiver]
Deliver = Callable[..., Deliverer]


def warnings(store: sqlite3.Connection, count: int, start: int = 0) -> None:
    plan(store, *(alert(f"al_{number:02}", severity="warning") for number in range(start, start + count)))


def digest(store: sqlite3.Connection, **more: object) -> Work:
    work = claim(store, digest=LIMITS, **more)
    assert work is not None
    assert work.members
    return work


def test_few_that_wait_go_singly_and_more_go_as_one(store: sqlite3.Connection) -> None:
    warnings(store, 3)
    single = claim(store, digest=LIMITS)
    assert single is not None
    assert (single.root, single.members) == ("al_00", ())
    finish(store, single, "delivered")
    warnings(store, 9, start=3)
    work = digest(store)
    assert len(work.members) == len(work.data) == 5
    finish(store, work, "delivered")
    [log] = [item for item in listing(store) if item.kind == "digest"]
    assert (log.id, log.state, log.root) == (work.id, "delivered", None)
    assert log.covers == [f"al_{number:02}.1" for number in range(1, 6)]
    assert {item.digest for item in listing(store, "delivered") if item.covers[0] in log.covers} == {None, work.id}


def test_what_may_not_be_missed_goes_by_itself(store: sqlite3.Connection) -> None:
    plan(store, alert("al_told", severity="warning"), alert("al_edit", severity="warning"))
    finish(store, claim(store), "delivered")
    finish(store, claim(store), "delivered", handle={"ts": "1"})
    warnings(store, 6)
    plan(store, alert("al_told", 2, "cancel", severity="warning"), alert("al_edit", 2, "update", severity="warning"))
    plan(store, alert("al_red"))
    urgent = claim(store, digest=LIMITS)
    assert urgent is not None
    assert urgent.root == "al_red"
    work = digest(store)
    assert [item.covers[0] for item in listing(store, "sending") if item.digest] == [f"al_0{n}.1" for n in range(5)]
    finish(store, work, "delivered")
    rest = [claim(store, digest=LIMITS) for _ in range(3)]
    assert [work and work.root for work in rest] == ["al_05", "al_told", "al_edit"]


def test_a_digest_that_failed_waits_and_gathers_what_waits_by_then(store: sqlite3.Connection) -> None:
    warnings(store, 4)
    first = digest(store)
    finish(store, first, "retry", failures=1)
    assert [state for _, state in states(store)] == ["planned"] * 4 + ["superseded"]
    same = digest(store)
    assert same.id == first.id, "the same alerts must keep their idempotency key"
    finish(store, same, "uncertain", failures=1)
    plan(store, alert("al_01", 2, "cancel", severity="warning"))
    work = claim(store, digest=LIMITS, probing=True)
    assert work is not None
    assert work.root == "al_00", "a destination that fails is tried with one message, not with all"
    finish(store, work, "delivered")
    assert ("al_01.2", "planned") in states(store), "the digest may have told it, so the cancel must go"


def test_a_digest_that_is_called_invalid_goes_singly(store: sqlite3.Connection) -> None:
    warnings(store, 5)
    finish(store, digest(store), "dead")
    assert claim(store, digest=LIMITS) is not None
    assert [state for _, state in states(store)][:5] == ["sending"] + ["planned"] * 4


def test_a_revision_of_what_a_digest_carries_waits_for_it(store: sqlite3.Connection) -> None:
    warnings(store, 4)
    work = digest(store)
    plan(store, alert("al_02", 2, "update", severity="warning"))
    assert claim(store, digest=LIMITS) is None
    finish(store, work, "delivered")
    update = claim(store, digest=LIMITS)
    assert update is not None
    assert (update.root, update.told_at) == ("al_02", "2026-03-02T13:21:00+00:00")


def test_a_killed_digest_is_taken_back(store: sqlite3.Connection) -> None:
    warnings(store, 4)
    before = digest(store)
    assert outbox.recover(store, "desk") == 4
    assert digest(store).id == before.id


def test_a_parked_digest_parks_what_it_carried(store: sqlite3.Connection) -> None:
    warnings(store, 4)
    finish(store, digest(store), "park")
    assert [state for _, state in states(store)] == ["parked"] * 4 + ["superseded"]
    assert len(outbox.redrive(store)) == 4


def test_slack_gets_one_message_in_place_of_a_drip(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    receiver = receive()
    warnings(store, 37)
    plan(store, alert("al_red"))
    assert deliver(slack(receiver.url)).wait_idle(10)
    messages = [request.body.decode() for request in receiver.requests]
    assert len(messages) == 2
    assert "al_red.1" in messages[0]
    assert "37 more alerts" in messages[1]
    assert sorted(set(re.findall(r"al_\d\d\.1", messages[1]))) == [f"al_{number:02}.1" for number in range(37)]


@pytest.mark.parametrize("reply", [Reply(400, "invalid_blocks"), Reply(503)], ids=["invalid", "unavailable"])
def test_nothing_is_lost_when_a_digest_is_not_taken(
    store: sqlite3.Connection, tmp_path: Path, receive: Receive, deliver: Deliver, reply: Reply
) -> None:
    receiver = receive(reply)
    warnings(store, 17)
    deliver(slack(receiver.url), schedule=Schedule(first=0.05, longest=0.2))
    receiver.wait(3)
    told = "".join(request.body.decode() for request in receiver.requests[1:])
    assert "al_00.1" in told
    assert {state for alert_, state in states(store)} <= {"delivered", "planned", "sending", "superseded"}
