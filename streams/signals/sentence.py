"""What stands in a sentence? Its words, the lexicon's phrases among them, its segments and what lies round a word.

A segment is a stretch that tells of one thing: sentences are cut at semicolons, "while", "but", at a second happening
("days after", "another", "separately") and round asides between dashes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from streams.article import Field, Section
from streams.lazy import lazy
from streams.signals.lexicon import Lexicon, Phrase
from streams.signals.trace import Trace, Try
from streams.signals.unreal import is_refuted, is_story
from streams.text.matcher import Hit
from streams.text.numbers import Figure, find_figures
from streams.text.tokens import tokenize

AUXILIARIES = frozenset("was were been being be is are 's got get gets".split())
SAYING = frozenset(
    """said says told reported reports added confirmed announced stated wrote warned stressed noted""".split()
)
PERFECT = frozenset("has have had having 've".split())
_CUTS = frozenset("while whereas but although though meanwhile separately elsewhere".split())
#: Behind these "strikes" and "raids" are nouns.
_EPITHETS = frozenset("deadly lethal bloody fresh new recent retaliatory brutal fierce heavy more daily such".split())
_BEFORE_MONTHS = frozenset("early late mid in since of last until by during from".split())
_BEFORE_VERBS = frozenset("to will would could may might can should must not n't they we did cannot shall".split())
_TIME_UNITS = frozenset("day days week weeks month months year years hour hours minutes".split())
_OPEN_CUTS = frozenset("-- — – ;".split())
#: "…, bringing the toll since October to 43,000": the sum of a war beside the happening of a day.
_ADDING = frozenset("bringing taking raising pushing".split())
_SUMS = frozenset("toll total number tally count".split())
_OF_A_WAR = frozenset("since year month war conflict uprising insurgency campaign".split())
_CUT_SIGNS = _ADDING | _CUTS | _OPEN_CUTS | frozenset("after before followed following and".split())
_RELATIVE = frozenset("which who that whose where".split())
_DASHES = frozenset("-- — –".split())


class Found(NamedTuple):
    """A phrase of the lexicon at tokens ``first`` to ``last`` (half-open)."""

    first: int
    last: int
    phrase: Phrase


class Sentence:
    """One sentence on the reading desk. Offsets are into the whole field; ``i`` and ``j`` number its tokens."""

    def __init__(
        self,
        lexicon: Lexicon,
        field: Field,
        text: str,
        folded: str,
        span: tuple[int, int],
        section: Section,
        *,
        shouted: bool = False,
    ) -> None:
        self.lexicon, self.field, self.text, self.section = lexicon, field, text, section
        self.start, self.end = span
        self.shouted = shouted
        """Whether the text is all in capitals, so that these say nothing."""
        self.words, self.starts, self.ends, self.capped = tokenize(folded, *span)
        self.read: dict[str, Any] = {}
        """What other modules read from the sentence and will want again."""
        self.found: list[Found] = []
        self.vetoed: list[Found] = []
        self.trace: Trace | None = None
        """Where what is tried is written down, when somebody asked."""

    def add_hits(self, hits: Sequence[Hit]) -> None:
        """Place the matcher's hits on the tokens, but those inside a token and nouns of frames without their verb."""
        starts, first = self.starts, 0
        for hit in hits:
            first = bisect_left(starts, hit.start, first)
            if first == len(starts) or starts[first] != hit.start:
                continue
            last = bisect_left(starts, hit.end, first + 1)
            found = [
                Found(first, last, phrase)
                for phrase in self.lexicon.phrases[hit.number]
                if phrase.kind != "frame" or not phrase.glance.isdisjoint(self.bag)
            ]
            for one in self._as_read(found):
                (self.vetoed if one.phrase.kind == "veto" else self.found).append(one)
                if self.trace is not None and one.phrase.kind == "veto":
                    self._note_veto(one)

    def _note_veto(self, one: Found) -> None:
        start, end = self.span(one.first, one.last)
        row = (one.phrase.type, one.phrase.id, 1, (self.text[start:end],), one.phrase.reason)
        if self.trace is not None:
            self.trace.tried.append(Try(self.field, start, end, *row))

    def _as_read(self, found: list[Found]) -> list[Found]:
        """Of the noun and verb that one word can be ("attack", "strikes"), the one that the words before it allow."""
        if not found or (len(found) == 1 and found[0].phrase.kind != "noun" and found[0].phrase.form != "S"):
            return found
        first = found[0].first
        if self.word(first - 1) in _EPITHETS:
            found = [f for f in found if f.phrase.kind != "verb" or f.phrase.form != "S" or f.last > first + 1]
            if not found:
                return found
        nouns = [f for f in found if f.phrase.kind == "noun" and f.phrase.form in ("sg", "pl")]
        if not nouns:
            return found
        verbs = [f for f in found if f.phrase.kind == "verb" and f.phrase.form in ("B", "S", "DN")]
        before = self.word(first - 1)
        infinitive = before in _BEFORE_VERBS and nouns[0].phrase.form == "sg"
        if not verbs:
            return [f for f in found if f not in nouns] if infinitive and found[0].last == first + 1 else found
        plural_subject = before in self.lexicon.people and before.endswith(("s", "men")) and verbs[0].phrase.form == "B"
        single_subject = verbs[0].phrase.form == "S" and before in self.lexicon.people and self.section == "title"
        drop = nouns if infinitive or plural_subject or single_subject else verbs
        return [f for f in found if f not in drop]

    @lazy
    def read_to(self) -> int:
        """Where reading stopped: the sentence's end, unless it was cut off."""
        return self.ends[-1] if self.capped else self.end

    @lazy
    def quote(self) -> str:
        """The sentence's text."""
        return self.text[self.start : self.end]

    @lazy
    def bag(self) -> frozenset[str]:
        """The different words."""
        return frozenset(self.words)

    @lazy
    def refuted(self) -> bool:
        """Whether the report that it tells of is called false."""
        return is_refuted(self.words, self.bag)

    @lazy
    def fictional(self) -> bool:
        """Whether it tells what happens in a film or a book."""
        return is_story(self.words, self.bag)

    @lazy
    def figures(self) -> dict[int, Figure]:
        """Figures by the token where each begins, hedge included."""
        return {figure.first: figure for figure in find_figures(self.words)}

    def is_name(self, i: int) -> bool:
        """Whether token ``i`` is written with a capital that its place does not explain."""
        if self.shouted or self._titled or not self.text[self.starts[i]].isupper():
            return False
        return i > 0 or (len(self.starts) > 1 and self.text[self.starts[1]].isupper())

    def is_month(self, i: int) -> bool:
        """Whether "may" is the month: "since early May", "on 3 May"."""
        if self.words[i] != "may":
            return False
        before, after = self.word(i - 1), self.word(i + 1)
        return before in _BEFORE_MONTHS or before[:1].isdigit() or after[:1].isdigit()

    @lazy
    def _titled(self) -> bool:
        """Whether Nearly Every Word Has a Capital, So That These Say Nothing."""
        if self.section != "title":
            return False
        long = [start for start, end in zip(self.starts, self.ends, strict=True) if end - start > 3]
        return sum(self.text[start].isupper() for start in long) > 0.7 * len(long)

    @lazy
    def verb_starts(self) -> frozenset[int]:
        """Tokens at which a finite or -ing form of one of the lexicon's verbs begins."""
        return frozenset(f.first for f in self.found if f.phrase.kind == "verb" and f.phrase.form not in ("B", "P"))

    @lazy
    def count_starts(self) -> frozenset[int]:
        """Tokens at which a noun or adjective that carries a figure begins: "12 deaths", "12 dead"."""
        return frozenset(f.first for f in self.found if f.phrase.kind in ("count", "adj", "toll"))

    def segment_of(self, i: int) -> tuple[int, int]:
        """The segment that holds token ``i``."""
        segments = self.segments
        if len(segments) == 1:
            return segments[0]
        return next((s for s in segments if s[0] <= i < s[1]), (0, len(self.words)))

    def word(self, i: int) -> str:
        """The folded word, or "" beyond the ends."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def span(self, i: int, j: int) -> tuple[int, int]:
        """Offsets of tokens ``i`` to ``j`` (half-open)."""
        return self.starts[i], self.ends[j - 1]

    @lazy
    def segments(self) -> list[tuple[int, int]]:
        """Half-open token spans, in order, that together are the sentence."""
        words = self.words
        likely = [i for i, word in enumerate(words) if word in _CUT_SIGNS]
        likely = sorted({i + 1 if words[i] in _OPEN_CUTS else i for i in likely})
        cuts = [0, *(i for i in likely if 0 < i < len(words) and self._cuts_before(i)), len(words)]
        return [(first, last) for first, last in pairwise(cuts) if first < last]

    def _cuts_before(self, i: int) -> bool:
        words, word = self.words, self.words[i]
        before = words[i - 1]
        if before == ";" or word in _CUTS:
            return word != "though" or before != "even"
        if before in _DASHES:
            return word not in _RELATIVE
        if word in _ADDING:
            return not (_SUMS.isdisjoint(words[i + 1 : i + 5]) or _OF_A_WAR.isdisjoint(words[i:]))
        if word in ("after", "before", "earlier", "later", "since") and before in _TIME_UNITS:
            return word in ("after", "before") and not self._opens(i)
        if word in ("followed", "following") and before in (",", "was", "were", "and"):
            return True
        return word == "and" and words[i + 1 : i + 2] in (["another"], ["separately"]) and self._event_ahead(i + 1)

    def _opens(self, i: int) -> bool:
        """ "Days after the blast, …": the cut comes at the comma, not here; the opening is a segment of its own."""
        return i <= 4

    def _event_ahead(self, i: int) -> bool:
        return any(i < f.first <= i + 4 and f.phrase.kind == "noun" for f in self.found)
