"""What a newsroom reads: titles, texts and readbacks, and that no template holds an alert back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alerts import wording
from alerts.alert import Alert, IncidentView, Range
from alerts.config.fixtures import fixtures
from alerts.config.types import Band, Config, Rule
from alerts.readback import readback
from alerts.render import Renderer, plain_text, plain_title
from alerts.sandbox import OUTPUT_CAP
from streams.article import EventTime

GOLDEN = Path(__file__).resolve().parent / "golden"
TOLL = Rule(
    id="mass-casualty",
    when=("attack.*",),
    measure="killed",
    by=("country", "admin1"),
    bands=(Band(severity="warning", threshold=5), Band(severity="critical", threshold=10)),
)
PULL_OUT = Rule(
    id="pull-out",
    when=("force.*",),
    measure="episodes",
    by=("actor", "country"),
    over=90 * 86400,
    trigger="first",
    bands=(Band(severity="warning", threshold=1),),
)


def rendered(alert: Alert, **templates: str) -> tuple[Alert, str | None]:
    rule = replace(TOLL, **templates)  # type: ignore[arg-type]
    return Renderer(Config(path="t.yml", rules=(rule,))).render(alert, rule)


def shown(alert: Alert) -> str:
    return f"{alert.title}\n{'-' * 40}\n{alert.text}\n"


# --- the built-in texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [TOLL, PULL_OUT], ids=lambda rule: rule.id)
@pytest.mark.parametrize("number", [0, 1, 2], ids=["alert", "update", "cancel"])
def test_built_in_texts(rule: Rule, number: int) -> None:
    given = fixtures(rule)[number]
    alert, failure = Renderer(Config(path="t.yml", rules=(rule,))).render(given, rule)
    assert failure is None
    golden = GOLDEN / f"render_{rule.id}_{given.kind}.txt"
    assert shown(alert) == golden.read_text(encoding="utf-8")


def test_rendering_changes_nothing_but_the_words() -> None:
    given = fixtures(TOLL)[0]
    alert, _ = rendered(given)
    assert replace(alert, title="", text="", readback="") == given


def test_a_worse_band_reads_as_an_alert_and_not_as_an_update() -> None:
    alert, _ = rendered(replace(fixtures(TOLL)[1], kind="alert"))
    assert alert.title.startswith("CRITICAL: at least 12 killed")


def test_the_plain_text_says_the_essentials() -> None:
    update = fixtures(TOLL)[1]
    told = f"{plain_title(update)}\n{plain_text(update)}"
    for part in ("UPDATE", "killed 10 → 12 or more", update.evidence[0].sentence, "2 independent", "Iraq"):
        assert part in told


def test_the_plain_text_of_an_alert_without_anything_is_still_a_text() -> None:
    empty = replace(fixtures(TOLL)[2], incidents=[], evidence=[], changed=[], key={})
    assert plain_text(empty).startswith("No incident stands; 1 family, unconfirmed.")
    assert plain_title(empty) == "CANCELED: 0 killed (mass-casualty)"


# --- templates that misbehave -------------------------------------------------------------------------------------

LOOP = (
    "{% for a in range(900) %}{% for b in range(900) %}{% for c in range(900) %}%s{% endfor %}{% endfor %}{% endfor %}"
)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ ''.__class__ }}", "unsafe"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{{ alert.update({'title': 'x'}) }}", "unsafe"),
        ("{{ '{0.__class__}'.format(alert) }}", "unsafe"),
        ("{{ '{:>1000000000}'.format(1) }}", "unsafe"),
        ("{{ '%1000000000d' % 1 }}", "not available"),
        ("{{ 'a' * 1000000000 }}", "too long"),
        ("{{ 10 ** 10 ** 10 }}", "not available"),
        ("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "not available"),
        ("{% include '/etc/passwd' %}", "not available"),
        ("{% for a in alert.evidence recursive %}{{ loop([a]) }}{% endfor %}", "not available"),
        (LOOP.replace("%s", ""), "5,000 steps"),
        (LOOP.replace("%s", "x"), "5,000 steps"),
        ("{% for a in range(4000) %}xxxxxxxxxxxx{% endfor %}", "steps"),
        ("{% for a in range(2000) %}{{ alert.readback }}{% endfor %}", "20,000 characters"),
        ("{% set s = alert.title ~ alert.title %}" + "{% set s = s ~ s %}" * 60 + "{{ s }}", "20,000 characters"),
        ("{{ alert.nothing }}", 'no field "nothing"'),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ alert.title", "unexpected end"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
        ("   ", "empty"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_a_template_that_misbehaves_gives_way_to_the_plain_text(template: str, why: str) -> None:
    given = fixtures(TOLL)[0]
    started = time.monotonic()
    alert, failure = rendered(given, text=template)
    assert time.monotonic() - started < 2
    assert failure is not None
    assert why in failure
    assert 'the text template of rule "mass-casualty" failed' in failure
    assert alert.text == plain_text(replace(given, readback=alert.readback))
    assert alert.title == "CRITICAL: 10 killed in Anbar, Iraq in 24 h (mass-casualty)"


def test_a_failure_names_the_line_of_the_template() -> None:
    _, failure = rendered(fixtures(TOLL)[0], text="{{ alert.readback }}\n\n{{ alert.nothing }}")
    assert failure is not None
    assert "at line 3" in failure


def test_a_failing_title_leaves_the_text_alone() -> None:
    alert, failure = rendered(fixtures(TOLL)[0], title="{{ nothing }}", text="Own text.")
    assert (alert.title, alert.text) == ("CRITICAL: 10 killed in Anbar, Iraq (mass-casualty)", "Own text.")
    assert failure == "the title template of rule \"mass-casualty\" failed at line 1: 'nothing' is undefined"


def test_a_headline_that_looks_like_a_template_is_only_text() -> None:
    given = fixtures(TOLL)[0]
    quoted = replace(given.evidence[0], sentence="{{ alert.__class__ }} {% raw %} <!channel>")
    alert, failure = rendered(replace(given, evidence=[quoted]))
    assert failure is None
    assert "{{ alert.__class__ }} {% raw %} <!channel>" in alert.text


def test_a_quotation_of_any_length_fits() -> None:
    given = fixtures(TOLL)[0]
    quoted = replace(given.evidence[0], sentence="killed " * 10_000)
    alert, failure = rendered(replace(given, evidence=[quoted] * 3))
    assert failure is None
    assert len(alert.text) < OUTPUT_CAP


def test_a_title_is_one_line() -> None:
    alert, _ = rendered(fixtures(TOLL)[0], title="Killed:\n\n  {{ alert.measure.value }}\n")
    assert alert.title == "Killed: 10"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ 1200 | number }}", "1,200"),
        ("{{ 1 | plural('family', 'families') }} {{ 2 | plural('death') }}", "family deaths"),
        ("{{ alert.at | when('Asia/Baghdad') }}", "Mon 2 Mar 2026, 12:05 +03"),
        ("{{ '2026-03-02T04:00:00+00:00' | ago }}", "5 h ago"),
        ("{{ alert.incidents[0].place | place }}", "near Rawa, Iraq (± 50 km)"),
        ("{{ 'a  \n b' | quote }}", "“a b”"),
        ("{{ rule.over | span }} {{ rule.severity.critical | number }}", "24 h 10"),
        ("{{ alert.incidents[0].victims[0].class }}", "combatant"),
        ("{{ ['x', 'y'] | map('upper') | join('-') }}", "X-Y"),
    ],
)
def test_what_templates_can_say(template: str, told: str) -> None:
    alert, failure = rendered(fixtures(TOLL)[0], text=template)
    assert (alert.text, failure) == (told, None)


# --- blocks of the built-in text ----------------------------------------------------------------------------------


def test_a_template_can_override_one_block_of_the_built_in_text() -> None:
    given = fixtures(TOLL)[0]
    built_in, _ = rendered(given)
    own = '{% extends "text" %}{% block readback %}Call the desk. {{ super() }}{% endblock %}'
    own += "{% block excluded %}{% endblock %}"
    alert, failure = rendered(given, text=own)
    assert failure is None
    assert alert.text.startswith("Call the desk. Police via")
    assert "Left out" not in alert.text
    assert alert.text.endswith(built_in.text[built_in.text.index("\nThreshold") : built_in.text.index("\n\nLeft out")])
    assert (alert.own_text, built_in.own_text) == (True, False)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ('{% extends "nothing" %}', 'can extend "text" or "title" only'),
        ("{% extends alert.title %}", 'can extend "text" or "title" only'),
        ("{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}", '"self" is not available'),
        (
            "{% for a in range(9) %}{% for b in range(900) %}{% block c %}x{% endblock %}{% endfor %}{% endfor %}",
            "5,000 steps",
        ),
    ],
)
def test_blocks_can_neither_reach_files_nor_run_away(template: str, why: str) -> None:
    _, failure = rendered(fixtures(TOLL)[0], text=template)
    assert failure is not None
    assert why in failure


# --- readback -----------------------------------------------------------------------------------------------------


def incident(**more: Any) -> IncidentView:
    return replace(fixtures(TOLL)[0].incidents[0], actors=[], wounded=None, **more)


def told_of(one: IncidentView, **more: Any) -> str:
    return readback(replace(fixtures(TOLL)[1], incidents=[one], at="2026-03-02T14:05:00+00:00", **more))


def test_a_readback_says_every_slot() -> None:
    assert told_of(incident()) == (
        "Police via Meridian Wire and Harbour Post: 10 soldiers killed, ambush, near Rawa (± 50 km), Mon 2 Mar; "
        "2 families; group not stated"
    )


def test_missing_slots_are_said_aloud() -> None:
    bare = IncidentView(id="in_1", type="attack.shelling")
    assert told_of(bare) == (
        "Speaker not stated via Meridian Wire and Harbour Post: no figure stated, shelling, place not stated, "
        "date not stated; 2 families; group not stated"
    )


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0, 0, "0 killed"), (1, None, "at least 1"), (10, 12, "10 to 12"), (None, 9, "at most 9"), (1200, 1200, "1,200")],
)
def test_figures_keep_their_range(low: int | None, high: int | None, told: str) -> None:
    assert f": {told}" in told_of(incident(killed=Range(low=low, high=high)))


def test_combatants_are_called_soldiers_only_when_a_quotation_does() -> None:
    quoted = replace(fixtures(TOLL)[0].evidence[0], sentence="Soldiers killed 10 armed militants, police said.")
    assert ": 10 militants killed" in told_of(incident(), evidence=[quoted])
    assert ": 10 combatants killed" in told_of(incident(), evidence=[])


def test_a_mixed_toll_names_no_class() -> None:
    victims = [{"class": "civilian", "killed": 4}, {"class": "police", "killed": 6}]
    assert ": 10 killed," in told_of(incident(victims=victims))


def test_a_single_family_is_unconfirmed_and_a_denial_disputed() -> None:
    told = readback(replace(fixtures(TOLL)[0], incidents=[incident(status="disputed")]))
    assert "1 family, unconfirmed; disputed; group not stated" in told


def test_a_date_taken_from_the_report_is_not_passed_off_as_stated() -> None:
    when = EventTime(start="2026-03-02", end="2026-03-02", precision="day", from_="published")
    assert "date not stated, reported Mon 2 Mar" in told_of(incident(event_time=when))
    old = EventTime(start="2016-03-01", end="2016-03-03", precision="range", from_="text")
    assert "Tue 1 Mar 2016 to Thu 3 Mar 2016" in told_of(incident(event_time=old))


def test_a_withdrawal_says_its_phase_and_its_facets() -> None:
    episode = IncidentView(
        id="ep_1",
        type="force.base_withdrawal",
        phase="ongoing",
        actors=[{"id": "coalition", "name": "the Coalition", "role": "actor"}],
        place={"name": None, "country": "IQ", "precision": "country", "radius_km": None},
        facets=[{"facet": "bases", "phase": "ongoing", "counts": [{"measure": "bases", "low": 5, "high": 5}]}],
    )
    assert told_of(episode).endswith(
        ": 5 bases, base withdrawal, ongoing, in Iraq, place not stated, date not stated; 2 families; by the Coalition"
    )


# --- wording ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({}, ""),
        ({"country": "IQ"}, "in Iraq"),
        ({"country": "unknown"}, "in an unknown country"),
        ({"country": "IQ", "admin1": "unknown"}, "in Iraq in an unknown province"),
        ({"actor": "x", "country": "ML"}, "by x in Mali"),
        ({"country": "IQ", "type": "attack.air"}, "in Iraq of the type air strike"),
        ({"country": "XX", "place": "Rawa"}, "in Rawa, XX"),
    ],
)
def test_keys_in_words(key: dict[str, str], told: str) -> None:
    assert wording.key(key) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(3600, "1 h"), (86400, "24 h"), (172800, "48 h"), (259200, "3 days"), (5400, "90 min"), (1, "1 s")],
)
def test_spans_in_words(seconds: int, told: str) -> None:
    assert wording.span(seconds) == told


@pytest.mark.parametrize(
    ("type_", "told"),
    [
        ("attack.suicide_bombing", "suicide bombing"),
        ("ceasefire.violation", "ceasefire violation"),
        ("force.base_handover", "base handover"),
        ("force.deployment", "force deployment"),
        ("attack.air", "air strike"),
    ],
)
def test_types_in_words(type_: str, told: str) -> None:
    assert wording.type_name(type_) == told
