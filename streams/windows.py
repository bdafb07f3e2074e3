"""How much within a span of time? Sliding windows over happenings, placed at their publication.

A window of length ``over`` that ends at a happening's time T holds what lies in (T − over, T]. Only windows that end
at a happening matter, since the sum can be largest only there. Values do not depend on the order of arrival.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from msgspec import Struct


class Item(Struct, frozen=True, array_like=True):
    """A happening's share in a window: its time in seconds, its id, and what it adds."""

    at: int
    id: str
    value: int | float


class Window(Struct, kw_only=True):
    """All shares of one rule and key, sorted by (at, id). Made of the shares and changed in place: it is not kept."""

    items: list[Item] = []
    ats: list[int] = []
    """The items' times, side by side with them."""
    values: list[int | float] = []


class Peak(Struct, frozen=True, kw_only=True):
    """The fullest span found. Half-open in time: ``start`` is outside, ``end`` inside."""

    value: int | float
    start: int
    end: int
    ids: tuple[str, ...]


def put(window: Window, item: Item) -> None:
    """Add a happening's share, which the window does not have."""
    n = _place(window, item)
    window.items.insert(n, item)
    window.ats.insert(n, item.at)
    window.values.insert(n, item.value)


def remove(window: Window, item: Item) -> None:
    """Take out a share that the window has."""
    n = _place(window, item)
    del window.items[n], window.ats[n], window.values[n]


def take_before(window: Window, start: int) -> list[Item]:
    """Take out the shares before ``start``, in seconds, and give them."""
    n = bisect_left(window.ats, start)
    gone = window.items[:n]
    del window.items[:n], window.ats[:n], window.values[:n]
    return gone


def between(window: Window, start: int, end: int) -> list[Item]:
    """The shares from ``start`` until before ``end``, in seconds."""
    return window.items[bisect_left(window.ats, start) : bisect_left(window.ats, end)]


def peak(
    window: Window, over: int, *, among: Iterable[str] | None = None, containing: int | None = None
) -> Peak | None:
    """The span of length ``over`` with the largest sum; of equal ones the latest.

    ``among`` looks only at those happenings; ``containing`` only at spans that hold that time. None when empty.
    """
    if among is not None:
        wanted = set(among)
        items = [item for item in window.items if item.id in wanted]
        window = Window(items=items, ats=[item.at for item in items], values=[item.value for item in items])
    best = _fullest(window, over, containing)
    if best is None:
        return None
    total, first, last = best
    end = window.ats[last]
    ids = tuple(item.id for item in window.items[first : last + 1])
    return Peak(value=_plain(total), start=end - over, end=end, ids=ids)


def most(window: Window, over: int, containing: int) -> int | float:
    """The value of the fullest span that holds a time, without the rest of it; 0 when there is none."""
    best = _fullest(window, over, containing)
    return _plain(best[0]) if best else 0


def _fullest(window: Window, over: int, containing: int | None) -> tuple[float, int, int] | None:
    """(sum, first, last) of the fullest span of length ``over``, as places in the window."""
    ats, values = window.ats, window.values
    first, last, end = 0, 0, len(ats)
    if containing is not None:
        first, last = bisect_right(ats, containing - over), bisect_left(ats, containing)
        end = bisect_left(ats, containing + over)
    total = float(sum(values[first:last]))
    best: tuple[float, int, int] | None = None
    while last < end:
        at = ats[last]
        total += values[last]
        while ats[first] <= at - over:
            total -= values[first]
            first += 1
        if (last + 1 == end or ats[last + 1] != at) and (best is None or total >= best[0]):
            best = (total, first, last)
        last += 1
    return best


def _place(window: Window, item: Item) -> int:
    """Where an item stands, or would."""
    low, high = bisect_left(window.ats, item.at), bisect_right(window.ats, item.at)
    return bisect_left(window.items, item.id, low, high, key=_id)


def _id(item: Item) -> str:
    return item.id


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
