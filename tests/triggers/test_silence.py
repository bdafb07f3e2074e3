"""A key that falls silent is told of when that is unusual for it, and when it is heard of again."""

from __future__ import annotations

from msgspec.structs import replace
from test_life_of_a_surge import SURGE, at, attack, day, report

from alerts.config.types import Band
from streams.journal import Coverage, Record
from streams.state import State
from telling import Told, config

SILENT = replace(
    SURGE, trigger="absence", bands=(Band(severity="warning", threshold=3), Band(severity="critical", threshold=6))
)
#: Something in another country each day, by which the clock goes on.
ELSEWHERE = [report(f"ml{n}", day(n, 12), type_="siege.siege", town="Gao") for n in range(90)]


def every_other_day(days: int) -> list[object]:
    return [attack(n, n % 5) for n in range(0, days, 2)]


def told(days: int, until: int, *more: object) -> Told:
    news = [*every_other_day(days), *ELSEWHERE[:until], *more]
    return Told(config(SILENT), *sorted(news, key=lambda one: one.published))  # type: ignore[attr-defined, arg-type]


def outline(run: Told) -> list[tuple[str, str, str]]:
    return [(alert.kind, alert.severity, alert.at[:10]) for alert in run.alerts]


def test_silence_of_three_times_the_usual_is_told_and_worse_when_it_lasts() -> None:
    run = told(41, 60)
    assert outline(run) == [("alert", "warning", "2026-04-18"), ("alert", "critical", "2026-04-27")]
    first = run.alerts[0]
    assert first.measure.value == 0
    assert "no incidents since Fri 10 Apr 2026, 09:00 UTC in Iraq" in first.title
    assert "Nothing in 7 times 24 h, where usually one in 2 holds something" in first.text
    assert first.readback.startswith("Nothing since; the last: ")
    assert first.root == run.alerts[1].root


def test_end_of_a_replay_is_no_silence() -> None:
    assert told(41, 30).alerts == []


def test_who_is_heard_of_again_is_told_to_those_who_heard_of_the_silence() -> None:
    run = told(41, 50, attack(50, 0))
    assert outline(run)[-1] == ("update", "warning", "2026-04-20")
    assert run.alerts[-1].changed[0].to == "ended"


def test_late_news_of_the_silent_days_takes_the_silence_back() -> None:
    run = told(41, 50)
    run.hear(attack(44, 0), day(50))
    assert outline(run)[-1][0] == "cancel"


def test_silence_is_not_told_before_it_is_known_what_is_usual() -> None:
    assert told(15, 27).alerts == []


def test_days_on_which_a_source_failed_are_not_silent_ones() -> None:
    run = told(41, 42)
    for outcome, when in (("failed", day(42)), ("ok", day(47))):
        entry = Coverage(source="wire", outcome=outcome)  # type: ignore[arg-type]
        run._fold(Record(position=len(run.records) + 1, received=at(when), entry=entry))
    for one in ELSEWHERE[47:60]:
        run.hear(one)
    assert outline(run) == [("alert", "warning", "2026-04-24")]


def test_restart_keeps_what_is_waited_for() -> None:
    run = told(41, 45)
    kept = State()
    run.decide.declare(kept)
    for name, key, value in run.state.take_changes():
        if value is not None:
            kept.load(name, key, value)
    run.state = kept
    for one in ELSEWHERE[45:60]:
        run.hear(one)
    assert outline(run) == outline(told(41, 60))
