"""decide: entries of the journal a second with 100 rules, and how much State holds after years.

python -m benchmarks.decide

Three questions. How fast is mixed news decided with a year of history behind it? Does State stay flat over two years?
What does a crowd cost: every report tells of an event, and ever more of them lie in the same countries and days? The
news is that of ``benchmarks.synthetic``. Times are of the process, so that others on the machine count less.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from alerts.config.types import Band, Config, Rule
from alerts.decide import Decide
from alerts.heap import settled
from benchmarks.common import header
from benchmarks.synthetic import DAY, START, Shape, history
from streams.journal import Control, Record
from streams.state import State

RULES = 100
YEAR = 365
RATES = (("IQ", 3.0), ("ML", 1.0), ("NG", 1.0), ("SY", 2.0))
#: 5 % of the reports tell of an event, as in the mixed news that the evaluation has.
MIXED = Shape(days=12, rates=RATES, noise=500, start=START + YEAR * DAY)


def rules(number: int) -> tuple[Rule, ...]:
    """A spread of rules over types, measures and spans."""
    return tuple(
        Rule(
            id=f"r{n}",
            when=("attack.*",) if n % 3 else ("hostage.*",),
            measure=("killed", "incidents", "wounded")[n % 3],
            by=("country",) if n % 2 else ("country", "admin1"),
            over=DAY * (1 + n % 7),
            bands=(Band(severity="warning", threshold=50 + n), Band(severity="critical", threshold=500 + n)),
            definition=f"d{n}",
        )
        for n in range(number)
    )


class Folding:
    """A fold that can be asked how fast it was. Reports are kept only as long as an alert may quote them."""

    def __init__(self) -> None:
        self.decide, self.state = Decide(Config(path="bench.yml", rules=rules(RULES)), {}), State()
        self.decide.declare(self.state)
        self.alerts, self.position = 0, 0
        self._journal: dict[int, Record] = {}
        self.run([Record(position=1, received=START, entry=Control(command="config"))])

    def run(self, records: Iterable[Record]) -> float:
        """Fold records. Gives entries for each second of the process."""
        waiting = [msgspec.structs.replace(record, position=self.position + n) for n, record in enumerate(records, 1)]
        self._journal.update((record.position, record) for record in waiting)
        begin = time.process_time()
        for record in waiting:
            self.alerts += len(self.decide.step(self.state, record, self._journal.__getitem__).outgoing)
        took = time.process_time() - begin
        self.position += len(waiting)
        return len(waiting) / took


def state_over_years(quarters: int = 8) -> list[tuple[int, int]]:
    """(rows, bytes as kept) of State at the end of each quarter of a synthetic history."""
    folding, kept, found = Folding(), dict[tuple[str, str], int](), list[tuple[int, int]]()
    told = history(Shape(days=quarters * YEAR // 4, rates=RATES), seed=3)
    due, waiting = START + YEAR * DAY // 4, list[Record]()
    for one in told:
        if one.record.received >= due and len(found) < quarters:
            folding.run(waiting)
            waiting, due = [], due + YEAR * DAY // 4
            found.append(_sizes(folding, kept))
        waiting.append(one.record)
    folding.run(waiting)
    return [*found[: quarters - 1], _sizes(folding, kept)]


def _sizes(folding: Folding, kept: dict[tuple[str, str], int]) -> tuple[int, int]:
    for name, key, value in folding.state.take_changes():
        kept[name, key] = len(value or b"")
    return sum(folding.state.sizes().values()), sum(kept.values())


def crowd(factor: int) -> tuple[int, float]:
    """(reports, reports a second) of eight days in which every report tells of an event, with that many a day."""
    shape = Shape(days=8, rates=tuple((country, 4.0 * factor) for country, _ in RATES), noise=0, towns=40)
    records = [told.record for told in history(shape, seed=5)]
    return len(records), Folding().run(records)


def main() -> None:
    """Print the three answers."""
    header(f"decide, {RULES} rules, one core, synthetic news (seeded)")
    with settled():
        answers()


def answers() -> None:
    """Print them."""
    folding = Folding()
    before = [told.record for told in history(Shape(days=YEAR, rates=RATES), seed=1)]
    folding.run(before)
    mixed = list(history(MIXED, seed=2))
    share = sum(bool(told.happenings) for told in mixed) / len(mixed)
    speed = folding.run(told.record for told in mixed)
    print(f"  mixed news, {share:.0%} with an event, a year ({len(before):,} reports) behind: {speed:,.0f} entries/s")
    for n, (rows, size) in enumerate(state_over_years(), 1):
        print(f"  State after {n * 3:2} months: {rows:,} rows, {size / 1e6:.1f} MB")
    for factor in (1, 2, 4):
        reports, speed = crowd(factor)
        print(f"  crowd of {reports / 8:,.0f} events a day in four countries: {speed:,.0f} reports/s")


if __name__ == "__main__":
    main()
