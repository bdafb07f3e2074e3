"""What do the sources, rules, routes and destinations of a config say? The checks that look at more than one key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.specs import SPECS
from alerts.config.assets import read_near
from alerts.config.filters import joined, read_filters
from alerts.config.lists import listed_sources
from alerts.config.problems import did_you_mean, shown
from alerts.config.reader import Entry, Item
from alerts.config.schema import (
    ARTICLE_FIELDS,
    FILTERS,
    SECTIONS,
    destination_keys,
    listed,
    meant,
    read_section,
    text_map,
)
from alerts.config.steps import read_sequence
from alerts.config.triggers import triggered
from alerts.config.types import (
    EPISODE_MEASURES,
    Asset,
    Band,
    Destination,
    Grouping,
    Match,
    Route,
    Rule,
    Source,
    Watch,
)
from alerts.config.values import INVALID, Values, positive_whole, said, text
from streams.codec import digest


def read_severities(values: Values, top: Mapping[str, Entry]) -> tuple[str, ...]:
    """The names of severities in rising order; the default when the key is missing or wrong."""
    default = ("info", "warning", "critical")
    names = []
    for item in listed(values, top, "severities"):
        value = text(values, item)
        if value in names:
            values.problem(item, f"the severity {said(item)} stands there twice")
        elif value is not INVALID:
            names.append(value)
    return tuple(names) or default


# --- sources ------------------------------------------------------------------------------------------------------


def read_sources(values: Values, folder: Path, top: Mapping[str, Entry]) -> tuple[Source, ...]:
    """The sources that are in order, lists of feeds as their feeds; ``folder`` is the config's."""
    sources: list[Source] = []
    lists: list[tuple[Item, Source]] = []
    seen: set[str] = set()
    for item in listed(values, top, "sources"):
        found = read_section(values, item, "a source")
        if found is None:
            continue
        _note_repeat(values, item, "source", found.get("id"), seen)
        _one_kind_of_source(values, item)
        if "fields" in item.value:
            found["fields"] = text_map(values, item.value["fields"].item, ARTICLE_FIELDS, "article field")
        if "id" in found and "opml" in found:
            lists.append((item, Source(**found)))
        elif "id" in found:
            sources.append(Source(**found))
    for item, source in lists:
        polled = {known.feed for known in sources if known.feed}
        sources += listed_sources(values, folder, item, source, polled)
    return tuple(sources)


_KINDS_OF_SOURCE = ("feed", "files", "opml", "push")


def _one_kind_of_source(values: Values, item: Item) -> None:
    given = [key for key in _KINDS_OF_SOURCE if key in item.value]
    if len(given) > 1:
        later = max((item.value[key] for key in given), key=lambda entry: (entry.line, entry.col))
        values.problem(
            later, f'a source has one of "feed", "files", "opml" and "push", and this has "{given[0]}" already'
        )
    elif not meant(item, "a source") & set(_KINDS_OF_SOURCE):
        values.problem(
            item, 'a source needs "feed" (an address), "files" (a glob), "opml" (a list of feeds) or "push: true"'
        )


def _note_repeat(values: Values, item: Item, what: str, id_: str | None, seen: set[str]) -> None:
    if id_ is None:
        return
    if id_ in seen:
        values.problem(item.value["id"].item, f'the {what} id "{id_}" is taken; each needs its own')
    seen.add(id_)


# --- rules --------------------------------------------------------------------------------------------------------


def read_rules(
    values: Values, top: Mapping[str, Entry], severities: Sequence[str], assets: Sequence[Asset] | None = None
) -> list[tuple[Rule, Item]]:
    """The rules that are in order, each with its place; templates are as written and not yet looked at."""
    rules = []
    seen: set[str] = set()
    for item in listed(values, top, "rules"):
        found = read_section(values, item, "a rule")
        if found is None:
            continue
        _note_repeat(values, item, "rule", found.get("id"), seen)
        if "sequence" in item.value:
            found |= read_sequence(values, item, severities)
        elif "when" not in meant(item, "a rule"):
            values.problem(item, 'a rule needs the key "when"')
        if "sequence" not in item.value and ("trigger" in found or "trigger" not in item.value):
            found |= triggered(values, item, found, severities, meant(item, "a rule"))
        if "min_independent" in item.value:
            found |= _independent(values, item.value["min_independent"].item, found.get("bands", ()), severities)
        read_filters(values, item, found, FILTERS)
        if "near" in item.value:
            found["near"] = read_near(values, item, assets)
            found.setdefault("by", ("asset",))
        elif "asset" in found.get("by", ()):
            values.problem(item.value["by"].item, 'only a rule with "near" counts by asset')
        if "phases" in found and found.get("measure") not in EPISODE_MEASURES:
            values.problem(item.value["phases"], 'only episodes have phases; give the rule "measure: episodes"')
        if "id" in found and "when" in found:
            rule = Rule(**found)
            rules.append((_defined(_handed_down(rule)), item))
    return rules


