"""decide: entries of the journal a second, with 100 rules and synthetic news.

python -m benchmarks.decide
"""

from __future__ import annotations

import random
import time

from alerts.config.types import Band, Config, Rule
from alerts.decide import Decide
from benchmarks.common import header
from streams.article import Count, Event, Place, Report, Signal, Trigger
from streams.journal import Control, Reading, Record
from streams.state import State
from streams.times import iso

ENTRIES = 20_000
COUNTRIES = ["IQ", "SY", "ML", "NG", "UA", "SD", "YE", "SO", "CO", "MM"]
TYPES = ["attack.ambush", "attack.shooting", "attack.ied", "attack.air", "hostage.kidnapping"]
START = 1_767_225_600


def rules(number: int) -> tuple[Rule, ...]:
    """A spread of rules over types, measures and spans."""
    return tuple(
        Rule(
            id=f"r{n}",
            when=("attack.*",) if n % 3 else ("hostage.*",),
            measure=("killed", "incidents", "wounded")[n % 3],
            by=("country",) if n % 2 else ("country", "admin1"),
            over=86400 * (1 + n % 7),
            bands=(Band(severity="warning", threshold=50 + n), Band(severity="critical", threshold=500 + n)),
            definition=f"d{n}",
        )
        for n in range(number)
    )


def history(entries: int, share_with_events: float, seed: int = 7) -> list[Record]:
    """Reports a minute apart; that share of them tells of an event."""
    chance = random.Random(seed)
    return [
        Record(position=n + 2, received=START + 60 * n, entry=Reading(report=_report(n, chance, share_with_events)))
        for n in range(entries)
    ]


def _report(n: int, chance: random.Random, share_with_events: float) -> Report:
    published = iso(START + 60 * n)
    base = {"id": f"a{n}", "feed": "wire", "source": f"Paper {n % 40}", "published": published, "language": "en"}
    if chance.random() >= share_with_events:
        return Report(**base)
    type_, country, town = chance.choice(TYPES), chance.choice(COUNTRIES), f"Town {chance.randrange(400)}"
    count = Count(measure="killed", low=(k := chance.randrange(1, 9)), high=k, exactness="exact", start=0, end=4)
    place = Place(text=town, name=town, country=country, admin1=f"A{hash_(town)}", precision="town", start=0, end=4)
    signal = Signal(
        type=type_, event="e1", start=0, end=20, sentence=f"{type_} at {town} killed {k}",
        trigger=Trigger(start=0, end=4, text="kill", pattern="b"), counts=(count,), places=(place,),
    )  # fmt: skip
    event = Event(id="e1", type=type_, signals=(0,), counts=(count,), places=(place,))
    return Report(**base, signals=(signal,), events=(event,))


def hash_(text: str) -> int:
    return sum(text.encode()) % 7


def run(share_with_events: float) -> tuple[float, int, int]:
    """(entries a second, alerts, rows of State at the end)."""
    decide, state = Decide(Config(path="bench.yml", rules=rules(100)), {}), State()
    decide.declare(state)
    records = [
        Record(position=1, received=START, entry=Control(command="config")),
        *history(ENTRIES, share_with_events),
    ]
    alerts, begin = 0, time.perf_counter()
    for record in records:
        alerts += len(decide.step(state, record, lambda position: records[position - 1]).outgoing)
    return ENTRIES / (time.perf_counter() - begin), alerts, sum(state.sizes().values())


def main() -> None:
    header("decide, 100 rules, one core")
    for share, name in ((0.05, "mixed news, 5 % with an event"), (1.0, "conflict news, every report with an event")):
        speed, alerts, rows = run(share)
        print(f"  {name}: {speed:,.0f} entries/s, {alerts} alerts, {rows} rows of state after {ENTRIES:,} entries")


if __name__ == "__main__":
    main()
