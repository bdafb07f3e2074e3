"""Can two tellings speak of one happening? Against it: type, place, day, figures. For it: victims, figures.

A person dies once, so a victim's name settles it. Figures alone settle it when they are telling: as many dead and as
many wounded. Otherwise a conflict of place, day or figure keeps two tellings apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from streams.article import LOCAL_PRECISIONS, Count, EventTime, Place, Signal, family_of
from streams.signals.draft import Draft

VAGUE_TYPES = frozenset(
    {
        "attack.generic",
        "attack.raid",
        "attack.property",
        "attack.offensive",
        "attack.site_bomb",
        "attack.armed_clash",
        "attack.massacre",
        "attack.assassination",
    }
)
_KIN = (
    frozenset({"attack.shooting", "attack.ambush", "attack.armed_clash", "attack.raid", "attack.grenade"}),
    frozenset({"attack.suicide_bombing", "attack.vehicle_bomb", "attack.site_bomb", "attack.ied", "attack.grenade"}),
    frozenset({"attack.air", "attack.drone", "attack.missile_rocket", "attack.shelling"}),
    frozenset({"attack.assassination", "attack.shooting", "attack.massacre", "attack.vehicle_bomb"}),
)
_MEASURES = ("killed", "wounded", "hostages")
#: A figure of dead that two happenings of one article hardly share by chance.
_TELLING = 4
_LONGER = 3
#: Of an article that is one long list of victims: tellings that names are compared with, and names to a word.
_TELLINGS = 60
_OF_ONE_WORD = 20
_TITLES = frozenset(
    """mr mrs ms dr msgr monsignor father fr rev reverend bishop archbishop gen general col colonel maj major capt
    captain sgt sergeant lt lieutenant judge justice senator deputy president minister professor prof mayor sir don
    dona""".split()
)


def compatible(signal: Signal, draft: Draft, others: Sequence[Signal], *, loose: bool) -> bool:
    """Whether nothing keeps a telling apart from those of one happening; ``loose`` lets figures differ."""
    if not any(_types_fit(signal.type, other.type) for other in others):
        return False
    if any(_places_clash(signal, other) or _times_clash(signal.event_time, other.event_time) for other in others):
        return False
    if loose or draft.victims != "new" or _some_of_them(signal, others):
        return True
    if not own_setting(signal) and any(_equal(signal, other, "killed") for other in others):
        return True
    return not any(_figures_clash(signal, other) for other in others)


def same_victims(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether both tell of the same named victim, or of the same groups: "six priests and two women", "six priests"."""
    mine = victim_names([signal])
    if mine:
        theirs = Names(victim_names(others[:_TELLINGS]))
        if any(name in theirs for name in mine):
            return True
    told = [_group_of(c) for c in signal.counts if c.relation == "total" and c.measure == "killed"]
    if not told or None in told or own_setting(signal):
        return False
    return {_group_of(c) for s in others for c in s.counts if c.relation != "increment"}.issuperset(told)


def _group_of(count: Count) -> tuple[str, float | None, str] | None:
    """Measure, number and noun of a group of several; None for one person or a figure without a noun."""
    noun = (count.object or "").rpartition(" ")[2].lower()
    return (count.measure, count.low, noun) if noun and (count.low or 0) > 1 else None


