"""The types that travel: Article in, Report out, with the Signals, Events and Exclusions it holds.

They are the forms of the command line's contract, field for field, and they are frozen. Text offsets are
Unicode code points, half-open, into the field named by ``field`` ("body" or "title"), so that
``text[start:end]`` is exactly the quoted text. Times inside a Report are ISO 8601 strings in UTC
("2020-05-02T09:00:00+00:00"); an Article's are timezone-aware datetimes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from streams.times import utc_iso

Field = Literal["title", "body"]
Status = Literal["usable", "withheld", "canceled"]
Realis = Literal["actual", "ongoing", "planned", "hedged", "denied", "hypothetical", "negated"]
Scope = Literal[
    "incident", "mention", "update", "period_total", "cumulative", "background", "trend", "assessment", "reference"
]
Stance = Literal["asserted", "official_claim", "witness_claim", "responsibility_claim", "denial", "analyst"]
Polarity = Literal["escalation", "de_escalation", "neutral", "context"]
Outcome = Literal["done", "attempted", "foiled", "intercepted", "unknown"]
Section = Literal["title", "lead", "body", "caption", "quote", "live_entry", "correction"]
Exactness = Literal["exact", "at_least", "at_most", "range", "approx", "vague", "unstated"]
Relation = Literal["total", "part", "increment", "remaining"]
Side = Literal["victim", "perpetrator", "unknown"]
PlaceRole = Literal["event", "origin", "destination", "part", "speaker"]
Precision = Literal["exact", "town", "near", "admin1", "country", "region", "none"]
#: How sure a place is, surest first; the local ones name a spot, not an area.
PRECISIONS: tuple[Precision, ...] = ("exact", "town", "near", "admin1", "country", "region", "none")
LOCAL_PRECISIONS = PRECISIONS[:3]
TimePrecision = Literal["hour", "day", "week", "month", "year", "range", "none"]
Via = Literal["clause", "sentence", "coref", "caption", "dateline", "title"]

#: Families of happenings count by event; families with phases count by episode.
PHASED_FAMILIES = frozenset({"force", "ceasefire", "siege", "talks", "agreement"})
#: Phases of an episode, as far as it has come.
PHASES = (
    "demanded", "proposed", "announced", "agreed", "begun", "in_force", "ongoing", "extended", "violated", "collapsed",
    "refused", "completed",
)  # fmt: skip
COUNTING_SCOPES = frozenset({"incident", "update"})
COUNTING_REALIS = frozenset({"actual", "ongoing"})


#: Code of the problem of a publication that is known by its day alone: ``published`` is the start of it.
DAY_ONLY = "day_only"


def family_of(type_: str) -> str:
    """The part of a signal type before its first dot: ``attack`` of ``attack.ambush``."""
    return type_.partition(".")[0]


class Problem(Struct, frozen=True, kw_only=True):
    """Something a reader should know of an article: a code such as ``undated`` and a sentence for people."""

    code: str
    message: str


class Article(Struct, frozen=True, kw_only=True):
    """A piece of news as a source gave it. Identity is (feed, id); a higher revision replaces a lower one."""

    id: str
    feed: str = ""
    """Source id of the config, else the file's path."""
    title: str = ""
    body: str = ""
    published: datetime | None = None
    """The publisher's word, aware UTC. None when unknown: never replaced by "now"."""
    updated: datetime | None = None
    received: datetime | None = None
    """When it reached tocsin. None in files: the replay takes ``published``."""
    source: str = ""
    """Publisher name, else the feed id."""
    url: str | None = None
    language: str | None = None
    revision: int | None = None
    """None when the publisher does not number versions: they rank by (updated, published, hash)."""
    status: Status = "usable"
    zone: str = "UTC"
    """IANA zone in which the article's "Saturday" and "tonight" are read."""
    captions: tuple[tuple[int, int], ...] = ()
    """Half-open spans of ``body`` that are picture captions."""
    embargo: datetime | None = None
    """Nothing of it may be told before. ``published`` is not earlier."""
    baseline: bool = False
    """First contact with the feed and older than an hour: fills windows, alerts nobody."""
    lateness: int | None = None
    """Seconds ``received`` may trail ``published`` before it is late; None takes the config's."""
    problems: tuple[Problem, ...] = ()


class Trigger(Struct, frozen=True, kw_only=True):
    """The words that gave the signal, and the id of the lexicon pattern that matched them."""

    start: int
    end: int
    text: str
    pattern: str


class Count(Struct, frozen=True, kw_only=True):
    """A figure. ``low`` and ``high`` are inclusive; None is open ("over 90": low 90, high None)."""

    measure: str
    low: int | float | None
    high: int | float | None
    exactness: Exactness
    relation: Relation = "total"
    side: Side = "victim"
    class_: str | None = field(default=None, name="class")
    unit: str = "people"
    object: str | None = None
    names: tuple[str, ...] = ()
    of: int | float | None = None
    attacks: int | None = None
    role: str | None = None
    corrects: int | float | None = None
    """The earlier figure that this one says was wrong ("revised down from 12": 12); -1 when it names none."""
    field: Field = "body"
    start: int
    end: int


