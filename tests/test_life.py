"""An alert's life where the world turns out otherwise: merged, split, corrected by hand, late, too late, rule gone."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from alerts.config.types import Band, Rule
from alerts.decide import Decide
from alerts.readback import readback
from builders import killed, report
from streams.article import Count
from telling import RULE, Told, config

FIRST = Rule(
    id="first", when=("attack.*",), trigger="first", by=("country",), over=90 * 86400,
    bands=(Band(severity="warning", threshold=1),), definition="d2",
)  # fmt: skip
VAGUE = Count(measure="killed", low=12, high=99, exactness="vague", start=0, end=0)


def correct(told: Told, when: str, **body: Any) -> None:
    """An analyst's word enters the journal."""
    told.say(when, "correct", **{"because": "the ministry's list", **body})


def incident(told: Told, n: int = 0) -> str:
    return sorted(
        (i for a in told.alerts for i in a.incidents), key=lambda i: (i.first_seen or "", i.id)
    )[n].id  # fmt: skip


# --- an analyst's word ----------------------------------------------------------------------------------------------


def test_figure_set_by_hand_goes_to_all_who_were_told_and_says_because() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(12)))
    correct(told, "2026-03-02 10:00", incident=incident(told), figures={"killed": 8})
    assert told.story == [("alert", "critical", 12), ("update", "warning", 8)]
    assert told.told[1] == ("desk", "pager")
    assert [c.text for c in told.alerts[1].changed] == [
        "killed 12 → 8 (analyst: the ministry's list)",
        "severity critical → warning (analyst: the ministry's list)",
    ]
    claims = told.alerts[1].incidents[0].claims
    assert [(c.source, c.low, c.void) for c in claims] == [("Meridian Wire", 12, True), ("analyst", 8, False)]
    assert told.alerts[1].incidents[0].status == "confirmed"
    assert told.alerts[1].readback == (
        "An analyst, after Meridian Wire: 8 killed, ambush, in Tikrit, date not stated, reported Mon 2 Mar; "
        "1 family, and an analyst's word; group not stated"
    )


def test_fall_to_a_lower_band_says_so_and_a_rise_again_is_an_alert_of_its_root() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(12)))
    correct(told, "2026-03-02 10:00", incident=incident(told), figures={"killed": 7})
    correct(told, "2026-03-02 11:00", incident=incident(told), figures={"killed": 15})
    assert told.story == [("alert", "critical", 12), ("update", "warning", 7), ("alert", "critical", 15)]
    assert len({a.root for a in told.alerts}) == 1
    assert told.alerts[1].title == "UPDATE: killed 12 → 7 in Iraq in 24 h, now warning (mass-casualty)"
    assert "Threshold for warning: 5 in 24 h." in told.alerts[1].text
    assert told.told == [("desk", "pager")] * 3


def test_figure_set_by_hand_is_not_undone_by_those_who_repeat_the_wrong_one_but_by_newer_ones() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(12)))
    correct(told, "2026-03-02 10:00", incident=incident(told), figures={"killed": 8})
    for moment, source, figure in [("11", "B", 12), ("12", "C", 12), ("13", "B", 9), ("14", "C", 9)]:
        told.hear(report(f"b{moment}", f"2026-03-02 {moment}:00", killed(figure), source=source))
    values = [a.measure.value for a in told.alerts]
    assert values[:2] == [12, 8]
    assert values[-1] == 9
    assert 12 not in values[1:]


def test_incident_that_is_none_is_canceled_and_stays_so_when_others_tell_of_it() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(12)))
    correct(told, "2026-03-02 10:00", incident=incident(told), dismiss=True)
    assert told.story == [("alert", "critical", 12), ("cancel", "critical", 0)]
    told.hear(report("a2", "2026-03-02 11:00", killed(12), source="B"))
    assert len(told.alerts) == 2
    assert "not_an_incident" in told.reasons


def test_figure_set_for_a_dismissed_incident_makes_it_stand_again() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(12)))
    of = incident(told)
    correct(told, "2026-03-02 10:00", incident=of, dismiss=True)
    correct(told, "2026-03-02 11:00", incident=of, figures={"killed": 6})
    assert told.story[-1] == ("alert", "warning", 6)


