"""The gate that why-not names is the one that kept the rule silent: take it away, and the alert comes.

A story for each gate, with the change that takes just that gate away.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from alerts import decide, dispatch, gates, hearing, joining, rules, voice, why_not
from alerts.alert import Alert
from alerts.cli.why_not import command
from alerts.config.types import Band, Config, Route, Rule
from alerts.dispatch.held import Why
from alerts.past import Past
from alerts.triggers import judging, keys
from alerts.why_not import Answer
from builders import killed, report
from conftest import ROOT
from stored import Entry, Made
from streams import world
from streams.article import Count, Exclusion, Report
from streams.engines.store import open_reader
from telling import RULE, config

VAGUE = Count(measure="killed", low=12, high=99, exactness="vague", start=0, end=0)
AID = Count(measure="killed", low=6, high=6, exactness="exact", start=0, end=0, class_="aid_worker")
RAID = report("a1", "2026-03-02 09:00", killed(6))
LATE = (RAID, "2026-03-02 11:00")
FIRST = replace(RULE, trigger="first", over=90 * 86400, bands=(Band(severity="warning", threshold=1),))
SURE = (Band(severity="warning", threshold=5, independent=2),)
COOL = replace(RULE, over=3600, cooldown=6 * 3600)
AGAIN = report("a2", "2026-03-02 12:00", killed(6), town="Mosul", source="B")

#: Gate → the rule, what comes in, and either the rule or the news without that gate.
STORIES: dict[str, tuple[Rule, Sequence[Entry], Rule | Sequence[Entry]]] = {
    "read": (RULE, [report("z", "2026-03-02 09:00", killed(2), town="Gao")], [RAID]),
    "happened": (RULE, [report("a1", "2026-03-02 09:00", killed(6), scope="background")], [RAID]),
    "dated": (RULE, [(report("a1", None, killed(6)), "2026-03-02 09:00")], [RAID]),
    "counted late": (replace(RULE, late="drop"), [LATE], replace(RULE, late="alert")),
    "recent": (RULE, [report("a1", "2026-03-20 09:00", killed(6), day="2026-03-02")], replace(RULE, max_age=None)),
    "victims": (replace(RULE, victims=("aid_worker",)), [RAID], [report("a1", "2026-03-02 09:00", AID)]),
    "independent": (replace(RULE, min_independent=2), [RAID], RULE),
    "figure": (replace(RULE, allow_vague=False), [report("a1", "2026-03-02 09:00", VAGUE)], RULE),
    "enough": (
        RULE,
        [report("a1", "2026-03-02 09:00", killed(4))],
        replace(RULE, bands=(Band(severity="warning", threshold=4),)),
    ),
    "sure enough": (replace(RULE, bands=SURE), [RAID], RULE),
    "fresh": (RULE, [LATE], replace(RULE, late="alert")),
    "cooled down": (COOL, [RAID, AGAIN], replace(COOL, cooldown=0)),
}


def ask(path: Path, rule: Rule, settings: Config, entries: Sequence[Entry]) -> tuple[Answer, list[Alert]]:
    """What why-not answers about Iraq at the end of a story, and what was told in it."""
    made = Made(path, (settings, entries))
    with closing(Past(open_reader(path))) as past:
        moment = past.moment(past.last())
        return why_not.answer(past, moment, rule, {"country": "IQ"}), made.told


@pytest.mark.parametrize("gate", STORIES)
def test_gate_is_named_and_without_it_the_alert_comes(tmp_path: Path, gate: str) -> None:
    rule, entries, without = STORIES[gate]
    answer, told = ask(tmp_path / "with.db", rule, config(rule, hash="h1"), entries)
    assert answer.gate == gate, answer
    assert answer.detail
    other = without if isinstance(without, Rule) else rule
    news = entries if isinstance(without, Rule) else without
    after, more = ask(tmp_path / "without.db", other, config(other, hash="h1"), news)
    assert len(more) == len(told) + 1
    assert (after.gate, after.looks[0].alert) == ("told", more[-1].id)


def test_second_of_its_kind_is_named_as_such_and_speaks_without_the_first(tmp_path: Path) -> None:
    answer, told = ask(tmp_path / "with.db", FIRST, config(FIRST, hash="h1"), [RAID, AGAIN])
    assert [(look.gate, look.alert) for look in answer.looks] == [("told", told[0].id), ("first", None)]
    after, _ = ask(tmp_path / "without.db", FIRST, config(FIRST, hash="h1"), [AGAIN])
    assert [look.gate for look in after.looks] == ["told"]


def test_no_route_is_a_gate(tmp_path: Path) -> None:
    nowhere = replace(config(RULE, hash="h1"), routes=(Route(match={"severity": ("critical",)}, to=("desk",)),))
    answer, _ = ask(tmp_path / "with.db", RULE, nowhere, [RAID])
    assert answer.gate == "routed"


def test_window_that_has_moved_on_is_a_gate(tmp_path: Path) -> None:
    later = report("z", "2026-03-05 09:00", killed(1), town="Gao")
    answer, _ = ask(tmp_path / "with.db", RULE, config(RULE, hash="h1"), [RAID, later])
    assert answer.gate == "in window"
    assert "spoke of it Mon 2 Mar 2026, 09:00 UTC" in answer.detail


def test_corrected_alert_is_told_with_the_figure_that_stands(tmp_path: Path) -> None:
    fewer = report("a3", "2026-03-02 10:00", killed(2, corrects=6), scope="update")
    answer, _ = ask(tmp_path / "with.db", RULE, config(RULE, hash="h1"), [RAID, fewer])
    assert answer.gate == "enough"
    assert answer.detail.startswith("2 of 5 killed; al_")


def test_nearest_comes_first_and_the_others_are_told_too(tmp_path: Path) -> None:
    old = report("b", "2026-03-02 10:00", killed(9), town="Mosul", day="2026-02-02", source="B")
    few = report("c", "2026-03-02 11:00", killed(2), town="Kirkuk", source="C")
    answer, _ = ask(tmp_path / "with.db", RULE, config(RULE, hash="h1"), [old, few])
    assert [look.gate for look in answer.looks] == ["enough", "recent"]


def test_every_reason_that_the_fold_logs_has_its_gate_or_is_a_note() -> None:
    """A new reason without a row would be explained by nothing."""
    deciding = "".join(inspect.getsource(module) for module in (decide, hearing, joining, voice))
    logged = set(re.findall(r'\blog\(\s*\w+, [\w.]+, "(\w+)"', deciding))
    refused = {
        keyword.value.value
        for node in ast.walk(ast.parse(inspect.getsource(rules)))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused"
        for keyword in node.keywords
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
    }
    judged = inspect.getsource(judging) + inspect.getsource(keys)
    given = re.findall(r'reason="(\w+)"|return "(\w+)", (?:detail|f?")', judged)
    logged |= {one for pair in given for one in pair if one}
    assert {"below_threshold", "cooling_down", "warming_up", "settled", "unobserved"} <= logged
    assert {"too_old", "vague"} <= refused
    sent = set(re.findall(r'_log\([^)]*?"(\w+)", ', inspect.getsource(dispatch))) | set(get_args(Why))
    assert {"let_go", "silence_set", "grouped"} <= sent
    unknown = {r for r in logged | refused | sent if gates.gate_of(r) is None and r not in gates.NOTES}
    assert unknown == set()
    assert {"late", "baseline"} <= {reason for gate in gates.GATES for reason in gate.reasons}
    assert "undated" in inspect.getsource(world)


# --- the command ------------------------------------------------------------------------------------------------------


def tempting(id_: str, published: str, sentence: str, reason: str) -> Report:
    """An article of which nothing was read, since its only phrase was left out."""
    left = Exclusion(start=0, end=len(sentence), sentence=sentence, tempted="attack.generic", reason=reason, text="")
    return replace(report(id_, published), title="Sport", signals=(), events=(), excluded=(left,))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    few, old = "Gunmen killed four near Gao.", "A raid there killed 40 in 2019."
    entries = [
        report("a1", "2026-03-02 09:00", killed(6)),
        report("a2", "2026-03-02 12:00", killed(4), town="Gao", source="Harbour Post", sentence=few),
        report("a3", "2026-03-02 13:00", killed(8), town="Aleppo", day="2026-02-02", source="Harbour Post"),
        report("a4", "2026-03-02 14:00", killed(40), town="Gao", scope="background", sentence=old),
        tempting("a5", "2026-03-02 14:00", "A heart attack killed a cyclist in Lyon, France.", "other_sense"),
    ]
    Made(tmp_path / "s.db", (config(RULE, hash="h1"), entries))
    return tmp_path / "s.db"


def run(store: Path, *arguments: str) -> Any:
    return CliRunner().invoke(command, ["mass-casualty", *arguments, "--store", str(store), "--format", "text"])


@pytest.mark.parametrize("key", ["", "IQ", "country=ML", "FR"])
def test_answer_reads_as_it_should(store: Path, key: str) -> None:
    done = run(store, *([key] if key else []))
    assert done.exit_code == 0, done.output
    golden = ROOT / f"tests/golden/why_not_{key.replace('=', '_') or 'all'}.txt"
    assert done.output == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["IQ,Tikrit"], 2, "it needs country=…"),
        (["place=Tikrit"], 2, "it needs country=…"),
        (["IQ", "--at", "yesterday"], 2, "is no ISO 8601 time"),
        (["IQ", "--at", "2020-01-01"], 1, "the journal has nothing at or before that time"),
    ],
)
def test_wrong_question_is_answered_with_how_to_ask(store: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(store, *arguments)
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_unknown_rule_names_those_there_were(store: Path) -> None:
    done = CliRunner().invoke(command, ["mass-casualties", "--store", str(store)])
    assert done.exit_code == 1
    assert 'did you mean "mass-casualty"?' in done.output


def test_earlier_moment_is_answered_as_it_was(store: Path) -> None:
    assert "It did speak" in run(store, "IQ").output
    before = run(store, "ML", "--at", "2026-03-02T11:00:00Z")
    assert "no article of that time tells of attack.* in Mali" in " ".join(before.output.split())
