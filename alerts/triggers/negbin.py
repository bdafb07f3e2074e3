"""How likely is such a count? The negative binomial distribution with mean and size, and its step of a CUSUM.

Counts of news vary more than a Poisson count does. ``size`` says how much: the variance is mean + mean² / size.
"""

from __future__ import annotations

from math import exp, log, log1p

#: Beyond this mean a count is scaled down to it: the distribution's form no longer depends on the mean.
_LARGE = 500.0
#: A tail smaller than this is given as this.
SMALLEST = 1e-7


def tail(count: float, mean: float, size: float) -> float:
    """P(Y ≥ count), at least ``SMALLEST``."""
    if count <= 0:
        return 1.0
    least, mean = _scaled(count, mean)
    below, term, share = 0.0, exp(-size * log1p(mean / size)), mean / (size + mean)
    for n in range(least):
        below += term
        term *= (n + size) / (n + 1) * share
    return max(1.0 - below, SMALLEST)


def quantile(probability: float, mean: float, size: float) -> float:
    """The least count that is not exceeded with that probability."""
    least, scaled = _scaled(0, mean)
    term, share = exp(-size * log1p(scaled / size)), scaled / (size + scaled)
    below = term
    while below < probability and least < 10 * _LARGE:
        term *= (least + size) / (least + 1) * share
        least += 1
        below += term
    return least if scaled == mean else least * mean / scaled


def gain(count: float, mean: float, size: float, factor: float) -> float:
    """What a count speaks for a mean ``factor`` times as high: the log of the ratio of its two likelihoods."""
    return count * log(factor) - (count + size) * log((size + factor * mean) / (size + mean))


def _scaled(count: float, mean: float) -> tuple[int, float]:
    if mean <= _LARGE:
        return int(-(-count // 1)), mean
    return int(count * _LARGE / mean), _LARGE
