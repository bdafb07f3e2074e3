"""triggers: false alarms for each 1,000 buckets of news in which nothing changes, and how soon a change is found.

python -m benchmarks.triggers [BUCKETS]

Counts are Poisson, or negative binomial of size 1, with a mean of 0.1, 0.5, 2 and 8. Three worlds: independent
buckets; a weekday cycle (five days at 1.2 times the mean, two at half of it); and autocorrelation (the mean goes up and
down by e^0.4 as an autoregression of 0.7 does). A step multiplies the mean by four, a burst one bucket by ten. The
triggers run as they do in the fold, one count after another.
"""

from __future__ import annotations

import math
import random
import sys
from functools import partial

from alerts.triggers import unusual
from alerts.triggers.series import Memory, Sight
from alerts.triggers.simulated import WARM, Verdict, alarms, counts
from benchmarks.common import header

BUCKETS = 4000
RUNS = 100
WITHIN = 7
MEANS = (0.1, 0.5, 2.0, 8.0)
SIZES = {"Poisson": 0.0, "negative binomial": 1.0}
WORLDS = ("independent", "weekday cycle", "autocorrelated")


def means_of(world: str, mean: float, buckets: int, chance: random.Random) -> list[float]:
    """The mean of each bucket."""
    if world == "weekday cycle":
        return [mean * (1.2 if n % 7 < 5 else 0.5) for n in range(buckets)]
    if world == "autocorrelated":
        level, found = 0.0, []
        for _ in range(buckets):
            level = 0.7 * level + math.sqrt(1 - 0.7**2) * 0.4 * chance.gauss(0, 1)
            found.append(mean * math.exp(level - 0.08))
        return found
    return [mean] * buckets


def _surge(alpha: float, h: float, y: float, seen: Sight) -> bool:
    return unusual.is_surge(y, seen, alpha, 3) or unusual.adds_up(y, seen, h, 3)


def _ratio(y: float, seen: Sight) -> bool:
    return unusual.is_ratio(y, seen, 2, 3)


def _record(y: float, seen: Sight) -> bool:
    return unusual.is_record(y, seen, 3, 3)


#: Name → (what speaks, what it remembers).
METHODS: dict[str, tuple[Verdict, Memory]] = {
    "surge": (partial(_surge, 1e-3, 4.0), Memory(h=4.0)),
    "surge, alpha 0.0001, h 5": (partial(_surge, 1e-4, 5.0), Memory(h=5.0)),
    "ratio 2": (_ratio, Memory(back=28)),
    "record in 366": (_record, Memory(back=366, highest=True)),
}


def false_alarms(method: str, world: str, mean: float, size: float, buckets: int, seed: int = 1) -> float:
    """Alarms for each 1,000 buckets of a world without a change."""
    chance = random.Random(f"{seed} {world} {mean} {size}")
    ys = counts(chance, means_of(world, mean, buckets + WARM, chance), size)
    return 1000 * sum(1 for _ in alarms(ys, *METHODS[method])) / buckets


def found(method: str, kind: str, mean: float, size: float, runs: int, seed: int = 2) -> float:
    """The share of runs in which a ``step`` of four times or a ``burst`` of ten times is found in time."""
    hits = 0
    for run in range(runs):
        chance = random.Random(f"{seed} {kind} {mean} {size} {run}")
        change = [4 * mean] * WITHIN if kind == "step" else [10 * mean]
        ys = counts(chance, [mean] * (2 * WARM) + change, size)
        hits += any(bucket >= 2 * WARM for bucket in alarms(ys, *METHODS[method]))
    return hits / runs


def main() -> None:
    """Print both tables."""
    buckets = int(sys.argv[1]) if len(sys.argv) > 1 else BUCKETS
    header(f"triggers: false alarms for each 1,000 of {buckets:,} buckets, means {', '.join(map(str, MEANS))}")
    for method in METHODS:
        for world in WORLDS:
            for name, size in SIZES.items():
                rates = [false_alarms(method, world, mean, size, buckets) for mean in MEANS]
                print(f"  {method:24} {world:15} {name:18} {'  '.join(f'{rate:6.2f}' for rate in rates)}")
    print(f"\nfound: four times the mean within {WITHIN} buckets; ten times in one bucket ({RUNS} runs each)")
    for method in METHODS:
        for kind in ("step", "burst"):
            for name, size in SIZES.items():
                shares = [found(method, kind, mean, size, RUNS) for mean in MEANS]
                print(f"  {method:24} {kind:15} {name:18} {'  '.join(f'{share:6.0%}' for share in shares)}")


if __name__ == "__main__":
    main()
