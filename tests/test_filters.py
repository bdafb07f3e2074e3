"""What a rule asks for is what it sees: no figure, publisher or sentence of news that its filters keep out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts import filters, rules
from alerts.config.filters import joined
from alerts.config.types import Band, Filter, Rule
from builders import killed, report
from streams.happenings import Figure, Happening, Mention, Spot
from telling import RULE, Told, config


def leaf(field: str, *values: str) -> Filter:
    return Filter(kind="is", field=field, values=values)


def told(tree: Filter, *reports: Any) -> Told:
    return Told(
        config(replace(RULE, definition="w", where=tree, bands=(Band(severity="warning", threshold=5),))), *reports
    )


NEWS = (
    report("a", "2026-03-02 09:00", killed(7), source="Harbour Post", town="Tikrit"),
    report("b", "2026-03-02 09:10", killed(6), source="Meridian Wire", town="Tikrit"),
    report("c", "2026-03-02 09:20", killed(9), source="Meridian Wire", town="Gao", stance="official_claim"),
)


@pytest.mark.parametrize(
    ("tree", "values"),
    [
        (leaf("country", "IQ"), [6]),
        (leaf("source", "meridian*"), [6, 9]),
        (Filter(kind="not", parts=(leaf("source", "Harbour Post"),)), [6, 9]),
        (leaf("stance", "official_claim"), [9]),
        (Filter(kind="any", parts=(leaf("place", "gao"), leaf("source", "Harbour Post"))), [7, 9]),
    ],
)
def test_only_what_passes_the_filters_is_counted_and_quoted(tree: Filter, values: list[int]) -> None:
    heard = told(tree, *NEWS)
    last = {alert.root: alert for alert in heard.alerts}
    assert sorted(alert.measure.value for alert in last.values()) == values
    kept_out = {"Harbour Post"} if values in ([6, 9],) else set()
    assert not kept_out & {quoted.source for alert in heard.alerts for quoted in alert.evidence}


@pytest.mark.parametrize(
    ("tree", "reason", "detail"),
    [
        (leaf("country", "SY", "ML"), "other_country", "country IQ; asked for: country SY or ML"),
        (leaf("language", "fr"), "other_language", "language en; asked for: language fr"),
        (leaf("actor", "islamic_state"), "other_actor", "actor not known; asked for: actor islamic_state"),
        (leaf("victims", "journalist"), "other_victim_class", "victims not known; asked for: victims journalist"),
        (
            Filter(kind="not", parts=(leaf("source", "Harbour*"),)),
            "other_where",
            "source Harbour Post; asked for: not source Harbour*",
        ),
    ],
)
def test_what_a_filter_keeps_out_is_logged_with_the_filter(tree: Filter, reason: str, detail: str) -> None:
    heard = told(tree, NEWS[0])
    assert not heard.alerts
    assert [(why, how) for _, why, how in heard.log] == [(reason, detail)]


def test_planned_withdrawals_count_for_a_rule_that_asks_for_them() -> None:
    rule = Rule(
        id="plans", when=("force.*",), measure="episodes", bands=(Band(severity="warning", threshold=1),),
        definition="p", realis=("planned",), where=leaf("realis", "planned"),
    )  # fmt: skip
    planned = report("a", "2026-03-02 09:00", type_="force.base_withdrawal", realis="planned")
    done = report("b", "2026-03-02 09:00", type_="force.base_withdrawal", town="Gao")
    assert [alert.measure.value for alert in Told(config(rule), planned, done).alerts] == [1]
    usual = replace(rule, realis=(), where=None)
    assert [alert.evidence[0].article for alert in Told(config(usual), planned, done).alerts] == ["b"]


# --- against a slow twin ----------------------------------------------------------------------------------------------

LEAVES = st.sampled_from(
    [
        leaf("country", "IQ"), leaf("country", "IQ", "SY"), leaf("source", "a*"), leaf("source", "B"),
        leaf("language", "en"), leaf("stance", "denial"), leaf("actor", "x"), leaf("victims", "child"),
        leaf("type", "attack.*"), leaf("place", "GAO"),
    ]
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Filter(kind="all", parts=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Filter(kind="any", parts=tuple(parts))),
        inner.map(lambda part: Filter(kind="not", parts=(part,))),
    ),
    max_leaves=6,
)
MENTIONS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "AB"]), st.sampled_from(["en", None]), st.sampled_from(["asserted", "denial"]),
        st.sampled_from([(), ("x",), ("y",)]), st.sampled_from([None, "IQ", "ML"]), st.sampled_from([None, "child"]),
        st.sampled_from(["attack.ambush", "unrest.protest"]), st.booleans(),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def happening_of(rows: list[Any]) -> Happening:
    mentions = [
        Mention(
            key=f"k{n}", article=f"a{n}", position=n, signals=(0,), type=type_, publisher=source, family=source,
            story=f"s{n}",
            copied="", at=n, as_of=n, received=n, language=language, stance=stance, actors=actors, actual=actual,
            spot=Spot(name="Gao" if country == "ML" else None, country=country, precision="town"),
            figures=(Figure(measure="killed", side="victim", class_=class_, low=n + 1, high=n + 1, exactness="exact"),),
        )
        for n, (source, language, stance, actors, country, class_, type_, actual) in enumerate(rows)
    ]  # fmt: skip
    return Happening(id="in_1", nature="incident", mentions=tuple(mentions))


def slowly(tree: Filter, happening: Happening, m: Mention) -> bool:
    """The tree's truth by the words of the documentation, without the tables."""
    if tree.kind == "all":
        return sum(not slowly(part, happening, m) for part in tree.parts) == 0
    if tree.kind == "any":
        return sum(slowly(part, happening, m) for part in tree.parts) > 0
    if tree.kind == "not":
        return not slowly(tree.parts[0], happening, m)
    counted = [one for one in happening.mentions if one.actual]
    facts = {
        "country": [happening.country], "place": [happening.spot.name], "source": [m.publisher],
        "language": [m.language], "stance": [m.stance], "actor": [a for one in counted for a in one.actors],
        "victims": [f.class_ for one in counted for f in one.figures], "type": [one.type for one in counted],
    }  # fmt: skip
    wanted = [value.casefold() for value in tree.values]
    for fact in facts[tree.field]:
        for value in wanted:
            text = (fact or "").casefold()
            if fact and (text.startswith(value[:-1]) if value.endswith("*") else text == value):
                return True
    return False


@settings(max_examples=200, deadline=None)
@given(TREES, MENTIONS)
def test_every_tree_agrees_with_a_slow_reading_of_it(tree: Filter, rows: list[Any]) -> None:
    happening = happening_of(rows)
    rule = replace(RULE, by=(), where=tree, max_age=None, definition="w")
    right = {m.key for m in happening.mentions if m.actual and slowly(tree, happening, m)}
    seen = rules.looked_at(rule, happening)
    assert {m.key for m in seen.counted} == right
    assert rules.looked_at(rule, seen) is seen
    share = rules.share(rule, happening)
    if any(m.type.startswith("attack") for m in happening.counted):
        passed = any(m.type.startswith("attack") for m in happening.mentions if m.key in right)
        assert isinstance(share, rules.Share) == passed
        assert passed or share.reason
        if not right:
            assert share.reason in {*map(filters.reason_of, filters.FIELDS), filters.TOGETHER}


def test_filters_of_one_rule_all_hold() -> None:
    assert joined([]) is None
    assert joined([leaf("country", "IQ")]) == leaf("country", "IQ")
