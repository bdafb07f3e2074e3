"""A pull-out, a truce, an accord: what stage it is in and what its facets share."""

from __future__ import annotations

import pytest
from reading import counting, counts_of, read

from streams.article import Signal


def force(sentence: str) -> Signal:
    [signal] = [s for s in read(sentence).signals if s.type.startswith("force.")]
    return signal


STAGES = [
    ("The alliance has pulled out of three bases in recent weeks.", "force.base_withdrawal", "actual", "period_total"),
    ("The army withdrew 500 soldiers from the valley on Monday.", "force.personnel_withdrawal", "actual", "incident"),
    ("Norland will withdraw 300 soldiers from the island.", "force.withdrawal_announced", "planned", "incident"),
    ("Norland denied that it had withdrawn its troops.", "force.withdrawal_refused", "denied", "incident"),
    ("The general refused to withdraw his troops.", "force.withdrawal_refused", "negated", "incident"),
    ("Lawmakers demanded the withdrawal of foreign troops.", "force.withdrawal_demanded", "hypothetical", "incident"),
    ("The army began withdrawing its troops on Sunday.", "force.withdrawal_begun", "ongoing", "incident"),
    ("Units were redeployed to guard polling stations.", "force.redeployment_internal", "actual", "reference"),
]


@pytest.mark.parametrize(("sentence", "type_", "realis", "scope"), STAGES)
def test_a_withdrawal_is_read_in_its_stage(sentence: str, type_: str, realis: str, scope: str) -> None:
    signal = force(sentence)
    assert (signal.type, signal.realis, signal.scope) == (type_, realis, scope)


def test_bases_are_counted_as_bases() -> None:
    [count] = counts_of(read("The alliance has pulled out of five bases in recent weeks."))
    assert (count.measure, count.low, count.role) == ("bases", 5, None)


def test_the_size_of_a_force_is_not_what_left() -> None:
    [count] = counts_of(read("A troop drawdown by the 7,500-strong alliance has weakened the mission."))
    assert (count.measure, count.role, count.relation) == ("troops", "force_size", "part")


def test_what_remains_is_told_from_what_left() -> None:
    roles = {c.low: c.role for c in counts_of(read("The army cut its force from 5,200 to 2,500 soldiers this year."))}
    assert roles == {5200: "force_size", 2500: "remaining"}


def test_the_facets_of_one_pull_out_share_an_episode() -> None:
    text = (
        "The US-led coalition has pulled out of five Iraqi bases in recent weeks. "
        "It also redeployed hundreds of trainers out of the country. "
        "The drawdown of troops has left a gap."
    )
    signals = [s for s in read(text).signals if s.type.startswith("force.")]
    episodes = {(s.episode.id, s.episode.actor, s.episode.host_country) for s in signals if s.episode}
    assert len(signals) == 3
    assert len(episodes) == 1
    assert {s.episode.facet for s in signals if s.episode} == {"bases", "personnel", "drawdown"}


def test_a_rotation_is_no_withdrawal() -> None:
    report = read("In a regular rotation 200 soldiers were withdrawn and replaced.")
    assert not [s for s in report.signals if s.type.startswith("force.")]
    assert [x.reason for x in report.excluded] == ["rotation"]


@pytest.mark.parametrize(
    ("sentence", "type_"),
    [
        ("The two sides agreed on a ceasefire on Monday.", "ceasefire.agreed"),
        ("A ceasefire took effect on Monday.", "ceasefire.in_force"),
        ("The army violated the ceasefire on Monday.", "ceasefire.violation"),
        ("The government signed a peace accord with the rebels on Monday.", "agreement.signed"),
    ],
)
def test_truces_and_accords_count_when_they_happen(sentence: str, type_: str) -> None:
    assert [s.type for s in counting(read(sentence))] == [type_]


def test_the_dead_of_a_broken_truce_are_a_sum() -> None:
    text = "The truce has been violated, with over 300 villagers and six soldiers killed since it began in March."
    [signal] = [s for s in read(text).signals if s.type == "ceasefire.violation"]
    assert signal.scope == "cumulative"
    assert [(c.low, c.high) for c in signal.counts] == [(300, None), (6, 6)]
