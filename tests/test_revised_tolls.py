# ruff: noqa: E501 - a text is one line
"""A toll that is revised in a follow-up: whatever the words, it joins its incident and moves the toll, up or down."""

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

TUESDAY, THURSDAY = "2026-03-03T10:00", "2026-03-05T16:00"
BOMBED_22 = "A suicide bombing killed 22 people at a market in Quetta on Tuesday, police said."
BOMBED_9 = "A suicide bombing killed nine people at a market in Quetta on Tuesday, police said."
AMBUSHED_9 = "Gunmen ambushed an army convoy near Gao, Mali, on Tuesday, killing nine soldiers, the army said."
SHELLED_22 = "Shelling killed 22 civilians in Aleppo on Tuesday, activists said."

#: (first report, follow-up two days later, the toll that stands then)
REVISED = [
    (BOMBED_22, "Police in Quetta on Thursday lowered the number killed in the market bombing to 17.", 17),
    (BOMBED_22, "Police on Thursday revised the death toll from Tuesday's bombing in Quetta down to 17 from 22.", 17),
    (
        BOMBED_22,
        "The death toll from Tuesday's suicide bombing in Quetta was revised down to 17 on Thursday, officials said.",
        17,
    ),
    (
        BOMBED_22,
        "The number of people killed in the Quetta market bombing was corrected to 17 from 22, the health ministry said on Thursday.",
        17,
    ),
    (
        BOMBED_22,
        "The toll in Tuesday's bombing of a market in Quetta now stands at 17, after some victims were counted twice, police said on Thursday.",
        17,
    ),
    (
        BOMBED_22,
        "Officials on Thursday cut the death toll of the suicide attack on a market in Quetta from 22 to 17.",
        17,
    ),
    (BOMBED_22, "Police said on Thursday that 17 people, not 22, were killed in Tuesday's bombing in Quetta.", 17),
    (BOMBED_22, "Authorities reduced the toll of the Quetta market bombing to 17 on Thursday.", 17),
    (
        BOMBED_9,
        "The death toll from Tuesday's bombing in Quetta has risen to 12, hospital officials said on Thursday.",
        12,
    ),
    (
        BOMBED_9,
        "The death toll in the Quetta market bombing rose to 12 on Thursday, after three of the wounded died.",
        12,
    ),
    (BOMBED_9, "The death toll from the bombing at a market in Quetta now stands at 12, police said on Thursday.", 12),
    (BOMBED_9, "Police on Thursday raised the death toll from the Quetta bombing from nine to 12.", 12),
    (BOMBED_9, "The number of dead in Tuesday's market bombing in Quetta climbed to 12 on Thursday, doctors said.", 12),
    (BOMBED_9, "Officials in Quetta on Thursday raised the number of people killed in the market bombing to 12.", 12),
    (
        BOMBED_9,
        "The number of those killed in the suicide bombing in Quetta was corrected to 12, the ministry said on Thursday.",
        12,
    ),
    (
        BOMBED_9,
        "At least 12 people are now known to have died in Tuesday's bombing in Quetta, police said on Thursday.",
        12,
    ),
    (BOMBED_9, "The toll from the Quetta bombing reached 12 on Thursday as more bodies were found.", 12),
    (
        BOMBED_9,
        "Three more people died of their wounds on Thursday, bringing the death toll from Tuesday's bombing in Quetta to 12.",
        12,
    ),
    (
        BOMBED_9,
        "Hospital officials in Quetta said on Thursday that the death toll in the bombing had increased to 12.",
        12,
    ),
    (
        BOMBED_9,
        "Twelve people are now confirmed dead in the bombing of a market in Quetta on Tuesday, up from nine, officials said on Thursday.",
        12,
    ),
    (
        BOMBED_9,
        "Two more people injured in Tuesday's bombing in Quetta died in hospital, taking the death toll to 12.",
        12,
    ),
    (BOMBED_9, "The Quetta market bombing has now claimed 12 lives, officials said on Thursday.", 12),
    (BOMBED_9, "Officials have revised upward to 12 the number of people killed in Tuesday's bombing in Quetta.", 12),
    (BOMBED_9, "The authorities on Thursday updated the death toll of the Quetta bombing to 12.", 12),
    (
        BOMBED_9,
        "The confirmed death toll of Tuesday's suicide bombing in Quetta is now 12, a spokesman said on Thursday.",
        12,
    ),
    (
        BOMBED_9,
        "A man wounded in Tuesday's bombing of a market in Quetta died on Thursday, taking the death toll to 12.",
        12,
    ),
    (AMBUSHED_9, "The army on Thursday raised to 12 the number of soldiers killed in the ambush near Gao, Mali.", 12),
    (
        AMBUSHED_9,
        "The army on Thursday raised the number of soldiers killed in Tuesday's ambush near Gao, Mali, to 12.",
        12,
    ),
    (
        AMBUSHED_9,
        "The number of soldiers killed in the ambush near Gao, Mali, has risen to 12, the army said on Thursday.",
        12,
    ),
    (
        AMBUSHED_9,
        "Mali's army said on Thursday that 12 soldiers were killed in Tuesday's ambush near Gao, Mali,, three more than first reported.",
        12,
    ),
    (
        AMBUSHED_9,
        "The death toll from Tuesday's ambush near Gao, Mali, was raised from nine to 12, the army said on Thursday.",
        12,
    ),
    (AMBUSHED_9, "Mali's army on Thursday put the death toll from the ambush near Gao, Mali, at 12.", 12),
    (SHELLED_22, "The governor on Thursday lowered the death toll of Tuesday's shelling in Aleppo from 22 to 17.", 17),
    (
        SHELLED_22,
        "The health ministry on Thursday revised down to 17 the number of civilians killed in Tuesday's shelling in Aleppo.",
        17,
    ),
    (
        SHELLED_22,
        "Tuesday's shelling in Aleppo killed 17 civilians and not 22 as earlier reported, activists said on Thursday.",
        17,
    ),
    (
        SHELLED_22,
        "The death toll of the shelling in Aleppo on Tuesday was put at 17 instead of 22, activists said on Thursday.",
        17,
    ),
    (SHELLED_22, "Activists on Thursday corrected the number of civilians killed in the shelling of Aleppo to 17.", 17),
]
#: Follow-ups that tell of another happening in the same town.
OTHERS = [
    (BOMBED_9, "The death toll from Sunday's bombing of a mosque in Quetta rose to 12 on Thursday, police said."),
    (
        BOMBED_9,
        "Police in Quetta said on Thursday that 12 people were killed in a bombing on Thursday morning at a bus station.",
    ),
    (
        AMBUSHED_9,
        "The number of soldiers killed in last month's ambush near Gao, Mali, was corrected to 12 on Thursday, the army said.",
    ),
    (SHELLED_22, "Shelling killed 17 civilians in Aleppo on Thursday, activists said."),
]


