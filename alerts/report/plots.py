"""The plots of a report: each an image for a wide and for a narrow screen, and what it says in words and numbers."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import matplotlib
import msgspec
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from msgspec import Struct

from alerts import wording
from alerts.config.types import Rule
from alerts.report.watching import Added, Seen

#: Inches: a wide screen, and a phone.
WIDE, NARROW = 9.0, 3.8
#: Keys of a rule that are drawn, those that came closest to a threshold first.
KEYS = 4
#: Incidents that a plot draws at most, and alerts.
DRAWN = 2000
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "tocsin", "font.family": "sans-serif", "font.size": 9,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd",
    "text.parse_math": False, "axes.axisbelow": True,
}  # fmt: skip
COLORS = {"critical": "#b00020", "warning": "#b85c00", "info": "#00629b"}
_OTHER = ("#00629b", "#b85c00", "#2e7d32", "#6a3d9a", "#8c564b", "#7a7a00", "#c2185b", "#455a64")


#: Seconds: the first and the last moment that a plot over time shows.
Period = tuple[int, int]


class Plot(Struct, frozen=True, kw_only=True):
    """A plot: two images as data addresses, what they say, and the numbers behind them."""

    title: str
    wide: str
    narrow: str
    says: str
    """For who cannot see it."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def timeline(seen: Sequence[Seen], alerts: Sequence[dict[str, Any]], period: Period) -> Plot:
    """When what happened, by country, and when what was said."""
    dated = [one for one in seen if one.at is not None]
    most = Counter(one.country or "?" for one in dated).most_common(15)
    places = [country for country, _ in most][::-1]
    said = [a for a in alerts if a["kind"] == "alert"]

    def draw(axes: Axes, width: float) -> None:
        shown = [one for one in _largest(dated) if (one.country or "?") in places]
        rows = [places.index(one.country or "?") for one in shown]
        sizes = [14 + 12 * min(float(one.killed or 0), 60) ** 0.5 for one in shown]
        axes.scatter([_time(one.at or 0) for one in shown], rows, s=sizes, color="#00629b", alpha=0.45, linewidths=0)
        for alert in said[:DRAWN]:
            country = alert["key"].get("country") or _country_of(alert)
            row = places.index(country) if country in places else -1
            color = COLORS.get(alert["severity"], "#00629b")
            axes.scatter(_moment(alert["at"]), row, marker="|", s=170, color=color, linewidths=2)
        labels = [_country(code, width) for code in places]
        axes.set_yticks(range(-1, len(places)), ["elsewhere", *labels])
        axes.set_ylim(-1.6, len(places) - 0.4)
        _dates(axes, width, period)

    rows = tuple((_country(code, WIDE), str(number), str(_said_of(said, code))) for code, number in most)
    return _plot(
        "Incidents and alerts over time",
        draw,
        max(2.4, 0.7 + 0.26 * (len(places) + 1)),
        f"{len(dated)} incidents as dots, larger with more killed, and {len(said)} alerts as strokes, by country.",
        ("country", "incidents", "alerts"),
        rows,
    )


def by_country(seen: Sequence[Seen]) -> Plot:
    """How many incidents of which family each country had."""
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in seen:
        table[one.country or "?"][one.type.partition(".")[0]] += 1
    most = sorted(table, key=lambda code: (-table[code].total(), code))[:15]
    families = [name for name, _ in sum(table.values(), Counter[str]()).most_common(len(_OTHER))]

    def draw(axes: Axes, width: float) -> None:
        left = [0] * len(most)
        for n, family in enumerate(families):
            values = [table[code][family] for code in most[::-1]]
            axes.barh(range(len(most)), values, left=left, color=_OTHER[n], label=family)
            left = [a + b for a, b in zip(left, values, strict=True)]
        axes.set_yticks(range(len(most)), [_country(code, width) for code in most[::-1]])
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _legend(axes, width)
        axes.grid(axis="y", visible=False)

    rows = tuple((_country(code, WIDE), *(str(table[code][family]) for family in families)) for code in most)
    first = f"{_country(most[0], WIDE)} has most, {table[most[0]].total()}." if most else ""
    return _plot(
        "Incidents by country and type", draw, max(1.6, 0.6 + 0.27 * len(most)),
        f"Stacked bars of {len(seen)} incidents and episodes by country and family of type. {first}",
        ("country", *families), rows,
    )  # fmt: skip


