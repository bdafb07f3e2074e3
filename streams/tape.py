"""What happened in the world, entry by entry, so that another fold of the same news need not find it out again.

What ``world.observe`` gives of a history depends on its articles and on ``world.Settings``, not on rules. A
``Recorder`` folds the world and notes what became of happenings; a ``Player`` gives the same observations from those
notes, and keeps the table of happenings and the clock as the fold would. ``tests/test_tape.py`` holds both to the same
bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from streams import holdings, world
from streams.happenings import Happening, Mention, Nature, Void
from streams.horizons import advance, now
from streams.journal import Control, Reading, Record
from streams.state import State

Pair = tuple[Happening | None, Happening | None]


class TapeError(Exception):
    """A tape that does not fit the news that is folded."""


class Turn(Struct, frozen=True, array_like=True):
    """What became of one happening.

    A mention is a place among those that the happenings of the step had before, or a new one; -n stands for the n
    places that follow the last.
    """

    id: str
    nature: Nature | None
    """None when it is gone."""
    mentions: tuple[int | Mention, ...] = ()
    voids: tuple[Void, ...] = ()
    denied: tuple[int | Mention, ...] = ()


class Step(Struct, frozen=True, array_like=True):
    """What one entry changed, or the beginning of a day."""

    day: int | None
    """Days since the epoch; None for an entry."""
    position: int
    """The entry's place in the journal when it was recorded."""
    turns: tuple[Turn, ...] = ()
    merged: tuple[tuple[str, str], ...] = ()
    split: tuple[tuple[str, str], ...] = ()
    quiet: str | None = None
    because: str = ""
    notes: tuple[tuple[str, str, str], ...] = ()
    """(about, reason, detail)."""


class Recorder:
    """Folds the world, and notes what it gives."""

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def observe(self, state: State, record: Record, settings: world.Settings) -> world.Observation:
        """Fold one entry."""
        _refuse_words(record)
        clock = advance(state, record.received, lambda day: self._forget(state, day))
        seen = world.observed(state, record, settings, clock)
        if isinstance(record.entry, Reading):
            self._steps.append(
                Step(
                    day=None,
                    position=record.position,
                    turns=_turns(seen.changes),
                    merged=seen.merged,
                    split=seen.split,
                    quiet=seen.quiet,
                    because=seen.because,
                    notes=tuple((note.about, note.reason, note.detail) for note in seen.notes),
                )
            )
        return seen

    def take(self) -> tuple[Step, ...]:
        """What was noted since the last call."""
        steps, self._steps = tuple(self._steps), []
        return steps

    def run_out(self, state: State, days: int) -> tuple[Step, ...]:
        """Let so many days pass behind the end, and give what was noted."""
        today = (now(state) or 0) // holdings.DAY
        for day in range(today + 1, today + 1 + days):
            self._forget(state, day)
        return self.take()

    def _forget(self, state: State, day: int) -> None:
        changed = world.forgotten(state, day)
        if changed.changes:
            self._steps.append(Step(day=day, position=0, turns=_turns(changed.changes)))


class Player:
    """Gives what a recorder noted of the same news, under whatever rules."""

    def __init__(self) -> None:
        self._steps = deque[Step]()
        self._places: dict[int, int] = {}
        """Place of an entry when it was recorded → its place now: ticks between them are the rules'."""

    def feed(self, steps: Iterable[Step]) -> None:
        """Take what was noted of the news that comes next."""
        self._steps.extend(steps)

    def observe(self, state: State, record: Record, settings: world.Settings) -> world.Observation:
        """What the entry changed. Raises TapeError."""
        _refuse_words(record)
        clock = advance(state, record.received, lambda day: self._forget(state, day))
        if not isinstance(record.entry, Reading):
            return world.Observation(now=clock)
        if not self._steps or self._steps[0].day is not None:
            raise TapeError(f"what was remembered of the news does not fit entry {record.position}; use --no-cache")
        step = self._steps.popleft()
        self._places[step.position] = record.position
        return world.Observation(
            now=clock,
            changes=self._turn(state, step.turns),
            merged=step.merged,
            split=step.split,
            quiet=step.quiet,
            because=step.because,
            notes=tuple(world.Note(about=about, reason=reason, detail=detail) for about, reason, detail in step.notes),
        )

    def _forget(self, state: State, day: int) -> None:
        while self._steps and self._steps[0].day is not None and self._steps[0].day <= day:
            self._turn(state, self._steps.popleft().turns)

    def _turn(self, state: State, turns: tuple[Turn, ...]) -> tuple[Pair, ...]:
        if not turns:
            return ()
        table = holdings.happenings(state)
        before = [table.rows.get(turn.id) for turn in turns]
        known = _mentions(before)
        pairs: list[Pair] = []
        for turn, was in zip(turns, before, strict=True):
            if turn.nature is None:
                table.drop(turn.id)
                pairs.append((was, None))
                continue
            made = Happening(
                id=turn.id,
                nature=turn.nature,
                mentions=tuple(self._filled(turn.mentions, known)),
                voids=turn.voids,
                denied=tuple(self._filled(turn.denied, known)),
            )
            table.put(turn.id, made)
            pairs.append((was, made))
        return tuple(pairs)

    def _filled(self, places: tuple[int | Mention, ...], known: list[Mention]) -> Iterator[Mention]:
        at = -1
        for place in places:
            if not isinstance(place, int):
                force_setattr(place, "position", self._places[place.position])
                yield place
            elif place < 0:
                yield from known[at + 1 : at + 1 - place]
                at -= place
            else:
                yield known[place]
                at = place


def _refuse_words(record: Record) -> None:
    """Operators' words change the world, and no history holds any."""
    if isinstance(record.entry, Control) and record.entry.command != "config":
        raise TapeError(f"entry {record.position} is a word of an operator, of which a tape knows nothing")


def _mentions(happenings: Iterable[Happening | None]) -> list[Mention]:
    """All mentions of happenings, one after the other."""
    return [m for one in happenings if one is not None for m in (*one.mentions, *one.denied)]


def _turns(changes: tuple[Pair, ...]) -> tuple[Turn, ...]:
    places = {id(m): n for n, m in enumerate(_mentions(before for before, _ in changes))}
    turns = []
    for before, after in changes:
        if after is not None:
            mentions, denied = _places(after.mentions, places), _places(after.denied, places)
            turns.append(Turn(after.id, after.nature, mentions, after.voids, denied))
        elif before is not None:
            turns.append(Turn(before.id, None))
    return tuple(turns)


def _places(mentions: tuple[Mention, ...], known: dict[int, int]) -> tuple[int | Mention, ...]:
    found: list[int | Mention] = []
    last: int | None = None
    for mention in mentions:
        place = known.get(id(mention))
        follows = place is not None and last is not None and place == last + 1
        if follows and isinstance(found[-1], int) and found[-1] < 0:
            found[-1] -= 1
        else:
            found.append(-1 if follows else mention if place is None else place)
        last = place
    return tuple(found)


encode = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], tuple[Step, ...]] = msgspec.msgpack.Decoder(tuple[Step, ...]).decode
