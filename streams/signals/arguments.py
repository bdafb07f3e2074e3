"""Where and when? Places and days of a draft: from its segment first, then from what lies round it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from streams.article import LOCAL_PRECISIONS, PRECISIONS, EventTime, Field, Place, Via, family_of
from streams.signals.draft import Draft
from streams.signals.revisions import RESTATED
from streams.text.datelines import dateline_end
from streams.text.dates import DateMention
from streams.text.places import Gazetteer, PlaceMention

_SAYING = frozenset("said says told warned urged urges called accused denied wants".split())
#: Announcing one of these is what happened.
_ANNOUNCED = frozenset({"agreement", "ceasefire"})
_SPOKE = frozenset(
    """said told announced confirmed reported added says declared stated denied denies
    rejected""".split()
)
_SEATED = frozenset(
    """ministry staff government office army officials embassy headquarters command authorities police agency
    organisation organization group spokesman diplomats parliament""".split()
)
_DATELINE = 120
_PRECISIONS = frozenset({"hour", "day", "week", "month", "year"})


class Whereabouts:
    """The places of one article: what its text names, and what to fall back on."""

    def __init__(self, gazetteer: Gazetteer, title: str, body: str, captions: Sequence[tuple[int, int]]) -> None:
        self._whole = f"{title}\n\n{body}"
        self._shift: dict[Field, int] = {"title": 0, "body": len(title) + 2}
        self._context, self._captions = gazetteer.read(self._whole), captions
        self._sizes: dict[Field, int] = {"title": len(title), "body": len(body)}
        self._fallback: tuple[Place, ...] | None = None
        self._dateline = dateline_end(body)

    def of(self, draft: Draft, before: tuple[Place, ...]) -> tuple[Place, ...]:
        """Places of a draft, the surest first; ``before`` are those of the sentence told just before."""
        sentence = draft.sentence
        start, end = sentence.span(*draft.segment)
        floor = self._dateline if sentence.field == "body" else 0
        wider = self._between(sentence.field, max(start, floor), max(end, floor), "clause", draft)
        if len(sentence.segments) > 1 and not any(p.role == "event" for p in wider):
            known = {(p.start, p.end) for p in wider}
            whole = (max(sentence.start, floor), max(sentence.read_to, floor))
            round_it = self._between(sentence.field, *whole, "sentence", draft)
            wider = (*wider, *(p for p in round_it if (p.start, p.end) not in known))
        if any(p.role == "event" for p in wider):
            return (*wider, *self._reported_from(wider, sentence.start < floor))
        if before:
            return (*wider, *(replace(p, via="coref") for p in before[:1]))
        return (*wider, *self._article_wide())

    def _reported_from(self, named: tuple[Place, ...], first: bool) -> tuple[Place, ...]:
        """The town of the dateline, for a sentence behind it that names no town but the region or country round it."""
        events = [p for p in named if p.role == "event"]
        if not first or any(p.precision in LOCAL_PRECISIONS for p in events):
            return ()
        towns = [p for p in self._article_wide() if p.via == "dateline" and p.precision in LOCAL_PRECISIONS]
        return tuple(
            town for town in towns if any(p.country == town.country and p.admin1 in (None, town.admin1) for p in events)
        )

    def _between(self, field: Field, start: int, end: int, via: Via, draft: Draft | None) -> tuple[Place, ...]:
        shift = self._shift[field]
        mentions = self._context.find(self._whole, start + shift, end + shift)
        places = [self._place(m, field, shift, via, draft) for m in mentions]
        if draft is not None:
            places = _one_scene(places, draft)
        return tuple(sorted(places, key=lambda p: (p.role != "event", PRECISIONS.index(p.precision), p.start)))

    def _place(self, m: PlaceMention, field: Field, shift: int, via: Via, draft: Draft | None) -> Place:
        role = "part" if m.kind == "demonym" else "event"
        start, end = m.start - shift, m.end - shift
        if (
            role == "event"
            and draft is not None
            and (_speaks(draft, end) or _seats(draft, start) or _acts(m, draft, end))
        ):
            role = "speaker"
        return Place(
            text=m.text,
            role=role,  # type: ignore[arg-type]
            name=m.name,
            country=m.country,
            admin1=m.admin1,
            lat=m.lat,
            lon=m.lon,
            precision=m.precision,  # type: ignore[arg-type]
            radius_km=m.radius_km,
            field=field,
            start=start,
            end=end,
            via=via,
        )

    def _article_wide(self) -> tuple[Place, ...]:
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
    after = bisect_left(sentence.starts, end)
    return sentence.word(after) in _SAYING or (
        sentence.word(after) in ("has", "had") and sentence.word(after + 1) in _SAYING
    )


def _one_scene(places: list[Place], draft: Draft) -> list[Place]:
    """One town at most is where it happened: the nearest to the trigger, better behind it than before."""
    trigger = draft.sentence.starts[draft.trigger.first]

    def far(place: Place) -> float:
        behind = place.start - trigger
        return behind if behind >= 0 else -1.5 * behind

    towns = [p for p in places if p.role == "event" and p.precision in LOCAL_PRECISIONS]
    if len(towns) < 2:
        return places
    scene = min(towns, key=far).name
    return [
        replace(p, role="part") if p.role == "event" and p.precision in LOCAL_PRECISIONS and p.name != scene else p
        for p in places
    ]


def _seats(draft: Draft, start: int) -> bool:
    """Whether a place is only where somebody who speaks has a seat: "the ministry in Bogota said"."""
    sentence = draft.sentence
    at = bisect_left(sentence.starts, start)
    return sentence.word(at - 1) == "in" and sentence.word(at - 2) in _SEATED


def _acts(mention: PlaceMention, draft: Draft, end: int) -> bool:
    """Whether a country is a government that does something: "Portugal hands over its last base"."""
    at = bisect_left(draft.sentence.starts, end)
    return mention.precision == "country" and at <= 2 and at in draft.sentence.verb_starts


def _of_speech(draft: Draft, day: DateMention) -> bool:
    """Whether a date is when somebody spoke: "said on Thursday", "police on Thursday said"."""
    if _is_genitive(draft, day):
        return False
    at = bisect_left(draft.sentence.starts, day.start)
    spoken = _SPOKE - {"announced"} if family_of(draft.type) in _ANNOUNCED else _SPOKE
    return any(draft.sentence.word(i) in spoken for i in range(max(at - 3, 0), at + 2))


def _is_genitive(draft: Draft, day: DateMention) -> bool:
    """ "Tuesday's": the day of what is named next."""
    return draft.sentence.text[day.end : day.end + 1] in ("'", "\u2019")


def _of_the_news(draft: Draft, day: DateMention) -> bool:
    """Whether a day dates the newer toll and not what it is a toll of: only "Tuesday's bombing", "the raid on Tuesday".

    "Police on Thursday lowered the toll of the bombing to 17", "the toll rose to 12 on Thursday".
    """
    sentence, trigger = draft.sentence, draft.trigger
    if _is_genitive(draft, day):
        return False
    at = bisect_left(sentence.starts, day.start)
    if trigger.phrase.kind == "toll" or at < trigger.first:
        return trigger.phrase.kind == "toll" or at + 2 < trigger.first
    if any(sentence.ends[trigger.last - 1] <= count.start < day.start for count in draft.counts):
        return True
    return not RESTATED.isdisjoint(sentence.words[trigger.last : at])


def time_of(draft: Draft, dates: Sequence[DateMention], anchor: date | None) -> EventTime:
    """When it happened: the nearest day that the segment names, else the sentence's, else publication."""
    sentence = draft.sentence
    start, end = sentence.span(*draft.segment)
    trigger = sentence.starts[draft.trigger.first]
    points = [d for d in dates if d.kind == "point" and not _of_speech(draft, d)]
    if draft.scope == "update":
        points = [d for d in points if not _of_the_news(draft, d)]
    inside = [d for d in points if start <= d.start < end]
    chosen = inside or points
    if len(sentence.segments) > 1 and not inside and draft.scope in ("mention", "incident"):
        chosen = []
    if chosen:
        near = min(chosen, key=lambda d: (abs(d.start - trigger), d.start))
        if near.first is None or near.last is None:
            return EventTime()
        precision = near.precision if near.precision in _PRECISIONS else "range"
        return EventTime(
            start=near.first.isoformat(),
            end=near.last.isoformat(),
            precision=precision,  # type: ignore[arg-type]
            from_="text",
            via="clause" if inside else "sentence",
        )
    if anchor is not None and draft.scope in ("incident", "update") and draft.realis in ("actual", "ongoing"):
        day = anchor.isoformat()
        return EventTime(start=day, end=day, precision="day", from_="published")
    return EventTime()
