"""What are the words of a sentence, and where do they stand? Words are folded; offsets are into the whole text."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

#: A sentence longer than this is cut off: real ones are a hundredth of it.
MAX_TOKENS = 2000
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*\w*(?:-\w+)*|\w+(?:['\-]\w+)*|--+|[^\w\s]")


class Tokens(NamedTuple):
    """Parallel lists: folded word, start and end of each token. ``capped`` when the sentence was cut off."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    capped: bool


def tokenize(folded: str, start: int, end: int) -> Tokens:
    """The tokens of ``folded[start:end]``; possessives lose their ``'s`` in ``words`` but not in ``ends``."""
    spans = [match.span() for match in islice(_TOKEN.finditer(folded, start, end), MAX_TOKENS + 1)]
    capped = len(spans) > MAX_TOKENS
    if capped:
        spans.pop()
    words = [folded[first:last] for first, last in spans]
    if "'s" in folded[start:end]:
        words = [word[:-2] if word.endswith("'s") else word for word in words]
    return Tokens(words, [first for first, _ in spans], [last for _, last in spans], capped)
