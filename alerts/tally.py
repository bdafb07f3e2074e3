"""What did each rule make of a history? How much it looked at, what it said, and which gate kept the rest.

Read from what the fold logged and said, so that it cannot tell another story. A rule that looked at nothing is told
apart from one that looked and kept silent: the first has a filter that this news never meets.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from alerts import gates, wording
from alerts.config.types import Config, Rule

#: Lines of the log that give a happening another id: what was logged of the first is of the second.
_RENAMED = ("merged", "renamed")
_LAST_LINES = (
    "SELECT about, reason, detail, max(position * 65536 + n) FROM log"
    " WHERE at >= ? AND reason NOT IN (SELECT value FROM json_each(?)) GROUP BY about"
)


class Kept(Struct, frozen=True, kw_only=True):
    """What a gate kept: how many happenings, and why one of them."""

    gate: str
    number: int
    because: str


class Tally(Struct, frozen=True, kw_only=True):
    """What a rule made of a history."""

    rule: str
    looked: int
    """Happenings that it looked at."""
    told: dict[str, int]
    """Kind of alert → how many."""
    kept: tuple[Kept, ...]
    """By gate, most first: the last that each happening came to which no alert speaks of."""


def tallies(connection: sqlite3.Connection, config: Config, told: Iterable[bytes], since: int = 0) -> list[Tally]:
    """A tally for each rule of the config, in its order. ``told`` are the alerts; ``since`` in seconds."""
    kinds: dict[str, Counter[str]] = {rule.id: Counter() for rule in config.rules}
    spoken: dict[str, set[str]] = {rule.id: set() for rule in config.rules}
    for data in told:
        alert: dict[str, Any] = msgspec.json.decode(data)
        if alert["rule"] not in kinds:
            continue
        kinds[alert["rule"]][alert["kind"]] += 1
        spoken[alert["rule"]].update(one["id"] for one in alert["incidents"])
    renamed = {row[0] for row in connection.execute("SELECT about FROM log WHERE reason IN (?, ?)", _RENAMED)}
    held: dict[str, dict[str, tuple[gates.Gate, str]]] = {rule.id: {} for rule in config.rules}
    notes = msgspec.json.encode(sorted(gates.NOTES)).decode()
    for about, reason, detail, _ in connection.execute(_LAST_LINES, (since, notes)):
        rule, _, id_ = about.partition(" ")
        gate = gates.gate_of(reason)
        if gate is not None and rule in held and id_ not in renamed and not id_.startswith("al_"):
            held[rule][id_] = (gate, detail)
    return [_tally(rule, kinds[rule.id], spoken[rule.id], held[rule.id]) for rule in config.rules]


def _tally(rule: Rule, told: Counter[str], spoken: set[str], held: dict[str, tuple[gates.Gate, str]]) -> Tally:
    kept = {id_: line for id_, line in held.items() if id_ not in spoken}
    numbers = Counter(gate.name for gate, _ in kept.values())
    because = {gate.name: detail for _, (gate, detail) in sorted(kept.items(), reverse=True)}
    return Tally(
        rule=rule.id,
        looked=len(spoken | held.keys()),
        told=dict(sorted(told.items())),
        kept=tuple(
            Kept(gate=name, number=number, because=because[name])
            for name, number in sorted(numbers.items(), key=lambda one: (-one[1], gates.ORDER[one[0]]))
        ),
    )


def sentence(tally: Tally, rule: Rule) -> str:
    """A tally in words."""
    if not tally.looked:
        return f"{rule.id}: nothing in this news is of {' or '.join(rule.when)}; its filter met nothing"
    said = ", ".join(f"{number} {wording.plural(number, kind)}" for kind, number in tally.told.items())
    looked = f"{tally.looked} {wording.plural(tally.looked, 'happening')} looked at"
    line = f"{rule.id}: {looked}; {said or 'nothing said'}"
    if not tally.kept:
        return line
    most = tally.kept[0]
    return f"{line}; “{most.gate}” kept most ({most.number}, such as: {most.because})"