@pytest.mark.parametrize("body", [{"incident": "in_none", "dismiss": True}, {"merge": "in_none"}, {"split": ["zz"]}])
def test_correction_of_what_is_not_known_changes_nothing_and_says_why(body: dict[str, Any]) -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(12)))
    correct(told, "2026-03-02 10:00", **{"incident": incident(told), **body})
    assert len(told.alerts) == 1
    assert "correction_refused" in told.reasons


# --- merged and split -----------------------------------------------------------------------------------------------


def two_roots() -> Told:
    """Two incidents of one country, told by two roots since they are days apart."""
    return Told(
        config(replace(RULE, over=3600, cooldown=0)),
        report("a1", "2026-03-02 09:00", killed(6)),
        report("a2", "2026-03-02 15:00", killed(7), town="Mosul", source="B"),
    )


def test_two_alerted_incidents_that_turn_out_one_update_the_older_root_and_cancel_the_other() -> None:
    told = two_roots()
    first, second = (a.root for a in told.alerts)
    correct(told, "2026-03-02 16:00", incident=told.alerts[1].incidents[0].id, merge=told.alerts[0].incidents[0].id)
    assert [(a.kind, a.root) for a in told.alerts[2:]] == [("update", first), ("cancel", second)]
    assert told.alerts[3].changed[0].to == first
    assert told.alerts[3].title == f"CANCELED: 6 to 7 killed in Iraq in 1 h; the same as {first} (mass-casualty)"
    assert told.alerts[2].incidents[0].id == told.alerts[0].incidents[0].id


def test_what_was_merged_stays_merged_when_an_article_comes_in_a_new_version() -> None:
    told = two_roots()
    correct(told, "2026-03-02 16:00", incident=told.alerts[1].incidents[0].id, merge=told.alerts[0].incidents[0].id)
    newer = replace(report("a2", "2026-03-02 15:00", killed(9), town="Mosul", source="B"), revision=2)
    told.hear(newer, "2026-03-02 17:00")
    assert len(told.state.table("happenings", object).rows) == 1


def test_split_opens_a_second_incident_and_its_articles_stay_apart() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 09:00", killed(6)),
        report("a2", "2026-03-02 10:00", killed(6), source="B"),
    )
    correct(told, "2026-03-02 16:00", incident=incident(told), split=["a2"])
    assert told.story[-1] == ("update", "critical", 12) or told.story[-1] == ("alert", "critical", 12)
    assert len(told.alerts[-1].incidents) == 2
    assert {a.root for a in told.alerts} == {told.alerts[0].root}
    newer = replace(report("a2", "2026-03-02 10:00", killed(7), source="B"), revision=2)
    told.hear(newer, "2026-03-02 17:00")
    assert len(told.state.table("happenings", object).rows) == 2


# --- publishers, vague figures, order -------------------------------------------------------------------------------


def test_band_may_ask_for_more_publishers_and_speaks_when_the_second_comes() -> None:
    bands = (Band(severity="warning", threshold=5), Band(severity="critical", threshold=10, independent=2))
    told = Told(
        config(replace(RULE, bands=bands)),
        report("a1", "2026-03-02 09:00", killed(12)),
        report("a2", "2026-03-02 09:01", killed(12), source="B"),
    )
    assert told.story == [("alert", "warning", 12), ("alert", "critical", 12)]
    assert told.alerts[1].at == "2026-03-02T09:01:00+00:00"


def test_band_that_nothing_but_publishers_is_missing_for_says_so() -> None:
    bands = (Band(severity="critical", threshold=10, independent=2),)
    told = Told(config(replace(RULE, bands=bands)), report("a1", "2026-03-02 09:00", killed(12)))
    assert told.alerts == []
    assert "band_not_independent" in told.reasons


def test_vague_figure_is_named_as_such_by_a_rule_that_refuses_it() -> None:
    told = Told(config(replace(RULE, allow_vague=False)), report("a1", "2026-03-02 09:00", VAGUE))
    assert told.alerts == []
    assert "vague" in told.reasons
    assert Told(config(), report("a1", "2026-03-02 09:00", VAGUE)).story == [("alert", "critical", 12)]


