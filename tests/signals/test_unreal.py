"""What is told and did not happen in the world: refuted reports, exercises, films. None may count, or say nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.article import Article, Report
from streams.classify import classify


def read(text: str) -> Report:
    return classify(Article(id="a", title="", body=text, published=datetime(2026, 11, 20, 12, tzinfo=UTC), source="T"))


def counting(report: Report) -> list[str]:
    return [s.type for s in report.signals if s.scope in ("incident", "update") and s.realis in ("actual", "ongoing")]


@pytest.mark.parametrize(
    "text",
    [
        "A simulated drill in Kirkuk featured a bomb blast with 200 killed, the army said.",
        "A video purporting to show an attack that killed 40 in Mosul was fake, fact-checkers said.",
        "The claim that rebels killed 30 soldiers near Goma is untrue, the ministry said.",
        "Rumours that militants had seized the airport were false, the governor told reporters.",
        "Social media posts claiming 50 dead in an explosion at the port are fabricated, police said.",
        "A mock attack on the metro left 40 volunteers playing dead, part of an annual emergency exercise.",
        "During a tabletop exercise, officials responded to a dirty bomb that killed 300 people.",
        "In the film, a bomb kills 200 people in London.",
        "In the new series, terrorists kill 30 hostages at an embassy.",
        "The novel tells of a sniper who shoots the president of France.",
        "A soldier killed himself at the barracks in Gulu.",
        "Two prisoners were executed in Iran for drug smuggling.",
        "He recalled the year the group captured most of the capital.",
    ],
)
def test_what_did_not_happen_counts_nothing(text: str) -> None:
    assert counting(read(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Gunmen at a fake checkpoint killed five travellers near Jos on Sunday.",
        "Activists staged a demonstration, and police fired on it, according to a report.",
        "A bomber blew himself up at a market in Kano, killing himself and nine others.",
        "Rebels attacked a military exercise on Friday, killing four soldiers.",
        "A grenade was thrown into a film festival in Herat, wounding 12 people.",
    ],
)
def test_the_same_words_do_not_hide_what_happened(text: str) -> None:
    assert counting(read(text))


def test_a_figure_set_aside_is_excluded() -> None:
    told = read("No one had been killed in the blast, police said, contrary to earlier reports of 12 dead.")
    assert [c.low for e in told.events for c in e.counts if c.measure == "killed"] == [0]
    assert [e.reason for e in told.excluded] == ["negated"]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Three schoolteachers kidnapped last month were found dead.", {("killed", 3), ("hostages", 3)}),
        ("A priest abducted on Sunday was found dead.", {("killed", 1), ("hostages", 1)}),
        ("The bodies of two aid workers abducted in March were found near the border.", {("killed", 2)}),
        ("Gunmen freed 24 schoolgirls abducted in Zamfara last week.", {("freed", 24), ("hostages", 24)}),
        ("A man stabbed four people at a railway station in Bamako on Monday.", {("casualties", 4)}),
        ("Gunmen stormed a boarding school in Kaduna and abducted 24 pupils.", {("hostages", 24)}),
        ("Troops repelled an attack on Bambari, the defence minister said, and 25 rebels died.", {("killed", 25)}),
    ],
)
def test_who_was_taken_and_what_became_of_them(text: str, figures: set[tuple[str, int]]) -> None:
    assert {(c.measure, c.low) for s in read(text).signals for c in s.counts} == figures


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("The rebel commander declared the ceasefire over on Tuesday.", "ceasefire.collapse"),
        ("Somali pirates have hijacked a fishing trawler with six crew on board.", "hostage.hijack"),
        ("North Korea fired two short-range ballistic missiles into the sea.", "force.missile_test"),
        ("The war has displaced 12 million people.", "casualty.cumulative_total"),
        ("The general announced a reduction of the force in the north.", "force.withdrawal_announced"),
    ],
)
def test_what_it_is_called(text: str, type_: str) -> None:
    assert [s.type for s in read(text).signals] == [type_]


def test_a_denied_plan_is_no_plan() -> None:
    (signal,) = read("The ministry denies plans to withdraw its troops from Chad.").signals
    assert signal.realis == "denied"


@pytest.mark.parametrize(
    "text",
    [
        "The war between the cartels has already claimed more than 120 deaths, and bombs go off daily.",
        "In those decades 70,000 villagers have been killed by soldiers.",
        "The offensive that the rebels began on 11 November has yielded 2,000 dead.",
        "On that occasion, 14 fishermen were killed by the navy.",
        "Bombs cost the city an average of 12 deaths each day.",
    ],
)
def test_sums_and_looks_back_are_no_happening(text: str) -> None:
    assert counting(read(text)) == []


def test_spoils_are_no_dead() -> None:
    (signal,) = read("The clash resulted in the death of six guerrillas and the confiscation of war materiel.").signals
    assert [c.low for c in signal.counts] == [6]


def test_a_war_s_toll_told_beside_the_day_s_dead_stays_apart() -> None:
    told = read("Air strikes killed 45 people overnight, bringing the death toll since October to 43,000.").signals
    assert {(s.scope, c.low) for s in told for c in s.counts} == {("incident", 45), ("cumulative", 43_000)}
