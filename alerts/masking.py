"""Which words must never be shown? Secrets, and the parts of addresses that may be one; everything shown goes by here.

A value is hidden from the moment the config has read it, for as long as the process lives: a reload that changes a
token must not uncover the old one.
"""

from __future__ import annotations

import base64
import threading
from urllib.parse import parse_qsl, quote, unquote, urlsplit

STAND_IN = "***"
#: Shorter values are no secrets, and hiding them would garble what is said.
_SHORTEST = 6

_lock = threading.Lock()
_hidden: tuple[str, ...] = ()


def hide(*values: str) -> None:
    """Hide values, and of an address the parts that may be secret."""
    global _hidden  # noqa: PLW0603 - one set of secrets a process
    found = {part for value in values for part in _parts(value) if len(part) >= _SHORTEST}
    with _lock:
        if not found <= set(_hidden):
            _hidden = tuple(sorted({*_hidden, *found}, key=lambda part: (-len(part), part)))


def mask(text: str) -> str:
    """The text with every hidden value replaced by ``***``."""
    for value in _hidden:
        if value in text:
            text = text.replace(value, STAND_IN)
    return text


def _parts(value: str) -> set[str]:
    """The value's parts, each also in the spellings in which an answer may repeat it."""
    found = _pieces(value)
    coded = {base64.b64encode(part.encode()).decode() for part in found if len(part) >= _SHORTEST}
    return found | {unquote(part) for part in found} | {quote(part, safe="") for part in found} | coded


def _pieces(value: str) -> set[str]:
    if "://" not in value:
        return {value, *value.split(), *(part.removeprefix("whsec_") for part in value.split())}
    try:
        parts = urlsplit(value)
    except ValueError:
        return {value}
    return {parts.password or "", parts.query, *(v for _, v in parse_qsl(parts.query))}


def hide_path(address: str) -> None:
    """Hide an address that is a secret as a whole, such as a webhook's: its path too, and each long part of it."""
    path = urlsplit(address).path
    hide(address, *(part for part in (path, *path.split("/")) if len(part) >= _SHORTEST and not part.isalpha()))
