"""Which signals of an article tell of one happening? Title, captions, lead, back-references and updates are joined.

Two tellings are of one happening when nothing speaks against it (type, place, day, figures) and something for it: a
back-reference, the same figures, or the next sentence without a place or day of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from streams.article import (
    LOCAL_PRECISIONS,
    PRECISIONS,
    Actor,
    Count,
    Event,
    EventTime,
    Place,
    Scope,
    Signal,
    counts_by_default,
    family_of,
)
from streams.signals.draft import Draft

_VAGUE_TYPES = frozenset(
    {
        "attack.generic",
        "attack.raid",
        "attack.offensive",
        "attack.site_bomb",
        "attack.armed_clash",
        "attack.massacre",
        "attack.assassination",
    }
)
_KIN = (
    frozenset({"attack.shooting", "attack.ambush", "attack.armed_clash", "attack.raid", "attack.grenade"}),
    frozenset({"attack.suicide_bombing", "attack.vehicle_bomb", "attack.site_bomb", "attack.ied", "attack.grenade"}),
    frozenset({"attack.air", "attack.drone", "attack.missile_rocket", "attack.shelling"}),
    frozenset({"attack.assassination", "attack.shooting", "attack.massacre", "attack.vehicle_bomb"}),
)
_TOLD: frozenset[Scope] = frozenset({"incident", "update", "mention", "reference"})
_NEAR = 3
#: How many earlier happenings a telling is compared with: a page has no more, a flood of words has thousands.
_TRIED = 24


@dataclass(slots=True)
class Gathering:
    """Signals of one happening on their way to an Event."""

    members: list[int] = field(default_factory=list)
    kind: str = ""
    last_place: int = 0


def kind_of(type_: str) -> str:
    """Families that tell of one kind of happening: attacks and their casualties are one."""
    family = family_of(type_)
    return (
        "violence"
        if family in ("attack", "casualty")
        else type_
        if family == "hostage" and type_.endswith(("release", "rescue"))
        else family
    )


def gather(signals: Sequence[Signal], drafts: Sequence[Draft]) -> tuple[tuple[Signal, ...], tuple[Event, ...]]:
    """The signals with their event ids and final scopes, and the events, in order of their first telling."""
    gatherings: list[Gathering] = []
    order = sorted(range(len(signals)), key=lambda n: (signals[n].section in ("title", "caption"), n))
    for n in order:
        home = _home(n, signals, drafts, gatherings)
        if home is None:
            home = Gathering(kind=kind_of(signals[n].type))
            gatherings.append(home)
        home.members.append(n)
        home.last_place = n
    signals = _without_sums(signals, gatherings)
    gatherings.sort(key=lambda g: min(g.members))
    final = list(signals)
    events = []
    for number, gathering in enumerate(gatherings, 1):
        members = sorted(gathering.members)
        lead = _lead(members, signals, drafts)
        for n in members:
            final[n] = replace(signals[n], event=f"e{number}", scope=_scope_in(n, lead, members, signals, drafts))
        events.append(_event(f"e{number}", members, lead, final))
    return tuple(final), tuple(events)


def _without_sums(signals: Sequence[Signal], gatherings: Sequence[Gathering]) -> list[Signal]:
    """Figures that sum over attacks which the article also tells one by one are mentions: they would count twice."""
    told = [
        g for g in gatherings if any(counts_by_default(signals[n]) and _totals(signals[n], "killed") for n in g.members)
    ]
    found = list(signals)
    for gathering in gatherings:
        together = max((c.attacks or 0 for n in gathering.members for c in signals[n].counts), default=0)
        if together > 1 and len([g for g in told if g is not gathering]) >= together:
            for n in gathering.members:
                found[n] = replace(signals[n], scope="mention")
    return found


def _home(n: int, signals: Sequence[Signal], drafts: Sequence[Draft], gatherings: list[Gathering]) -> Gathering | None:
    signal, draft = signals[n], drafts[n]
    if signal.scope not in _TOLD or signal.realis not in ("actual", "ongoing") or draft.fresh:
        return None
    kind = kind_of(signal.type)
    pointing = (
        draft.definite
        or signal.section in ("title", "caption")
        or signal.scope in ("update", "mention")
        or family_of(signal.type) == "casualty"
    )
    for gathering in _candidates(gatherings, kind, signals, signal):
        others = [signals[m] for m in gathering.members]
        if not _compatible(signal, others, loose=signal.scope == "update" or signal.section == "title"):
            continue
        same_figures = _same_figures(signal, others)
        close = 0 < n - gathering.last_place <= _NEAR and not _own_setting(signal)
        if pointing or same_figures or close or (signal.scope == "reference" and draft.definite):
            return gathering
    return None


def _candidates(gatherings: list[Gathering], kind: str, signals: Sequence[Signal], signal: Signal) -> list[Gathering]:
    """Gatherings of the kind that report something, the latest first; a title asks the earliest first."""
    fitting = [g for g in gatherings if g.kind == kind and any(counts_by_default(signals[m]) for m in g.members)]
    if not _spans_attacks(signal):
        fitting = [g for g in fitting if not any(_spans_attacks(signals[m]) for m in g.members)]
    return fitting[:_TRIED] if signal.section in ("title", "caption") else fitting[: -_TRIED - 1 : -1]


def _spans_attacks(signal: Signal) -> bool:
    """Whether a figure sums over several attacks: it is no single happening's."""
    return any((count.attacks or 0) > 1 for count in signal.counts)


