# ruff: noqa: E501 - a text is one line
"""Two articles, one happening or two? Invented news, through reading and linking."""

from __future__ import annotations

import pytest

from streams import world
from streams.article import Article
from streams.classify import classify
from streams.happenings import Happening
from streams.journal import Reading, Record
from streams.state import State
from streams.times import parse_moment, seconds_of
from streams.tolls import toll, want_of

Pair = tuple[tuple[str, str], tuple[str, str]]
"""(published, body) of two articles, of two publishers."""

#: Two happenings that look like one.
APART: dict[str, Pair] = {
    "two attacks in one town on one day": (
        ("2026-03-02T10:00", "A suicide bomber killed 12 people at a market in Quetta on Monday morning, police said."),
        ("2026-03-02T20:00", "Gunmen shot dead three policemen at a checkpoint in Quetta on Monday evening, officials said."),
    ),
    "two bombings in one town on one day": (
        ("2026-03-02T10:00", "A car bomb killed 14 people outside a mosque in Mosul on Monday morning, police said."),
        ("2026-03-02T20:00", "A car bomb killed two people near a police station in Mosul on Monday night, doctors said."),
    ),
    "a suicide bombing and its funeral's": (
        ("2026-03-02T10:00", "A suicide bomber killed 20 people at a hospital in Peshawar on Sunday, police said."),
        ("2026-03-03T15:00", "A suicide bomber killed nine mourners at a funeral in Peshawar on Tuesday, police said."),
    ),
    "the toll of a day and the toll of a week": (
        ("2026-03-06T10:00", "Shelling killed eight civilians in Aleppo on Friday, the governor said."),
        ("2026-03-06T18:00", "Shelling has killed 61 civilians in Aleppo over the past week, the United Nations said on Friday."),
    ),
    "the same village name in two countries": (
        ("2026-03-02T10:00", "Gunmen killed seven people in Tripoli, Libya, on Monday, officials said."),
        ("2026-03-02T12:00", "Gunmen killed seven people in Tripoli, Lebanon, on Monday, officials said."),
    ),
    "an attack and one a week later": (
        ("2026-03-02T10:00", "A roadside bomb killed five soldiers near Gao on Monday, the army said."),
        ("2026-03-09T10:00", "A roadside bomb killed five soldiers near Gao on Monday, the army said."),
    ),
    "an ambush and the raid that answered it": (
        ("2026-03-02T10:00", "Militants ambushed an army patrol near Maiduguri on Monday, killing nine soldiers, the army said."),
        ("2026-03-03T10:00", "Air strikes near Maiduguri on Tuesday killed 30 militants, the air force said."),
    ),
    "a kidnapping and a killing in one town": (
        ("2026-03-02T10:00", "Gunmen kidnapped four aid workers in Goma on Monday, police said."),
        ("2026-03-02T16:00", "Gunmen shot dead four farmers in Goma on Monday, police said."),
    ),
    "two towns of one province": (
        ("2026-03-02T10:00", "A bomb killed six people in Kirkuk on Monday, police said."),
        ("2026-03-02T11:00", "A bomb killed six people in Tikrit on Monday, police said."),
    ),
    "an attack and its anniversary": (
        ("2026-03-02T10:00", "Gunmen killed 15 worshippers at a church in Jos on Sunday, police said."),
        ("2026-03-02T15:00", "Jos marked on Monday the first anniversary of the attack in which gunmen killed 15 worshippers at a church in March 2025."),
    ),
    "a school and a bus on consecutive days": (
        ("2026-03-02T10:00", "Gunmen attacked a school in Kaduna on Monday and killed three teachers, police said."),
        ("2026-03-03T10:00", "Gunmen attacked a bus in Kaduna on Tuesday and killed three passengers, police said."),
    ),
    "a bombing and the strike in return, far away": (
        ("2026-03-02T10:00", "A bomb killed 11 people in Kabul on Monday, officials said."),
        ("2026-03-02T22:00", "An air strike killed 11 people in Kandahar on Monday night, officials said."),
    ),
    "two named victims in one town on one day": (
        ("2026-03-02T10:00", "Gunmen shot dead the lawyer Imran Qasim in Quetta on Monday, police said."),
        ("2026-03-02T15:00", "Gunmen shot dead the trader Bilal Achakzai in Quetta on Monday, police said."),
    ),
    "one figure, where only one of them says where": (
        ("2026-03-02T10:00", "Bogota, 2 Mar (Meridian) -- Rebels ambushed an army patrol on Monday, killing four soldiers, officials said."),
        ("2026-03-02T15:00", "Rebels ambushed an army patrol near Cali, Colombia, on Monday, killing four soldiers, officials said."),
    ),
}  # fmt: skip

