"""The example history explained: every alert, and every rule and key; a gate that is named is taken away, and opens.

Each happening that a rule looked at and did not speak of is followed: the gate that why-not names is removed, from the
rule or from the news, and the history folded again. The next answer must be a later gate, and the last one an alert.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import decode
from msgspec.structs import replace

from alerts import gates, rules, why_not
from alerts.alert import Alert
from alerts.config.types import Config, Rule
from alerts.decide import Decide, encode
from alerts.explain import trail
from alerts.past import Line, Moment, Past
from alerts.why_not import Answer, Look
from builders import killed
from conftest import ROOT
from streams import horizons, world
from streams.engines.store import open_reader
from streams.journal import Control, Reading, Record, Tick
from streams.mentions import _SPOKEN
from streams.state import State
from streams.times import iso

#: Happenings of a rule that are followed for each gate; every key is asked about.
OPENED_EACH = 2


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a replay of the example."""
    path = tmp_path_factory.mktemp("example") / "s.db"
    command = [sys.executable, "-m", "alerts.cli", "replay", "-c", "examples/tocsin.yml", "--store", str(path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=True)
    return path


def test_every_alert_is_explained_down_to_its_sentences(store: Path) -> None:
    reader = open_reader(store)
    rows = [(row["position"], bytes(row["data"])) for row in reader.execute("SELECT position, data FROM alerts")]
    texts = {(json.loads(line)["id"], field): json.loads(line)[field]
             for line in (ROOT / "examples/history.jsonl").read_text(encoding="utf-8").splitlines()
             for field in ("title", "body")}  # fmt: skip
    assert len(rows) == 59
    quoted = 0
    for position, data in rows:
        alert = decode(data, type=Alert)
        with closing(Past(open_reader(store))) as past:
            found = trail(past, alert, data, position)
        assert found.same
        if alert.kind == "cancel" and not alert.incidents:
            continue
        assert [one.id for one in found.incidents] == [one.id for one in alert.incidents]
        for one in (s for incident in found.incidents for claim in incident.claims for s in claim.sentences):
            text = texts[one.article, one.field]
            quoted += text[one.start : one.end] == one.sentence
    assert quoted > 100


def test_one_correction_reaches_every_rule_that_spoke_of_it(store: Path, tmp_path: Path) -> None:
    """24 villagers were 18: the one rule's figure changes, the other's band is no longer reached."""
    copy = tmp_path / "s.db"
    shutil.copy(store, copy)
    row = open_reader(copy).execute("SELECT root FROM alerts WHERE rule = 'grave' ORDER BY position DESC").fetchone()
    command = [sys.executable, "-m", "alerts.cli", "correct", row[0], "killed=18", "--because", "a list of names"]
    done = subprocess.run(
        [*command, "--store", str(copy)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    told = [line.split()[0] + line.split(":", 1)[1] for line in done.stdout.splitlines()]
    assert told == [
        "update UPDATE: killed 24 → 18 in Nigeria in 24 h (mass-casualty)",
        "cancel CANCELED: killed 24 → 18 in Nigeria in 24 h (grave)",
    ]
    with closing(Past(open_reader(copy))) as past:
        stored = [bytes(r[0]) for r in open_reader(copy).execute("SELECT data FROM alerts ORDER BY position, rowid")]
        assert list(past.alerts()) == stored


# --- why not ----------------------------------------------------------------------------------------------------------


class Folded:
    """A journal folded in memory under a config; as much of ``Past`` as an answer asks for."""

    def __init__(self, config: Config, families: dict[str, str], records: Sequence[Record]) -> None:
        self.records = list(records)
        decide, state, log = Decide(config, families), State(), []
        decide.declare(state)
        self.told: list[Any] = []
        for record in self.records:
            effects = decide.step(state, record, self.record)
            log += [Line(position=record.position, at=record.received, about=a, reason=r, detail=d)
                    for a, r, d in effects.log]  # fmt: skip
            self.told += [planned.alert for planned in effects.outgoing]
        now = horizons.clock(state).rows["clock"].now
        self.moment = Moment(position=self.records[-1].position, now=now, config=config, families=families,
                             state=state, log=log)  # fmt: skip

    def record(self, position: int) -> Record:
        return self.records[position - 1]

    def records_since(self, since: int, until: int) -> list[Record]:
        return [r for r in self.records if r.received > since and r.position <= until]

    def ask(self, rule: Rule, key: dict[str, str]) -> Answer:
        return why_not.answer(self, self.moment, rule, key)  # type: ignore[arg-type]


def _band(rule: Rule, **change: Any) -> Rule:
    return replace(rule, bands=tuple(replace(band, **change) for band in rule.bands[:1]))


#: Gate → the rule without it.
WITHOUT: dict[str, Callable[[Rule], Rule]] = {
    "counted late": lambda rule: replace(rule, late="alert"),
    "recent": lambda rule: replace(rule, max_age=None),
    "victims": lambda rule: replace(rule, victims=()),
    "independent": lambda rule: replace(_band(rule, independent=1), min_independent=1),
    "figure": lambda rule: replace(rule, allow_vague=True),
    "enough": lambda rule: _band(rule, threshold=0.5),
    "sure enough": lambda rule: _band(rule, independent=1),
    "fresh": lambda rule: replace(rule, late="alert"),
    "cooled down": lambda rule: replace(rule, cooldown=0),
}


def _dated(report: Any, record: Record) -> Any:
    return replace(report, published=report.published or iso(record.received))


def _happened(report: Any, record: Record) -> Any:
    signals = tuple(replace(s, realis="actual", scope="incident", type=_deed(s.type)) for s in report.signals)
    events = tuple(replace(e, type=_deed(e.type)) for e in report.events)
    return replace(report, signals=signals, events=events)


def _deed(type_: str) -> str:
    """A withdrawal for what only speaks of one."""
    return "force.withdrawal" if type_.endswith(_SPOKEN) else type_


def _with_figure(report: Any, record: Record) -> Any:
    return replace(report, events=tuple(replace(e, counts=(killed(3),)) for e in report.events))


NEWS: dict[str, Callable[[Any, Record], Any]] = {"dated": _dated, "happened": _happened, "figure": _with_figure}


def _taken_away(gate: str, rule: Rule, records: list[Record], positions: set[int]) -> tuple[Rule, list[Record]]:
    """The rule and the news without a gate; the news of the happening in question alone."""
    other = WITHOUT[gate](rule) if gate in WITHOUT else rule
    if gate in NEWS:
        change = NEWS[gate]
        records = [
            replace(r, entry=Reading(report=change(r.entry.report, r)))
            if r.position in positions and isinstance(r.entry, Reading) else r
            for r in records
        ]  # fmt: skip
    if gate == "first":  # without those before it
        records = [r if r.position in positions or not isinstance(r.entry, Reading) else replace(r, entry=Tick())
                   for r in records]  # fmt: skip
    return (rule if other == rule else replace(other, definition=f"{rule.definition}+")), records


def _look(rule: Rule, positions: set[int], folded: Folded) -> Look:
    """What became of a happening; one that is patched may have another id and key, and the same articles."""
    for happening in world.happenings(folded.moment.state).rows.values():
        if positions & {m.position for m in happening.mentions}:
            answer = folded.ask(rule, rules.key_of(rule, happening))
            for look in answer.looks:
                if look.incident == happening.id:
                    return look
    raise AssertionError(f"the happening of {positions} is gone")


def test_every_gate_that_is_named_is_the_one_that_opens(store: Path) -> None:
    with closing(Past(open_reader(store))) as past:
        records = [past.record(position) for position in range(1, past.last() + 1)]
        moment = past.moment(past.last())
    config, families = moment.config, moment.families
    opened: dict[str, int] = {}
    tried: dict[tuple[str, str], int] = {}
    asked = 0
    for rule in config.rules:
        for key in why_not.keys(moment, rule):
            end = _last_of(moment, rule, key)
            folded = Folded(config, families, records[:end])
            answer = folded.ask(rule, key)
            asked += 1
            assert answer.detail, (rule.id, key)
            kept = {one.gate: one for one in reversed(answer.looks) if one.current}
            for gate in sorted(set(kept) - {"told", "in window"}):
                tried[rule.id, gate] = tried.get((rule.id, gate), 0) + 1
                if tried[rule.id, gate] <= OPENED_EACH:
                    _open_one_by_one(rule, key, kept[gate], folded, opened)
    assert asked > 60
    assert set(opened) >= {"enough", "recent", "figure", "dated", "victims", "first", "cooled down"}, opened


def _last_of(moment: Moment, rule: Rule, key: dict[str, str]) -> int:
    """The position of the last article about a key of a rule, or of its last root's last word."""
    found = [
        m.position
        for _, h in world.happenings(moment.state).sorted_items()
        if rules.key_of(rule, h) == key
        for m in h.mentions
    ]
    return max(found, default=moment.position)


def _open_one_by_one(rule: Rule, key: dict[str, str], look: Look, folded: Folded, opened: dict[str, int]) -> None:
    config, families, records = folded.moment.config, folded.moment.families, folded.records
    table = world.happenings(folded.moment.state)
    positions = {m.position for m in table.rows[look.incident].mentions}
    now = rule
    passed: list[str] = []
    for _ in range(len(gates.GATES)):
        passed.append(look.gate)
        now, records = _taken_away(look.gate, now, records, positions)
        settings = replace(config, rules=(now,))
        again = Folded(settings, families, records)
        look = _look(now, positions, again)
        if look.gate == "told":
            for gate in passed:
                opened[gate] = opened.get(gate, 0) + 1
            assert any(look.incident in {i.id for i in a.incidents} for a in again.told)
            return
        assert gates.ORDER[look.gate] > gates.ORDER[passed[-1]], (rule.id, key, passed, look)
    raise AssertionError((rule.id, key, passed))


def test_journal_and_answers_are_of_the_same_fold(store: Path) -> None:
    """What the test folds in memory is what was decided."""
    with closing(Past(open_reader(store))) as past:
        records = [past.record(position) for position in range(1, past.last() + 1)]
        moment = past.moment(past.last())
    rows = open_reader(store).execute("SELECT data FROM alerts ORDER BY position, rowid")
    folded = Folded(moment.config, moment.families, records)
    assert [encode(alert) for alert in folded.told] == [bytes(row[0]) for row in rows]
    assert isinstance(records[0].entry, Control)