def against_thresholds(
    rule: Rule, added: Iterable[Added], alerts: Sequence[dict[str, Any]], period: Period
) -> Plot | None:
    """What a rule's windows held over time, against its thresholds and what was expected.

    None where nothing was, and of a rule that waits for the first of its kind: it has no height to show.
    """
    if rule.trigger == "first":
        return None
    series: defaultdict[str, list[Added]] = defaultdict(list)
    for one in added:
        series[wording.key(one.key) or "everywhere"].append(one)
    filled = {name: _rolling(items, rule.over) for name, items in series.items()}
    highest = {name: max(value for _, value in steps) for name, steps in filled.items()}
    most = sorted(highest, key=lambda name: (-highest[name], name))[:KEYS]
    if not most:
        return None
    bands = [band for band in rule.bands if band.threshold] if rule.trigger == "at_least" else []
    expected = [
        (_moment(a["at"]), a["measure"]["expected"], wording.key(a["key"]) or "everywhere")
        for a in alerts
        if a["measure"].get("expected") is not None
    ]

    def draw(axes: Axes, width: float) -> None:
        for n, name in enumerate(most):
            steps = filled[name]
            times = [_time(at) for at, _ in steps]
            axes.step(
                times, [v for _, v in steps], where="post", color=_OTHER[n], label=_short(name, width), linewidth=1.3
            )
            marks = [(at, value) for at, value, key in expected if key == name]
            if marks:
                axes.scatter([at for at, _ in marks], [v for _, v in marks], marker="_", s=120, color=_OTHER[n])
        for band in bands:
            axes.axhline(band.threshold, color=COLORS.get(band.severity, "#444"), linestyle="--", linewidth=1.2)
            axes.annotate(
                f"{band.severity} {band.threshold:g}", (1, band.threshold), xycoords=("axes fraction", "data"),
                ha="right", va="bottom", fontsize=8, color=COLORS.get(band.severity, "#444"),
            )  # fmt: skip
        axes.set_ylabel(f"{wording.measure_name(rule.measure)} in {wording.span(rule.over)}")
        axes.set_ylim(bottom=0)
        _legend(axes, width)
        _dates(axes, width, period)

    told = ", ".join(f"{band.severity} from {band.threshold:g}" for band in bands) or "what was to be expected"
    says = f"{wording.measure_name(rule.measure)} in {wording.span(rule.over)}, against {told}"
    says += "; short strokes are what was expected." if expected else "."
    rows = tuple((name, f"{highest[name]:g}", str(len(series[name]))) for name in most)
    return _plot(f"Rule {rule.id}", draw, 2.3, says, ("key", "highest", "incidents"), rows)


def world_map(seen: Sequence[Seen], told: frozenset[str]) -> Plot:
    """Where it happened. ``told`` are the incidents that an alert speaks of."""
    land: list[list[int]] = msgspec.json.decode(resources.files("alerts.report").joinpath("land.json").read_bytes())
    placed = [one for one in seen if one.lat is not None and one.lon is not None]

    def draw(axes: Axes, width: float) -> None:
        for ring in land:
            axes.fill([x / 10 for x in ring[::2]], [y / 10 for y in ring[1::2]], color="#dfe3e6", linewidth=0)
        shown = sorted(_largest(placed), key=lambda one: one.id in told)
        sizes = [(10 + 10 * min(float(one.killed or 0), 60) ** 0.5) * width / WIDE for one in shown]
        colors = [COLORS["critical"] if one.id in told else "#00629b" for one in shown]
        east, north = [float(one.lon or 0) for one in shown], [float(one.lat or 0) for one in shown]
        axes.scatter(east, north, s=sizes, color=colors, alpha=0.6, linewidths=0)
        axes.set_xlim(-180, 180)
        axes.set_ylim(-60, 85)
        axes.set_aspect(1.15)
        axes.axis("off")

    where = Counter((one.place or "place not stated", one.country or "?") for one in placed)
    rows = tuple((place, _country(code, WIDE), str(number)) for (place, code), number in where.most_common(40))
    says = f"{len(placed)} incidents on a map of the world, red where an alert speaks of it, larger with more killed."
    return _plot("Where it happened", draw, 4.0, says, ("place", "country", "incidents"), rows)


def _plot(
    title: str,
    draw: Callable[[Axes, float], None],
    height: float,
    says: str,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
) -> Plot:
    wide, narrow = (_image(draw, width, height) for width in (WIDE, NARROW))
    return Plot(title=title, wide=wide, narrow=narrow, says=says, columns=columns, rows=rows)


def _image(draw: Callable[[Axes, float], None], width: float, height: float) -> str:
    """The same bytes for the same data: no date and no random name is in it."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(
            figsize=(width, height if width == WIDE or height < 3.9 else height / 1.9), layout="constrained"
        )
        draw(figure.subplots(), width)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def _rolling(items: Sequence[Added], over: int) -> list[tuple[int, float]]:
    """(time, sum of the window that ends there) at every step up and down."""
    steps = sorted([(one.at, one.value) for one in items] + [(one.at + over, -one.value) for one in items])
    total, found = 0.0, [(steps[0][0] - 1, 0.0)]
    for at, value in steps:
        total += value
        if found[-1][0] == at:
            found.pop()
        found.append((at, round(total, 6)))
    return found


def _legend(axes: Axes, width: float) -> None:
    columns = 4 if width == WIDE else 2
    axes.figure.legend(frameon=False, fontsize=8, loc="outside upper left", ncols=columns, handlelength=1.2)


def _dates(axes: Axes, width: float, period: Period) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=4 if width < WIDE else 9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    margin = max(3600, (period[1] - period[0]) // 50)
    axes.set_xlim(_time(period[0] - margin), _time(period[1] + margin))


def _time(seconds: int) -> Any:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _moment(text: str) -> Any:
    return datetime.fromisoformat(text)


def _country(code: str, width: float) -> str:
    if code == "?":
        return "not stated"
    return code if width < WIDE else wording.country(code)


def _short(name: str, width: float) -> str:
    shown = name.removeprefix("in ")
    return shown if width == WIDE or len(shown) < 18 else f"{shown[:16]}…"


def _largest(seen: Sequence[Seen]) -> list[Seen]:
    """As many as a plot can hold, those with most killed first."""
    return sorted(seen, key=lambda one: (-(one.killed or 0), one.id))[:DRAWN]


def _country_of(alert: dict[str, Any]) -> str | None:
    return next((i["place"]["country"] for i in alert["incidents"] if i.get("place")), None)


def _said_of(alerts: Iterable[dict[str, Any]], code: str) -> int:
    return sum((a["key"].get("country") or _country_of(a)) == code for a in alerts)