def _handed_down(rule: Rule) -> Rule:
    """The rule of a sequence with what it asks for given to its steps, which ask for it themselves."""
    if not rule.steps:
        return rule
    same = {"by": rule.by, "late": rule.late, "min_independent": rule.min_independent}
    steps = [
        replace(
            step,
            id=f"{rule.id}#{n}",
            where=joined([tree for tree in (rule.where, step.where) if tree is not None]),
            max_age=step.max_age if step.max_age is not None else rule.max_age,
            **same,
        )
        for n, step in enumerate(rule.steps, 1)
    ]
    return replace(rule, where=None, max_age=None, steps=tuple(_defined(step) for step in steps))


def _defined(rule: Rule) -> Rule:
    """The rule with the hash of what it measures: neither its wording nor its cool-down is part of that."""
    measured = (rule.id, rule.when, rule.measure, rule.by, rule.over, rule.trigger, rule.max_age, rule.victims)
    gates = (rule.allow_vague, rule.late, rule.min_independent, *([rule.phases] if rule.phases else []))
    # a key that a rule does not have changes no hash
    later: dict[str, Any] = {"where": rule.where, "realis": rule.realis, "tuning": rule.tuning}
    later["near"] = rule.near
    later["steps"] = [(step.definition, step.within) for step in rule.steps]
    bands = [(band.severity, float(band.threshold), band.independent) for band in rule.bands]
    fields = {name: getattr(rule, name) for name in rule.__struct_fields__}
    return Rule(
        **{
            **fields,
            "definition": digest(measured, gates, bands, *({name: value} for name, value in later.items() if value)),
        }
    )


def _independent(values: Values, item: Item, bands: Sequence[Band], severities: Sequence[str]) -> dict[str, Any]:
    """The rule's ``min_independent`` and its bands with their own: one number for all, or one by severity."""
    if not isinstance(item.value, dict):
        least = positive_whole(values, item)
        return {} if least is INVALID else {"min_independent": least, "bands": _asking(bands, {}, least)}
    asked = {}
    for name, entry in item.value.items():
        if name not in severities:
            values.problem(entry, f"unknown severity {shown(name)}{did_you_mean(name, severities)}")
        elif name not in {band.severity for band in bands}:
            values.problem(entry, f'the rule has no band "{name}"; give it one under "severity"')
        elif (least := positive_whole(values, entry.item)) is not INVALID:
            asked[name] = least
    told = _asking(bands, asked, 1)
    return {"min_independent": min((band.independent for band in told), default=1), "bands": told}


def _asking(bands: Sequence[Band], asked: Mapping[str, int], default: int) -> tuple[Band, ...]:
    return tuple(replace(band, independent=asked.get(band.severity, default)) for band in bands)


# --- routes and destinations --------------------------------------------------------------------------------------


def read_destinations(values: Values, top: Mapping[str, Entry]) -> list[tuple[Destination, Item]]:
    """The destinations that are in order, each with its place; templates are not yet looked at."""
    if "destinations" not in top:
        return []
    item = top["destinations"].item
    if not isinstance(item.value, dict):
        values.problem(item, f"expected a mapping of names to destinations, got {item.kind}")
        return []
    found = ((_destination(values, name, entry), entry.item) for name, entry in item.value.items())
    return [(destination, place) for destination, place in found if destination is not None]


def _destination(values: Values, id_: str, entry: Entry) -> Destination | None:
    good = read_section(values, entry.item, "a destination")
    if good is None:
        return None
    given: Mapping[str, Entry] = entry.item.value
    kinds = [key for key in given if key in SPECS]
    for extra in kinds[1:]:
        values.problem(given[extra], f"a destination has one kind, and this has {kinds[0]} already")
    if not kinds:
        if all(key in SECTIONS["a destination"] for key in given):
            values.problem(entry.item, f"a destination needs one of {', '.join(SPECS)}")
        return None
    spec = SPECS[kinds[0]]
    known = destination_keys(spec)
    for key in given:
        if key in SECTIONS["a destination"] and key not in (*kinds, *known):
            values.problem(given[key], f'"{key}" does not belong to a destination of the kind {spec.kind}')
    for key in spec.needs:
        if key not in meant(entry.item, "a destination"):
            values.problem(given[spec.kind], f'a destination of the kind {spec.kind} needs the key "{key}"')
    if not {spec.kind, *spec.needs} <= good.keys():
        return None
    settings = {spec.setting: good[spec.kind], **{key: good[key] for key in spec.more if key in good}}
    common = {key: good[key] for key in ("allow_private", "zone") if key in good}
    return Destination(id=id_, kind=spec.kind, settings=settings, **common)


