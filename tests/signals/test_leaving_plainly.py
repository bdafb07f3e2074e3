"""Plain sentences of forces that leave, will, must or did not, in the words of wires: type and realis of each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.article import Article, Signal
from streams.classify import classify


def forces(text: str) -> list[Signal]:
    article = Article(id="a", title="", body=text, published=datetime(2026, 11, 20, 12, tzinfo=UTC), source="T")
    return [s for s in classify(article).signals if s.type.startswith("force.")]


@pytest.mark.parametrize(
    ("text", "type_", "realis"),
    [
        ("The Pentagon said it would pull about 2,000 troops out of Syria.", "withdrawal_announced", "planned"),
        ("Ethiopian troops have left Baidoa, residents said.", "personnel_withdrawal", "actual"),
        ("Israel withdrew from the northern corridor on Sunday.", "personnel_withdrawal", "actual"),
        ("The Houthis pulled out of the port of Hodeidah.", "personnel_withdrawal", "actual"),
        ("Turkey rejected calls to withdraw from northern Iraq.", "withdrawal_refused", "negated"),
        ("Both sides pulled back their heavy weapons from the front line.", "pullback_mutual", "actual"),
        ("Sri Lanka's navy withdrew its ships from the harbour.", "personnel_withdrawal", "actual"),
        ("Syria must end its occupation of Lebanon and withdraw.", "withdrawal_discussed", "hypothetical"),
        ("No soldier has been withdrawn, the commander said.", "withdrawal_refused", "negated"),
        ("The marines sailed home on Tuesday.", "personnel_withdrawal", "actual"),
        ("The ministry said reports of a pull-out were false.", "personnel_withdrawal", "denied"),
        ("Paris pulled its last soldiers from Bamako on Monday.", "personnel_withdrawal", "actual"),
        ("Spain has called home its contingent from Iraq.", "personnel_withdrawal", "actual"),
        ("Germany is winding down its mission in Mali.", "drawdown", "ongoing"),
        ("Niger told the UN mission to go.", "withdrawal_demanded", "hypothetical"),
        ("Honduras wants the contras out of its territory.", "withdrawal_demanded", "hypothetical"),
        ("Troops are due home by Christmas.", "withdrawal_announced", "planned"),
        ("The Pentagon ordered the carrier home.", "withdrawal_announced", "planned"),
        ("Tank crews withdrew from the ridge under fire.", "personnel_withdrawal", "actual"),
        ("Ukraine pulls back from Avdiivka.", "personnel_withdrawal", "actual"),
        ("Kyiv has no intention of pulling out of Bakhmut.", "withdrawal_refused", "negated"),
        ("Hamas demands a full Israeli withdrawal.", "withdrawal_demanded", "hypothetical"),
        ("The rebellious soldiers returned to barracks on Tuesday evening.", "personnel_withdrawal", "actual"),
        ("The rebels who had occupied the hotel left it last night.", "personnel_withdrawal", "actual"),
        ("Soviet advisers have left Nicaragua.", "personnel_withdrawal", "actual"),
        ("They have retreated to the hills.", "personnel_withdrawal", "actual"),
        ("Once foreign forces withdraw, the rebels will negotiate.", "withdrawal_announced", "planned"),
        ("When will the soldiers leave the country?", "withdrawal_announced", "planned"),
        ("The withdrawal of the foreign soldiers is the only solution.", "withdrawal_discussed", "hypothetical"),
        ("Barco asked that the ships of the navy be withdrawn.", "withdrawal_demanded", "hypothetical"),
        ("Soldiers dislodged the guerrillas from Mejicanos.", "tactical_retreat", "actual"),
        ("A doctors' group, Oxfam, withdrew its aid workers from the town.", "staff_evacuation", "actual"),
    ],
)
def test_forces_leave(text: str, type_: str, realis: str) -> None:
    assert [(s.type, s.realis) for s in forces(text)] == [(f"force.{type_}", realis)]


def test_an_order_to_go_deploys_nobody() -> None:
    assert "force.deployment" not in [s.type for s in forces("Niger ordered the American soldiers to leave.")]


@pytest.mark.parametrize(
    "text",
    [
        "The plane left Managua with 80 passengers.",
        "The bank withdrew its bid for the rival lender.",
        "The striker was withdrawn at half-time.",
        "He withdrew his candidacy on Monday.",
        "Customers queued to make cash withdrawals.",
        "The army urged residents to leave the area.",
        "The guerrillas have asked the bishop to leave the town.",
        "The army demands that Archbishop Rivera leave El Salvador.",
        "A British firm pulls out of Iran.",
        "The rebel commander left Cuba for Mexico to attend the dialogue.",
        "Soldiers left the barracks at dawn to search for the guerrillas.",
        "After killing the mayor, the guerrillas left the town.",
        "The minister was ambushed as he left the army barracks.",
        "The explosion left the barracks in ruins.",
        "The rebels withdrew from the dialogue.",
        "The guerrillas announced the withdrawal of their proposal.",
        "The MRTA claimed the attack through leaflets left at the scene.",
        "The United States will not abandon the Salvadoran Armed Forces.",
        "He left the Marines in 1999 and returned home to Texas.",
        "Protesters blocked the exits of the police headquarters.",
    ],
)
def test_no_force_leaves(text: str) -> None:
    assert forces(text) == []
