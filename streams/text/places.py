"""Which places does a text name, and which place of that name is meant?

A document is read once. Countries, peoples and divisions it names vote for their country; a name that several places
share goes to the country voted for, or to one that dwarfs the others, and else stays open (``country`` None): it is
never guessed. ``kind`` is "place" or "demonym" ("Iraqi"). Offsets are half-open code points of the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from streams.text import place_rules as rules
from streams.text.gazetteer import AHEAD, Entry, Index, build_index, default_index, fold

#: A place so many times larger than the next of its name is meant without further word …
DOMINANT = 10
#: … and so many times larger even when only the others' countries are spoken of.
OVERWHELMING = 100


class PlaceMention(NamedTuple):
    """A place as the text names it. ``text`` holds what belongs to it: "north of Baghdad", "Diyala region".

    ``country`` is ISO alpha-2. ``precision`` is exact, town, near, admin1, country, region or none (name known, place
    open). ``lat``, ``lon`` and ``radius_km`` are None where unknown; countries have a radius and no point.
    """

    start: int
    end: int
    text: str
    name: str | None
    country: str | None
    admin1: str | None
    lat: float | None
    lon: float | None
    precision: str
    radius_km: float | None
    kind: str


class _Raw(NamedTuple):
    """A name found, with what it can mean once the words around it have spoken."""

    start: int
    end: int
    key: str
    entries: tuple[Entry, ...]


class Gazetteer:
    """Finds the places of a document."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def read(self, text: str) -> PlaceContext:
        """The places of a whole document, looked for when first asked for."""
        return PlaceContext(self._index, text)

    @staticmethod
    def with_overlay(overlay: Iterable[list[str]]) -> Gazetteer:
        """A gazetteer that knows more towns: rows of country, name, lat, lon, division, spellings, as in towns.tsv.

        Raises ValueError when a coordinate is no number.
        """
        return Gazetteer(build_index([row + [""] * (8 - len(row)) for row in overlay]))


@cache
def default_gazetteer() -> Gazetteer:
    """The bundled gazetteer, built once a process (about half a second)."""
    return Gazetteer(default_index())


class PlaceContext:
    """The places of one document."""

    def __init__(self, index: Index, text: str) -> None:
        self._index = index
        self._text = text
        self._names: _Names | None = None

    def find(self, text: str, start: int, end: int) -> list[PlaceMention]:
        """The mentions whose name lies in ``text[start:end]``, in order. ``text`` is the one that was read.

        Raises ValueError for another text, of which nothing is known.
        """
        if text is not self._text and text != self._text:
            raise ValueError("places: this is not the text that was read; call Gazetteer.read with it first")
        if self._names is None:
            self._names = _Names(self._index, self._text)
        return self._names.between(start, end)


class _Names:
    """The names of places that a text holds, in order; what each means is worked out when it is asked for."""

    def __init__(self, index: Index, text: str) -> None:
        folded = fold(text)
        caps = rules.is_all_caps(folded)
        raws = [
            raw
            for raw in _names(index, folded, caps)
            if text[raw.end : raw.end + 1] not in rules.HYPHENS or not rules.LIKENESS_AFTER.match(text, raw.end)
        ]
        votes = _votes(raw for raw in raws if not rules.is_adjective(folded, raw.start, raw.key))
        self._text, self._folded, self._votes, self._caps = text, folded, votes, caps
        self._raws, self._starts = raws, [raw.start for raw in raws]
        self._mentions: dict[int, PlaceMention | None] = {}

    def between(self, start: int, end: int) -> list[PlaceMention]:
        """The mentions in ``text[start:end]`` that are believable."""
        found = []
        for position in range(bisect_left(self._starts, start), bisect_left(self._starts, end)):
            if position not in self._mentions:
                self._mentions[position] = self._mention(position)
            mention = self._mentions[position]
            if mention is not None and start <= mention.start and mention.end <= end:
                found.append(mention)
        return found

    def _mention(self, position: int) -> PlaceMention | None:
        raw = self._raws[position]
        following = self._raws[position + 1] if position + 1 < len(self._raws) else None
        entries = _qualified(raw, following, self._folded)
        if entries is None:
            if not rules.is_believable(self._folded, raw.start, raw.end, raw.key, raw.entries, self._votes, self._caps):
                return None
            entries = raw.entries[:1] if raw.key in rules.LARGEST else raw.entries
        return _mention(self._text, self._folded, raw, _choose(entries, self._votes))


