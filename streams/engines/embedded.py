"""The embedded engine: one process, one store, no service beside it.

Articles wait in the store's ``articles`` table from the moment they are taken in. They are classified by a pool of
processes, and the reports are appended to the journal in the order of the articles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from streams.engines.folding import Folding, Pace
from streams.engines.pool import Job, Pool


class Embedded:
    """Moves articles from the store through classification and the fold."""

    def __init__(self, folding: Folding, pool: Pool) -> None:
        self.folding, self.pool = folding, pool

    def drain_some(self) -> int:
        """Live: take the oldest of what waits through the fold. Gives how many articles that were; 0: none waits."""
        done = 0
        for seq, received, entry in self.pool.map(self.folding.store.pending()):
            self.folding.append_encoded(entry, received, seq)
            self.folding.commit_if_old()
            done += 1
        self.folding.commit()
        return done

    def replay(
        self, *, each: Callable[[int, int], None] | None = None, until: int | None = None, pace: Pace | None = None
    ) -> int:
        """History: the same with a Tick at every timer that falls due between two articles.

        Timers that are still open after the last article are run too, up to ``until`` when given, so that an update
        held back for company is seen. ``pace`` is called with the time of each entry, in seconds, before it is folded,
        and may wait; ``each`` after each article. Gives how many articles were folded.
        """
        done = 0
        for seq, received, entry in self.pool.map(self._all_pending()):
            self.folding.tick_until(received, pace)
            if pace:
                self.folding.commit()
                pace(received)
            self.folding.append_encoded(entry, received, seq)
            self.folding.commit_if_sending()
            self.folding.commit_if_old()
            done += 1
            if each:
                each(received, 1)
        self.folding.tick_until(until, pace)
        self.folding.commit()
        return done

    def _all_pending(self) -> Iterator[Job]:
        after = 0
        while jobs := self.folding.store.pending(after):
            yield from jobs
            after = jobs[-1][0]
