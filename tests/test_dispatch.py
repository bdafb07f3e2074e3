"""What goes at once, what waits and why, and what goes together: on the journal's clock, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from alerts.config.types import Band, Digest, Grouping, Inhibition, Quiet, Route, Silence
from builders import at, killed, report
from telling import RULE, Told, config

DESK_GROUPED = (
    Route(match={"severity": ("critical",)}, to=("pager",), go_on=True),
    Route(to=("desk",), group=Grouping(by=("country",), wait=120, interval=600)),
)
SPATE = replace(
    RULE, id="spate", definition="d9", measure="incidents", bands=(Band(severity="warning", threshold=1),), cooldown=0
)


def attack(n: int, minute: str, dead: int, town: str = "Tikrit", source: str = "A", **more: Any) -> Any:
    return report(f"a{n}", f"2026-03-02 {minute}", killed(dead), town=town, source=source, day="2026-03-02", **more)


def roots(told: Told) -> dict[str, str]:
    """Root → short name "rule country" of the fold's alerts."""
    return {alert.root: f"{alert.rule} {alert.key.get('country')}" for alert in told.alerts}


def went(told: Told) -> list[tuple[str, str, list[str]]]:
    """(time, destination, what) of all that went: "RULE COUNTRY.REVISION"."""
    names = roots(told)
    named = {alert.id: f"{names[alert.root]}.{alert.revision}" for alert in told.alerts}
    return [(minute[6:], to, sorted(named[id_] for id_ in ids)) for minute, to, ids in told.heard]


# --- groups -------------------------------------------------------------------------------------------------------


def test_alerts_of_one_country_within_the_wait_go_as_one_and_those_of_another_apart() -> None:
    told = Told(
        config(RULE, SPATE, routes=DESK_GROUPED),
        attack(1, "09:00", 6),
        attack(2, "09:01", 6, town="Gao"),
        until="2026-03-02 10:00",
    )
    assert went(told) == [
        ("09:02", "desk", ["mass-casualty IQ.1", "spate IQ.1"]),
        ("09:03", "desk", ["mass-casualty ML.1", "spate ML.1"]),
    ]
    assert told.released[0].words == "group of country IQ"


def test_a_group_that_went_waits_for_its_interval() -> None:
    told = Told(
        config(RULE, routes=DESK_GROUPED),
        attack(1, "09:00", 6),
        attack(2, "09:05", 2, town="Mosul"),
        until="2026-03-02 12:00",
    )
    assert went(told) == [("09:02", "desk", ["mass-casualty IQ.1"]), ("09:12", "desk", ["mass-casualty IQ.2"])]


def test_a_worse_alert_waits_for_no_group_of_a_lower_severity_and_takes_it_along() -> None:
    told = Told(
        config(RULE, SPATE, routes=DESK_GROUPED),
        attack(1, "09:00", 6),
        attack(2, "09:01", 12, town="Mosul"),
        until="2026-03-02 10:00",
    )
    assert ("09:01", "pager", ["mass-casualty IQ.2"]) in went(told)
    desk = [one for one in went(told) if one[1] == "desk"]
    assert desk[0][0] == "09:02"
    assert desk[1] == ("09:03", "desk", ["mass-casualty IQ.2"])


def test_the_newest_revision_alone_waits_and_what_was_taken_back_before_it_was_told_is_not_told() -> None:
    told = Told(config(RULE, routes=DESK_GROUPED), attack(1, "09:00", 6), until="2026-03-02 09:01")
    told.hear(attack(1, "09:01", 1, revision=2))
    told.let_pass("2026-03-02 11:00")
    assert [alert.kind for alert in told.alerts] == ["alert", "cancel"]
    assert went(told) == []
    assert "canceled_unheard" in told.reasons


def test_a_correction_of_what_was_told_waits_for_no_group() -> None:
    told = Told(config(RULE, routes=DESK_GROUPED), attack(1, "09:00", 9), until="2026-03-02 09:02")
    told.hear(attack(1, "09:04", 6, revision=2))
    told.let_pass("2026-03-02 11:00")
    assert went(told) == [("09:02", "desk", ["mass-casualty IQ.1"]), ("09:04", "desk", ["mass-casualty IQ.2"])]


