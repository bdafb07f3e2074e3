"""A generic webhook: the alert's canonical bytes in an envelope, with Standard Webhooks headers.

The envelope is the one of Standard Webhooks, or a CloudEvent of version 1.0 in its structured form.
"""

from __future__ import annotations

from typing import Any

from alerts.channels.base import Answer, Channel, Message, Payload, Timeouts
from alerts.channels.http import Poster
from alerts.channels.text import plain_text
from alerts.channels.webhook.signing import signature_header
from alerts.config.types import Destination
from streams.codec import canonical

TYPES = {"alert": "alert.created", "update": "alert.updated", "cancel": "alert.canceled"}
DIGEST = "alert.digest"
PLAIN_CHARACTERS = 4000


class Webhook(Channel):
    """One receiver."""

    in_flight = 4
    digest_over = 200
    digest_most = 200

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        settings = destination.settings
        self._secret = settings.get("secret")
        self._is_cloud_event = settings.get("form") == "cloudevents"
        self._poster = Poster(
            settings["url"].reveal(), allow_private=destination.allow_private, timeouts=timeouts, repeatable=True
        )

    def render(self, message: Message) -> Payload:
        """The whole alert, or all alerts of a digest."""
        return self._signed(message, self._digest(message) if message.digest else message.data)

    def plain(self, message: Message) -> Payload:
        """The alert's identity and its text, without incidents and evidence."""
        alert = message.alert
        data = {
            "id": alert.id,
            "root": alert.root,
            "revision": alert.revision,
            "kind": alert.kind,
            "rule": alert.rule,
            "severity": alert.severity,
            "key": alert.key,
            "at": alert.at,
            "text": plain_text(message)[:PLAIN_CHARACTERS],
        }
        return self._signed(message, canonical(data))

    def _digest(self, message: Message) -> bytes:
        covers = [alert.id for alert in message.digest]
        about = {"id": message.id, "destination": self.destination.id, "kind": "digest", "covers": covers}
        if message.together is not None:
            about["together"] = message.together
        return canonical({"notification": about, "alerts": message.digest})

    def _signed(self, message: Message, data: bytes) -> Payload:
        alert = message.alert
        kind = DIGEST if message.digest else TYPES[alert.kind]
        media = "application/json"
        around: dict[str, Any] = {"timestamp": alert.at, "type": kind}
        if self._is_cloud_event:
            media = "application/cloudevents+json; charset=UTF-8"
            around = {
                "datacontenttype": "application/json",
                "id": message.id,
                "source": "tocsin",
                "specversion": "1.0",
                "subject": self.destination.id if message.digest else alert.root,
                "time": alert.at,
                "type": f"tocsin.{kind}",
            }
        body = _enveloped(around, data)
        timestamp = int(message.now)
        headers = {"Content-Type": media, "webhook-id": message.id, "webhook-timestamp": str(timestamp)}
        if self._secret is not None:
            headers["webhook-signature"] = signature_header(self._secret.reveal(), message.id, timestamp, body)
        return Payload(body=body, headers=headers)

    def attempt(self, payload: Payload) -> Answer:
        """Post once, exactly the bytes signed."""
        return self._poster.post(payload.body, payload.headers)

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()


def _enveloped(around: dict[str, Any], data: bytes) -> bytes:
    """Canonical JSON of the envelope with ``data`` in it. "data" comes first in the order of its keys."""
    return b'{"data":' + data + b"," + canonical(around)[1:]
