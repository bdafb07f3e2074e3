"""What time is it in the journal, and what lies so far back that it is forgotten?"""

from __future__ import annotations

from msgspec import Struct

from streams import corrections
from streams.holdings import World
from streams.state import State, Table

#: Seconds that articles, stories and incidents are remembered after their last report.
HORIZON = 30 * 86400
EPISODE_HORIZON = 120 * 86400


class Clock(Struct, frozen=True, kw_only=True):
    """The journal's clock: the highest ``received`` or Tick seen, and the journal's first."""

    now: int
    since: int


def clock(state: State) -> Table[Clock]:
    """One row, ``clock``."""
    return state.table("clock", Clock)


def now(state: State) -> int | None:
    """What the journal's clock shows, in seconds; None before its first entry."""
    row = clock(state).get("clock")
    return None if row is None else row.now


def advance(state: State, received: int, world: World) -> int:
    """Move the clock; on a new day of it, forget what lies beyond the horizons."""
    table = clock(state)
    row = table.get("clock")
    if row is None:
        table.put("clock", Clock(now=received, since=received))
        return received
    if received <= row.now:
        return row.now
    table.put("clock", Clock(now=received, since=row.since))
    if received // 86400 != row.now // 86400:
        _evict(world, received)
    return received


def _evict(world: World, now: int) -> None:
    """Forget happenings whose last report is beyond its horizon, and articles that nothing is left of."""
    old = []
    for id_, happening in world.happenings.rows.items():
        horizon = EPISODE_HORIZON if happening.nature == "episode" else HORIZON
        last = max(world.articles.rows[m.article].received for m in happening.mentions)
        if last < now - horizon:
            old.append(id_)
    world.forget(sorted(old))
    for key, row in list(world.articles.rows.items()):
        if row.received < now - HORIZON and not any(row.homes):
            world.drop(key)
    for table in (corrections.bonds(world.state), corrections.said(world.state)):
        for key in [key for key, row in table.rows.items() if row.born < now - HORIZON and key not in world.home]:
            table.drop(key)
