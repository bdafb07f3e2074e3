"""The plots of a report: each an image for a wide and for a narrow screen, and what it says in words and numbers."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from alerts.report import usual
from alerts.report.watching import Added, Seen

#: Inches: a wide screen, and a phone.
WIDE, NARROW = 9.0, 3.8
#: Keys of a rule that are drawn, those that came closest to a threshold first.
KEYS = 4
#: Countries with a row of their own, those with most alerts first.
ROWS = 20
#: Degrees around what happened that the map shows, and the least that it shows of the world, east to west.
MARGIN, LEAST = 12, 60
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
    said = [a for a in alerts if a["kind"] == "alert"]
    happened, told = Counter(one.country or "?" for one in dated), Counter(map(_where, said))
    countries = sorted(happened | told, key=lambda code: (-told[code], -happened[code], code))[:ROWS]
    places, most = countries[::-1], [(code, happened[code]) for code in countries]
    elsewhere = len(happened | told) > len(countries)

    def draw(axes: Axes, width: float) -> None:
        def row(code: str) -> int:
            return places.index(code) if code in places else -1

        shown = _largest(dated)
        sizes = [14 + 12 * min(float(one.killed or 0), 60) ** 0.5 for one in shown]
        times, rows = [_time(one.at or 0) for one in shown], [row(one.country or "?") for one in shown]
        axes.scatter(times, rows, s=sizes, color="#00629b", alpha=0.45, linewidths=0)
        for alert in said[:DRAWN]:
            color = COLORS.get(alert["severity"], "#00629b")
            axes.scatter(_moment(alert["at"]), row(_where(alert)), marker="|", s=170, color=color, linewidths=2)
        labels = [_country(code, width) for code in places]
        axes.set_yticks(range(-elsewhere, len(places)), [*["elsewhere"] * elsewhere, *labels])
        axes.set_ylim(-0.6 - elsewhere, len(places) - 0.4)
        _dates(axes, width, period)

    rows = tuple((_country(code, WIDE), str(number), str(told[code])) for code, number in most)
    return _plot(
        "Incidents and alerts over time",
        draw,
        max(2.4, 0.7 + 0.26 * (len(places) + 1)),
        f"{len(dated)} incidents as dots, larger with more killed, and {len(said)} alerts as strokes, by country"
        f"{_colors(said)}.",
        ("country", "incidents", "alerts"),
        rows,
    )


def by_country(seen: Sequence[Seen]) -> Plot:
    """How many incidents of which family each country had."""
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    common = Counter(_family(one) for one in seen).most_common()
    families = [name for name, _ in common[: len(_OTHER) if len(common) <= len(_OTHER) else len(_OTHER) - 1]]
    for one in seen:
        table[one.country or "?"][_family(one) if _family(one) in families else "other"] += 1
    if len(families) < len(common):
        families.append("other")
    most = sorted(table, key=lambda code: (-table[code].total(), code))[:15]

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


def of_rule(rule: Rule, added: Iterable[Added], period: Period, *, known_since: int, since: int) -> Plot | None:
    """What a rule's windows held over time, against its thresholds, or against what was usual.

    The news is known since ``known_since`` and shown since ``since``, in seconds: what is usual is learnt from all.
    None where nothing was, and of a rule that waits for the first of its kind: it has no height to show.
    """
    series: defaultdict[str, list[Added]] = defaultdict(list)
    for one in added:
        if rule.trigger in usual.TRIGGERS or one.at >= since:
            series[wording.key(one.key) or "everywhere"].append(one)
    if rule.trigger == "first" or not series:
        return None
    if rule.trigger not in usual.TRIGGERS:
        return _windows(rule, series, period)
    shown = {name: usual.buckets(rule, items, known_since, period) for name, items in series.items()}
    past = {name: buckets for name, buckets in shown.items() if buckets}
    return _against_usual(rule, past, period) if past else None


def _windows(rule: Rule, series: Mapping[str, list[Added]], period: Period) -> Plot:
    """The sums of the fullest windows, and the bands."""
    filled = {name: _rolling(items, rule.over) for name, items in series.items()}
    highest = {name: max(value for _, value in steps) for name, steps in filled.items()}
    most = sorted(highest, key=lambda name: (-highest[name], name))[:KEYS]
    bands = [band for band in rule.bands if band.threshold] if rule.trigger == "at_least" else []

    def draw(axes: Axes, width: float) -> None:
        for n, name in enumerate(most):
            times, values = [_time(at) for at, _ in filled[name]], [value for _, value in filled[name]]
            axes.step(times, values, where="post", color=_OTHER[n], label=_short(name, width), linewidth=1.3)
        for band in bands:
            color = COLORS.get(band.severity, "#444")
            axes.axhline(band.threshold, color=color, linestyle="--", linewidth=1.2)
            axes.annotate(
                f"{band.severity} {band.threshold:g}", (1, band.threshold), xycoords=("axes fraction", "data"),
                xytext=(3, 0), textcoords="offset points", va="center", fontsize=8, color=color, annotation_clip=False,
            )  # fmt: skip
        _counts(axes, width, rule, period)

    told = ", ".join(f"{band.severity} from {band.threshold:g}" for band in bands)
    says = f"{_measured(rule)}{f', against {told}' if told else ''}. The keys with the highest windows."
    rows = tuple((name, f"{highest[name]:g}", str(len(series[name]))) for name in most)
    return _plot(f"Rule {rule.id}", draw, 2.3, says, ("key", "highest", "incidents"), rows)


def _against_usual(rule: Rule, past: Mapping[str, list[usual.Bucket]], period: Period) -> Plot:
    """The counts of spans of time, and the band in which they were usual."""
    sums = {name: sum(one.count for one in buckets) for name, buckets in past.items()}
    above = {name: max(_above(one) for one in buckets) for name, buckets in past.items()}
    most = sorted(above, key=lambda name: (-above[name], -sums[name], name))[:KEYS]

    def draw(axes: Axes, width: float) -> None:
        shown = past[most[0]]
        times, counts = [_time(one.at) for one in shown], [one.count for one in shown]
        axes.step(times, counts, where="post", color=_OTHER[0], label=_short(most[0], width), linewidth=1.3)
        known = [one for one in shown if one.most is not None]
        times, top = [_time(one.at) for one in known], [one.most or 0 for one in known]
        axes.fill_between(times, 0, top, step="post", color=_OTHER[1], alpha=0.2, linewidth=0, label="usual")
        expected = [one.expected or 0 for one in known]
        axes.step(times, expected, where="post", color=_OTHER[1], linestyle=":", linewidth=1.3, label="expected")
        _counts(axes, width, rule, period)

    says = f"{_measured(rule)} {most[0]}: what was usual is shaded, what was expected dotted, once enough is known."
    rows = tuple(
        (name, f"{max(one.count for one in past[name]):g}", _last(past[name]), f"{sums[name]:g}") for name in most
    )
    columns = ("key", "highest", "usual at the end", "sum")
    return _plot(f"Rule {rule.id}", draw, 2.3, says, columns, rows)


def _above(bucket: usual.Bucket) -> float:
    """How far a count is above the usual."""
    return bucket.count - bucket.most if bucket.most is not None else 0.0


def _last(buckets: Sequence[usual.Bucket]) -> str:
    most = buckets[-1].most
    return "not known yet" if most is None else f"up to {most:.3g}"


def _measured(rule: Rule) -> str:
    return f"{wording.measure_name(rule.measure)} in {wording.span(rule.over)}"


def _counts(axes: Axes, width: float, rule: Rule, period: Period) -> None:
    axes.set_ylabel(_measured(rule))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    _legend(axes, width)
    _dates(axes, width, period)


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
        west, east_end, south, north_end = _extent(east, north)
        axes.set_xlim(west, east_end)
        axes.set_ylim(south, north_end)
        axes.set_aspect(1.15)
        axes.axis("off")

    where = Counter((one.place or "place not stated", one.country or "?") for one in placed)
    rows = tuple((place, _country(code, WIDE), str(number)) for (place, code), number in where.most_common(40))
    says = f"{len(placed)} incidents where they happened, red where an alert speaks of it, larger with more killed."
    return _plot("Where it happened", draw, 4.0, says, ("place", "country", "incidents"), rows, 2.2)


def _extent(east: Sequence[float], north: Sequence[float]) -> tuple[float, float, float, float]:
    """West, east, south and north end of what a map shows: all that happened, in a shape twice as wide as high."""
    if not east:
        return -180.0, 180.0, -60.0, 85.0
    wide, high = max(east) - min(east) + 2 * MARGIN, max(north) - min(north) + 2 * MARGIN
    width = min(max(wide, 2 * high, LEAST), 360.0)
    height = min(max(high, width / 2), 145.0)
    west = min(max((max(east) + min(east) - width) / 2, -180.0), 180.0 - width)
    south = min(max((max(north) + min(north) - height) / 2, -60.0), 85.0 - height)
    return west, west + width, south, south + height


def _plot(
    title: str,
    draw: Callable[[Axes, float], None],
    height: float,
    says: str,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    lowest: float = 9.0,
) -> Plot:
    """``height`` in inches; on a narrow screen at most ``lowest``."""
    wide, narrow = (_image(draw, width, height, lowest) for width in (WIDE, NARROW))
    return Plot(title=title, wide=wide, narrow=narrow, says=says, columns=columns, rows=rows)


def _image(draw: Callable[[Axes, float], None], width: float, height: float, narrow: float) -> str:
    """The same bytes for the same data: no date and no random name is in it."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height if width == WIDE else min(height, narrow)), layout="constrained")
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


def _family(one: Seen) -> str:
    return one.type.partition(".")[0]


def _short(name: str, width: float) -> str:
    shown = name.removeprefix("in ")
    return shown if width == WIDE or len(shown) < 18 else f"{shown[:16]}…"


def _colors(said: Sequence[dict[str, Any]]) -> str:
    names = {"critical": "critical in red", "warning": "warning in orange"}
    shown = [names[s] for s in names if any(alert["severity"] == s for alert in said)]
    return f", {' and '.join(shown)}" if shown else ""


def _largest(seen: Sequence[Seen]) -> list[Seen]:
    """As many as a plot can hold, those with most killed first."""
    return sorted(seen, key=lambda one: (-(one.killed or 0), one.id))[:DRAWN]


def _where(alert: dict[str, Any]) -> str:
    """The country that an alert speaks of, "?" when it names none."""
    named = (i["place"]["country"] for i in alert["incidents"] if i.get("place"))
    return alert["key"].get("country") or next(named, None) or "?"
