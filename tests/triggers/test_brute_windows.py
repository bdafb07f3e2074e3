"""Sums and novelties against trying every span, and no severity that holds a higher one back: through the fold."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_life_of_a_surge import SURGE, TOWNS, day
from test_life_properties import CONFIG, NEWS, Run
from test_near import PLACES

from alerts import rules
from alerts.alert import Alert
from alerts.config.types import Band, Near, Rule, Tuning
from alerts.roots import Tables
from alerts.triggers.judging import Judge
from builders import at, killed, report
from streams import world
from streams.happenings import Happening
from streams.journal import Record
from streams.windows import Item
from telling import RULE, Told, config

FEW_OF = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def held(tables: Tables, rule: Rule) -> dict[str, list[Item]]:
    """Key → what lies in its window, from the shares alone."""
    found: dict[str, list[Item]] = {}
    for name, kept in tables.shares.rows.items():
        if name.startswith(f"{rule.definition}|"):
            found.setdefault(tables.text_of(rule, kept.key), []).append(kept.item)
    return found


def reached(rule: Rule, items: list[Item], mine: Item, known: dict[str, Happening]) -> str | None:
    """By trying every span that ends at a happening sure enough and holds mine, for each band."""
    if rule.trigger == "first":
        alone = all(abs(other.at - mine.at) >= rule.over for other in items if other.id != mine.id)
        return rule.bands[0].severity if alone else None
    best = None
    for band in rule.bands:
        sure = [one for one in items if rules.standing_behind(rule, known[one.id]) >= band.independent]
        ends = [one.at for one in sure if mine.at <= one.at < mine.at + rule.over]
        sums = [sum(one.value for one in sure if end - rule.over < one.at <= end) for end in ends]
        if max(sums, default=0) >= band.threshold:
            best = band.severity
    return best


class Tried(Run):
    """After each entry every window is tried anew."""

    def after(self, record: Record, told: list[Alert]) -> None:
        tables, known = Tables(self.state), world.happenings(self.state).rows
        judge = Judge(self.state, tables, record.received)
        for rule in CONFIG.rules:
            for key_text, items in held(tables, rule).items():
                assert tables.windows.rows[key_text].items == sorted(items, key=lambda one: (one.at, one.id))
                for one in items:
                    assert judge.crossing(rule, key_text, one).severity == reached(rule, items, one, known)


@FEW_OF
@given(NEWS)
def test_sums_and_novelties_agree_with_trying_every_span(news: list[Any]) -> None:
    Tried(news)


# --- severities -----------------------------------------------------------------------------------------------------

BANDS = (Band(severity="warning", threshold=0.2), Band(severity="critical", threshold=0.02))
TWICE = (Band(severity="warning", threshold=1.3), Band(severity="critical", threshold=3))
FEW = (Band(severity="warning", threshold=3), Band(severity="critical", threshold=12))
RULES = (
    replace(SURGE, id="surge", definition="s", measure="killed", bands=BANDS, cooldown=9 * 86400),
    replace(
        SURGE, id="ratio", definition="r", measure="killed", trigger="ratio", bands=TWICE, tuning=Tuning(back=10),
        cooldown=9 * 86400,
    ),
    replace(
        SURGE, id="record", definition="c", measure="killed", trigger="record", bands=FEW, tuning=Tuning(back=20),
        cooldown=9 * 86400,
    ),
    replace(
        RULE, id="ours", definition="n", by=("asset",), bands=FEW, near=Near(within_km=60, assets=PLACES),
        cooldown=9 * 86400,
    ),
)  # fmt: skip

#: (hours since the last, town, killed, which of those known is said anew: 0 none)
DEATHS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 3, 20, 26]),
        st.sampled_from(TOWNS[:6]),
        st.integers(1, 14),
        st.sampled_from([0, 0, 0, 1, 2]),
    ),
    min_size=3,
    max_size=14,
)


class Loud(Told):
    """After each entry: a root of the key says no less than what the newest happening makes of it."""

    def __init__(self) -> None:
        self.kinds = Counter[tuple[str, str]]()
        usual = [report(f"u{n}", day(n), killed(2), town=TOWNS[n % 6], day=day(n)[:10]) for n in range(36)]
        super().__init__(config(*RULES, update_every=1), *usual)

    def check(self, happening: str) -> None:
        tables = Tables(self.state)
        judge = Judge(self.state, tables, self.records[-1].received)
        for rule in RULES:
            share = tables.shares.get(f"{rule.definition}|{happening}")
            if share is None:
                continue
            key_text = tables.text_of(rule, share.key)
            severity = judge.crossing(rule, key_text, share.item).severity
            if severity is None:
                continue
            self.kinds[rule.id, severity] += 1
            standing = [root for root in tables.roots.rows.values() if root.key_text == key_text and not root.canceled]
            assert any(severity in (root.severity, "warning") for root in standing), (rule.id, severity, standing)


def heard(deaths: list[Any]) -> Loud:
    run, now = Loud(), at(day(37))
    articles: list[Any] = []
    for n, (hours, where, dead, again) in enumerate(deaths):
        now += hours * 3600
        when = day((now - at(day(0, 0))) // 86400, (now - at(day(0, 0))) // 3600 % 24)
        if again and articles:
            one = articles[-min(again, len(articles))]
            more = max(dead, int(one.signals[0].counts[0].low))
            town, first = one.signals[0].places[0].name, one.signals[0].event_time.start
            one = report(one.id, when, killed(more), town=town, day=first, revision=n + 2)
        else:
            one = report(f"n{n}", when, killed(dead), town=where, day=when[:10])
            articles.append(one)
        run.hear(one)
        for id_, happening in list(world.happenings(run.state).rows.items()):
            if any(mention.position == len(run.records) for mention in happening.mentions):
                run.check(id_)
    return run


@FEW_OF
@given(DEATHS)
@example([(0, "Tikrit", 1, 0), (0, "Mosul", 3, 0), (20, "Tikrit", 1, 1)])  # an edit takes news to the next day
def test_no_trigger_lets_a_lower_severity_hold_back_a_higher_one(deaths: list[Any]) -> None:
    heard(deaths)


def test_each_of_them_reaches_both_severities() -> None:
    calm = [(26, TOWNS[n % 6], 2, 0) for n in range(4)]
    kinds = heard([*calm, (1, TOWNS[0], 3, 0), (1, TOWNS[0], 12, 1), (20, TOWNS[2], 14, 0)]).kinds
    assert {rule for rule, severity in kinds if severity == "critical"} == {"surge", "ratio", "record", "ours"}
