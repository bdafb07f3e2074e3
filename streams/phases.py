"""Which phases did an episode enter, and when? Read from its mentions, in whatever order they arrived.

A phase is entered when as many publisher families as asked for have told of it, and is not entered again when it is
told again: who looks back from the completed withdrawal at its announcement announces nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from msgspec.structs import replace

from streams.happenings import Happening


def seen_in(happening: Happening, phases: tuple[str, ...], matches: Callable[[str], bool]) -> Happening:
    """The happening as one looks at it who waits for phases: what tells of them counts, done or announced, no more."""
    key = ("phases", phases, matches)
    if key not in happening.memo:
        mentions = [replace(m, actual=m.phase in phases and matches(m.type)) for m in happening.mentions]
        happening.memo[key] = replace(happening, mentions=tuple(mentions))
    return cast("Happening", happening.memo[key])


def entered(happening: Happening, families: int) -> dict[str, int]:
    """Phase → seconds of the publication with which that many families had told of it, among what counts."""
    told: dict[str, dict[str, int]] = {}
    for mention in happening.counted:
        if mention.phase and mention.at is not None:
            by = told.setdefault(mention.phase, {})
            by[mention.family] = min(mention.at, by.get(mention.family, mention.at))
    return {phase: sorted(by.values())[families - 1] for phase, by in told.items() if len(by) >= families}