@pytest.mark.parametrize("order", [("09:00", "09:30"), ("09:30", "09:00")])
def test_first_speaks_once_whatever_the_order_of_arrival(order: tuple[str, str]) -> None:
    one, other = (report(f"a{n}", f"2026-03-02 {t}", killed(1), town=town) for n, (t, town) in
                  enumerate(zip(order, ("Tikrit", "Mosul"), strict=True)))  # fmt: skip
    told = Told(config(FIRST), (one, "2026-03-02 09:40"), (other, "2026-03-02 09:45"))
    assert len({a.root for a in told.alerts}) == 1


# --- late, held back, closed ----------------------------------------------------------------------------------------


def test_late_worse_figure_that_was_held_back_never_becomes_a_worse_band() -> None:
    told = Told(
        config(),
        report("a1", "2026-03-02 12:00", killed(6)),
        (report("a2", "2026-03-02 10:30", killed(15), town="Mosul"), "2026-03-02 12:01"),
        report("z", "2026-03-02 12:02", killed(1), town="Kirkuk", source="C"),
    )
    assert [a.severity for a in told.alerts][:1] == ["warning"]
    late_only = Told(
        config(),
        report("a1", "2026-03-02 12:00", killed(6)),
        (report("a2", "2026-03-02 10:30", killed(15), scope="update", source="B"), "2026-03-02 12:01"),
        (report("a3", "2026-03-02 10:40", killed(15), scope="update", source="C"), "2026-03-02 12:01"),
    )
    assert late_only.story == [("alert", "warning", 6), ("update", "warning", 15)]


def test_correction_beyond_its_time_is_a_note_and_not_a_message() -> None:
    told = Told(
        config(revise_for=86400),
        report("a1", "2026-03-02 09:00", killed(6), revision=1),
        report("z", "2026-03-06 09:00", killed(1), town="Gao"),
        (report("a1", "2026-03-02 09:00", killed(1), revision=2), "2026-03-10 09:00"),
    )
    assert told.story == [("alert", "warning", 6)]
    assert "beyond_revision" in told.reasons


def test_every_table_of_the_alerts_is_empty_again_after_its_horizon() -> None:
    told = Told(
        config(FIRST, RULE),
        report("a1", "2026-03-02 09:00", killed(6)),
        report("a2", "2026-03-02 09:01", killed(8), scope="update"),
        report("a3", "2026-03-03 09:00", killed(6), town="Mosul"),
        (report("z", None), "2026-12-20 09:00"),
    )
    sizes = told.state.sizes()
    assert {name: sizes[name] for name in ("shares", "windows", "roots", "roots_about", "latest_root", "due")} == {
        "shares": 0, "windows": 0, "roots": 0, "roots_about": 0, "latest_root": 0, "due": 0,
    }  # fmt: skip


def test_rule_that_changed_keeps_what_its_older_self_said_true() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6), revision=1))
    told.decide = Decide(config(replace(RULE, bands=(Band(severity="warning", threshold=50),), definition="d7")), {})
    told.say("2026-03-02 10:00", "config")
    gone = replace(report("a1", "2026-03-02 09:00", status="canceled"), revision=2)
    told.hear(gone, "2026-03-02 11:00")
    assert told.story == [("alert", "warning", 6), ("cancel", "warning", 0)]
    more = report("a9", "2026-03-02 12:00", killed(9), town="Mosul")
    told.hear(more)
    assert len(told.alerts) == 2, "the older rule opens nothing new"


def test_denial_is_told_with_who_denies_and_gone_when_it_is_taken_back() -> None:
    denial = report("a2", "2026-03-02 11:00", killed(6), source="Pacific Ledger", scope="update", stance="denial")
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6)), denial)
    assert told.alerts[0].incidents[0].status == "claimed"
    assert told.alerts[1].incidents[0].status == "disputed"
    assert "disputed" in readback(told.alerts[1])
    said = [change.text for change in told.alerts[1].changed if change.field == "status"]
    assert said == ["status not disputed → disputed by police via Pacific Ledger (Pacific Ledger, 11:00)"]
    told.hear(replace(denial, status="canceled", signals=(), events=(), revision=2), "2026-03-02 12:00")
    assert told.alerts[2].incidents[0].status == "claimed"
    assert "not disputed" in [change.to for change in told.alerts[2].changed]
