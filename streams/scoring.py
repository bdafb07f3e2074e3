"""How well does a mention fit with what was told before? Place, day, kind, actors, figures, target and words.

Each speaks for or against; a conflict of place or of day, or of one article that tells of two things, is a veto.
Words alone never join: without a place in common or some hard evidence the answer is a veto too.

A Node is a mention with its facts at hand. A Profile is what a set of mentions says together; the fit with one earlier
mention and the fit with a whole incident are the same function. Times are seconds, days are ordinals.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import asin, cos, radians, sin, sqrt

from streams.article import LOCAL_PRECISIONS, family_of
from streams.corrections import UNBOUND, Bond
from streams.happenings import Days, Figure, Mention, Spot

#: Score from which a mention belongs to an incident.
JOIN = 3.0
#: Score of what an analyst said belongs together.
BOUND = 100.0
#: What is taken off when only place, day and kind agree: in a large town that may be another attack.
UNSPECIFIC = 2.0
DAY = 86400
_MANY_DEAD = 5
#: A sentence with fewer words than this is taken to have as many.
_FEW = 6
#: Shares of words that hint at one happening, and that tell it.
SOME_WORDS, MANY_WORDS = 0.15, 0.45
#: Days between two stated days before they cannot be one.
DAY_SLACK = 1
#: Seconds between two reports, one of which states no day, before they cannot be of one happening.
FOLLOW_UP = 4 * 86400
#: Seconds between two reports of one withdrawal, of another episode, and of one whose party is not told.
WITHDRAWAL_SPAN, EPISODE_SPAN, NAMELESS_SPAN = 90 * 86400, 30 * 86400, 7 * 86400
_MEETINGS = frozenset({"talks", "agreement"})
_SPANS = {"force": WITHDRAWAL_SPAN, "talks": NAMELESS_SPAN, "agreement": NAMELESS_SPAN}

_VIOLENT = frozenset({"attack", "casualty"})
#: Types that tellers of one happening take for each other, with how well they fit.
_ALIKE: tuple[tuple[float, frozenset[str]], ...] = tuple(
    (score, frozenset(f"{family}.{name}" for name in names.split()))
    for score, family, names in (
        (0.5, "attack", "suicide_bombing vehicle_bomb ied site_bomb grenade"),
        (0.3, "attack", "ambush armed_clash assassination massacre offensive raid shooting stabbing"),
        (0.3, "attack", "ambush ied"),
        (0.3, "attack", "massacre mass_attack_and_hostage_taking raid"),
        (0.3, "attack", "air drone missile_rocket naval shelling"),
        (0.5, "hostage", "captured_combatant forced_disappearance hijack hostage_taking kidnapping"),
        (0.5, "hostage", "release rescue"),
    )
)
#: Which measure weighs most when two mentions have several in common; the others weigh half.
_HARD = frozenset({"killed", "killed-", "hostages", "freed", "captured"})
_MAIN = ("killed", "hostages", "captured", "freed", "wounded")
_FORCE_IN = ("deployment", "increase", "mobilisation", "reinforcement", "build_up", "base_established", "rotation")
#: Neither a coming nor a going of troops.
_FORCE_APART = frozenset(
    "weapons_delivery staff_evacuation airspace_closed border_closed evacuation_advice exercise missile_test "
    "alert_raised aid_suspended".split()
)
_SOFT = frozenset({"vague", "unstated"})

Order = tuple[int, str]
Total = tuple[str, float | None, float | None, str, float | None]
"""Measure with side, low, high, exactness, and the figure that it corrects."""


def kind_of(type_: str) -> str:
    """What may be one happening at all: violence and its casualties, a pull-out apart from a deployment."""
    family, _, rest = type_.partition(".")
    if family in _VIOLENT:
        return "violence"
    if family == "force":
        if rest in _FORCE_APART:
            return type_
        return "force.in" if any(word in rest for word in _FORCE_IN) else "force.out"
    return family


class Node:
    """A mention with its facts at hand. ``order`` is its place in the order of telling."""

    __slots__ = ("bond", "episodic", "mention", "names", "order", "parties", "solo", "totals", "words")

    def __init__(self, mention: Mention, moment: int, *, episodic: bool, bond: Bond = UNBOUND) -> None:
        self.mention = mention
        self.bond = bond
        self.order: Order = (moment, mention.key)
        self.episodic = episodic
        self.words = frozenset(mention.words)
        self.names = frozenset(mention.names)
        self.parties = frozenset(mention.named)
        self.totals = totals_of(mention.figures)
        self.solo = Profile([self])


class Profile:
    """What the mentions of one incident say together, in the order of telling."""

    __slots__ = (
        "apart",
        "articles",
        "days",
        "first",
        "hours",
        "last",
        "names",
        "nodes",
        "parties",
        "sites",
        "spots",
        "stories",
        "together",
        "totals",
        "types",
    )

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: list[Node] = []
        self.together: set[int] = set()
        self.apart: dict[int, int] = {}
        self.articles: dict[str, str | None] = {}
        self.stories: set[str] = set()
        self.spots: dict[Spot, None] = {}
        self.types: dict[str, None] = {}
        self.parties: set[str] = set()
        self.names: set[int] = set()
        self.sites: set[str] = set()
        self.hours: set[str] = set()
        self.totals: dict[Total, None] = {}
        self.days: Days | None = None
        self.first = self.last = 0
        for node in nodes:
            self.add(node)

    def add(self, node: Node) -> None:
        """Take in one more mention."""
        m = node.mention
        if not self.nodes:
            self.first = self.last = m.as_of
        elif not m.copied:  # a reprint is no news
            self.first, self.last = min(self.first, m.as_of), max(self.last, m.as_of)
        self.nodes.append(node)
        if node.bond is not UNBOUND:
            self.together.update(node.bond.together)
            self.apart.update(node.bond.apart)
        self.articles[m.article] = m.episode
        self.stories.add(m.story)
        self.spots[m.spot] = None
        self.types[m.type] = None
        self.parties |= node.parties
        self.names |= node.names
        self.sites.update(m.sites)
        self.hours.update(m.hours)
        for total in node.totals:
            self.totals[total] = None
        if m.days is not None and (self.days is None or _sureness(m.days) < _sureness(self.days)):
            self.days = m.days


def fit(node: Node, profile: Profile, words: float) -> float | None:
    """How well a mention fits; ``words`` is the share of its words told before, 0 to 1. None is a veto.

    An analyst's word goes before everything.
    """
    bond = node.bond
    if bond is not UNBOUND:
        if any(profile.apart.get(split, side) != side for split, side in bond.apart):
            return None
        if profile.together.intersection(bond.together):
            return BOUND
    return _episode_fit(node, profile, words) if node.episodic else _incident_fit(node, profile, words)


def shared_words(one: Node, other: Node) -> float:
    """The share of the shorter one's words that both have, 0 to 1; less when these are a few words only."""
    if not one.words or not other.words:
        return 0.0
    shared = len(one.words & other.words)
    return shared / max(min(len(one.words), len(other.words)), _FEW) * min(shared / _FEW, 1.0)


