"""What was usual for a key, over the whole of a replay? The same series that a trigger judges by, bucket after bucket.

Counts are those that stood at the end, so late news and corrections show where they belong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from alerts.config.types import Rule
from alerts.report.watching import Added
from alerts.triggers import unusual
from alerts.triggers.keys import memory_of
from alerts.triggers.negbin import quantile
from alerts.triggers.series import WARM_UP, Sight, advance, begin, bucket_of, sight, start_of

#: Triggers that compare a bucket with those before it.
TRIGGERS = frozenset(unusual.REACHES)


class Bucket(Struct, frozen=True, kw_only=True):
    """One span of time of a key."""

    at: int
    """Seconds: when it begins."""
    count: float
    expected: float | None
    """None while too little is known."""
    most: float | None
    """The highest count that is still usual."""


def buckets(rule: Rule, items: Iterable[Added], known_since: int, period: tuple[int, int]) -> list[Bucket]:
    """A key's buckets of a period, of a rule that compares them with all that is known. Times are in seconds."""
    counts = defaultdict[int, float](float)
    for one in items:
        counts[bucket_of(one.at, rule.over)] += one.value
    start, memory = bucket_of(known_since - 1, rule.over) + 1, memory_of(rule)
    shown = range(max(bucket_of(period[0], rule.over), start), bucket_of(period[1], rule.over) + 1)
    series, found = begin(start, start, _observed), []
    for bucket in range(start, shown.stop):
        series = advance(series, bucket, counts.__getitem__, _observed, memory)
        if bucket not in shown:
            continue
        known = bucket - start >= WARM_UP
        seen = sight(series, bucket, counts.__getitem__, _observed, memory)
        found.append(
            Bucket(
                at=start_of(bucket, rule.over),
                count=counts[bucket],
                expected=unusual.expected_of(rule, seen) if known else None,
                most=_most(rule, seen) if known else None,
            )
        )
    return found


def _most(rule: Rule, seen: Sight) -> float:
    """The highest count that does not reach the lowest band by itself."""
    assert rule.tuning is not None
    bar = rule.bands[0].threshold
    if rule.trigger == "surge":
        return max(quantile(1 - bar, seen.told.mean, seen.told.size), rule.tuning.least - 1)
    if rule.trigger == "ratio":
        return max(bar * max(seen.mean, 1.0), rule.tuning.least - 1)
    return max(seen.highest, bar - 1, rule.tuning.least - 1)


def _observed(bucket: int) -> bool:
    """All of what lies in files was observed."""
    return True
