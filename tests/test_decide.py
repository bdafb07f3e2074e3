"""An alert's life: what a newsroom is told, updated and taken back, and what it is not told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from alerts.config.types import Band, Rule
from alerts.decide import Decide, encode
from builders import at, journal, killed, report
from streams.article import Episode, Report
from streams.journal import Control, Record
from telling import RULE, Told, config


def test_alert_carries_its_sentence_sources_and_claims() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6)))
    (alert,) = told.alerts
    assert (alert.severity, alert.key, alert.measure.value) == ("warning", {"country": "IQ"}, 6)
    assert alert.evidence[0].sentence == "attack.ambush near Tikrit as told by Meridian Wire in a1."
    assert alert.sources.independent == 1
    assert [c.low for c in alert.incidents[0].claims] == [6]
    assert alert.incidents[0].status == "claimed"


def test_below_the_band_nothing_is_said_and_the_reason_is_logged() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(4)))
    assert told.alerts == []
    assert "below_threshold" in told.reasons


def test_toll_that_rises_and_falls_is_one_root_with_updates_and_a_cancel() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(5)),
        report("a2", "2026-03-02 11:00", killed(9), scope="update"),
        report("a3", "2026-03-02 13:00", killed(12), scope="update"),
        report("a4", "2026-03-02 18:00", killed(4, corrects=12), scope="update"),
    )
    assert told.story == [
        ("alert", "warning", 5),
        ("update", "warning", 9),
        ("alert", "critical", 12),
        ("cancel", "critical", 4),
    ]
    assert len({a.root for a in told.alerts}) == 1
    assert [a.revision for a in told.alerts] == [1, 2, 3, 4]
    assert told.told == [("desk",), ("desk",), ("desk", "pager"), ("desk", "pager")]
    assert [c.text for c in told.alerts[1].changed] == ["killed 5 → 9 (Meridian Wire, 11:00)"]


def test_updates_wait_two_minutes_and_then_tell_the_latest() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(5)),
        report("a2", "2026-03-02 09:01", killed(6), scope="update"),
        report("a3", "2026-03-02 09:01", killed(7), scope="update"),
    )
    assert told.story == [("alert", "warning", 5), ("update", "warning", 7)]
    assert told.alerts[1].at == "2026-03-02T09:02:00+00:00"


def test_worse_band_waits_for_nothing() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(5)),
        report("a2", "2026-03-02 09:01", killed(15), scope="update"),
    )
    assert told.story == [("alert", "warning", 5), ("alert", "critical", 15)]
    assert told.alerts[1].at == "2026-03-02T09:01:00+00:00"


def test_reprints_say_nothing_new_but_a_second_family_does() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(6)),
        report("a2", "2026-03-02 10:00", killed(6)),
        report("a3", "2026-03-02 11:00", killed(6), source="Harbour Post"),
        report("a4", "2026-03-02 12:00", killed(6), source="Third Paper"),
    )
    assert told.story == [("alert", "warning", 6), ("update", "warning", 6)]
    assert told.alerts[1].changed[0].field == "independent sources"
    assert told.alerts[1].incidents[0].status == "confirmed"


def test_several_incidents_add_up_within_the_window_only() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(3)),
        report("a2", "2026-03-02 20:00", killed(3), town="Mosul"),
        report("a3", "2026-03-04 09:00", killed(3), town="Mosul", day="2026-03-04"),
    )
    assert told.story == [("alert", "warning", 6)]
    assert len(told.alerts[0].incidents) == 2


def test_incidents_that_slide_out_of_the_window_are_not_taken_back() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6)), report("z", "2026-03-08 09:00", town="Gao"))
    assert told.story == [("alert", "warning", 6)]


def test_correction_after_the_root_closed_is_still_told() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(6), revision=1),
        (report("a1", "2026-03-02 09:00", killed(1), revision=2), "2026-03-06 09:00"),
    )
    assert told.story == [("alert", "warning", 6), ("cancel", "warning", 1)]


def test_canceled_article_cancels_its_alert() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(6), revision=1),
        (report("a1", "2026-03-02 09:00", status="canceled", revision=2), "2026-03-02 10:00"),
    )
    assert told.story == [("alert", "warning", 6), ("cancel", "warning", 0)]


def test_same_key_inside_the_cooldown_is_suppressed_with_the_reason() -> None:
    rule = replace(RULE, over=3600, cooldown=6 * 3600)
    told = Told(
        config(rule),
        report("a1", "2026-03-02 09:00", killed(6)),
        report("a2", "2026-03-02 12:00", killed(6), town="Mosul"),
        report("a3", "2026-03-02 13:30", killed(11), town="Mosul", day="2026-03-05"),
    )
    assert told.story == [("alert", "warning", 6), ("alert", "critical", 11)]
    assert "cooling_down" in told.reasons


def test_late_and_first_contact_alert_nobody_but_fill_the_window() -> None:
    late = report("a1", "2026-03-02 09:00", killed(4))
    base = replace(report("a2", "2026-03-02 09:30", killed(4), town="Mosul"), baseline=True)
    told = Told(
        config(),
        (late, "2026-03-02 11:00"),
        (base, "2026-03-02 11:00"),
        report("a3", "2026-03-02 12:00", killed(2), town="Kirkuk"),
    )
    assert told.story == [("alert", "critical", 10)]
    assert "below_threshold" in told.reasons


def test_late_article_alerts_when_the_rule_says_so() -> None:
    late = report("a1", "2026-03-02 09:00", killed(6))
    assert Told(config(), (late, "2026-03-02 11:00")).alerts == []
    assert len(Told(config(replace(RULE, late="alert")), (late, "2026-03-02 11:00")).alerts) == 1


def test_late_article_stays_out_of_the_window_of_a_rule_that_drops_it() -> None:
    late = (report("a1", "2026-03-02 09:00", killed(4)), "2026-03-02 11:00")
    fresh = report("a2", "2026-03-02 12:00", killed(2), town="Mosul")
    assert Told(config(), late, fresh).story == [("alert", "warning", 6)]
    assert Told(config(replace(RULE, late="drop")), late, fresh).story == []


def test_anniversary_is_too_old() -> None:
    told = Told(config(), report("a1", "2026-03-20 09:00", killed(6), day="2026-03-02"))
    assert told.alerts == []
    assert "too_old" in told.reasons


def test_undated_article_enters_no_window() -> None:
    told = Told(config(), (report("a1", None, killed(60)), "2026-03-02 09:00"))
    assert told.alerts == []
    assert {"undated"} <= told.reasons


def test_unknown_country_is_a_key_of_its_own() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6), town=None))
    assert told.alerts[0].key == {"country": "unknown"}


def test_first_fires_once_in_its_span() -> None:
    rule = Rule(
        id="hostages", when=("hostage.*",), trigger="first", by=("country",), over=90 * 86400,
        bands=(Band(severity="warning", threshold=1),), definition="d2",
    )  # fmt: skip
    told = Told(
        config(rule),
        report("a1", "2026-03-02 09:00", type_="hostage.kidnapping"),
        report("a2", "2026-03-12 09:00", type_="hostage.kidnapping", town="Mosul"),
    )
    assert told.story == [("alert", "warning", 1)]
    assert "not_first" in told.reasons


def test_withdrawal_counts_once_it_happens_not_when_it_is_planned_or_denied() -> None:
    rule = Rule(
        id="pull-out", when=("force.*withdrawal*",), measure="episodes", by=("actor", "country"), trigger="first",
        over=90 * 86400, bands=(Band(severity="warning", threshold=1),), definition="d3",
    )  # fmt: skip

    def told_of(id_: str, day: str, type_: str, realis: str, phase: str) -> Report:
        episode = Episode(id="ep1", actor="XX.mil", host_country="ML", phase=phase, facet="bases")
        return report(id_, day, type_=type_, realis=realis, town="Gao", episode=episode)

    told = Told(
        config(rule),
        told_of("a1", "2026-03-02 09:00", "force.withdrawal_announced", "planned", "announced"),
        told_of("a2", "2026-03-05 09:00", "force.withdrawal_refused", "denied", "refused"),
        told_of("a3", "2026-03-09 09:00", "force.base_withdrawal", "actual", "begun"),
        told_of("a4", "2026-03-12 09:00", "force.withdrawal_completed", "actual", "completed"),
    )
    assert told.story == [("alert", "warning", 1), ("update", "warning", 1)]
    assert told.alerts[0].key == {"actor": "XX.mil", "country": "ML"}
    assert [c.text for c in told.alerts[1].changed] == ["phase begun → completed (Meridian Wire, 09:00)"]


def test_new_rule_is_filled_silently_from_what_is_known() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(4)))
    lower = Decide(config(replace(RULE, definition="d9", bands=(Band(severity="warning", threshold=6),))), {})
    records = told.records
    effects = lower.step(
        told.state,
        Record(position=9, received=at("2026-03-02 10:00"), entry=Control(command="config")),
        lambda p: records[p - 1],
    )
    assert effects.outgoing == []
    more = report("a2", "2026-03-02 11:00", killed(2), town="Mosul")
    (record,) = journal(more)
    records += [record] * 9
    effects = lower.step(told.state, replace(record, position=10), lambda p: records[p - 1])
    assert [planned.alert.measure.value for planned in effects.outgoing] == [6]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_windows_do_not_depend_on_the_order_of_arrival(order: tuple[int, ...]) -> None:
    told = [
        report("a1", "2026-03-02 09:00", killed(2)),
        report("a2", "2026-03-02 09:20", killed(3), town="Mosul"),
        report("a3", "2026-03-02 09:40", killed(4), town="Gao"),
    ]
    folded = Told(config(), *[(told[i], "2026-03-02 09:45") for i in order])
    windows = {
        key: [item.value for item in row.items] for key, row in folded.state.table("windows", object).rows.items()
    }
    assert windows == {'d1|{"country":"IQ"}': [2, 3], 'd1|{"country":"ML"}': [4]}


def test_same_journal_gives_the_same_bytes() -> None:
    entries = [report(f"a{n}", f"2026-03-02 {10 + n}:00", killed(n), town=["Tikrit", "Mosul"][n % 2]) for n in range(9)]
    one, other = Told(config(), *entries), Told(config(), *entries)
    assert [encode(a) for a in one.alerts] == [encode(a) for a in other.alerts]
    assert one.alerts
