"""Which places are our own? Reads ``assets.csv`` and a rule's ``near``. Every bad row is named with its line.

The columns: ``name``, ``kind`` (site, staff, route), ``lat`` and ``lon`` in degrees; optional are ``radius_km``,
``country`` and ``note``. Rows of one route with the same name are its waypoints in their order.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from msgspec.structs import replace

from alerts.config.filters import countries
from alerts.config.problems import Problem, did_you_mean, shown
from alerts.config.reader import Entry, Item
from alerts.config.types import Asset, AssetKind, Near
from alerts.config.values import INVALID, Values, boolean, choice, one_or_many, said

KINDS: tuple[str, ...] = get_args(AssetKind)
_NEEDED = ("name", "kind", "lat", "lon")
_COLUMNS = (*_NEEDED, "radius_km", "country", "note")
_DISTANCE = re.compile(r"(\d{1,5}(?:\.\d+)?)\s*(km|m)")


def distance(values: Values, item: Item) -> Any:
    """Kilometres of a distance such as 50km or 800m."""
    match = _DISTANCE.fullmatch(item.value) if isinstance(item.value, str) else None
    km = float(match[1]) / (1 if match[2] == "km" else 1000) if match else 0.0
    if match is None or not 0 < km <= 20000:
        return values.refuse(item, f"expected a distance such as 50km or 800m, got {said(item)}")
    return km


def read_near(values: Values, rule: Item, assets: Sequence[Asset] | None) -> Near | None:
    """What a rule's ``near`` says. ``assets`` is None when the config names none."""
    entry: Entry = rule.value["near"]
    item = entry.item
    given: Mapping[str, Entry] = item.value if isinstance(item.value, dict) else {"within": entry}
    found = {}
    for key, each in given.items():
        if key not in _NEAR:
            values.problem(each, f"unknown key {shown(key)} of near{did_you_mean(key, _NEAR)}")
        elif (value := _NEAR[key](values, each.item)) is not INVALID:
            found[key] = value
    if "within" not in given:
        values.problem(item, 'near needs the key "within", such as within: 50km')
    if assets is None:
        values.problem(entry, 'near is of own places; name their file at the top level, such as "assets: assets.csv"')
        return None
    kinds = found.get("kinds", KINDS)
    meant = tuple(asset for asset in assets if asset.kind in kinds)
    if assets and not meant:
        values.problem(entry, f"no own place is a {' or '.join(kinds)}")
    return Near(within_km=found.get("within", 1.0), coarse=found.get("coarse", False), assets=meant)


_NEAR = {"within": distance, "coarse": boolean, "kinds": one_or_many(choice("kind of place", KINDS))}


def read_assets(values: Values, folder: Path, top: Mapping[str, Entry], name: str | None) -> tuple[Asset, ...] | None:
    """The own places of a config; None when it names no file."""
    if name is None:
        return None
    path = folder / name
    try:
        written = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        values.problem(top["assets"].item, f"assets {path} cannot be read: {error.strerror}")
        return ()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        values.problems.append(Problem(str(path), line, 1, "not UTF-8; save the file as UTF-8"))
        return ()
    return _Reading(values, str(path)).read(written)


class _Reading:
    """One file of places being read."""

    def __init__(self, values: Values, path: str) -> None:
        self._values, self._path = values, path
        self._line = 1
        self._found: dict[str, Asset] = {}
        self._first: dict[str, int] = {}

    def read(self, written: str) -> tuple[Asset, ...]:
        """The places that are in order."""
        rows = csv.reader(io.StringIO(written), strict=True)
        try:
            header = [column.strip().casefold() for column in next(rows, [])]
            if not self._is_header(header):
                return ()
            for row in rows:
                if any(cell.strip() for cell in row):
                    self._row(header, row, rows.line_num)
        except csv.Error as error:
            self._line = rows.line_num
            self._problem(f"not valid CSV: {error}")
        for name, asset in self._found.items():
            if asset.kind == "route" and len(asset.points) < 2:
                self._line = self._first[name]
                self._problem(f"the route {name!r} has one waypoint; give it a row for each, of the same name")
        if not self._found and not self._values.problems:
            self._problem("no place stands here; a row is such as: Kirkuk office,site,35.47,44.39")
        return tuple(self._found.values())

    def _is_header(self, header: Sequence[str]) -> bool:
        before = len(self._values.problems)
        for column in header:
            if column not in _COLUMNS:
                self._problem(f"unknown column {shown(column)}{did_you_mean(column, _COLUMNS)}")
        missing = [column for column in _NEEDED if column not in header]
        if missing:
            self._problem(f"the first line must name the columns; missing: {', '.join(missing)}")
        return len(self._values.problems) == before

    def _row(self, header: Sequence[str], row: Sequence[str], line: int) -> None:
        self._line, before = line, len(self._values.problems)
        if len(row) > len(header):
            self._problem(f"{len(row)} cells in a row of {len(header)} columns; quote a cell that holds a comma")
            return
        cells = {column: cell.strip() for column, cell in zip(header, row, strict=False)}
        name, kind, country = cells.get("name", ""), cells.get("kind", ""), cells.get("country") or None
        if not name:
            self._problem("the place has no name")
        if kind not in KINDS:
            self._problem(f"unknown kind of place {shown(kind)}{did_you_mean(kind, KINDS)}")
        if country is not None and country not in countries():
            self._problem(f"unknown country {shown(country)}; expected a code of two capitals such as IQ")
        lat, lon = self._number(cells, "lat", -90, 90), self._number(cells, "lon", -180, 180)
        radius = self._number(cells, "radius_km", 0, 1000) if cells.get("radius_km") else 0.0
        if len(self._values.problems) > before:
            return
        place = Asset(
            name=name,
            kind=cast("AssetKind", kind),
            points=((lat, lon),),
            radius_km=radius,
            country=country,
            note=cells.get("note", ""),
        )
        self._keep(place)

    def _keep(self, place: Asset) -> None:
        known = self._found.get(place.name)
        if known is None:
            self._first[place.name] = self._line
            self._found[place.name] = place
        elif known.kind == place.kind == "route":
            radius = max(known.radius_km, place.radius_km)
            self._found[place.name] = replace(known, points=(*known.points, *place.points), radius_km=radius)
        else:
            first = self._first[place.name]
            self._problem(f"the name {place.name!r} stands in line {first} too; each place but a route needs its own")

    def _number(self, cells: Mapping[str, str], column: str, low: float, high: float) -> float:
        text = cells.get(column, "")
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            got = shown(text) if text else "nothing"
            self._problem(f"expected {column} as a number from {low} to {high}, got {got}")
        return number

    def _problem(self, message: str) -> None:
        self._values.problems.append(Problem(self._path, self._line, 1, message))
