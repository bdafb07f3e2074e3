"""Invented histories of articles with texts: what feeds of a whole world bring, for replays of any length.

    for article in articles(Newsroom(days=30, a_day=1400), seed=1): …       # in the order in which they are received
    python -m benchmarks.newsroom 100000 > history.jsonl

What is modelled, each from one seeded source of chance, so that the same call gives the same bytes:

* **rates by country**: happenings are Poisson with a mean of their own in each country; tolls have a heavy tail;
* **the week and the day**: at weekends six tenths of the news of a working day; few articles at night, most by noon;
* **lengths**: the number of sentences is log-normal, median 7, some longer than 60; about 600 characters in the mean;
* **tellings**: a happening is told by a few publishers in words of their own over hours, with tolls that climb;
  wires are reprinted word for word; some reports get a second version, a few are withdrawn;
* **feeds that fail and come back**: each feed breaks off now and then for hours. What it published meanwhile is
  received when it is back, at once and late;
* **noise**: nine tenths and more tell of business, sport, weather, courts and councils, some in the words of war.

``benchmarks.synthetic`` makes Reports with known happenings, to measure linking and decide by themselves.
"""

from __future__ import annotations

import heapq
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from streams.article import Article

START = 1_704_067_200
"""2024-01-01T00:00:00Z, a Monday."""
DAY = 86400
#: Country → its happenings a day, and towns of it.
COUNTRIES: dict[str, tuple[float, tuple[str, ...]]] = {
    "Iraq": (1.6, ("Mosul", "Kirkuk", "Basra", "Ramadi", "Baqubah")),
    "Mali": (0.9, ("Gao", "Mopti", "Kidal", "Timbuktu", "Segou")),
    "Nigeria": (1.8, ("Maiduguri", "Sokoto", "Kaduna", "Jos", "Katsina")),
    "Syria": (1.5, ("Aleppo", "Homs", "Idlib", "Raqqa", "Palmyra")),
    "Somalia": (1.0, ("Mogadishu", "Kismayo", "Baidoa", "Beledweyne")),
    "Pakistan": (1.1, ("Peshawar", "Quetta", "Karachi", "Bannu")),
    "Ukraine": (2.4, ("Kharkiv", "Odesa", "Kherson", "Zaporizhzhia", "Sumy")),
    "Sudan": (1.2, ("Nyala", "El Fasher", "Omdurman", "Port Sudan")),
    "Colombia": (0.4, ("Pasto", "Tumaco", "Buenaventura")),
    "Philippines": (0.3, ("Cotabato", "Zamboanga", "Davao")),
    "Mozambique": (0.3, ("Pemba", "Nampula")),
    "Yemen": (0.7, ("Taiz", "Aden", "Marib")),
}
WIRES = ("Meridian Wire", "Northern Press Agency")
#: Share of a day's articles by hour of the day, UTC.
HOURS = (1, 1, 1, 1, 2, 3, 4, 6, 7, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 2, 2, 1)
WEEKEND = 0.6
ATTACKS = (
    "Gunmen ambushed an army patrol near {town} in {country} on {day}, killing {killed} soldiers, police said.",
    "A car bomb in {town}, {country}, killed {killed} people on {day}, officials said.",
    "Militants attacked a village near {town} in {country} on {day}, killing {killed} civilians and hurting {wounded}.",
    "An air strike on a market in {town}, {country}, left {killed} people dead on {day}, medics said.",
    "A suicide bomber killed {killed} people at a checkpoint in {town}, {country}, on {day}, the governor said.",
    "Gunmen kidnapped {wounded} travellers on the road to {town} in {country} on {day}, police said.",
)
TITLES = (
    "{killed} killed in attack near {town}",
    "Attack in {town} leaves {killed} dead",
    "Deadly violence in {country}",
)
NOISE_TITLES = (
    "Council weighs new budget for {town}", "Rovers hold on for late draw", "Shares slip as rates rise",
    "Storm warning for the coast", "Court hears appeal in tax case", "Harvest festival opens in {town}",
    "Striker fires home twice in cup tie", "Museum shows maps of the old harbour",
)  # fmt: skip
SENTENCES = (
    "The council said the plan would be discussed again after the summer break.",
    "Traders pointed to weaker demand and to a cautious outlook for the coming quarter.",
    "The visitors pressed down the left all evening and were rewarded near the end.",
    "Residents of {town} have asked for years that the bridge be repaired.",
    "A spokeswoman declined to comment on the negotiations.",
    "Forecasters expect rain from Thursday, with winds easing later in the week.",
    "The company said sales rose by {number} percent compared with a year earlier.",
    "Schools in {town} will reopen on Monday, the ministry said.",
    "He studied engineering before he turned to music.",
    "The exhibition is open daily and admission is free for children.",
    "Analysts had expected a smaller increase.",
    "Farmers in {country} say the season has been the driest that they remember.",
    "The court adjourned the hearing until next month.",
    "A jury heard that the man had been drinking before he drove into the fence.",
    "The film opens with a storm at sea and ends with a wedding.",
    "About {number} people took part, according to the organisers.",
    "The minister promised that a report would be published soon.",
    "Neighbours met for a third evening in {town} to talk about the trams.",
    "Doctors said that flu had put {number} patients in hospital since January.",
    "The trains between {town} and the capital were delayed by signal faults.",
)
AFTERWARDS = (
    "The area was sealed off and an inquiry was opened.", "No group said at first that it was behind it.",
    "The president condemned it and sent his condolences.", "Hospitals in {town} asked for donors of blood.",
    "Witnesses spoke of smoke over the main road.",
)  # fmt: skip


