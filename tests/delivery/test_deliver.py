"""Delivery against a real receiver: every kind of answer, order, and one destination apart from another."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from alerts import outbox
from alerts.backoff import Schedule
from alerts.deliver import Deliverer
from streams.engines.sqlite import transaction

from .invented import SECRET, alert, plan, slack, states, webhook
from .receiver import Receiver, Reply

Receive = Callable[..., Receiver]
Deliver = Callable[..., Deliverer]

SENT = ("al_one.1", "delivered")


def test_an_alert_arrives_and_is_marked(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive()
    deliverer = deliver(webhook(receiver.url))
    began = time.monotonic()
    plan(store, alert())
    deliverer.wake()
    assert deliverer.wait_idle(5)
    assert time.monotonic() - began < 0.9, "it waited for the safety net instead of the wake"
    assert receiver.requests[0].id == outbox.notification_id("al_one.1", "desk")
    [item] = outbox.listing(store)
    assert (item.state, item.attempts, item.answer) == ("delivered", 1, {"status": 200, "text": "ok"})


def test_work_that_nobody_told_of_is_found(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive()
    deliver(webhook(receiver.url))
    time.sleep(0.1)
    plan(store, alert())
    receiver.wait(1, timeout=3)


OUTCOMES = {
    **dict.fromkeys((200, 201, 202, 204), "delivered"),
    **dict.fromkeys((301, 302, 307, 308, 401, 403, 404, 405, 410), "parked"),
    **dict.fromkeys((400, 406, 413, 415, 422), "dead"),
    **dict.fromkeys((408, 425, 429, 500, 502, 503, 504), "planned"),
}


@pytest.mark.parametrize(("status", "state"), OUTCOMES.items())
def test_every_status_of_a_webhook(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, status: int, state: str
) -> None:
    receiver = receive(then=Reply(status, "why"))
    plan(store, alert())
    deliver(webhook(receiver.url), schedule=Schedule(first=60))
    deadline = time.monotonic() + 5
    while (item := next(outbox.listing(store))).answer is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert item.state == state
    assert item.answer == {"status": status, "text": "" if status == 204 else "why"}
    assert (item.not_before is not None) == (state == "planned")
    assert len(receiver.requests) == (2 if state == "dead" else 1)


SLACK_ANSWERS = [
    (400, "invalid_payload", "dead"),
    (400, "user_not_found", "dead"),
    (400, "no_text", "dead"),
    (400, "invalid_blocks", "dead"),
    (400, "invalid_blocks_format", "dead"),
    (400, "missing_text_or_fallback_or_attachments", "dead"),
    (400, "too_many_attachments", "dead"),
    (403, "action_prohibited", "parked"),
    (403, "invalid_token", "parked"),
    (403, "posting_to_general_channel_denied", "parked"),
    (404, "channel_not_found", "parked"),
    (404, "no_service", "parked"),
    (400, "no_team", "parked"),
    (404, "no_active_hooks", "parked"),
    (410, "channel_is_archived", "parked"),
    (429, '{"retry_after":1,"ok":false,"error":"rate_limited"}', "planned"),
    (500, "rollup_error", "planned"),
    (200, "ok", "delivered"),
]


@pytest.mark.parametrize(("status", "body", "state"), SLACK_ANSWERS)
def test_every_answer_of_slack(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, status: int, body: str, state: str
) -> None:
    receiver = receive(then=Reply(status, body))
    plan(store, alert())
    deliver(slack(receiver.url), schedule=Schedule(first=60))
    deadline = time.monotonic() + 5
    while (item := next(outbox.listing(store))).answer is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (item.state, item.answer) == (state, {"status": status, "text": body})
    if state == "dead":
        first, second = (request.json for request in receiver.requests)
        assert "blocks" in first
        assert "blocks" not in second
        assert "12 killed in Varda" in second["text"]


def test_plain_text_that_is_taken_counts(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive(Reply(400, "invalid_blocks"))
    plan(store, alert("al_a"), alert("al_b"))
    assert deliver(slack(receiver.url)).wait_idle(5)
    assert states(store) == [("al_a.1", "delivered"), ("al_b.1", "delivered")]


def test_a_dead_notification_does_not_stop_the_queue(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    receiver = receive(Reply(422), Reply(422))
    plan(store, alert("al_a"), alert("al_b"))
    assert deliver(webhook(receiver.url)).wait_idle(5)
    assert states(store) == [("al_a.1", "dead"), ("al_b.1", "delivered")]


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        (lambda: "1", 1.0, 1.6),
        (lambda: "0.4", 0.4, 0.9),
        (lambda: formatdate(time.time() + 2, usegmt=True), 0.9, 2.6),
    ],
    ids=["seconds", "float", "date"],
)
@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_it_is_told(
    store: sqlite3.Connection,
    receive: Receive,
    deliver: Deliver,
    told: Callable[[], str],
    least: float,
    most: float,
    status: int,
) -> None:
    receiver = receive(Reply(status, headers={"Retry-After": told()}))
    plan(store, alert("al_a"), alert("al_b"))
    deliver(webhook(receiver.url), schedule=Schedule(first=30))
    first, second, third = receiver.wait(3)
    assert least <= second.at - first.at <= most
    assert first.id == second.id != third.id, "another alert went in front of the one that waits"
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"])


def test_a_timestamp_is_renewed_on_every_attempt(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive(Reply(503, headers={"Retry-After": "1.2"}))
    plan(store, alert())
    deliver(webhook(receiver.url, secret=SECRET))
    first, second = receiver.wait(2)
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert first.body == second.body


@pytest.mark.parametrize("reply", [Reply(reset=True), Reply(delay=0.8)], ids=["reset", "time-out"])
def test_a_send_without_an_answer_is_repeated_with_its_id(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, reply: Reply
) -> None:
    receiver = receive(reply)
    plan(store, alert())
    assert deliver(webhook(receiver.url)).wait_idle(5)
    first, second = receiver.requests
    assert first.id == second.id
    assert states(store) == [SENT]


@pytest.mark.parametrize("reply", [Reply(reset=True), Reply(delay=0.8)], ids=["reset", "time-out"])
def test_after_a_time_out_the_cancel_always_goes(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, reply: Reply
) -> None:
    receiver = receive(reply)
    plan(store, alert())
    deliverer = deliver(webhook(receiver.url), schedule=Schedule(first=0.5))
    receiver.wait(1)
    plan(store, alert(revision=2, kind="cancel"))
    deliverer.wake()
    assert deliverer.wait_idle(5)
    assert [request.json["type"] for request in receiver.requests] == ["alert.created", "alert.canceled"]
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "delivered")]


def test_a_refused_connection_sends_nothing_and_a_cancel_takes_it_along(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    gone = receive()
    gone.close()
    plan(store, alert())
    deliverer = deliver(webhook(gone.url))
    deadline = time.monotonic() + 5
    while next(outbox.listing(store)).attempts < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    plan(store, alert(revision=2, kind="cancel"))
    assert deliverer.wait_idle(5)
    assert states(store) == [("al_one.1", "superseded"), ("al_one.2", "superseded")]


def test_a_slow_destination_delays_no_other(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    slow, fast = receive(then=Reply(delay=0.3)), receive()
    plan(store, *(alert(f"al_{number:02}") for number in range(20)), to=("slow", "fast"))
    began = time.monotonic()
    deliver(webhook(slow.url, "slow"), webhook(fast.url, "fast"))
    fast.wait(20)
    assert time.monotonic() - began < 2
    assert len(slow.requests) < 10
    assert [request.alert for request in fast.requests] == [f"al_{number:02}.1" for number in range(20)]


def test_revisions_of_a_root_arrive_in_order(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive(Reply(delay=0.1), Reply(503), then=Reply(delay=0.02))
    deliverer = deliver(webhook(receiver.url))
    for revision in range(1, 9):
        plan(store, alert("al_a", revision, "update" if revision > 1 else "alert"))
        plan(store, alert("al_b", revision, "update" if revision > 1 else "alert"))
        deliverer.wake()
        time.sleep(0.03)
    assert deliverer.wait_idle(10)
    for root in ("al_a", "al_b"):
        revisions = [r.json["data"]["revision"] for r in receiver.requests if r.json["data"]["root"] == root]
        assert revisions == sorted(revisions)
        assert revisions[-1] == 8


def test_slack_gets_one_message_a_second(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive()
    plan(store, *(alert(f"al_{number}") for number in range(6)))
    deliver(slack(receiver.url))
    times = [request.at for request in receiver.wait(6)]
    assert times[2] - times[0] < 0.8, "a short burst is allowed"
    assert times[5] - times[0] >= 2.9


def test_a_parked_queue_goes_on_after_redrive(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive(Reply(404, "no_service"))
    plan(store, alert("al_a"), alert("al_b"))
    deliverer = deliver(slack(receiver.url))
    assert deliverer.wait_idle(5)
    assert states(store) == [("al_a.1", "parked"), ("al_b.1", "parked")]
    with transaction(store):
        outbox.redrive(store, "desk")
    receiver.wait(3, timeout=3)
    assert deliverer.wait_idle(5)
    assert states(store) == [("al_a.1", "delivered"), ("al_b.1", "delivered")]


def test_a_redirect_is_not_followed(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    elsewhere = receive()
    receiver = receive(then=Reply(307, headers={"Location": elsewhere.url}))
    plan(store, alert())
    assert deliver(webhook(receiver.url)).wait_idle(5)
    assert states(store) == [("al_one.1", "parked")]
    assert elsewhere.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_an_internal_address_is_refused(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, host: str
) -> None:
    receiver = receive()
    plan(store, alert())
    assert deliver(webhook(receiver.url.replace("127.0.0.1", host), private=False)).wait_idle(5)
    [item] = outbox.listing(store)
    assert item.state == "parked"
    assert item.answer is not None
    assert "allow_private: true" in item.answer["text"]
    assert receiver.requests == []


def test_only_after_the_retention_a_notification_is_dead(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    receiver = receive(then=Reply(500))
    plan(store, alert())
    assert deliver(
        webhook(receiver.url), schedule=Schedule(first=0.05, longest=0.1, retention=0.5, least_tries=8)
    ).wait_idle(5)
    [item] = outbox.listing(store)
    assert item.state == "dead"
    assert item.attempts >= 8, "a clock that was set forward must not let it die"


def test_stopping_lets_the_send_under_way_end(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> None:
    receiver = receive(then=Reply(delay=0.3))
    plan(store, alert("al_a"), alert("al_b"))
    deliverer = deliver(webhook(receiver.url))
    receiver.wait(1)
    deliverer.stop(5)
    assert states(store) == [("al_a.1", "delivered"), ("al_b.1", "planned")]


def test_new_destinations_are_adopted_without_a_wait(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    slow, moved, same = receive(then=Reply(delay=0.35)), receive(), receive()
    deliverer = deliver(webhook(slow.url, "one"), webhook(same.url, "two"), webhook(same.url, "gone"))
    plan(store, alert("al_a"), alert("al_b"), to=("one",))
    deliverer.wake()
    slow.wait(1)
    began = time.monotonic()
    deliverer.adopt((webhook(moved.url, "one"), webhook(same.url, "two"), webhook(same.url, "new")))
    assert time.monotonic() - began < 0.2, "it waited for a destination that is slow"
    plan(store, alert("al_c"), to=("two", "new", "gone"))
    deliverer.wake()
    assert deliverer.wait_idle(5)
    assert [request.alert for request in slow.requests] == ["al_a.1"]
    assert [request.alert for request in moved.requests] == ["al_b.1"], "what was on its way was sent twice, or nothing"
    assert len(same.requests) == 2
    assert outbox.strangers(store, ["one", "two", "new"]) == {"gone": 1}
    deliverer.adopt((webhook(same.url, "gone"),))
    same.wait(3)


def test_secrets_are_neither_kept_nor_logged(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = "B0TOKENB0TOKEN"
    receiver = receive(Reply(503, f"no route /services/T1/{token}?key=qwertyuiop"), Reply(404, f"Cannot POST {token}"))
    url = receiver.url.replace("/in", f"/services/T1/{token}?key=qwertyuiop")
    plan(store, alert())
    deliverer = deliver(webhook(url, secret=SECRET))
    assert deliverer.wait_idle(5)
    deliverer.stop(5)
    assert token in receiver.requests[0].path
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (token, "qwertyuiop", SECRET, SECRET.removeprefix("whsec_")):
        assert secret.encode() not in kept
        assert secret not in caplog.text
    assert "Cannot POST ***" in str(next(outbox.listing(store)).answer)
