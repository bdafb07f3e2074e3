"""The generic webhook's bytes, and its signature against the reference library."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.channels import Message, Timeouts
from alerts.channels.webhook.channel import Webhook as Channel
from alerts.channels.webhook.signing import signature_header
from streams.codec import canonical

from .invented import SECRET, alert, webhook

# From the reference libraries' tests.
VECTOR_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
VECTOR_TIME = 1614265330
VECTOR_BODY = b'{"test": 2432232314}'
VECTOR_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk"


def test_the_worked_vector() -> None:
    assert signature_header(SECRET, VECTOR_ID, VECTOR_TIME, VECTOR_BODY) == VECTOR_SIGNATURE
    theirs = Webhook(SECRET).sign(VECTOR_ID, datetime.fromtimestamp(VECTOR_TIME, UTC), VECTOR_BODY.decode())
    assert theirs == VECTOR_SIGNATURE


@pytest.mark.parametrize("kind", ["alert", "update", "cancel"])
def test_a_delivery_verifies_with_the_reference_library(kind: str) -> None:
    item = alert(kind=kind, title="“Überfall” in Varda – 12 killed ☂ 😀")
    channel = Channel(webhook("http://127.0.0.1/", secret=SECRET), Timeouts())
    message = Message(id="nt_1", alert=item, data=canonical(item), now=time.time())
    for payload in (channel.render(message), channel.plain(message)):
        body = Webhook(SECRET).verify(payload.body, payload.headers)
        assert body["type"] == {"alert": "alert.created", "update": "alert.updated", "cancel": "alert.canceled"}[kind]
        assert body["timestamp"] == item.at
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(payload.body.replace(b"Varda", b"Vardb"), payload.headers)


def test_while_secrets_rotate_either_verifies() -> None:
    channel = Channel(webhook("http://127.0.0.1/", secret=f"{OTHER} {SECRET}"), Timeouts())
    payload = channel.render(Message(id="nt_1", alert=alert(), data=canonical(alert()), now=time.time()))
    assert len(payload.headers["webhook-signature"].split()) == 2
    for secret in (OTHER, SECRET):
        Webhook(secret).verify(payload.body, payload.headers)


def test_the_body_is_canonical_and_holds_the_alert_as_decided() -> None:
    item = alert()
    channel = Channel(webhook("http://127.0.0.1/"), Timeouts())
    payload = channel.render(Message(id="nt_1", alert=item, data=canonical(item), now=1.0))
    assert payload.body == canonical({"type": "alert.created", "timestamp": item.at, "data": item})
    assert "webhook-signature" not in payload.headers
    assert payload.headers["webhook-id"] == "nt_1"


def test_a_digest_holds_every_alert_whole_and_verifies() -> None:
    items = tuple(alert(f"al_{number}") for number in range(3))
    channel = Channel(webhook("http://127.0.0.1/", secret=SECRET), Timeouts())
    message = Message(id="nt_9", alert=items[-1], data=canonical(items[-1]), now=time.time(), digest=items)
    payload = channel.render(message)
    body = Webhook(SECRET).verify(payload.body, payload.headers)
    assert (body["type"], body["timestamp"]) == ("alert.digest", items[-1].at)
    covers = [item.id for item in items]
    assert body["data"]["notification"] == {"id": "nt_9", "destination": "desk", "kind": "digest", "covers": covers}
    assert canonical(body["data"]["alerts"]) == canonical(items)


@pytest.mark.parametrize("kind", ["alert", "update", "cancel"])
def test_a_cloud_event_has_what_version_1_0_requires(kind: str) -> None:
    item = alert(kind=kind)
    where = webhook("http://127.0.0.1/", secret=SECRET)
    where.settings["form"] = "cloudevents"
    payload = Channel(where, Timeouts()).render(Message(id="nt_1", alert=item, data=canonical(item), now=time.time()))
    event = Webhook(SECRET).verify(payload.body, payload.headers)
    assert payload.headers["Content-Type"] == "application/cloudevents+json; charset=UTF-8"
    assert canonical(event.pop("data")) == canonical(item)
    assert event == {
        "specversion": "1.0",
        "id": "nt_1",
        "source": "tocsin",
        "type": {
            "alert": "tocsin.alert.created",
            "update": "tocsin.alert.updated",
            "cancel": "tocsin.alert.canceled",
        }[kind],
        "subject": "al_one",
        "time": item.at,
        "datacontenttype": "application/json",
    }
