"""What would the rules on trial have sent? Counted as it is decided, told once a day to the monitor's owners.

A rule with ``shadow: true`` decides like any other, and what it says is stored and goes to nobody. A part of the fold:
a day is a day of the journal's clock in UTC, so a replay tells the same.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from alerts import wording
from alerts.alert import Alert, Measure, Sources
from alerts.config.types import Config
from streams.codec import digest
from streams.state import State, Table
from streams.times import iso

DAY = 86400
#: What the digest calls itself; no rule's id has a space.
NAME = "rules on trial"
#: Titles that stand in a digest, for each rule.
SAMPLES = 3


class Trial(Struct, frozen=True, kw_only=True):
    """What one rule would have sent in a day: how much, by severity, and the first titles."""

    day: int
    rule: str
    counts: dict[str, int]
    titles: tuple[str, ...]


def table(state: State) -> Table[Trial]:
    """A row for each rule that would have sent something since the last digest."""
    return state.table("trials", Trial)


def note(state: State, alert: Alert, now: int) -> None:
    """Count an alert of a rule on trial."""
    row = table(state).get(alert.rule) or Trial(day=now // DAY, rule=alert.rule, counts={}, titles=())
    counts = {**row.counts, alert.severity: row.counts.get(alert.severity, 0) + 1}
    titles = (*row.titles, alert.title)[:SAMPLES]
    table(state).put(alert.rule, Trial(day=row.day, rule=row.rule, counts=counts, titles=titles))


def next_due(state: State) -> int | None:
    """When the day of the digest that is gathered ends, in seconds."""
    return min(((row.day + 1) * DAY for row in table(state).rows.values()), default=None)


def due(state: State, config: Config, now: int) -> Alert | None:
    """The digest of a day that is over, which is then forgotten; None when there is none."""
    rows = [row for _, row in table(state).sorted_items() if (row.day + 1) * DAY <= now]
    if not rows:
        return None
    for row in rows:
        table(state).drop(row.rule)
    return _digest(rows, config, now)


def _digest(rows: list[Trial], config: Config, now: int) -> Alert:
    first, total = min(row.day for row in rows), sum(sum(row.counts.values()) for row in rows)
    root = "al_" + digest(NAME, [(row.day, row.rule) for row in rows])
    many = f"{total} {wording.plural(total, 'alert')}"
    at = iso(now) or ""
    return Alert(
        id=f"{root}.1",
        root=root,
        revision=1,
        rule=NAME,
        severity=config.severities[0],
        kind="alert",
        key={},
        at=at,
        window={"start": iso(first * DAY), "end": at},
        title=f"Would have sent {many} on {_day(first)}: {wording.listed([row.rule for row in rows])} on trial",
        text="\n".join(line for row in rows for line in _lines(row, config)),
        own_text=True,
        measure=Measure(name="alerts", value=total, low=total, high=total, threshold=None),
        sources=Sources(independent=0, publishers=[], reprints=0),
    )


def _lines(row: Trial, config: Config) -> list[str]:
    total = sum(row.counts.values())
    by = ", ".join(f"{row.counts[name]} {name}" for name in reversed(config.severities) if name in row.counts)
    return [f"{row.rule} would have sent {total} ({by}):", *(f"• {title}" for title in row.titles)] + (
        [f"• and {total - len(row.titles)} more; `tocsin alerts --rule {row.rule}` lists them"]
        if total > len(row.titles)
        else []
    )


def _day(day: int) -> str:
    return wording.day(datetime.fromtimestamp(day * DAY, UTC).date())
