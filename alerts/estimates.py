"""How often will each rule speak, and how often by chance alone? Estimated from a history that was folded.

Beside each rule that compares nothing with the past runs one that does, whose only use is what it learns of the keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import ceil, exp
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts.config.types import Band, Config, Rule, Tuning
from alerts.roots import Tables
from alerts.triggers.keys import Keys
from alerts.triggers.learning import Expected
from alerts.triggers.negbin import tail
from alerts.triggers.simulated import false_alarms
from streams.codec import digest
from streams.state import State

DAY = 86400
MONTH = 365.25 / 12 * DAY


class Estimate(Struct, frozen=True, kw_only=True):
    """What a history lets one expect of a rule."""

    rule: str
    alerts: int
    """Of the kind ``alert``: new ones, and worse ones of the same root."""
    months: float
    keys: int
    spans: float
    """Of a key, in a month."""
    by_chance: float | None
    """Alerts a month over all keys if nothing ever changed; None where no model says so."""


def with_learners(config: Config) -> Config:
    """The config with a learner beside each rule that has none of its own. It routes nothing."""
    learners = (learner for rule in config.rules if (learner := _learner(rule)) is not rule)
    return replace(config, rules=(*config.rules, *learners), routes=())


def _learner(rule: Rule) -> Rule:
    if rule.tuning is not None or rule.steps:
        return rule
    return replace(
        rule,
        id=f"{rule.id} (its usual)",
        definition=digest(rule.definition, "learner"),
        trigger="surge",
        over=DAY if rule.trigger == "first" else rule.over,
        tuning=Tuning(),
        bands=(Band(severity=rule.bands[0].severity, threshold=1e-6),),
        title=None,
        text=None,
    )


def estimates(config: Config, state: State, now: int, first: int, told: Iterable[bytes]) -> list[Estimate]:
    """One for each rule of a config, whose learners ran from ``first`` to ``now`` (seconds) and told so much."""
    kinds = Counter((alert["rule"], alert["kind"]) for alert in map(_decoded, told))
    tables = Tables(state)
    months = max(now - first, 1) / MONTH
    found = []
    for rule in config.rules:
        learner = _learner(rule)
        usual = _usual(learner, state, tables, now)
        spans = MONTH / learner.over
        chances = [_chance(rule, one) for one in usual]
        found.append(
            Estimate(
                rule=rule.id,
                alerts=kinds[rule.id, "alert"],
                months=months,
                keys=len(usual),
                spans=spans,
                by_chance=None if rule.steps else spans * sum(chances),
            )
        )
    return found


def _decoded(data: bytes) -> dict[str, Any]:
    alert: dict[str, Any] = msgspec.json.decode(data)
    return alert


def _usual(rule: Rule, state: State, tables: Tables, now: int) -> list[Expected]:
    """What is expected of each key."""
    if rule.tuning is None:
        return []
    keys = Keys(state, tables, now)
    texts = [text for text in tables.series.rows if text.startswith(f"{rule.definition}|")]
    return [keys.catch_up(rule, text).ahead[-1] for text in sorted(texts)]


def _chance(rule: Rule, usual: Expected) -> float:
    """How likely a key's rule is to speak of one span in which nothing has changed."""
    if rule.trigger == "absence":
        return usual.mean * max(1 - usual.mean, 0.0) ** ceil(rule.bands[0].threshold / usual.mean)
    if rule.tuning is not None:
        return false_alarms(rule, usual.mean)
    if rule.trigger == "first":
        return usual.mean * exp(-usual.mean * rule.over / DAY)
    return tail(rule.bands[0].threshold, usual.mean, usual.spread)
