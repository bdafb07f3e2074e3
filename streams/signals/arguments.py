"""Where, when and by whom? Places, days and parties of a draft: from its segment first, then from what lies round it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from streams.article import Actor, Count, EventTime, Field, Place, Via, family_of
from streams.signals.attribution import Speech
from streams.signals.draft import Draft
from streams.signals.sentence import AUXILIARIES
from streams.text.actors import ActorMention, find_actors
from streams.text.dates import DateMention
from streams.text.places import Gazetteer, PlaceMention

_SAYING = frozenset("said says told warned urged urges called accused denied wants".split())
_PLACED_BY = frozenset("in at near outside inside around on of from to".split())
_SURENESS = ("exact", "town", "near", "admin1", "country", "region", "none")
_DATELINE = 120
_LEADERLESS = frozenset("it they he she the".split())
_PRECISIONS = frozenset({"hour", "day", "week", "month", "year"})
_ARMED_SECTORS = frozenset({"REB", "UNK", "MIL", "PRM"})


class Whereabouts:
    """The places of one article: what its text names, and what to fall back on."""

    def __init__(self, gazetteer: Gazetteer, title: str, body: str, captions: Sequence[tuple[int, int]]) -> None:
        self._whole = f"{title}\n\n{body}"
        self._shift: dict[Field, int] = {"title": 0, "body": len(title) + 2}
        self._context, self._captions = gazetteer.read(self._whole), captions
        self._sizes: dict[Field, int] = {"title": len(title), "body": len(body)}
        self._fallback: tuple[Place, ...] | None = None

    def of(self, draft: Draft, before: tuple[Place, ...]) -> tuple[Place, ...]:
        """Places of a draft, the surest first; ``before`` are those of the sentence told just before."""
        sentence = draft.sentence
        start, end = sentence.span(*draft.segment)
        inside = self._between(sentence.field, start, end, "clause", draft)
        if any(p.role == "event" for p in inside):
            return inside
        wider = self._between(sentence.field, sentence.start, sentence.read_to, "sentence", draft)
        known = {(p.start, p.end) for p in inside}
        wider = (*inside, *(p for p in wider if (p.start, p.end) not in known))
        if any(p.role == "event" for p in wider):
            return wider
        if before:
            return (*wider, *(replace(p, via="coref") for p in before[:1]))
        return (*wider, *self._article_wide(draft))

    def _between(self, field: Field, start: int, end: int, via: Via, draft: Draft | None) -> tuple[Place, ...]:
        shift = self._shift[field]
        mentions = self._context.find(self._whole, start + shift, end + shift)
        places = [self._place(m, field, shift, via, draft) for m in mentions]
        return tuple(sorted(places, key=lambda p: (p.role != "event", _SURENESS.index(p.precision), p.start)))

    def _place(self, m: PlaceMention, field: Field, shift: int, via: Via, draft: Draft | None) -> Place:
        role = "part" if m.kind == "demonym" else "event"
        start, end = m.start - shift, m.end - shift
        if role == "event" and draft is not None and _speaks(draft, end):
            role = "speaker"
        return Place(
            text=m.text, role=role, name=m.name, country=m.country, admin1=m.admin1, lat=m.lat, lon=m.lon,  # type: ignore[arg-type]
            precision=m.precision, radius_km=m.radius_km, field=field, start=start, end=end, via=via,  # type: ignore[arg-type]
        )  # fmt: skip

    def _article_wide(self, draft: Draft) -> tuple[Place, ...]:
        if self._fallback is None:
            self._fallback = self._look_round()
        return self._fallback

    def _look_round(self) -> tuple[Place, ...]:
        """Dateline, title, caption, else the country that the article names most."""
        tries: list[tuple[Field, int, int, Via]] = [
            ("body", 0, min(_DATELINE, self._sizes["body"]), "dateline"),
            ("title", 0, self._sizes["title"], "title"),
        ]
        tries += [("body", start, end, "caption") for start, end in self._captions]
        for field, start, end, via in tries:
            places = [p for p in self._between(field, start, end, via, None) if p.role == "event" and p.country]
            if places:
                return (places[0],)
        return self._main_country()

    def _main_country(self) -> tuple[Place, ...]:
        votes: dict[str, list[Place]] = {}
        for place in self._between("body", 0, min(self._sizes["body"], 6000), "coref", None):
            if place.country:
                votes.setdefault(place.country, []).append(place)
        if not votes:
            return ()
        best = min(votes, key=lambda code: (-len(votes[code]), code))
        if len(votes[best]) < 2:
            return ()
        place = min(votes[best], key=lambda p: p.start)
        return (
            replace(
                place, role="event", name=None, admin1=None, lat=None, lon=None, precision="country", radius_km=500.0
            ),
        )


def _speaks(draft: Draft, end: int) -> bool:
    """Whether a place name stands for a government that says or does: "Paris warned"."""
    sentence = draft.sentence
    after = next((i for i, start in enumerate(sentence.starts) if start >= end), len(sentence.words))
    return sentence.word(after) in _SAYING or (
        sentence.word(after) in ("has", "had") and sentence.word(after + 1) in _SAYING
    )


def time_of(draft: Draft, dates: Sequence[DateMention], anchor: date | None) -> EventTime:
    """When it happened: the nearest day that the segment names, else the sentence's, else publication for fresh news."""
    sentence = draft.sentence
    start, end = sentence.span(*draft.segment)
    trigger = sentence.starts[draft.trigger.first]
    points = [d for d in dates if d.kind == "point"]
    inside = [d for d in points if start <= d.start < end]
    chosen, via = (inside, "clause") if inside else (points, "sentence")
    if len(sentence.segments) > 1 and not inside and draft.scope in ("mention", "incident"):
        chosen = []
    if chosen:
        near = min(chosen, key=lambda d: (abs(d.start - trigger), d.start))
        if near.first is None or near.last is None:
            return EventTime()
        precision = near.precision if near.precision in _PRECISIONS else "range"
        return EventTime(
            start=near.first.isoformat(), end=near.last.isoformat(), precision=precision, from_="text", via=via
        )  # type: ignore[arg-type]
    if anchor is not None and draft.scope in ("incident", "update") and draft.realis in ("actual", "ongoing"):
        day = anchor.isoformat()
        return EventTime(start=day, end=day, precision="day", from_="published")
    return EventTime()


