"""Only what happened, and is news, counts."""

from __future__ import annotations

import pytest
from reading import counting, read

FRESH = [
    "Gunmen attacked a police post on Thursday.",
    "On May 2, 2019, a suicide bomber killed nine people in the town.",
    "Rebels tried to blow up a bridge on Monday.",
    "Soldiers are attacking the rebel town.",
    "An attack on a checkpoint left three soldiers dead.",
    "Suspected militants killed 12 villagers on Thursday, prosecutors said.",
    "Marco Ruiz, envoy in the years 1994 to 1998, was gunned down on Thursday.",
    "In the past few hours rebels have killed three peasants in the hills.",
    "A bomb killed five people outside the court where the general was on trial.",
    "Two men were murdered by rebels who accused them of being informers.",
    "The group claimed responsibility for the bombing that killed three soldiers.",
    "Police are investigating the murder of a judge by gunmen.",
    "The bus in which the officials were riding was ambushed near the river.",
    "In the north there were other attacks, in which two soldiers were killed.",
    "At least 11 people died in two days of clashes in the port.",
]
NOT_FRESH = [
    "The group could attack the town again.",
    "The general said he would not attack the town.",
    "Rebels plan to attack the town.",
    "If militants attack the town, thousands will flee.",
    "The army denied that its jets bombed the village.",
    "The war has killed over 71,000 people since late 2019.",
    "Survivors met on the anniversary of the 2012 bombing that killed 40 people.",
    "Militants seized the town in a 2014 offensive that killed 200 soldiers.",
    "He was convicted of killing two soldiers in a bombing.",
    "Rebels killed 1,200 people in an attack five years ago.",
    "The insurgents wage occasional attacks from the hills.",
    "Analysts fear an attack on the capital.",
    "The army wants to prevent attacks on the capital.",
    "The police condemned attacks on journalists.",
    "A man accused of killing six farmers was flown home.",
    "Of the victims of the rebels 700 have died during 2024.",
    "So far two judges have been murdered by rebels in less than 15 days.",
    "The sister of the murdered envoy spoke to reporters.",
    "Soldiers stormed a building in a drill to free mock hostages.",
    "The singer, who was shot in 1986 by rebels, died on Monday aged 70.",
    "A man who stabbed three soldiers to death was jailed for life on Tuesday.",
    "The government believed that the envoy had been murdered.",
    "Attacks in the harbour district have killed 31 people this week, the office said.",
    "Police foiled nothing and spoke of a bomb plot in the capital.",
    "The suspect in a shooting that left two men dead was released from jail.",
    "The minister did nothing to clarify the murder of the four nuns.",
    "Relatives of the 43 murdered students marched to the palace.",
    "The widow of slain senator Galvez said she has no hope.",
    "The commission has concluded that the armed forces murdered the mayor.",
    "The government wants to extradite the man who masterminded the hotel bombing in which 21 people died.",
    "Traffickers have set off more than 200 bombs, killing at least 150 people.",
    "The army says it killed 430 insurgents in October.",
    "In all, 2,100 rebels were killed during the offensive, the army said.",
    "In recent months gunmen have killed 20 mayors.",
    "Some 120 people have been killed in three weeks of protests.",
]


#: Named in the body of an article whose news is another happening.
IN_PASSING = [
    "The movement, responsible for an attack that killed 34 soldiers, has asked for talks.",
    "The congressman asked about the case of two teachers, who were murdered by the army.",
    "Aid was frozen because of the murder of the six monks.",
    "Two of the men who killed the governor are still at large.",
    "The president's father, who was killed by leftist guerrillas, was a landowner.",
    "Doubts remain about who killed the two reporters.",
    "At least one of them had been linked with the death of a minister, a Mr Duarte, who was murdered.",
]
_QUIET = "The cabinet met to discuss the budget for the coming year and said that exports of coffee had risen. " * 6


@pytest.mark.parametrize("sentence", IN_PASSING)
def test_a_deed_named_in_passing_adds_nothing_to_the_news(sentence: str) -> None:
    article = read(f"Gunmen attacked a police post on Thursday, killing three officers.\n\n{_QUIET}\n\n{sentence}")
    assert [c.low for s in counting(article) for c in s.counts if c.measure == "killed"] == [3]


@pytest.mark.parametrize("sentence", FRESH)
def test_a_fresh_attack_counts(sentence: str) -> None:
    assert [s for s in counting(read(sentence)) if s.type.startswith("attack.")]


@pytest.mark.parametrize("sentence", NOT_FRESH)
def test_what_did_not_happen_now_counts_for_nothing(sentence: str) -> None:
    assert not [s for s in counting(read(sentence)) if s.type.split(".")[0] in ("attack", "casualty", "hostage")]


def test_a_full_date_of_long_ago_is_the_events_not_the_scopes_business() -> None:
    [signal] = counting(read("On May 2, 2019, a suicide bomber killed nine people in the town."))
    assert (signal.event_time.start, signal.event_time.from_) == ("2019-05-02", "text")


def test_a_weekday_is_resolved_against_publication() -> None:
    [signal] = counting(read("Gunmen attacked a police post on Thursday."))
    assert (signal.event_time.start, signal.event_time.from_) == ("2024-05-16", "text")


def test_an_undated_article_is_given_no_day() -> None:
    [signal] = counting(read("Gunmen attacked a police post on Thursday.", dated=False))
    assert (signal.event_time.start, signal.event_time.from_) == (None, "none")


def test_a_fresh_attack_without_a_day_takes_publication() -> None:
    [signal] = counting(read("Gunmen attacked a police post near the river."))
    assert (signal.event_time.start, signal.event_time.from_) == ("2024-05-17", "published")


@pytest.mark.parametrize(
    ("sentence", "stance"),
    [
        ("Gunmen attacked a post on Thursday, police said.", "official_claim"),
        ("Gunmen attacked a post on Thursday, residents said.", "witness_claim"),
        ("Gunmen attacked a post on Thursday.", "asserted"),
        ("The group claimed responsibility for a bombing that killed nine people on Thursday.", "responsibility_claim"),
    ],
)
def test_who_says_it_is_kept(sentence: str, stance: str) -> None:
    assert read(sentence).signals[0].stance == stance
