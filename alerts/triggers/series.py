"""A key's counts, bucket by bucket, as far as they are needed to judge the next ones.

A bucket opens when the clock reaches it and settles ``GUARD`` buckets later: until then whatever comes late, is
corrected or taken back counts as if it had always been so, and afterwards its count is learnt from and let go. What is
to be expected of a bucket is fixed when it opens. So a key needs a few numbers and its last buckets, however long its
past is, and many quiet buckets cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from alerts.triggers.learning import DISCOUNT, Expected, Learned, expected, learn
from alerts.triggers.negbin import gain

#: Buckets between one and the newest that its expectation was learnt from.
GUARD = 7
#: Buckets that must have been observed before a rule says what is unusual.
WARM_UP = 28
#: Buckets of a key's past that still weigh anything: 0.98 to this power is 0.000005.
REACH = 600
#: A discounted sum as good as none.
_NOTHING = 0.01
#: The rise that the CUSUM looks for, in times of the mean.
SHIFT = 2.0
#: Weeks begin on Monday: 5 January 1970 was one.
_MONDAY = 4 * 86400

#: What lay in a bucket.
Count = Callable[[int], float]
#: Whether a bucket was observed whole.
Observed = Callable[[int], bool]


def bucket_of(at: int, length: int) -> int:
    """The bucket in which a time lies, both in seconds."""
    return (at - _MONDAY) // length


def start_of(bucket: int, length: int) -> int:
    """When a bucket begins, in seconds."""
    return bucket * length + _MONDAY


class Memory(Struct, frozen=True, kw_only=True):
    """What a trigger needs to remember: the CUSUM's threshold and least sum, and buckets to look back on."""

    h: float = 4.0
    least: float = 3.0
    back: int = 0
    highest: bool = False
    """Whether of those looked back on only the highest matter."""


class Series(Struct, frozen=True, array_like=True):
    """A key's past. The buckets up to ``settled`` are learnt from; those of ``ahead`` come after them."""

    settled: int
    learned: Learned = Learned()
    score: float = 0.0
    """The CUSUM after the settled buckets."""
    ahead: tuple[Expected, ...] = ()
    past: tuple[tuple[int, float], ...] = ()
    """(bucket, count) of settled ones that are looked back on, without the empty."""
    recent: tuple[float, ...] = (0.0,) * (GUARD - 1)
    """The newest settled counts."""

    @property
    def newest(self) -> int:
        """The newest bucket that is open."""
        return self.settled + len(self.ahead)


def begin(start: int, first: int, observed: Observed) -> Series:
    """The series of a key of which nothing was heard from the bucket ``start`` until ``first``."""
    quiet = max(first - GUARD - 1, start)
    weights = [0.0] * (GUARD + 1)
    for bucket in range(max(start, quiet - REACH), quiet):
        weight = weights[-1]
        weights = [*weights[1:], DISCOUNT * weight + 1.0 if observed(bucket) else weight]
    ahead = tuple(expected(Learned(weight, 0.0, 0.0)) for weight in weights)
    return Series(settled=quiet - 1, learned=Learned(weights[-1], 0.0, 0.0), ahead=ahead)


def advance(series: Series, until: int, count: Count, observed: Observed, memory: Memory) -> Series:
    """Open every bucket up to one, and settle those that it leaves behind."""
    if until <= series.newest:
        return series
    settled, learned, score = series.settled, series.learned, series.score
    ahead, past, recent = list(series.ahead), list(series.past), list(series.recent)
    for _ in range(until - series.newest):
        if len(ahead) > GUARD:
            settled += 1
            told, y = ahead.pop(0), count(settled)
            if observed(settled):
                score = _settled_score(score, y, told, sum(recent), memory)
                learned = learn(learned, y, told)
            recent = [*recent[1:], y]
            if memory.back and y > 0:
                past = _looked_back(past, settled, y, memory)
        ahead.append(expected(learned))
    return Series(settled, learned, score, tuple(ahead), tuple(past), tuple(recent))


def _settled_score(score: float, y: float, told: Expected, before: float, memory: Memory) -> float:
    """The CUSUM after one bucket more: 0 after it has spoken."""
    score = stepped(score, y, told)
    return 0.0 if score >= memory.h and before + y >= memory.least else score


def stepped(score: float, y: float, told: Expected) -> float:
    """The CUSUM with one bucket's count."""
    if y == 0 and score == 0.0:
        return 0.0
    return max(0.0, score + gain(y, told.mean, told.spread, SHIFT))


def _looked_back(past: list[tuple[int, float]], bucket: int, y: float, memory: Memory) -> list[tuple[int, float]]:
    kept = [(b, v) for b, v in past if b > bucket - memory.back and (not memory.highest or v > y)]
    return [*kept, (bucket, y)]


def is_forgotten(series: Series, newest: int, back: int) -> bool:
    """Whether a key that was quiet until the bucket ``newest`` is like one of which nothing was ever heard."""
    quiet = newest - series.newest
    looked_back = bool(series.past) and series.past[-1][0] > newest - back
    return not looked_back and quiet > GUARD and series.learned.total * DISCOUNT**quiet < _NOTHING


class Sight(Struct, frozen=True, array_like=True):
    """What was to be expected of a bucket, before its own count."""

    bucket: int
    told: Expected
    score: float = 0.0
    """The CUSUM before it."""
    before: float = 0.0
    """The sum of the buckets just before it, one less than the guard."""
    mean: float = 0.0
    """Of the observed buckets looked back on."""
    highest: float = 0.0


def sight(series: Series, bucket: int, count: Count, observed: Observed, memory: Memory) -> Sight:
    """How an open bucket looks before its own count. It must lie after ``settled`` and not after ``newest``."""
    score, recent = series.score, list(series.recent)
    guard = range(series.settled + 1, bucket)
    live = {other: count(other) for other in guard}
    for other, y in live.items():
        if observed(other):
            score = _settled_score(score, y, series.ahead[other - series.settled - 1], sum(recent), memory)
        recent = [*recent[1:], y]
    mean = highest = 0.0
    if memory.back:
        since = bucket - memory.back
        values = [(b, v) for b, v in (*series.past, *live.items()) if b >= since]
        highest = max((v for _, v in values), default=0.0)
        if not memory.highest:
            seen = [b for b in range(since, bucket) if observed(b)]
            mean = sum(v for b, v in values if observed(b)) / len(seen) if seen else 0.0
    return Sight(bucket, series.ahead[bucket - series.settled - 1], score, sum(recent), mean, highest)
