"""A rule that waits for phases: announced, begun, completed, each told once and at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from reading import read

from alerts.config import ConfigError, load
from alerts.config.types import Band, Rule
from alerts.gates import gate_of
from alerts.readback import readback
from builders import report
from streams.article import Actor, Episode, Report
from telling import Told, config

DAY = 86400
RULE = Rule(
    id="pull-out", when=("force.*",), measure="episodes", by=("country",), over=DAY,
    bands=(Band(severity="warning", threshold=1),), phases=("announced", "begun", "completed"), definition="p1",
)  # fmt: skip
TYPES = {
    "announced": ("force.withdrawal_announced", "planned"),
    "refused": ("force.withdrawal_refused", "denied"),
    "begun": ("force.withdrawal_begun", "actual"),
    "ongoing": ("force.withdrawal_ongoing", "ongoing"),
    "completed": ("force.withdrawal_completed", "actual"),
}


def told_of(phase: str, day: str, *, source: str = "Meridian Wire", actor: str = "XX.mil") -> Report:
    type_, realis = TYPES[phase]
    episode = Episode(id="ep1", actor=actor, host_country="ML", phase=phase)
    at = f"2026-03-{day}" if " " in day else f"2026-03-{day} 09:00"
    id_ = f"{phase}-{day}-{source}"
    told = report(id_, at, type_=type_, realis=realis, source=source, town="Gao", episode=episode)
    army = Actor(text="the army", name=actor, id=actor, role="actor", start=0, end=8)
    return replace(told, events=tuple(replace(event, actors=(army,)) for event in told.events))


def story(told: Told) -> list[tuple[str, list[str]]]:
    return [(alert.kind, [change.text for change in alert.changed]) for alert in told.alerts]


def test_each_phase_is_told_at_once_on_the_same_root_also_weeks_later() -> None:
    settings = config(RULE, update_every=30 * DAY, revise_for=0)
    told = Told(settings, told_of("announced", "02"), told_of("begun", "03"), told_of("completed", "25"))
    assert story(told) == [
        ("alert", []),
        ("alert", ["phase announced → begun (Meridian Wire, 09:00)"]),
        ("alert", ["phase begun → completed (Meridian Wire, 09:00)"]),
    ]
    assert len({alert.root for alert in told.alerts}) == 1
    assert "withdrawal announced, announced, in Mali" in readback(told.alerts[0])
    assert told.alerts[0].incidents[0].status == "claimed"
    assert [alert.severity for alert in told.alerts] == ["warning"] * 3


def test_phase_that_is_not_waited_for_says_nothing_and_why() -> None:
    rule = replace(RULE, phases=("begun", "completed"))
    told = Told(config(rule), told_of("announced", "02"), told_of("refused", "03"))
    assert told.alerts == []
    details = [detail for _, reason, detail in told.log if reason == "other_phase"]
    assert details[-1] == "told as announced and refused; this rule waits for begun or completed"
    assert gate_of("other_phase") is not None
    told.hear(told_of("begun", "04"))
    assert story(told) == [("alert", [])]


def test_looking_back_at_an_earlier_phase_is_no_new_phase() -> None:
    told = Told(config(RULE), told_of("begun", "02"), told_of("completed", "05"))
    for day in ("06", "07"):
        told.hear(told_of("completed", day, source="Pacific Ledger"))
        told.hear(told_of("begun", f"{day} 10:00", source="Pacific Ledger"))
    assert [alert.kind for alert in told.alerts].count("alert") == 2


def test_phase_counts_when_enough_families_tell_of_that_phase() -> None:
    rule = replace(RULE, min_independent=2)
    told = Told(config(rule), told_of("announced", "02"), told_of("begun", "03", source="Pacific Ledger"))
    assert told.alerts == []
    assert ("pull-out", "not_independent") in {(about.split()[0], reason) for about, reason, _ in told.log}
    told.hear(told_of("begun", "03 12:00"))
    told.hear(told_of("ongoing", "04"))
    assert [alert.kind for alert in told.alerts].count("alert") == 1, "nothing was entered since"
    told.hear(told_of("completed", "20"))
    assert [alert.kind for alert in told.alerts].count("alert") == 1, "one family alone completes nothing"
    told.hear(told_of("completed", "21", source="Pacific Ledger"))
    assert [alert.kind for alert in told.alerts].count("alert") == 2


def test_second_withdrawal_in_the_window_speaks_at_once() -> None:
    told = Told(
        config(RULE, update_every=30 * DAY),
        told_of("begun", "02"),
        told_of("begun", "02 12:00", actor="YY.mil"),
    )
    assert [(alert.kind, alert.measure.value) for alert in told.alerts] == [("alert", 1), ("alert", 2)]


def test_late_news_of_a_phase_is_an_update() -> None:
    told = Told(config(RULE), told_of("announced", "02"), (told_of("begun", "03"), "2026-03-03 23:00"))
    assert [alert.kind for alert in told.alerts] == ["alert", "update"]


def test_phase_taken_back_is_an_update_and_the_last_of_them_a_cancel() -> None:
    begun = told_of("begun", "03", source="Pacific Ledger")
    told = Told(config(RULE), told_of("announced", "02"), begun)
    told.hear(replace(begun, status="canceled", signals=(), events=(), revision=2), "2026-03-03 12:00")
    announced = told_of("announced", "02")
    told.hear(replace(announced, status="canceled", signals=(), events=(), revision=2), "2026-03-03 13:00")
    assert [alert.kind for alert in told.alerts] == ["alert", "alert", "update", "cancel"]
    assert "phase begun → announced" in " ".join(change.text for change in told.alerts[2].changed)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_what_counts_does_not_depend_on_the_order_of_arrival(order: tuple[int, ...]) -> None:
    told = [told_of("announced", "02"), told_of("begun", "02 09:10"), told_of("completed", "02 09:20")]
    folded = Told(config(RULE), *[(told[i], "2026-03-02 09:30") for i in order])
    assert folded.alerts[-1].incidents[0].phase == "completed"
    windows = folded.state.table("windows", object).rows
    assert [(item.at, item.value) for item in windows['p1|{"country":"ML"}'].items] == [(1772442000, 1)]


def test_invented_news_of_a_withdrawal_is_told_phase_by_phase() -> None:
    news = (
        ("2026-03-02", "The French army announced on Monday that it will withdraw 400 soldiers from Mali."),
        ("2026-03-04", "The French army began withdrawing its soldiers from Mali on Wednesday."),
        ("2026-03-20", "The French army completed the withdrawal of its soldiers from Mali on Friday."),
    )
    reports = [
        replace(read(text), id=f"n{day}", feed="wire", source="Meridian Wire",
                published=f"{day}T09:00:00+00:00")
        for day, text in news
    ]  # fmt: skip
    told = Told(config(RULE), *reports)
    assert story(told) == [
        ("alert", []),
        ("alert", ["phase announced → begun (Meridian Wire, 09:00)"]),
        ("alert", ["phase begun → completed (Meridian Wire, 09:00)"]),
    ]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("measure: episodes, phases: [begn]", 'unknown phase "begn"; did you mean "begun"?'),
        ("measure: episodes, phases: reversed", 'phase "reversed" is not available in this version'),
        ("phases: begun", 'only episodes have phases; give the rule "measure: episodes"'),
    ],
)
def test_check_names_what_is_wrong_with_phases(tmp_path: Path, keys: str, says: str) -> None:
    path = tmp_path / "t.yml"
    path.write_text(f'rules:\n  - {{id: r, when: "force.*", {keys}, severity: {{warning: 1}}}}\n')
    with pytest.raises(ConfigError, match=r"2:\d+: ") as error:
        load(path, {})
    assert says in str(error.value)


def test_phases_are_part_of_what_a_rule_is(tmp_path: Path) -> None:
    def written(more: str) -> Rule:
        path = tmp_path / "t.yml"
        path.write_text(f'rules:\n  - {{id: r, when: "force.*", measure: episodes{more}, severity: {{warning: 1}}}}\n')
        return load(path, {}).rules[0]

    one, other = written(", phases: begun"), written(", phases: [begun, completed]")
    assert one.phases == ("begun",)
    assert len({one.definition, other.definition, written("").definition}) == 3
