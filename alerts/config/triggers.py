"""When does a rule speak? Its trigger with that trigger's settings, and what each severity asks of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from alerts.config import values as v
from alerts.config.problems import did_you_mean, shown
from alerts.config.reader import Entry, Item
from alerts.config.types import Band, Tuning
from alerts.config.values import INVALID, Reader, Values, said

DAY = 86400


def _probability(values: Values, item: Item) -> Any:
    value = v.threshold(values, item)
    if value is INVALID or 1e-6 <= value <= 0.1:
        return value
    return values.refuse(item, f"expected a probability from 0.000001 to 0.1, such as 0.001, got {value:g}")


def _times(values: Values, item: Item) -> Any:
    value = v.threshold(values, item)
    if value is INVALID or value > 1:
        return value
    return values.refuse(item, f"expected how many times the usual, more than 1, got {value:g}")


def _buckets(values: Values, item: Item) -> Any:
    value = v.positive_whole(values, item)
    if value is INVALID or 2 <= value <= 400:
        return value
    return values.refuse(item, f"expected 2 to 400 buckets to compare with, got {value}")


class Kind(Struct, frozen=True, kw_only=True):
    """What a trigger takes: its settings, the bar of a severity that names none, how bars are read and rise."""

    settings: Mapping[str, Reader] = {}
    bar: float | None = None
    read_bar: Reader = v.threshold
    one_severity: bool = False
    falling: bool = False
    over: int = DAY
    buckets: bool = True


KINDS: dict[str, Kind] = {
    "at_least": Kind(buckets=False),
    "first": Kind(bar=1, one_severity=True, over=90 * DAY, buckets=False),
    "ratio": Kind(settings={"of": _buckets, "min": v.threshold}, bar=3, read_bar=_times),
    "record": Kind(settings={"within": v.span}, bar=3),
    "surge": Kind(settings={"h": v.threshold, "min": v.threshold}, bar=0.001, read_bar=_probability, falling=True),
    "absence": Kind(bar=3, read_bar=_times),
}
#: How far back a record looks, and how many buckets a ratio compares with, when the rule does not say.
_RECORD_WITHIN, _RATIO_OF = 366 * DAY, 28


class Chosen(Struct, frozen=True):
    """A trigger's name, and the settings that it was given, with their places."""

    name: str
    settings: dict[str, Any]
    places: Mapping[str, Entry]


def read_trigger(values: Values, item: Item) -> Any:
    """A trigger by name, or with settings: ``{surge: {h: 5}}``."""
    if not isinstance(item.value, dict):
        name = v.choice("trigger", tuple(KINDS))(values, item)
        return name if name is INVALID else Chosen(name, {}, {})
    if len(item.value) != 1:
        return values.refuse(item, f"expected one trigger, such as {{surge: {{h: 5}}}}, got {len(item.value)}")
    ((name, entry),) = item.value.items()
    if name not in KINDS:
        values.problem(entry, f"unknown trigger {shown(name)}{did_you_mean(name, KINDS)}")
        return INVALID
    return _with_settings(values, name, entry)


def _with_settings(values: Values, name: str, entry: Entry) -> Any:
    given = entry.item.value
    if not isinstance(given, dict):
        return values.refuse(entry.item, f"expected the settings of {name} as a mapping, got {entry.item.kind}")
    known, found = KINDS[name].settings, {}
    for key, setting in given.items():
        if key not in known:
            hint = did_you_mean(key, known) if known else f"; {name} has none"
            values.problem(setting, f"unknown setting {shown(key)} of {name}{hint}")
        elif (value := known[key](values, setting.item)) is not INVALID:
            found[key] = value
    return Chosen(name, found, given)


