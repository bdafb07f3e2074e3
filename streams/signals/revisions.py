"""Does a figure stand in place of an earlier one? "Revised down from 12 to 7", "not 12", "now stands at 9"."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from streams.signals.people import Group

#: Stands for "an earlier figure, which is not named".
UNNAMED = -1
_LOWERED = frozenset("lowered downgraded corrected cut reduced retracted".split())
_REVISED = frozenset("revised updated".split())
_DOWN = frozenset("down downward downwards".split())
_RISING = frozenset("rose risen rises rising rise climbed climbs raised raising jumped up".split())
_WRONGLY = frozenset("erroneously mistakenly wrongly incorrectly".split())
_TOLD = frozenset("reported said stated put given announced counted thought".split())
_INSTEAD = frozenset("not instead rather".split())
_BEFORE_NOW = frozenset("as earlier previously initially".split())
_NEAR = 8
#: What is done to a toll that was known, between the toll and its figure or right before the toll.
RESTATED = (
    _LOWERED
    | _REVISED
    | _RISING
    | frozenset(
        """increased increases increasing grew grown climb climbing mounted mounts reached reaches jumps stands stood
        bringing brings brought taking takes took put puts lowers lowering reduces reducing cuts cutting
        doubled tops topped surpassed upped""".split()
    )
)
_BEFORE_TOLL = 4
_KNOWN_NOW = frozenset("known confirmed dead believed reported claimed killed died".split())
_FIRST_SAID = frozenset("first earlier previously initially originally".split())


def lowered_from(words: Sequence[str], at: int, end: int, figure: int | None, former: int | None) -> int | None:
    """The figure that a toll told from token ``at`` to ``end`` voids; UNNAMED, or None when it voids none."""
    near = set(words[max(at - _NEAR, 0) : max(at + _NEAR, end)])
    falls = former is not None and figure is not None and former > figure
    lowered = bool(near & _LOWERED) or bool(near & _REVISED and near & _DOWN)
    if falls or (lowered and not near & _RISING):
        return UNNAMED if former is None else former
    return None


def taken_back(words: Sequence[str], groups: Sequence[Group], at: int) -> Group | None:
    """The group that "not 12 as earlier reported" or "instead of 12" takes back, right behind token ``at``."""
    for i in range(at, min(at + _NEAR, len(words))):
        if words[i] in _INSTEAD:
            group = next((g for g in groups if i < g.first <= i + 4), None)
            stated = words[i] != "not" or not _BEFORE_NOW.isdisjoint(words[i:])
            stated = stated or (group is not None and group.kind == "bare")
            if group is not None and stated and group.low is not None:
                return group
    return None


def restates(words: Sequence[str], toll: tuple[int, int], figure: int) -> bool:
    """Whether a toll (its half-open tokens) with a figure at token ``figure`` is a newer one of what was known."""
    first, last = toll
    before = words[max(min(first, figure) - _BEFORE_TOLL, 0) : first]
    return not RESTATED.isdisjoint((*before, *words[last : max(last, figure)]))


def is_known_by_now(words: Sequence[str]) -> bool:
    """Whether a clause says what is known by now: "now confirmed dead", "up from nine", "two more than reported"."""
    return any(
        (a == "now" and b in _KNOWN_NOW)
        or (a in ("up", "down") and b == "from")
        or (a == "than" and (b in _TOLD or (b in _FIRST_SAID and c in _TOLD)))
        for a, b, c in zip(words, words[1:], [*words[2:], ""], strict=False)
    )


def says_it_was_wrong(words: Sequence[str]) -> bool:
    """Whether a sentence says that something was "wrongly reported" before."""
    return any(word in _WRONGLY and after in _TOLD for word, after in itertools.pairwise(words))
