"""Did one thing follow another? Chains of happenings, one a step, by the days on which they happened.

Pure. Two happenings are in order when the first is over before the second can have begun. Where the text leaves that
open (their days overlap, or the text states no day and all that is known is that it was published by then) the one
``may precede`` the other. What is known to have come later precedes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from alerts.config.types import Rule
from streams.happenings import Days, Happening

Order = Literal["then", "may precede"]
DAY = 86400


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a happening is to a sequence: it stands in its window also when the happening itself is forgotten."""

    steps: tuple[int, ...]
    """The steps that it can be, from 0."""
    at: int
    """Seconds: its publication."""
    days: Days
    type: str
    position: int
    """Where the report stands that told of it first."""
    signals: tuple[int, ...]


def part_of(happening: Happening, steps: tuple[int, ...]) -> Part | None:
    """The part of a happening that counts for these steps; None when no day of it is known."""
    told = min(happening.counted, key=lambda m: (m.as_of, m.position))
    if happening.days is None or happening.at is None:
        return None
    return Part(
        steps=steps, at=happening.at, days=happening.days, type=happening.type,
        position=told.position, signals=told.signals,
    )  # fmt: skip


def order(first: Days, second: Days, within: int) -> Order | None:
    """How two happenings are ordered when the one may come before the other, at most ``within`` seconds apart."""
    if first.first > second.last or (second.first - first.last) * DAY > within:
        return None
    return "then" if second.stated and first.last < second.first else "may precede"


def orders(rule: Rule, chain: Sequence[Part]) -> list[Order]:
    """How each part of a chain but the first is ordered to the one before."""
    found = [order(a.days, b.days, step.within) for a, b, step in _pairs(rule, chain)]
    return [one for one in found if one is not None]


def chain_with(rule: Rule, parts: Mapping[str, Part], id_: str) -> tuple[str, ...] | None:
    """The chain that a happening completes: the surest, of equal ones that of the nearest days."""
    found: tuple[str, ...] | None = None
    for at in parts[id_].steps if id_ in parts else ():
        for before in _before(rule, parts, at, (id_,)):
            for whole in _after(rule, parts, before):
                if is_sure(rule, parts, whole):
                    return whole
                found = found or whole
                break  # of one beginning, the nearest ending is as good as any
    return found


def best(rule: Rule, parts: Mapping[str, Part]) -> tuple[str, ...] | None:
    """The chain that a root speaks of, among those happenings: the surest, of equal ones the earliest complete."""
    last = len(rule.steps) - 1
    found: tuple[str, ...] | None = None
    for id_ in sorted(parts, key=lambda one: (parts[one].at, one)):
        if last not in parts[id_].steps:
            continue
        for whole in _before(rule, parts, last, (id_,)):
            if is_sure(rule, parts, whole):
                return whole
            found = found or whole
            break
    return found


def is_chain(rule: Rule, parts: Mapping[str, Part], chain: Sequence[str]) -> bool:
    """Whether happenings, one a step, are (still) in order."""
    known = [parts[id_] for id_ in chain if id_ in parts]
    whole = len(known) == len(rule.steps) and all(n in part.steps for n, part in enumerate(known))
    return whole and len(orders(rule, known)) == len(known) - 1


def is_sure(rule: Rule, parts: Mapping[str, Part], chain: Sequence[str]) -> bool:
    """Whether each step of a chain surely came after the one before."""
    return set(orders(rule, [parts[id_] for id_ in chain])) <= {"then"}


def _before(rule: Rule, parts: Mapping[str, Part], at: int, chain: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The chain, which begins at a step, with every beginning it can have."""
    if at == 0:
        yield chain
        return
    later = parts[chain[0]]
    within = rule.steps[at].within
    for id_ in _fitting(parts, at - 1, chain, lambda part: order(part.days, later.days, within), nearest=-1):
        yield from _before(rule, parts, at - 1, (id_, *chain))


def _after(rule: Rule, parts: Mapping[str, Part], chain: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The chain, which begins at the first step, with every ending it can have."""
    if len(chain) == len(rule.steps):
        yield chain
        return
    earlier, step = parts[chain[-1]], rule.steps[len(chain)]
    for id_ in _fitting(parts, len(chain), chain, lambda part: order(earlier.days, part.days, step.within), nearest=1):
        yield from _after(rule, parts, (*chain, id_))


def _fitting(
    parts: Mapping[str, Part],
    step: int,
    taken: Sequence[str],
    ordered: Callable[[Part], Order | None],
    *,
    nearest: int,
) -> list[str]:
    """The happenings that can be a step, surely ordered ones first, then by their days: 1 the earliest first, -1 the
    latest."""
    found = []
    for id_, part in parts.items():
        if step in part.steps and id_ not in taken and (how := ordered(part)) is not None:
            day = part.days.first if nearest > 0 else -part.days.last
            found.append((how != "then", day, id_))
    return [id_ for _, _, id_ in sorted(found)]


def _pairs(rule: Rule, chain: Sequence[Part]) -> Iterator[tuple[Part, Part, Rule]]:
    return zip(chain, chain[1:], rule.steps[1:], strict=False)
