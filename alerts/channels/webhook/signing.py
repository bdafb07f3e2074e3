"""Standard Webhooks signatures: HMAC-SHA256 over ``id.timestamp.body``, one for each secret."""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def signature_header(secrets: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` header. ``secrets`` holds one or, while they rotate, several separated by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(_signature(secret, signed) for secret in secrets.split())


def _signature(secret: str, signed: bytes) -> str:
    encoded = secret.removeprefix(PREFIX)
    key = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
