"""Does a figure take back an earlier one? "Revised down from 12 to 7", "not 12 as earlier reported"."""

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
_TOLD = frozenset("reported said stated put given announced counted".split())
_INSTEAD = frozenset("not instead rather".split())
_BEFORE_NOW = frozenset("as earlier previously initially".split())
_NEAR = 8


def lowered_from(words: Sequence[str], at: int, figure: int | None, former: int | None) -> int | None:
    """The figure that a toll told at token ``at`` of a segment's words voids; UNNAMED, or None when it voids none."""
    near = set(words[max(at - _NEAR, 0) : at + _NEAR])
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
            if group is not None and stated and group.low is not None:
                return group
    return None


def says_it_was_wrong(words: Sequence[str]) -> bool:
    """Whether a sentence says that something was "wrongly reported" before."""
    return any(word in _WRONGLY and after in _TOLD for word, after in itertools.pairwise(words))
