"""A generic webhook: the alert's canonical bytes in an envelope, with Standard Webhooks headers."""

from __future__ import annotations

from alerts.channels.base import Answer, Channel, Message, Payload, Timeouts
from alerts.channels.http import Poster
from alerts.channels.text import plain_text
from alerts.channels.webhook.signing import signature_header
from alerts.config.types import Destination
from streams.codec import canonical

TYPES = {"alert": "alert.created", "update": "alert.updated", "cancel": "alert.canceled"}
PLAIN_CHARACTERS = 4000


class Webhook(Channel):
    """One receiver."""

    in_flight = 4

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        settings = destination.settings
        secret = settings.get("secret")
        self._secrets: str = secret.reveal() if secret is not None else ""
        self._poster = Poster(settings["url"].reveal(), allow_private=destination.allow_private, timeouts=timeouts)

    def render(self, message: Message) -> Payload:
        """The whole alert. The keys of the envelope are in order, so its bytes are canonical too."""
        alert = message.alert
        tail = canonical({"timestamp": alert.at, "type": TYPES[alert.kind]})
        return self._signed(message, b'{"data":' + message.data + b"," + tail[1:])

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
            "text": plain_text(alert, message.told_at)[:PLAIN_CHARACTERS],
        }
        return self._signed(message, canonical({"data": data, "timestamp": alert.at, "type": TYPES[alert.kind]}))

    def _signed(self, message: Message, body: bytes) -> Payload:
        timestamp = int(message.now)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
        }
        if self._secrets:
            headers["webhook-signature"] = signature_header(self._secrets, message.id, timestamp, body)
        return Payload(body=body, headers=headers)

    def send(self, payload: Payload) -> Answer:
        """Post once, exactly the bytes signed."""
        return self._poster.post(payload)

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()
