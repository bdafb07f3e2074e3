"""Do a mention and a happening tell of the same thing?

Candidates share a block: the kind of happening and the country (or an unknown one). Then place, day, type, actor,
figures and words each speak for or against; a conflict of place or day, or of one article telling of two things, is a
veto. Words alone never join.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from streams.article import LOCAL_PRECISIONS, family_of
from streams.happenings import Days, Figure, Happening, Mention, Nature, Spot

#: Score from which a mention joins a happening.
JOIN = 3.0
#: Days between the resolved day of a mention and a happening's before they cannot be one.
DAY_SLACK = 1
#: Seconds after a happening's last mention in which an undated mention may still belong to it.
FOLLOW_UP = 4 * 86400
EPISODE_SPAN = 90 * 86400

_VIOLENT = frozenset({"attack", "casualty"})
_BOMBS = frozenset({"attack.suicide_bombing", "attack.vehicle_bomb", "attack.ied", "attack.site_bomb"})
_TAKINGS = frozenset({"hostage.kidnapping", "hostage.hostage_taking", "hostage.hijack"})
_KIN = (_BOMBS, _TAKINGS)
_FORCE_IN = ("deployment", "increase", "mobilisation", "reinforcement", "build_up", "base_established", "rotation")


def nature_of(type_: str, phased: frozenset[str]) -> Nature:
    """Families with phases make episodes, all others incidents."""
    return "episode" if family_of(type_) in phased else "incident"


def kind_of(type_: str) -> str:
    """What may be one happening at all: violence and its casualties, a pull-out apart from a deployment."""
    family, _, rest = type_.partition(".")
    if family in _VIOLENT:
        return "violence"
    if family == "force":
        return "force.in" if any(word in rest for word in _FORCE_IN) else "force.out"
    return family


def block_of(mention: Mention) -> str:
    """The block a mention is looked for in."""
    return f"{kind_of(mention.type)}|{mention.spot.country or '?'}"


def blocks_to_search(mention: Mention) -> tuple[str, ...]:
    """The mention's own block and that of unknown country. A mention of unknown country finds only its like."""
    own = block_of(mention)
    open_ = f"{kind_of(mention.type)}|?"
    return (own,) if own == open_ else (own, open_)


def best_match(mention: Mention, candidates: Iterable[Happening]) -> Happening | None:
    """The happening that the mention belongs to: the highest score that joins, of equal ones the oldest."""
    scored = [(score(mention, h), h) for h in candidates]
    fitting = [(s, h) for s, h in scored if s is not None and s >= JOIN]
    return min(fitting, key=lambda pair: (-pair[0], pair[1].born, pair[1].id))[1] if fitting else None


def score(mention: Mention, happening: Happening) -> float | None:
    """How well they fit; None is a veto."""
    if happening.nature == "episode":
        return _episode_score(mention, happening)
    if any(m.article == mention.article for m in happening.mentions):
        return None
    parts = (_day(mention, happening), _place(mention.spot, happening))
    if any(part is None for part in parts):
        return None
    same_story = any(m.story == mention.story for m in happening.mentions)
    evidence = _actors(mention, happening) + _figures(mention, happening) + _types(mention, happening)
    place, day = float(parts[1] or 0), float(parts[0] or 0)
    if place <= 0 and evidence <= 0 and not same_story:
        return None
    return place + day + evidence + 1.5 * _words(mention, happening) + (3.0 if same_story else 0.0)


def _episode_score(mention: Mention, happening: Happening) -> float | None:
    here = {m.episode for m in happening.mentions if m.article == mention.article}
    if here:
        return JOIN + 9.0 if mention.episode in here else None
    last = max(m.as_of for m in happening.mentions)
    first = min(m.as_of for m in happening.mentions)
    if not first - EPISODE_SPAN <= mention.as_of <= last + EPISODE_SPAN:
        return None
    known = {actor for m in happening.mentions for actor in m.actors}
    if known and mention.actors and not known & set(mention.actors):
        return None
    country = happening.country
    if country and mention.spot.country and country != mention.spot.country:
        return None
    return JOIN + len(known & set(mention.actors))


