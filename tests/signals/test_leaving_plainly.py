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
    ],
)
def test_forces_leave(text: str, type_: str, realis: str) -> None:
    assert [(s.type, s.realis) for s in forces(text)] == [(f"force.{type_}", realis)]


@pytest.mark.parametrize(
    "text",
    [
        "The plane left Managua with 80 passengers.",
        "The bank withdrew its bid for the rival lender.",
        "The striker was withdrawn at half-time.",
        "He withdrew his candidacy on Monday.",
        "Customers queued to make cash withdrawals.",
    ],
)
def test_others_leave(text: str) -> None:
    assert forces(text) == []


def test_an_order_to_go_deploys_nobody() -> None:
    assert "force.deployment" not in [s.type for s in forces("Niger ordered the American soldiers to leave.")]