class Actor(Struct, frozen=True, kw_only=True):
    """A party of the happening. ``id`` is the alias file's, or None when unresolved."""

    name: str
    id: str | None = None
    role: str
    text: str
    field: Field = "body"
    start: int
    end: int
    via: Via = "clause"


class Place(Struct, frozen=True, kw_only=True):
    """Where. ``country`` is ISO 3166-1 alpha-2; ``precision`` and ``radius_km`` always say how sure."""

    text: str
    role: PlaceRole = "event"
    name: str | None = None
    country: str | None = None
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision: Precision = "none"
    radius_km: float | None = None
    field: Field = "body"
    start: int
    end: int
    via: Via = "clause"


class EventTime(Struct, frozen=True, kw_only=True):
    """When it happened: an interval of days, both ends included, in the article's zone."""

    start: str | None = None
    end: str | None = None
    precision: TimePrecision = "none"
    from_: Literal["text", "published", "none"] = field(default="none", name="from")
    via: Via | None = None


class Speaker(Struct, frozen=True, kw_only=True):
    """Who says it."""

    text: str
    name: str
    sector: str | None = None
    field: Field = "body"
    start: int
    end: int


class Episode(Struct, frozen=True, kw_only=True):
    """The withdrawal, ceasefire or siege that a facet belongs to; facets of one share ``id`` within the article."""

    id: str
    actor: str | None = None
    host_country: str | None = None
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    phase: str | None = None
    facet: str | None = None
    consent: str | None = None


class Codes(Struct, frozen=True, kw_only=True):
    """The type in the field's coding schemes."""

    plover: str | None = None
    cameo: str | None = None
    acled: str | None = None


class Signal(Struct, frozen=True, kw_only=True):
    """A typed claim found in one clause."""

    type: str
    event: str
    field: Field = "body"
    start: int
    end: int
    sentence: str
    section: Section = "body"
    trigger: Trigger
    realis: Realis = "actual"
    scope: Scope = "incident"
    stance: Stance = "asserted"
    polarity: Polarity = "escalation"
    outcome: Outcome = "done"
    counts: tuple[Count, ...] = ()
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    event_time: EventTime = EventTime()
    speaker: Speaker | None = None
    disputes: str | None = None
    episode: Episode | None = None
    codes: Codes = Codes()
    confidence: float = 0.5


class Event(Struct, frozen=True, kw_only=True):
    """The signals of one article that tell of one happening; ``counts`` holds one total a measure and side."""

    id: str
    type: str
    signals: tuple[int, ...]
    counts: tuple[Count, ...] = ()
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    event_time: EventTime = EventTime()
    outcome: Outcome = "done"


class Exclusion(Struct, frozen=True, kw_only=True):
    """A tempting phrase left out. ``text`` is the phrase itself, inside ``sentence``."""

    field: Field = "body"
    start: int
    end: int
    sentence: str
    tempted: str
    reason: str
    text: str


class Fingerprint(Struct, frozen=True, kw_only=True):
    """What tells copies of one text: the address, the agency credited, and a MinHash of 3-word shingles."""

    url: str | None = None
    credit: str | None = None
    sketch: tuple[int, ...] = ()
    """MinHash values; empty when no anchor word was found, since such an article contributes nothing."""


class Report(Struct, frozen=True, kw_only=True):
    """What classifying one article gave. Self-contained: decide reads nothing else of the article."""

    id: str
    feed: str = ""
    source: str = ""
    title: str = ""
    url: str | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    revision: int | None = None
    status: Status = "usable"
    embargo: str | None = None
    baseline: bool = False
    lateness: int | None = None
    signals: tuple[Signal, ...] = ()
    events: tuple[Event, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    problems: tuple[Problem, ...] = ()
    sha256: dict[str, str] = {}
    """Hash of each field's text, so that a quotation can be checked against what was read."""
    fingerprint: Fingerprint = Fingerprint()
    classifier: str = ""
    """Version of code and data that wrote this report."""


def unread(article: Article) -> Report:
    """A report that has only the article's own facts: what reading finds is filled in with ``replace``."""
    return Report(
        id=article.id,
        feed=article.feed,
        source=article.source,
        title=article.title,
        url=article.url,
        published=utc_iso(article.published),
        updated=utc_iso(article.updated),
        revision=article.revision,
        status=article.status,
        embargo=utc_iso(article.embargo),
        baseline=article.baseline,
        lateness=article.lateness,
        problems=article.problems,
    )


def counts_by_default(signal: Signal) -> bool:
    """Whether a signal of a family of happenings enters counts: a fresh, real happening or a newer figure of one."""
    return signal.scope in COUNTING_SCOPES and signal.realis in COUNTING_REALIS
