"""How many? The value of a toll out of what each source claimed and later took back.

Each publisher family's latest figure stands for it. The value is the largest that two families reach; with one
family its low, marked unconfirmed. A stated correction voids the figures it names, whoever printed them, and a newer
version or cancellation of an article voids the figures of its reprints. An analyst's figure stands like a family's,
confirmed by itself, and voids every figure known until then, also where it is printed again; newer figures count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from streams.happenings import Figure, Happening, Mention, Ruling, Void

ANY_SIDE = frozenset({"victim", "perpetrator", "unknown"})
VICTIMS = frozenset({"victim", "unknown"})
#: Who speaks when an analyst has set a figure.
ANALYST = "analyst"
_SOFT = frozenset({"vague", "unstated"})


class Want(Struct, frozen=True, kw_only=True, cache_hash=True):
    """Which figures to read: a measure, the sides, the victims' classes (empty: all), and whether vague ones count."""

    measure: str
    sides: frozenset[str] = VICTIMS
    classes: frozenset[str] = frozenset()
    vague: bool = True


class Claimed(Struct, frozen=True, kw_only=True):
    """A figure with who gave it. ``void`` when it was taken back."""

    figure: Figure
    mention: Mention
    date: int
    """Seconds: since when it is said."""
    void: bool = False

    @property
    def when(self) -> tuple[int, str]:
        """What claims are ordered by."""
        return self.date, self.mention.key

    @property
    def printed(self) -> int:
        """Seconds: since when this teller says so; of a copy, when it was printed."""
        return self.mention.as_of if self.mention.copied else self.date


class Toll(Struct, frozen=True, kw_only=True):
    """The value of a measure. ``low`` counts; ``high`` is the largest figure that still stands, None when open."""

    low: int | float
    high: int | float | None
    confirmed: bool
    as_of: int


def want_of(measure: str, *, classes: Iterable[str] = (), vague: bool = True) -> Want:
    """The figures a rule's measure reads: ``killed`` is victims, ``killed_all`` everybody, ``killed_child`` a class."""
    base, _, suffix = measure.partition("_")
    if suffix == "all":
        return Want(measure=base, sides=ANY_SIDE, classes=frozenset(classes), vague=vague)
    if suffix:
        return Want(measure=base, classes=frozenset({suffix}), vague=vague)
    return Want(measure=measure, classes=frozenset(classes), vague=vague)


def claims(happening: Happening, want: Want) -> list[Claimed]:
    """Every wanted figure, oldest first, one a mention (its classes and sides add up), voided ones marked."""
    found = [claim for mention in happening.mentions if (claim := _claim(mention, want)) is not None]
    found += [_ruled(ruling) for ruling in happening.rulings if ruling.measure and _reads(want, ruling.measure)]
    found.sort(key=lambda claim: claim.when)
    later = [claim for claim in found if claim.figure.corrects is not None or claim.mention.family == ANALYST]
    return [replace(claim, void=_is_void(claim, later, found, happening)) for claim in found]


def latest_of(found: Iterable[Claimed]) -> dict[str, Claimed]:
    """Each family's latest of these claims, oldest first. Of one article the largest: the others are parts."""
    latest: dict[str, Claimed] = {}
    for claim in found:
        known = latest.get(claim.mention.family)
        if known is None or not _contains(known, claim):
            latest[claim.mention.family] = claim
    return latest


def _contains(known: Claimed, claim: Claimed) -> bool:
    """Whether an article gave both at once, the first of more."""
    return (
        known.mention.article == claim.mention.article != ""
        and known.date == claim.date
        and known.void == claim.void
        and claim.figure.corrects is None
        and (known.figure.low or 0) > (claim.figure.low or 0)
    )


def toll(happening: Happening, want: Want) -> Toll | None:
    """The value by the policy above, or None when no figure stands. Worked out once for a happening."""
    if want not in happening.memo:
        happening.memo[want] = _toll(happening, want)
    return cast("Toll | None", happening.memo[want])


