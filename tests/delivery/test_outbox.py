"""What waits for whom: order, superseding, cancels, parking and redrive, without a network."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from alerts import outbox
from alerts.alert import Notification
from alerts.outbox import Attempt, Result, Work
from alerts.severities import is_urgent
from streams.engines.sqlite import transaction

from .invented import alert, plan, states


def claim(store: sqlite3.Connection, now: float = 100.0, to: str = "desk", **more: Any) -> Work | None:
    with transaction(store):
        return outbox.claim(store, to, now, **more)


def finish(store: sqlite3.Connection, work: Work | None, result: Result, **more: Any) -> None:
    assert work is not None
    with transaction(store):
        answer = {"status": 200 if result == "delivered" else 503, "text": result}
        outbox.record(store, Attempt(work=work, result=result, answer=answer, at=100.0, **more))


def listing(store: sqlite3.Connection, *states: str) -> list[Notification]:
    return list(outbox.listing(store, states))


def test_planning_twice_sends_once(store: sqlite3.Connection) -> None:
    plan(store, alert(), alert(), to=("desk", "archive"))
    assert len(listing(store)) == 2
    assert len({item.id for item in listing(store)}) == 2
    assert outbox.destinations_of(store, "al_one") == ["desk", "archive"]


def test_ids_are_the_same_in_every_run_and_hold_no_dot() -> None:
    assert outbox.notification_id("al_one.1", "desk") == outbox.notification_id("al_one.1", "desk")
    assert outbox.notification_id("al_one.1", "desk") != outbox.notification_id("al_one.2", "desk")
    assert "." not in outbox.notification_id("al_one.1", "desk")


def test_a_newer_revision_supersedes_one_not_yet_sent(store: sqlite3.Connection) -> None:
    plan(store, alert(), alert(revision=2, kind="update"))
    first, second = listing(store)
    assert (first.state, first.superseded_by) == ("superseded", second.id)
    work = claim(store)
    assert work is not None
    assert (work.id, work.told_at) == (second.id, None)


def test_an_update_of_what_was_sent_says_when_it_was(store: sqlite3.Connection) -> None:
    plan(store, alert())
    finish(store, claim(store), "delivered")
    plan(store, alert(revision=2, kind="update"))
    work = claim(store)
    assert work is not None
    assert work.told_at == "2026-03-02T13:21:00+00:00"


def test_a_cancel_of_what_was_never_sent_sends_nothing(store: sqlite3.Connection) -> None:
    plan(store, alert(), alert(revision=2, kind="cancel"), alert("al_two"))
    first, cancel, _ = listing(store)
    assert (first.state, first.superseded_by) == ("superseded", cancel.id)
    assert (cancel.state, cancel.answer) == ("superseded", {"status": None, "text": "never sent"})
    work = claim(store)
    assert work is not None
    assert work.root == "al_two"


def test_a_cancel_after_a_failed_send_sends_nothing_either(store: sqlite3.Connection) -> None:
    plan(store, alert())
    work = claim(store)
    plan(store, alert(revision=2, kind="cancel"))  # while the alert is on its way: not known yet
    assert states(store)[1] == ("al_one.2", "planned")
    finish(store, work, "retry", failures=1)
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "superseded")]
    assert not outbox.busy(store, ["desk"])


@pytest.mark.parametrize("kind", ["update", "cancel"])
def test_after_an_uncertain_send_the_newer_revision_goes_instead(store: sqlite3.Connection, kind: str) -> None:
    plan(store, alert())
    finish(store, claim(store), "uncertain", failures=1)
    plan(store, alert(revision=2, kind=kind))
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "planned")]
    work = claim(store)
    assert work is not None
    assert work.told_at == "2026-03-02T13:21:00+00:00"


def test_what_a_killed_process_was_sending_goes_again_with_its_id(store: sqlite3.Connection) -> None:
    plan(store, alert())
    before = claim(store)
    with transaction(store):
        assert outbox.recover(store, "desk") == 1
    after = claim(store)
    assert before is not None
    assert after is not None
    assert (after.id, after.attempts) == (before.id, 1)


def test_a_killed_send_gives_way_to_a_newer_revision(store: sqlite3.Connection) -> None:
    plan(store, alert())
    claim(store)
    plan(store, alert(revision=2, kind="cancel"))
    with transaction(store):
        outbox.recover(store, "desk")
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "planned")]


def test_roots_go_in_order_of_planning_and_destinations_apart(store: sqlite3.Connection) -> None:
    plan(store, alert("al_b"), alert("al_a"), to=("desk", "archive"))
    finish(store, claim(store), "retry", failures=1)
    for to in ("archive", "desk"):
        work = claim(store, to=to)
        assert work is not None
        assert work.root == "al_b"


def test_one_that_keeps_failing_lets_others_go_and_is_tried_when_there_is_no_other(store: sqlite3.Connection) -> None:
    plan(store, alert("al_bad"), alert("al_good"))
    finish(store, claim(store), "retry", failures=3, not_before=500.0)
    good = claim(store, probing=True)
    assert good is not None
    assert good.root == "al_good"
    finish(store, good, "delivered")
    assert claim(store) is None
    bad = claim(store, probing=True)
    assert bad is not None
    assert bad.root == "al_bad"
    finish(store, bad, "retry", failures=1, not_before=500.0)
    assert claim(store, 500.0) is not None


def test_a_root_waits_for_its_earlier_message_while_others_go(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a"), alert("al_b"))
    first = claim(store)
    plan(store, alert("al_a", 2, "update"))
    second = claim(store)
    assert second is not None
    assert second.root == "al_b"
    assert claim(store) is None, "two messages of one root were on their way at once"
    finish(store, first, "delivered", handle={"ts": "1.2"})
    third = claim(store)
    assert third is not None
    assert (third.root, third.told_at, third.handle) == ("al_a", "2026-03-02T13:21:00+00:00", {"ts": "1.2"})


def test_critical_ones_overtake(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a", severity="warning"), alert("al_b", severity="info"), alert("al_c"))
    order = [claim(store), claim(store), claim(store)]
    assert [work and work.root for work in order] == ["al_c", "al_a", "al_b"]


@pytest.mark.parametrize(
    ("severities", "urgent"),
    [
        (("info", "warning", "critical"), {"critical"}),
        (("info", "critical", "flash"), {"critical", "flash"}),
        (("low", "high"), {"high"}),
    ],
)
def test_which_severities_are_urgent(severities: tuple[str, ...], urgent: set[str]) -> None:
    assert {name for name in severities if is_urgent(name, severities)} == urgent


def test_parking_takes_the_whole_queue_and_what_comes_later(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a"), alert("al_b"))
    finish(store, claim(store), "park")
    plan(store, alert("al_c"), alert("al_b", 2, "update"))
    assert states(store) == [
        ("al_a.1", "parked"),
        ("al_b.1", "superseded"),
        ("al_c.1", "parked"),
        ("al_b.2", "parked"),
    ]
    assert claim(store, 1e12) is None
    assert not outbox.busy(store, ["desk"])
    assert all(item.answer == {"status": 503, "text": "park"} for item in listing(store, "parked"))


def test_redrive_sends_the_newest_revision_of_each_root(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a"), to=("desk", "archive"))
    finish(store, claim(store), "dead")
    plan(store, alert("al_a", 2, "update"), alert("al_b"))
    finish(store, claim(store), "park")
    with transaction(store):
        assert outbox.redrive(store, "archive") == []
        assert len(outbox.redrive(store)) == 2
    desk = [(item.covers[0], item.state) for item in listing(store) if item.destination == "desk"]
    assert desk == [("al_a.1", "dead"), ("al_a.2", "planned"), ("al_b.1", "planned")]


def test_redrive_by_id_tries_one_and_its_success_frees_the_rest(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a"), alert("al_b"), alert("al_c"))
    finish(store, claim(store), "park")
    before = outbox.standing(store, "desk")
    with transaction(store):
        assert outbox.redrive(store, ids=["al_b.1"]) == [outbox.notification_id("al_b.1", "desk")]
    assert outbox.standing(store, "desk").redriven == before.redriven + 1
    assert [state for _, state in states(store)] == ["parked", "planned", "parked"]
    finish(store, claim(store), "delivered")
    assert [state for _, state in states(store)] == ["planned", "delivered", "planned"]
    finish(store, claim(store), "park")
    assert [state for _, state in states(store)] == ["parked", "delivered", "parked"]


def test_redrive_of_a_destination_that_backs_off_tries_it_at_once(store: sqlite3.Connection) -> None:
    plan(store, alert())
    finish(store, claim(store), "retry", failures=9, destination_not_before=400.0)
    assert outbox.standing(store, "desk").not_before == 400.0
    with transaction(store):
        assert outbox.redrive(store, "desk") == []
    assert outbox.standing(store, "desk").not_before is None


def test_busy_asks_of_the_destinations_it_is_given(store: sqlite3.Connection) -> None:
    plan(store, alert(), to=("gone",))
    assert outbox.busy(store, ["desk", "gone"])
    assert not outbox.busy(store, ["desk"])
    assert outbox.strangers(store, ["desk"]) == {"gone": 1}


def test_health_says_how_each_destination_does(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a"), alert("al_b"), to=("desk", "archive", "wire"))
    finish(store, claim(store), "delivered")
    finish(store, claim(store, to="archive"), "retry", failures=2, destination_not_before=160.0)
    finish(store, claim(store, to="wire"), "park")
    health = outbox.health(store)
    assert list(health) == ["archive", "desk", "wire"]
    desk, archive, wire = health["desk"], health["archive"], health["wire"]
    assert (desk.state, desk.waiting, desk.delivered, desk.answer) == ("up", 1, 1, None)
    assert desk.waiting_since == "1970-01-01T00:16:42+00:00"
    assert (archive.state, archive.failures, archive.waiting) == ("failing", 2, 2)
    assert (archive.down_since, archive.next_try) == ("1970-01-01T00:01:40+00:00", "1970-01-01T00:02:40+00:00")
    assert (wire.state, wire.parked, wire.answer) == ("parked", 2, {"status": 503, "text": "park"})


def test_a_long_queue_is_searched_by_index(store: sqlite3.Connection) -> None:
    ran: list[str] = []
    store.set_trace_callback(ran.append)
    plan(store, alert())
    finish(store, claim(store, probing=True), "retry", failures=1)
    outbox.busy(store, ["desk"])
    store.set_trace_callback(None)
    for statement in ran:
        if statement.startswith(("SELECT", "UPDATE")):
            steps = [row["detail"] for row in store.execute("EXPLAIN QUERY PLAN " + statement)]
            scans = [
                step for step in steps if step.startswith("SCAN") and "json_each" not in step and "CONSTANT" not in step
            ]
            assert not scans, (statement, steps)
            assert "ORDER BY urgent" not in statement or not any("TEMP B-TREE" in step for step in steps), steps