def triggered(
    values: Values, rule: Item, found: Mapping[str, Any], severities: Sequence[str], meant: Collection[str]
) -> dict[str, Any]:
    """The fields of a rule that depend on its trigger. ``meant`` are its keys as they were probably meant."""
    chosen: Chosen = found.get("trigger") or Chosen("at_least", {}, {})
    kind = KINDS[chosen.name]
    over = found.get("over", kind.over)
    fields: dict[str, Any] = {"trigger": chosen.name, "over": over}
    if chosen.name == "absence" and found.get("measure", "incidents") not in ("incidents", "episodes"):
        values.problem(rule.value["measure"].item, "an absence is of incidents or of episodes, not of a figure")
    if kind.buckets:
        fields["tuning"] = _tuning(values, rule, chosen, over)
    return {**fields, "bands": _bands(values, rule, chosen.name, severities, "severity" in meant)}


def _tuning(values: Values, rule: Item, chosen: Chosen, over: int) -> Tuning:
    given = chosen.settings
    back = {"ratio": given.get("of", _RATIO_OF), "record": given.get("within", _RECORD_WITHIN) // over}
    if chosen.name == "record" and not 2 <= back["record"] <= 20000:
        place = chosen.places.get("within") or rule.value.get("over") or rule.value["trigger"]
        values.problem(place.item, "a record looks back over 2 to 20,000 times `over`; `within` says how far")
    return Tuning(least=given.get("min", 3.0), h=given.get("h", 4.0), back=back.get(chosen.name, 0))


# --- severities ---------------------------------------------------------------------------------------------------


def _bands(values: Values, rule: Item, trigger: str, severities: Sequence[str], told: bool) -> tuple[Band, ...]:
    """A band for each severity that the rule names, in rising order."""
    kind = KINDS[trigger]
    entry: Entry | None = rule.value.get("severity")
    if kind.bar is not None and (entry is None or not isinstance(entry.item.value, dict) or kind.one_severity):
        why = f'the trigger "{trigger}" has no threshold'
        return (Band(severity=one_severity(values, entry, why, severities), threshold=kind.bar),)
    example = "{warning: 5, critical: 10}" if trigger == "at_least" else f"{{warning: {kind.bar:g}}}"
    if entry is None:
        if not told:
            values.problem(rule, f'a rule needs the key "severity" with a threshold for each, such as {example}')
        return ()
    if not isinstance(entry.item.value, dict):
        values.problem(entry.item, f"expected a threshold for each severity, such as {example}, got {entry.item.kind}")
        return ()
    if not entry.item.value:
        values.problem(entry.item, f"expected at least one severity with its threshold, such as {example}")
    return _rising(values, entry.item.value, kind, severities)


def one_severity(values: Values, entry: Entry | None, why: str, severities: Sequence[str]) -> str:
    """The one severity of a rule; the middle one when it names none, or a wrong one. ``why`` it has no more."""
    middle = severities[(len(severities) - 1) // 2]
    if entry is None:
        return middle
    item = entry.item
    if isinstance(item.value, dict):
        values.problem(item, f"expected one severity, such as critical, got a mapping: {why}")
    elif (value := v.text(values, item)) is not INVALID and value not in severities:
        values.problem(item, f"unknown severity {said(item)}{did_you_mean(value, severities)}")
    elif value is not INVALID:
        return str(value)
    return middle


def _rising(values: Values, given: Mapping[str, Entry], kind: Kind, severities: Sequence[str]) -> tuple[Band, ...]:
    for name, entry in given.items():
        if name not in severities:
            values.problem(entry, f"unknown severity {shown(name)}{did_you_mean(name, severities)}")
    bands: list[Band] = []
    for name in severities:
        if name not in given:
            continue
        item = given[name].item
        value = kind.read_bar(values, item)
        if value is INVALID:
            continue
        low = bands[-1] if bands else None
        if low is not None and (value >= low.threshold if kind.falling else value <= low.threshold):
            way = "below" if kind.falling else "above"
            values.problem(item, f"{name} must be {way} {low.severity} ({low.threshold:g}), got {value:g}")
        bands.append(Band(severity=name, threshold=value))
    return tuple(bands)