def can_be_one(one: Profile, other: Profile) -> bool:
    """Whether nothing keeps two incidents apart: no article tells of both, no place, day or figure conflicts."""
    if any(other.apart.get(split, side) != side for split, side in one.apart.items()):
        return False
    if one.articles.keys() & other.articles.keys():
        return False
    if any(place_fit(a, b) is None for a in one.spots for b in other.spots):
        return False
    if _types(one.types, other.types) < 0 or _figures(tuple(one.totals), other.totals, update=False) < 0:
        return False
    if one.sites and other.sites and not one.sites & other.sites:
        return False
    gap = abs(one.first - other.first)
    return gap <= FOLLOW_UP and (one.days is None or other.days is None or _days_apart(one.days, other.days) <= 0)


def _incident_fit(node: Node, profile: Profile, words: float) -> float | None:
    m = node.mention
    if m.article in profile.articles and not _tells_again(node, profile):
        return None
    place = _place(m.spot, profile.spots)
    if place is None:
        return None
    day = _day(m, profile)
    if day is None:
        return None
    same_story = m.story in profile.stories
    figures = _figures(node.totals, profile.totals, update=m.update)
    names = 0 if m.type.startswith("repression.") else len(node.names & profile.names)
    sites = _apart(m.sites, profile.sites, 0.6, -1.3)
    kind = _types({m.type: None}, profile.types)
    evidence = (
        _parties(node.parties, profile.parties)
        + figures
        + kind
        + sites
        + _apart(m.hours, profile.hours, 0.2, -0.8)
        + (0.5 + 0.3 * min(names, 3) if names else 0.0)
    )
    if place <= 0 and evidence <= 0 and not same_story:
        return None
    same = _same_figures(node.totals, profile.totals, 0.6 if day >= 1.0 and kind >= 1.0 else 1.0)
    told = min(names, 2) + bool(same) + (words >= MANY_WORDS) + (words >= SOME_WORDS) + (sites > 0)
    told += bool(same & _HARD) and day >= 1.0 and kind >= 1.0
    told += not same & _HARD and _near_figures(node.totals, profile.totals)
    soon = day >= 1.0 or (day > 0 and profile.first - DAY <= m.as_of <= profile.last + DAY)
    if not same_story and told < _needed(place, day, kind if soon else 0.0, same, update=m.update):
        evidence -= UNSPECIFIC
    return place + day + evidence + 1.5 * words + (3.0 if same_story else 0.0)


