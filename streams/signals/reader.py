"""What does one article report? Its fields are matched once; sentences round hits are read and their drafts argued."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from datetime import date
from typing import overload

from msgspec.structs import replace

from streams.article import (
    Article,
    EventTime,
    Exclusion,
    Field,
    Place,
    Problem,
    Section,
    Signal,
    Speaker,
    Trigger,
    family_of,
)
from streams.lazy import lazy
from streams.signals.accords import read_accords
from streams.signals.arguments import Whereabouts, time_of
from streams.signals.attribution import Speech, speech_of, stance_of
from streams.signals.causes import About
from streams.signals.draft import Draft
from streams.signals.events import LONG_BEFORE
from streams.signals.forces import read_forces
from streams.signals.general import read_others
from streams.signals.lexicon import Lexicon
from streams.signals.parties import Cast
from streams.signals.sentence import Sentence
from streams.signals.topics import Subject
from streams.signals.trace import Trace
from streams.signals.trends import read_trends
from streams.signals.violence import read_violence
from streams.text.datelines import dateline_end
from streams.text.dates import DateMention, find_dates
from streams.text.matcher import Hit
from streams.text.places import default_gazetteer
from streams.text.sentences import Sentences
from streams.text.tokens import MAX_TOKENS, plain_words

#: An article that gives more signals is a list or a flood: the rest is left out, and said so.
MAX_SIGNALS = 500
_LEAD_LENGTH = 600
_SHOUTING = 0.8
_NO_CAPITALS = dict.fromkeys(map(ord, string.ascii_uppercase))
_NO_SMALL = dict.fromkeys(map(ord, string.ascii_lowercase))
_ARMED = frozenset({"REB", "MIL", "PRM", "UNK"})
_ACCORDS = frozenset("accord agreement deal pact".split())
_VIOLENT = frozenset({"attack", "hostage"})
_OF_A_DAY = frozenset({"attack", "casualty", "crime"})
_WEAK = frozenset({"talks", "agreement", "diplomatic", "trend"})
_COMMERCIAL = frozenset({"business", "sport", "fiction", "science"})
_SURE = {"incident": 0.85, "update": 0.85, "mention": 0.7, "period_total": 0.75}


class Dates(Sequence[DateMention]):
    """The dates of a sentence, looked for when somebody asks: most sentences with a hit tell nothing."""

    def __init__(self, sentence: Sentence, anchor: date | None, floor: int = 0) -> None:
        """``floor`` is the offset behind a dateline, whose day is the report's."""
        self._sentence, self._anchor, self._floor = sentence, anchor, floor

    @lazy
    def _found(self) -> list[DateMention]:
        start = min(max(self._sentence.start, self._floor), self._sentence.read_to)
        return find_dates(self._sentence.text, start, self._sentence.read_to, self._anchor)

    @overload
    def __getitem__(self, i: int) -> DateMention: ...

    @overload
    def __getitem__(self, i: slice) -> Sequence[DateMention]: ...

    def __getitem__(self, i: int | slice) -> DateMention | Sequence[DateMention]:
        return self._found[i]

    def __iter__(self) -> Iterator[DateMention]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Reader:
    """Reads one article. ``drafts`` and ``signals`` go together; ``excluded`` and ``problems`` grow on the way."""

    def __init__(self, article: Article, lexicon: Lexicon, anchor: date | None, trace: Trace | None = None) -> None:
        self.article, self.lexicon, self.anchor, self._trace = article, lexicon, anchor, trace
        self.drafts: list[Draft] = []
        self.signals: list[Signal] = []
        self.excluded: list[Exclusion] = []
        self.problems: list[Problem] = []
        self._cast = Cast(article)
        self._before: tuple[Place, ...] = ()
        self._where: Whereabouts | None = None
        self._about = Subject(lexicon, ())
        self._dateline = dateline_end(article.body)
        self._accord_day: EventTime | None = None
        self._told_news = False
        self._capitals: dict[Field, bool] = {}

    def read(self, fields: Sequence[tuple[Field, str, str, list[Hit]]]) -> None:
        """Read every field, given as (name, text, folded text, hits of the lexicon's matcher)."""
        self._about = Subject(self.lexicon, [(folded, hits) for _, _, folded, hits in fields])
        for name, text, folded, hits in fields:
            previous: frozenset[str] = frozenset()
            for sentence in self._sentences(name, text, folded, hits):
                if len(self.signals) >= MAX_SIGNALS:
                    message = f"read up to {name} {sentence.start}, where it had given {MAX_SIGNALS} signals"
                    self.problems.append(Problem(code="capped", message=message))
                    return
                self._sentence(sentence, previous)
                previous = sentence.bag

    def _sentences(self, name: Field, text: str, folded: str, hits: Sequence[Hit]) -> Iterator[Sentence]:
        cuts = Sentences(text, self.article.captions if name == "body" else ())
        promising = self._promising
        at = 0
        while at < len(hits):
            start, end = cuts.around(hits[at].start)
            last = at + 1
            while last < len(hits) and hits[last].start < end:
                last += 1
            inside, at = hits[at:last], last
            if not promising(inside, folded, start, end):
                continue
            sentence = Sentence(
                self.lexicon,
                name,
                text,
                folded,
                (start, end),
                self._section(name, start),
                shouted=self._shouted(name, text),
            )
            sentence.trace = self._trace
            sentence.add_hits(inside)
            if sentence.capped:
                message = f"{name} {start}: a sentence of over {MAX_TOKENS} words was cut off; is it one sentence?"
                self.problems.append(Problem(code="truncated", message=message))
            if sentence.words:
                yield sentence

    def _dated(self, draft: Draft, when: EventTime) -> EventTime:
        """The day of a draft; "the accord" without one has the day on which the article said it was reached."""
        if family_of(draft.type) not in ("agreement", "ceasefire") or draft.scope != "incident":
            return when
        if when.from_ == "text":
            self._accord_day = self._accord_day or replace(when, via="coref")
        elif self._accord_day is not None and not _ACCORDS.isdisjoint(draft.sentence.words):
            return when if draft.type == "agreement.implementation" else self._accord_day
        return when

    def _is_long_past(self, when: EventTime) -> bool:
        """Whether the text itself dates it months before the article: no news, however it is told."""
        if self.anchor is None or when.from_ != "text" or when.end is None:
            return False
        return self.anchor - date.fromisoformat(when.end[:10]) > LONG_BEFORE

    def _is_what_a_trial_tells(self, when: EventTime) -> bool:
        """Whether a deed without a day follows the news of a trial, and no other happening was told yet."""
        return self._about.court and when.from_ != "text" and not self._told_news

    def _shouted(self, name: Field, text: str) -> bool:
        if name not in self._capitals:
            self._capitals[name] = is_shouted(text)
        return self._capitals[name]

    def _promising(self, hits: Sequence[Hit], folded: str, start: int, end: int) -> bool:
        """Whether a phrase of the sentence has what it needs, as far as a glance at its words can tell."""
        glances, about = self.lexicon.glances, self._about
        words: frozenset[str] | None = None
        for hit in hits:
            for glance, needs, family in glances[hit.number]:
                if glance and not (family in _VIOLENT and about.violent):
                    if words is None:
                        words = frozenset(plain_words(folded[start:end]))
                    if glance.isdisjoint(words) or (needs and needs.isdisjoint(words)):
                        continue
                if family not in _WEAK or about.topic not in _COMMERCIAL:
                    return True
        return False

    def _section(self, name: Field, start: int) -> Section:
        if name == "title":
            return "title"
        if not self.article.captions:
            return "lead" if start < _LEAD_LENGTH else "body"
        if any(first <= start < last for first, last in self.article.captions):
            return "caption"
        after = max((last for _, last in self.article.captions if last <= start), default=0)
        return "lead" if start - after < _LEAD_LENGTH else "body"

    def _is_opening(self) -> bool:
        return not any(family_of(draft.type) in ("attack", "hostage", "casualty") for draft in self.drafts)

    def _sentence(self, sentence: Sentence, previous: frozenset[str]) -> None:
        floor = self._dateline if sentence.field == "body" else 0
        dates, about = Dates(sentence, self.anchor, floor), self._about
        drafts: list[Draft] = []
        families = {f.phrase.family for f in sentence.found}
        if families & {"attack", "hostage", "casualty"}:
            armed = [m for m in self._cast.named_in(sentence) if m.sector in _ARMED]
            crime = about.crime and not any(m.id for m in armed)
            told = About(about.topic, about.misfortune, about.peaceful, self._is_opening(), bool(armed), crime)
            found, left_out = read_violence(sentence, dates, self.anchor, told)
            drafts += found
            self.excluded += left_out
        if "force" in families:
            found, left_out = read_forces(sentence, dates, self.anchor, about.topic)
            drafts += found
            self.excluded += left_out
        if families & {"ceasefire", "agreement"}:
            drafts += read_accords(sentence, dates, self.anchor)
        if families & {"trend", "posture"}:
            drafts += read_trends(sentence, previous)
        if families - {"attack", "hostage", "casualty", "force", "ceasefire", "agreement", "trend", "posture"}:
            found, left_out = read_others(sentence, dates, self.anchor, about.topic)
            drafts += found
            self.excluded += left_out
        if not drafts:
            return
        speech = speech_of(sentence)
        for draft in _settled(drafts):
            if sentence.refuted and draft.realis in ("actual", "ongoing"):
                draft.realis, draft.phase = "denied", "refused" if draft.phase else None
            if len(self.signals) < MAX_SIGNALS:
                self._argue(draft, dates, speech)

    def _argue(self, draft: Draft, dates: Sequence[DateMention], speech: Speech | None) -> None:
        if self._where is None:
            self._where = Whereabouts(default_gazetteer(), self.article.title, self.article.body, self.article.captions)
        sentence, row, family = draft.sentence, self.lexicon.types[draft.type], family_of(draft.type)
        actors = self._cast.actors_of(draft, speech)
        places = self._where.of(draft, self._before)
        self._before = (
            tuple(p for p in places if p.role == "event" and p.via in ("clause", "sentence"))[:1] or self._before
        )
        start, end = sentence.span(draft.trigger.first, draft.trigger.last)
        when = self._dated(draft, time_of(draft, dates, self.anchor))
        beside = sentence.section == "body" or draft.definite
        if draft.scope == "incident" and family in _OF_A_DAY:
            if (beside and self._is_long_past(when)) or self._is_what_a_trial_tells(when):
                draft.scope = "reference"
            else:
                self._told_news = True
        if self._trace is not None:
            self._trace.clauses[sentence.field, start, draft.type] = sentence.span(*draft.segment)
        self.drafts.append(draft)
        self.signals.append(
            Signal(
                type=draft.type,
                event="",
                field=sentence.field,
                start=sentence.start,
                end=sentence.end,
                sentence=sentence.quote,
                section=sentence.section,
                realis=draft.realis,
                scope=draft.scope,
                stance=stance_of(sentence, speech),
                trigger=Trigger(start=start, end=end, text=sentence.text[start:end], pattern=draft.pattern),
                polarity=row.polarity,
                outcome=draft.outcome,
                counts=tuple(draft.counts),
                actors=actors,
                places=places,
                event_time=when,
                speaker=None
                if speech is None
                else Speaker(
                    text=sentence.text[speech.start : speech.end],
                    name=sentence.text[speech.start : speech.end],
                    sector=speech.sector,
                    field=sentence.field,
                    start=speech.start,
                    end=speech.end,
                ),
                codes=row.codes,
                confidence=_confidence(draft, actors, places),
            )
        )