def _names(index: Index, folded: str, caps: bool) -> Iterator[_Raw]:
    """The longest names of the index that stand in the text as whole, capitalised words."""
    lower = folded.lower()
    entries, first_words, openings, leads = index
    done = 0
    length = len(lower)
    for word in rules.CAPITALISED.finditer(folded):
        sizes = first_words.get(word[0].lower())
        if sizes is None:
            continue
        first, last = word.span()
        for size, lead in openings.get(lower[first : last + AHEAD], ()) + sizes:
            start, end = first - lead, first - lead + size
            key = lower[start:end]
            if start < done or end > length or key not in entries or leads.get(key, 0) != lead:
                continue
            if _is_whole(lower, start, end) and rules.is_cased(folded, first, end, key, caps):
                done = end
                if meant := entries[key]:
                    yield _Raw(start, end, key, _kind_meant(meant, key, folded, start, end))
                break


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` neither begins nor ends inside a word."""
    return not (text[end : end + 1].isalnum() or (start > 0 and (text[start - 1].isalnum() or text[start - 1] == "'")))


def _kind_meant(entries: tuple[Entry, ...], key: str, folded: str, start: int, end: int) -> tuple[Entry, ...]:
    """Town or division? The noun beside the name says it; without one the town is meant."""
    if len(entries) == 1 or all(entry.kind == entries[0].kind for entry in entries):
        return entries
    before = rules.kind_before(folded, start)
    if before == "division" or rules.DIVISION_AFTER.match(folded, end):
        meant = tuple(entry for entry in entries if entry.kind == "division")
    elif before == "town" or rules.CITY_AFTER.match(folded, end):
        meant = tuple(entry for entry in entries if entry.kind == "town")
    elif key in rules.PREFER_DIVISION:
        meant = tuple(entry for entry in entries if entry.kind == "division")
    else:
        towns = {(entry.country, entry.admin1) for entry in entries if entry.kind == "town"}
        meant = tuple(
            entry for entry in entries if entry.kind != "division" or (entry.country, entry.admin1) not in towns
        )
        if key in rules.LARGEST:
            meant = tuple(entry for entry in entries if entry.kind == "town")
        elif any(entry.kind == "country" for entry in entries):
            meant = tuple(entry for entry in entries if entry.kind != "town")
    return meant or entries


def _votes(raws: Iterable[_Raw]) -> Counter[str]:
    """How often each country is spoken of, and as "CC/division" each division, in names that can mean nothing else."""
    votes: Counter[str] = Counter()
    for raw in raws:
        top = raw.entries[0]
        if top.country is None:
            continue
        if top.kind != "country" and any(entry.country != top.country for entry in raw.entries):
            continue
        if top.kind != "town":
            votes[top.country] += 2
        elif top.size >= rules.KNOWN_TOWN:
            votes[top.country] += 1
        if top.kind == "division":
            votes[f"{top.country}/{top.admin1}"] += 1
    return votes


def _qualified(raw: _Raw, following: _Raw | None, folded: str) -> tuple[Entry, ...] | None:
    """The entries that "X, Country" or "X, Division" leaves, or None when nothing of the kind stands there."""
    if following is None or raw.entries[0].kind == "demonym":
        return None
    if not rules.QUALIFIER_GAP.fullmatch(folded, raw.end, following.start):
        return None
    holders = [entry for entry in following.entries if entry.kind in {"country", "division"}]
    kept = tuple(
        entry
        for entry in raw.entries
        if entry.kind in {"town", "division"}
        and any(
            entry.country == holder.country and holder.admin1 in {None, entry.admin1} and holder.name != entry.name
            for holder in holders
        )
    )
    return kept or _elsewhere(raw.entries[0], holders)


def _elsewhere(top: Entry, holders: list[Entry]) -> tuple[Entry, ...] | None:
    """A town unknown to the gazetteer in a division of another country than its namesakes: "Paris, Texas"."""
    divisions = [holder for holder in holders if holder.kind == "division"]
    if top.kind != "town" or not divisions or any(holder.country == top.country for holder in holders):
        return None
    return (top._replace(country=divisions[0].country, admin1=divisions[0].name, lat=None, lon=None),)


def _choose(entries: tuple[Entry, ...], votes: Counter[str]) -> tuple[Entry, bool]:
    """The entry meant and whether it is certain which one; an uncertain one tells at most its country."""
    top = entries[0]
    if len(entries) == 1:
        return top, True
    weight = {entry: votes[entry.country or ""] for entry in entries}
    best = max(weight.values())
    second = entries[1]
    ratio = top.size / max(second.size, 1)
    if ratio >= DOMINANT and (weight[top] == best or ratio >= OVERWHELMING or top.kind in {"region", "division"}):
        return top, True
    if best == 0:
        return top._replace(country=None), False
    voted = [entry for entry in entries if weight[entry] == best]
    if len({entry.country for entry in voted}) > 1:
        return top._replace(country=None), False
    local = [entry for entry in voted if votes[f"{entry.country}/{entry.admin1}"]]
    if len(voted) == 1 or len(local) == 1 or voted[0].size >= DOMINANT * max(voted[1].size, 1):
        return (local or voted)[0], True
    return voted[0], False


def _mention(text: str, folded: str, raw: _Raw, chosen: tuple[Entry, bool]) -> PlaceMention:
    entry, certain = chosen
    kind = "demonym" if entry.kind == "demonym" or rules.is_adjective(folded, raw.start, raw.key) else "place"
    if not certain:
        name = text[raw.start : raw.end]
        precision = "none" if entry.country is None else "country"
        return PlaceMention(raw.start, raw.end, name, name, entry.country, None, None, None, precision, None, kind)
    start, end = raw.start, raw.end
    precision, radius = rules.PRECISION[entry.kind], entry.radius_km
    if kind == "place":
        start, end, precision, radius = rules.widen(folded, start, end, entry)
    admin1 = None if precision == "near" else entry.admin1
    where = (entry.country, admin1, _rounded(entry.lat), _rounded(entry.lon))
    return PlaceMention(start, end, text[start:end], entry.name, *where, precision, radius, kind)


def _rounded(degrees: float | None) -> float | None:
    """To about a kilometre, which is finer than any place here."""
    return None if degrees is None else round(degrees, 2)
