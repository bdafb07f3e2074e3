"""What are the words of a sentence, and where do they stand? Words are folded; offsets are into the whole text."""

from __future__ import annotations

import re
from typing import NamedTuple

#: A sentence longer than this is cut off: real ones are a hundredth of it.
MAX_TOKENS = 2000
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*(?:-\w+)*|\w+(?:['\-]\w+)*|--+|[^\w\s]")


class Tokens(NamedTuple):
    """Parallel lists: folded word, start and end of each token. ``capped`` when the sentence was cut off."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    capped: bool


def tokenize(folded: str, start: int, end: int) -> Tokens:
    """The tokens of ``folded[start:end]``; possessives lose their ``'s`` in ``words`` but not in ``ends``."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(folded, start, end):
        if len(words) == MAX_TOKENS:
            return Tokens(words, starts, ends, True)
        word = match.group()
        words.append(word[:-2] if word.endswith("'s") else word)
        starts.append(match.start())
        ends.append(match.end())
    return Tokens(words, starts, ends, False)