def _day(mention: Mention, happening: Happening) -> float | None:
    own, other = mention.days, happening.days
    if own is None or other is None:
        return 0.0
    gap = max(own.first - other.last, other.first - own.last, 0)
    if own.stated and other.stated:
        if gap > DAY_SLACK:
            return None
        if gap and _narrow(own) and _narrow(other):
            return 0.3 if mention.update else -0.7
        return 1.0 if _narrow(own) and _narrow(other) else 0.3
    last = max(m.as_of for m in happening.mentions)
    first = min(m.as_of for m in happening.mentions)
    if not first - FOLLOW_UP <= mention.as_of <= last + FOLLOW_UP:
        return None
    if gap > DAY_SLACK:
        return -0.5 if mention.update else -1.0
    return 0.5


def _narrow(days: Days) -> bool:
    return days.last - days.first <= 1


def _place(spot: Spot, happening: Happening) -> float | None:
    others = [m.spot for m in happening.mentions]
    fits = [_fit(spot, other) for other in others]
    sure = [fit for fit in fits if fit is not None]
    if len(sure) < len(fits) and max(sure, default=0.0) < 2.0:
        return None
    return max(sure, default=0.0)


def _fit(one: Spot, other: Spot) -> float | None:
    if one.country and other.country and one.country != other.country:
        return None
    if one.name and one.name == other.name and one.precision not in ("country", "region"):
        return 2.0 if one.precision == other.precision else 1.0
    if (
        one.precision in LOCAL_PRECISIONS
        and other.precision in LOCAL_PRECISIONS
        and None not in (one.lat, one.lon, other.lat, other.lon)
    ):
        reach = (one.radius_km or 10) + (other.radius_km or 10)
        return 1.0 if distance_km(one, other) <= reach else None
    if one.admin1 and other.admin1:
        return 1.0 if one.admin1 == other.admin1 else None
    return 0.4 if one.country and one.country == other.country else 0.0


def distance_km(one: Spot, other: Spot) -> float:
    """Great-circle distance of two spots with coordinates (haversine, mean radius 6,371 km)."""
    lat1, lon1, lat2, lon2 = (radians(float(x or 0)) for x in (one.lat, one.lon, other.lat, other.lon))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(half))


def _types(mention: Mention, happening: Happening) -> float:
    def fit(other: str) -> float:
        if mention.type == other:
            return 1.0
        if _is_generic(mention.type) or _is_generic(other) or any({mention.type, other} <= kin for kin in _KIN):
            return 0.5
        return -1.5

    return max(fit(m.type) for m in happening.mentions)


def _is_generic(type_: str) -> bool:
    return type_.startswith("casualty.") or type_.endswith(".generic") or type_ == "attack.site_bomb"


def _actors(mention: Mention, happening: Happening) -> float:
    known = {actor for m in happening.mentions for actor in m.actors}
    if not known or not mention.actors:
        return 0.0
    return 0.7 if known & set(mention.actors) else -0.3


def _figures(mention: Mention, happening: Happening) -> float:
    fits = [
        _agree(own, other, mention)
        for own in mention.figures
        for m in happening.mentions
        for other in m.figures
        if own.measure == other.measure and own.side == other.side
    ]
    return max(fits, default=0.0)


def _agree(own: Figure, other: Figure, mention: Mention) -> float:
    if own.corrects is not None and own.corrects in (other.low, other.high):
        return 2.0
    if own.low is None or other.low is None or "unstated" in (own.exactness, other.exactness):
        return 0.0
    if own.low == other.low:
        return 1.0 if own.low > 1 else 0.4
    if "vague" in (own.exactness, other.exactness):
        soft, hard = (own, other) if own.exactness == "vague" else (other, own)
        return 0.3 if (soft.low or 0) <= (hard.low or 0) <= (soft.high or hard.low or 0) else -0.3
    near = max(own.low, other.low) <= 2 * min(own.low, other.low) + 2
    return 0.3 if near or mention.update else -0.8


def _words(mention: Mention, happening: Happening) -> float:
    def share(other: Mention) -> float:
        one, two = set(mention.words), set(other.words)
        return len(one & two) / min(len(one), len(two)) if one and two else 0.0

    return max(share(m) for m in happening.mentions)
