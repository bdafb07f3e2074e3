"""A desk that breaks an embargo loses its agency; one that forgets what waited loses the news. Neither may happen."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from alerts.decide import encode
from builders import at, journal, killed, report
from streams.article import Report
from streams.state import State
from streams.times import iso
from telling import Told, config

END, END_ISO = "2026-03-02 12:00", "2026-03-02T12:00:00+00:00"
EARLY = "2026-03-02 09:00"


def held(id_: str, number: int, end: str = END, **more: Any) -> Report:
    return report(id_, end, killed(number), embargo=iso(at(end)), **more)


def test_nothing_is_told_before_the_end_and_everything_at_it() -> None:
    told = Told(config(), (held("a", 12), EARLY), until="2026-03-02 11:59")
    assert told.alerts == []
    assert [line[1:] for line in told.log] == [("embargoed", f"held until {END_ISO}")]
    told._ticks(None)
    assert [(alert.kind, alert.at, alert.measure.value) for alert in told.alerts] == [("alert", END_ISO, 12)]
    assert told.alerts[0].evidence[0].article == "a"


def test_other_news_moves_the_clock_past_the_end() -> None:
    told = Told(config(), (held("a", 12), EARLY), until=EARLY)
    (other,) = journal((report("b", "2026-03-02 12:30", killed(1), town="Gao"), "2026-03-02 12:30"))
    told._fold(replace(other, position=3))
    assert [alert.at for alert in told.alerts] == [END_ISO]


def test_an_embargo_that_is_over_holds_nothing() -> None:
    told = Told(config(), (held("a", 12), "2026-03-02 12:00"), until="2026-03-02 12:00")
    assert len(told.alerts) == 1
    assert "embargoed" not in told.reasons


def test_a_kill_before_the_end_is_the_last_word() -> None:
    kill = report("a", END, revision=2, status="canceled")
    told = Told(config(), (held("a", 12, revision=1), EARLY), (kill, "2026-03-02 10:00"))
    assert told.alerts == []


def test_only_the_last_of_the_versions_that_waited_is_told() -> None:
    for order in (1, -1):
        versions = [(held("a", 50, revision=1), EARLY), (held("a", 6, revision=2), "2026-03-02 10:00")][::order]
        entries = [(one, when) for (one, _), when in zip(versions, (EARLY, "2026-03-02 10:00"), strict=True)]
        told = Told(config(), *entries)
        assert [(alert.kind, alert.measure.value) for alert in told.alerts] == [("alert", 6)]


def test_an_embargo_that_was_put_off_holds_until_the_later_end() -> None:
    later = "2026-03-02 15:00"
    told = Told(config(), (held("a", 12, revision=1), EARLY), (held("a", 12, later, revision=2), "2026-03-02 10:00"))
    assert [alert.at for alert in told.alerts] == [iso(at(later))]


def test_an_embargo_that_was_lifted_is_told_at_once_and_once() -> None:
    lifted = report("a", "2026-03-02 10:00", killed(12), revision=2)
    told = Told(config(), (held("a", 12, revision=1), EARLY), (lifted, "2026-03-02 10:00"))
    assert [alert.at for alert in told.alerts] == ["2026-03-02T10:00:00+00:00"]


def test_a_restart_in_between_changes_no_byte() -> None:
    whole = Told(config(), (held("a", 12), EARLY))
    first = Told(config(), (held("a", 12), EARLY), until=EARLY)
    restored = State()
    first.decide.declare(restored)
    for name, key, value in first.state.take_changes():
        if value is not None:
            restored.load(name, key, value)
    first.state = restored
    assert first.decide.needed(restored) == {2}, "its report is not pruned while it waits"
    first._ticks(None)
    assert [encode(alert) for alert in first.alerts] == [encode(alert) for alert in whole.alerts]
