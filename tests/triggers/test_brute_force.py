"""The triggers that stream agree with a slow recomputation of all that was ever counted."""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.config.types import Band, Rule, Tuning
from alerts.roots import Tables
from alerts.rules import Share
from alerts.triggers.judging import Judge
from alerts.triggers.series import GUARD, SHIFT, WARM_UP, bucket_of, start_of
from builders import at
from streams import coverage, horizons, world
from streams.journal import Control, Coverage, Record
from streams.state import State
from streams.windows import Item

DAY = 86400
START = at("2026-01-01 06:00")
KEY = {"country": "IQ"}


def rule_of(trigger: Any, bar: float, back: int = 0) -> Rule:
    bands = (Band(severity="warning", threshold=bar),)
    return Rule(
        id="r", when=("attack.*",), by=("country",), over=DAY, trigger=trigger, bands=bands,
        tuning=Tuning(back=back), definition="d1",
    )  # fmt: skip


RULES = [rule_of("surge", 0.02), rule_of("ratio", 2, 10), rule_of("record", 2, 20)]

#: (hours since the last, days back, which happening, value, what)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 5, 24, 24, 24, 60, 400]),
        st.sampled_from([0, 0, 0, 0, 1, 3, 9]),
        st.integers(0, 7),
        st.integers(1, 9),
        st.sampled_from(["new"] * 7 + ["moved", "gone", "failed", "ok", "ok", "first_contact", "down"]),
    ),
    min_size=10,
    max_size=70,
)


class Streaming:
    """A key's past as the fold keeps it, beside the plain log of it that the slow recomputation reads."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.state = rule, State()
        world.declare(self.state)
        coverage.table(self.state)
        self.tables, self.now = Tables(self.state), START
        horizons.clock(self.state).put("clock", horizons.Clock(now=START, since=START))
        self.tables.adopt(rule, START)
        self.text = self.tables.text_of(rule, KEY)
        self.items: dict[str, Item] = {}
        self.log: list[tuple[int, dict[str, Item]]] = []
        self.polls: list[tuple[int, str]] = []
        self.down: list[tuple[int, int]] = []
        self.n = 0

    def step(self, hours: int, back: int, which: int, value: int, what: str) -> Item | None:
        """One entry; gives the item that came, if any."""
        before, self.now = self.now, self.now + hours * 3600
        if what == "down":
            self.down.append((before, self.now))
            word = Control(command="config", body=coverage.missed(before, ["wire"]))
            coverage.follow(self.state, Record(position=1, received=self.now, entry=word))
            return None
        if what in ("failed", "ok", "first_contact"):
            self.polls.append((self.now, what))
            entry = Coverage(source="wire", outcome=what)  # type: ignore[arg-type]
            coverage.follow(self.state, Record(position=1, received=self.now, entry=entry))
            return None
        known = sorted(self.items)
        if what == "new" or not known:
            self.n += 1
            return self._put(f"n{self.n:03}", Item(self.now - back * DAY, f"n{self.n:03}", value))
        id_ = known[which % len(known)]
        return self._put(id_, None if what == "gone" else Item(self.items[id_].at, id_, value))

    def _put(self, id_: str, item: Item | None) -> Item | None:
        Judge(self.state, self.tables, self.now).look_ahead(self.rule, self.text)
        self.tables.move_share(self.rule, id_, Share(key=KEY, item=item) if item else None)
        if item is None:
            self.items.pop(id_)
        else:
            self.items[id_] = item
        self.log.append((self.now, dict(self.items)))
        return item


class Slow:
    """Everything computed anew from the log, by the formulas of docs/triggers.md."""

    def __init__(self, run: Any, start: int = START) -> None:
        """``run`` has ``now``, and the ``log``, ``polls`` and ``down`` since ``start`` (seconds)."""
        self.run, self.newest = run, bucket_of(run.now, DAY)
        self.first = bucket_of(start, DAY) + 1

    def count(self, bucket: int) -> float:
        """What the bucket held when it settled, or holds now."""
        settles = start_of(bucket + GUARD + 1, DAY)
        held = [items for moment, items in self.run.log if moment < settles or self.newest <= bucket + GUARD]
        return sum(i.value for i in (held[-1].values() if held else ()) if bucket_of(i.at, DAY) == bucket)

    def observed(self, bucket: int) -> bool:
        begins, ends = start_of(bucket, DAY), start_of(bucket + 1, DAY)
        if any(since < ends and until >= begins for since, until in self.run.down):
            return False
        failed: int | None = None
        for moment, outcome in [*self.run.polls, (10**12, "ok")]:
            if failed is not None and failed < ends and min(moment, failed + coverage.GIVEN_UP) >= begins:
                return False
            if outcome == "first_contact" and begins <= moment < ends:
                return False
            failed = moment if outcome == "failed" else None
        return True

    def learned(self, bucket: int) -> tuple[float, float, float]:
        """Number, sum and sum of squares of what a bucket's expectation is learnt from, each weighing less with age."""
        w = s = q = 0.0
        for one in range(self.first, bucket - GUARD):
            if self.observed(one):
                mean, size, _ = self.told(one)
                y = min(self.count(one), _quantile(mean, size)) if self.count(one) > 1 else self.count(one)
                w, s, q = 0.98 * w + 1, 0.98 * s + y, 0.98 * q + y * y
        return w, s, q

    def told(self, bucket: int) -> tuple[float, float, float]:
        """(mean, size, spread) expected of a bucket."""
        w, s, q = self.learned(bucket)
        mean = (s + 0.5) / (w + 1)
        variance = q / w - (s / w) ** 2 if w > 3 else mean
        d = (w * max(variance - mean, 0) * w / max(w - 1, 1) / mean**2 + 10 / 2) / (w + 10)
        spread = 1 / max(d, 0.02)
        return mean, 1 / (1 / spread + 1 / (s + 0.5)), spread

    def score(self, bucket: int) -> float:
        """The CUSUM before a bucket."""
        score = 0.0
        for one in range(self.first, bucket):
            if self.observed(one):
                mean, _, k = self.told(one)
                y = self.count(one)
                score = max(0.0, score + y * log(SHIFT) - (y + k) * log((k + SHIFT * mean) / (k + mean)))
                if score >= 4 and self.week(one) >= 3:
                    score = 0.0
        return score

    def week(self, bucket: int) -> float:
        return sum(self.count(one) for one in range(max(bucket - 6, self.first), bucket + 1))

    def reached(self, bucket: int, rule: Rule) -> bool:
        y, bar = self.count(bucket), rule.bands[0].threshold
        mean, size, k = self.told(bucket)
        assert rule.tuning is not None
        before = range(bucket - rule.tuning.back, bucket)
        if rule.trigger == "record":
            return y >= max(bar, 3) and y > max(self.count(one) for one in before)
        if rule.trigger == "ratio":
            seen = [one for one in before if self.observed(one)]
            usual = sum(map(self.count, seen)) / len(seen) if seen else 0
            return y >= 3 and usual >= 1 and y >= bar * usual
        step = y * log(SHIFT) - (y + k) * log((k + SHIFT * mean) / (k + mean))
        rises = self.week(bucket) >= 3 and y > 0 and max(0.0, self.score(bucket) + step) >= 4
        return rises or (y >= 3 and 1 - _below(y, mean, size) < bar)

    def is_judged(self, bucket: int) -> bool:
        met = any(o == "first_contact" and bucket_of(moment, DAY) == bucket for moment, o in self.run.polls)
        known = sum(map(self.observed, range(self.first, bucket)))
        return known >= WARM_UP and bucket >= self.newest - GUARD and not met


