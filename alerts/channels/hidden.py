"""Which strings of a destination's settings must never come out again? Whole secrets, and the parts that unlock."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from alerts.config.types import Secret

#: Shorter parts of an address are words such as "in" or "api", and blacking them out would garble every answer.
SHORTEST = 6


class Hidden:
    """Blacks out the secrets of one destination's settings."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        parts = {part for value in settings.values() for part in _parts(value)}
        self._parts = sorted(parts, key=lambda part: (-len(part), part))

    def of(self, text: str) -> str:
        """The text with every secret as ``***``."""
        for part in self._parts:
            text = text.replace(part, "***")
        return text


def _parts(value: Any) -> Iterable[str]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _parts(each)
    elif isinstance(value, Secret):
        for secret in value.reveal().split() or [""]:
            for part in _pieces(secret):
                yield from {part, quote(part, safe=""), unquote(part), base64.b64encode(part.encode()).decode()}


def _pieces(secret: str) -> Iterable[str]:
    """The secret, what it is without its prefix, and of an address user, password, path, its parts, query values."""
    found = {secret, secret.removeprefix("whsec_")}
    if "://" in secret:
        parts = urlsplit(secret)
        found |= {parts.path, *parts.path.split("/"), parts.password or "", parts.query}
        found |= {part for _, part in parse_qsl(parts.query)}
    return {part for part in found if len(part) >= SHORTEST} | ({secret} - {""})
