"""What the fold keeps of the world: mentions gathered into incidents and episodes.

A Mention is one event of one article, without its text: the journal position and the signals' places in that report
lead back to the sentences. A Happening is one incident (an attack, an abduction) or one episode (a withdrawal, a
ceasefire) with its mentions, which are all it consists of: place, day, type and tolls are read from them, so that
taking a mention away takes away all that it brought.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from msgspec import Struct

from streams.article import PHASES, PRECISIONS, Exactness, Polarity, Precision, Realis, Scope, Side, Stance

Nature = Literal["incident", "episode"]


class Figure(Struct, frozen=True, kw_only=True, array_like=True):
    """One figure of a mention. ``corrects`` is the figure it voids, -1 for "all higher ones"."""

    measure: str
    side: Side
    class_: str | None
    low: int | float | None
    high: int | float | None
    exactness: Exactness
    corrects: int | float | None = None


class Spot(Struct, frozen=True, kw_only=True, array_like=True):
    """Where, as one mention says it."""

    name: str | None = None
    country: str | None = None
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision: Precision = "none"
    radius_km: float | None = None
    borrowed: bool = False
    """Whether the sentences name no place, so that it is the dateline's or another sentence's."""


class Days(Struct, frozen=True, kw_only=True, array_like=True):
    """When it happened: ordinals of the first and last possible day, and whether the text said so."""

    first: int
    last: int
    stated: bool


class Mention(Struct, frozen=True, kw_only=True, array_like=True):
    """One event of one article."""

    key: str
    """Article key and event id."""
    article: str
    """Article key: feed and id."""
    position: int
    """Where in the journal the report stands."""
    signals: tuple[int, ...]
    type: str
    publisher: str
    family: str
    """Publisher family to which the text is credited: a reprint belongs to the agency's."""
    story: str
    copied: str
    """Key of the earlier article that its text is a copy of, or empty."""
    at: int | None
    """Seconds: ``published``, or ``received`` when that is earlier. None when the article has no date."""
    as_of: int
    """Seconds: since when this is the publisher's word; versions of the article that say the same change nothing."""
    received: int
    """Seconds: when the article's first version came."""
    quiet: str | None = None
    """Why it alerts nobody by itself: ``late`` or ``baseline``."""
    days: Days | None = None
    spot: Spot = Spot()
    actors: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """Those of the actors that are known by an id, and not only as "gunmen"."""
    speaker: str | None = None
    stance: Stance = "asserted"
    figures: tuple[Figure, ...] = ()
    words: tuple[int, ...] = ()
    """Hashes of the sentences' content words, sorted."""
    names: tuple[int, ...] = ()
    """Hashes of the proper names in the sentences, and of groups of victims such as "6 priests", sorted."""
    sites: tuple[str, ...] = ()
    """What was hit, as far as the sentences name it: ``market``, ``checkpoint``, …"""
    hours: tuple[str, ...] = ()
    """Parts of the day that the sentences name."""
    update: bool = False
    confidence: float = 0.5
    language: str | None = None
    episode: str | None = None
    """Facets of one episode share this within their article."""
    phase: str | None = None
    facet: str | None = None
    actual: bool = True
    """Whether it took place (a planned withdrawal did not): only then it counts."""
    figure_dates: tuple[int, ...] = ()
    """Seconds: since when each figure is said, by the article or by the text that it is a copy of."""
    phase_date: int = 0
    """Seconds: since when the phase is."""
    echoes: str = ""
    """Key of the mention that it says word for word again, in the text that its own is a copy of; or empty."""
    denies: bool = False
    """Whether it says that nothing of the kind happened, or not by the hand that was named; it never counts."""
    realis: Realis = "actual"
    scope: Scope = "incident"
    polarity: Polarity = "neutral"


def when_told(mention: Mention) -> tuple[int, str]:
    """When it was told."""
    return mention.as_of, mention.key


class Void(Struct, frozen=True, kw_only=True, array_like=True):
    """Figures of a story that were withdrawn: those given before ``before``, by other articles than this."""

    story: str
    before: int
    gone: bool
    """Whether the story itself was cancelled, not only its figures."""
    article: str = ""
    """Key of the article whose new version, or cancellation, did so."""


class Ruling(Struct, frozen=True, kw_only=True):
    """An analyst's word on a happening: a figure, or that it is none. It goes where the mention ``anchor`` goes."""

    position: int
    at: int
    """Seconds: when it entered the journal."""
    because: str
    anchor: str
    """Key of the happening's earliest mention when it was said."""
    measure: str = ""
    """As rules name it, such as ``killed``; empty when it says that nothing of the kind happened."""
    value: int | float = 0


