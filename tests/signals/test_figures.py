"""How many were hurt, by whom: argument structure, not nearness."""

from __future__ import annotations

import pytest
from reading import counts_of, figures, read

V, P = "victim", "perpetrator"
TOLD = [
    ("Gunmen killed 12 soldiers near the border.", [("killed", 12, 12, V)]),
    ("Twelve soldiers were killed by gunmen near the border.", [("killed", 12, 12, V)]),
    ("A bomb killed 12 people and wounded 30 in the town.", [("killed", 12, 12, V), ("wounded", 30, 30, V)]),
    (
        "A bomb exploded, leaving nine people dead and more than 30 injured.",
        [("killed", 9, 9, V), ("wounded", 30, None, V)],
    ),
    ("A blast in a market left at least 14 shoppers dead, police said.", [("killed", 14, None, V)]),
    ("Gunmen attacked a bus, killing a driver and two guards.", [("killed", 1, 1, V), ("killed", 2, 2, V)]),
    (
        "With over 550 villagers and four soldiers killed in the raid, the army left.",
        [("killed", 550, None, V), ("killed", 4, 4, V)],
    ),
    ("Rebels shot and killed the mayor of the town.", [("killed", 1, 1, V)]),
    ("Gunmen murdered Juan Moreno, a teacher, on Monday.", [("killed", 1, 1, V)]),
    ("Ana Diaz, 20, and Luis Moreno, 31, were murdered by gunmen.", [("killed", 1, 1, V), ("killed", 1, 1, V)]),
    ("Two reporters, Ana Diaz and Luis Moreno, were killed by gunmen.", [("killed", 2, 2, V)]),
    ("The attack resulted in the deaths of six farmers.", [("killed", 6, 6, V)]),
    ("The bombing claimed 11 lives.", [("killed", 11, 11, V)]),
    ("No casualties were reported in the rocket attack.", [("casualties", 0, 0, V)]),
    ("A bomb exploded but nobody was hurt.", [("wounded", 0, 0, V)]),
    (
        "A suicide bomber blew himself up, killing himself and 12 soldiers.",
        [("killed", 1, 1, P), ("killed", 12, 12, V)],
    ),
    ("Rebels attacked a post; dozens of soldiers were killed.", [("killed", 12, 99, V)]),
    ("Gunmen opened fire, wounding several officers.", [("wounded", 3, 9, V)]),
    ("Gunmen opened fire and soldiers were killed.", [("killed", 2, None, V)]),
    ("Militants kidnapped 16 engineers on Monday.", [("hostages", 16, 16, V)]),
    ("Rebels took 20 passengers hostage on Monday.", [("hostages", 20, 20, V)]),
    ("Gunmen killed or wounded 20 guards at the gate.", [("casualties", 20, 20, V)]),
    ("More than 100 dead or wounded were counted after the raid.", [("casualties", 100, None, V)]),
    ("The bishop's sister was murdered on Monday.", [("killed", 1, 1, V)]),
    ("Marco Ruiz, head of the union, who was abducted in May, was found murdered.", [("killed", 1, 1, V)]),
    ("Gunmen came to the farm; she was shot dead at the gate.", [("killed", 1, 1, V)]),
    ("On the road Ruiz, Ana Paz and Luis Ibarra were murdered.", [("killed", 1, 1, V)] * 3),
    ("Police said that the murder in Kobla on Friday of two nurses shocked the town.", [("killed", 2, 2, V)]),
    ("Rebels admitted the murder of the six nurses.", [("killed", 6, 6, V)]),
    ("Rebels claimed Ibarra's murder in Kobla on Friday.", [("killed", 1, 1, V)]),
    (
        "Gunmen abducted a pilot, killed a Bolivian and wounded a Chilean.",
        [("hostages", 1, 1, V), ("killed", 1, 1, V), ("wounded", 1, 1, V)],
    ),
    ("When they entered the clinic the rebels murdered, at gunpoint, a soldier.", [("killed", 1, 1, V)]),
    (
        "Six priests (four Chileans and two Peruvians) and two women were killed by gunmen.",
        [("killed", 6, 6, V), ("killed", 2, 2, V)],
    ),
    ("Six priests, five of them foreigners, were murdered at dawn.", [("killed", 6, 6, V)]),
    ("A bomb hit a bus; six passengers, two of whom were killed, were miners.", [("killed", 2, 2, V)]),
    (
        "Maria Paz, third judge of the court, and two of her guards were murdered.",
        [("killed", 1, 1, V), ("killed", 2, 2, V)],
    ),
    ("MAYOR JUAN PEREZ WAS MURDERED IN KOBLA ON FRIDAY, ACCORDING TO THE POLICE.", [("killed", 1, 1, V)]),
    ("REBELS CLAIMED THE MURDER OF HECTOR PAZ ON FRIDAY, ACCORDING TO THE POLICE.", [("killed", 1, 1, V)]),
]


@pytest.mark.parametrize(("sentence", "expected"), TOLD)
def test_figures_are_read_with_their_measure_and_side(sentence: str, expected: list[tuple[str, int, int, str]]) -> None:
    assert sorted(figures(read(sentence)), key=str) == sorted(expected, key=str)


