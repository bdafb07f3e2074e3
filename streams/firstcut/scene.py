"""What stands in one sentence: its tokens, the lexicon's words among them, its figures, its clauses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from streams.article import Field, Section
from streams.firstcut.lexicon import Lexicon, lower_same_length
from streams.firstcut.numbers import Number, numbers_in
from streams.firstcut.tokens import Token, tokens_of


class Hit(NamedTuple):
    """A phrase of the lexicon: half-open code points, token indices (half-open), and what it is."""

    start: int
    end: int
    first: int
    last: int
    kind: str
    value: str


_BREAKS = frozenset({";", ":", "--", "—", "–", "(", ")"})
_JOINS = frozenset({"but", "while", "although", "though", "whereas", "as", "after", "before", "because", "when"})
_QUOTES = frozenset('"“”')


class Scene:
    """A sentence laid out. ``clause`` numbers each token's clause."""

    def __init__(self, text: str, field: Field, span: tuple[int, int], section: Section, lexicon: Lexicon) -> None:
        self.text, self.field, self.section = text, field, section
        self.start, self.end = span
        self.tokens: list[Token] = tokens_of(text, *span)
        if self.tokens:
            self.read_to = self.tokens[-1].end
        else:
            self.read_to = self.start
        self._starts = [token.start for token in self.tokens]
        lowered = lower_same_length(text[self.start : self.read_to]).replace("’", "'")
        self.lowered = lowered
        found = lexicon.anchors.find(lowered, self.start)
        self.anchors = [hit for hit in self._hits(found) if hit.kind in ("noun", "verb", "veto")]
        self.words = self._hits(lexicon.words.find(lowered, self.start))
        self.numbers: list[Number] = numbers_in(self.tokens)
        self.clause = _clauses(self.tokens)

    @property
    def sentence(self) -> str:
        """The sentence as printed."""
        return self.text[self.start : self.end]

    def of(self, kind: str, *values: str) -> list[Hit]:
        """The hits of a kind (and of some values)."""
        return [hit for hit in self.words if hit.kind == kind and (not values or hit.value in values)]

    def cues(self, name: str, first: int, last: int) -> list[Hit]:
        """The cues of a name that stand within token indices [first, last)."""
        return [h for h in self.words if h.kind == "cue" and h.value == name and first <= h.first and h.last <= last]

    def has(self, *names: str) -> bool:
        """Whether any of these cues stands anywhere in the sentence."""
        return any(h.kind == "cue" and h.value in names for h in self.words)

    def lower(self, index: int) -> str:
        """The lower-case token at an index, empty outside."""
        return self.tokens[index].lower if 0 <= index < len(self.tokens) else ""

    def clause_span(self, index: int) -> tuple[int, int]:
        """Token indices (half-open) of the clause that a token stands in."""
        number = self.clause[index]
        first = last = index
        while first > 0 and self.clause[first - 1] == number:
            first -= 1
        while last + 1 < len(self.clause) and self.clause[last + 1] == number:
            last += 1
        return first, last + 1

    def _hits(self, found: Iterable[tuple[int, int, tuple[tuple[str, str], ...]]]) -> list[Hit]:
        hits = []
        for start, end, tags in found:
            first = bisect_left(self._starts, start)
            last = max(first + 1, bisect_left(self._starts, end))
            if first < len(self.tokens):
                hits += [Hit(start, end, first, last, kind, value) for kind, value in tags]
        return hits


def _clauses(tokens: list[Token]) -> list[int]:
    """A number for each token's clause: cut at dashes, semicolons, brackets, quotation marks and conjunctions."""
    numbers, current = [], 0
    for i, token in enumerate(tokens):
        comma_join = token.lower in ("and", "but", "who", "which", "with") and i and tokens[i - 1].text == ","
        cut = token.text in _BREAKS or token.text in _QUOTES
        if cut or token.lower in _JOINS or comma_join:
            current += 1
        numbers.append(current)
        if cut:
            current += 1
    return numbers
