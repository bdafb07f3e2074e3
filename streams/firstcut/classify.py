"""What does an article report? Article in, Report out: pure, without state, the same in every process.

The lexicon's automaton runs over the whole text first; sentences are cut and read only round its hits. Each sentence
gives drafts (``signals.reading``), which get their places, parties and times here and are gathered into events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from streams.article import (
    Actor,
    Article,
    EventTime,
    Exclusion,
    Field,
    Fingerprint,
    Place,
    Precision,
    Problem,
    Report,
    Section,
    Signal,
    TimePrecision,
    Trigger,
    Via,
    family_of,
)
from streams.codec import rounded
from streams.firstcut.draft import Draft
from streams.firstcut.fingerprint import fingerprint
from streams.firstcut.gather import gathered, with_episodes
from streams.firstcut.language import language_of
from streams.firstcut.lexicon import Lexicon, default_lexicon, lower_same_length
from streams.firstcut.reading import Reading
from streams.firstcut.scene import Hit, Scene
from streams.firstcut.tokens import CAP
from streams.text.actors import ActorMention, find_actors
from streams.text.dates import DateMention, find_dates
from streams.text.places import PlaceContext, PlaceMention, default_gazetteer
from streams.text.sentences import Sentences
from streams.times import seconds_of, utc_iso

#: Changes whenever code or data change what is read.
VERSION = "en-1"
_LEAD = 3
_TOPIC_VOTES = 3
_FUTURE = 3600
_HEAD = 400
_MISFORTUNES = ("accident", "disaster", "disease")
_TOPICS = ("sport", "business", "fiction")
_LOCAL = ("exact", "town", "near")
_SEATED = frozenset("ministry staff government office army officials embassy headquarters command authorities police "
                    "agency organisation organization group spokesman diplomats parliament court".split())  # fmt: skip
_SPOKE = frozenset("said told announced confirmed reported added says declared stated saying".split())
_CONTRACT_FIELDS = ("id", "source", "published", "language", "signals", "events", "excluded", "problems")


def classify(article: Article) -> Report:
    """Read one article. Never raises for any text."""
    return _Article(article).report()


def contract_line(report: Report) -> bytes:
    """A report in the form that ``tocsin classify`` prints: one JSON object."""
    whole = msgspec.to_builtins(report)
    return msgspec.json.encode(
        rounded({name: whole[name] for name in (*_CONTRACT_FIELDS, "feed", "revision", "status")})
    )


class _Article:
    """One article on its way through the classifier."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.lexicon: Lexicon = default_lexicon()
        self.problems = list(article.problems)
        self.anchor = _local_day(article)
        self.topic: str | None = None
        self.conflict = False
        self.drafts: list[Draft] = []
        self.dates: dict[int, list[DateMention]] = {}
        self.excluded: list[Exclusion] = []
        self.places: dict[str, PlaceContext] = {}

    def report(self) -> Report:
        article = self.article
        language = (article.language or language_of(article.body or article.title) or "und").lower()
        english = language.startswith("en")
        if not english:
            self._problem("unsupported_language", f"only English is read; this looks like {language!r}")
        if article.published is None and not any(p.code in ("undated", "date_conflict") for p in self.problems):
            self._problem("undated", "no date of publication: kept and shown, but in no window")
        if (
            article.published
            and article.received
            and seconds_of(article.published) - seconds_of(article.received) > _FUTURE
        ):
            self._problem("future_date", "published after it was received: windows use the time of receipt")
        found = self._read() if english and article.status == "usable" else False
        signals, events = gathered(self._signals())
        return Report(
            id=article.id,
            feed=article.feed,
            source=article.source,
            title=article.title,
            url=article.url,
            published=utc_iso(article.published),
            updated=utc_iso(article.updated),
            language=language,
            revision=article.revision,
            status=article.status,
            baseline=article.baseline,
            lateness=article.lateness,
            signals=signals,
            events=events,
            excluded=tuple(self.excluded),
            problems=tuple(self.problems),
            sha256={name: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for name, text in self._fields()},
            fingerprint=fingerprint(article.title, article.body, article.url) if found else Fingerprint(),
            classifier=VERSION,
        )

    def _fields(self) -> tuple[tuple[Field, str], ...]:
        return (("title", self.article.title), ("body", self.article.body))

    # --- sentences --------------------------------------------------------------------------------------------------

    def _read(self) -> bool:
        """Read the sentences that hold an anchor. Gives whether there was any."""
        hits = {name: self.lexicon.anchors.find(lower_same_length(text)) for name, text in self._fields() if text}
        if not any(hits.values()):
            return False
        self.topic, self.conflict = self._topic_of()
        whole = f"{self.article.title}\n\n{self.article.body}"
        context = default_gazetteer().read(whole)
        self.context, self.whole, self.shift = context, whole, {"title": 0, "body": len(self.article.title) + 2}
        for name, text in self._fields():
            cuts = Sentences(text, self.article.captions if name == "body" else ())
            for span in sorted({cuts.around(start) for start, _, _ in hits.get(name, ())}):
                self._sentence(text, name, span)
        return True

    def _sentence(self, text: str, field: Field, span: tuple[int, int]) -> None:
        scene = Scene(text, field, span, self._section(field, span), self.lexicon)
        if len(scene.tokens) == CAP:
            self._problem("truncated", f"{field} {span[0]}: a sentence of over {CAP} words was read to there")
        dates = find_dates(text, span[0], min(span[1], scene.read_to), self.anchor)
        reading = Reading(scene, dates, self.topic, conflict=self.conflict)
        for draft in reading.drafts:
            self.dates[len(self.drafts)] = dates
            self.drafts.append(draft)
        self.excluded += reading.excluded

    def _section(self, field: Field, span: tuple[int, int]) -> Section:
        if field == "title":
            return "title"
        if any(start <= span[0] < end for start, end in self.article.captions):
            return "caption"
        after = max((end for _, end in self.article.captions), default=0)
        paragraphs = self.article.body.count("\n\n", after, span[0])
        return "lead" if paragraphs < _LEAD and span[0] - after < 600 else "body"

    def _topic_of(self) -> tuple[str | None, bool]:
        """The reason that the whole article gives to leave things out, and whether it speaks of armed people."""
        head = f"{self.article.title}\n{self.article.body[:_HEAD]}"
        votes: dict[str, int] = {}
        for _, _, tags in self.lexicon.words.find(
            lower_same_length(f"{self.article.title}\n{self.article.body[:4000]}")
        ):
            for tag in tags:
                if tag.kind in ("cause", "conflict"):
                    votes[tag.value] = votes.get(tag.value, 0) + 1
        armed = votes.pop("conflict", 0)
        best = max(sorted(set(votes) & set(_TOPICS)), key=lambda t: votes[t], default=None)
        if best is not None and votes[best] >= _TOPIC_VOTES and votes[best] > armed:
            return best, armed > 0
        return self._cause_of(head), armed > 0

    def _cause_of(self, head: str) -> str | None:
        """The accident, disaster or disease that title and lead tell of, when they tell of no violence."""
        lowered = lower_same_length(head)
        for _, _, tags in self.lexicon.anchors.find(lowered):
            if any(tag.kind in ("noun", "verb") and family_of(tag.value) in ("attack", "hostage") for tag in tags):
                return None
        causes = [tag.value for _, _, tags in self.lexicon.words.find(lowered) for tag in tags if tag.kind == "cause"]
        return next((cause for cause in causes if cause in _MISFORTUNES), None)

    # --- arguments --------------------------------------------------------------------------------------------------

    def _signals(self) -> list[Signal]:
        signals = [self._signal(n, draft) for n, draft in enumerate(self.drafts)]
        return with_episodes(signals, [(draft.facet, draft.phase) for draft in self.drafts])

    def _signal(self, n: int, draft: Draft) -> Signal:
        scene, hit, row = draft.scene, draft.trigger, self.lexicon.types[draft.type]
        return Signal(
            type=draft.type,
            event="",
            field=scene.field,
            start=scene.start,
            end=scene.end,
            sentence=scene.sentence,
            section=scene.section,
            trigger=Trigger(start=hit.start, end=hit.end, text=scene.text[hit.start : hit.end], pattern=draft.pattern),
            realis=draft.realis,
            scope=draft.scope,
            stance=draft.stance,
            polarity=row.polarity,
            outcome=draft.outcome,
            counts=draft.counts,
            actors=self._actors(draft),
            places=self._places(draft),
            event_time=self._time(draft, self.dates[n]),
            speaker=draft.speaker,
            codes=row.codes,
            confidence=draft.confidence,
        )

    def _actors(self, draft: Draft) -> tuple[Actor, ...]:
        """The parties of a sentence: a subject before its verb or a "by" phrase did it, the others suffered it."""
        scene = draft.scene
        found = find_actors(scene.text, scene.start, scene.read_to)
        victims = [(c.start, c.end) for c in draft.counts]
        speaker = draft.speaker
        parties = []
        for mention in found:
            inside = any(mention.start < end and start < mention.end for start, end in victims)
            spoken = speaker is not None and mention.start <= speaker.start < mention.end
            if spoken:
                continue
            role = "target" if inside else self._role(mention, draft)
            parties.append(
                Actor(
                    name=mention.name, id=mention.id, role=role, text=mention.text, field=scene.field,
                    start=mention.start, end=mention.end, via="clause",
                )
            )  # fmt: skip
        return tuple(parties)

    def _role(self, mention: ActorMention, draft: Draft) -> str:
        """Who acts: named before the trigger, or behind "by"; a police or army force is acted on unless it does."""
        scene = draft.scene
        before = scene.text[max(scene.start, mention.start - 14) : mention.start].lower().split()
        by = "by" in before[-3:]
        if family_of(draft.type) == "force":
            return "actor" if by or mention.start < draft.trigger.start else "other"
        if by or mention.sector in ("REB", "UNK"):
            return "perpetrator" if by or mention.start < draft.trigger.end else "other"
        return "target" if mention.start > draft.trigger.start else "other"

    def _places(self, draft: Draft) -> tuple[Place, ...]:
        """Where it happened, nearest to the trigger first; who only speaks from somewhere did not act there."""
        scene = draft.scene
        found = [self._place(m, scene.field, "clause") for m in self._mentions(scene.field, scene.start, scene.read_to)]
        own = _with_roles(scene, found, draft.trigger)
        if any(p.country and p.role != "speaker" for p in own):
            return own
        for field, text, via in (
            ("title", self.article.title, "title"),
            ("body", self.article.body, "dateline"),
        ):
            known = self._first_known(cast(Field, field), text, cast(Via, via))
            if known is not None:
                return (*own, known)
        return (*own, *self._main_country())

    def _first_known(self, field: Field, text: str, via: Via) -> Place | None:
        """The first place with a country near the beginning of a field."""
        places = [self._place(m, field, via) for m in self._mentions(field, 0, min(len(text), _HEAD))]
        return next((p for p in places if p.country), None)

    def _main_country(self) -> Iterator[Place]:
        """The country that the article names most, when nothing nearer does."""
        shift = self.shift["body"]
        votes: dict[str, list[PlaceMention]] = {}
        for mention in self.context.find(self.whole, 0, min(len(self.whole), 6000)):
            if mention.country and mention.start >= shift:
                votes.setdefault(mention.country, []).append(mention)
        if votes:
            best = max(sorted(votes), key=lambda c: len(votes[c]))
            if len(votes[best]) > 1:
                mention = votes[best][0]
                own = mention._replace(start=mention.start - shift, end=mention.end - shift)
                yield replace(
                    self._place(own, "body", "coref"),
                    name=None, admin1=None, precision="country", lat=None, lon=None, radius_km=500.0,
                )  # fmt: skip

    def _mentions(self, field: Field, start: int, end: int) -> list[PlaceMention]:
        shift = self.shift[field]
        found = self.context.find(self.whole, start + shift, end + shift)
        return [m._replace(start=m.start - shift, end=m.end - shift) for m in found]

    def _place(self, mention: PlaceMention, field: Field, via: Via) -> Place:
        demonym = mention.kind == "demonym"
        return Place(
            text=mention.text,
            role="part" if demonym else "event",
            name=mention.name,
            country=mention.country,
            admin1=mention.admin1,
            lat=mention.lat,
            lon=mention.lon,
            precision=cast(Precision, mention.precision),
            radius_km=mention.radius_km,
            field=field,
            start=mention.start,
            end=mention.end,
            via=via,
        )

    def _time(self, draft: Draft, dates: list[DateMention]) -> EventTime:
        points = [d for d in dates if d.kind == "point" and not _of_speech(draft.scene, d)]
        if points:
            near = min(points, key=lambda d: (abs(d.start - draft.trigger.start), d.start))
            if near.first is not None and near.last is not None:
                return EventTime(
                    start=near.first.isoformat(),
                    end=near.last.isoformat(),
                    precision=cast(TimePrecision, near.precision),
                    from_="text",
                    via="clause",
                )
            return EventTime()
        if draft.scope in ("incident", "update") and self.anchor is not None:
            return EventTime(
                start=self.anchor.isoformat(), end=self.anchor.isoformat(), precision="day", from_="published"
            )
        return EventTime()

    def _problem(self, code: str, message: str) -> None:
        self.problems.append(Problem(code=code, message=message))


