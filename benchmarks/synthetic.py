"""Invented histories of reports: as many years as wanted, the same for the same seed.

    shape = Shape(days=30, rates=(("IQ", 4.0), ("ML", 1.5)), noise=50)
    for told in history(shape, seed=7):
        told.record, told.happenings

Each day brings each country its happenings (Poisson). A happening has a town, a type, an actor and a toll with a heavy
tail, and is told by several publishers over the next hours: first with part of the toll, later with more of it; by a
wire, whose text others reprint; at times without a town. Some reports are revised, corrected or withdrawn, some come
late, some have no date, and most of a day is noise, with no event in it. Withdrawals go through their phases over
weeks. What a report tells of is known (``happenings``: event id → happening), so that linking can be measured.

It makes Reports, not texts: what classification would have given, with sketches that copies share for the most part.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from streams.article import (
    Actor,
    Count,
    Episode,
    Event,
    EventTime,
    Fingerprint,
    Place,
    Report,
    Signal,
    Speaker,
    Trigger,
)
from streams.journal import Reading, Record
from streams.times import iso

START = 1_767_225_600
"""2026-01-01T00:00:00Z."""
DAY = 86400
TYPES = ("attack.ambush", "attack.shooting", "attack.ied", "attack.air", "attack.suicide_bombing", "hostage.kidnapping")
SITES = ("market", "checkpoint", "mosque", "school", "police station", "bus", "village", "army base")
PHASES = ("demanded", "announced", "begun", "ongoing", "completed")
WIRES = ("Meridian Wire", "Northern Press Agency")
#: What each country's map is laid out around: degrees north and east.
_MIDDLE = (10.0, 40.0)


class Shape(Struct, frozen=True, kw_only=True):
    """How much of what a history holds. Shares are of 1."""

    days: int = 30
    rates: tuple[tuple[str, float], ...] = (("IQ", 3.0), ("ML", 1.0), ("NG", 1.0), ("SY", 2.0))
    """Happenings a day in each country."""
    towns: int = 12
    """Towns of a country."""
    publishers: int = 12
    noise: int = 20
    """Reports a day that tell of nothing."""
    told: float = 2.5
    """Mean number of publishers, beside the first, that tell of a happening in their own words."""
    reprints: float = 1.5
    """Mean number of copies of a wire's text."""
    revised: float = 0.1
    corrected: float = 0.05
    withdrawn: float = 0.02
    retouched: float = 0.0
    """Reports that come again in other words, with the same figures."""
    late: float = 0.05
    denied: float = 0.0
    """Happenings that somebody denies."""
    undated: float = 0.01
    vague: float = 0.15
    """Reports that name only the country."""
    episodes: float = 0.05
    """Withdrawals that begin on a day, over all countries."""
    start: int = START
    """Seconds: the first midnight."""


class Told(Struct, frozen=True, kw_only=True):
    """A journal entry and what its events are about: event id → number of the happening."""

    record: Record
    happenings: dict[str, int]


class _Happening(Struct, frozen=True, kw_only=True):
    number: int
    type: str
    place: Place
    actor: str
    site: str
    killed: int
    at: int


def history(shape: Shape, seed: int = 1) -> Iterator[Told]:
    """The reports of a history in the order in which they are received, positions from 1."""
    source = _Source(shape, seed)
    waiting: list[tuple[int, str, int, Report, dict[str, int]]] = []
    position = 0
    for day in range(shape.days + 1):
        if day < shape.days:
            for n, (received, report, about) in enumerate(source.day(day)):
                heapq.heappush(waiting, (received, report.id, n, report, about))
        until = shape.start + (day + 1) * DAY if day < shape.days else None
        while waiting and (until is None or waiting[0][0] < until):
            received, _, _, report, about = heapq.heappop(waiting)
            position += 1
            record = Record(position=position, received=received, entry=Reading(report=report))
            yield Told(record=record, happenings=about)


