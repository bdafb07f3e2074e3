"""What happened, for the report: remembers each incident of a fold, and its share in the windows of each rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from alerts import rules
from alerts.decide import Decide, Effects, Read
from streams.happenings import Happening
from streams.journal import Record
from streams.state import State
from streams.tolls import Want, toll

_KILLED = Want(measure="killed")


class Seen(Struct, frozen=True, kw_only=True):
    """An incident or episode, as it was last known."""

    id: str
    type: str
    nature: str
    at: int | None
    """Seconds: when it was first published."""
    country: str | None
    place: str | None
    lat: float | None
    lon: float | None
    killed: int | float | None
    publishers: int


class Added(Struct, frozen=True, kw_only=True):
    """What an incident adds to a window. ``at`` in seconds."""

    key: Mapping[str, str]
    at: int
    value: float


class Watching:
    """A fold that is listened to. It folds as the one that it wraps."""

    def __init__(self, decide: Decide) -> None:
        self.decide = decide
        self.seen: dict[str, Seen] = {}
        self.added: dict[str, dict[str, Added]] = {rule.id: {} for rule in decide.config.rules}
        """Rule → incident → its share."""

    def declare(self, state: State) -> None:
        """As the fold does."""
        self.decide.declare(state)

    def next_due(self, state: State) -> int | None:
        """As the fold does."""
        return self.decide.next_due(state)

    def needed(self, state: State) -> Iterable[int]:
        """As the fold does."""
        return self.decide.needed(state)

    def step(self, state: State, record: Record, read: Read) -> Effects:
        """Fold one entry, and note what it changed in the world."""
        effects = self.decide.step(state, record, read)
        for before, after in effects.changes:
            if after is None and before is not None:
                self.seen.pop(before.id, None)
                for shares in self.added.values():
                    shares.pop(before.id, None)
            elif after is not None:
                self._note(after)
        return effects

    def _note(self, happening: Happening) -> None:
        spot = happening.spot
        value = toll(happening, _KILLED)
        seen = Seen(
            id=happening.id,
            type=happening.type,
            nature=happening.nature,
            at=happening.at,
            country=happening.country,
            place=spot.name,
            lat=spot.lat,
            lon=spot.lon,
            killed=value.low if value is not None else None,
            publishers=len({m.family for m in happening.mentions}),
        )
        if happening.counted:
            self.seen[happening.id] = seen
        else:
            self.seen.pop(happening.id, None)
        for rule in self.decide.looking_at(happening.told_types):
            share = rules.share(rule, happening)
            shares = self.added[rule.id]
            if isinstance(share, rules.Share):
                shares[happening.id] = Added(key=share.key, at=share.item.at, value=share.item.value)
            else:
                shares.pop(happening.id, None)