def _with_roles(scene: Scene, places: list[Place], trigger: Hit) -> tuple[Place, ...]:
    """One town at most is where it happened: the one nearest to the trigger, better behind it than before."""

    def far(place: Place) -> float:
        behind = place.start - trigger.end
        return behind if behind >= 0 else -1.5 * behind

    told = [replace(p, role="speaker") if _is_seat(scene, p) else p for p in places]
    towns = sorted((p for p in told if p.role == "event" and p.precision in _LOCAL), key=far)
    named = {towns[0].name} if towns else set()
    roles = [
        replace(p, role="part") if p.role == "event" and p.precision in _LOCAL and p.name not in named else p
        for p in told
    ]
    return tuple(sorted(roles, key=lambda p: (p.role != "event", p.precision not in _LOCAL, far(p))))


def _is_seat(scene: Scene, place: Place) -> bool:
    """Whether a place is only where somebody who speaks has a seat: "the ministry in Bogota said"."""
    before = scene.text[max(scene.start, place.start - 40) : place.start].lower().split()
    return len(before) > 1 and before[-1] == "in" and before[-2].strip(",") in _SEATED


def _of_speech(scene: Scene, mention: DateMention) -> bool:
    """Whether a date is when somebody spoke: "said on Thursday"."""
    before = [t.lower for t in scene.tokens if t.end <= mention.start][-3:]
    return any(word in _SPOKE for word in before)


def _local_day(article: Article) -> date | None:
    """The day of publication in the article's zone."""
    return article.published.astimezone(ZoneInfo(article.zone)).date() if article.published else None


def exclusion_reasons() -> tuple[str, ...]:
    """Every reason an exclusion can have."""
    return default_lexicon().reasons