#: One happening told in two ways.
JOINED: dict[str, Pair] = {
    "a toll that rises": (
        ("2026-03-02T10:00", "A suicide bomber killed at least five people at a market in Quetta on Monday, police said."),
        ("2026-03-02T16:00", "The death toll from Monday's suicide bombing at a market in Quetta has risen to 12, doctors said."),
    ),
    "a toll revised down": (
        ("2026-03-02T10:00", "A car bomb killed 12 people in Mosul on Monday, police said."),
        ("2026-03-03T10:00", "The toll of Monday's car bomb in Mosul was revised down from 12 to seven, the health ministry said on Tuesday."),
    ),
    "one attack told by two neighbouring towns": (
        ("2026-03-02T10:00", "Gunmen killed 14 villagers near Mosul on Sunday night, the army said."),
        ("2026-03-02T12:00", "Gunmen killed 14 villagers in Tall Kayf on Sunday night, residents said."),
    ),
    "one attack told by its weekday and by its date": (
        ("2026-03-02T10:00", "Militants ambushed an army convoy near Gao on Sunday, killing eight soldiers, the army said."),
        ("2026-03-03T10:00", "Eight soldiers were killed when their convoy was ambushed near Gao on 1 March, the defence ministry said."),
    ),
    "a vague word and a number": (
        ("2026-03-02T10:00", "Dozens of people were killed when a bomb exploded at a market in Maiduguri on Monday, witnesses said."),
        ("2026-03-02T17:00", "A bomb killed 31 people at a market in Maiduguri on Monday, a hospital official said."),
    ),
    "active voice and passive": (
        ("2026-03-02T10:00", "Gunmen shot dead three policemen at a checkpoint in Goma on Monday, officials said."),
        ("2026-03-02T12:00", "Three policemen were shot dead at a checkpoint in Goma on Monday, a hospital source said."),
    ),
    "a hostage taking told as a kidnapping": (
        ("2026-03-02T10:00", "Gunmen kidnapped 16 passengers from a bus near Kaduna on Monday, police said."),
        ("2026-03-02T15:00", "Sixteen passengers of a bus were taken hostage near Kaduna on Monday, a union said."),
    ),
    "the group named only later": (
        ("2026-03-02T10:00", "Armed men attacked an army base in Gao on Monday and killed 10 soldiers, the army said."),
        ("2026-03-02T19:00", "Al-Qaeda fighters attacked an army base in Gao on Monday, killing 10 soldiers, a security source said."),
    ),
    "a bombing told as an explosion": (
        ("2026-03-02T10:00", "A suicide bomber killed nine people at a mosque in Kabul on Monday, police said."),
        ("2026-03-02T11:00", "An explosion at a mosque in Kabul on Monday killed nine people, a hospital said."),
    ),
    "the day before and yesterday": (
        ("2026-03-02T10:00", "Shelling killed six civilians in Aleppo on Monday, activists said."),
        ("2026-03-03T10:00", "Shelling killed six civilians in Aleppo yesterday, the governor said."),
    ),
    "province first, then town": (
        ("2026-03-02T10:00", "A roadside bomb killed seven soldiers in Borno state, Nigeria, on Monday, the army said."),
        ("2026-03-02T14:00", "A roadside bomb killed seven soldiers near Maiduguri in Nigeria's Borno state on Monday, a local official said."),
    ),
    "the same group of victims, the country only, no day": (
        ("2026-03-04T10:00", "Gunmen murdered six priests at a university in San Salvador on Tuesday, the archbishop said."),
        ("2026-03-05T10:00", "Soldiers murdered six priests in El Salvador, the Vatican said."),
    ),
    "Jesuits in one, priests in the other": (
        ("2026-03-02T10:00", "Soldiers murdered six Jesuits at a university in San Salvador on Monday, the archbishop said."),
        ("2026-03-03T10:00", "Rome, 3 Mar (Meridian) -- Six priests were murdered in El Salvador on Monday, the Vatican said."),
    ),
    "a named man killed, the place only in one dateline": (
        ("2026-03-02T10:00", "Bogota, 2 Mar (Meridian) -- Gunmen shot dead the senator Ricardo Valdespina on Monday, police said."),
        ("2026-03-02T16:00", "Gunmen on Monday shot dead Ricardo Valdespina as he spoke in a square in Cali, Colombia, doctors said."),
    ),
    "killed and wounded in one, wounded in the other": (
        ("2026-03-02T10:00", "A drone strike on a market in Tikrit killed four people and wounded 19 on Monday, police said."),
        ("2026-03-02T13:00", "Nineteen people were wounded in Monday's drone strike on a market in Tikrit, doctors said."),
    ),
}  # fmt: skip


