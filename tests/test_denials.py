"""A denial: it disputes what it denies, counts nothing, joins nothing, whatever the order in which it comes."""

from __future__ import annotations

from itertools import permutations

import pytest
from msgspec.structs import replace

from builders import killed, report
from streams import world
from streams.article import Article, Report
from streams.classify import classify
from streams.state import State
from streams.times import parse_moment
from telling import Told, config

STRIKE = "An air strike on a market in Tikrit, Iraq, killed 12 people on Tuesday, a hospital said."
DENIALS = [
    ("The army denied that its aircraft struck the market in Tikrit.", "army"),
    ("The army denied on Wednesday that it had bombed a market in Tikrit, Iraq.", "army"),
    ("Iraq's army denied carrying out Tuesday's air strike on a market in Tikrit.", "Iraq's army"),
    ("The defence ministry denied any involvement in the air strike on a market in Tikrit.", "defence ministry"),
    ("The defence ministry on Wednesday denied killing civilians in an air strike in Tikrit.", "defence ministry"),
    ("An army spokesman denied reports that 12 people were killed in Tuesday's strike in Tikrit.", "army spokesman"),
    ("The government denied responsibility for the air strike on a market in Tikrit, Iraq.", "government"),
]


def article(id_: str, published: str, source: str, body: str) -> Report:
    moment = parse_moment(published)[0]
    return classify(Article(id=id_, feed="f", source=source, body=body, published=moment))


@pytest.mark.parametrize(("text", "speaker"), DENIALS)
@pytest.mark.parametrize("first", [0, 1])
def test_an_article_that_only_denies_disputes_the_incident(text: str, speaker: str, first: int) -> None:
    entries = [
        article("a1", "2026-03-03T10:00", "Meridian Wire", STRIKE),
        article("a2", "2026-03-04T09:00", "Pacific Ledger", text),
    ]
    received = "2026-03-04 09:30"
    late = config(replace(config().rules[0], late="alert"))
    told = Told(late, *((entry, received) for entry in (entries[first], entries[1 - first])))
    last = told.alerts[-1]
    (incident,) = last.incidents
    assert incident.status == "disputed"
    assert (last.measure.value, last.sources.independent) == (12, 1)
    assert [(c.speaker, c.source, c.measure, c.low) for c in incident.claims if c.stance == "denial"] == [
        (speaker, "Pacific Ledger", "happening", None)
    ]
    assert text in [evidence.sentence for evidence in last.evidence]
    assert "disputed" in last.text.lower()


def denial(id_: str, published: str, **more: object) -> Report:
    return report(id_, published, realis="denied", stance="denial", **{"source": "Pacific Ledger", **more})  # type: ignore[arg-type]


def test_a_denial_is_told_to_those_who_were_alerted_and_so_is_its_end() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6)), denial("d1", "2026-03-02 11:00"))
    assert told.story == [("alert", "warning", 6), ("update", "warning", 6)]
    assert [c.said for c in told.alerts[1].changed] == ["status not disputed → disputed by police via Pacific Ledger"]
    told.hear(replace(denial("d1", "2026-03-02 11:00"), status="canceled", signals=(), events=(), revision=2),
              "2026-03-02 12:00")  # fmt: skip
    assert told.alerts[-1].incidents[0].status == "claimed"


def test_a_denial_alone_is_no_incident_and_of_elsewhere_disputes_nothing() -> None:
    told = Told(config(), denial("d1", "2026-03-02 08:00"), report("a1", "2026-03-02 09:00", killed(6), town="Gao"))
    assert [a.incidents[0].status for a in told.alerts] == ["claimed"]
    assert len(world.happenings(told.state)) == 1


def test_a_denial_with_a_figure_lends_it_to_no_toll() -> None:
    told = Told(config(), report("a1", "2026-03-02 09:00", killed(6)), denial("d1", "2026-03-02 11:00"))
    told.hear(replace(denial("d2", "2026-03-02 13:00"), signals=report("x", None, killed(40), realis="denied",
              stance="denial").signals, events=report("x", None, killed(40)).events), "2026-03-02 13:00")  # fmt: skip
    assert {a.measure.value for a in told.alerts} == {6}
    assert told.alerts[-1].incidents[0].killed is not None
    assert told.alerts[-1].incidents[0].killed.high == 6


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_denials_find_theirs_in_any_order_and_after_a_restart(order: tuple[int, ...]) -> None:
    entries = [
        report("a1", "2026-03-02 09:00", killed(6), day="2026-03-02"),
        report("a2", "2026-03-05 09:00", killed(9), day="2026-03-05", source="B"),
        denial("d1", "2026-03-02 12:00", day="2026-03-02"),
        denial("d2", "2026-03-05 12:00", day="2026-03-05"),
    ]
    told = Told(config(), *((entries[n], "2026-03-05 13:00") for n in order))
    found = world.happenings(told.state).rows
    by_article = {h.mentions[0].article: tuple(d.article for d in h.denied) for h in found.values()}
    assert by_article == {"wire\x1fa1": ("wire\x1fd1",), "wire\x1fa2": ("wire\x1fd2",)}
    again = world.restored((name, key, value or b"") for name, key, value in State.take_changes(told.state))
    assert world.happenings(again).rows == found