def _toll(happening: Happening, want: Want) -> Toll | None:
    latest = latest_of(claims(happening, want))
    standing = [claim for claim in latest.values() if not claim.void]
    if not standing:
        return None
    lows = sorted((claim.figure.low or 0 for claim in standing), reverse=True)
    highs = [claim.figure.high for claim in standing]
    low = lows[1] if len(lows) > 1 else lows[0]
    known = [high for high in highs if high is not None]
    return Toll(
        low=low,
        high=None if len(known) < len(highs) else max([*known, low]),
        confirmed=len(lows) > 1 or any(claim.mention.family == ANALYST for claim in standing),
        as_of=max(claim.date for claim in standing),
    )


def _wanted(figure: Figure, want: Want) -> bool:
    return (
        figure.measure == want.measure
        and figure.side in want.sides
        and (not want.classes or figure.class_ in want.classes)
        and (want.vague or figure.exactness not in _SOFT)
    )


def _claim(mention: Mention, want: Want) -> Claimed | None:
    """What a mention claims, since the latest of the figures that add up to it."""
    wanted = [n for n, figure in enumerate(mention.figures) if _wanted(figure, want)]
    figure = _sum([mention.figures[n] for n in wanted])
    if figure is None:
        return None
    dates = mention.figure_dates
    return Claimed(figure=figure, mention=mention, date=max(dates[n] for n in wanted) if dates else mention.as_of)


def _sum(figures: list[Figure]) -> Figure | None:
    """The figures of one mention as one: coordinated groups and classes add up."""
    if len(figures) < 2:
        return figures[0] if figures else None
    highs = [figure.high for figure in figures]
    known = [high for high in highs if high is not None]
    return Figure(
        measure=figures[0].measure,
        side=figures[0].side,
        class_=None,
        low=sum(figure.low or 0 for figure in figures),
        high=sum(known) if len(known) == len(highs) else None,
        exactness=figures[0].exactness if len({f.exactness for f in figures}) == 1 else "approx",
        corrects=next((f.corrects for f in figures if f.corrects is not None), None),
    )


def _is_void(claim: Claimed, later: list[Claimed], all_claims: list[Claimed], happening: Happening) -> bool:
    """Whether a figure was taken back. ``later`` are those that may do so: stated corrections, an analyst's word."""
    if any(_takes_back(void, claim) for void in happening.voids):
        return True
    return any(
        _overruled(claim, other, all_claims)
        if other.mention.family == ANALYST
        else other.when > claim.when and _names(other.figure, claim.figure)
        for other in later
    )


def _takes_back(void: Void, claim: Claimed) -> bool:
    """Whether a newer version of a story's text takes back a figure that another article printed of it."""
    mention = claim.mention
    return (
        void.story == mention.story and claim.date < void.before and void.article != mention.article and not void.gone
    )


def _overruled(claim: Claimed, said: Claimed, all_claims: list[Claimed]) -> bool:
    """Whether an analyst's figure takes this one's place: it was known by then, or repeats one that was."""
    before = said.mention.position
    if claim.mention.position < before:
        return True
    figure = (claim.figure.low, claim.figure.high)
    if claim.mention.position == before or figure == (said.figure.low, said.figure.high):
        return False
    known = (c.figure for c in all_claims if c.mention.position < before)
    return any(figure == (k.low, k.high) for k in known)


def _reads(want: Want, measure: str) -> bool:
    """Whether a figure set for a measure is one of those wanted: the same measure, sides and classes."""
    other = want_of(measure)
    return (want.measure, want.sides, want.classes) == (other.measure, other.sides, other.classes)


def _ruled(ruling: Ruling) -> Claimed:
    """An analyst's figure as a claim."""
    measure = want_of(ruling.measure).measure
    figure = Figure(measure=measure, side="victim", class_=None, low=ruling.value, high=ruling.value, exactness="exact")
    mention = Mention(
        key=f"{ANALYST}\x1f{ruling.position}",
        article="",
        position=ruling.position,
        signals=(),
        type="",
        publisher=ANALYST,
        family=ANALYST,
        story="",
        copied="",
        at=None,
        as_of=ruling.at,
        received=ruling.at,
        speaker=ANALYST,
    )
    return Claimed(figure=figure, mention=mention, date=ruling.at)


def _names(correction: Figure, figure: Figure) -> bool:
    """Whether a correction names this figure as the wrong one."""
    if correction.corrects == -1:
        return (figure.low or 0) > (correction.low or 0)
    return correction.corrects in (figure.low, figure.high)
