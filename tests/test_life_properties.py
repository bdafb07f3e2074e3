"""What is said is kept true, whatever comes: an alert's life over random news, corrections and restarts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts import compose
from alerts.alert import Alert
from alerts.config.types import Band, Rule
from alerts.decide import Decide, Effects, encode
from alerts.roots import Tables, changes_between
from builders import at, killed, report
from streams import windows, world
from streams.journal import Control, Reading, Record, Tick, decode_entry, encode_entry
from streams.state import State
from streams.times import iso
from telling import RULE, config

START = at("2026-03-02 09:00")
SURE = replace(
    RULE,
    id="sure",
    definition="d2",
    over=6 * 3600,
    cooldown=3600,
    bands=(Band(severity="warning", threshold=4), Band(severity="critical", threshold=9, independent=2)),
)
FIRST = replace(RULE, id="first", definition="d3", trigger="first", bands=(Band(severity="warning", threshold=1),))
CONFIG = config(RULE, SURE, FIRST)

#: (minutes since the last, article, source, town, killed, what)
NEWS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 1, 3, 30, 240, 900]),
        st.integers(0, 5),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["Tikrit", "Mosul", "Gao"]),
        st.integers(0, 14),
        st.sampled_from(["new", "new", "new", "revised", "canceled", "corrected", "late", "baseline", "analyst"]),
    ),
    min_size=1,
    max_size=14,
)


def entries_of(news: list[tuple[int, int, str, str, int, str]]) -> list[Record]:
    """A journal of it, without Ticks."""
    records, now = [Record(position=1, received=START, entry=Control(command="config"))], START
    for n, (gap, article, source, town, number, what) in enumerate(news, 2):
        now += 60 * gap
        if what == "analyst":
            entry: Any = Control(
                command="correct", body={"incident": "?", "figures": {"killed": number}, "because": "x"}
            )
        else:
            entry = Reading(report=_report(n, now, article, source, town, number, what))
        records.append(Record(position=n, received=now, entry=decode_entry(encode_entry(entry))))
    return records


def _report(n: int, now: int, article: int, source: str, town: str, number: int, what: str) -> Any:
    moment = (iso(now - 3 * 3600 * (what in ("late", "baseline"))) or "")[:16].replace("T", " ")
    more: dict[str, Any] = {"revision": n}
    if what == "canceled":
        more["status"] = "canceled"
    if what == "corrected":
        more["scope"] = "update"
    corrects = {"corrects": -1} if what == "corrected" else {}
    made = report(f"a{article}", moment, killed(number, **corrects), source=source, town=town, **more)
    return replace(made, baseline=what == "baseline")


class Run:
    """The journal folded with a Tick at every due timer; what was told, by step."""

    config = CONFIG

    def __init__(self, news: list[Any], restart_at: int | None = None) -> None:
        self.decide, self.state = Decide(self.config, {}), State()
        self.decide.declare(self.state)
        self.records: list[Record] = []
        self.told: list[Alert] = []
        for n, record in enumerate(entries_of(news)):
            self._ticks(record.received)
            if n == restart_at:
                self._restart()
            self._fold(self._aimed(record))
        self._ticks(None)

    def _aimed(self, record: Record) -> Record:
        """An analyst corrects some incident that there is."""
        if not isinstance(record.entry, Control) or record.entry.command != "correct":
            return record
        known = sorted(world.happenings(self.state).rows) or ["none"]
        number = record.entry.body["figures"]["killed"]
        words: list[dict[str, Any]] = [
            {"figures": {"killed": number}},
            {"dismiss": True},
            {"merge": known[number % len(known)]},
            {"split": []},
        ]
        body = {"because": "x", "incident": known[record.position % len(known)], **words[number % 4]}
        return replace(record, entry=Control(command="correct", body=body))

    def _ticks(self, until: int | None) -> None:
        while (due := self.decide.next_due(self.state)) is not None and (until is None or due <= until):
            self._fold(Record(position=0, received=due, entry=Tick()))

    def _restart(self) -> None:
        rows = [change for change in State.take_changes(self.state) if change[2] is not None]
        kept = State()
        self.decide.declare(kept)
        for name, key, value in rows:
            kept.load(name, key, value)  # type: ignore[arg-type]
        self.state = kept

    def _fold(self, record: Record) -> None:
        record = replace(record, position=len(self.records) + 1)
        self.records.append(record)
        before = len(self.told)
        effects = self.decide.step(self.state, record, lambda position: self.records[position - 1])
        self.told += [planned.alert for planned in effects.outgoing]
        self.see(record, effects)
        self.after(record, self.told[before:])

    def see(self, record: Record, effects: Effects) -> None:
        """Given what each entry gave."""

    def after(self, record: Record, told: list[Alert]) -> None:
        """Held after each entry: a band that is reached by what is new is told in that very step."""


GIVEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def standing(run: Run, rule: Rule, root: Any) -> Any:
    """What a message about a root would say now."""
    tables = Tables(run.state)
    window = tables.windows.get(root.key_text)
    items = [item for item in window.items if item.id in root.ids] if window else []
    ids = tuple(item.id for item in items)
    if rule.trigger == "first":
        peak = windows.Peak(value=1, start=items[0].at - rule.over, end=items[0].at, ids=ids) if items else None
    else:
        peak = windows.peak(window, rule.over, among=root.ids) if window else None
    members = [world.happenings(run.state).rows[id_] for id_ in ids]
    return peak, compose.snapshot(rule, peak, members, root.severity)


@GIVEN
@given(NEWS)
def test_last_message_of_every_root_says_what_stands(news: list[Any]) -> None:
    run = Run(news)
    by_definition = {rule.definition: rule for rule in CONFIG.rules}
    for root in Tables(run.state).roots.rows.values():
        rule = by_definition[root.definition]
        last = [alert for alert in run.told if alert.root == root.id][-1]
        if root.canceled:
            assert last.kind == "cancel"
            continue
        peak, snapshot = standing(run, rule, root)
        assert peak is not None
        assert changes_between(root.seen, snapshot, "") == []
        assert last.measure.value == snapshot.value


@GIVEN
@given(NEWS)
def test_what_falls_below_the_lowest_band_is_canceled_and_nothing_else(news: list[Any]) -> None:
    run = Run(news)
    for alert in (one for one in run.told if one.kind == "cancel"):
        rule = next(rule for rule in CONFIG.rules if rule.id == alert.rule)
        assert alert.measure.value < rule.bands[0].threshold or rule.id == "sure" or alert.changed[0].field == "alert"


@GIVEN
@given(NEWS)
def test_chains_are_whole_and_grow_milder_only_by_an_update_that_says_so(news: list[Any]) -> None:
    run = Run(news)
    order = CONFIG.severities
    for root in {alert.root for alert in run.told}:
        chain = [alert for alert in run.told if alert.root == root]
        assert [alert.revision for alert in chain] == list(range(1, len(chain) + 1))
        assert chain[0].kind == "alert"
        assert "cancel" not in [alert.kind for alert in chain[:-1]]
        for earlier, later in pairwise(chain):
            if later.kind == "update":
                gap = at_(later) - at_(earlier)
                assert gap >= CONFIG.update_every
            before, after = order.index(earlier.severity), order.index(later.severity)
            assert after > before if later.kind == "alert" else after <= before
            if after < before:
                less = later.measure.value < earlier.measure.value
                assert later.kind == "update"
                assert less or later.sources.independent < earlier.sources.independent
                assert "severity" in [change.field for change in later.changed]


def at_(alert: Alert) -> int:
    return at(alert.at[:16].replace("T", " ")) + int(alert.at[17:19])


class Watched(Run):
    """Looks after each entry whether a worse band stands that was not told in the same step."""

    def see(self, record: Record, effects: Effects) -> None:
        """Given what each entry gave."""

    def after(self, record: Record, told: list[Alert]) -> None:
        entry = record.entry
        if not isinstance(entry, Reading) or entry.report.baseline or entry.report.status != "usable":
            return
        if record.received - at((entry.report.published or "")[:16].replace("T", " ")) > CONFIG.lateness:
            return
        tables = Tables(self.state)
        touched = {i for i, h in world.happenings(self.state).rows.items() if record.position in
                   {m.position for m in h.counted}}  # fmt: skip
        for root in tables.roots.rows.values():
            rule = next(rule for rule in CONFIG.rules if rule.definition == root.definition)
            if root.canceled or not touched & set(root.ids) or rule.trigger == "first" or rule.id == "sure":
                continue
            peak, _ = standing(self, rule, root)
            reached = [band.severity for band in rule.bands if peak and peak.value >= band.threshold]
            if reached:
                assert CONFIG.severities.index(root.severity) >= CONFIG.severities.index(reached[-1])


@GIVEN
@given(NEWS)
def test_lower_severity_never_holds_back_a_higher_one(news: list[Any]) -> None:
    Watched(news)


@GIVEN
@given(NEWS, st.integers(1, 12))
def test_restart_anywhere_gives_the_same_bytes(news: list[Any], cut: int) -> None:
    whole, broken = Run(news), Run(news, restart_at=cut)
    assert [encode(a) for a in whole.told] == [encode(a) for a in broken.told]


@GIVEN
@given(NEWS)
def test_retracting_every_article_cancels_every_root(news: list[Any]) -> None:
    later = [(1, article, "A", "Tikrit", 0, "canceled") for article in range(6)]
    run = Run([item for item in news if item[5] != "analyst"] + later)
    shares = Tables(run.state).shares.rows
    assert not shares
    assert all(root.canceled for root in Tables(run.state).roots.rows.values())


def test_some_of_it_is_told() -> None:
    """The strategy reaches every kind of message."""
    kinds: set[str] = set()

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(NEWS)
    def look(news: list[Any]) -> None:
        kinds.update(alert.kind for alert in Run(news).told)

    look()
    assert kinds == {"alert", "update", "cancel"}