class Newsroom(Struct, frozen=True, kw_only=True):
    """How much there is."""

    days: int = 30
    a_day: float = 1400.0
    """Articles of a mean working day that tell of nothing."""
    rate: float = 1.0
    """Factor on every country's happenings."""
    feeds: int = 24
    failing: float = 0.02
    """Chance a day that a feed breaks off, for 2 to 20 hours."""
    start: int = START


def articles(room: Newsroom, seed: int = 1) -> Iterator[Article]:
    """The articles in the order in which they are received."""
    source = _Desk(room, seed)
    waiting: list[tuple[int, int, Article]] = []
    for day in range(room.days + 1):
        for one in source.day(day) if day < room.days else ():
            heapq.heappush(waiting, one)
        until = room.start + (day + 1) * DAY
        while waiting and (day == room.days or waiting[0][0] < until):
            yield heapq.heappop(waiting)[2]


class _Desk:
    """The chances of one history."""

    def __init__(self, room: Newsroom, seed: int) -> None:
        self.room, self.seed, self.chance, self.made = room, seed, random.Random(seed), 0
        self.feeds = [*WIRES, *(f"Paper {n}" for n in range(room.feeds - len(WIRES)))]
        self.down: dict[str, tuple[int, int]] = {}

    def day(self, day: int) -> Iterator[tuple[int, int, Article]]:
        """(received, order, article) of all that begins on a day."""
        midnight = self.room.start + day * DAY
        self._fail(midnight)
        for country, (rate, towns) in COUNTRIES.items():
            for _ in range(self._poisson(rate * self.room.rate)):
                yield from self._happening(country, self.chance.choice(towns), midnight)
        share = WEEKEND if day % 7 >= 5 else 1.0
        for _ in range(self._poisson(self.room.a_day * share)):
            country, (_, towns) = self.chance.choice(tuple(COUNTRIES.items()))
            facts = {"country": country, "town": self.chance.choice(towns), "number": self.chance.randrange(2, 90)}
            title = self.chance.choice(NOISE_TITLES).format(**facts)
            yield self._article(self.chance.choice(self.feeds), self._moment(midnight), title, self._filler(facts))

    def _happening(self, country: str, town: str, midnight: int) -> Iterator[tuple[int, int, Article]]:
        at, killed = self._moment(midnight), min(int(self.chance.paretovariate(1.1)) + 1, 240)
        kind = self.chance.choice(ATTACKS)
        known = max(2, round(killed * self.chance.choice((0.4, 0.7, 1.0))))
        for feed in self.chance.sample(self.feeds, 1 + min(self._poisson(2.5), 8)):
            at += int(self.chance.expovariate(1 / 5400)) + 300
            known = max(known, round(killed * self.chance.choice((0.7, 1.0, 1.0))))
            facts = {
                "country": country, "town": town, "killed": known, "wounded": known + 3, "number": 12,
                "day": datetime.fromtimestamp(at, UTC).strftime("%A"),
            }  # fmt: skip
            title = self.chance.choice(TITLES).format(**facts)
            lead = kind.format(**facts) + " " + self.chance.choice(AFTERWARDS).format(**facts)
            body = f"{lead}\n\n{self._filler(facts)}"
            told = self._article(feed, at, title, body)
            yield told
            if feed in WIRES:
                for paper in self.chance.sample(self.feeds[len(WIRES) :], min(self._poisson(1.5), 6)):
                    yield self._article(paper, at + self.chance.randrange(60, 9000), title, f"({feed}) {body}")
            fate = self.chance.random()
            if fate < 0.05:
                yield self._version(told[2], at + 7200, body=body.replace(f" {known} ", f" {killed} "), revision=2)
            elif fate < 0.06:
                yield self._version(told[2], at + 7200, status="canceled", revision=2)

    def _article(self, feed: str, at: int, title: str, body: str) -> tuple[int, int, Article]:
        self.made += 1
        received = self._received(feed, at)
        article = Article(
            id=f"{self.seed}-{self.made}", feed="newsroom", source=feed, title=title, body=body,
            published=_moment(at), received=_moment(received), language="en",
        )  # fmt: skip
        return received, self.made, article

    def _version(self, article: Article, at: int, **changed: object) -> tuple[int, int, Article]:
        self.made += 1
        received = self._received(article.source, at)
        newer = {"updated": _moment(at), "received": _moment(received), **changed}
        return received, self.made, msgspec.structs.replace(article, **newer)

    def _fail(self, midnight: int) -> None:
        """Some feeds break off today, and are back some hours later."""
        for feed in self.feeds:
            if self.chance.random() < self.room.failing:
                begun = midnight + self.chance.randrange(DAY)
                self.down[feed] = (begun, begun + self.chance.randrange(2 * 3600, 20 * 3600))

    def _received(self, feed: str, at: int) -> int:
        """Within minutes; of a feed that is down, when it is back."""
        arrived = at + self.chance.randrange(20, 600)
        begun, back = self.down.get(feed, (0, 0))
        return back + self.chance.randrange(60) if begun <= arrived < back else arrived

    def _filler(self, facts: dict[str, object]) -> str:
        number = max(1, min(200, int(self.chance.lognormvariate(1.95, 0.8))))
        told = [self.chance.choice(SENTENCES).format(**facts) for _ in range(number)]
        return "\n\n".join(" ".join(told[n : n + 4]) for n in range(0, number, 4))

    def _moment(self, midnight: int) -> int:
        hour = self.chance.choices(range(24), HOURS)[0]
        return midnight + hour * 3600 + self.chance.randrange(3600)

    def _poisson(self, mean: float) -> int:
        """A Poisson number, by the normal law where the mean is large."""
        if mean > 50:
            return max(0, round(self.chance.gauss(mean, mean**0.5)))
        count, waited = 0, self.chance.expovariate(1.0)
        while waited < mean:
            count, waited = count + 1, waited + self.chance.expovariate(1.0)
        return count


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def write(number: int, seed: int = 1, a_day: float = 1400.0) -> Iterator[bytes]:
    """So many articles as lines of JSON, in our own form."""
    room = Newsroom(days=10 + round(2 * number / a_day), a_day=a_day)
    for n, article in enumerate(articles(room, seed)):
        if n == number:
            return
        told = {name: value for name, value in msgspec.to_builtins(article).items() if value not in (None, "", [], ())}
        yield msgspec.json.encode(told) + b"\n"


def main() -> None:
    """Write a history to standard output."""
    for line in write(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()
