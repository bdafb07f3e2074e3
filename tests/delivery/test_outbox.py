"""What waits for whom: order, superseding, cancels, parking and redrive, without a network."""

from __future__ import annotations

import sqlite3

import pytest

from alerts import outbox
from alerts.outbox import Attempt, Result, Work
from streams.engines.sqlite import transaction

from .invented import alert, plan, states


def claim(store: sqlite3.Connection, now: float = 100.0, to: str = "desk") -> Work | None:
    with transaction(store):
        return outbox.claim(store, to, now)


def finish(store: sqlite3.Connection, work: Work | None, result: Result, not_before: float | None = None) -> None:
    assert work is not None
    with transaction(store):
        answer = {"status": 200 if result == "delivered" else 503, "text": result}
        outbox.record(store, Attempt(work=work, result=result, answer=answer, not_before=not_before))


def test_planning_twice_sends_once(store: sqlite3.Connection) -> None:
    plan(store, alert(), alert(), to=("desk", "archive"))
    assert len(outbox.listing(store)) == 2
    assert len({item.id for item in outbox.listing(store)}) == 2
    assert outbox.destinations_of(store, "al_one") == ["desk", "archive"]


def test_ids_are_the_same_in_every_run_and_hold_no_dot() -> None:
    assert outbox.notification_id("al_one.1", "desk") == outbox.notification_id("al_one.1", "desk")
    assert outbox.notification_id("al_one.1", "desk") != outbox.notification_id("al_one.2", "desk")
    assert "." not in outbox.notification_id("al_one.1", "desk")


def test_a_newer_revision_supersedes_one_not_yet_sent(store: sqlite3.Connection) -> None:
    plan(store, alert(), alert(revision=2, kind="update"))
    first, second = outbox.listing(store)
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
    first, cancel, _ = outbox.listing(store)
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
    finish(store, work, "retry", not_before=105.0)
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "superseded")]
    assert not outbox.busy(store)


@pytest.mark.parametrize("kind", ["update", "cancel"])
def test_after_an_uncertain_send_the_newer_revision_goes_instead(store: sqlite3.Connection, kind: str) -> None:
    plan(store, alert())
    finish(store, claim(store), "uncertain", not_before=105.0)
    plan(store, alert(revision=2, kind=kind))
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "planned")]
    assert claim(store, 104.0) is None, "the back-off went away with the superseded row"
    work = claim(store, 105.0)
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
    finish(store, claim(store), "retry", not_before=500.0)
    assert claim(store) is None, "a destination that backs off got another alert"
    other = claim(store, to="archive")
    assert other is not None
    assert other.root == "al_b"
    again = claim(store, 500.0)
    assert again is not None
    assert again.root == "al_b"


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
    assert not outbox.busy(store)
    assert all(item.answer == {"status": 503, "text": "park"} for item in outbox.listing(store, "parked"))


def test_redrive_sends_the_newest_revision_of_each_root(store: sqlite3.Connection) -> None:
    plan(store, alert("al_a"), to=("desk", "archive"))
    finish(store, claim(store), "dead")
    plan(store, alert("al_a", 2, "update"), alert("al_b"))
    finish(store, claim(store), "park")
    with transaction(store):
        assert outbox.redrive(store, "archive") == 0
        assert outbox.redrive(store) == 2
    desk = [(item.covers[0], item.state) for item in outbox.listing(store) if item.destination == "desk"]
    assert desk == [("al_a.1", "dead"), ("al_a.2", "planned"), ("al_b.1", "planned")]


def test_busy_asks_of_the_destinations_it_is_given(store: sqlite3.Connection) -> None:
    plan(store, alert(), to=("gone",))
    assert outbox.busy(store)
    assert not outbox.busy(store, ["desk"])


def test_a_long_queue_is_searched_by_index(store: sqlite3.Connection) -> None:
    for query in (
        "SELECT id FROM notifications WHERE destination = 'x' AND state = 'planned' ORDER BY seq LIMIT 1",
        "SELECT max(not_before) FROM notifications WHERE destination = 'x' AND not_before IS NOT NULL",
    ):
        steps = [row["detail"] for row in store.execute("EXPLAIN QUERY PLAN " + query)]
        assert any("INDEX" in step for step in steps), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps
