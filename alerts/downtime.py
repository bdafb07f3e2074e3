"""Of which sources was nothing heard while nothing ran?

The news of that time may have come and gone. It is unknown and not quiet: no rule may learn from it, and no silence be
told of it. So whoever runs again says so in the journal, in the entry with which it begins.
"""

from __future__ import annotations

from collections.abc import Iterable

from alerts.config.types import Source

#: Seconds without any entry of the journal that are as good as none: it has one every ten minutes at least.
USUAL = 1200


def missed(sources: Iterable[Source], last: int | None, now: int) -> list[str]:
    """The ids of the sources that were missed between the last entry and now, both in seconds.

    What a feed shows outlasts two of its polls; so long nothing is missed.
    """
    pause = now - last if last is not None else 0
    return [source.id for source in sources if pause > max(USUAL, 0 if source.push else 2 * source.every)]