def told(first: str, second: str, *sources: str) -> list[Happening]:
    """The incidents after both articles."""
    state = State()
    world.declare(state)
    for n, (published, body) in enumerate(((TUESDAY, first), (THURSDAY, second)), 1):
        moment = parse_moment(published)[0]
        article = Article(id=f"a{n}", feed="f", source=sources[n - 1], body=body, published=moment)
        record = Record(position=n, received=seconds_of(moment), entry=Reading(report=classify(article)))
        world.observe(state, record, world.Settings())
    return [h for _, h in world.happenings(state).sorted_items() if h.counted]


@pytest.mark.parametrize(("first", "second", "figure"), REVISED)
def test_a_revised_toll_joins_its_incident_and_moves_it(first: str, second: str, figure: int) -> None:
    (incident,) = told(first, second, "Meridian Wire", "Meridian Wire")
    value = toll(incident, want_of("killed"))
    assert len(incident.mentions) == 2
    assert value is not None
    assert value.low == figure


@pytest.mark.parametrize(("first", "second", "figure"), [case for case in REVISED if case[2] == 17][:3])
def test_a_stated_correction_voids_the_figure_of_another_house(first: str, second: str, figure: int) -> None:
    (incident,) = told(first, second, "Meridian Wire", "Harbour Post")
    value = toll(incident, want_of("killed"))
    assert value is not None
    assert (value.low, value.high) == (figure, figure)


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_the_toll_of_another_happening_joins_nothing(first: str, second: str) -> None:
    found = told(first, second, "Meridian Wire", "Meridian Wire")
    assert all(len(incident.mentions) == 1 for incident in found)
