"""Which signals of an article are facets of one withdrawal, ceasefire, siege or accord? They share an episode."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from streams.article import LOCAL_PRECISIONS, PHASED_FAMILIES, Episode, Signal, family_of
from streams.signals.draft import Draft

_COMING = (
    "force.deploy",
    "force.reinforce",
    "force.build",
    "force.mobil",
    "force.alert",
    "force.exercise",
    "force.missile",
    "force.weapons",
    "force.base_established",
    "force.airspace",
    "force.border",
    "force.evacuation_advice",
)
_PHASES = {"talks.planned": "announced", "siege.lifted": "completed", "siege.blockade": "begun", "siege.siege": "begun"}


def with_episodes(signals: Sequence[Signal], drafts: Sequence[Draft]) -> list[Signal]:
    """The signals, those of families with phases with their episode; ids are ep1, ep2, … in order of telling."""
    ids: dict[tuple[str, str | None], str] = {}
    found: list[Signal] = []
    for signal, draft in zip(signals, drafts, strict=True):
        family = family_of(signal.type)
        if family not in PHASED_FAMILIES:
            found.append(signal)
            continue
        stream = "force.in" if signal.type.startswith(_COMING) else family
        actor = _actor(signal)
        id_ = _id(ids, stream, actor)
        episode = Episode(
            id=id_,
            actor=actor,
            host_country=_host(signal),
            from_=_from(signal),
            phase=draft.phase or _PHASES.get(signal.type, "ongoing"),
            facet=draft.facet,
            consent=draft.consent,
        )
        found.append(replace(signal, episode=episode))
    return _completed(found)


def _id(ids: dict[tuple[str, str | None], str], stream: str, actor: str | None) -> str:
    """The episode of a stream: a known other actor opens one of its own, an unknown one joins the first."""
    known = next(
        (
            id_
            for (name, who), id_ in ids.items()
            if name == stream and (who == actor or None in (actor, who) or not stream.startswith("force"))
        ),
        None,
    )
    id_ = known or f"ep{len(set(ids.values())) + 1}"
    ids.setdefault((stream, actor), id_)
    return id_


def _actor(signal: Signal) -> str | None:
    actor = next((a for a in signal.actors if a.role in ("actor", "perpetrator") and a.id), None)
    return (actor.id or actor.name) if actor else None


def _host(signal: Signal) -> str | None:
    """The country where it goes on: not the one whose forces they are, and rather one named behind the trigger."""
    places = [p for p in signal.places if p.country and p.role != "speaker"]
    if family_of(signal.type) == "force":
        own = {a.id.partition(".")[0] for a in signal.actors if a.id}
        behind = [p for p in places if p.field == signal.field and p.start >= signal.trigger.start]
        foreign = [p for p in places if p.country not in own]
        places = [p for p in behind if p.country not in own] or foreign or places
    return places[0].country if places else None


def _from(signal: Signal) -> str | None:
    if family_of(signal.type) != "force":
        return None
    return next(
        (p.name for p in signal.places if p.role == "event" and p.name and p.precision in LOCAL_PRECISIONS),
        None,
    )


def _completed(signals: list[Signal]) -> list[Signal]:
    """What one facet says of actor and country holds for the others of its episode."""
    actors: dict[str, str] = {}
    hosts: dict[str, str] = {}
    for episode in (s.episode for s in signals if s.episode):
        if episode.actor:
            actors.setdefault(episode.id, episode.actor)
        if episode.host_country:
            hosts.setdefault(episode.id, episode.host_country)
    return [
        replace(
            s,
            episode=replace(
                s.episode, actor=s.episode.actor or actors.get(s.episode.id), host_country=hosts.get(s.episode.id)
            ),
        )
        if s.episode
        else s
        for s in signals
    ]