def read_routes(values: Values, top: Mapping[str, Entry], severities: Sequence[str]) -> tuple[Route, ...]:
    """The tree of routes. Every severity, rule and destination that it names must be in the config, right or wrong."""
    reading = _Routes(values, Names.of(top, severities))
    return reading.level(listed(values, top, "routes"), Route())


class Names(Struct, frozen=True):
    """What the rest of a config may refer to."""

    severities: Sequence[str]
    rules: Sequence[str]
    destinations: Sequence[str]

    @classmethod
    def of(cls, top: Mapping[str, Entry], severities: Sequence[str]) -> Names:
        """The names as they are written, right or wrong."""
        written = top["destinations"].item.value if "destinations" in top else None
        return cls(severities, _rule_ids(top), list(written) if isinstance(written, dict) else [])


class _Routes:
    """Reads the tree: what a route does not say it takes from the one around it."""

    def __init__(self, values: Values, names: Names) -> None:
        self.values, self.names = values, names

    def level(self, items: Sequence[Item], around: Route) -> tuple[Route, ...]:
        """The routes of one list."""
        routes: list[Route] = []
        taking: list[tuple[Item, Match]] = []
        for item in items:
            found = read_section(self.values, item, "a route")
            if found is None:
                continue
            route = self._route(item, found, around)
            why = _never_reached(route.match, taking, around.match)
            if why:
                self.values.problem(item, f"never reached: {why}")
            routes.append(route)
            if route.to and not route.go_on and _is_whole(item, route.match):
                taking.append((item, route.match))
        return tuple(routes)

    def _route(self, item: Item, found: Mapping[str, Any], around: Route) -> Route:
        given: Mapping[str, Entry] = item.value
        if "to" in found:
            known_names(self.values, given["to"].item, "destination", self.names.destinations)
        match = read_match(self.values, given["match"].item, self.names) if "match" in given else {}
        route = Route(
            match=match,
            to=found.get("to", around.to),
            group=_grouping(found, around.group),
            go_on=found.get("continue", False),
        )
        if "routes" in given:
            inside = replace(route, match={**around.match, **match})
            return replace(route, routes=self.level(listed(self.values, given, "routes"), inside))
        if not route.to and "to" not in meant(item, "a route"):
            self.values.problem(item, 'a route needs the key "to", its own or that of a route around it')
        return route


def _is_whole(item: Item, match: Match) -> bool:
    """Whether all of a route's match could be read."""
    given = item.value["match"].item.value if "match" in item.value else {}
    return isinstance(given, dict) and given.keys() == match.keys()


def _never_reached(match: Match, taking: Sequence[tuple[Item, Match]], around: Match) -> str:
    """Why no alert comes to a route; empty when one may."""
    for name in sorted(match.keys() & around.keys()):
        if not set(match[name]) & set(around[name]):
            return f"the route around it takes only {name} {' or '.join(around[name])}"
    for item, taken in taking:
        if not taken:
            return f"the route of line {item.line} takes every alert; put it last, or give it a match"
        if all(set(match.get(name, ("",))) <= set(allowed) for name, allowed in taken.items()):
            told = f"the route of line {item.line} takes all that it matches"
            return f'{told}; put this one first, or give that "continue: true"'
    return ""


def _grouping(found: Mapping[str, Any], around: Grouping | None) -> Grouping | None:
    keys = {"group_by": "by", "group_wait": "wait", "group_interval": "interval"}
    given = {field: found[key] for key, field in keys.items() if key in found}
    return replace(around or Grouping(), **given) if given else around


def read_watch(values: Values, top: Mapping[str, Entry]) -> Watch | None:
    """What operators are told, and where."""
    if "watch" not in top:
        return None
    item = top["watch"].item
    found = read_section(values, item, "watch")
    if found is None or "to" not in found:
        return None
    written = top["destinations"].item.value if "destinations" in top else None
    known_names(values, item.value["to"].item, "destination", list(written) if isinstance(written, dict) else [])
    return Watch(**found)


def _rule_ids(top: Mapping[str, Entry]) -> list[str]:
    items = top["rules"].item.value if "rules" in top else ()
    rules = [item.value for item in items if isinstance(item.value, dict)] if isinstance(items, list) else []
    return [str(rule["id"].item.value) for rule in rules if "id" in rule]


def read_match(values: Values, item: Item, names: Names) -> Match:
    """What an alert must be to match."""
    found = read_section(values, item, "a match") or {}
    for key, valid in (("severity", names.severities), ("rule", names.rules)):
        if key in found:
            known_names(values, item.value[key].item, key, valid)
    return found


def known_names(values: Values, item: Item, what: str, valid: Sequence[str]) -> None:
    """Note every name that is not among the valid ones."""
    for each in item.value if isinstance(item.value, list) else [item]:
        if each.value not in valid:
            values.problem(each, f"undefined {what} {said(each)}{did_you_mean(each.value, valid)}")
