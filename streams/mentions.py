"""What does one report bring? Its events as mentions: what counts, where, when, by whom, how many."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache, cached_property
from importlib.resources import files

from msgspec import Struct
from msgspec.structs import replace

from streams.article import (
    COUNTING_SCOPES,
    PHASED_FAMILIES,
    PRECISIONS,
    Actor,
    Count,
    Event,
    Place,
    Report,
    Signal,
    counts_by_default,
    family_of,
)
from streams.happenings import Days, Figure, Mention, Spot

_WORD = re.compile(r"[^\W\d_]{4,}")
_HOURS = {
    "dawn": "morning",
    "morning": "morning",
    "noon": "noon",
    "midday": "noon",
    "afternoon": "noon",
    "dusk": "night",
    "evening": "night",
    "night": "night",
    "overnight": "night",
    "midnight": "night",
}
_HOUR = re.compile(rf"\b({'|'.join(_HOURS)})\b", re.IGNORECASE)
_WORDS_KEPT = 32
_DATELINE = 90
#: Classes of victims that say who they were, however they are called: Jesuits, priests, clergymen.
_FEW_OF_THEM = frozenset({"religious", "journalist", "aid_worker", "medic"})
_OF_GROUPS = frozenset({"killed", "wounded", "hostages", "captured", "freed"})
#: Days for which a happening's toll is followed up.
_FOLLOWED = 4
_SITED_SPEAKERS = re.compile(
    r"\b(?:hospital|clinic|school|university|mosque|church|market|embassy) "
    r"(?:officials?|sources?|staff|spokes\w+|directors?|doctors?|authorities|workers?|administrators?)\b"
    r"|\b(?:in|to)(?: (?:the|a|local|nearby|area))* hospitals?\b"
    r"|\bfunerals? (?:of|for) (?:the|his|her|their|\w+ (?:victims?|dead)|those)\b"
    r"|\battend\w* (?:the |a |their )?funerals?\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_CAPITAL = re.compile(r"\b[A-Z][A-Za-zà-ÿ]{2,}")
#: A capital that opens no sentence, quotation or heading, or an acronym.
_NAME = re.compile(r"(?<=[a-zà-ÿ0-9,;] )[A-Z][a-zà-ÿ]{2,}|\b[A-Z]{3,10}\b")
#: Names of units, of streets, and of where it was, which name no victim.
_UNITS = "attalion|rigade|egiment|ompany|ivision|etachment|quadron|treet|venue|oad|ighway|oulevard"
_NOBODY = re.compile(rf"(?:[A-Z]\w+ ){{1,3}}[A-Za-z](?:{_UNITS})\b|\b(?:in|near) (?:[A-Z][\w-]+ ?){{1,4}}")
#: Victims spoken of before: "the policemen".
_DEFINITE = re.compile(r"(?:that )?(?:the|these|those)\b", re.IGNORECASE)
_PEOPLES = ("ian", "ians", "ese", "ish", "oran", "orans", "aqi", "ani", "anis", "bans")
_PHASED_SCOPES = frozenset({"incident", "update", "period_total"})
#: Of families with phases, these tell of words, not deeds: they open an episode but count for nothing.
_SPOKEN = ("_demanded", "_discussed", "_announced", "_refused", "_delayed", "_clause", ".proposed")
#: A denial may name the happening as one that is known.
_DENIABLE = COUNTING_SCOPES | {"reference", "mention"}
_PERPETRATORS = frozenset({"perpetrator", "actor", "mover", "agent"})


class Context(Struct, frozen=True, kw_only=True):
    """What the fold knows beside the report when it reads its events."""

    article: str
    position: int
    publisher: str
    at: int | None
    received: int


def mentions_of(report: Report, context: Context) -> list[Mention]:
    """The mentions of a report's events that count, belong to an episode or are denials, in the order of the events.

    Story, family and the times that depend on other versions of the article are left to ``identity.dressed``.
    """
    found = []
    names = _Names(report)
    for event in report.events:
        signals = [report.signals[i] for i in event.signals]
        phased = family_of(event.type) in PHASED_FAMILIES
        telling = _telling(signals, phased=phased)
        if telling:
            found.append(_mention(report, context, event, names, telling))
        denying = [] if phased else [s for s in signals if _denies(s)]
        if denying:
            found.append(_denial(_mention(report, context, event, names, denying), event, report))
    return found


def _denial(mention: Mention, event: Event, report: Report) -> Mention:
    """What an event says against itself: "the army denied that its aircraft struck the market"."""
    signals = tuple(n for n in event.signals if _denies(report.signals[n]))
    return replace(mention, key=f"{mention.key}!", signals=signals, denies=True, stance="denial", actual=False)


def _denies(signal: Signal) -> bool:
    return signal.realis == "denied" and signal.stance == "denial" and signal.scope in _DENIABLE


def _telling(signals: list[Signal], *, phased: bool) -> list[Signal]:
    """The signals that make an event matter."""
    return [s for s in signals if (_opens_episode(s) if phased else _counts(s))]


def _opens_episode(signal: Signal) -> bool:
    return signal.scope in _PHASED_SCOPES


def _counts(signal: Signal) -> bool:
    return counts_by_default(signal) and signal.outcome != "foiled"


def why_untold(signal: Signal) -> str | None:
    """Why a signal makes no mention of a happening, in words; None when it makes one."""
    if family_of(signal.type) in PHASED_FAMILIES:
        return None if _opens_episode(signal) else f"told as {signal.scope.replace('_', ' ')}"
    if _counts(signal):
        return None
    if signal.scope not in COUNTING_SCOPES:
        return f"told as {signal.scope.replace('_', ' ')}"
    return signal.outcome if signal.outcome == "foiled" else signal.realis


def _mention(report: Report, context: Context, event: Event, names: _Names, telling: list[Signal]) -> Mention:
    lead = max(telling, key=lambda s: (bool(s.counts), s.confidence))
    episode = next((s.episode for s in telling if s.episode), None)
    spot = _spot(event.places or lead.places)
    if episode and episode.host_country:
        spot = Spot(country=episode.host_country, precision="country", radius_km=500.0)
    tone = max([s for s in telling if _took_place(s)] or telling, key=lambda s: (bool(s.counts), s.confidence))
    update = any(s.scope == "update" or _denies(s) for s in telling)
    actors = (episode.actor,) if episode and episode.actor else _perpetrators(event.actors or lead.actors)
    return Mention(
        key=f"{context.article}\x1f{event.id}",
        article=context.article,
        position=context.position,
        signals=event.signals,
        type=_counting_type(event.type, telling),
        publisher=context.publisher,
        family="",
        story="",
        copied="",
        at=context.at,
        as_of=context.received,
        received=context.received,
        days=_days(event, context, update=update),
        spot=spot,
        actors=actors,
        named=_named(actors, event.actors or lead.actors),
        speaker=lead.speaker.name if lead.speaker else None,
        stance=lead.stance,
        figures=_figures(event, report),
        words=_words(telling),
        names=tuple(sorted({*names.of(telling), *_groups(event)})),
        sites=_sites(telling),
        hours=_hours(telling),
        update=update,
        confidence=max(s.confidence for s in telling),
        language=report.language,
        episode=episode.id if episode else None,
        phase=episode.phase if episode else None,
        facet=episode.facet if episode else None,
        actual=any(_took_place(s) for s in telling),
        realis=tone.realis,
        scope=tone.scope,
        polarity=tone.polarity,
    )


def _counting_type(event_type: str, telling: list[Signal]) -> str:
    """The event's type; of an episode with several facets, one that took place."""
    types = [s.type for s in telling if _took_place(s)] or [s.type for s in telling]
    return event_type if event_type in types else types[0]


