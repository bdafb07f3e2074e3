"""Tokens of a sentence with their places in the text."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"\d+(?:[.,\u00a0\u202f]\d{3})*(?:\.\d+)?"  # 1,200 or 3.5
    r"|(?:[^\W\d_]\.){2,}"  # U.S.
    r"|[^\W\d_]+(?:[-‑][^\W\d_]+)*"
    r"|['’](?:s|t|re|ve|ll|d)\b"
    r"|--+"
    r"|\S",
    re.IGNORECASE,
)
CAP = 2000


class Token(NamedTuple):
    """A word, number or mark. Offsets are half-open code points into the whole text."""

    start: int
    end: int
    text: str
    lower: str


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The first ``CAP`` tokens of ``text[start:end]``."""
    found = []
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        found.append(Token(match.start(), match.end(), word, word.lower()))
        if len(found) >= CAP:
            break
    return found
