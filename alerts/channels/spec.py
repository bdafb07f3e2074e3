"""What may a config say about a kind of destination? One ``Spec`` a kind, in its folder's ``settings.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from alerts.config.values import Reader


class Spec(Struct, frozen=True, kw_only=True):
    """The keys of one kind. A value that its reader does not wrap in ``Secret`` must be named in ``shown``."""

    kind: str
    value: Reader
    """Reads what stands under the kind's own key."""
    setting: str = "url"
    """The name of that value among the destination's settings."""
    more: Mapping[str, Reader] = {}
    """Key → reader, of the keys that may stand beside it and become settings of the same name."""
    needs: tuple[str, ...] = ()
    """Keys of ``more`` that must be there."""
    shown: frozenset[str] = frozenset()
    """Settings that are no secret: they may be printed, logged and stored."""
    network: bool = True
    """Whether it connects to an address, so that ``allow_private`` means something."""
    written: bool = True
    """Whether people read it: it takes ``zone`` and a template of its own."""
    example: Mapping[str, Any]
    """A full, valid destination with every key; ``${NAME}`` where a secret would be."""
