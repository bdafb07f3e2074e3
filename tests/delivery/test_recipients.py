"""Who was told of an alert hears of its corrections, whatever the routes say by then."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.config.types import Route
from alerts.decide import Decide
from builders import killed, report
from telling import Told, config


def test_routes_that_changed_change_nothing_for_what_was_told() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6), revision=1))
    elsewhere = replace(config(), routes=(Route(to=("pager",)),), hash="other")
    told.decide = Decide(elsewhere, {})
    told.say("2026-03-02 09:30", "config")
    told.hear(report("a2", "2026-03-02 10:00", killed(7), source="Coastal Post", scope="update"))
    told.hear(replace(report("a1", "2026-03-02 09:00", status="canceled"), revision=2), "2026-03-02 11:00")
    told.hear(replace(report("a2", "2026-03-02 10:00", status="canceled"), revision=2), "2026-03-02 12:00")
    assert told.alerts[0].kind == "alert"
    assert told.alerts[-1].kind == "cancel"
    assert {alert.root for alert in told.alerts} == {told.alerts[0].root}
    assert told.told == [("desk",)] * len(told.alerts)


def test_a_worse_band_adds_those_whom_its_route_names_and_they_hear_the_cancel_too() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6), revision=1))
    told.hear(report("a1", "2026-03-02 09:00", killed(16), revision=2), "2026-03-02 10:00")
    told.hear(replace(report("a1", "2026-03-02 09:00", status="canceled"), revision=3), "2026-03-02 11:00")
    assert [alert.kind for alert in told.alerts] == ["alert", "alert", "cancel"]
    assert told.told == [("desk",), ("desk", "pager"), ("desk", "pager")]
