"""What do the rules make of a case? Folded in memory as a replay would be, and compared with what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from alerts import why_not
from alerts.config.types import Config
from alerts.decide import Decide
from alerts.dispatch import Sending
from alerts.past import Line, Moment
from alerts.ruletests.cases import Case, Expected, GateWanted, Notice
from streams.article import Article
from streams.classify import classify
from streams.codec import canonical
from streams.horizons import clock
from streams.journal import Control, Entry, Reading, Record, Tick, decode_entry, encode_entry
from streams.state import State
from streams.times import duration_text, epoch, iso


class Fault(Struct, frozen=True, kw_only=True):
    """What does not agree with a case, and the line of the test file that says so."""

    line: int
    what: str
    more: tuple[str, ...] = ()
    """Lines that help to see why."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a case."""

    case: Case
    alerts: tuple[dict[str, Any], ...]
    """Those of the case's rules, in the contract's form."""
    faults: tuple[Fault, ...]


def run(case: Case, config: Config, families: Mapping[str, str]) -> Outcome:
    """Fold a case and compare."""
    folded = _Folded(case, config, families)
    alerts = [alert for alert in folded.alerts if not case.rules or alert["rule"] in case.rules]
    faults = [
        *_expected(case, alerts),
        *_not_expected(case, alerts),
        *(fault for wanted, found in folded.answers if (fault := _gate(wanted, found)) is not None),
        *_notices(case, folded.notices),
    ]
    return Outcome(case=case, alerts=tuple(alerts), faults=tuple(sorted(faults, key=lambda fault: fault.line)))


# --- the fold -----------------------------------------------------------------------------------------------------


class _Folded:
    """A journal in memory: the articles of a case, and a Tick at every timer, at each gate's time and at the end."""

    def __init__(self, case: Case, config: Config, families: Mapping[str, str]) -> None:
        self._decide, self._state = Decide(config, dict(families)), State()
        self._decide.declare(self._state)
        self._config, self._families = config, dict(families)
        self._journal: list[Record] = []
        self._log: list[Line] = []
        self.alerts: list[dict[str, Any]] = []
        self.notices: list[tuple[int, str, tuple[str, ...]]] = []
        """(at, destination, alerts) of what goes."""
        self.answers: list[tuple[GateWanted, why_not.Answer]] = []
        self._append(Control(command="config", body={"hash": config.hash}), case.given[0][0])
        gates = sorted((gate for gate in case.gates if gate.at is not None), key=lambda gate: gate.at or 0)
        for received, article in case.given:
            while gates and (gates[0].at or 0) < received:
                self._ask_at(gates.pop(0))
            self._read(received, article)
        for gate in gates:
            self._ask_at(gate)
        for gate in (gate for gate in case.gates if gate.at is None):
            self._ask(gate)
        self._pass(case.until)
        if case.until is not None:
            self._append(Tick(), case.until)

    def records_since(self, since: int, until: int) -> Iterator[Record]:
        """The entries received after a time, up to a position."""
        yield from (one for one in self._journal if one.received > since and one.position <= until)

    def _read(self, received: int, article: Article) -> None:
        self._pass(received)
        self._append(Reading(report=classify(article)), received)

    def _pass(self, until: int | None) -> None:
        while (due := self._decide.next_due(self._state)) is not None and (until is None or due <= until):
            self._append(Tick(), due)

    def _append(self, entry: Entry, received: int) -> None:
        record = Record(position=len(self._journal) + 1, received=received, entry=decode_entry(encode_entry(entry)))
        self._journal.append(record)
        effects = self._decide.step(self._state, record, lambda position: self._journal[position - 1])
        for about, reason, detail in effects.log:
            self._log.append(Line(position=record.position, at=received, about=about, reason=reason, detail=detail))
        for planned in effects.outgoing:
            self.alerts.append(msgspec.json.decode(canonical(planned.alert)))
            self.notices += [(received, name, (planned.alert.id,)) for name in planned.destinations]
        self.notices += [_noticed(received, sending) for sending in effects.released]

    def _ask_at(self, gate: GateWanted) -> None:
        assert gate.at is not None
        self._pass(gate.at)
        self._append(Tick(), gate.at)
        self._ask(gate)

    def _ask(self, gate: GateWanted) -> None:
        rule = next(rule for rule in self._config.rules if rule.id == gate.rule)
        now = clock(self._state).rows["clock"].now
        moment = Moment(
            position=len(self._journal),
            now=now,
            config=self._config,
            families=self._families,
            state=self._state,
            log=self._log,
        )
        self.answers.append((gate, why_not.answer(self, moment, rule, gate.key)))


def _noticed(at: int, sending: Sending) -> tuple[int, str, tuple[str, ...]]:
    return at, sending.destination, tuple(sending.covers)


# --- compared -----------------------------------------------------------------------------------------------------


