"""A journal folded under a config, as tests of an alert's life tell it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alerts.alert import Alert
from alerts.config.types import Band, Config, Destination, Route, Rule
from alerts.decide import Decide, Effects
from alerts.dispatch import Sending
from builders import at, journal
from streams.article import Report
from streams.journal import Control, Record, Tick
from streams.state import State
from streams.times import iso

RULE = Rule(
    id="mass-casualty",
    when=("attack.*",),
    measure="killed",
    by=("country",),
    over=86400,
    bands=(Band(severity="warning", threshold=5), Band(severity="critical", threshold=10)),
    max_age=3 * 86400,
    cooldown=6 * 3600,
    definition="d1",
)
DESK = Destination(id="desk", kind="terminal", settings={})
PAGER = Destination(id="pager", kind="terminal", settings={})


def config(*rules: Rule, **more: Any) -> Config:
    routes = (Route(match={"severity": ("critical",)}, to=("desk", "pager")), Route(to=("desk",)))
    given = {"destinations": (DESK, PAGER), "routes": routes, **more}
    return Config(path="t.yml", rules=rules or (RULE,), **given)


class Told:
    """A journal folded under a config, with a Tick at every due timer, as a replay does it."""

    def __init__(self, settings: Config, *entries: Report | tuple[Report, str], until: str | None = None) -> None:
        self.decide, self.state = Decide(settings, {}), State()
        self.decide.declare(self.state)
        self.records: list[Record] = []
        self.alerts: list[Alert] = []
        self.told: list[tuple[str, ...]] = []
        self.released: list[Sending] = []
        self.heard: list[tuple[str, str, tuple[str, ...]]] = []
        """(minute, destination, alerts) of what goes, in order."""
        self.log: list[tuple[str, str, str]] = []
        reports = journal(*entries)
        self._fold(Record(position=1, received=reports[0].received, entry=Control(command="config")))
        for one in reports:
            self._ticks(one.received)
            self._fold(replace(one, position=len(self.records) + 1))
        self._ticks(at(until) if until else None)

    def _ticks(self, until: int | None) -> None:
        while (due := self.decide.next_due(self.state)) is not None and (until is None or due <= until):
            self._fold(Record(position=len(self.records) + 1, received=due, entry=Tick()))

    def _fold(self, record: Record) -> None:
        self.records.append(record)
        effects: Effects = self.decide.step(self.state, record, lambda position: self.records[position - 1])
        self.alerts += [planned.alert for planned in effects.outgoing]
        self.told += [planned.destinations for planned in effects.outgoing]
        self.log += effects.log
        self.released += effects.released
        minute = (iso(record.received) or "")[5:16].replace("T", " ")
        for planned in effects.outgoing:
            self.heard += [(minute, name, (planned.alert.id,)) for name in planned.destinations]
        self.heard += [(minute, sending.destination, tuple(sending.covers)) for sending in effects.released]

    def let_pass(self, until: str) -> None:
        """Every timer up to a moment, and a Tick then."""
        self._ticks(at(until))
        self._fold(Record(position=len(self.records) + 1, received=at(until), entry=Tick()))

    def hear(self, what: Report, received: str | None = None) -> None:
        """One more report, after the Ticks that are due before it."""
        (one,) = journal((what, received) if received else what)
        self._ticks(one.received)
        self._fold(replace(one, position=len(self.records) + 1))

    def say(self, when: str, command: str, **body: Any) -> None:
        """An operator's word."""
        self._ticks(at(when))
        entry = Control(command=command, body=body)
        self._fold(Record(position=len(self.records) + 1, received=at(when), entry=entry))

    @property
    def story(self) -> list[tuple[str, str, float]]:
        return [(a.kind, a.severity, a.measure.value) for a in self.alerts]

    @property
    def reasons(self) -> set[str]:
        return {reason for _, reason, _ in self.log}
