"""Zstandard, a part at a time. Imported when there is such a file, to keep start-up quick."""

from __future__ import annotations

from typing import Any

from backports import zstd

#: Binary logarithm of the memory that a file may ask for.
_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 27}


class Unpacked:
    """A stream of zst, unpacked. Damage raises OSError, a break EOFError."""

    def __init__(self, packed: Any) -> None:
        self._file = zstd.ZstdFile(packed, options=_WINDOW)

    def readinto1(self, buffer: Any) -> int:
        """As a buffered stream has it: what one read gives, 0 at the end."""
        try:
            return int(self._file.readinto1(buffer))
        except zstd.ZstdError as error:
            raise OSError(f"damaged: {error}") from error
