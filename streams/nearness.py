"""How well do two places agree?"""

from __future__ import annotations

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from streams.article import LOCAL_PRECISIONS
from streams.happenings import Spot

_SAME = 2.0
#: The fit of a place with one that was borrowed from elsewhere in its article, and lies elsewhere in the country.
CONTRARY = -0.1


def best_place(spot: Spot, others: Iterable[Spot]) -> float | None:
    """The best fit with any place told. A conflict is a veto unless another is the same by name and country."""
    best, conflict, contrary, same = 0.0, False, False, False
    for other in others:
        one = place_fit(spot, other)
        if one is None:
            conflict = True
        elif one < 0:
            contrary = True
        elif one >= best:
            best, same = one, same or (one >= _SAME and spot.country == other.country)
    if conflict and not same:
        return None
    return CONTRARY if contrary and best < 1.0 else best


def place_fit(one: Spot, other: Spot) -> float | None:
    """How well two places agree: 2 one name, 1 within reach, 0.4 one country, 0 unknown. None is a conflict.

    A town and its province of one name are 1: within reach. A borrowed place in one country is only CONTRARY.
    """
    if one.country and other.country and one.country != other.country:
        return None
    if one.name and one.name == other.name and one.precision not in ("country", "region"):
        return _SAME if one.precision == other.precision else 1.0
    if is_pinned(one) and is_pinned(other):
        reach = (one.radius_km or 10) + (other.radius_km or 10)
        return 1.0 if distance_km(one, other) <= reach else _apart(one, other)
    if one.admin1 and other.admin1:
        return 1.0 if one.admin1 == other.admin1 else _apart(one, other)
    return 0.4 if one.country and one.country == other.country else 0.0


def _apart(one: Spot, other: Spot) -> float | None:
    """What two places that are not one say, by whether the sentences name both."""
    return CONTRARY if (one.borrowed or other.borrowed) and one.country == other.country else None


def is_pinned(spot: Spot) -> bool:
    """Whether it is a point on the map and not an area."""
    return spot.precision in LOCAL_PRECISIONS and spot.lat is not None and spot.lon is not None


def distance_km(one: Spot, other: Spot) -> float:
    """Great-circle distance of two spots with coordinates (haversine, mean radius 6,371 km)."""
    lat1, lon1, lat2, lon2 = (radians(float(x or 0)) for x in (one.lat, one.lon, other.lat, other.lon))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))
