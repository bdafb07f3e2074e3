"""A silence is told just when counting all of it anew says so, over random news, corrections, outages and restarts."""

from __future__ import annotations

from collections import Counter
from math import ceil
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_brute_force import Slow, memoised
from test_life_of_a_surge import SURGE, TOWNS, attack, day

from alerts.config.types import Band
from alerts.roots import Tables
from alerts.triggers.series import WARM_UP, bucket_of
from alerts.triggers.silence import ENOUGH
from builders import at
from streams import coverage
from streams.horizons import HORIZON
from streams.journal import Control, Coverage, Reading, Record
from streams.times import epoch, iso
from streams.windows import Item
from telling import Told, config

DAY, LATENESS = 86400, config().lateness
RULE = replace(
    SURGE,
    trigger="absence",
    bands=(Band(severity="warning", threshold=1.5), Band(severity="critical", threshold=3)),
    cooldown=0,
)

#: (hours since the last, days back, which of those known, what)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 24, 24, 24, 48, 80, 200]),
        st.sampled_from([0, 0, 0, 0, 1, 4, 9]),
        st.integers(0, 7),
        st.sampled_from(["new"] * 5 + ["tick"] * 5 + ["gone", "failed", "ok", "first_contact", "down"]),
    ),
    min_size=5,
    max_size=30,
)


class Heard(Slow):
    """A day holds something or nothing."""

    def count(self, bucket: int) -> float:
        return min(super().count(bucket), 1)


class Watched(Told):
    """A journal in the fold, and beside it what a slow look after each entry says."""

    def __init__(self, before: int) -> None:
        """``before`` is how often there was an attack in the first five weeks, in days."""
        self.held: list[tuple[int, dict[str, Item]]] = []
        self.polls: list[tuple[int, str]] = []
        self.down: list[tuple[int, int]] = []
        self.now = self.start = at(day(0))
        self.row: tuple[int, int, int] | None = None
        """(last heard, bands told, when the first of them was told)."""
        self.expected: list[tuple[str, str, int]] = []
        self.reports: list[Any] = []
        super().__init__(config(RULE), *(attack(n, 0) for n in range(0, 36, before)))

    def step(self, n: int, hours: int, back: int, which: int, what: str) -> None:
        """One entry more."""
        earlier = self.now
        now = self.now + hours * 3600
        whole = (now - at(day(0, 0))) // DAY
        if what == "new" or (what == "gone" and not self.reports):
            made = attack(whole - back, n % len(TOWNS), (now // 3600) % 24, id_=f"n{n}")
            self.reports.append(made)
            entry: Any = Reading(report=made)
        elif what == "gone":
            entry = Reading(report=replace(self.reports[which % len(self.reports)], status="canceled", revision=n + 2))
        elif what == "tick":
            self.let_pass(str(iso(now))[:16].replace("T", " "))
            return
        elif what == "down":
            self.down.append((earlier, now))
            entry = Control(command="config", body=coverage.missed(earlier, ["wire"]))
        else:
            self.polls.append((now, what))
            entry = Coverage(source="wire", outcome=what)  # type: ignore[arg-type]
        self._fold(Record(position=len(self.records) + 1, received=now, entry=entry))

    def _fold(self, record: Record) -> None:
        self.now = max(self.now, record.received)
        super()._fold(record)
        window = next(iter(Tables(self.state).windows.rows.values()), None)
        self.held.append((self.now, {item.id: item for item in (window.items if window else ())}))
        self._look(record)

    def _look(self, record: Record) -> None:
        before = self.held[-2][1] if len(self.held) > 1 else {}
        forgotten = {id_: item for id_, item in before.items() if item.at < self.now - HORIZON - DAY}
        held = {**forgotten, **self.held[-1][1]}
        if isinstance(record.entry, Reading) and (held or before.keys() - forgotten.keys()):
            self._hear(max((item.at for item in held.values()), default=None))
        if self.row is None:
            return
        last, told, opened = self.row
        reached = self._reached(last)
        if reached > told:
            self.expected.append(("alert", RULE.bands[reached - 1].severity, self.now))
            self.row = (last, reached, opened or self.now)

    def _hear(self, last: int | None) -> None:
        if last is None:
            self.row = None
        elif self.row is None or last > self.row[0]:
            if self.row is not None and self.row[1]:
                kind = "cancel" if last <= self.row[2] - LATENESS else "update"
                self.expected.append((kind, RULE.bands[self.row[1] - 1].severity, self.now))
            self.row = (last, 0, 0)
        else:
            self.row = (last, *self.row[1:])

    def _reached(self, last: int) -> int:
        run = SimpleNamespace(now=self.now, log=self.held, polls=self.polls, down=self.down)
        slow = memoised(Heard(run, self.start))
        heard, over = bucket_of(last, DAY), bucket_of(self.now - LATENESS, DAY)
        if sum(map(slow.observed, range(slow.first, heard))) < WARM_UP:
            return 0
        if slow.learned(slow.newest)[1] < ENOUGH:
            return 0
        silent = sum(map(slow.observed, range(heard + 1, over)))
        usual = max(1 / slow.told(slow.newest)[0], 1)
        return sum(silent >= ceil(band.threshold * usual) for band in RULE.bands)


def told(run: Watched) -> list[tuple[str, str, int]]:
    return [(one.kind, one.severity, epoch(one.at) or 0) for one in run.alerts]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=st.integers(1, 4), steps=STEPS)
def test_silences_agree_with_counting_all_of_it_anew(before: int, steps: list[Any]) -> None:
    run = Watched(before)
    for n, one in enumerate(steps):
        run.step(n, *one)
        assert told(run) == run.expected, (n, one)


def test_the_strategy_reaches_each_kind_of_message() -> None:
    kinds = Counter[tuple[str, str]]()

    @settings(max_examples=15, deadline=None, database=None, derandomize=True)
    @given(st.integers(1, 4), STEPS)
    def look(before: int, steps: list[Any]) -> None:
        run = Watched(before)
        for n, one in enumerate(steps):
            run.step(n, *one)
        kinds.update((alert.kind, alert.severity) for alert in run.alerts)

    look()
    assert {("alert", "warning"), ("alert", "critical"), ("update", "warning"), ("cancel", "warning")} <= set(kinds)
