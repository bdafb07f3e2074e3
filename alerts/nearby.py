"""What does an alert say of our own places? How far off each happening was, and how many came so near before it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from alerts import rules
from alerts.alert import Alert, NearView
from alerts.config.types import Rule
from alerts.roots import Tables
from streams.happenings import Happening


def told(alert: Alert, rule: Rule, members: Sequence[Happening], tables: Tables) -> Alert:
    """The alert with the own places near its happenings, each happening's nearest, the newest happening first."""
    if rule.near is None:
        return alert
    found = []
    for happening in sorted(members, key=lambda one: (one.at or 0, one.id), reverse=True):
        for hit in rules.hits(rule, happening)[:1]:
            view = NearView(
                asset=hit.asset.name,
                kind=hit.asset.kind,
                km=None if hit.km is None else round(hit.km, 1),
                radius_km=happening.spot.radius_km,
                incident=happening.id,
                nth=_nth(rule, hit.asset.name, happening, tables),
                over=rule.over,
                within_km=rule.near.within_km,
                note=hit.asset.note,
            )
            found.append(view)
    return replace(alert, near=found)


def _nth(rule: Rule, asset: str, happening: Happening, tables: Tables) -> int:
    """The how-manieth near that place a happening is, in the ``over`` of the rule up to it, whatever key they have."""
    mine = (happening.at or 0, happening.id)
    count = 0
    for text, window in tables.windows.rows.items():
        if not text.startswith(f"{rule.definition}|"):
            continue
        for item in window.items:
            if mine[0] - rule.over < item.at and (item.at, item.id) <= mine:
                kept = tables.shares.get(f"{rule.definition}|{item.id}")
                count += kept is not None and asset in kept.near
    return count