class _Source:
    """The chances of one history."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self.shape, self.seed, self.chance = shape, seed, random.Random(seed)
        self.happened = 0
        self.articles = 0
        self.publishers = [*WIRES, *(f"Paper {n}" for n in range(shape.publishers))]
        self.towns = {country: self._towns(n, country) for n, (country, _) in enumerate(shape.rates)}

    def day(self, day: int) -> Iterator[tuple[int, Report, dict[str, int]]]:
        """(received, report, what its events are about) of all that begins on a day."""
        midnight = self.shape.start + day * DAY
        for country, rate in self.shape.rates:
            for _ in range(self._poisson(rate)):
                yield from self._tellings(self._happening(country, midnight))
        for _ in range(self._poisson(self.shape.episodes)):
            yield from self._episode(midnight)
        for _ in range(self.shape.noise):
            at = midnight + self.chance.randrange(DAY)
            yield at + 60, self._article(self.chance.choice(self.publishers), at), {}

    # --- a happening and its tellings ---------------------------------------------------------------------------------

    def _happening(self, country: str, midnight: int) -> _Happening:
        self.happened += 1
        return _Happening(
            number=self.happened,
            type=self.chance.choice(TYPES),
            place=self.chance.choice(self.towns[country]),
            actor=f"group-{country.lower()}-{self.chance.randrange(3)}",
            site=self.chance.choice(SITES),
            killed=min(int(self.chance.paretovariate(1.1)), 300),
            at=midnight + self.chance.randrange(DAY),
        )

    def _tellings(self, what: _Happening) -> Iterator[tuple[int, Report, dict[str, int]]]:
        tellers = self.chance.sample(self.publishers, min(1 + self._poisson(self.shape.told), len(self.publishers)))
        known = max(1, round(what.killed * self.chance.choice((0.4, 0.7, 1.0))))
        at = what.at
        for publisher in tellers:
            at += int(self.chance.expovariate(1 / 5400)) + 300
            known = max(known, round(what.killed * self.chance.choice((0.7, 1.0, 1.0))))
            report = self._telling(what, publisher, at, known)
            yield self._received(at), report, {"e1": what.number}
            if publisher in WIRES:
                yield from self._reprints(what, report, at)
            yield from self._second_thoughts(what, report, at, known)
        if self.shape.denied and self.chance.random() < self.shape.denied:
            yield self._denial(what, what.at + self.chance.randrange(60, DAY))

    def _denial(self, what: _Happening, at: int) -> tuple[int, Report, dict[str, int]]:
        report = self._telling(what, self.chance.choice(self.publishers), at, what.killed)
        denied = tuple(replace(s, realis="denied", stance="denial", counts=()) for s in report.signals)
        events = tuple(replace(event, counts=()) for event in report.events)
        return self._received(at), replace(report, signals=denied, events=events), {}

    def _telling(self, what: _Happening, publisher: str, at: int, killed: int, **more: Any) -> Report:
        vague = self.chance.random() < self.shape.vague
        place = (
            replace(what.place, name=None, admin1=None, lat=None, lon=None, precision="country")
            if vague
            else what.place
        )
        words = " ".join(self.chance.sample(_WORDS, 5))
        sentence = f"{what.type} at the {what.site} in {place.name or place.country}: {killed} killed, {words}."
        day = iso(what.at)[:10] if self.chance.random() < 0.6 else None  # type: ignore[index]
        count = Count(measure="killed", low=killed, high=killed, exactness="exact", start=0, end=4, **more)
        return self._article(publisher, at, what.type, sentence, place, what.actor, (count,), day)

    def _reprints(self, what: _Happening, report: Report, at: int) -> Iterator[tuple[int, Report, dict[str, int]]]:
        for _ in range(self._poisson(self.shape.reprints)):
            later = at + int(self.chance.expovariate(1 / 7200)) + 60
            sketch = list(report.fingerprint.sketch)
            for n in self.chance.sample(range(len(sketch)), 8):
                sketch[n] = self.chance.getrandbits(32)
            paper = self.chance.choice(self.publishers[len(WIRES) :])
            copy = replace(
                report,
                id=self._id(),
                source=paper,
                published=iso(later),
                fingerprint=Fingerprint(sketch=tuple(sketch), credit=report.source),
            )
            yield self._received(later), copy, {"e1": what.number}

    def _second_thoughts(
        self, what: _Happening, report: Report, at: int, killed: int
    ) -> Iterator[tuple[int, Report, dict[str, int]]]:
        """What becomes of some reports: a new version, a correction in another article, a withdrawal, other words."""
        later, fate = at + 3600 + self.chance.randrange(36_000), self.chance.random()
        shape = self.shape
        if fate < shape.revised:
            newer = self._telling(what, report.source, at, what.killed)
            yield later, replace(newer, id=report.id, revision=2, updated=iso(later)), {"e1": what.number}
        elif fate < shape.revised + shape.corrected and killed > 1:
            fewer = self._telling(what, report.source, later, max(1, killed // 2), corrects=killed)
            yield later + 60, fewer, {"e1": what.number}
        elif fate < shape.revised + shape.corrected + shape.withdrawn:
            gone = Report(
                id=report.id, feed=report.feed, source=report.source, published=report.published, status="canceled",
                revision=2, updated=iso(later),
            )  # fmt: skip
            yield later, gone, {}
        elif fate < shape.revised + shape.corrected + shape.withdrawn + shape.retouched:
            yield later, replace(report, revision=2, updated=iso(later), title="Other words"), {"e1": what.number}

    def _episode(self, midnight: int) -> Iterator[tuple[int, Report, dict[str, int]]]:
        self.happened += 1
        number, country = self.happened, self.chance.choice(self.shape.rates)[0]
        at = midnight + self.chance.randrange(DAY)
        for phase in PHASES[self.chance.randrange(2) : 2 + self.chance.randrange(4)]:
            at += self.chance.randrange(DAY, 12 * DAY)
            for publisher in self.chance.sample(self.publishers, 1 + self._poisson(1.0)):
                at += 1800
                type_, army = f"force.withdrawal_{phase}", f"army-{number}"
                place = Place(text=country, country=country, precision="country", role="origin", start=0, end=2)
                episode = Episode(id="ep1", actor=army, host_country=country, phase=phase)
                sentence = f"Withdrawal of {army} from {country}: {phase}."
                report = self._article(publisher, at, type_, sentence, place, army, (), None, episode)
                yield at + 120, report, {"e1": number}

    # --- articles -----------------------------------------------------------------------------------------------------

    def _article(
        self,
        publisher: str,
        at: int,
        type_: str = "",
        sentence: str = "",
        place: Place | None = None,
        actor: str = "",
        counts: tuple[Count, ...] = (),
        day: str | None = None,
        episode: Episode | None = None,
    ) -> Report:
        dated = not type_ or self.chance.random() >= self.shape.undated
        report = Report(
            id=self._id(), feed="wire", source=publisher, published=iso(at) if dated else None, language="en"
        )
        if not type_:
            return report
        time = EventTime(start=day, end=day, precision="day", from_="text") if day else EventTime()
        places = (place,) if place else ()
        actors = (Actor(name=actor, id=actor, role="perpetrator", text=actor, start=0, end=4),)
        signal = Signal(
            type=type_, event="e1", start=0, end=len(sentence), sentence=sentence, counts=counts, places=places,
            actors=actors, event_time=time, episode=episode, confidence=0.9,
            trigger=Trigger(start=0, end=4, text=sentence[:4], pattern="synthetic"),
            speaker=Speaker(text="police", name="police", start=0, end=6),
        )  # fmt: skip
        event = Event(id="e1", type=type_, signals=(0,), counts=counts, places=places, actors=actors, event_time=time)
        sketch = tuple(self.chance.getrandbits(32) for _ in range(64))
        return replace(
            report,
            signals=(signal,),
            events=(event,),
            fingerprint=Fingerprint(sketch=sketch),
            sha256={"body": report.id},
        )

    def _id(self) -> str:
        self.articles += 1
        return f"{self.seed}-{self.articles}"

    def _received(self, at: int) -> int:
        """Within minutes, or, late, within a day."""
        if self.chance.random() < self.shape.late:
            return at + self.chance.randrange(3600, DAY)
        return at + self.chance.randrange(20, 900)

    def _towns(self, number: int, country: str) -> list[Place]:
        south, west = _MIDDLE[0] + 5 * (number % 8), _MIDDLE[1] + 5 * (number // 8)
        return [
            Place(
                text=f"{country} Town {n}", name=f"{country} Town {n}", country=country, admin1=f"{country}-{n % 4}",
                lat=south + 0.9 * (n // 5), lon=west + 0.9 * (n % 5), precision="town", radius_km=10.0, start=0, end=4,
            )
            for n in range(self.shape.towns)
        ]  # fmt: skip

    def _poisson(self, mean: float) -> int:
        """Knuth's way: how many exponential waits fit into one unit."""
        count, waited = 0, self.chance.expovariate(1.0)
        while waited < mean:
            count, waited = count + 1, waited + self.chance.expovariate(1.0)
        return count


_WORDS = tuple(
    f"{first}{last}"
    for first in ("bar", "cor", "dal", "fen", "gol", "har", "jun", "kel", "lom", "mar", "nev", "pol")
    for last in ("anit", "edol", "imar", "osken", "urath", "ytel")
)
