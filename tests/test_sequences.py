"""One thing after another: by the days on which they happened, and honest where the texts leave the order open."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.json import decode
from msgspec.structs import replace

from alerts import sequences
from alerts.alert import Alert
from alerts.cli.replay import command as replay
from alerts.config import load
from alerts.config.types import Config, Rule
from alerts.roots import Tables
from alerts.sequences import Part
from builders import report
from conftest import ROOT
from streams.happenings import Days
from telling import Told, config

CONFIG = """
rules:
  - id: left-alone
    by: [country]
    severity: critical
    sequence:
      - {when: "force.*withdrawal*"}
      - {when: "attack.*", within: 90d}
destinations: {console: {terminal: true}}
"""


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    path = tmp_path / "t.yml"
    path.write_text(CONFIG, encoding="utf-8")
    return load(path, {}).rules[0]


def withdrawal(day: str | None, id_: str = "w", **more: Any) -> Any:
    published = f"{more.pop('told', day)} 09:00"
    return report(id_, published, type_="force.base_withdrawal", town="Kirkuk", day=day, **more)


def attack(day: str | None, id_: str = "a", **more: Any) -> Any:
    published = f"{more.pop('told', day)} 12:00"
    return report(id_, published, town=more.pop("town", "Kirkuk"), day=day, **more)


def test_withdrawal_and_then_an_attack_is_told_once_with_a_sentence_of_each(rule: Rule) -> None:
    heard = Told(config(rule), withdrawal("2026-03-02"), attack("2026-03-20"), attack("2026-03-25", "b", town="Mosul"))
    (alert,) = heard.alerts
    assert [(step.type, step.order) for step in alert.sequence] == [  # type: ignore[union-attr]
        ("force.base_withdrawal", None),
        ("attack.ambush", "then"),
    ]
    assert [quoted.article for quoted in alert.evidence] == ["w", "a"]
    assert alert.title.startswith("CRITICAL: base withdrawal, then ambush in Iraq in 90 days")
    assert "; then ambush" in alert.readback


@pytest.mark.parametrize(
    "entries",
    [
        (attack("2026-03-02"), withdrawal("2026-03-20")),
        (withdrawal("2026-03-02"), attack("2026-07-01")),
        (withdrawal("2026-03-02"), attack("2026-03-20", town="Gao")),
        (withdrawal("2026-03-02", realis="planned"), attack("2026-03-20")),
        (attack("2026-03-20"),),
    ],
    ids=["the other way round", "too long after", "another country", "only planned", "alone"],
)
def test_what_is_no_sequence_is_logged_and_not_told(rule: Rule, entries: tuple[Any, ...]) -> None:
    heard = Told(config(rule), *entries)
    assert not heard.alerts
    assert heard.reasons & {"no_sequence", "did_not_happen"}


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        (withdrawal("2026-03-02"), attack("2026-03-02"), "may precede"),
        (withdrawal("2026-03-02"), attack(None, told="2026-03-09"), "may precede"),
        (withdrawal(None, told="2026-03-02"), attack("2026-03-09"), "then"),
    ],
    ids=["on one day", "the later without a day", "the earlier reported before the later was"],
)
def test_an_order_that_the_texts_leave_open_is_told_as_open(rule: Rule, first: Any, second: Any, order: str) -> None:
    (alert,) = Told(config(rule), first, second).alerts
    assert alert.sequence[1].order == order  # type: ignore[index]
    assert ("may precede" in alert.title, "the texts leave the order open" in alert.readback) == (
        (True, True) if order == "may precede" else (False, False)
    )


def test_news_of_the_earlier_step_may_come_second(rule: Rule) -> None:
    heard = Told(config(rule), attack("2026-03-20"), withdrawal("2026-03-02", told="2026-03-21"))
    assert [step.order for step in heard.alerts[0].sequence] == [None, "then"]  # type: ignore[union-attr]


def test_an_attack_that_is_surely_later_makes_an_open_order_sure(rule: Rule) -> None:
    heard = Told(config(rule), withdrawal("2026-03-02"), attack("2026-03-02"), attack("2026-03-09", "b", town="Mosul"))
    assert [(alert.kind, alert.revision) for alert in heard.alerts] == [("alert", 1), ("update", 2)]
    assert heard.alerts[1].changed[0].text == "order may precede → then (Meridian Wire, 12:00)"
    assert "b" in {quoted.article for quoted in heard.alerts[1].evidence}


def test_when_the_attack_is_taken_back_another_stands_in_or_the_alert_is_canceled(rule: Rule) -> None:
    second = attack("2026-03-09", "b", town="Mosul")
    gone = replace(attack("2026-03-09"), status="canceled", revision=2, signals=(), events=())
    heard = Told(config(rule), withdrawal("2026-03-02"), attack("2026-03-08"), second)
    heard.hear(gone, "2026-03-10 09:00")
    heard._ticks(None)
    assert heard.alerts[-1].kind == "update"
    assert heard.alerts[-1].changed[0].said == "sequence ambush, Sun 8 Mar 2026 → another ambush, Mon 9 Mar 2026"
    assert [quoted.article for quoted in heard.alerts[-1].evidence[:2]] == ["w", "b"]
    heard.hear(replace(second, status="canceled", revision=2, signals=(), events=()), "2026-03-10 10:00")
    heard._ticks(None)
    assert heard.alerts[-1].kind == "cancel"


def test_an_attack_that_is_forgotten_still_begins_a_sequence(tmp_path: Path) -> None:
    """Incidents are kept for 30 days; what they were to the sequence, and where they were told, for its length."""
    path = tmp_path / "t.yml"
    turned = CONFIG.replace('{when: "force.*withdrawal*"}', '{when: "attack.*"}').replace(
        '{when: "attack.*", within', '{when: "force.*withdrawal*", within'
    )
    path.write_text(turned, encoding="utf-8")
    quiet = [report(f"q{day}", f"2026-04-{day:02} 09:00", town="Gao") for day in range(1, 30)]
    heard = Told(load(path, {}), attack("2026-03-02"), *quiet, withdrawal("2026-05-10"))
    (alert,) = heard.alerts
    assert [quoted.article for quoted in alert.evidence[:2]] == ["a", "w"]
    assert [incident.type for incident in alert.incidents] == ["force.base_withdrawal"]
    assert alert.readback.startswith("Speaker not stated via Meridian Wire: ambush, Mon 2 Mar; then base withdrawal")


def test_filters_of_a_step_and_of_the_rule_hold_for_it(tmp_path: Path) -> None:
    path = tmp_path / "t.yml"
    text = CONFIG.replace("within: 90d}", 'within: 90d, source: "Harbour*"}').replace("by:", "country: IQ\n    by:")
    path.write_text(text, encoding="utf-8")
    rules = load(path, {})
    heard = Told(rules, withdrawal("2026-03-02"), attack("2026-03-20"))
    assert "other_source" in heard.reasons
    heard.hear(attack("2026-03-22", "b", town="Mosul", source="Harbour Post"))
    assert [quoted.article for quoted in heard.alerts[0].evidence] == ["w", "b"]


@pytest.mark.shared
def test_the_page_that_started_this_gives_its_story(shared: Path, tmp_path: Path) -> None:
    page = shared / "data/seed.txt"
    out = tmp_path / "out.jsonl"
    command = [str(page), "-c", str(ROOT / "examples/seed.yml"), "--assume-date", "2020-05-04"]
    done = CliRunner().invoke(replay, [*command, "--alerts", str(out), "--workers", "1"])
    assert done.exit_code == 0, done.output
    alerts = [decode(line, type=Alert) for line in out.read_bytes().splitlines()]
    (alert,) = [one for one in alerts if one.rule == "withdrawal-then-attacks"]
    assert "may precede" in alert.title
    assert [quoted.signal for quoted in alert.evidence] == [
        "force.drawdown",
        "attack.ambush",
        "trend.escalation_denied",
    ]
    assert "substantial uptick" in alert.denials[0].sentence  # type: ignore[index]
    assert {one.rule for one in alerts} == {"deadly-attack", "pull-out", "withdrawal-then-attacks"}


# --- against a slow twin ----------------------------------------------------------------------------------------------

PARTS = st.dictionaries(
    st.sampled_from("abcdefg"),
    st.tuples(
        st.sampled_from([(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]),
        st.integers(100, 130),
        st.integers(0, 5),
        st.booleans(),
    ),
    min_size=1,
)


def slow_order(first: Days, second: Days, days: int) -> str | None:
    """By every pair of days that the two may have happened on."""
    pairs = [(a, b) for a in range(first.first, first.last + 1) for b in range(second.first, second.last + 1)]
    fitting = [(a, b) for a, b in pairs if a <= b and b - a <= days]
    if not fitting:
        return None
    return "then" if second.stated and all(a < b for a, b in pairs) else "may precede"


def slow_chains(parts: dict[str, Part], days: list[int]) -> dict[tuple[str, ...], list[str]]:
    found = {}
    for chain in product(parts, repeat=len(days) + 1):
        if len(set(chain)) < len(chain) or any(n not in parts[id_].steps for n, id_ in enumerate(chain)):
            continue
        how = [slow_order(parts[a].days, parts[b].days, d) for a, b, d in zip(chain, chain[1:], days, strict=False)]
        if None not in how:
            found[chain] = [str(one) for one in how]
    return found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS, st.integers(2, 3), st.integers(1, 20), st.integers(1, 20))
def test_chains_agree_with_trying_every_one(rows: dict[str, Any], length: int, near: int, far: int) -> None:
    days = [near, far][: length - 1]
    steps = [Rule(id=f"s{n}", when=("x",), within=86400 * d) for n, d in enumerate([0, *days])]
    rule = Rule(id="r", when=("x",), trigger="sequence", steps=tuple(steps))
    parts = {
        id_: Part(steps=tuple(n for n in may if n < length) or (0,), at=86400 * (first + long),
                  days=Days(first=first, last=first + long, stated=stated), type="x", position=1, signals=())
        for id_, (may, first, long, stated) in rows.items()
    }  # fmt: skip
    every = slow_chains(parts, days)
    for id_ in parts:
        mine = {chain: how for chain, how in every.items() if id_ in chain}
        found = sequences.chain_with(rule, parts, id_)
        assert (found is None) == (not mine)
        if found is not None:
            assert sequences.orders(rule, [parts[one] for one in found]) == mine[found]
            sure = any(set(how) == {"then"} for how in mine.values())
            assert (set(mine[found]) == {"then"}) == sure or length > 2
    best = sequences.best(rule, parts)
    assert (best is None) == (not every)
    if best is not None and any(set(how) == {"then"} for how in every.values()) and length == 2:
        assert every[best] == ["then"]


#: (day of the happening or none, told so many days later, withdrawal?, town, canceled afterwards?)
NEWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(1, 28)), st.integers(0, 3), st.booleans(),
        st.sampled_from(["Kirkuk", "Mosul", "Gao"]), st.booleans(),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(NEWS)
def test_a_sequence_stands_just_where_the_days_of_the_happenings_have_it(rule: Rule, news: list[Any]) -> None:
    """After any history a key has a standing root just when two of its happenings are in order."""
    settings_ = Config(path="t.yml", rules=(rule,), destinations=config(rule).destinations)
    told = []
    for n, (day, later, leaves, town, gone) in enumerate(news):
        heard_on = (day or 10) + later
        text = f"2026-03-{day:02}" if day else None
        kind = {"type_": "force.base_withdrawal"} if leaves else {}
        one = report(
            f"n{n}", f"2026-03-{heard_on:02} {9 + n:02}:00", town=town, day=text, sentence=f"It is {n} {town}", **kind
        )
        told.append((heard_on, n, one))
        if gone:
            told.append((heard_on + 1, n, replace(one, status="canceled", revision=2, signals=(), events=())))
    told.sort(key=lambda row: (row[0], row[1]))
    entries = [(one, f"2026-{3 + (day - 1) // 31:02}-{(day - 1) % 31 + 1:02} {9 + n:02}:30") for day, n, one in told]
    heard = Told(settings_, *entries)
    heard._ticks(None)
    tables = Tables(heard.state)
    standing: dict[str, set[str]] = {}
    for name, kept in tables.shares.rows.items():
        standing.setdefault(tables.text_of(rule, kept.key), set()).add(name.partition("|")[2])
    for key_text, ids in standing.items():
        parts = {id_: tables.shares.rows[f"{rule.definition}|{id_}"].part for id_ in ids}
        every = slow_chains(parts, [90])  # type: ignore[arg-type]
        roots = [r for r in tables.roots.rows.values() if r.key_text == key_text and not r.canceled]
        assert bool(every) == bool(roots)
        for root in roots:
            told = tuple(id_ for id_, _ in root.seen.chain)
            last = [alert for alert in heard.alerts if alert.root == root.id][-1]
            assert told in every
            assert tuple(step.incident for step in last.sequence) == told  # type: ignore[union-attr]
            assert [step.order for step in last.sequence] == [None, *every[told]]  # type: ignore[union-attr,index]
    assert all(root.canceled or root.key_text in standing for root in tables.roots.rows.values())