def telling_figures(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether the figures agree so well that place and day of the same country may differ in wording."""
    killed = totals(signal, "killed")
    if not killed:
        return False
    dead = _sum(killed)[0]
    for other in others:
        if not _equal(signal, other, "killed"):
            continue
        named = bool(victim_names([signal])) != bool(victim_names([other]))
        telling = dead >= _TELLING or (dead > 1 and named) or _equal(signal, other, "wounded")
        if telling and not _countries_clash(signal, other) and not _days_apart(signal.event_time, other.event_time):
            return True
    return False


def same_figures(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether one measure's figures overlap and no names speak against it."""
    mine_named, theirs_named = victim_names([signal]), victim_names(others)
    if mine_named and theirs_named:
        return False
    for measure in _MEASURES:
        mine = totals(signal, measure)
        if mine and any(_overlap(_sum(mine), _sum(theirs)) for other in others if (theirs := totals(other, measure))):
            return True
    return False


def victim_names(signals: Sequence[Signal]) -> list[tuple[str, ...]]:
    """The words of each victim's name, folded; every name once."""
    names: dict[tuple[str, ...], None] = {}
    for signal in signals:
        for count in signal.counts:
            if count.measure in _MEASURES and count.side == "victim":
                names.update((words_of(name), None) for name in count.names)
    return list(names)


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """A name's words, folded, without titles: what tells one person from another."""
    words = tuple(word.strip(".,") for word in name.lower().split())
    return tuple(word for word in words if word not in _TITLES) or words


class Names:
    """Names of people, each as its words; one is in them when it may be a shorter or longer form of one that is."""

    def __init__(self, names: Iterable[tuple[str, ...]] = ()) -> None:
        self._of_word: dict[str, list[tuple[str, ...]]] = {}
        """The first names that hold a word: of a crowd of the same name, enough to know it by."""
        self.add(names)

    def add(self, names: Iterable[tuple[str, ...]]) -> None:
        """Take names in."""
        for name in names:
            for word in name:
                known = self._of_word.setdefault(word, [])
                if len(known) < _OF_ONE_WORD and name not in known:
                    known.append(name)

    def __contains__(self, name: tuple[str, ...]) -> bool:
        return any(_same_name(name, other) for word in name for other in self._of_word.get(word, ()))


def totals(signal: Signal, measure: str) -> list[Count]:
    """The stated totals of a measure."""
    return [
        c
        for c in signal.counts
        if c.measure == measure and c.relation == "total" and c.exactness not in ("unstated", "vague")
    ]


def spans_attacks(signal: Signal) -> bool:
    """Whether a figure sums over several attacks: it is no single happening's."""
    return any((count.attacks or 0) > 1 for count in signal.counts)


def own_setting(signal: Signal) -> bool:
    """Whether a telling names a town or a day of its own."""
    places = [p for p in _own_places(signal) if p.precision in LOCAL_PRECISIONS]
    return bool(places) or signal.event_time.from_ == "text"


def _same_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short, long = sorted((one, other), key=len)
    shared = [word for word in short if word in long and len(word) >= _LONGER]
    return bool(shared) and (len(shared) == len(short) or len(shared) > 1)


def _equal(one: Signal, other: Signal, measure: str) -> bool:
    mine, theirs = totals(one, measure), totals(other, measure)
    return bool(mine and theirs) and _sum(mine) == _sum(theirs)


def _some_of_them(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether victims without a place or day of their own can be some of those already counted."""
    if own_setting(signal) or _elsewhere(signal, others):
        return False
    mine = _sum(totals(signal, "killed"))
    if family_of(signal.type) != "casualty" and mine[0] > 1:
        return False
    return bool(totals(signal, "killed")) and any(mine[1] < _sum(t)[0] for o in others if (t := totals(o, "killed")))


def _elsewhere(signal: Signal, others: Sequence[Signal]) -> bool:
    """Whether the place carried over from the sentence before is another town than the others'."""
    mine = {p.name for p in signal.places if p.role == "event" and p.precision in LOCAL_PRECISIONS}
    theirs = {p.name for o in others for p in o.places if p.role == "event" and p.precision in LOCAL_PRECISIONS}
    return bool(mine and theirs and not mine & theirs)


def _types_fit(one: str, other: str) -> bool:
    if one == other or one in VAGUE_TYPES or other in VAGUE_TYPES or "casualty" in (family_of(one), family_of(other)):
        return True
    return family_of(one) != "attack" or any(one in kin and other in kin for kin in _KIN)


def _own_places(signal: Signal) -> list[Place]:
    return [p for p in signal.places if p.role == "event" and p.via in ("clause", "sentence")]


def _places_clash(one: Signal, other: Signal) -> bool:
    for mine in _own_places(one):
        for theirs in _own_places(other):
            if not mine.country or not theirs.country:
                continue
            if mine.country == theirs.country and (
                not mine.admin1 or not theirs.admin1 or mine.admin1 == theirs.admin1
            ):
                towns = mine.precision == theirs.precision == "town"
                if not towns or mine.name == theirs.name:
                    return False
    return any(p.country for p in _own_places(one)) and any(p.country for p in _own_places(other))


def _countries_clash(one: Signal, other: Signal) -> bool:
    mine = {p.country for p in _own_places(one) if p.country}
    theirs = {p.country for p in _own_places(other) if p.country}
    return bool(mine and theirs and not mine & theirs)


def _times_clash(one: EventTime, other: EventTime) -> bool:
    if one.from_ != "text" or other.from_ != "text" or not (one.start and one.end and other.start and other.end):
        return False
    return one.end < other.start or other.end < one.start


def _days_apart(one: EventTime, other: EventTime) -> bool:
    """Whether the days differ by more than the one that lies between a deed and its report."""
    if not (one.start and one.end and other.start and other.end):
        return False
    first, last = sorted(((one.start, one.end), (other.start, other.end)))
    return date.fromisoformat(last[0][:10]) - date.fromisoformat(first[1][:10]) > timedelta(days=1)


def _figures_clash(one: Signal, other: Signal) -> bool:
    """Whether both state a number of dead, or of wounded, that cannot be the same."""
    for measure in _MEASURES:
        mine, theirs = totals(one, measure), totals(other, measure)
        if mine and theirs and not (_overlap(_sum(mine), _sum(theirs))):
            return True
    return False


def _sum(counts: Sequence[Count]) -> tuple[float, float]:
    low = sum(c.low or 0 for c in counts)
    high = sum(c.high if c.high is not None else float("inf") for c in counts)
    return low, high


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
