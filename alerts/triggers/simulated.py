"""How often does a trigger speak in a world where nothing changes? Drawn counts, put to it one after another.

The draws are seeded, so the answer is the same each time. For ``check --history`` and the benchmark; deciding draws
nothing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from alerts.config.types import Band, Rule, Tuning
from alerts.triggers import unusual
from alerts.triggers.series import Memory, Sight, advance, begin, sight

#: Buckets before the first that counts.
WARM = 60
_BUCKETS = 4000
#: Means at which the false alarms of a rule are drawn; a key takes those of the nearest.
_MEANS = (0.03, 0.1, 0.5, 2.0, 8.0, 30.0)

Verdict = Callable[[float, Sight], bool]


def counts(chance: random.Random, means: Sequence[float], size: float) -> list[int]:
    """One count for each mean: negative binomial of that size, Poisson for size 0."""
    return [_poisson(chance, m if size == 0 else chance.gammavariate(size, m / size)) for m in means]


def _poisson(chance: random.Random, mean: float) -> int:
    limit, n, product = math.exp(-min(mean, 700.0)), 0, chance.random()
    while product > limit:
        n += 1
        product *= chance.random()
    return n


def alarms(ys: Sequence[int], verdict: Verdict, memory: Memory) -> Iterator[int]:
    """The buckets in which a trigger speaks."""

    def count(bucket: int) -> float:
        return ys[bucket] if 0 <= bucket < len(ys) else 0

    series = begin(0, 0, _always)
    for bucket, y in enumerate(ys):
        series = advance(series, bucket, count, _always, memory)
        if bucket >= WARM and y > 0 and verdict(y, sight(series, bucket, count, _always, memory)):
            yield bucket


def _always(bucket: int) -> bool:
    return True


def false_alarms(rule: Rule, mean: float) -> float:
    """Of a rule that compares buckets, in each bucket of a key with such a mean, when its counts spread widely."""
    assert rule.tuning is not None
    nearest = min(_MEANS, key=lambda one: abs(math.log(one / max(mean, 1e-6))))
    return _drawn(rule.trigger, rule.tuning, rule.bands[0], nearest)


@lru_cache(maxsize=256)
def _drawn(trigger: str, tuning: Tuning, band: Band, mean: float) -> float:
    rule = Rule(id="", when=(), trigger=trigger, tuning=tuning, bands=(band,))  # type: ignore[arg-type]
    memory = Memory(h=tuning.h, least=tuning.least, back=tuning.back, highest=trigger == "record")
    ys = counts(random.Random(f"{trigger} {mean}"), [mean] * (_BUCKETS + WARM), 1.0)

    def verdict(y: float, seen: Sight) -> bool:
        return unusual.is_sudden(rule, y, seen) or unusual.is_rise(rule, y, seen)

    return sum(1 for _ in alarms(ys, verdict, memory)) / _BUCKETS
