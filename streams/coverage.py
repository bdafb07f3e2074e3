"""When was the news not, or not wholly, observed? What the journal's Coverage entries say of past spans of time.

A source that fails leaves a gap until it answers again; one that has failed for ``GIVEN_UP`` is gone, and the world
goes on without it. The moment of a source's first contact is a gap too: what comes then is no measure of that time.
Files that are replayed have no Coverage entries: all of their time is observed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from streams.journal import Control, Coverage, Record
from streams.state import State, Table
from streams.times import epoch, iso

#: Seconds of failing after which a source is no longer missed.
GIVEN_UP = 7 * 86400
#: Gaps remembered of one source.
MOST = 200
#: Where a Control entry says what was missed while nothing ran.
MISSED = "missed"


class Heard(Struct, frozen=True, kw_only=True):
    """How a source does: its last outcome, since when, and its past gaps as (start, end), in seconds."""

    outcome: str
    since: int
    gaps: tuple[tuple[int, int], ...] = ()
    met: tuple[int, ...] = ()
    """When it was first contacted."""


class Gaps(Struct):
    """The gaps of all sources, apart and in order."""

    starts: list[int]
    ends: list[int]
    met: list[int]


def table(state: State) -> Table[Heard]:
    """The sources by id."""
    return state.table("coverage", Heard)


def missed(since: int, sources: Sequence[str]) -> dict[str, Any]:
    """What a Control entry says, in its body, of sources that were not listened to from ``since`` (seconds) on."""
    return {MISSED: {"since": iso(since), "sources": list(sources)}}


def follow(state: State, record: Record) -> None:
    """Take note of how a poll went, and of a time when there was none."""
    entry = record.entry
    if isinstance(entry, Coverage):
        _polled(state, entry, record.received)
    elif isinstance(entry, Control) and MISSED in entry.body:
        gap = (epoch(entry.body[MISSED]["since"]) or record.received, record.received)
        for source in entry.body[MISSED]["sources"]:
            known = table(state).get(source) or Heard(outcome="ok", since=record.received)
            table(state).put(source, replace(known, gaps=(*known.gaps, gap)[-MOST:]))
    else:
        return
    fresh, gaps = _gaps(state), state.derived("gaps", _gaps)
    gaps.starts, gaps.ends, gaps.met = fresh.starts, fresh.ends, fresh.met


def _polled(state: State, entry: Coverage, now: int) -> None:
    rows = table(state)
    known = rows.get(entry.source)
    if known is None:
        known = Heard(outcome="ok", since=now)
    if known.outcome == "failed":
        known = replace(known, gaps=(*known.gaps, (known.since, min(now, known.since + GIVEN_UP)))[-MOST:])
    if entry.outcome == "first_contact":
        known = replace(known, met=(*known.met, now)[-MOST:])
    rows.put(entry.source, replace(known, outcome=entry.outcome, since=now))


def is_observed(state: State, start: int, end: int) -> bool:
    """Whether no source was missed, and none met, from ``start`` until before ``end`` (seconds)."""
    gaps = state.derived("gaps", _gaps)
    if not gaps.starts and not gaps.met:
        return True
    n = bisect_left(gaps.starts, end) - 1
    return not (n >= 0 and gaps.ends[n] >= start) and not was_met(state, start, end)


def unobserved_from(state: State, before: int) -> int | None:
    """When the gap began that reaches up to ``before`` (seconds); None when there is none."""
    gaps = state.derived("gaps", _gaps)
    n = bisect_left(gaps.starts, before) - 1
    return gaps.starts[n] if n >= 0 and gaps.ends[n] >= before else None


def was_met(state: State, start: int, end: int) -> bool:
    """Whether a source was first contacted from ``start`` until before ``end``."""
    met = state.derived("gaps", _gaps).met
    return bisect_left(met, start) < bisect_left(met, end)


def has_gaps(state: State) -> bool:
    """Whether anything was ever not observed."""
    gaps = state.derived("gaps", _gaps)
    return bool(gaps.starts or gaps.met)


def _gaps(state: State) -> Gaps:
    found, met = list[tuple[int, int]](), list[int]()
    for _, heard in table(state).sorted_items():
        found += heard.gaps
        met += heard.met
        if heard.outcome == "failed":
            found.append((heard.since, heard.since + GIVEN_UP))
    starts, ends = list[int](), list[int]()
    for start, end in sorted(found):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Gaps(starts, ends, sorted(met))
