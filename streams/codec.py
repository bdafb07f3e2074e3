"""One way to write a record as bytes: JSON with sorted keys, no spaces, UTF-8, floats rounded to six decimals.

The same value gives the same bytes in every process and on every engine.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """The canonical bytes of a record, dict, list or scalar."""
    return _encoder.encode(rounded(msgspec.to_builtins(value)))


def rounded(value: Any) -> Any:
    """The same builtins with every float rounded to six decimals."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return value


def digest(*parts: object) -> str:
    """Sixteen hex digits that name the parts: the start of a SHA-256 over their canonical bytes."""
    return hashlib.sha256(canonical(list(parts))).hexdigest()[:16]
