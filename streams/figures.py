"""Do two tellings give the same figures? Totals by measure, and how well they agree."""

from __future__ import annotations

from collections.abc import Iterable

from streams.happenings import Figure

#: Which measure weighs most when two mentions have several in common; the others weigh half.
_MAIN = ("killed", "hostages", "captured", "freed", "wounded")
_MANY_DEAD = 5

Total = tuple[str, float | None, float | None, str, float | None]
"""Measure with side, low, high, exactness, and the figure that it corrects."""


def totals_of(figures: tuple[Figure, ...]) -> tuple[Total, ...]:
    """A mention's figures, classes added up: one total a measure, the attackers' own apart."""
    found: dict[str, Total] = {}
    for f in figures:
        name = f"{f.measure}-" if f.side == "perpetrator" else f.measure
        known = found.get(name)
        if known is None:
            found[name] = (name, f.low, f.high, f.exactness, f.corrects)
            continue
        low = f.low if known[1] is None else known[1] + (f.low or 0)
        high = None if known[2] is None or f.high is None else known[2] + f.high
        exactness = known[3] if known[3] == f.exactness else "approx"
        found[name] = (name, low, high, exactness, known[4] if f.corrects is None else f.corrects)
    return tuple(found.values())


def figures_fit(own: tuple[Total, ...], others: Iterable[Total], *, update: bool) -> float:
    """The best agreement measure by measure; the killed weigh most."""
    best: dict[str, float] = {}
    for one in own:
        for other in others:
            if one[0] == other[0]:
                agreed = _agree(one, other, update=update)
                best[one[0]] = max(agreed, best.get(one[0], agreed))
    if not best:
        return 0.0
    main = best.pop(next((name for name in _MAIN if name in best), ""), 0.0)
    return max(-2.0, min(2.0, main + 0.5 * sum(best.values())))


def same_figures(own: tuple[Total, ...], others: Iterable[Total], least: float) -> set[str]:
    """The measures in which a figure is told again, or one is corrected: above two, or with 0.6 above one."""
    pairs = ((one, other) for one in own for other in others if one[0] == other[0])
    return {one[0] for one, other in pairs if _agree(one, other, update=False) >= least}


def near_figures(own: tuple[Total, ...], others: Iterable[Total]) -> bool:
    """Whether two tolls of five or more dead are less than twice each other."""
    mine = [one[1] for one in own if one[0] == "killed" and (one[1] or 0) >= _MANY_DEAD]
    theirs = [other[1] for other in others if other[0] == "killed" and (other[1] or 0) >= _MANY_DEAD]
    return any(max(a or 0, b or 0) < 2 * min(a or 0, b or 0) for a in mine for b in theirs)


def _agree(one: Total, other: Total, *, update: bool) -> float:
    low, known, exactness, corrects = one[1], other[1], one[3], one[4]
    if corrects is not None and corrects in (known, other[2]):
        return 2.0
    if low is None or known is None or "unstated" in (exactness, other[3]):
        return 0.0
    if low == known:
        return 1.0 if low > 2 else 0.2 * low + 0.2
    if exactness == "vague" or other[3] == "vague":
        soft, hard = (one, other) if exactness == "vague" else (other, one)
        return 0.3 if (soft[1] or 0) <= (hard[1] or 0) <= (soft[2] or hard[1] or 0) else -0.3
    near = max(low, known) <= 2 * min(low, known) + 2
    return 0.3 if near or update else -0.8