NOT_TOLD = [
    "Gunmen in a group of 40 attacked the post in 2019 style on May 12.",
    "The 34-year-old driver was not hurt when rebels opened fire.",
    "Rebels attacked a post 12 kilometers from the town.",
    "The army killed 300 cattle in the raid.",
    "The virus has infected 2,000 people and killed over 90 in the province.",
    "A bus crash killed 20 people on the coast road.",
    "An earthquake killed 400 people in the hills.",
    "Cholera killed 30 people in the camp.",
    "A hotel fire killed 17 people in the old town.",
    "An explosion at a factory killed nine people on Monday.",
    "The mine was shut by the fire that killed six miners.",
    "A helicopter struck power lines and crashed, killing two people.",
    "The board named Ron Vale of Merton Lynch and Co.",
    "Two players were injured in the second half.",
    "Three deaths were reported at the clinic.",
    "A shark attacked a surfer, who was killed, police said.",
    "A student killed himself by jumping from a bridge.",
    "The bill was killed in committee on Monday.",
    "The dog was killed by gunmen.",
    "The old bishop died at home on Monday, the church said.",
    "The convoy was attacked and nothing was known of those hurt.",
    "Mourners marked the death of the singer.",
    "It was reported that anyone who was killed would be named.",
]


@pytest.mark.parametrize("sentence", NOT_TOLD)
def test_numbers_that_count_no_victims_are_left_alone(sentence: str) -> None:
    assert [f for f in figures(read(sentence)) if f[1] not in (None, 0)] == []


def test_a_death_in_bed_is_none_of_the_war_the_dead_man_fought() -> None:
    body = "Luis Soto, who led guerrillas for years, died on Monday at the age of 81. Rebels attacked often in his day."
    assert not [f for f in figures(read(body, title="Former guerrilla leader Soto dies")) if f[0] == "killed"]


def test_a_disease_is_named_as_the_reason() -> None:
    [left_out] = read("The virus has killed over 90 people in the province.").excluded
    assert (left_out.reason, left_out.text) == ("disease", "killed over 90 people")


def test_a_part_is_no_addition() -> None:
    report = read("A blast killed 12 people, including three children.")
    assert figures(report) == [("killed", 12, 12, V)]
    assert figures(report, "part") == [("killed", 3, 3, V)]


def test_some_of_those_told_before_are_a_part() -> None:
    report = read("Gunmen killed six guards in Kobla. Two of them died on the way to hospital.")
    assert figures(report, "part") == [("killed", 2, 2, V)]


def test_some_of_a_group_are_a_figure_of_their_own() -> None:
    assert figures(read("Four of the nine passengers were killed by gunmen.")) == [("killed", 4, 4, V)]


def test_an_increment_and_the_new_total_are_told_apart() -> None:
    report = read("Police said the death toll from the bombing rose by 3 to 19.")
    assert figures(report, "increment") == [("killed", 3, 3, V)]
    assert figures(report) == [("killed", 19, 19, V)]
    assert report.signals[0].scope == "update"


@pytest.mark.parametrize(
    ("sentence", "low", "corrects"),
    [
        ("Police revised the death toll from the bombing down from 12 to 7.", 7, 12),
        ("Police lowered the death toll from the bombing to 7.", 7, -1),
        ("Rebels killed 7 people, not 12 as earlier reported, police said.", 7, 12),
    ],
)
def test_a_correction_names_the_figure_it_voids(sentence: str, low: int, corrects: int) -> None:
    [count] = [c for c in counts_of(read(sentence)) if c.corrects is not None]
    assert (count.low, count.corrects) == (low, corrects)


def test_attacks_told_together_are_one_count() -> None:
    [count] = counts_of(read("Two attacks killed 12 people on Monday."))
    assert (count.low, count.attacks) == (12, 2)


@pytest.mark.parametrize(
    ("people", "class_"),
    [("aid workers", "aid_worker"), ("relief workers", "aid_worker"), ("media workers", "journalist"),
     ("health workers", "health_worker"), ("mine workers", "civilian")],
)  # fmt: skip
def test_who_the_victims_are_may_stand_in_two_words(people: str, class_: str) -> None:
    [count] = counts_of(read(f"Gunmen killed two {people} in the town on Monday."))
    assert (count.low, count.class_) == (2, class_)


LISTS = [
    ("Six monks, their housekeeper and her daughter were murdered by soldiers.", 8),
    ("Soldiers killed university rector Igor Pallas, five other monks, and two women in San Telmo.", 8),
    ("Relief workers found six monks and two women murdered by soldiers.", 8),
    ("Gunmen killed Igor Pallas, mayor of San Telmo, and two bodyguards.", 3),
    ("The assailants killed Pedro Salas, a judge, his wife and their driver.", 3),
    ("A peasant leader, Luis Soto, and his brother Marco were murdered by paramilitaries.", 2),
    ("A bomb killed two soldiers and a building collapsed.", 2),
    ("The bodies of five fishermen were found on a beach, their throats slit by militants.", 5),
    ("The army said it lost eight men in the ambush.", 8),
    ("The gunmen executed the two men in front of villagers.", 2),
    ("Two Chileans were among 19 people killed in the bombing.", 19),
    ("The toll in the Mosul bombing rose to 27 dead and 90 wounded.", 27),
    ("Nine people, including three women, were hacked to death in a village by rebels.", 9),
]


@pytest.mark.parametrize(("sentence", "dead"), LISTS)
def test_the_dead_of_a_list_add_up(sentence: str, dead: int) -> None:
    killed = [low or 0 for measure, low, _, _ in figures(read(sentence)) if measure == "killed"]
    assert sum(killed) == dead