# --- silences -----------------------------------------------------------------------------------------------------


def silence(start: str, end: str, **match: str) -> Silence:
    return Silence(id="si_1", match={k: (v,) for k, v in match.items()}, start=at(start), end=at(end), comment="drill")


def test_a_silence_keeps_quiet_what_it_matches_and_tells_at_its_end_what_still_stands() -> None:
    quiet = (silence("2026-03-02 08:00", "2026-03-02 12:00", country="IQ"),)
    told = Told(
        config(RULE, silences=quiet), attack(1, "09:00", 6), attack(2, "09:01", 6, town="Gao"), until="2026-03-04 12:00"
    )
    assert went(told) == [("09:01", "desk", ["mass-casualty ML.1"]), ("12:00", "desk", ["mass-casualty IQ.1"])]
    assert ("silenced", "to desk: silence si_1 (drill), until 2026-03-02T12:00:00+00:00") in [
        (reason, detail.partition(" ")[2]) for _, reason, detail in told.log
    ]


def test_what_a_silence_kept_quiet_until_its_window_closed_is_not_told_and_the_log_says_so() -> None:
    quiet = (silence("2026-03-02 08:00", "2026-03-04 12:00", country="IQ"),)
    told = Told(config(RULE, silences=quiet), attack(1, "09:00", 6), until="2026-03-05 12:00")
    assert went(told) == []
    assert any("not told" in detail for _, reason, detail in told.log if reason == "silenced")


def test_a_silence_holds_back_no_correction_of_what_was_told() -> None:
    quiet = (silence("2026-03-02 09:30", "2026-03-02 12:00", country="IQ"),)
    told = Told(config(RULE, silences=quiet), attack(1, "09:00", 9))
    told.hear(attack(2, "09:40", 4, town="Mosul"))
    told.hear(attack(1, "10:00", 3, revision=2))
    told.let_pass("2026-03-02 13:00")
    assert went(told) == [
        ("09:00", "desk", ["mass-casualty IQ.1"]),
        ("10:00", "desk", ["mass-casualty IQ.3"]),
        ("12:00", "pager", ["mass-casualty IQ.3"]),
    ]


def test_an_operators_silence_is_set_and_ended_in_the_journal() -> None:
    told = Told(config(), attack(1, "09:00", 1), until="2026-03-02 09:00")
    body = {"id": "si_x", "match": {"country": ["IQ"]}, "start": 0, "end": at("2026-03-03 00:00"), "comment": "drill"}
    told.say("2026-03-02 09:10", "silence", **body)
    told.hear(attack(2, "09:20", 6, town="Mosul"))
    assert went(told) == []
    told.say("2026-03-02 10:00", "unsilence", id="si_x")
    assert went(told) == [("10:00", "desk", ["mass-casualty IQ.1"])]
    told.say("2026-03-02 10:01", "unsilence", id="si_x")
    assert "silence_unknown" in told.reasons


# --- inhibition ---------------------------------------------------------------------------------------------------

QUIETED = (Inhibition(source={"severity": ("critical",)}, target={"severity": ("warning",)}, equal=("country",)),)


def test_a_critical_quiets_the_warnings_of_its_country_alone_for_those_who_hear_it() -> None:
    told = Told(
        config(SPATE, RULE, inhibit=QUIETED),
        attack(1, "09:00", 12),
        attack(2, "09:01", 1, town="Gao"),
        until="2026-03-02 10:00",
    )
    assert went(told) == [
        ("09:00", "desk", ["mass-casualty IQ.1"]),
        ("09:00", "pager", ["mass-casualty IQ.1"]),
        ("09:01", "desk", ["spate ML.1"]),
    ]
    (line,) = [detail for _, reason, detail in told.log if reason == "inhibited"]
    assert "(critical, mass-casualty) is open and inhibits it" in line