def _needed(place: float, day: float, kind: float, same: set[str], *, update: bool) -> int:
    """How many hints beside place, day and kind a mention needs: the less these agree, the more."""
    if place < 1.0 or day <= 0:
        return 2 if place > 0 or day >= 1.0 else 3
    return 1 if update or kind >= 1.0 or same & _HARD else 2


def _tells_again(node: Node, profile: Profile) -> bool:
    """Whether an article's two events are one told twice: the same dead, more than two and counted, of one kind."""
    own = [total for total in node.totals if total[0] == "killed" and total[3] == "exact" and (total[1] or 0) > 2]
    return any(total[:3] == other[:3] for total in own for other in profile.totals) and (
        _types({node.mention.type: None}, profile.types) > 0
    )


def _episode_fit(node: Node, profile: Profile, words: float) -> float | None:
    m = node.mention
    if m.article in profile.articles:
        return JOIN + 9.0 if m.episode == profile.articles[m.article] else None
    shared = profile.parties & node.parties
    if profile.parties and node.parties and not shared:
        return None
    family = family_of(m.type)
    span = _SPANS.get(family, EPISODE_SPAN)
    if not shared or (family in _MEETINGS and len(shared) < 2):
        if words < (SOME_WORDS if shared else MANY_WORDS) and m.story not in profile.stories:
            return None
        span = min(span, NAMELESS_SPAN)
    if not profile.first - span <= m.as_of <= profile.last + span:
        return None
    countries = {spot.country for spot in profile.spots if spot.country}
    here = m.spot.country in countries
    if countries and m.spot.country and not here:
        return None
    return JOIN + len(shared) if here or shared or m.story in profile.stories else None


# --- days ---------------------------------------------------------------------------------------------------------


def _sureness(days: Days) -> tuple[bool, int, int]:
    return not days.stated, days.last - days.first, days.first


def _days_apart(one: Days, other: Days) -> int:
    return max(one.first - other.last, other.first - one.last, 0)


def _day(m: Mention, profile: Profile) -> float | None:
    own, other = m.days, profile.days
    if own is None or other is None:
        return 0.0
    gap = _days_apart(own, other)
    if own.stated and other.stated:
        if gap > DAY_SLACK:
            return None
        narrow = own.last - own.first <= 1 and other.last - other.first <= 1
        if gap and narrow:
            return 0.3 if m.update else -0.7
        return 1.0 if narrow else 0.3
    if not profile.first - FOLLOW_UP <= m.as_of <= profile.last + FOLLOW_UP:
        return None
    if gap > DAY_SLACK:
        return -0.5 if m.update else -1.8
    return 0.5


# --- places -------------------------------------------------------------------------------------------------------


def _place(spot: Spot, others: Iterable[Spot]) -> float | None:
    """The best fit with any place told; a conflict with one is a veto unless another has the same name."""
    best, conflict = 0.0, False
    for other in others:
        one = place_fit(spot, other)
        if one is None:
            conflict = True
        elif one > best:
            best = one
    return None if conflict and best < 2.0 else best


def place_fit(one: Spot, other: Spot) -> float | None:
    """How well two places agree: 2 one name, 1 within reach, 0.4 one country, 0 unknown. None is a conflict.

    A town and its province of one name are 1: within reach.
    """
    if one.country and other.country and one.country != other.country:
        return None
    if one.name and one.name == other.name and one.precision not in ("country", "region"):
        return 2.0 if one.precision == other.precision else 1.0
    if is_pinned(one) and is_pinned(other):
        reach = (one.radius_km or 10) + (other.radius_km or 10)
        return 1.0 if distance_km(one, other) <= reach else None
    if one.admin1 and other.admin1:
        return 1.0 if one.admin1 == other.admin1 else None
    return 0.4 if one.country and one.country == other.country else 0.0


