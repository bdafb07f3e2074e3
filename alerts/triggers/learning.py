"""What is normal for a key? Discounted sums over its past counts, and what they let one expect of the next.

The newest counts are not learnt from at once: they wait in a guard until they can hardly be corrected any more, so
that a rise does not teach itself to be normal. A count learnt from is capped at what was to be expected, so that one
bad day does not hide the next.
"""

from __future__ import annotations

from msgspec import Struct

from alerts.triggers.negbin import quantile

#: What an older count weighs, for each count that came after it.
DISCOUNT = 0.98
#: The size assumed before there is a word on it, and how many counts that word weighs.
USUAL_SIZE, PRIOR = 2.0, 10.0
#: Counts are not thought to vary less than this lets them: size at most 50.
_LEAST_EXCESS = 0.02
CAP = 0.99


class Learned(Struct, frozen=True, array_like=True):
    """Discounted number, sum and sum of squares of the counts."""

    weight: float = 0.0
    total: float = 0.0
    squares: float = 0.0


class Expected(Struct, frozen=True, array_like=True):
    """What to expect of the next count: a negative binomial of this mean. ``size`` knows how little is known of it."""

    mean: float
    size: float
    spread: float
    """The size of the counts themselves, the mean being known."""


def expected(learned: Learned) -> Expected:
    """What was learnt lets one expect."""
    w, s, q = learned.weight, learned.total, learned.squares
    mean = (s + 0.5) / (w + 1.0)
    variance = q / w - (s / w) ** 2 if w > 3 else mean
    excess = max(variance - mean, 0.0) * w / max(w - 1, 1)
    dispersion = (w * excess / mean**2 + PRIOR / USUAL_SIZE) / (w + PRIOR)
    spread = 1.0 / max(dispersion, _LEAST_EXCESS)
    return Expected(mean, 1.0 / (1.0 / spread + 1.0 / (s + 0.5)), spread)


def learn(learned: Learned, count: float, told: Expected) -> Learned:
    """With one count more, capped at the 99 % quantile of what was expected of it."""
    value = min(count, quantile(CAP, told.mean, told.size)) if count > 1 else count
    return Learned(
        DISCOUNT * learned.weight + 1.0,
        DISCOUNT * learned.total + value,
        DISCOUNT * learned.squares + value * value,
    )
