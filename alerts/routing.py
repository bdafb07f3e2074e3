"""Who is told, and in which group? A walk down the tree of routes; without routes, every destination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from alerts.config.types import Config, Grouping, Match, Route
from streams.codec import canonical

#: The value of a fact that an alert does not have, in a group's name.
NONE = ""


class Way(Struct, frozen=True):
    """How an alert goes to a destination: at once, or in a group of this name."""

    destination: str
    group: str | None = None
    grouping: Grouping | None = None


def facts_of(severity: str, rule: str, key: Mapping[str, str]) -> dict[str, str]:
    """What an alert is matched by."""
    return {**key, "severity": severity, "rule": rule}


def holds(match: Match, facts: Mapping[str, str]) -> bool:
    """Whether every fact that is named is one of its values."""
    return all(facts.get(name) in allowed for name, allowed in match.items())


def ways(config: Config, facts: Mapping[str, str]) -> tuple[Way, ...]:
    """The ways of an alert, each destination once: by the first route that leads to it. Empty when none matches."""
    if not config.routes:
        return tuple(Way(destination.id) for destination in config.destinations)
    found: dict[str, Way] = {}
    for path, route in _deciding(config.routes, facts, ""):
        for destination in route.to:
            found.setdefault(destination, _way(destination, path, route, facts))
    return tuple(found.values())


def groups(routes: Sequence[Route]) -> bool:
    """Whether any route of a tree gathers what goes its way."""
    return any(route.group is not None or groups(route.routes) for route in routes)


def _deciding(routes: Sequence[Route], facts: Mapping[str, str], path: str) -> Iterator[tuple[str, Route]]:
    """(path, route) of those that take the alert: in each level the first, and after one that goes on the next."""
    for number, route in enumerate(routes):
        if not holds(route.match, facts):
            continue
        own = f"{path}{number}."
        inner = list(_deciding(route.routes, facts, own))
        taking = inner or ([(own, route)] if route.to else [])
        yield from taking
        if taking and not route.go_on:
            return


def _way(destination: str, path: str, route: Route, facts: Mapping[str, str]) -> Way:
    if route.group is None:
        return Way(destination)
    values = {name: facts.get(name, NONE) for name in route.group.by}
    return Way(destination, f"{destination} {path} {canonical(values).decode()}", route.group)