def is_pinned(spot: Spot) -> bool:
    """Whether it is a point on the map and not an area."""
    return spot.precision in LOCAL_PRECISIONS and spot.lat is not None and spot.lon is not None


def distance_km(one: Spot, other: Spot) -> float:
    """Great-circle distance of two spots with coordinates (haversine, mean radius 6,371 km)."""
    lat1, lon1, lat2, lon2 = (radians(float(x or 0)) for x in (one.lat, one.lon, other.lat, other.lon))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


# --- kind, actors, target, figures ----------------------------------------------------------------------------------


def _types(own: Iterable[str], others: Iterable[str]) -> float:
    return max(_type_fit(one, other) for one in own for other in others)


@cache
def _type_fit(one: str, other: str) -> float:
    if _is_generic(one) or _is_generic(other):
        return 0.5
    if one == other:
        return 1.0
    return max((score for score, types in _ALIKE if one in types and other in types), default=-1.5)


def _is_generic(type_: str) -> bool:
    return type_.startswith("casualty.") or type_.endswith(".generic")


def _parties(own: frozenset[str], others: set[str]) -> float:
    if not own or not others:
        return 0.0
    return 0.7 if own & others else -0.6


def _apart(own: tuple[str, ...], others: set[str], same: float, other: float) -> float:
    if not own or not others:
        return 0.0
    return same if others.intersection(own) else other


def totals_of(figures: tuple[Figure, ...]) -> tuple[Total, ...]:
    """A mention's figures, classes added up: one total a measure, the attackers' own apart."""
    found: dict[str, Total] = {}
    for f in figures:
        name = f"{f.measure}-" if f.side == "perpetrator" else f.measure
        known = found.get(name)
        if known is None:
            found[name] = (name, f.low, f.high, f.exactness, f.corrects)
            continue
        low = f.low if known[1] is None else known[1] + (f.low or 0)
        high = None if known[2] is None or f.high is None else known[2] + f.high
        exactness = known[3] if known[3] == f.exactness else "approx"
        found[name] = (name, low, high, exactness, known[4] if f.corrects is None else f.corrects)
    return tuple(found.values())


def _figures(own: tuple[Total, ...], others: Iterable[Total], *, update: bool) -> float:
    """The best agreement measure by measure; the killed weigh most."""
    best: dict[str, float] = {}
    for one in own:
        for other in others:
            if one[0] == other[0]:
                agreed = _agree(one, other, update=update)
                best[one[0]] = max(agreed, best.get(one[0], agreed))
    if not best:
        return 0.0
    main = best.pop(next((name for name in _MAIN if name in best), ""), 0.0)
    return max(-2.0, min(2.0, main + 0.5 * sum(best.values())))


def _same_figures(own: tuple[Total, ...], others: Iterable[Total], least: float) -> set[str]:
    """The measures in which a figure is told again, or one is corrected: above two, or with 0.6 above one."""
    pairs = ((one, other) for one in own for other in others if one[0] == other[0])
    return {one[0] for one, other in pairs if _agree(one, other, update=False) >= least}


def _near_figures(own: tuple[Total, ...], others: Iterable[Total]) -> bool:
    """Whether two tolls of five or more dead are less than twice each other."""
    mine = [one[1] for one in own if one[0] == "killed" and (one[1] or 0) >= _MANY_DEAD]
    theirs = [other[1] for other in others if other[0] == "killed" and (other[1] or 0) >= _MANY_DEAD]
    return any(max(a or 0, b or 0) < 2 * min(a or 0, b or 0) for a in mine for b in theirs)


def _agree(one: Total, other: Total, *, update: bool) -> float:
    low, known, exactness, corrects = one[1], other[1], one[3], one[4]
    if corrects is not None and corrects in (known, other[2]):
        return 2.0
    if low is None or known is None or "unstated" in (exactness, other[3]):
        return 0.0
    if low == known:
        return 1.0 if low > 2 else 0.2 * low + 0.2
    if exactness == "vague" or other[3] == "vague":
        soft, hard = (one, other) if exactness == "vague" else (other, one)
        return 0.3 if (soft[1] or 0) <= (hard[1] or 0) <= (soft[2] or hard[1] or 0) else -0.3
    near = max(low, known) <= 2 * min(low, known) + 2
    return 0.3 if near or update else -0.8
