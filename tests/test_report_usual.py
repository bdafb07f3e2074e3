"""The band of a report's plot is that by which the rule judges: inside it nothing is told, above it something is."""

from __future__ import annotations

import pytest

from alerts.config.types import Band, Rule, Tuning
from alerts.report import plots, usual
from alerts.report.watching import Added
from alerts.triggers import unusual
from alerts.triggers.learning import Expected
from alerts.triggers.series import WARM_UP, Sight, start_of

DAY = 86400
START = start_of(2900, DAY)


def rule(trigger: str, bar: float, back: int = 0) -> Rule:
    bands = (Band(severity="warning", threshold=bar),)
    return Rule(
        id="r", when=("attack.*",), measure="incidents", by=("country",), over=DAY, definition="d", bands=bands,
        trigger=trigger, tuning=Tuning(back=back),  # type: ignore[arg-type]
    )  # fmt: skip


def quiet_then(last: int, days: int = 60) -> list[Added]:
    """One or two a day, and then so many."""
    counts = [1 + day % 2 for day in range(days)] + [last]
    return [
        Added(key={"country": "ML"}, at=START + day * DAY + 60 * n, value=1)
        for day, count in enumerate(counts)
        for n in range(count)
    ]


@pytest.mark.parametrize("one", [rule("surge", 0.001), rule("ratio", 3.0, 28), rule("record", 4.0, 28)])
def test_the_band_has_no_gap_and_its_top_is_where_the_rule_speaks(one: Rule) -> None:
    period = (START, START + 61 * DAY - 1)
    buckets = usual.buckets(one, quiet_then(30), START, period)
    assert [b.at for b in buckets] == [START + n * DAY for n in range(61)]
    assert [b.most is None for b in buckets] == [True] * WARM_UP + [False] * (61 - WARM_UP)
    last = buckets[-1]
    assert last.most is not None
    assert last.expected is not None
    assert last.expected <= last.most < last.count == 30
    assert all(b.count <= (b.most or 0) for b in buckets[WARM_UP:-1])
    later = usual.buckets(one, quiet_then(30), START, (START + 50 * DAY, period[1]))
    assert later == buckets[50:], "what is not shown is learnt from all the same"
    assert plots.of_rule(one, quiet_then(30), period, known_since=START, since=START) is not None


def test_a_count_at_the_top_is_usual_and_the_next_one_is_not() -> None:
    surge = rule("surge", 0.001)
    seen = Sight(0, Expected(2.0, 3.0, 3.0))
    top = usual._most(surge, seen)
    assert not unusual.is_sudden(surge, top, seen)
    assert unusual.is_sudden(surge, top + 1, seen)
