"""A surge is told when it comes, again when it grows worse, and taken back when it was none."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alerts.alert import Alert
from alerts.config.types import Band, Rule, Tuning
from builders import TOWNS as TOWNS_KNOWN
from builders import at, killed, report
from streams.article import Report
from streams.times import iso
from telling import Told, config

SURGE = Rule(
    id="unusual", when=("attack.*",), by=("country",), over=86400, trigger="surge",
    bands=(Band(severity="warning", threshold=0.001), Band(severity="critical", threshold=0.00001)),
    tuning=Tuning(), definition="d1",
)  # fmt: skip
RATIO = replace(SURGE, trigger="ratio", bands=(Band(severity="warning", threshold=2),), tuning=Tuning(back=28))
RECORD = replace(
    SURGE, trigger="record", measure="killed", bands=(Band(severity="warning", threshold=20),), tuning=Tuning(back=30)
)
TOWNS = [town for town, (country, _, _) in TOWNS_KNOWN.items() if country == "IQ"]


def day(n: int, hour: int = 9) -> str:
    return (iso(at("2026-03-01 00:00") + n * 86400 + hour * 3600) or "")[:16].replace("T", " ")


def attack(n: int, which: int, hour: int = 9, dead: int = 1, **more: Any) -> Report:
    """One attack that is like no other of its day."""
    id_ = more.pop("id_", f"d{n}n{which}")
    return report(id_, day(n, hour), killed(dead), town=TOWNS[which], day=day(n)[:10], **more)


def quiet(days: int) -> list[Report]:
    """An attack every fourth day."""
    return [attack(n, 0) for n in range(0, days, 4)]


def told(rule: Rule, *news: Report | tuple[Report, str], days: int = 40, **more: Any) -> Told:
    return Told(config(rule, update_every=1, **more), *quiet(days), *news)


def outline(alerts: list[Alert]) -> list[tuple[str, str, float, int]]:
    return [(a.kind, a.severity, a.measure.value, a.revision) for a in alerts]


def test_surge_speaks_while_the_day_still_lasts_with_what_was_expected_and_p() -> None:
    run = told(SURGE, *(attack(41, which, 6 + which) for which in range(4)))
    first = run.alerts[0]
    assert first.at == "2026-04-11T09:00:00+00:00"
    assert first.measure.value == first.measure.observed == 4
    assert isinstance(first.measure.expected, float)
    assert 0.1 < first.measure.expected < 0.4
    assert isinstance(first.measure.p, float)
    assert first.measure.p < 0.001 == first.measure.threshold
    assert "4 incidents in 24 h, 0.2" in first.text
    assert "expected: p = 0.000" in first.text
    assert first.window == {"start": "2026-04-11T00:00:00+00:00", "end": first.at}


def test_surge_is_told_again_when_it_is_half_as_large_again_or_of_a_worse_severity() -> None:
    run = told(SURGE, *(attack(41, which, 6 + which) for which in range(12)))
    values = [(kind, severity, value) for kind, severity, value, _ in outline(run.alerts)]
    assert values == [
        ("alert", "warning", 4), ("alert", "critical", 6), ("alert", "critical", 9),
    ]  # fmt: skip
    assert {alert.root for alert in run.alerts} == {run.alerts[0].root}
    assert "not_worse" in run.reasons


def test_surge_that_goes_on_is_not_told_every_day() -> None:
    news = [attack(n, which, 6 + which) for n in range(41, 44) for which in range(4)]
    assert [value for _, _, value, _ in outline(told(SURGE, *news).alerts)] == [4]


def test_surge_after_some_ordinary_days_is_a_new_one() -> None:
    news = [attack(n, which, 6 + which) for n in (41, 47) for which in range(4)]
    run = told(SURGE, *news)
    assert len({alert.root for alert in run.alerts}) == 2


def test_nothing_is_unusual_before_enough_is_known() -> None:
    run = told(SURGE, *(attack(21, which, 6 + which) for which in range(6)), days=20)
    assert run.alerts == []
    assert ("warming_up", "20 of 28 spans of 24 h are known; before that nothing is called unusual") in {
        (reason, detail) for _, reason, detail in run.log
    }


def test_correction_that_leaves_an_ordinary_day_cancels() -> None:
    run = told(SURGE, *(attack(41, which, 6 + which) for which in range(4)))
    run.hear(attack(41, 3, 10, revision=2, status="canceled"))
    assert outline(run.alerts)[-1] == ("cancel", "warning", 3, 2)
    assert run.alerts[-1].root == run.alerts[0].root


def test_correction_after_the_day_has_settled_still_reaches_the_alert() -> None:
    run = told(SURGE, *(attack(41, which, 6 + which) for which in range(4)), revise_for=30 * 86400)
    run.hear(attack(55, 0))
    run.hear(attack(41, 3, 10, revision=2, status="canceled"), day(56))
    assert outline(run.alerts)[-1][0] == "cancel"


def test_late_news_fills_its_day_and_alerts_nobody_until_fresh_news_crosses() -> None:
    run = told(SURGE, *((attack(41, which), day(42, 9 + which)) for which in range(4)))
    assert run.alerts == []
    assert "late" in run.reasons
    run = told(replace(SURGE, late="alert"), *((attack(41, which), day(42, 9 + which)) for which in range(4)))
    assert outline(run.alerts)[0][2] == 4


def test_rule_added_later_is_filled_silently_and_judges_from_there() -> None:
    run = told(replace(SURGE, id="other", when=("siege.*",), definition="d0"), days=60)
    run.decide.__init__(config(SURGE), {})  # type: ignore[misc]
    run.say(day(60, 1), "config", hash="new")
    assert run.alerts == []
    for which in range(4):
        run.hear(attack(60, which, 6 + which))
    assert outline(run.alerts) == [("alert", "warning", 4, 1)]
    assert "what is known begins" not in run.alerts[0].text


def test_ratio_says_how_many_times_the_mean() -> None:
    usual = [attack(n, which, 6 + which) for n in range(40) for which in range(2)]
    run = Told(config(RATIO), *usual, *(attack(40, which, 6 + which) for which in range(4)))
    assert "3.0 times a mean of 1 in the 28 times 24 h before (asked for: 2 times" in run.alerts[0].text


def test_record_says_what_the_highest_was() -> None:
    usual = [attack(n, 0, dead=10 + n % 12) for n in range(40)]
    run = Told(config(RECORD), *usual, attack(40, 0, dead=21), attack(41, 0, dead=22))
    assert "the most before was 21" in run.alerts[-1].text


def test_first_on_an_empty_store_says_how_far_its_knowledge_goes() -> None:
    first = replace(SURGE, trigger="first", over=90 * 86400, tuning=None, bands=SURGE.bands[:1])
    run = Told(config(first), attack(0, 0))
    assert "what is known begins Sun 1 Mar 2026, 09:00 UTC, not 90 days back" in run.alerts[0].text
    gone = Told(config(first), attack(0, 0), attack(120, 0))
    assert "what is known begins" not in gone.alerts[-1].text
