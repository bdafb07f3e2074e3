"""A signal on its way: what the readers of a sentence give, before places, times and events are known."""

from __future__ import annotations

from typing import NamedTuple

from streams.article import Count, Exclusion, Outcome, Realis, Scope, Speaker, Stance
from streams.firstcut.scene import Hit, Scene


class Draft(NamedTuple):
    """One typed claim of a sentence."""

    type: str
    scene: Scene
    trigger: Hit
    pattern: str
    realis: Realis
    scope: Scope
    stance: Stance = "asserted"
    speaker: Speaker | None = None
    outcome: Outcome = "done"
    counts: tuple[Count, ...] = ()
    facet: str | None = None
    phase: str | None = None
    confidence: float = 0.7


def exclusion(scene: Scene, tempted: str, reason: str, start: int, end: int) -> Exclusion:
    """A phrase left out of a sentence; ``start`` and ``end`` are the phrase's own."""
    return Exclusion(
        field=scene.field,
        start=scene.start,
        end=scene.end,
        sentence=scene.sentence,
        tempted=tempted,
        reason=reason,
        text=scene.text[start:end],
    )
