"""Which reports may not be told yet? They wait until their embargo ends by the journal's clock, and are folded then.

Of one article its highest version waits alone: what a later one corrected before the end was never told. A version
without an embargo goes its own way at once, and so does a cancellation; what still waits is then stale.
"""

from __future__ import annotations

from msgspec import Struct

from streams.article import Report
from streams.identity import rank_of
from streams.journal import Reading, Record
from streams.state import State, Table
from streams.times import epoch
from streams.versions import Rank


class Held(Struct, frozen=True, kw_only=True, array_like=True):
    """A report that waits."""

    until: int
    """Seconds."""
    position: int
    """Of its entry in the journal."""
    rank: Rank


def table(state: State) -> Table[Held]:
    """The reports that wait, by article."""
    return state.table("embargoed", Held)


def hold(state: State, record: Record, now: int) -> Report | None:
    """Keep a report whose embargo ends after ``now``. Gives the report when it has to wait."""
    report = record.entry.report if isinstance(record.entry, Reading) else None
    until = epoch(report.embargo) if report is not None else None
    if report is None or until is None or until <= now or report.status != "usable":
        return None
    key = "\x1f".join((report.feed, report.id, "" if report.revision is not None else report.url or ""))
    known, rank = table(state).get(key), rank_of(report)
    if known is None or rank > known.rank:
        table(state).put(key, Held(until=until, position=record.position, rank=rank))
    return report


def ends(state: State) -> list[int]:
    """Seconds: when the embargoes end."""
    return [held.until for held in table(state).rows.values()]


def take_due(state: State, now: int) -> list[Held]:
    """Those whose embargo has ended, in the order of their ends; they wait no more."""
    due = sorted((held.until, held.position, key) for key, held in table(state).rows.items() if held.until <= now)
    found = [table(state).rows[key] for *_, key in due]
    for *_, key in due:
        table(state).drop(key)
    return found