def _took_place(signal: Signal) -> bool:
    return signal.realis in ("actual", "ongoing") and not signal.type.endswith(_SPOKEN)


def _figures(event: Event, report: Report) -> tuple[Figure, ...]:
    """The event's totals: parts, increments and remainders never add up to anything.

    "The policemen were killed by dynamite" gives none either, where another event of the report has numbered the dead.
    """
    return tuple(
        Figure(
            measure=c.measure,
            side=c.side,
            class_=c.class_,
            low=c.low,
            high=c.high,
            exactness=c.exactness,
            corrects=c.corrects,
        )
        for c in event.counts
        if c.relation == "total"
        and c.role not in ("force_size", "percent", "remaining", "target")
        and not (_points_back(c) and _is_numbered(c, event, report))
    )


def _points_back(count: Count) -> bool:
    """Whether it is some that were spoken of, without a number."""
    return count.exactness == "unstated" and _DEFINITE.match(count.object or "") is not None


def _is_numbered(count: Count, event: Event, report: Report) -> bool:
    """Whether another event of the report gives a number for the measure, as large at least."""
    others = (c for other in report.events if other is not event for c in other.counts)
    return any(
        c.measure == count.measure
        and c.relation == "total"
        and c.exactness != "unstated"
        and (c.low or 0) >= (count.low or 0)
        for c in others
    )