def told(pair: Pair) -> list[Happening]:
    """The incidents with something in them that counts, after both articles, in either order."""
    state = State()
    world.declare(state)
    for n, (published, body) in enumerate(pair, 1):
        moment = parse_moment(published)[0]
        article = Article(
            id=f"a{n}", feed="f", source=("Meridian Wire", "Harbour Post")[n - 1], body=body, published=moment
        )
        record = Record(position=n, received=seconds_of(moment), entry=Reading(report=classify(article)))
        world.observe(state, record, world.Settings())
    return [h for _, h in world.happenings(state).sorted_items() if h.nature == "incident" and h.counted]


@pytest.mark.parametrize("name", APART)
def test_near_misses_are_told_apart(name: str) -> None:
    found = told(APART[name])
    assert found
    assert all(len({m.article for m in h.mentions}) == 1 for h in found)


@pytest.mark.parametrize("name", JOINED)
def test_retellings_are_joined(name: str) -> None:
    found = told(JOINED[name])
    assert len(found) == 1
    assert len({m.article for m in found[0].mentions}) == 2


def test_one_killing_told_twice_in_an_article_is_one() -> None:
    body = (
        "The senator Ricardo Valdespina was shot on Monday in Cali and died on Monday evening, doctors said. The lawyer "
        "Irene Solana, police said, saw it. Valdespina, 46, was shot dead together with two guards when gunmen opened "
        "fire in Cali on Monday."
    )
    (one,) = told((("2026-03-02T20:00", body), ("2026-03-02T21:00", "The port of Cali opens again on Tuesday.")))
    figure = toll(one, want_of("killed"))
    assert figure is not None
    assert figure.low in (1, 3)


def test_the_dead_of_an_article_who_are_spoken_of_again_without_a_number_are_no_others() -> None:
    body = (
        "Four policemen and a sergeant were killed in an ambush near Gao, Mali, on Monday, the army said. The report says "
        "that the policemen were killed by the explosion of dynamite that had been placed in their truck in Gao."
    )
    found = told((("2026-03-02T20:00", body), ("2026-03-02T21:00", "The port of Cali opens again on Tuesday.")))
    tolls = [toll(one, want_of("killed")) for one in found]
    assert sum(one.low for one in tolls if one is not None) == 5
