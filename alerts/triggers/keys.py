"""The series of every key of the rules that compare buckets: brought up to the clock, and asked for what they expect.

A series is advanced before a share of its key moves, so that each bucket settles with what it held at that time,
however long nobody looked.
"""

from __future__ import annotations

from alerts import wording
from alerts.config.types import Rule
from alerts.roots import Tables
from alerts.triggers import series as s
from alerts.triggers.series import WARM_UP, Memory, Series, Sight
from streams import coverage, windows
from streams.state import State
from streams.times import iso


def memory_of(rule: Rule) -> Memory:
    """What a rule's trigger remembers of a key."""
    assert rule.tuning is not None
    tuning = rule.tuning
    return Memory(h=tuning.h, least=tuning.least, back=tuning.back, highest=rule.trigger == "record")


class Keys:
    """The series over a state, as of a time in seconds."""

    def __init__(self, state: State, tables: Tables, now: int) -> None:
        self._state, self._tables, self._now = state, tables, now

    def catch_up(self, rule: Rule, key_text: str) -> Series:
        """A key's series, advanced to the clock."""
        known = self._tables.series.get(key_text)
        newest = s.bucket_of(self._now, rule.over)
        if known is None:
            known = self._begin(rule, key_text, newest)
        if known.newest < newest or key_text not in self._tables.series.rows:
            known = s.advance(known, newest, self._counts(rule, key_text), self._observed(rule), memory_of(rule))
            self._tables.series.put(key_text, known)
        return known

    def is_closed_to(self, rule: Rule, key_text: str, at: int) -> tuple[str, str] | None:
        """Why nothing can be said of the bucket of a time: (reason, detail), or None."""
        bucket = s.bucket_of(at, rule.over)
        known = self.known(rule, bucket)
        if known < WARM_UP:
            length = wording.span(rule.over)
            detail = f"{known} of {WARM_UP} spans of {length} are known; before that nothing is called unusual"
            return "warming_up", detail
        if bucket <= self._tables.series.rows[key_text].settled:
            begins = wording.moment(iso(s.start_of(bucket, rule.over)))
            return "settled", f"the {wording.span(rule.over)} from {begins} are over and were learnt from"
        begins_at, ends_at = s.start_of(bucket, rule.over), s.start_of(bucket + 1, rule.over)
        if coverage.was_met(self._state, begins_at, ends_at):
            return "unobserved", "a source was first contacted in that time, so its count compares with nothing"
        return None

    def sights(self, rule: Rule, key_text: str, at: int) -> list[Sight]:
        """What was expected of the bucket of a time, and of those after it that are not empty."""
        series = self._tables.series.rows[key_text]
        count, observed = self._counts(rule, key_text), self._observed(rule)
        first = s.bucket_of(at, rule.over)
        buckets = [b for b in range(first, series.newest + 1) if b == first or count(b) > 0]
        return [s.sight(series, bucket, count, observed, memory_of(rule)) for bucket in buckets]

    def _begin(self, rule: Rule, key_text: str, newest: int) -> Series:
        window = self._tables.windows.get(key_text)
        first = min(s.bucket_of(window.items[0].at, rule.over), newest) if window else newest
        return s.begin(self._start(rule), first, self._observed(rule))

    def _start(self, rule: Rule) -> int:
        """The first bucket of which all is known."""
        return s.bucket_of(self._tables.known_since(rule) - 1, rule.over) + 1

    def is_observed(self, rule: Rule, bucket: int) -> bool:
        """Whether no source was missed in a bucket, and none met."""
        return self._observed(rule)(bucket)

    def known(self, rule: Rule, bucket: int) -> int:
        """Observed buckets before one, counted up to the warm-up."""
        start = self._start(rule)
        if not coverage.has_gaps(self._state):
            return max(bucket - start, 0)
        observed, known, one = self._observed(rule), 0, bucket - 1
        while one >= start and known < WARM_UP:
            known += observed(one)
            gap = coverage.unobserved_from(self._state, s.start_of(one, rule.over))
            one = min(one - 1, s.bucket_of(gap, rule.over)) if gap is not None else one - 1
        return known

    def _counts(self, rule: Rule, key_text: str) -> s.Count:
        window = self._tables.windows.get(key_text)

        def count(bucket: int) -> float:
            if window is None:
                return 0.0
            begins, ends = s.start_of(bucket, rule.over), s.start_of(bucket + 1, rule.over)
            held = sum(item.value for item in windows.between(window, begins, ends))
            return min(held, 1.0) if rule.trigger == "absence" else held

        return count

    def _observed(self, rule: Rule) -> s.Observed:
        state = self._state
        if not coverage.has_gaps(state):
            return lambda bucket: True
        over = rule.over
        return lambda bucket: coverage.is_observed(state, s.start_of(bucket, over), s.start_of(bucket + 1, over))
