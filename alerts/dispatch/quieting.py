"""Is an alert silenced or inhibited at this moment, by what, and until when?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from alerts.config.types import Config, Inhibition, Silence
from alerts.dispatch.held import Held, Why, silences, waiting
from alerts.roots import Root, Tables
from alerts.routing import facts_of, holds
from alerts.severities import rank
from streams.state import State


class Verdict(Struct, frozen=True):
    """Why something waits, by what, and until when in seconds: then it is looked at again."""

    why: Why
    by: str
    until: int | None
    words: str


# --- silences -----------------------------------------------------------------------------------------------------


def silences_at(config: Config, state: State, now: int) -> Iterator[tuple[Silence, int]]:
    """The silences in force, each with its end."""
    for silence in config.silences:
        if silence.start <= now < silence.end:
            yield silence, silence.end
    for _, row in silences(state).sorted_items():
        if row.silence.start <= now < row.end:
            yield row.silence, row.end


def silenced(config: Config, state: State, row: Held, now: int) -> Verdict | None:
    """The silence that lasts longest, of those that an alert falls under."""
    facts = row.facts
    found = [
        (end, silence.id, silence) for silence, end in silences_at(config, state, now) if holds(silence.match, facts)
    ]
    if not found:
        return None
    end, id_, silence = max(found, key=lambda one: one[:2])
    return Verdict("silenced", id_, end, f"silence {id_} ({silence.comment})")


# --- inhibition ---------------------------------------------------------------------------------------------------


def inhibited(config: Config, state: State, row: Held, now: int) -> Verdict | None:
    """The open alert that quiets another for the same destination, the oldest of several.

    Only one that the destination was told, or is about to be in its group, quiets anything there: nothing is hidden
    behind what nobody hears. And a lower severity never quiets a higher one.
    """
    if not config.inhibit:
        return None
    facts, tables = row.facts, Tables.of(state)
    found = [
        root
        for inhibition in config.inhibit
        if holds(inhibition.target, facts)
        for root in _sources(config, state, inhibition, row)
        if open_until(tables, root) > now and _is_heard(state, root, row.destination)
    ]
    if not found:
        return None
    source = min(found, key=lambda root: (root.opened, root.id))
    words = f"{source.id} ({source.severity}, {source.rule}) is open and inhibits it"
    return Verdict("inhibited", source.id, open_until(tables, source), words)


def open_until(tables: Tables, root: Root) -> int:
    """When a root's window closes, in seconds; 0 for one that is canceled or whose rule is gone."""
    known = tables.definitions.get(root.definition)
    return 0 if root.canceled or known is None else root.last_at + known.rule.over


def _sources(config: Config, state: State, inhibition: Inhibition, row: Held) -> Iterator[Root]:
    """The roots that may inhibit. A key that is unknown is the same as no other."""
    equal = [(name, row.key.get(name, "unknown")) for name in inhibition.equal]
    if any(value == "unknown" for _, value in equal):
        return
    for id_ in Open.of(state).roots(inhibition.equal, tuple(value for _, value in equal)):
        root = Tables.of(state).roots.get(id_)
        if root is None or id_ == row.root:
            continue
        if rank(root.severity, config.severities) < rank(row.severity, config.severities):
            continue
        if holds(inhibition.source, facts_of(root.severity, root.rule, root.key)):
            yield root


def _is_heard(state: State, root: Root, destination: str) -> bool:
    if destination not in root.destinations:
        return False
    held = waiting(state).get(root.id, destination)
    return destination not in root.unheard or (held is not None and held.why == "grouped")


class Open:
    """The roots that are not canceled, by values of their keys. ``note`` keeps it true."""

    def __init__(self, state: State) -> None:
        self._roots = Tables.of(state).roots
        self._by: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, None]]] = {}

    @classmethod
    def of(cls, state: State) -> Open:
        """The index of a state."""
        return state.derived("open_roots", cls)

    def roots(self, names: tuple[str, ...], values: tuple[str, ...]) -> Sequence[str]:
        """Ids of the roots whose keys have these values, in order."""
        if names not in self._by:
            self._by[names] = {}
            for root in self._roots.rows.values():
                self._put(names, root)
        ids = self._by[names].get(values, {})
        for id_ in [id_ for id_ in ids if id_ not in self._roots.rows]:
            del ids[id_]
        return sorted(ids)

    def note(self, root: Root) -> None:
        """A root that was told of."""
        for names in self._by:
            self._put(names, root)

    def _put(self, names: tuple[str, ...], root: Root) -> None:
        values = tuple(root.key.get(name, "unknown") for name in names)
        ids = self._by[names].setdefault(values, {})
        if root.canceled:
            ids.pop(root.id, None)
        else:
            ids[root.id] = None
