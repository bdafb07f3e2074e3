"""What was decided to go together goes as one message that covers each alert, and none of it is lost on the way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from alerts import outbox
from alerts.alert import Alert
from alerts.config.types import Destination, Secret
from alerts.deliver import Deliverer
from streams.codec import canonical
from streams.engines.sqlite import transaction

from .invented import alert, slack, webhook
from .receiver import Receiver, Reply
from .test_outbox import listing

Receive = Callable[..., Receiver]
Deliver = Callable[..., Deliverer]


def together(
    store: sqlite3.Connection, *alerts: Alert, bundle: str = "nt_bundle", words: str = "group of country XV"
) -> None:
    """As the fold lets alerts go together: stored when decided, planned when released."""
    with transaction(store):
        for item in alerts:
            outbox.plan(store, item, canonical(item), (), 1, urgent=False, now=1.0)
        outbox.note_sending(store, bundle, 2, 100, "desk", [item.id for item in alerts], "grouped", words)
        messages = [
            outbox.Message(
                alert=a.id,
                root=a.root,
                revision=a.revision,
                kind=a.kind,
                severity=a.severity,
                urgent=a.severity == "critical",
            )
            for a in alerts
        ]
        outbox.plan_kept(store, messages, "desk", 1.0, bundle=bundle)


def three() -> list[Alert]:
    return [
        alert("al_a", title="12 killed in Varda"),
        alert("al_b", severity="warning", title="6 killed in Mopti", rule="toll"),
        alert("al_c", severity="warning", title="4 attacks in Varda", rule="spate"),
    ]


def body(receiver: Receiver, n: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(receiver.requests[n].body)
    return found


def test_a_webhook_gets_one_notification_that_covers_all(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    together(store, *three())
    receiver = receive()
    assert deliver(webhook(receiver.url)).wait_idle(5)
    (request,) = receiver.requests
    posted = body(receiver)
    assert posted["type"] == "alert.digest"
    about = posted["data"]["notification"]
    assert about["covers"] == [a["id"] for a in posted["data"]["alerts"]] == ["al_a.1", "al_b.1", "al_c.1"]
    assert about["together"] == "group of country XV"
    assert request.headers["webhook-id"] == about["id"]
    [log] = [item for item in listing(store) if item.kind == "digest"]
    assert (log.id, log.covers, log.state) == (about["id"], about["covers"], "delivered")


def test_slack_shows_each_alert_with_its_newest_sentence_and_why_they_come_together(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    together(store, *three())
    receiver = receive(then=Reply(200, "ok"))
    assert deliver(slack(receiver.url)).wait_idle(5)
    posted = body(receiver)
    text = json.dumps(posted, ensure_ascii=False)
    assert posted["blocks"][0]["text"]["text"].startswith(
        "3 alerts (1 critical, 2 warning): 12 killed in Varda; 6 killed"
    )
    for item in three():
        assert f"{item.title} ({item.id})" in text
    assert text.count("Gunmen killed 5 soldiers near Varda, police said.") == 3
    assert "group of country XV" in text


def test_one_that_was_replaced_meanwhile_is_not_in_it_and_a_single_one_left_goes_in_full(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    first, second, _ = three()
    together(store, first, second)
    with transaction(store):
        newer = alert("al_b", 2, "update", severity="warning")
        outbox.plan(store, newer, canonical(newer), ["desk"], 3, urgent=False, now=2.0)
    receiver = receive()
    assert deliver(webhook(receiver.url)).wait_idle(5)
    assert [body(receiver, n)["data"].get("id") for n in range(2)] == ["al_a.1", "al_b.2"]


def test_a_group_that_failed_goes_again_with_the_same_id_and_one_called_invalid_singly(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    together(store, *three())
    receiver = receive(Reply(503, "later"), Reply(400, "no"), then=Reply(200, "ok"))
    assert deliver(webhook(receiver.url)).wait_idle(8)
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids[0] == ids[1]
    assert len(receiver.requests) == 5
    assert sorted(body(receiver, n)["data"]["id"] for n in range(2, 5)) == ["al_a.1", "al_b.1", "al_c.1"]


def test_pagerduty_gets_each_by_itself_so_that_each_can_be_resolved(
    store: sqlite3.Connection, receive: Receive, deliver: Deliver
) -> None:
    together(store, *three())
    receiver = receive(then=Reply(202, '{"status":"success"}'))
    pager = Destination(
        id="desk",
        kind="pagerduty",
        settings={"routing_key": Secret("k" * 32), "api": receiver.url},
        allow_private=True,
    )
    assert deliver(pager).wait_idle(8)
    assert [body(receiver, n)["dedup_key"] for n in range(3)] == ["al_a", "al_b", "al_c"]
