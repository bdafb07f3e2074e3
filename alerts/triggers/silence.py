"""Which keys have fallen silent? For each key of a rule with ``absence`` the time at which to look again.

A silence is measured in whole, observed spans since the last that held anything, and compared with the usual: one over
the share of spans that hold something. A span counts once it is over and the lateness has passed. Nothing here sets a
timer: whatever entry moves the clock past that time looks, so that a replayed file does not fall silent at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from math import ceil

from msgspec import Struct

from alerts import wording
from alerts.config.types import Rule
from alerts.roots import Tables
from alerts.triggers.keys import Keys
from alerts.triggers.series import GUARD, WARM_UP, bucket_of, start_of
from streams.state import State, Table

#: Spans with something in them, discounted, that make a usual.
ENOUGH = 3.0


class Silence(Struct, frozen=True, kw_only=True):
    """A key, when it was last heard of, and when to look whether it has been silent for too long. In seconds."""

    key: dict[str, str]
    last: int
    ids: tuple[str, ...]
    """The last happening."""
    due: int
    told: int = 0
    """Bands that were told of this silence."""
    root: str = ""
    """The root that tells of it."""


class Look(Struct, frozen=True, kw_only=True):
    """What a look at a key found: how many bands are reached, in words, and when to look again (0: not)."""

    reached: int
    usual: float
    text: str
    due: int


def table(state: State) -> Table[Silence]:
    """The keys that are waited for."""
    return state.table("absences", Silence)


def keep(state: State, key_text: str, row: Silence) -> None:
    """Wait for a key."""
    table(state).put(key_text, row)
    if row.due:
        heappush(state.derived("absences_due", _due), (row.due, key_text))


def take_due(state: State, now: int) -> Iterator[tuple[str, Silence]]:
    """The keys to look at now, each once."""
    heap, rows = state.derived("absences_due", _due), table(state).rows
    while heap and heap[0][0] <= now:
        due, key_text = heappop(heap)
        row = rows.get(key_text)
        if row is not None and row.due == due:
            yield key_text, row


def _due(state: State) -> list[tuple[int, str]]:
    heap = [(row.due, key_text) for key_text, row in table(state).rows.items() if row.due]
    heapify(heap)
    return heap


def look(rule: Rule, key_text: str, last: int, keys: Keys, now: int, lateness: int) -> Look:
    """How long a key has been silent, beside the usual."""
    series = keys.catch_up(rule, key_text)
    heard, over = bucket_of(last, rule.over), bucket_of(now - lateness, rule.over)
    silent = sum(keys.is_observed(rule, bucket) for bucket in range(heard + 1, over))
    usual = max(1.0 / series.ahead[-1].mean, 1.0)
    asked = [ceil(band.threshold * usual) for band in rule.bands]
    length = wording.span(rule.over)
    asking = f"asked for: {rule.bands[0].threshold:g} times as long"
    text = f"Nothing in {silent} times {length}, where usually one in {usual:.2g} holds something ({asking})"
    next_close = start_of(over + 1, rule.over) + lateness
    if keys.known(rule, heard) < WARM_UP or series.learned.total < ENOUGH:
        settled = over > heard + GUARD + WARM_UP
        return Look(reached=0, usual=usual, text=text, due=0 if settled else next_close)
    reached = sum(silent >= one for one in asked)
    if reached == len(asked):
        return Look(reached=reached, usual=usual, text=text, due=0)
    if over <= heard + GUARD + 1:  # what is still to be learnt may make silence more unusual
        return Look(reached=reached, usual=usual, text=text, due=next_close)
    due = start_of(heard + 1 + asked[reached], rule.over) + lateness
    return Look(reached=reached, usual=usual, text=text, due=max(due, next_close))


def awaited(state: State) -> set[str]:
    """The roots that tell of a silence which has not ended, by id."""
    return {row.root for row in table(state).rows.values() if row.root}


def forget(state: State, tables: Tables) -> None:
    """Drop the keys of which nothing is known any more."""
    rows = table(state)
    for key_text in [text for text in rows.rows if text not in tables.series.rows]:
        rows.drop(key_text)
