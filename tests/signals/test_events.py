"""One happening is one event, however often it is told."""

from __future__ import annotations

from reading import counting, read

from streams.article import Report, counts_by_default


def told(report: Report) -> list[tuple[str, list[tuple[str, int | float | None]]]]:
    """(type, totals) of the events that count."""
    return [
        (e.type, [(c.measure, c.low) for c in e.counts if c.relation == "total"])
        for e in report.events
        if any(counts_by_default(report.signals[i]) for i in e.signals)
    ]


def test_title_lead_and_back_reference_are_one_event() -> None:
    body = "Gunmen ambushed a patrol near Mosul on Thursday, killing 10 soldiers. The ambush took place at dawn."
    report = read(body, title="10 soldiers killed in ambush near Mosul")
    assert told(report) == [("attack.ambush", [("killed", 10)])]
    assert sorted(s.scope for s in report.signals) == ["incident", "mention", "mention"]


def test_a_caption_is_a_mention() -> None:
    caption = "Soldiers at the site of the attack in Mosul"
    body = f"{caption}\n\nA car bomb killed six people in Mosul on Thursday."
    report = read(body, captions=((0, len(caption)),))
    assert told(report) == [("attack.vehicle_bomb", [("killed", 6)])]
    assert {s.section: s.scope for s in report.signals}["caption"] == "mention"


def test_two_attacks_in_two_towns_stay_apart() -> None:
    body = "A car bomb killed six people in Mosul on Thursday. Gunmen killed three policemen in Basra on Wednesday."
    assert told(read(body)) == [("attack.vehicle_bomb", [("killed", 6)]), ("attack.generic", [("killed", 3)])]


def test_days_before_another_attack_is_another_attack() -> None:
    body = "Days before Saturday's ambush, militants claimed a suicide attack that wounded four people in Kirkuk."
    assert [s.type for s in counting(read(body))] == ["attack.suicide_bombing"]


def test_a_victim_named_again_is_the_same_one() -> None:
    body = "Rebels murdered Juan Pardo, a mayor, in Kobla on Monday. Pardo was shot dead at home in Mirna, police said."
    assert [counts for _, counts in told(read(body))] == [[("killed", 1)]]


def test_victims_named_one_by_one_add_up() -> None:
    body = "Gunmen murdered Juan Pardo at dawn in Kobla. Ana Ibarra, his deputy, was also killed."
    assert [counts for _, counts in told(read(body))] == [[("killed", 2)]]


def test_who_was_also_killed_comes_on_top() -> None:
    body = "Gunmen opened fire on a bus near Mosul on Thursday, killing two guards. A child was also killed."
    assert [counts for _, counts in told(read(body))] == [[("killed", 3)]]


def test_he_is_the_one_told_before() -> None:
    body = "Gunmen shot dead a judge near Mosul on Thursday. He was killed when he left his home."
    assert [counts for _, counts in told(read(body))] == [[("killed", 1)]]


def test_the_same_dead_and_wounded_are_one_happening_in_other_words() -> None:
    body = (
        "A bomb killed 13 people and wounded 41 in Mosul on Thursday. Officials in the suburb of Karrada said that "
        "13 people were killed and 41 injured in the blast."
    )
    assert [counts for _, counts in told(read(body))] == [[("killed", 13), ("wounded", 41)]]


def test_some_of_the_groups_told_are_no_new_victims() -> None:
    body = "Gunmen murdered six priests and two nuns in Kobla on Monday. The six priests were murdered at night."
    assert [counts for _, counts in told(read(body))] == [[("killed", 8)]]


def test_what_lies_months_before_the_news_is_named_in_passing() -> None:
    body = (
        "Gunmen killed two guards in Kobla on Thursday. "
        "Rebels killed 300 villagers in the same valley on 12 November 2022, officials said."
    )
    assert [counts for _, counts in told(read(body))] == [[("killed", 2)]]


def test_those_told_as_a_group_and_then_by_name_are_the_same() -> None:
    body = (
        "The group claimed the murder of two clerks in Kobla on Thursday. "
        "Luis Soler and Marta Lopez were killed in separate attacks in Mirna on Thursday."
    )
    assert [counts for _, counts in told(read(body))] == [[("killed", 2)]]


def test_a_title_makes_no_other_person() -> None:
    body = "Rebels murdered Hector Paz in Kobla on Monday. The murder of Dr Paz and Ana Ruiz in Mirna shocked the town."
    assert [counts for _, counts in told(read(body))] == [[("killed", 2)]]


def test_an_update_replaces_the_figure() -> None:
    body = "A bomb killed 12 people in Kabul on Thursday. Police later said the death toll rose to 15."
    assert told(read(body)) == [("attack.site_bomb", [("killed", 15)])]


def test_groups_of_one_telling_add_up() -> None:
    body = "Rebels attacked a village on Thursday, killing nine villagers and two soldiers."
    assert told(read(body)) == [("attack.generic", [("killed", 11)])]


def test_the_state_of_the_wounded_adds_nobody() -> None:
    body = "Two guards were shot by militants last week. They both remained in critical condition."
    [(_, counts)] = told(read(body))
    assert ("wounded", 2) in counts


def test_title_and_body_that_differ_are_reported() -> None:
    report = read("Gunmen killed nine soldiers in Mosul on Thursday.", title="Gunmen kill 12 soldiers in Mosul")
    assert "title_body_conflict" in {p.code for p in report.problems}


def test_the_militants_are_the_group_named_before() -> None:
    body = "ISIS fighters attacked a village in Iraq on Monday. The militants killed three farmers there."
    actors = {a.id for s in counting(read(body)) for a in s.actors if a.role == "perpetrator"}
    assert actors == {"isis"}


def test_a_foreign_text_is_named_and_left_alone() -> None:
    report = read(
        "Les soldats ont attaqué le village et les habitants ont fui dans la nuit avec des enfants et des vieux."
    )
    assert report.signals == ()
    assert [p.code for p in report.problems] == ["unsupported_language"]
