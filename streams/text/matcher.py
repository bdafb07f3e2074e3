"""Where do the phrases of a table stand in a text? One Aho-Corasick pass over a folded copy of equal length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import ahocorasick_rs

_PLAIN = (
    ("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("\u2011", "-"), ("\u00a0", " "),
    ("\u202f", " "), ("\u2009", " "), ("\u2007", " "),
)  # fmt: skip
#: Blanks that are not to break group thousands: "1 200". A plain one may stand between two numbers.
_GROUPING = re.compile("(?<=\\d)[\u00a0\u202f\u2009\u2007](?=\\d{3}(?!\\d))")

#: Up to so many phrases a full automaton is twice as quick; with more it outgrows the processor's cache.
_FEW = 2_000


class Hit(NamedTuple):
    """Phrase ``number`` of the table stands at ``text[start:end]``."""

    number: int
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case with plain quotes and hyphens, code point for code point: the result is as long as ``text``."""
    if text.isascii():
        return text.lower()
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    lower = _GROUPING.sub(",", lower)
    for odd, plain in _PLAIN:
        lower = lower.replace(odd, plain)
    return lower


def _automaton(phrases: Sequence[str], kind: ahocorasick_rs.MatchKind) -> ahocorasick_rs.AhoCorasick:
    small = len(phrases) <= _FEW
    way = ahocorasick_rs.Implementation.DFA if small else ahocorasick_rs.Implementation.ContiguousNFA
    return ahocorasick_rs.AhoCorasick(phrases, matchkind=kind, implementation=way)


class Matcher:
    """Finds the phrases of one table, the longest at each place, between word borders only."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._automaton = _automaton(phrases, ahocorasick_rs.MatchKind.LeftmostLongest)

    def find(self, folded: str) -> list[Hit]:
        """Hits in order of place; ``folded`` is what ``fold`` gave."""
        size = len(folded)
        return [
            Hit(number, start, end)
            for number, start, end in self._automaton.find_matches_as_indexes(folded)
            if (start == 0 or not folded[start - 1].isalnum()) and (end == size or not folded[end].isalnum())
        ]


class Names:
    """Finds every name of a table that stands between word borders, those inside longer ones too."""

    def __init__(self, names: Sequence[str]) -> None:
        self._automaton = _automaton(names, ahocorasick_rs.MatchKind.Standard)

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end with a minus before it, number of the name), by start and the longest first."""
        padded = f"\0{text}\0"
        found = [
            (start - 1, 1 - end, number)
            for number, start, end in self._automaton.find_matches_as_indexes(padded, overlapping=True)
            if not (
                (before := padded[start - 1]).isalnum()
                or before == "_"
                or (after := padded[end]).isalnum()
                or after == "_"
            )
        ]
        found.sort()
        return found
