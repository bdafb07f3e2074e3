"""A journal that lies in a topic, folded again by the embedded engine: what did a desk say of it, or would say?

With the config that the desk has last adopted, every config that the journal names is in force from its place on, and
time passes as the journal says: that gives the desk's own bytes. With any other, that one is in force throughout, and
its timers run as in any replay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from alerts.following import Following, config_of
from streams.engines.kafka import Read, read_record
from streams.journal import CONTROL, Tick


class Dump:
    """A journal's records, for one desk. ``records`` gives them from the first on, and may be asked more than once."""

    def __init__(self, records: Callable[[], Iterable[Any]], desk: str) -> None:
        """``desk`` is the group whose words count."""
        self._records, self._desk = records, desk
        self.first: int | None = None
        """The offset of the first record that was folded."""

    def adopted(self) -> str:
        """The hash of the config that the desk goes by at the end of the journal; "" when it names none."""
        last = ""
        for record in self._records():
            named = config_of(self._read(record)) if CONTROL in (record.value or b"") else None
            last = last if named is None else str(named.body["hash"])
        return last

    def fold(self, into: Following, *, as_adopted: bool, until: int | None = None) -> int:
        """Fold up to the first entry received at ``until`` (seconds) or later. Gives how many were folded.

        ``into`` keeps nothing yet. ``as_adopted`` goes by the configs that the journal names.
        """
        count, step = 0, into.fold if as_adopted else _stepping(into)
        if as_adopted:
            into.begin(self._records(), self._desk)
        for record in self._records():
            read = self._read(record)
            if until is not None and read.received >= until:
                break
            self.first = record.offset if self.first is None else self.first
            step(read)
            count += 1
        if not as_adopted:
            into.folding.tick_until(until)
        into.folding.commit()
        return count

    def _read(self, record: Any) -> Read:
        return read_record(record.offset, record.value, record.timestamp, self._desk)


def _stepping(into: Following) -> Callable[[Read], None]:
    """Folds by the config that ``into`` has: what the journal says of others and of time passing is left out."""
    folding = into.folding

    def step(read: Read) -> None:
        if config_of(read) is not None or isinstance(read.entry, Tick):
            return
        if not folding.position:
            into.adopt_config(read.received)
        folding.tick_until(read.received)
        folding.append(read.entry, read.received)
        folding.commit_if_old()

    return step
