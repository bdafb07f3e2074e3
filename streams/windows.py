"""How much within a span of time? Sliding windows over happenings, placed at their publication.

A window of length ``over`` that ends at a happening's time T holds what lies in (T − over, T]. Only windows that end
at a happening matter, since the sum can be largest only there. Values do not depend on the order of arrival.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence

from msgspec import Struct


class Item(Struct, frozen=True, array_like=True):
    """A happening's share in a window: its time in seconds, its id, and what it adds."""

    at: int
    id: str
    value: int | float


class Window(Struct, kw_only=True):
    """All shares of one rule and key, sorted by (at, id). Made of the shares and changed in place: it is not kept."""

    items: list[Item] = []


class Peak(Struct, frozen=True, kw_only=True):
    """The fullest span found. Half-open in time: ``start`` is outside, ``end`` inside."""

    value: int | float
    start: int
    end: int
    ids: tuple[str, ...]


def put(window: Window, item: Item) -> None:
    """Add a happening's share, which the window does not have."""
    insort(window.items, item, key=_order)


def remove(window: Window, item: Item) -> None:
    """Take out a share that the window has."""
    del window.items[bisect_left(window.items, _order(item), key=_order)]


def between(window: Window, start: int, end: int) -> list[Item]:
    """The shares from ``start`` until before ``end``, in seconds."""
    items = window.items
    return items[bisect_left(items, start, key=_at) : bisect_left(items, end, key=_at)]


def peak(
    window: Window, over: int, *, among: Iterable[str] | None = None, containing: int | None = None
) -> Peak | None:
    """The span of length ``over`` with the largest sum; of equal ones the latest.

    ``among`` looks only at those happenings; ``containing`` only at spans that hold that time. None when empty.
    """
    items: Sequence[Item] = window.items
    if among is not None:
        wanted = set(among)
        items = [item for item in items if item.id in wanted]
    if containing is not None:
        low = bisect_right(items, containing - over, key=_at)
        items = items[low : bisect_left(items, containing + over, key=_at)]
    best: tuple[float, int, int] | None = None
    first, total = 0, 0.0
    for last, item in enumerate(items):
        total += item.value
        while items[first].at <= item.at - over:
            total -= items[first].value
            first += 1
        if containing is not None and not item.at - over < containing <= item.at:
            continue
        if last + 1 < len(items) and items[last + 1].at == item.at:
            continue
        if best is None or total >= best[0]:
            best = (total, first, last)
    if best is None:
        return None
    total, first, last = best
    end = items[last].at
    return Peak(value=_plain(total), start=end - over, end=end, ids=tuple(i.id for i in items[first : last + 1]))


def _at(item: Item) -> int:
    return item.at


def _order(item: Item) -> tuple[int, str]:
    return item.at, item.id


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
