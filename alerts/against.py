"""What would another config have said of the same news? Two replays, message by message.

Alerts are paired by rule and key: those of one time and kind first, then of one kind that speak of a common incident.
What is left has been added or removed. Ids are not compared: they go with a rule's definition.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

What = Literal["added", "removed", "changed"]


class Message(Struct, frozen=True, kw_only=True):
    """What goes to one destination at one time."""

    at: str
    destination: str
    alerts: tuple[str, ...]
    """Ids."""


class Said(Struct, frozen=True, kw_only=True):
    """What a replay said: the alerts in their order, and the messages that carry them."""

    alerts: tuple[dict[str, Any], ...]
    messages: tuple[Message, ...]


class Difference(Struct, frozen=True, kw_only=True):
    """One alert that the two do not say alike. ``old`` and ``new`` are fields of the alert, or of what changed."""

    what: What
    at: str
    rule: str
    key: dict[str, str]
    kind: str
    title: str
    changed: tuple[tuple[str, Any, Any], ...] = ()
    """(field, before, now)."""


class Load(Struct, frozen=True, kw_only=True):
    """How much a destination gets."""

    messages: int
    a_day: float
    """In the mean over the days of the history."""
    worst_minute: int
    worst_at: str | None


class Comparison(Struct, frozen=True, kw_only=True):
    """All that the two do not say alike, oldest first, and how much each sends."""

    differences: tuple[Difference, ...]
    alike: int
    load: dict[str, tuple[Load, Load]]
    """Destination → (before, now); ``all`` is of all together."""

    @property
    def same(self) -> bool:
        """Whether both say the same to the same."""
        return not self.differences


def said(alerts: Iterable[bytes], messages: Sequence[Message]) -> Said:
    """What a replay said, from its canonical bytes."""
    return Said(alerts=tuple(msgspec.json.decode(data) for data in alerts), messages=tuple(messages))


def compare(old: Said, new: Said, days: float) -> Comparison:
    """Compare what two configs said of a history of so many days."""
    before, now = _by_place(old.alerts), _by_place(new.alerts)
    sent_before, sent_now = _destinations(old.messages), _destinations(new.messages)
    differences, alike = [], 0
    for place in sorted({*before, *now}):
        for one, other in _pairs(before[place], now[place]):
            found = _difference(one, other, sent_before, sent_now)
            differences += [found] if found else []
            alike += found is None
    differences.sort(key=lambda one: (one.at, one.rule, msgspec.json.encode(one.key), one.kind, one.what))
    names = sorted({message.destination for message in (*old.messages, *new.messages)})
    load = {name: (_load(old.messages, days, name), _load(new.messages, days, name)) for name in names}
    load["all"] = (_load(old.messages, days, None), _load(new.messages, days, None))
    return Comparison(differences=tuple(differences), alike=alike, load=load)


def _by_place(alerts: Iterable[dict[str, Any]]) -> defaultdict[tuple[str, str], list[dict[str, Any]]]:
    found: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for alert in alerts:
        found[alert["rule"], msgspec.json.encode(alert["key"], order="sorted").decode()].append(alert)
    return found


_Pair = tuple[dict[str, Any] | None, dict[str, Any] | None]


def _pairs(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[_Pair]:
    """Each alert of both once: with its counterpart, or alone."""
    found: list[_Pair] = []
    left = list(new)
    rest = []
    for one in old:
        other = next((o for o in left if (o["at"], o["kind"]) == (one["at"], one["kind"])), None)
        if other is None:
            other = next((o for o in left if o["at"] == one["at"]), None)
        if other is None:
            rest.append(one)
            continue
        left.remove(other)
        found.append((one, other))
    for one in rest:
        other = next((o for o in left if o["kind"] == one["kind"] and _common(one, o)), None)
        if other is not None:
            left.remove(other)
        found.append((one, other))
    return [*found, *((None, other) for other in left)]


def _common(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool({i["id"] for i in one["incidents"]} & {i["id"] for i in other["incidents"]})


def _destinations(messages: Iterable[Message]) -> defaultdict[str, tuple[str, ...]]:
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for message in messages:
        for alert in message.alerts:
            found[alert] = tuple(sorted({*found[alert], message.destination}))
    return found


def _difference(
    one: dict[str, Any] | None,
    other: dict[str, Any] | None,
    sent_before: defaultdict[str, tuple[str, ...]],
    sent_now: defaultdict[str, tuple[str, ...]],
) -> Difference | None:
    shown = other or one
    assert shown is not None
    changed: tuple[tuple[str, Any, Any], ...] = ()
    if one is not None and other is not None:
        pairs = (
            ("severity", one["severity"], other["severity"]),
            ("kind", one["kind"], other["kind"]),
            ("time", one["at"], other["at"]),
            ("destinations", list(sent_before[one["id"]]), list(sent_now[other["id"]])),
            ("title", one["title"], other["title"]),
            ("text", one["text"], other["text"]),
        )
        changed = tuple(pair for pair in pairs if pair[1] != pair[2])
        if not changed:
            return None
    return Difference(
        what="changed" if changed else "added" if one is None else "removed",
        at=shown["at"],
        rule=shown["rule"],
        key=shown["key"],
        kind=shown["kind"],
        title=shown["title"],
        changed=changed,
    )


def _load(messages: Iterable[Message], days: float, destination: str | None) -> Load:
    minutes = Counter(m.at[:16] for m in messages if destination in (None, m.destination))
    worst = min(minutes.items(), key=lambda one: (-one[1], one[0]), default=None)
    number = sum(minutes.values())
    return Load(
        messages=number,
        a_day=round(number / max(days, 1 / 24), 2),
        worst_minute=worst[1] if worst else 0,
        worst_at=worst[0] if worst else None,
    )
