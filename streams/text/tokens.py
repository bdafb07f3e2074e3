"""What are the words of a sentence, and where do they stand? Words are folded; offsets are into the whole text."""

from __future__ import annotations

import re
from typing import NamedTuple

#: A sentence longer than this is cut off: real ones are a hundredth of it.
MAX_TOKENS = 2000
_TOKEN = re.compile(r"[a-z]{2,}(?![\w'\-])|(?:[^\W\d_]\.){2,}|\d+(?:[.,]\d+)*\w*(?:-\w+)*|\w+(?:['\-]\w+)*|--+|[^\w\s]")


class Tokens(NamedTuple):
    """Parallel lists: folded word, start and end of each token. ``capped`` when the sentence was cut off."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    capped: bool


def tokenize(folded: str, start: int, end: int) -> Tokens:
    """The tokens of ``folded[start:end]``; possessives lose their ``'s`` in ``words`` but not in ``ends``."""
    words = _TOKEN.findall(folded, start, end)
    capped = len(words) > MAX_TOKENS
    if capped:
        del words[MAX_TOKENS:]
    starts, ends = [], []
    find, at = folded.find, start
    for word in words:
        # only white space lies between tokens, so that the next place of the same letters is the token's
        at = find(word, at)
        starts.append(at)
        at += len(word)
        ends.append(at)
    if folded.find("'s", start, end) >= 0:
        words = [word[:-2] if word.endswith("'s") else word for word in words]
    return Tokens(words, starts, ends, capped)


_RUN = re.compile(r"\w+")
_BLANKS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}


def plain_words(folded: str) -> list[str]:
    """The runs of letters, digits and underscores: cheaper than tokens where their places do not matter."""
    return folded.translate(_BLANKS).split() if folded.isascii() else _RUN.findall(folded)