def _spot(places: tuple[Place, ...]) -> Spot:
    """The surest place of the happening; a lone origin or destination serves when no event place is given."""
    where = [p for p in places if p.role in ("event", "part")] or [p for p in places if p.role != "speaker"]
    if not where:
        return Spot()
    best = min(where, key=lambda p: (p.role != "event", PRECISIONS.index(p.precision)))
    country = best.country or next((p.country for p in where if p.country), None)
    return Spot(
        name=best.name,
        country=country,
        admin1=best.admin1,
        lat=best.lat,
        lon=best.lon,
        precision=best.precision,
        radius_km=best.radius_km,
        borrowed=best.via not in ("clause", "sentence"),
    )


def _perpetrators(actors: tuple[Actor, ...]) -> tuple[str, ...]:
    return tuple(sorted({a.id or a.name for a in actors if a.role in _PERPETRATORS}))


def _named(parties: tuple[str, ...], actors: tuple[Actor, ...]) -> tuple[str, ...]:
    """Those of the parties that are known by an id."""
    ids = {a.id for a in actors if a.id}
    return tuple(party for party in parties if party in ids)


def _days(event: Event, context: Context, *, update: bool) -> Days | None:
    """The stated days, else those before the news: of a newer figure for a happening that was told before, several."""
    time = event.event_time
    if time.from_ == "text" and time.start and time.end:
        first, last = date.fromisoformat(time.start[:10]), date.fromisoformat(time.end[:10])
        return Days(first=first.toordinal(), last=last.toordinal(), stated=True)
    if context.at is None:
        return None
    today = datetime.fromtimestamp(context.at, UTC).date().toordinal()
    return Days(first=today - (_FOLLOWED if update else 1), last=today, stated=False)


def _words(signals: list[Signal]) -> tuple[int, ...]:
    words = {w for s in signals for w in _WORD.findall(_told(s).casefold())} - _telling_nothing("everyday")
    return tuple(sorted(zlib.crc32(w.encode()) for w in sorted(words)[:_WORDS_KEPT]))