class Happening(Struct, frozen=True, kw_only=True, dict=True):
    """One incident or episode with its mentions, in the order of telling. What is read from them is read once.

    The mentions are those of texts that stand: what was cancelled is not among them.

    It is named after the earliest of them. Nothing in it depends on the order in which the articles arrived.
    """

    id: str
    nature: Nature
    mentions: tuple[Mention, ...] = ()
    voids: tuple[Void, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    denied: tuple[Mention, ...] = ()
    """What denies it, in the order of telling."""

    @cached_property
    def memo(self) -> dict[object, object]:
        """Room for what others read from the mentions once."""
        return {}

    @cached_property
    def counted(self) -> tuple[Mention, ...]:
        """The mentions of something that took place; none when an analyst said that it did not."""
        if self.dismissal is not None:
            return ()
        return tuple(mention for mention in self.mentions if mention.actual)

    @cached_property
    def dismissal(self) -> Ruling | None:
        """The analyst's word that this is no happening, unless a figure was given for it since."""
        latest = self.rulings[-1] if self.rulings else None
        return latest if latest is not None and not latest.measure else None

    @cached_property
    def denials(self) -> tuple[str, ...]:
        """Who denies it and who told so, each text once, oldest first: "the army via Pacific Ledger"."""
        denying = (m for m in (*self.mentions, *self.denied) if m.denies or m.stance == "denial")
        told = sorted(denying, key=when_told, reverse=True)
        first = {(m.speaker, m.story): f"{m.speaker or 'a party'} via {m.publisher}" for m in told}
        return tuple(dict.fromkeys(reversed(first.values())))

    @cached_property
    def at(self) -> int | None:
        """Seconds: its place in every window, the earliest publication among what counts."""
        return min((m.at for m in self.counted if m.at is not None), default=None)

    @cached_property
    def last_told(self) -> int:
        """Seconds: when the latest of what counts was told; 0 when nothing does."""
        return max((m.as_of for m in self.counted), default=0)

    @cached_property
    def told_types(self) -> frozenset[str]:
        """Every type that a mention gave, whether it counts or not."""
        return frozenset({mention.type for mention in self.mentions})

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Every type that a counted mention gave, sorted."""
        return tuple(sorted({mention.type for mention in self.counted}))

    @cached_property
    def type(self) -> str:
        """The most told type, the more specific and then the earlier one first."""
        told: dict[str, int] = {}
        for mention in self.counted or self.mentions:
            told[mention.type] = told.get(mention.type, 0) + 1
        generic = {name for name in told if name.endswith(".generic") or name.startswith("casualty.")}
        return min(told, key=lambda name: (name in generic, -told[name])) if told else "unknown"

    @cached_property
    def spot(self) -> Spot:
        """The surest place that a mention gives."""
        mentions = self.counted or self.mentions
        return min(
            (m.spot for m in mentions), key=lambda s: (PRECISIONS.index(s.precision), s.borrowed), default=Spot()
        )

    @cached_property
    def country(self) -> str | None:
        """The country of the surest place that has one."""
        known = [m.spot for m in self.counted or self.mentions if m.spot.country]
        return min(known, key=lambda s: PRECISIONS.index(s.precision)).country if known else None

    @cached_property
    def days(self) -> Days | None:
        """The day as the surest mention has it: stated before assumed, narrow before wide."""
        known = [m.days for m in self.counted or self.mentions if m.days]
        return min(known, key=lambda d: (not d.stated, d.last - d.first), default=None)

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Every actor named by a counted mention, sorted."""
        return tuple(sorted({actor for mention in self.counted for actor in mention.actors}))

    @cached_property
    def actor(self) -> str | None:
        """The actor that most counted mentions name, of equal ones the first named."""
        named = [actor for m in sorted(self.counted or self.mentions, key=when_told) for actor in m.actors]
        return max(named, key=lambda actor: (named.count(actor), -named.index(actor)), default=None)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Independent publisher families behind it, sorted."""
        return tuple(sorted({mention.family for mention in self.counted}))

    @cached_property
    def phase(self) -> str | None:
        """The phase that the latest mentions give, of several the one that has come furthest (episodes)."""
        told = [(m.phase_date or m.as_of, PHASES.index(m.phase), m.phase) for m in self.mentions if m.phase in PHASES]
        return max(told)[2] if told else None
