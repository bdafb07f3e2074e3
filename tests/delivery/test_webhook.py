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