def actors_of(draft: Draft, counts: Sequence[Count], speech: Speech | None) -> tuple[Actor, ...]:
    """The parties named in the sentence, each with its role by place and grammar."""
    sentence = draft.sentence
    found = []
    for mention in find_actors(sentence.text, sentence.start, sentence.read_to):
        if speech is not None and mention.start < speech.end and speech.start < mention.end:
            continue
        role, via = _role(draft, mention, counts)
        found.append(Actor(name=mention.name, id=mention.id, role=role, text=mention.text, field=sentence.field,
                           start=mention.start, end=mention.end, via=via))  # fmt: skip
    return tuple(found)


def _role(draft: Draft, mention: ActorMention, counts: Sequence[Count]) -> tuple[str, Via]:
    sentence = draft.sentence
    start, end = sentence.span(*draft.segment)
    via: Via = "clause" if start <= mention.start < end else "sentence"
    if any(
        mention.start < c.end and c.start < mention.end
        for c in counts
        if c.measure not in ("troops", "bases", "ratio", "rate")
    ):
        return "target", via
    if family_of(draft.type) not in ("attack", "hostage", "casualty", "trend", "territory", "threat"):
        return "actor", via
    first = next((i for i, s in enumerate(sentence.starts) if s >= mention.start), 0)
    before = sentence.words[max(first - 4, 0) : first]
    trigger = draft.trigger
    passive = trigger.phrase.kind == "verb" and bool(
        AUXILIARIES & set(sentence.words[max(trigger.first - 2, 0) : trigger.first])
    )
    if "by" in before:
        return "perpetrator", via
    if first >= trigger.last:
        return ("target" if {"on", "against", "at"} & set(before) or not passive else "other"), via
    if passive or (
        mention.sector not in _ARMED_SECTORS and mention.sector is not None and trigger.phrase.kind == "noun"
    ):
        return "target", via
    return "perpetrator", via


class Parties:
    """Who is meant by "the militants" or "it": the party named last, or the only one of its kind."""

    def __init__(self) -> None:
        self._last: dict[str, Actor] = {}

    def resolve(self, draft: Draft, actors: tuple[Actor, ...]) -> tuple[Actor, ...]:
        """The actors, nameless ones given the identity of the one they refer to; a missing one is supplied."""
        kind = "perpetrator" if family_of(draft.type) in ("attack", "hostage", "casualty", "trend") else "actor"
        named = next((a for a in actors if a.role == kind and a.id), None)
        if named is not None:
            self._last[kind] = named
            return actors
        known = self._last.get(kind)
        if known is None:
            plain = next((a for a in actors if a.role == kind), None)
            if plain is not None:
                self._last.setdefault(f"{kind}?", plain)
            return actors
        pointing = next(
            (a for a in actors if a.role == kind and a.text.lower().startswith(("the ", "it", "they"))), None
        )
        if pointing is not None:
            return tuple(replace(a, id=known.id, name=known.name, via="coref") if a is pointing else a for a in actors)
        if any(a.role == kind for a in actors):
            return actors
        opening = draft.sentence.words[:1]
        if family_of(draft.type) == "force" or (
            opening and opening[0] in _LEADERLESS and draft.type.startswith("trend")
        ):
            return (*actors, replace(known, via="coref"))
        return actors