def _pmf(n: int, mean: float, size: float) -> float:
    ways = lgamma(n + size) - lgamma(size) - lgamma(n + 1)
    return exp(ways + size * log(size / (size + mean)) + n * log(mean / (size + mean)))


def _below(y: float, mean: float, size: float) -> float:
    return sum(_pmf(n, mean, size) for n in range(int(y)))


def _quantile(mean: float, size: float) -> int:
    n = 0
    while _below(n + 1, mean, size) < 0.99:
        n += 1
    return n


def memoised(slow: Slow) -> Slow:
    """The same, that computes nothing twice."""
    for name in ("count", "observed", "told"):
        plain, known = getattr(slow, name), dict[int, Any]()

        def asked(bucket: int, plain: Any = plain, known: dict[int, Any] = known) -> Any:
            if bucket not in known:
                known[bucket] = plain(bucket)
            return known[bucket]

        setattr(slow, name, asked)
    return slow


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.trigger)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_streaming_agrees_with_computing_all_of_it_anew(rule: Rule, steps: list[Any]) -> None:
    run = Streaming(rule)
    run.now += 20 * DAY
    for one in steps:
        item = run.step(*one)
        if item is None:
            continue
        slow = memoised(Slow(run))
        found = Judge(run.state, run.tables, run.now).crossing(rule, run.text, item)
        bucket = bucket_of(item.at, DAY)
        assert (found.reason not in ("warming_up", "settled", "unobserved")) == slow.is_judged(bucket)
        if not slow.is_judged(bucket):
            continue
        reached = [b for b in range(bucket, slow.newest + 1) if slow.count(b) > 0 and slow.reached(b, rule)]
        assert (found.severity is not None) == bool(reached)
        if found.sight is not None:
            assert found.sight.bucket == reached[0]
            assert (found.sight.told.mean, found.sight.told.size) == pytest.approx(slow.told(reached[0])[:2])
            if rule.trigger == "surge":
                assert found.sight.score == pytest.approx(slow.score(reached[0]))


def test_the_strategy_reaches_each_verdict() -> None:
    reasons: set[str] = set()

    @settings(max_examples=80, deadline=None, database=None, derandomize=True)
    @given(STEPS)
    def look(steps: list[Any]) -> None:
        run = Streaming(RULES[0])
        run.now += 20 * DAY
        for one in steps:
            item = run.step(*one)
            if item is not None:
                found = Judge(run.state, run.tables, run.now).crossing(RULES[0], run.text, item)
                reasons.add(found.reason or "reached")

    look()
    assert reasons == {"warming_up", "settled", "unobserved", "not_unusual", "reached"}
