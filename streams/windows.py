"""How much within a span of time? Sliding windows over happenings, placed at their publication.

A window of length ``over`` that ends at a happening's time T holds what lies in (T − over, T]. Only windows that end
at a happening matter, since the sum can be largest only there. Values do not depend on the order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Item(Struct, frozen=True, array_like=True):
    """A happening's share in a window: its time in seconds, its id, and what it adds."""

    at: int
    id: str
    value: int | float


class Window(Struct, frozen=True, kw_only=True):
    """All shares of one rule and key, sorted by (at, id)."""

    items: tuple[Item, ...] = ()
    born: int = 0


class Peak(Struct, frozen=True, kw_only=True):
    """The fullest span found. Half-open in time: ``start`` is outside, ``end`` inside."""

    value: int | float
    start: int
    end: int
    ids: tuple[str, ...]


def put(window: Window, item: Item) -> Window:
    """The window with this happening's share set or replaced."""
    rest = [other for other in window.items if other.id != item.id]
    return Window(items=tuple(sorted([*rest, item], key=_order)), born=max(window.born, item.at))


def remove(window: Window, id_: str) -> Window:
    """The window without that happening."""
    return Window(items=tuple(item for item in window.items if item.id != id_), born=window.born)


def expire(window: Window, before: int) -> Window:
    """The window without what happened before a time."""
    return Window(items=tuple(item for item in window.items if item.at >= before), born=window.born)


def peak(
    window: Window, over: int, *, among: Iterable[str] | None = None, containing: int | None = None
) -> Peak | None:
    """The span of length ``over`` with the largest sum; of equal ones the latest.

    ``among`` looks only at those happenings; ``containing`` only at spans that hold that time. None when empty.
    """
    wanted = None if among is None else set(among)
    items = [item for item in window.items if wanted is None or item.id in wanted]
    best: Peak | None = None
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
        if best is None or total >= best.value:
            ids = tuple(i.id for i in items[first : last + 1])
            best = Peak(value=_plain(total), start=item.at - over, end=item.at, ids=ids)
    return best


def _order(item: Item) -> tuple[int, str]:
    return item.at, item.id


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