def _expected(case: Case, alerts: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    """Those that did not come, each with the nearest that did, and those that nobody expects."""
    if case.expect is None:
        return
    pairs = _paired(case.expect, alerts)
    taken = set(pairs.values())
    left = [alert for n, alert in enumerate(alerts) if n not in taken]
    near: set[str] = set()
    for n, wanted in enumerate(case.expect):
        if n not in pairs:
            closest = min(left, key=lambda alert: _distance(wanted, alert), default=None)
            near |= {closest["id"]} if closest is not None and closest["rule"] == wanted.equal.get("rule") else set()
            yield Fault(
                line=wanted.line, what=f"did not come: {_wanted(case, wanted)}", more=_nearest(case, wanted, closest)
            )
    if case.unexpected == "fail":
        for alert in left:
            if alert["id"] not in near:
                hint = "name it under expect or rules, or say unexpected: ignore"
                yield Fault(line=case.line, what=f"not expected: {_told(case, alert)}", more=(hint,))


def _paired(wanted: Sequence[Expected], alerts: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Expectation → alert, as many as can be: one that fits several leaves to others what fits only them."""
    fits = {n: [m for m, alert in enumerate(alerts) if not _differences(one, alert)] for n, one in enumerate(wanted)}
    taken: dict[int, int] = {}

    def find(n: int, asked: set[int]) -> bool:
        for m in fits[n]:
            if m not in asked:
                asked.add(m)
                if m not in taken or find(taken[m], asked):
                    taken[m] = n
                    return True
        return False

    for n in fits:
        find(n, set())
    return {n: m for m, n in taken.items()}


def _differences(wanted: Expected, alert: dict[str, Any]) -> list[str]:
    """What does not agree, a line each."""
    found = _unlike(wanted.equal, alert, "")
    for field, text in wanted.contains.items():
        if text not in str(alert.get(field, "")):
            found.append(f'{field}: expected text with "{text}", got "{alert.get(field)}"')
    at = epoch(alert["at"]) or 0
    if wanted.at is not None and at != wanted.at:
        found.append(f"at: expected {iso(wanted.at)}, got {alert['at']}")
    if wanted.before is not None and at > wanted.before:
        found.append(f"at: expected {iso(wanted.before)} or before, got {alert['at']}")
    return found


def _unlike(want: Any, got: Any, where: str) -> list[str]:
    if isinstance(want, dict) and isinstance(got, dict):
        parts = ((f"{where}.{key}" if where else key, value, got.get(key)) for key, value in want.items())
        return [text for place, value, had in parts for text in _unlike(value, had, place)]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [text for n, value in enumerate(want) for text in _unlike(value, got[n], f"{where}[{n}]")]
    return [] if want == got else [f"{where}: expected {_short(want)}, got {_short(got)}"]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 120 else f"{text[:119]}…"


def _distance(wanted: Expected, alert: dict[str, Any]) -> tuple[bool, bool, int]:
    """How far an alert is from what is wanted: another rule is farther than another key, and that than a figure."""
    other = {name: bool(_unlike(wanted.equal.get(name), alert.get(name), "")) for name in ("rule", "key")}
    named = {name: differs and name in wanted.equal for name, differs in other.items()}
    return named["rule"], named["key"], len(_differences(wanted, alert))


def _nearest(case: Case, wanted: Expected, alert: dict[str, Any] | None) -> tuple[str, ...]:
    if alert is None:
        return ("nothing else came that could be it",)
    return (f"the nearest is {_told(case, alert)}", *(f"  {line}" for line in _differences(wanted, alert)))


def _not_expected(case: Case, alerts: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    for wanted in case.not_expect:
        for alert in alerts:
            if not _differences(wanted, alert):
                yield Fault(line=wanted.line, what=f"came, and must not: {_told(case, alert)}")


def _gate(wanted: GateWanted, found: why_not.Answer) -> Fault | None:
    if found.gate == wanted.gate:
        return None
    key = f" of {', '.join(wanted.key.values())}" if wanted.key else ""
    what = f"gate of {wanted.rule}{key}: expected {wanted.gate}, got {found.gate}"
    return Fault(line=wanted.line, what=what, more=(f"as of {found.at}: {found.detail}",))


def _notices(case: Case, found: Sequence[tuple[int, str, tuple[str, ...]]]) -> Iterator[Fault]:
    left = list(found)
    for wanted in case.notifications:
        fitting = next((one for one in left if _fits(wanted, one)), None)
        if fitting is not None:
            left.remove(fitting)
            continue
        went = [_went(case, at, covers) for at, to, covers in found if to == wanted.destination]
        covers_ = f" that covers {wanted.covers}" if wanted.covers is not None else ""
        when = f" at {_when(case, wanted.at)}" if wanted.at is not None else ""
        told = f"{wanted.destination} got {', '.join(went) if went else 'nothing'}"
        yield Fault(line=wanted.line, what=f"no notification to {wanted.destination}{when}{covers_}", more=(told,))


def _went(case: Case, at: int, covers: Sequence[str]) -> str:
    return f"{_when(case, at)} {len(covers)} alert{'' if len(covers) == 1 else 's'}"


def _fits(wanted: Notice, found: tuple[int, str, tuple[str, ...]]) -> bool:
    at, destination, covers = found
    return destination == wanted.destination and wanted.at in (None, at) and wanted.covers in (None, len(covers))


# --- in words -----------------------------------------------------------------------------------------------------


def _wanted(case: Case, wanted: Expected) -> str:
    facts = [f"{name} {_short(value)}" for name, value in wanted.equal.items()]
    facts += [f'{field} with "{text}"' for field, text in wanted.contains.items()]
    facts += [f"at {_when(case, wanted.at)}"] if wanted.at is not None else []
    facts += [f"by {_when(case, wanted.before)}"] if wanted.before is not None else []
    return ", ".join(facts) or "any alert"


def _told(case: Case, alert: dict[str, Any]) -> str:
    key = ", ".join(str(value) for value in alert["key"].values())
    of_key = f" {key}" if key else ""
    what = f"{alert['kind']} {alert['severity']} {alert['rule']}{of_key}"
    return f"{what} at {_when(case, epoch(alert['at']))}: {alert['title']}"


def _when(case: Case, moment: int | None) -> str:
    """The offset from the test's start, and the time."""
    ahead = (moment or 0) - case.start
    return f"+{duration_text(ahead)} ({(iso(moment) or '')[:16]})" if ahead >= 0 else iso(moment) or ""
