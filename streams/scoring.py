"""How well does a mention fit with what was told before? Place, day, kind, actors, figures, target and words.

Each speaks for or against; a conflict of place or of day, or of one article that tells of two things, is a veto.
Words alone never join: without a place in common or some hard evidence the answer is a veto too.

A Node is a mention with its facts at hand. A Profile is what a set of mentions says together; the fit with one earlier
mention and the fit with a whole incident are the same function. Times are seconds, days are ordinals.
"""

from __future__ import annotations

from collections.abc import Iterable

from streams.article import family_of
from streams.corrections import UNBOUND, Bond
from streams.figures import Total, figures_fit, near_figures, same_figures, totals_of
from streams.happenings import Days, Mention, Spot
from streams.kinds import types_fit
from streams.nearness import best_place, place_fit

#: Score from which a mention belongs to an incident.
JOIN = 3.0
#: Score of what an analyst said belongs together, and of a copy that says the same again.
BOUND = 100.0
#: What is taken off when only place, day and kind agree: in a large town that may be another attack.
UNSPECIFIC = 2.0
#: Of a denial whose kind of attack is another than the one told.
_ANOTHER_WORD = -0.2
#: From here on two types may be one, told with more or less said.
_GENERIC_KIND = 0.5
#: From here on nothing about the day speaks against one happening.
_LIKELY_DAY = 0.5
DAY = 86400
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
#: Names in common that tell the same person or group when the place is told otherwise.
_FULL_NAME = 2
_MEETINGS = frozenset({"talks", "agreement"})
_SPANS = {"force": WITHDRAWAL_SPAN, "talks": NAMELESS_SPAN, "agreement": NAMELESS_SPAN}

_HARD = frozenset({"killed", "killed-", "hostages", "freed", "captured"})

Order = tuple[int, str]


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
        "keys",
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
        self.keys: set[str] = set()
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
        self.keys.add(m.key)
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

    An analyst's word goes before everything; then a copy goes with what it says again.
    """
    bond = node.bond
    if bond is not UNBOUND:
        if any(profile.apart.get(split, side) != side for split, side in bond.apart):
            return None
        if profile.together.intersection(bond.together):
            return BOUND
    if node.mention.echoes in profile.keys:
        return BOUND
    return _episode_fit(node, profile, words) if node.episodic else _incident_fit(node, profile, words)


def denial_fit(node: Node, told: Profile) -> float | None:
    """How well a denial fits what it may deny. It says "the strike": what is known needs no more hints than these.

    None is a veto: a conflict of place or day, or neither a place nor a figure, name or target in common. Who denies
    that he "bombed" a place may deny an air strike.
    """
    m = node.mention
    place, day = best_place(m.spot, told.spots), _day(m, told)
    kind = max(types_fit({m.type: None}, told.types), _ANOTHER_WORD)
    if place is None or place < 0 or day is None:
        return None
    same = bool(same_figures(node.totals, told.totals, 1.0))
    names, sites = len(node.names & told.names), _apart(m.sites, told.sites, 0.6, -1.3)
    if place < 1.0 and not (same or names or sites > 0):
        return None
    return place + day + kind + sites + same + 0.5 * min(names, 2) + _parties(node.parties, told.parties)


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
    if not _are_near(one.spots, other.spots):
        return False
    if types_fit(one.types, other.types) < 0 or figures_fit(tuple(one.totals), other.totals, update=False) < 0:
        return False
    if one.sites and other.sites and not one.sites & other.sites:
        return False
    gap = abs(one.first - other.first)
    return gap <= FOLLOW_UP and (one.days is None or other.days is None or _days_apart(one.days, other.days) <= 0)


def _are_near(spots: Iterable[Spot], others: Iterable[Spot]) -> bool:
    """Whether no two places conflict; where borrowed ones lie elsewhere, two others must be within reach."""
    fits = [place_fit(one, other) for one in spots for other in others]
    known = [one for one in fits if one is not None]
    return len(known) == len(fits) and (min(known, default=0.0) >= 0 or max(known) >= 1.0)


def _incident_fit(node: Node, profile: Profile, words: float) -> float | None:
    m = node.mention
    if m.article in profile.articles and not _tells_again(node, profile, words):
        return None
    place = best_place(m.spot, profile.spots)
    if place is None:
        return None
    day = _day(m, profile)
    if day is None:
        return None
    same_story = m.story in profile.stories
    figures = figures_fit(node.totals, profile.totals, update=m.update)
    names = 0 if m.type.startswith("repression.") else len(node.names & profile.names)
    sites = _apart(m.sites, profile.sites, 0.6, -1.3)
    kind = types_fit({m.type: None}, profile.types)
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
    if place < 0 and not (names and words >= SOME_WORDS) and names < _FULL_NAME:
        return None
    same = same_figures(node.totals, profile.totals, 0.6 if day >= 1.0 and kind >= 1.0 else 1.0)
    told = min(names, 2) + bool(same) + (words >= MANY_WORDS) + (words >= SOME_WORDS) + (sites > 0)
    told += bool(same & _HARD) and day >= 1.0 and kind >= 1.0
    told += not same & _HARD and near_figures(node.totals, profile.totals)
    soon = day >= 1.0 or (day > 0 and profile.first - DAY <= m.as_of <= profile.last + DAY)
    if not same_story and told < _needed(place, day, kind if soon else 0.0, same, update=m.update):
        evidence -= UNSPECIFIC
    return place + day + evidence + 1.5 * words + (3.0 if same_story else 0.0)


def _needed(place: float, day: float, kind: float, same: set[str], *, update: bool) -> int:
    """How many hints beside place, day and kind a mention needs: the less these agree, the more."""
    if place < 1.0 or day <= 0:
        return 2 if place > 0 or day >= 1.0 else 3
    return 1 if update or kind >= 1.0 or same & _HARD else 2


def _tells_again(node: Node, profile: Profile, words: float) -> bool:
    """Whether an article's two events are one told twice, of one kind.

    Either the same dead, more than two and counted; or the same names in one place on one day, and nothing against it.
    """
    m = node.mention
    kind = types_fit({m.type: None}, profile.types)
    if kind <= 0:
        return False
    own = [total for total in node.totals if total[0] == "killed" and total[3] == "exact" and (total[1] or 0) > 2]
    if any(total[:3] == other[:3] for total in own for other in profile.totals):
        return True
    return _names_again(node, profile, words) and (
        kind >= _GENERIC_KIND
        and best_place(m.spot, profile.spots) is not None
        and (_day(m, profile) or 0.0) >= _LIKELY_DAY
        and _apart(m.sites, profile.sites, 0.0, -1.0) == 0
        and _apart(m.hours, profile.hours, 0.0, -1.0) == 0
    )


def _names_again(node: Node, profile: Profile, words: float) -> bool:
    """Whether an event of an article speaks of the persons or groups of another of its events."""
    shared = node.names & profile.names
    return bool(shared) and (words >= SOME_WORDS or shared in (node.names, profile.names))


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


# --- actors, target ----------------------------------------------------------------------------------


def _parties(own: frozenset[str], others: set[str]) -> float:
    if not own or not others:
        return 0.0
    return 0.7 if own & others else -0.6


def _apart(own: tuple[str, ...], others: set[str], same: float, other: float) -> float:
    if not own or not others:
        return 0.0
    return same if others.intersection(own) else other
