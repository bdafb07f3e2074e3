"""How far from our own places: the distance that is told is the distance on the sphere, as sure as the place is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from alerts import near
from alerts.config import Config, kept, load
from alerts.config.types import Asset, Band, Near, Rule
from alerts.roots import Tables
from builders import TOWNS, report
from streams import world
from streams.article import Place
from telling import Told, config

RULES = """
assets: assets.csv
rules:
  - {id: ours, when: "attack.*", near: 50km, over: 90d, severity: {warning: 1}}
destinations: {console: {terminal: true}}
"""
ASSETS = """name,kind,lat,lon,radius_km,country,note
Kirkuk office,site,35.47,44.39,,IQ,"12 people, and a guard"
Gao base,site,16.27,-0.04,2,ML,
north road,route,36.34,43.13,,,
north road,route,35.47,44.39,,,
"""


def loaded(tmp_path: Path, rules: str = RULES, assets: str = ASSETS) -> Config:
    (tmp_path / "assets.csv").write_text(assets, encoding="utf-8")
    path = tmp_path / "t.yml"
    path.write_text(rules, encoding="utf-8")
    return load(path, {})


def attack(id_: str, when: str, lat: float | None, lon: float | None, precision: Any = "town", **more: Any) -> Any:
    country = more.pop("country", "IQ")
    made = report(id_, when, town="Kirkuk", sentence=f"An attack is told of in {id_}.", **more)
    place = Place(
        text=id_, name=f"place of {id_}", country=country, lat=lat, lon=lon,
        precision=precision, radius_km={"town": 10, "near": 25, "admin1": 100}.get(precision, 500), start=0, end=0,
    )  # fmt: skip
    signal = replace(made.signals[0], places=(place,))
    return replace(made, signals=(signal,), events=(replace(made.events[0], places=(place,)),))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((51.4775, -0.4614), (40.6397, -73.7789), 5540),  # Heathrow to Kennedy
        ((0.0, 179.5), (0.0, -179.5), 111.2),  # over the date line
        ((90.0, 0.0), (-90.0, 77.0), 20015.1),  # pole to pole
        ((12.0, 5.0), (12.0, 5.0), 0.0),
    ],
)
def test_distances_are_those_of_the_sphere(one: Any, other: Any, km: float) -> None:
    assert near.between(one, other) == pytest.approx(km, rel=0.001, abs=0.01)


def test_an_alert_says_how_far_how_sure_and_how_many_before(tmp_path: Path) -> None:
    settings_ = loaded(tmp_path, RULES.replace("near: 50km", "near: {within: 50km, kinds: [site, staff]}"))
    heard = Told(
        settings_,
        attack("a", "2026-03-02 09:00", 35.6, 44.39),
        attack("b", "2026-03-20 09:00", 35.3, 44.39),
        attack("c", "2026-04-20 09:00", 35.344, 44.39, "near"),
    )
    last = heard.alerts[-1]
    assert last.key == {"asset": "Kirkuk office"}
    assert last.near is not UNSET
    assert [(one.asset, one.km, one.radius_km, one.nth, one.note) for one in last.near][:1] == [
        ("Kirkuk office", 14.0, 25, 3, "12 people, and a guard")
    ]
    assert "14 km ± 25 from the Kirkuk office, third in 90 days within 50 km" in last.readback
    assert "near Kirkuk office" in heard.alerts[0].title


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((35.47, 45.39, "town"), "not_near"),
        ((None, None, "country"), "place_too_coarse"),
        ((35.47, 44.39, "country"), "place_too_coarse"),
        ((None, None, "none"), "place_too_coarse"),
    ],
)
def test_what_is_far_or_only_known_to_the_country_is_logged_and_not_told(
    tmp_path: Path, place: Any, reason: str
) -> None:
    heard = Told(loaded(tmp_path), attack("a", "2026-03-02 09:00", *place))
    assert not heard.alerts
    assert heard.reasons == {reason}


def test_country_precision_fires_when_asked_and_says_what_it_knows(tmp_path: Path) -> None:
    coarse = RULES.replace("near: 50km", "near: {within: 50km, coarse: true, kinds: site}")
    heard = Told(loaded(tmp_path, coarse), attack("a", "2026-03-02 09:00", None, None, "country"))
    assert "in the country of the Kirkuk office, first in 90 days within 50 km" in heard.alerts[0].readback


def test_a_route_is_near_all_along(tmp_path: Path) -> None:
    only = RULES.replace("near: 50km", "near: {within: 20km, kinds: route}")
    middle = attack("a", "2026-03-02 09:00", 35.91, 43.76)
    off = attack("b", "2026-03-02 10:00", 36.34, 44.39)
    beyond = attack("c", "2026-03-02 11:00", 35.2, 44.8)
    heard = Told(loaded(tmp_path, only), middle, off, beyond)
    (alert,) = heard.alerts
    assert alert.near is not UNSET
    assert [one.incident for one in alert.near] == [one.id for one in alert.incidents]
    assert [line[1] for line in heard.log] == ["not_near", "not_near"]


def test_other_places_are_another_rule_and_the_past_keeps_its_own(tmp_path: Path) -> None:
    before = loaded(tmp_path)
    after = loaded(tmp_path, assets=ASSETS.replace("Gao base", "Gao camp"))
    assert before.rules[0].definition != after.rules[0].definition
    assert before.hash != after.hash
    again, _ = kept.decode(kept.encode(before, {}), before.hash)
    assert again.rules == before.rules


@given(
    st.tuples(st.floats(-80, 80), st.floats(-179, 179)),
    st.tuples(st.floats(-80, 80), st.floats(-179, 179)),
    st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
)
def test_a_stretch_is_as_near_as_the_nearest_of_its_points(point: Any, start: Any, step: Any) -> None:
    """The formula against walking the arc in small steps, as a vector on the sphere."""
    end = (max(-85.0, min(85.0, start[0] + step[0])), start[1] + step[1])
    walked = min(near.between(point, _on_arc(start, end, n / 400)) for n in range(401))
    found = near.to_stretch(point, start, end)
    assert found <= walked + 0.01
    assert walked - found <= near.between(start, end) / 400 + 0.01


def _on_arc(start: Any, end: Any, part: float) -> tuple[float, float]:
    from math import asin, atan2, cos, degrees, radians, sin

    vectors = [
        (cos(radians(a)) * cos(radians(b)), cos(radians(a)) * sin(radians(b)), sin(radians(a))) for a, b in (start, end)
    ]
    mixed = [(1 - part) * one + part * other for one, other in zip(*vectors, strict=True)]
    size = sum(axis * axis for axis in mixed) ** 0.5
    x, y, z = (axis / size for axis in mixed)
    return degrees(asin(max(-1.0, min(1.0, z)))), degrees(atan2(y, x))


SPOTS = st.lists(
    st.tuples(
        st.integers(0, 50), st.sampled_from(sorted(TOWNS)), st.floats(-1, 1), st.floats(-1, 1),
        st.sampled_from(["exact", "town", "near", "admin1", "country", "none"]),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip
PLACES = (
    Asset(name="Kirkuk office", kind="site", points=((35.47, 44.39),), country="IQ"),
    Asset(name="Mosul office", kind="site", points=((36.34, 43.13),), radius_km=15),
    Asset(name="Gao base", kind="staff", points=((16.27, -0.04),), country="ML"),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPOTS, st.sampled_from([20.0, 60.0, 150.0]), st.booleans())
def test_near_agrees_with_measuring_all_against_all(rows: list[Any], within: float, coarse: bool) -> None:
    rule = Rule(
        id="ours", when=("attack.*",), by=("asset",), over=30 * 86400, definition="n",
        bands=(Band(severity="warning", threshold=1),), near=Near(within_km=within, coarse=coarse, assets=PLACES),
    )  # fmt: skip
    told = []
    for n, (day, town, north, east, precision) in enumerate(sorted(rows)):
        country, lat, lon = TOWNS[town]
        point = (None, None) if precision in ("country", "none") else (lat + north, lon + east)
        known = None if precision == "none" else country
        when = f"2026-{1 + day // 28:02}-{1 + day % 28:02} {9 + n:02}:00"
        told.append(attack(f"n{n}", when, *point, precision, country=known))
    heard = Told(config(rule), *told)
    shares = Tables(heard.state).shares.rows
    for id_, happening in world.happenings(heard.state).rows.items():
        spot = happening.spot
        right = set()
        for asset in PLACES:
            if spot.lat is None or spot.lon is None or spot.precision in ("country", "region", "none"):
                right |= {asset.name} if coarse and asset.country and asset.country == happening.country else set()
            elif near.between(asset.points[0], (spot.lat, spot.lon)) - asset.radius_km <= within:
                right.add(asset.name)
        share = shares.get(f"n|{id_}")
        assert set(share.near if share else ()) == right
    last = {alert.root: alert for alert in heard.alerts}
    for alert in last.values():
        for view in alert.near or []:
            mine = shares[f"n|{view.incident}"].item
            near_it = [k.item for k in shares.values() if view.asset in k.near]
            right_ = [i for i in near_it if mine.at - rule.over < i.at and (i.at, i.id) <= (mine.at, mine.id)]
            assert view.nth <= len(right_)
