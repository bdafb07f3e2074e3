"""Where does the sentence around a place in the text begin and end?

Paragraphs are cut at line ends unless the text is hard-wrapped, where only blank lines cut. Sentences are cut
lazily, a paragraph at a time, so that a text without hits costs nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

#: Tried once a run of marks, which possessive quantifiers never give back: a line of dots costs its length.
_BORDER = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+\s++(?=[\"'“‘(\[]*+[^\Wa-z_])")
_WORD_BEFORE = re.compile(r"[\w.]*$")
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n")
_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof rev hon st sr jr gen col lt maj capt sgt cpl pvt brig adm cmdr gov sen rep pres
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun no nos vs etc inc corp co ltd
    bros dept est fig approx ft mt e.g i.e u.s u.n u.k e.u p.m a.m d.c""".split()
)
_ENDS_SENTENCE_TOO = frozenset("u.s u.n u.k e.u p.m a.m d.c co inc corp ltd etc jr sr".split())
_STARTERS = frozenset("the a an in on at it he she they this that there but and officials police".split())


class Sentences:
    """The sentences of one text, found on demand."""

    def __init__(self, text: str, spans: Iterable[tuple[int, int]] = ()) -> None:
        """``spans`` are stretches, such as captions, whose ends are always borders."""
        self._text = text
        self._wrapped = is_hard_wrapped(text)
        walls = {edge for span in spans for edge in span}
        if self._wrapped:
            walls.update(blank.start() for blank in _BLANK_LINE.finditer(text))
        self._walls = sorted(walls)
        self._latest = (0, 0)
        self._paragraphs: dict[int, list[int]] = {}

    def around(self, place: int) -> tuple[int, int]:
        """Half-open span of the sentence that holds ``place``, without the white space round it."""
        first, last = self._paragraph(place)
        cuts = self._paragraphs.get(first)
        if cuts is None:
            cuts = self._paragraphs[first] = [first, *sentence_starts(self._text, first, last)]
        at = bisect_right(cuts, place)
        start = cuts[at - 1] if at else first
        return trimmed(self._text, start, cuts[at] if at < len(cuts) else last)

    def _paragraph(self, place: int) -> tuple[int, int]:
        first, last = self._latest
        if first <= place < last:
            return first, last
        text = self._text
        if not self._wrapped:
            first, last = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            last = len(text) if last < 0 else last
        else:
            first, last = 0, len(text)
        at = bisect_right(self._walls, place)
        first = max(first, self._walls[at - 1]) if at else first
        last = min(last, self._walls[at]) if at < len(self._walls) else last
        self._latest = (first, last)
        return first, last


def is_hard_wrapped(text: str) -> bool:
    """Whether most line ends stand inside sentences, as in old wire copy cut at a fixed width."""
    if text.count("\n", 0, 20_000) < 3:
        return False
    lines = [line.strip() for line in text[:20_000].split("\n")]
    inner = [line for line, after in pairwise(lines) if line and after]
    if len(inner) < 3:
        return False
    open_ended = sum(line[-1].isalnum() or line[-1] in ",-" for line in inner)
    return open_ended >= 0.6 * len(inner) and sum(40 <= len(line) <= 100 for line in inner) >= 0.6 * len(inner)


def sentence_starts(text: str, first: int, last: int) -> list[int]:
    """Where each sentence after the first begins in ``text[first:last]``."""
    return [m.end() for m in _BORDER.finditer(text, first, last) if _ends_sentence(text, m)]


def _ends_sentence(text: str, border: re.Match[str]) -> bool:
    if text[border.start()] != ".":
        return True
    low = max(border.start() - 12, 0)
    word = _WORD_BEFORE.search(text, low, border.start())
    before = word.group().lower().strip(".") if word else ""
    if before in _ENDS_SENTENCE_TOO:
        following = text[border.end() : border.end() + 12].split(" ", 1)[0].lower().strip("\"'“‘([")
        return following in _STARTERS
    if before in _ABBREVIATIONS:
        return False
    return not (len(before) == 1 and before.isalpha())


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
