"""How far is a happening from our own places? Distances on the sphere, and which of them a rule means.

Pure. The distance of two points is the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope
68, 1984, p. 159) on a sphere of 6,371.009 km, the mean radius of the Earth; it differs from the ellipsoid by at most
0.5 %. That to a stretch of a route is to the nearest point of the great circle between its ends (E. Williams,
"Aviation Formulary", cross-track error). A place is as sure as its radius: what is told is "14 km ± 25".
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import acos, asin, atan2, cos, inf, radians, sin, sqrt

from msgspec import Struct

from alerts.config.types import Asset, Near
from streams.happenings import Happening, Spot

EARTH_KM = 6371.009
Point = tuple[float, float]
#: Precisions that name an area rather than a spot: they are near something only to a rule that asks for them.
_COARSE = frozenset({"country", "region", "none"})


class Hit(Struct, frozen=True):
    """One of our places near a happening. ``km`` is None where only the country is known."""

    asset: Asset
    km: float | None


def between(one: Point, other: Point) -> float:
    """Kilometres between two points, each (latitude, longitude) in degrees."""
    lat1, lat2 = radians(one[0]), radians(other[0])
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def to_stretch(point: Point, start: Point, end: Point) -> float:
    """Kilometres from a point to the nearest point of the great circle's arc between two others."""
    whole, part = between(start, end) / EARTH_KM, between(start, point) / EARTH_KM
    turn = _bearing(start, point) - _bearing(start, end)
    if whole == 0 or part == 0 or cos(turn) <= 0:  # an end is nearest: beyond a quarter of the globe the far one
        return min(between(point, start), between(point, end))
    across = asin(max(-1.0, min(1.0, sin(part) * sin(turn))))
    along = acos(max(-1.0, min(1.0, cos(part) / cos(across))))
    return between(point, end) if along > whole else abs(across) * EARTH_KM


def distance(asset: Asset, point: Point) -> float:
    """Kilometres from a point to the edge of one of our places; 0 inside its radius."""
    if len(asset.points) == 1:
        found = between(asset.points[0], point)
    else:
        found = min(to_stretch(point, start, end) for start, end in pairwise(asset.points))
    return max(0.0, found - asset.radius_km)


def hits(near: Near, happening: Happening) -> list[Hit]:
    """Our places within the rule's distance of a happening, the nearest first."""
    found = _by_country(near, happening) if _is_coarse(happening.spot) else _by_distance(near, happening.spot)
    return sorted(found, key=lambda hit: (inf if hit.km is None else hit.km, hit.asset.name))


def why_not(near: Near, happening: Happening) -> tuple[str, str]:
    """(reason, detail) why a happening is near none of our places."""
    spot = happening.spot
    if _is_coarse(spot) and not near.coarse:
        told = "no place of it is known" if spot.precision == "none" else f"its place is known to the {spot.precision}"
        return "place_too_coarse", f"{told} only; `coarse: true` would count that"
    closest = min((distance(asset, _point(spot)), asset.name) for asset in near.assets) if _has_point(spot) else None
    told = f"{closest[1]} is {closest[0]:.0f} km away" if closest else "none of them is in that country"
    return "not_near", f"{told}; asked for: within {near.within_km:g} km"


def _by_distance(near: Near, spot: Spot) -> Iterator[Hit]:
    for asset in near.assets:
        km = distance(asset, _point(spot))
        if km <= near.within_km:
            yield Hit(asset, km)


def _by_country(near: Near, happening: Happening) -> Iterator[Hit]:
    """Of an area: our places in that country, and those that its radius reaches where it has a middle."""
    if not near.coarse:
        return
    spot = happening.spot
    for asset in near.assets:
        if _has_point(spot):
            km = distance(asset, _point(spot))
            if km <= near.within_km + (spot.radius_km or 0):
                yield Hit(asset, km)
        elif asset.country is not None and asset.country == happening.country:
            yield Hit(asset, None)


def _is_coarse(spot: Spot) -> bool:
    return spot.precision in _COARSE or not _has_point(spot)


def _has_point(spot: Spot) -> bool:
    return spot.lat is not None and spot.lon is not None


def _point(spot: Spot) -> Point:
    return spot.lat or 0.0, spot.lon or 0.0


def _bearing(start: Point, end: Point) -> float:
    lat1, lat2, east = radians(start[0]), radians(end[0]), radians(end[1] - start[1])
    return atan2(sin(east) * cos(lat2), cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(east))
