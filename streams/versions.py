"""Since when does an article say what it says? The dates of its figures and phases over its versions.

A figure is as old as the first of the versions in a row that give it, up to the one that stands: an edit which
changes other words renews no figure. A version that never came is not known to have said the same. Nor does a copy
renew anything: it says a thing since the text that it is a copy of said so.

All of it is a function of the versions that were seen, whatever the order in which they came.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from streams.happenings import Figure, Mention, Spot
from streams.kinds import kind_of
from streams.nearness import place_fit

Rank = tuple[int, str, str, int, str]
#: Earlier versions remembered of one article. Beyond them, those go first that say what their neighbours say.
VERSIONS_KEPT = 24


class Told(Struct, frozen=True, array_like=True):
    """What one mention of a version said, as far as it may be said again."""

    kind: str
    spot: Spot
    phase: str | None
    figures: tuple[Figure, ...]


class Version(Struct, frozen=True, array_like=True):
    """One version of an article. Times are seconds."""

    rank: Rank
    usable: bool
    first: int
    """When it was the publisher's word, if no version came before it."""
    later: int
    """When it was, if one did."""
    quiet: str | None
    told: tuple[Told, ...]


class Dates(Struct, frozen=True, array_like=True):
    """Since when a mention says what it says, its phase, and each of its figures. Seconds."""

    as_of: int
    phase: int
    figures: tuple[int, ...]


def told_of(mentions: Iterable[Mention]) -> tuple[Told, ...]:
    """What these mentions say."""
    return tuple(Told(f"{'no ' if m.denies else ''}{kind_of(m.type)}", m.spot, m.phase, m.figures) for m in mentions)


def with_version(versions: tuple[Version, ...], version: Version) -> tuple[Version, ...]:
    """The versions, by rank, with one more; one that was seen twice has the earlier times."""
    at = bisect_left(versions, version.rank, key=_rank)
    rest = versions[at:]
    if rest and rest[0].rank == version.rank:
        known, rest = rest[0], rest[1:]
        version = replace(version, first=min(known.first, version.first), later=min(known.later, version.later))
    return _thinned((*versions[:at], version, *rest))


def told_at(versions: Sequence[Version]) -> list[int]:
    """When each of these versions was the publisher's word."""
    dates, earlier = [], False
    for version in versions:
        dates.append(version.later if earlier or version.rank[0] > 1 else version.first)
        earlier = earlier or version.usable
    return dates


def changed_at(versions: Sequence[Version]) -> int | None:
    """When the last version came that says other things than the one before it; None when all say the same.

    Of a numbered version without the first, nobody knows what came before: that counts as a change.
    """
    dates = told_at(versions)
    for n in range(len(versions) - 1, 0, -1):
        if not _alike(versions[n].told, versions[n - 1].told):
            return dates[n]
    return dates[0] if versions and versions[0].rank[0] > 1 else None


def dates_of(mention: Mention, versions: Sequence[Version]) -> Dates:
    """Since when the mention of the last of these versions says what it says."""
    own = told_of([mention])[0]
    dates = list(zip(told_at(versions), versions, strict=True))[::-1]
    known = [(date, _matching(own, version.told)) for date, version in dates[1:]]
    start = dates[0][0]
    phase = _run(start, ((date, any(t.phase == own.phase for t in told)) for date, told in known))
    figures = tuple(_run(start, ((date, _says(told, f)) for date, told in known)) for f in own.figures)
    said = (*figures, *((phase,) if own.phase else ()))
    return Dates(max(said) if said else _run(start, ((date, bool(told)) for date, told in known)), phase, figures)


def copied_dates(mention: Mention, own: Dates, versions: Sequence[Version]) -> Dates:
    """The dates with those of a text that the mention's is a copy of, where any version of it said the same earlier."""
    told = told_of([mention])[0]
    dates = told_at(versions)
    known = [(date, _matching(told, version.told)) for date, version in zip(dates, versions, strict=True)]
    phases = [date for date, said in known if any(t.phase == told.phase for t in said)]
    figures = tuple(
        min([date, *(other for other, said in known if _says(said, figure))])
        for figure, date in zip(told.figures, own.figures, strict=True)
    )
    return Dates(own.as_of, min([own.phase, *phases]), figures)


def _run(start: int, earlier: Iterable[tuple[int, bool]]) -> int:
    """The date of the first of the versions in a row, going back from the last, that say it too."""
    for date, says in earlier:
        if not says:
            break
        start = date
    return start


def _matching(own: Told, others: Iterable[Told]) -> list[Told]:
    """Those that may tell of the same: of one kind, and of no other place."""
    return [t for t in others if t.kind == own.kind and place_fit(t.spot, own.spot) is not None]


def _says(told: Iterable[Told], figure: Figure) -> bool:
    wanted = _value(figure)
    return any(_value(other) == wanted for one in told for other in one.figures)


def _value(figure: Figure) -> tuple[object, ...]:
    return figure.measure, figure.side, figure.class_, figure.low, figure.high, figure.corrects


def _alike(one: Sequence[Told], other: Sequence[Told]) -> bool:
    return all(_has(other, t) for t in one) and all(_has(one, t) for t in other)


def _has(told: Iterable[Told], own: Told) -> bool:
    wanted = {_value(figure) for figure in own.figures}
    return any(t.phase == own.phase and {_value(f) for f in t.figures} == wanted for t in _matching(own, told))


def _thinned(versions: tuple[Version, ...]) -> tuple[Version, ...]:
    if len(versions) <= VERSIONS_KEPT:
        return versions
    inner = (n for n in range(1, len(versions) - 1) if versions[n - 1].told == versions[n].told == versions[n + 1].told)
    drop = next(inner, 1)
    return versions[:drop] + versions[drop + 1 :]


def _rank(version: Version) -> Rank:
    return version.rank
