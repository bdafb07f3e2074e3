"""A signal on its way: what reading one sentence gives, before parties, places, times and events are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from streams.article import Count, Exclusion, Outcome, Realis, Scope
from streams.signals.sentence import Found, Sentence

Victims = Literal["new", "told", "added"]


@dataclass(slots=True)
class Draft:
    """One typed claim. ``segment`` is the half-open token span that tells it."""

    type: str
    sentence: Sentence
    segment: tuple[int, int]
    trigger: Found
    realis: Realis
    scope: Scope
    outcome: Outcome = "done"
    counts: list[Count] = field(default_factory=list)
    pattern: str = ""
    phase: str | None = None
    facet: str | None = None
    consent: str | None = None
    definite: bool = False
    """"The ambush", "Saturday's attack": speaks of one already told."""
    fresh: bool = False
    """"Another attack", "a separate bombing": surely not the one told before."""
    passing: bool = False
    """Named where it is no news if the article tells of another: "the widow of the slain editor"."""
    victims: Victims = "new"
    """``told``: "he was killed", "the driver died", one that may be known; ``added``: "was also killed", on top."""


def exclusion(sentence: Sentence, tempted: str, reason: str, first: int, last: int) -> Exclusion:
    """The phrase of tokens ``first`` to ``last`` (half-open) left out for ``reason``."""
    start, end = sentence.span(first, last)
    return Exclusion(
        field=sentence.field,
        start=sentence.start,
        end=sentence.end,
        sentence=sentence.quote,
        tempted=tempted,
        reason=reason,
        text=sentence.text[start:end],
    )
