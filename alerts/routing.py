"""Who is told? The first route that matches an alert decides; without routes, every destination."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.config.types import Config


def destinations(config: Config, severity: str, rule: str, key: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the destinations for an alert; empty when no route matches."""
    if not config.routes:
        return tuple(destination.id for destination in config.destinations)
    facts = {**key, "severity": severity, "rule": rule}
    for route in config.routes:
        if all(facts.get(name) in allowed for name, allowed in route.match.items()):
            return route.to
    return ()
