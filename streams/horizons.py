"""What time is it in the journal, and what lies so far back that it is forgotten?"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from streams import corrections
from streams.holdings import DAY, Changed, World
from streams.state import State, Table

#: Seconds that articles, stories and incidents are remembered after their last report.
HORIZON = 30 * DAY
EPISODE_HORIZON = 120 * DAY


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


def advance(state: State, received: int, forget: Callable[[int], object]) -> int:
    """Move the clock; ``forget`` is called for each new day of it (since the epoch), in order. Gives the clock.

    Day by day, so that what is known at an article does not depend on the moments of the ticks before it.
    """
    table = clock(state)
    row = table.get("clock")
    if row is None:
        table.put("clock", Clock(now=received, since=received))
        return received
    if received <= row.now:
        return row.now
    table.put("clock", Clock(now=received, since=row.since))
    for day in range(row.now // DAY + 1, received // DAY + 1):
        forget(day)
    return received


def forget(world: World, day: int) -> Changed:
    """Forget happenings whose last report is beyond its horizon when a day begins, and articles without any."""
    begun, rows = day * DAY, world.articles.rows
    aged = world.aged(begun - HORIZON)
    old = []
    homes = {home for key in aged for home in rows[key].homes}
    for id_ in sorted(homes & world.happenings.rows.keys()):
        happening = world.happenings.rows[id_]
        horizon = EPISODE_HORIZON if happening.nature == "episode" else HORIZON
        if max(rows[m.article].received for m in happening.mentions) < begun - horizon:
            old.append(id_)
    changed = world.forget(old)
    for key in aged:
        if any(rows[key].homes):
            world.age(key)
        else:
            world.drop(key)
    for table in (corrections.bonds(world.state), corrections.said(world.state)):
        for key in [key for key, row in table.rows.items() if row.born < begun - HORIZON and key not in world.home]:
            table.drop(key)
    return changed
