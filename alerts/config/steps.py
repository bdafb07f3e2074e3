"""What must happen, in which order? Reads the ``sequence`` of a rule: each step is a rule that counts happenings."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from alerts.config.filters import read_filters
from alerts.config.reader import Item
from alerts.config.schema import FILTERS, read_section, signal_types
from alerts.config.triggers import DAY, one_severity
from alerts.config.types import Band, Rule
from alerts.config.values import Values
from streams.article import PHASED_FAMILIES, family_of

MOST_STEPS = 3
#: Keys of a rule that say nothing of a sequence: its steps have their own, or it has none.
_NOT_BESIDE = ("when", "measure", "over", "trigger", "victims", "phases", "allow_vague", "realis", "scope", "near")
_EXAMPLE = '[{when: "force.*withdrawal*"}, {when: "attack.*", within: 90d}]'


def read_sequence(values: Values, rule: Item, severities: Sequence[str]) -> dict[str, Any]:
    """The fields of a rule that depend on its sequence."""
    steps = _steps(values, rule)
    why = "a sequence has no threshold"
    band = Band(severity=one_severity(values, rule.value.get("severity"), why, severities), threshold=1)
    return {
        "steps": steps,
        "trigger": "sequence",
        "measure": "sequences",
        "bands": (band,),
        "when": tuple(dict.fromkeys(glob for step in steps for glob in step.when)),
        "over": sum(step.within for step in steps) or DAY,
    }


def _steps(values: Values, rule: Item) -> tuple[Rule, ...]:
    """The steps of a rule's sequence, as they are written."""
    for key in _NOT_BESIDE:
        if key in rule.value:
            values.problem(rule.value[key], f'"{key}" does not go with "sequence"; give it to a step, or leave it out')
    item: Item = rule.value["sequence"].item
    if not isinstance(item.value, list) or not 2 <= len(item.value) <= MOST_STEPS:
        got = f"a list of {len(item.value)}" if isinstance(item.value, list) else item.kind
        values.problem(item, f"expected 2 to {MOST_STEPS} steps such as {_EXAMPLE}, got {got}")
        return ()
    steps = [_step(values, each, n) for n, each in enumerate(item.value)]
    return tuple(step for step in steps if step is not None)


def _step(values: Values, item: Item, n: int) -> Rule | None:
    good = read_section(values, item, "a step")
    if good is None:
        return None
    if n == 0 and "within" in item.value:
        values.problem(item.value["within"], 'the first step follows nothing; "within" belongs to the steps after it')
    if n > 0 and "within" not in item.value:
        values.problem(item, 'a step after the first needs the key "within", such as within: 90d')
    types = [t for t in signal_types() if any(fnmatchcase(t, glob) for glob in good.get("when", ()))]
    natures = {family_of(type_) in PHASED_FAMILIES for type_ in types}
    if len(natures) > 1:
        values.problem(item.value["when"].item, "a step is of incidents or of episodes, and this names types of both")
    good["measure"] = "episodes" if natures == {True} else "incidents"
    read_filters(values, item, good, FILTERS)
    if "phases" in good and good["measure"] != "episodes":
        values.problem(item.value["phases"], "only episodes have phases; these types are of incidents")
    return Rule(**good, id="") if "when" in good else None
