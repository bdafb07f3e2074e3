"""Over random news, corrections and restarts: nothing decided is lost on its way, and no lower severity holds a higher.

With groups, quiet hours, digests, inhibition and silences all on at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_life_properties import FIRST, GIVEN, NEWS, START, SURE, Run

from alerts.alert import Alert
from alerts.config.types import Band, Config, Digest, Grouping, Inhibition, Quiet, Route, Silence
from alerts.decide import Effects, encode
from alerts.dispatch import takes_back, waiting
from alerts.dispatch.hours import next_digest, quiet_until
from alerts.roots import Tables
from streams.journal import Record
from telling import RULE, config

WAIT, INTERVAL = 300, 1800
MANY = (Band(severity="warning", threshold=1), Band(severity="critical", threshold=2))
SPATE = replace(RULE, id="spate", definition="d4", measure="incidents", bands=MANY)
GROUPED = (
    Route(match={"severity": ("critical",)}, to=("pager",), go_on=True),
    Route(to=("desk",), group=Grouping(by=("country",), wait=WAIT, interval=INTERVAL)),
)
INHIBIT = (Inhibition(source={"severity": ("critical",)}, target={"severity": ("warning",)}, equal=("country",)),)
NIGHT = (Quiet(id="qh", zone="Europe/Paris", start=20 * 60, end=6 * 60, override="critical"),)
DAILY = (Digest(id="dg", match={"rule": ("spate",)}, zone="UTC", at=8 * 60),)
SILENCE = (Silence(id="si", match={"country": ("ML",)}, start=START + 1800, end=START + 5 * 3600, comment="drill"),)


def everything(**more: Any) -> Config:
    given_ = {"routes": GROUPED, "inhibit": INHIBIT, "quiet_hours": NIGHT, "digests": DAILY, **more}
    return config(RULE, SURE, FIRST, SPATE, **given_)


class Sent(Run):
    """A run under all that can hold an alert, with what went where and when."""

    config = everything(silences=SILENCE)

    def __init__(self, news: list[Any], restart_at: int | None = None) -> None:
        self.decided: list[tuple[int, Alert]] = []
        self.went: list[tuple[int, str, tuple[str, ...]]] = []
        self.log: list[tuple[str, str, str]] = []
        super().__init__(news, restart_at)

    def see(self, record: Record, effects: Effects) -> None:
        self.decided += [(record.received, planned.alert) for planned in effects.outgoing]
        for planned in effects.outgoing:
            self.went += [(record.received, name, (planned.alert.id,)) for name in planned.destinations]
        self.went += [(record.received, sending.destination, tuple(sending.covers)) for sending in effects.released]
        self.log += effects.log

    def heard(self, destination: str) -> dict[str, int]:
        """Alert → when it went there."""
        return {id_: at for at, to, covers in self.went if to == destination for id_ in covers}


class Loud(Sent):
    """The same without silences, which an operator sets on purpose."""

    config = everything()


@given(NEWS)
@GIVEN
def test_every_alert_goes_or_gives_way_to_a_newer_one_or_is_in_the_log_with_its_reason(news: list[Any]) -> None:
    run = Sent(news)
    assert len(waiting(run.state)) == 0, "every timer ran out, so nothing waits"
    for root in Tables(run.state).roots.rows.values():
        for destination in root.destinations:
            heard = [id_ for id_ in run.heard(destination) if id_.startswith(f"{root.id}.")]
            last = f"{root.id}.{root.revision}"
            if last in heard:
                continue
            lines = [(reason, detail) for about, reason, detail in run.log if about == f"{root.rule} {root.id}"]
            spared = [
                detail for reason, detail in lines if reason in ("silenced", "inhibited") and "not told" in detail
            ]
            unheard = [reason for reason, _ in lines if reason in ("canceled_unheard", "updated_unheard")]
            assert not heard, f"{destination} was told of {root.id}, and must have its last word"
            assert any(f"to {destination}" in detail for detail in spared) or unheard, (root, destination, lines)


@given(NEWS)
@GIVEN
def test_a_critical_alert_waits_for_nothing_but_its_own_group(news: list[Any]) -> None:
    """Unless it has fallen to a milder severity meanwhile: then it waits as that does."""
    run = Loud(news)
    severity = {alert.id: alert.severity for _, alert in run.decided}
    country = {alert.id: alert.key.get("country", "") for _, alert in run.decided}
    pager, desk = run.heard("pager"), run.heard("desk")
    sent: dict[str, list[int]] = {}
    for at, to, covers in run.went:
        for name in {country[id_] for id_ in covers if to == "desk" and severity[id_] == "critical"}:
            sent.setdefault(name, []).append(at)
    for at, alert in run.decided:
        if alert.kind != "alert" or alert.severity != "critical":
            continue
        assert pager[alert.id] == at
        before = [earlier for earlier in sent.get(country[alert.id], []) if earlier <= at]
        latest = max(at + WAIT, (before[-1] if before else 0) + INTERVAL)
        newer = [desk[id_] for id_ in desk if id_.startswith(f"{alert.root}.") and _revision(id_) >= alert.revision]
        canceled = any(a.kind == "cancel" and a.root == alert.root for _, a in run.decided)
        fell = any(at <= t <= latest and a.root == alert.root and a.severity != "critical" for t, a in run.decided)
        assert (newer and min(newer) <= latest) or (canceled and not newer) or fell, (alert.id, at, latest)


def _revision(id_: str) -> int:
    return int(id_.rpartition(".")[2])


@given(NEWS)
@GIVEN
def test_what_takes_back_what_was_told_goes_at_once_by_day(news: list[Any]) -> None:
    run = Sent(news)
    for at, alert in run.decided:
        if not takes_back(alert) or alert.rule == "spate" or quiet_until(NIGHT[0], at) is not None:
            continue
        for destination in ("desk", "pager"):
            told = [
                id_ for id_, when in run.heard(destination).items() if id_.startswith(f"{alert.root}.") and when < at
            ]
            if told:
                assert run.heard(destination).get(alert.id) == at, (destination, alert)


@given(NEWS, st.integers(0, 14))
@GIVEN
def test_folded_twice_or_after_a_restart_the_same_goes_at_the_same_times(news: list[Any], at: int) -> None:
    one, again = Sent(news), Sent(news, restart_at=at)
    assert [encode(alert) for _, alert in one.decided] == [encode(alert) for _, alert in again.decided]
    assert (one.went, one.log) == (again.went, again.log)


@given(NEWS)
@GIVEN
def test_what_is_decided_does_not_depend_on_what_holds_it(news: list[Any]) -> None:
    class Plain(Sent):
        config = config(RULE, SURE, FIRST, SPATE)

    # Ticks fall elsewhere, and with them what an update is put down to; what is said of the world is the same.
    held, plain = Sent(news), Plain(news)
    assert {(a.rule, a.severity, a.kind, a.at) for _, a in held.decided if a.kind == "alert"} == {
        (a.rule, a.severity, a.kind, a.at) for _, a in plain.decided if a.kind == "alert"
    }


# --- hours --------------------------------------------------------------------------------------------------------

ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
YEAR = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) // 60, int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) // 60
)
MINUTES = st.integers(0, 1439)
DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))


def local(now: int, zone: str) -> tuple[int, int]:
    """(weekday, minute of the day) on the clock of a zone."""
    found = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    return found.weekday(), found.hour * 60 + found.minute


def turned(now: int, zone: str) -> bool:
    """Whether the clocks of a zone are turned within two days."""
    ends = [datetime.fromtimestamp(now + days * 86400, UTC).astimezone(ZoneInfo(zone)).utcoffset() for days in (-2, 2)]
    return ends[0] != ends[1]


@given(ZONES, YEAR, MINUTES, MINUTES, DAYS)
@settings(max_examples=300, deadline=None)
def test_quiet_hours_are_what_the_clock_on_the_wall_says(
    zone: str, minute: int, start: int, end: int, days: tuple[int, ...]
) -> None:
    now = minute * 60
    quiet = Quiet(id="q", zone=zone, days=days, start=start, end=end, override="critical")
    until = quiet_until(quiet, now)
    day, at = local(now, zone)
    if start < end:
        inside = day in days and start <= at < end
    else:
        inside = (day in days and at >= start) or ((day - 1) % 7 in days and at < end)
    if not turned(now, zone):
        assert (until is not None) == inside
    if until is not None:
        assert until > now
        assert turned(now, zone) or local(until, zone)[1] == end


@given(ZONES, YEAR, MINUTES, DAYS)
@settings(max_examples=300, deadline=None)
def test_the_next_digest_is_the_first_of_its_time_after_now(
    zone: str, minute: int, at: int, days: tuple[int, ...]
) -> None:
    now = minute * 60
    found = next_digest(Digest(id="d", match={}, zone=zone, days=days, at=at), now)
    assert found > now
    if not turned(now, zone) and not turned(found, zone):
        assert local(found, zone)[1] == at
        assert local(found, zone)[0] in days
        between = (local(now + ahead * 86400, zone)[0] for ahead in range(1, (found - now) // 86400))
        assert not set(between) & set(days)
