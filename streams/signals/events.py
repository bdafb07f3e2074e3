"""Which signals of an article tell of one happening? Title, captions, lead, back-references and updates are joined.

Two tellings are of one happening when nothing speaks against it (type, place, day, figures) and something for it: a
back-reference, the same figures, or the next sentence without a place or day of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from msgspec.structs import replace

from streams.article import (
    PRECISIONS,
    Actor,
    Event,
    EventTime,
    Place,
    Scope,
    Signal,
    counts_by_default,
    family_of,
)
from streams.signals.draft import Draft
from streams.signals.merging import merged_counts
from streams.signals.sameness import (
    VAGUE_TYPES,
    compatible,
    own_setting,
    same_figures,
    same_victims,
    spans_attacks,
    telling_figures,
    totals,
    victim_names,
)

_TOLD: frozenset[Scope] = frozenset({"incident", "update", "mention", "reference"})
_NEAR = 3
_PASSING = frozenset({"violence", "hostage"})
LONG_BEFORE = timedelta(days=62)
"""What its text dates so long before an article is no news."""
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
    signals = _named_beside_news(signals, drafts)
    gatherings: list[Gathering] = []
    order = sorted(range(len(signals)), key=lambda n: (signals[n].section in ("title", "caption"), n))
    for n in order:
        home = _home(n, signals, drafts, gatherings)
        if home is None:
            home = Gathering(kind=kind_of(signals[n].type))
            gatherings.append(home)
        home.members.append(n)
        home.last_place = n
    signals = _in_passing(_without_sums(signals, gatherings), gatherings)
    gatherings.sort(key=lambda g: min(g.members))
    final = list(signals)
    events = []
    for number, gathering in enumerate(gatherings, 1):
        members = sorted(gathering.members)
        lead = _lead(members, signals, drafts)
        for n in members:
            final[n] = replace(signals[n], event=f"e{number}", scope=_scope_in(n, lead, members, signals, drafts))
        events.append(_event(f"e{number}", members, lead, final, drafts))
    return tuple(final), tuple(events)


def _named_beside_news(signals: Sequence[Signal], drafts: Sequence[Draft]) -> list[Signal]:
    """Deeds that are only named are references where the same article tells of one as news."""
    news = any(
        counts_by_default(s) and kind_of(s.type) in _PASSING and not d.passing
        for s, d in zip(signals, drafts, strict=True)
    )
    return [_undated(s) if news and d.passing else s for s, d in zip(signals, drafts, strict=True)]


def _undated(signal: Signal) -> Signal:
    """The signal as a reference, which the day of publication does not date."""
    when = signal.event_time if signal.event_time.from_ == "text" else EventTime()
    return replace(signal, scope="reference", event_time=when)


def _without_sums(signals: Sequence[Signal], gatherings: Sequence[Gathering]) -> list[Signal]:
    """Figures that sum over attacks which the article also tells one by one are mentions: they would count twice."""
    told = [
        g for g in gatherings if any(counts_by_default(signals[n]) and totals(signals[n], "killed") for n in g.members)
    ]
    found = list(signals)
    for gathering in gatherings:
        together = max((c.attacks or 0 for n in gathering.members for c in signals[n].counts), default=0)
        if together > 1 and len([g for g in told if g is not gathering]) >= together:
            for n in gathering.members:
                found[n] = replace(signals[n], scope="mention")
    return found


def _in_passing(signals: Sequence[Signal], gatherings: Sequence[Gathering]) -> list[Signal]:
    """What lies months before the news of the same article is named in passing: a reference, whatever its clause."""
    found = list(signals)
    days: list[tuple[Gathering, date]] = []
    for gathering in gatherings:
        told = [signals[n] for n in gathering.members if counts_by_default(signals[n])]
        end = _time(told).end if told and gathering.kind in _PASSING else None
        if end is not None:
            days.append((gathering, date.fromisoformat(end[:10])))
    newest = max((day for _, day in days), default=None)
    for gathering, day in days:
        if newest is not None and newest - day > LONG_BEFORE:
            for n in gathering.members:
                if counts_by_default(found[n]):
                    found[n] = replace(found[n], scope="reference")
    return found


def _home(n: int, signals: Sequence[Signal], drafts: Sequence[Draft], gatherings: list[Gathering]) -> Gathering | None:
    signal, draft = signals[n], drafts[n]
    if signal.scope not in _TOLD or signal.realis not in ("actual", "ongoing"):
        return None
    candidates = _candidates(gatherings, kind_of(signal.type), signals, signal)
    told = [(g, [signals[m] for m in g.members]) for g in candidates]
    for gathering, others in told:
        if same_victims(signal, others) or telling_figures(signal, others):
            return gathering
    if draft.fresh or (signal.scope == "reference" and victim_names([signal])):
        return None
    pointing = (
        draft.definite
        or signal.section in ("title", "caption")
        or signal.scope in ("update", "mention")
        or family_of(signal.type) == "casualty"
    )
    for gathering, others in told:
        if not compatible(signal, draft, others, loose=signal.scope == "update" or signal.section == "title"):
            continue
        close = 0 < n - gathering.last_place <= _NEAR and not own_setting(signal)
        back = draft.victims != "new" and not own_setting(signal)
        if pointing or close or back or same_figures(signal, others):
            return gathering
    return None


def _candidates(gatherings: list[Gathering], kind: str, signals: Sequence[Signal], signal: Signal) -> list[Gathering]:
    """Gatherings of the kind that report something, the latest first; a title asks the earliest first."""
    fitting = [g for g in gatherings if g.kind == kind and any(counts_by_default(signals[m]) for m in g.members)]
    if not spans_attacks(signal) and signal.section != "title":
        fitting = [g for g in fitting if not any(spans_attacks(signals[m]) for m in g.members)]
    return fitting[:_TRIED] if signal.section in ("title", "caption") else fitting[: -_TRIED - 1 : -1]


def _lead(members: Sequence[int], signals: Sequence[Signal], drafts: Sequence[Draft]) -> int:
    """The fullest telling: counted, in the body, with figures, specific, early."""
    return max(
        members,
        key=lambda n: (
            counts_by_default(signals[n]),
            signals[n].section not in ("title", "caption"),
            not drafts[n].definite,
            bool(signals[n].counts),
            signals[n].type not in VAGUE_TYPES,
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


def _event(id_: str, members: Sequence[int], lead: int, signals: Sequence[Signal], drafts: Sequence[Draft]) -> Event:
    told = [signals[n] for n in members]
    first = signals[lead]
    types = [first, *told]
    specific = next((s.type for s in types if family_of(s.type) != "casualty" and s.type not in VAGUE_TYPES), None)
    named = next((s.type for s in types if family_of(s.type) != "casualty"), first.type)
    return Event(
        id=id_,
        type=specific or named,
        signals=tuple(members),
        counts=merged_counts(told, [drafts[n] for n in members]),
        actors=_actors([first, *told]),
        places=_places(told),
        event_time=_time([first, *told]),
        outcome=first.outcome,
    )


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