def is_shouted(text: str) -> bool:
    """Whether a text is written in capitals throughout."""
    head = text[:300]
    if head.isascii():
        size = len(head)
        capitals = size - len(head.translate(_NO_CAPITALS))
        return capitals > _SHOUTING * (capitals + size - len(head.translate(_NO_SMALL)))
    return sum(map(str.isupper, head)) > _SHOUTING * sum(map(str.isalpha, head))


def _settled(drafts: list[Draft]) -> list[Draft]:
    """Drafts of a sentence in order; figures told with a broken ceasefire belong to that."""
    broken = next((d for d in drafts if d.type == "ceasefire.violation"), None)
    if broken is not None:
        for draft in drafts:
            if family_of(draft.type) == "casualty" and not broken.counts:
                broken.counts = list(draft.counts)
                drafts = [d for d in drafts if d is not draft]
    return sorted(drafts, key=lambda d: d.trigger.first)


def _confidence(draft: Draft, actors: Sequence[object], places: Sequence[Place]) -> float:
    """How sure the reading is: scope, then a little for each argument that the clause itself gives."""
    value = _SURE.get(draft.scope, 0.55)
    value += 0.05 * bool(draft.counts) + 0.03 * bool(actors) + 0.03 * any(p.via == "clause" for p in places)
    if draft.realis not in ("actual", "ongoing"):
        value -= 0.1
    return round(min(value, 0.97), 2)
