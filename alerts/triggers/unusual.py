"""Is a bucket's count unusual? What ``surge``, ``ratio`` and ``record`` make of a count and of what was expected.

Each takes the count alone as new: a bucket can be judged while it still fills, since more can only say it more.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, log10

from alerts import wording
from alerts.config.types import Rule
from alerts.triggers.negbin import tail
from alerts.triggers.series import Sight, stepped


def p_of(count: float, sight: Sight) -> float:
    """How often so much or more comes by chance."""
    return tail(count, sight.told.mean, sight.told.size)


def adds_up(count: float, sight: Sight, h: float, least: float) -> bool:
    """Whether the counts until now speak for a lasting rise: the CUSUM reaches ``h``."""
    return count > 0 and sight.before + count >= least and stepped(sight.score, count, sight.told) >= h


Reached = Callable[[float, Sight, float, float], bool]


def is_surge(count: float, sight: Sight, bar: float, least: float) -> bool:
    """So much comes by chance with less than the probability ``bar``."""
    return count >= least and p_of(count, sight) < bar


def is_ratio(count: float, sight: Sight, bar: float, least: float) -> bool:
    """``bar`` times the mean of the buckets before, or more; a mean under 1 is too little to compare with."""
    return count >= least and sight.mean >= 1.0 and count >= bar * sight.mean


def is_record(count: float, sight: Sight, bar: float, least: float) -> bool:
    """More than in any bucket looked back on, and at least ``bar``."""
    return count >= max(bar, least) and count > sight.highest


#: Trigger → whether a count reaches a band's bar.
REACHES: dict[str, Reached] = {"surge": is_surge, "ratio": is_ratio, "record": is_record}


# --- as a rule asks -----------------------------------------------------------------------------------------------


def reaches(rule: Rule, value: float, sight: Sight, bar: float) -> bool:
    """Whether a count by itself reaches a bar of the rule's trigger."""
    assert rule.tuning is not None
    return REACHES[rule.trigger](value, sight, bar, rule.tuning.least)


def is_sudden(rule: Rule, value: float, sight: Sight) -> bool:
    """Whether a count by itself reaches the lowest of a rule's bars."""
    return reaches(rule, value, sight, rule.bands[0].threshold)


def is_rise(rule: Rule, value: float, sight: Sight) -> bool:
    """Whether a ``surge`` is reached by what the counts until now add up to."""
    assert rule.tuning is not None
    return rule.trigger == "surge" and adds_up(value, sight, rule.tuning.h, rule.tuning.least)


def expected_of(rule: Rule, sight: Sight) -> float:
    """What was expected of the bucket: of a record the highest before."""
    return {"surge": sight.told.mean, "ratio": sight.mean}.get(rule.trigger, sight.highest)


def said(rule: Rule, value: float, sight: Sight) -> str:
    """How a count compares with what was expected, and with what the rule asks for."""
    assert rule.tuning is not None
    tuning, bar, length = rule.tuning, rule.bands[0].threshold, wording.span(rule.over)
    seen = f"{wording.measured(rule.measure, value, value)} in {length}"
    if rule.trigger == "record":
        before = f"the most before was {wording.number(sight.highest)}" if sight.highest else "none before"
        return f"{seen}; in {wording.span(tuning.back * rule.over)} {before} (asked for: more, and {bar:g} at least)"
    if rule.trigger == "ratio":
        mean = f"a mean of {sight.mean:.2g} in the {tuning.back} times {length} before"
        times = f", {value / sight.mean:.1f} times" if sight.mean else ""
        return f"{seen}{times} {mean} (asked for: {bar:g} times, and a mean of 1 at least)"
    seen = f"{seen}, {_plainly(sight.told.mean)} expected: {chance(p_of(value, sight))}"
    if is_rise(rule, value, sight) and not is_sudden(rule, value, sight):
        score = stepped(sight.score, value, sight.told)
        return f"{seen}, and with those before it a rise to twice as many (sum {score:.1f} of {tuning.h:g})"
    return f"{seen} (asked for: under {_plainly(bar)})"


def chance(p: float) -> str:
    """ "p = 0.0045", or a bound where it is small."""
    return f"p = {_plainly(p)}" if p >= 1e-6 else "p under 0.000001"


def _plainly(value: float) -> str:
    """Two digits that count, without an exponent."""
    digits = max(1 - floor(log10(value)), 0) if value > 0 else 0
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