class _Names:
    """The proper names in a report's sentences; those of places, known parties and offices are left out."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def of(self, signals: list[Signal]) -> set[int]:
        """Hashes of the names in some of its sentences."""
        found = {w for s in signals for w in self._in(_told(s))} - self._known - _telling_nothing("name")
        return {zlib.crc32(w.removesuffix("s").encode()) for w in found if not w.endswith(_PEOPLES)}

    def _in(self, text: str) -> Iterator[str]:
        text = _NOBODY.sub(" ", text)
        yield from _NAME.findall(text)
        opening = _CAPITAL.match(text)
        if opening and opening[0] in self._inside:
            yield opening[0]

    @cached_property
    def _known(self) -> set[str]:
        signals = self._report.signals
        spans = [p.text for s in signals for p in s.places] + [s.speaker.text for s in signals if s.speaker]
        spans += [a.text for s in signals for a in s.actors if a.role in _PERPETRATORS or (a.id and "." not in a.id)]
        return {w for text in spans for w in _CAPITAL.findall(text)}

    @cached_property
    def _inside(self) -> set[str]:
        """Names that stand inside a sentence: one that opens a sentence may be any word."""
        return {w for s in self._report.signals for w in _NAME.findall(_told(s))}


def _groups(event: Event) -> Iterator[int]:
    """Hashes of the groups of two or more that it is counted for, "6 priests", where that says who they were."""
    parts: dict[str, float] = {}
    for count in event.counts:
        if count.measure not in _OF_GROUPS or count.exactness != "exact":
            continue
        noun = (count.object or "").rpartition(" ")[2].casefold()
        who = count.class_ if count.class_ in _FEW_OF_THEM else noun
        if count.relation == "part" and who in _FEW_OF_THEM:
            parts[who] = parts.get(who, 0.0) + (count.low or 0)
        elif count.relation == "total" and (who != noun or _tells(noun)) and (count.low or 0) > 1:
            yield zlib.crc32(f"{count.low:g} {who}".encode())
    yield from (zlib.crc32(f"{low:g} {who}".encode()) for who, low in parts.items() if low > 1)


def _tells(noun: str) -> bool:
    return _WORD.fullmatch(noun) is not None and noun not in _telling_nothing("everyday")


def _told(signal: Signal) -> str:
    """The sentence without a dateline before it and what an editor put in brackets."""
    head, dash, rest = signal.sentence.partition(" - ")
    if not dash or len(head) > _DATELINE:
        head, dash, rest = signal.sentence.partition(" -- ")
    return _BRACKETS.sub(" ", rest if dash and len(head) <= _DATELINE else signal.sentence)


def _sites(signals: list[Signal]) -> tuple[str, ...]:
    """What was hit, where the sentences say it, sorted; not where those sit who tell of it."""
    found = {_site_of()[m.casefold()] for s in signals for m in _site_pattern().findall(_unspoken(s))}
    return tuple(sorted(found))


def _unspoken(signal: Signal) -> str:
    """The sentence without the words that name its speaker, "hospital officials" and their like."""
    text, speaker = signal.sentence, signal.speaker
    if speaker is not None and speaker.field == signal.field:
        start, end = speaker.start - signal.start, speaker.end - signal.start
        if text[max(start, 0) : end] == speaker.text:
            text = f"{text[:start]} {text[end:]}"
    return _SITED_SPEAKERS.sub(" ", text)


def _hours(signals: list[Signal]) -> tuple[str, ...]:
    """The parts of the day that the sentences name, sorted; a sentence on several hours says nothing."""
    return tuple(sorted({_HOURS[m.casefold()] for s in signals for m in _HOUR.findall(s.sentence)}))


@cache
def _telling_nothing(kind: str) -> frozenset[str]:
    text = files("streams.text").joinpath("data/telling_nothing.tsv").read_text(encoding="utf-8")
    rows = [line.partition("\t") for line in text.splitlines() if not line.startswith("#")]
    return frozenset(word for name, _, words in rows if name == kind for word in words.split())


@cache
def _site_of() -> dict[str, str]:
    text = files("streams.text").joinpath("data/sites.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {form: site for site, words in rows for word in words.split("|") for form in (word, _plural(word))}


@cache
def _site_pattern() -> re.Pattern[str]:
    words = sorted(_site_of(), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _plural(word: str) -> str:
    if word.endswith(("s", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeo" else f"{word}s"