def test_a_destination_that_does_not_hear_the_critical_hears_the_warning() -> None:
    routes = (Route(match={"severity": ("critical",)}, to=("pager",)), Route(to=("desk",)))
    told = Told(config(SPATE, RULE, inhibit=QUIETED, routes=routes), attack(1, "09:00", 12), until="2026-03-02 10:00")
    assert went(told) == [("09:00", "desk", ["spate IQ.1"]), ("09:00", "pager", ["mass-casualty IQ.1"])]


def test_what_a_critical_quieted_is_told_when_it_is_taken_back() -> None:
    told = Told(config(SPATE, RULE, inhibit=QUIETED), attack(1, "09:00", 12), until="2026-03-02 09:30")
    told.hear(attack(1, "10:00", 0, revision=2))
    assert went(told)[2:] == [
        ("10:00", "desk", ["mass-casualty IQ.2"]),
        ("10:00", "pager", ["mass-casualty IQ.2"]),
        ("10:00", "desk", ["spate IQ.1"]),
    ]


def test_what_was_quieted_to_the_end_of_its_own_window_is_not_told() -> None:
    told = Told(config(SPATE, RULE, inhibit=QUIETED), attack(1, "09:00", 12), until="2026-03-05 09:30")
    assert [one for one in went(told) if "spate IQ.1" in one[2]] == []


# --- quiet hours and digests --------------------------------------------------------------------------------------

NIGHT = (Quiet(id="qh", zone="Europe/Paris", start=22 * 60, end=7 * 60, override="critical"),)


def test_quiet_hours_hold_warnings_until_morning_as_one_and_never_a_critical() -> None:
    told = Told(
        config(RULE, quiet_hours=NIGHT),
        attack(1, "21:30", 6),
        attack(2, "22:30", 6, town="Gao"),
        attack(3, "23:00", 12, town="Aleppo"),
        until="2026-03-03 12:00",
    )
    assert told.heard[:2] == [
        ("03-02 23:00", "desk", (told.alerts[2].id,)),
        ("03-02 23:00", "pager", (told.alerts[2].id,)),
    ]
    assert told.heard[2:] == [("03-03 06:00", "desk", (told.alerts[0].id, told.alerts[1].id))]
    assert told.released[0].words == "quiet hours 22:00 to 07:00 Europe/Paris"


def test_an_alert_that_gets_worse_at_night_goes_at_once_and_the_warning_is_not_told_after_it() -> None:
    told = Told(
        config(RULE, quiet_hours=NIGHT),
        attack(1, "21:30", 6),
        attack(1, "22:30", 12, revision=2),
        until="2026-03-03 12:00",
    )
    assert [(a, b) for a, b, _ in told.heard] == [("03-02 22:30", "desk"), ("03-02 22:30", "pager")]


def test_a_rules_digest_goes_once_a_day_with_all_that_it_covers() -> None:
    daily = (Digest(id="dg", match={"rule": ("spate",)}, zone="UTC", at=8 * 60),)
    told = Told(
        config(SPATE, RULE, digests=daily),
        attack(1, "09:00", 6),
        attack(2, "15:00", 1, town="Gao"),
        until="2026-03-05 12:00",
    )
    spate = [alert.id for alert in told.alerts if alert.rule == "spate"]
    assert (told.heard[-1][:2], set(told.heard[-1][2])) == (("03-03 08:00", "desk"), set(spate))
    assert ("09:00", "desk", ["mass-casualty IQ.1"]) in went(told)


def test_another_config_lets_go_what_it_does_not_hold() -> None:
    told = Told(config(RULE, quiet_hours=NIGHT), attack(1, "21:30", 6), until="2026-03-02 22:00")
    told.decide = type(told.decide)(config(RULE), {})
    told.say("2026-03-02 23:00", "config")
    assert [(a, b) for a, b, _ in told.heard] == [("03-02 23:00", "desk")]


@pytest.mark.parametrize("why", ["silenced", "inhibited", "in_digest", "quiet_hours", "grouped"])
def test_each_reason_to_wait_has_a_gate(why: str) -> None:
    from alerts import gates

    assert gates.gate_of(why) is not None