def _compatible(signal: Signal, others: Sequence[Signal], *, loose: bool) -> bool:
    if not any(_types_fit(signal.type, other.type) for other in others):
        return False
    if any(_places_clash(signal, other) or _times_clash(signal.event_time, other.event_time) for other in others):
        return False
    if loose or _some_of_them(signal, others):
        return True
    return not any(_figures_clash(signal, other) for other in others)


def _some_of_them(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether a later casualty without a place or day of its own can be some of those already counted."""
    if family_of(signal.type) != "casualty" or _own_setting(signal) or _elsewhere(signal, others):
        return False
    mine = _sum(_totals(signal, "killed"))
    return bool(_totals(signal, "killed")) and any(mine[1] < _sum(t)[0] for o in others if (t := _totals(o, "killed")))


def _elsewhere(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether the place carried over from the sentence before is another town than the others'."""
    mine = {p.name for p in signal.places if p.role == "event" and p.precision in LOCAL_PRECISIONS}
    theirs = {p.name for o in others for p in o.places if p.role == "event" and p.precision in LOCAL_PRECISIONS}
    return bool(mine and theirs and not mine & theirs)


def _types_fit(one: str, other: str) -> bool:
    if one == other or one in _VAGUE_TYPES or other in _VAGUE_TYPES or "casualty" in (family_of(one), family_of(other)):
        return True
    return family_of(one) != "attack" or any(one in kin and other in kin for kin in _KIN)


def _own_places(signal: Signal) -> list[Place]:
    return [p for p in signal.places if p.role == "event" and p.via in ("clause", "sentence")]


def _places_clash(one: Signal, other: Signal) -> bool:
    for mine in _own_places(one):
        for theirs in _own_places(other):
            if not mine.country or not theirs.country:
                continue
            if mine.country == theirs.country and (
                not mine.admin1 or not theirs.admin1 or mine.admin1 == theirs.admin1
            ):
                towns = mine.precision == theirs.precision == "town"
                if not towns or mine.name == theirs.name:
                    return False
    return any(p.country for p in _own_places(one)) and any(p.country for p in _own_places(other))


def _times_clash(one: EventTime, other: EventTime) -> bool:
    if one.from_ != "text" or other.from_ != "text" or not (one.start and one.end and other.start and other.end):
        return False
    return one.end < other.start or other.end < one.start


def _totals(signal: Signal, measure: str) -> list[Count]:
    return [
        c
        for c in signal.counts
        if c.measure == measure and c.relation == "total" and c.exactness not in ("unstated", "vague")
    ]


def _figures_clash(one: Signal, other: Signal) -> bool:
    """Whether both state a number of dead, or of wounded, that cannot be the same."""
    for measure in ("killed", "wounded", "hostages"):
        mine, theirs = _totals(one, measure), _totals(other, measure)
        if mine and theirs and not (_overlap(_sum(mine), _sum(theirs))):
            return True
    return False


def _same_figures(signal: Signal, others: Sequence[Signal]) -> bool:
    for measure in ("killed", "wounded", "hostages"):
        mine = _totals(signal, measure)
        if mine and any(_overlap(_sum(mine), _sum(theirs)) for other in others if (theirs := _totals(other, measure))):
            return True
    return False


def _sum(counts: Sequence[Count]) -> tuple[float, float]:
    low = sum(c.low or 0 for c in counts)
    high = sum(c.high if c.high is not None else float("inf") for c in counts)
    return low, high


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _own_setting(signal: Signal) -> bool:
    places = [p for p in _own_places(signal) if p.precision in LOCAL_PRECISIONS]
    return bool(places) or signal.event_time.from_ == "text"


def _lead(members: Sequence[int], signals: Sequence[Signal], drafts: Sequence[Draft]) -> int:
    """The fullest telling: counted, in the body, with figures, specific, early."""
    return max(
        members,
        key=lambda n: (
            counts_by_default(signals[n]),
            signals[n].section not in ("title", "caption"),
            not drafts[n].definite,
            bool(signals[n].counts),
            signals[n].type not in _VAGUE_TYPES,
            -n,
        ),
    )


def _scope_in(n: int, lead: int, members: Sequence[int], signals: Sequence[Signal], drafts: Sequence[Draft]) -> Scope:
    signal = signals[n]
    if n == lead or len(members) == 1:
        return signal.scope
    if signal.section in ("title", "caption") and signal.scope in ("incident", "reference"):
        return "mention"
    return "mention" if drafts[n].definite and signal.scope in ("incident", "reference") else signal.scope


def _event(id_: str, members: Sequence[int], lead: int, signals: Sequence[Signal]) -> Event:
    told = [signals[n] for n in members]
    first = signals[lead]
    types = [first, *told]
    specific = next((s.type for s in types if family_of(s.type) != "casualty" and s.type not in _VAGUE_TYPES), None)
    named = next((s.type for s in types if family_of(s.type) != "casualty"), first.type)
    return Event(
        id=id_,
        type=specific or named,
        signals=tuple(members),
        counts=_figures(told),
        actors=_actors([first, *told]),
        places=_places(told),
        event_time=_time([first, *told]),
        outcome=first.outcome,
    )


def _figures(told: Sequence[Signal]) -> tuple[Count, ...]:
    """One total a measure and side: the last update, else the body's fullest telling, else the title's."""
    best: dict[tuple[str, str], tuple[tuple[bool, bool, bool, float], list[Count]]] = {}
    for signal in told:
        groups: dict[tuple[str, str], list[Count]] = {}
        for count in signal.counts:
            if count.relation == "total":
                groups.setdefault((count.measure, count.side), []).append(count)
        for key, counts in groups.items():
            exact = any(c.exactness not in ("unstated", "vague") for c in counts)
            rank = (
                signal.scope == "update",
                signal.section != "title",
                exact,
                0.0 if signal.scope == "update" else float(sum(c.low or 0 for c in counts)),
            )
            if key not in best or (rank >= best[key][0] and (rank > best[key][0] or signal.scope == "update")):
                best[key] = (rank, counts)
    return tuple(merged for _, (_, counts) in sorted(best.items()) for merged in _merged(counts))


def _merged(counts: list[Count]) -> list[Count]:
    """Groups of one telling as one total, followed by the groups as parts of it when there are several."""
    stated = [c for c in counts if c.exactness != "unstated"] or counts
    if len(stated) == 1:
        return stated
    lows, highs = [c.low for c in stated], [c.high for c in stated]
    low = sum(v for v in lows if v is not None) if any(v is not None for v in lows) else None
    high = sum(v for v in highs if v is not None) if all(v is not None for v in highs) else None
    kinds = {c.exactness for c in stated}
    exactness = kinds.pop() if len(kinds) == 1 else "at_least" if high is None else "range"
    classes = {c.class_ for c in stated}
    first = stated[0]
    total = replace(
        first,
        low=low,
        high=high,
        exactness=exactness,
        class_=classes.pop() if len(classes) == 1 else None,
        object=None,
        end=max(c.end for c in stated) if len({c.field for c in stated}) == 1 else first.end,
    )
    return [total, *(replace(c, relation="part") for c in stated)]


def _actors(told: Sequence[Signal]) -> tuple[Actor, ...]:
    found: dict[tuple[str, str], Actor] = {}
    for actor in (a for s in told for a in s.actors):
        found.setdefault((actor.role, actor.id or actor.name.lower()), actor)
    return tuple(found.values())


def _places(told: Sequence[Signal]) -> tuple[Place, ...]:
    found: dict[tuple[str, str | None], Place] = {}
    for place in (p for s in told for p in s.places):
        key = (place.role, place.name or place.text)
        known = found.get(key)
        if known is None or PRECISIONS.index(place.precision) < PRECISIONS.index(known.precision):
            found[key] = place
    return tuple(
        sorted(
            found.values(),
            key=lambda p: (
                p.role != "event",
                p.via not in ("clause", "sentence"),
                PRECISIONS.index(p.precision),
                p.field == "title",
                p.start,
            ),
        )
    )


def _time(told: Sequence[Signal]) -> EventTime:
    stated = [s.event_time for s in told if s.event_time.from_ == "text"]
    exact = next((t for t in stated if t.precision in ("hour", "day")), None)
    return exact or next(iter(stated), told[0].event_time)
