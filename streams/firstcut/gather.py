"""Which signals of one article tell of one happening? Mentions in title, caption, lead and body become events.

Two specific types, two stated days or two figures that cannot both be right keep happenings apart; a general word
("the attack", "the blast", "12 were killed") joins the happening that it can belong to.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from streams.article import PHASED_FAMILIES, Actor, Count, Episode, Event, EventTime, Place, Signal, family_of

_GENERAL = frozenset({"attack.generic", "attack.site_bomb", "attack.armed_clash", "attack.shooting"})
_BOMBS = frozenset({"attack.suicide_bombing", "attack.vehicle_bomb", "attack.ied", "attack.site_bomb"})
_FULL = ("incident", "update", "period_total")
_SURE = ("exact", "town", "near", "admin1", "country", "region", "none")


def gathered(signals: Sequence[Signal]) -> tuple[tuple[Signal, ...], tuple[Event, ...]]:
    """The signals with their event ids, and the events in the order of their first signal."""
    groups: list[list[int]] = []
    for index, signal in enumerate(signals):
        home = next((g for g in reversed(groups) if _belongs(signal, [signals[i] for i in g])), None)
        if home is None:
            groups.append([index])
        else:
            home.append(index)
    named = list(signals)
    for index in _sums(named, groups):
        named[index] = replace(named[index], scope="mention")
        groups = [[i for i in group if i != index] for group in groups]
        groups.append([index])
    groups = [group for group in groups if group]
    for number, group in enumerate(groups, 1):
        told_in_full = False
        for index in group:
            signal = named[index]
            again = told_in_full and signal.scope == "incident" and family_of(signal.type) not in PHASED_FAMILIES
            scope = "mention" if again and not _adds(signal, [named[i] for i in group if i < index]) else signal.scope
            named[index] = replace(signal, event=f"e{number}", scope=scope)
            told_in_full = told_in_full or (signal.scope in _FULL and signal.field == "body")
    events = tuple(_event(f"e{n}", group, named) for n, group in enumerate(groups, 1))
    return tuple(named), events


def _sums(signals: list[Signal], groups: list[list[int]]) -> list[int]:
    """Signals whose figure sums over happenings that the article also tells one by one."""
    told = [g for g in groups if any(_counted(signals[i]) and signals[i].counts for i in g)]
    return [
        index
        for index, signal in enumerate(signals)
        if any((count.attacks or 0) > 1 for count in signal.counts)
        and len([g for g in told if index not in g]) >= max(count.attacks or 0 for count in signal.counts)
    ]


def _belongs(signal: Signal, members: list[Signal]) -> bool:
    """Whether a signal tells of the happening of a group."""
    kind = _kind(signal.type)
    if kind != _kind(members[0].type):
        return False
    if kind in PHASED_FAMILIES:
        return True
    if _counted(signal) != any(_counted(m) for m in members) and signal.scope != "mention":
        return False
    types = {m.type for m in members}
    if not all(_same_thing(signal.type, type_) for type_ in types):
        return False
    return not any(_conflict(signal, m) for m in members)


def _kind(type_: str) -> str:
    family = family_of(type_)
    return "violence" if family in ("attack", "casualty") else family


def _counted(signal: Signal) -> bool:
    return signal.scope in ("incident", "update", "mention") and signal.realis in ("actual", "ongoing")


def _same_thing(one: str, other: str) -> bool:
    if one == other or family_of(one) == "casualty" or family_of(other) == "casualty":
        return True
    return one in _GENERAL or other in _GENERAL or {one, other} <= _BOMBS


def _conflict(one: Signal, other: Signal) -> bool:
    """Whether two signals cannot be of one happening: days, towns or figures that exclude each other."""
    a, b = one.event_time, other.event_time
    if (
        a.from_ == b.from_ == "text"
        and a.start
        and b.start
        and a.end
        and b.end
        and (a.end < b.start or b.end < a.start)
    ):
        return True
    towns = [
        {p.name for p in s.places if p.role == "event" and p.precision in ("town", "exact") and p.via == "clause"}
        for s in (one, other)
    ]
    if towns[0] and towns[1] and not towns[0] & towns[1]:
        return True
    if "update" in (one.scope, other.scope) or "title" in (one.field, other.field):
        return False
    for count in one.counts:
        for peer in other.counts:
            same = count.measure == peer.measure and count.relation == peer.relation == "total"
            if same and count.exactness == peer.exactness == "exact" and count.low != peer.low:
                return True
    return False


def _adds(signal: Signal, earlier: list[Signal]) -> bool:
    """Whether a later telling brings a figure that the earlier ones lack."""
    known = {c.measure for s in earlier for c in s.counts}
    return any(c.measure not in known for c in signal.counts)


def _event(id_: str, group: list[int], signals: list[Signal]) -> Event:
    members = [signals[i] for i in group]
    lead = max(members, key=lambda s: (s.scope in _FULL, bool(s.counts), s.type not in _GENERAL, -members.index(s)))
    specific = [
        s for s in members if s.type not in _GENERAL and family_of(s.type) != "casualty" and s.scope != "reference"
    ]
    type_ = specific[0].type if specific and family_of(lead.type) in ("attack", "casualty") else lead.type
    return Event(
        id=id_,
        type=type_,
        signals=tuple(group),
        counts=_counts(members),
        actors=_merged_actors(members),
        places=_merged_places(members),
        event_time=_time(members),
        outcome=lead.outcome,
    )


def _counts(members: list[Signal]) -> tuple[Count, ...]:
    """One figure a measure and side: the last update, else the fullest telling; groups of one sentence add up."""
    tellings: dict[tuple[str, str], list[tuple[bool, float, list[Count]]]] = {}
    phased = family_of(members[0].type) in PHASED_FAMILIES
    for signal in members:
        if signal.scope not in ("incident", "update", "period_total", "mention") and not phased:
            continue
        by_measure: dict[tuple[str, str], list[Count]] = {}
        for count in signal.counts:
            if count.relation == "total":
                by_measure.setdefault((count.measure, count.side), []).append(count)
        for key, counts in by_measure.items():
            weight = sum(c.low or 0 for c in counts) if counts[0].exactness != "unstated" else 0.5
            tellings.setdefault(key, []).append((signal.scope == "update", weight, counts))
    chosen: list[Count] = []
    for _, told in sorted(tellings.items()):
        updates = [t for t in told if t[0]]
        best = max(updates, key=_corrects) if updates else max(told, key=lambda t: t[1])
        chosen += best[2]
    return tuple(chosen)


def _corrects(telling: tuple[bool, float, list[Count]]) -> bool:
    """A telling that says which earlier figure was wrong goes before others; of equal ones the first."""
    return any(count.corrects is not None for count in telling[2])


def _merged_actors(members: list[Signal]) -> tuple[Actor, ...]:
    found: dict[tuple[str, str], Actor] = {}
    for actor in (a for s in members for a in s.actors):
        found.setdefault((actor.role, actor.id or actor.name), actor)
    return tuple(found.values())


def _merged_places(members: list[Signal]) -> tuple[Place, ...]:
    found: dict[tuple[str, str | None], Place] = {}
    for place in (p for s in members for p in s.places):
        known = found.get((place.role, place.name))
        if known is None or _SURE.index(place.precision) < _SURE.index(known.precision):
            found[(place.role, place.name)] = place
    return tuple(sorted(found.values(), key=lambda p: (_SURE.index(p.precision), p.field == "title", p.start)))


def _time(members: list[Signal]) -> EventTime:
    stated = [
        s.event_time for s in members if s.event_time.from_ == "text" and s.scope in ("incident", "update", "mention")
    ]
    if stated:
        return min(stated, key=lambda t: (t.precision != "day", t.precision))
    return next((s.event_time for s in members if s.event_time.from_ == "published"), members[0].event_time)


def with_episodes(signals: Sequence[Signal], facets: Sequence[tuple[str | None, str | None]]) -> list[Signal]:
    """Give the signals of families with phases their episode; facets of one family share it within the article."""
    ids: dict[str, str] = {}
    found = []
    for signal, (facet, phase) in zip(signals, facets, strict=True):
        family = family_of(signal.type)
        if family not in PHASED_FAMILIES:
            found.append(signal)
            continue
        kind = "force.in" if signal.type.startswith(("force.deployment", "force.mobilisation")) else family
        id_ = ids.setdefault(kind, f"ep{len(ids) + 1}")
        actor = next((a for a in signal.actors if a.role in ("perpetrator", "actor")), None)
        country = next((p.country for p in signal.places if p.country and p.role == "event"), None)
        episode = Episode(
            id=id_, actor=(actor.id or actor.name) if actor else None, host_country=country, phase=phase, facet=facet
        )
        found.append(replace(signal, episode=episode))
    return _shared(found)


def _shared(signals: list[Signal]) -> list[Signal]:
    """Within an article the facets of one episode share what one of them says: who leaves, and which country."""
    known: dict[str, tuple[str | None, str | None]] = {}
    for signal in signals:
        if signal.episode:
            actor, country = known.get(signal.episode.id, (None, None))
            known[signal.episode.id] = (actor or signal.episode.actor, country or signal.episode.host_country)
    return [
        replace(s, episode=replace(s.episode, actor=known[s.episode.id][0], host_country=known[s.episode.id][1]))
        if s.episode
        else s
        for s in signals
    ]
