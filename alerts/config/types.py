"""A config as the program uses it: parsed once, frozen, durations in seconds, secrets wrapped."""

from __future__ import annotations

import hmac
from typing import Any, Literal

from msgspec import Struct

from alerts.masking import hide, hide_path

AssetKind = Literal["site", "staff", "route"]
Late = Literal["alert", "note", "drop"]
Trigger = Literal["at_least", "first", "ratio", "record", "surge", "absence", "sequence"]
#: Measures of withdrawals, ceasefires and sieges; the others are of incidents.
EPISODE_MEASURES = frozenset({"episodes", "bases", "troops"})


class Secret:
    """A value that is never printed, logged or stored: ``reveal`` it only at the wire."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        hide(value)
        if "://" in value:
            hide_path(value)

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


class Source(Struct, frozen=True, kw_only=True):
    """Where articles come from: just one of ``feed`` (an HTTP(S) address), ``files`` (a glob) and ``push`` is set.

    A list (``opml``) stands for its feeds and is in no config that was loaded.
    """

    id: str
    feed: str | None = None
    files: str | None = None
    opml: str | None = None
    """A list of feeds, relative to the config's folder."""
    push: bool = False
    """Whether articles are pushed to it over HTTP."""
    every: int = 300
    """Seconds between polls."""
    zone: str = "UTC"
    fields: dict[str, str] = {}
    """Article field → dotted path in the input."""
    format: str | None = None
    publisher: str | None = None
    """Name shown for the publisher when the feed does not say."""
    lateness: int | None = None
    allow_private: bool = False
    """Whether the feed's address may be loopback or private."""
    silent: int | None = None
    """Seconds without a new article after which operators hear of it; None takes that of ``watch``."""


class Band(Struct, frozen=True, kw_only=True):
    """A severity and the value from which it holds."""

    severity: str
    threshold: float
    independent: int = 1
    """Publisher families that must tell of a happening before it counts towards this severity."""


class Filter(Struct, frozen=True, kw_only=True):
    """A tree of filters: one that asks a ``field`` to be one of ``values`` (globs), or what holds of its parts."""

    kind: Literal["is", "all", "any", "not"]
    field: str = ""
    values: tuple[str, ...] = ()
    parts: tuple[Filter, ...] = ()


class Tuning(Struct, frozen=True, kw_only=True):
    """The settings of a trigger that compares buckets of the length ``over``."""

    least: float = 3.0
    """``min``: a smaller count is never unusual."""
    h: float = 4.0
    """``surge``: where the sum of small rises speaks."""
    back: int = 0
    """``ratio`` and ``record``: buckets that a count is compared with."""


class Asset(Struct, frozen=True, kw_only=True):
    """One of our own places. ``points`` are (latitude, longitude) in degrees: one, or the waypoints of a route."""

    name: str
    kind: AssetKind
    points: tuple[tuple[float, float], ...]
    radius_km: float = 0.0
    """How far it extends from its point, or to each side of its route."""
    country: str | None = None
    note: str = ""


class Near(Struct, frozen=True, kw_only=True):
    """How near to our own places a happening must be."""

    within_km: float
    coarse: bool = False
    """Whether a happening counts of which only the country or the region is known."""
    assets: tuple[Asset, ...] = ()
    """The places that are meant."""


class Rule(Struct, frozen=True, kw_only=True):
    """What to watch. ``definition`` is the hash that its state is kept under."""

    id: str
    when: tuple[str, ...]
    """Globs over signal types; any of them suffices."""
    measure: str = "incidents"
    by: tuple[str, ...] = ()
    over: int = 86400
    trigger: Trigger = "at_least"
    tuning: Tuning | None = None
    """Of the triggers that compare buckets; None for the others."""
    bands: tuple[Band, ...] = ()
    """In rising severity, each with what its trigger asks for. ``first`` and a sequence have one band, of 1."""
    steps: tuple[Rule, ...] = ()
    """Of a sequence: what must happen, in this order, each a rule that counts happenings whole."""
    within: int = 0
    """Of a step but the first: seconds after the step before within which it must happen."""
    max_age: int | None = None
    cooldown: int = 0
    victims: tuple[str, ...] = ()
    """Victim classes to count, such as ``aid_worker``; empty for any."""
    phases: tuple[str, ...] = ()
    """Phases of an episode that make the rule speak, whether done or only announced; empty: what is done counts."""
    where: Filter | None = None
    """What a happening, and a mention of it, must be: the rule's own filters and its ``where``, all of which hold."""
    near: Near | None = None
    realis: tuple[str, ...] = ()
    """What it must be told as; empty for what took place."""
    shadow: bool = False
    """Whether it is on trial: what it says is stored and goes to nobody."""
    allow_vague: bool = True
    late: Late = "note"
    min_independent: int = 1
    """The same for the rule as a whole: the least that any of its bands asks for."""
    title: str | None = None
    """Inline Jinja source, already read when the config said ``file:``; None for the built-in."""
    text: str | None = None
    definition: str = ""


#: What an alert must be: "severity", "rule" or a key's field → any of these values. All must hold.
Match = dict[str, tuple[str, ...]]


class Grouping(Struct, frozen=True, kw_only=True):
    """What is gathered into one notification. Seconds on the journal's clock."""

    by: tuple[str, ...] = ()
    """Facts whose values tell one group from another; none: all of the route is one group."""
    wait: int = 30
    """From a group's first alert until it goes."""
    interval: int = 300
    """Least time between two notifications of one group and severity."""


class Route(Struct, frozen=True, kw_only=True):
    """A node of the tree: the first route whose ``match`` holds decides, in it the first of ``routes``, else itself."""

    match: Match = {}
    to: tuple[str, ...] = ()
    """Empty: it decides only through its ``routes``."""
    group: Grouping | None = None
    go_on: bool = False
    """Whether the routes after it are asked too."""
    routes: tuple[Route, ...] = ()


class Silence(Struct, frozen=True, kw_only=True):
    """What nobody wants to hear from ``start`` until before ``end``, in seconds."""

    id: str
    match: Match
    start: int = 0
    end: int
    comment: str = ""


class Inhibition(Struct, frozen=True, kw_only=True):
    """An open alert like ``source`` quiets those like ``target`` that have the same ``equal`` in their keys."""

    source: Match
    target: Match
    equal: tuple[str, ...] = ()


class Quiet(Struct, frozen=True, kw_only=True):
    """Hours of the day in which what is below ``override`` waits. Minutes of the day in ``zone``."""

    id: str
    match: Match = {}
    destinations: tuple[str, ...] = ()
    """Empty: all."""
    zone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """On which it begins; 0 is Monday."""
    start: int
    end: int
    """At or before ``start``: on the next day."""
    override: str


class Digest(Struct, frozen=True, kw_only=True):
    """Alerts that go once a day, together, at a minute of the day in ``zone``."""

    id: str
    match: Match
    destinations: tuple[str, ...] = ()
    """Empty: all."""
    zone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    at: int


class Destination(Struct, frozen=True, kw_only=True):
    """Where alerts go. ``kind`` names the channel's folder; ``settings`` are that channel's own."""

    id: str
    kind: str
    settings: dict[str, Any]
    """Secrets inside are wrapped in ``Secret``."""
    allow_private: bool = False
    zone: str = "UTC"
    """Of the times in its messages."""
    texts: dict[str, str] = {}
    """Rule id, or "" for any other rule → Jinja source of the text in this channel's mark-up, already read."""


class Watch(Struct, frozen=True, kw_only=True):
    """What tocsin tells its operators of itself. Durations in seconds."""

    to: tuple[str, ...]
    silent: int = 86400
    """A source without a new article."""
    lag: int = 300
    """An article that waits to be decided, or a message that waits to be sent."""
    unused: int = 7 * 86400
    """A rule that nothing which came in had to do with."""
    free: int = 500_000_000
    """Bytes left on the store's disk."""
    again: int = 6 * 3600
    """Between two messages of one trouble that stays."""


class Topics(Struct, frozen=True, kw_only=True):
    """The names of the topics, by what is in them."""

    articles: str = "articles"
    """What comes in, keyed by feed and article id; the workers that classify share its partitions."""
    reports: str = "reports"
    """The journal: one partition, whose order is the order."""
    alerts: str = "alerts"
    delivered: str = "delivered"
    snapshots: str = "snapshots"
    """Of the desks' stores, to build them anew; compacted."""
    dead_letters: str = "dead-letters"
    """What could not be read, with the reason."""


class Tls(Struct, frozen=True, kw_only=True):
    """How to speak TLS to the brokers. Paths of PEM files."""

    ca: str | None = None
    """Authorities to trust; None trusts those of the system."""
    cert: str | None = None
    key: str | None = None
    """None where the key stands in ``cert``."""
    key_password: Secret | None = None
    check_hostname: bool = True


class Sasl(Struct, frozen=True, kw_only=True):
    """Who we are to the brokers."""

    mechanism: str
    username: str
    password: Secret


class Kafka(Struct, frozen=True, kw_only=True):
    """The brokers, the topics on them, and the way in: for every client that tocsin has."""

    servers: tuple[str, ...]
    """HOST:PORT of each that may be asked first."""
    group: str = "tocsin"
    """The group that decides; another desk, with its own config and store, is another group."""
    topics: Topics = Topics()
    partitions: int = 6
    """Of articles: as many workers can classify at once."""
    replication: int | None = None
    """Copies of each topic that ``kafka init`` makes; None takes the brokers' own default."""
    session: int = 15
    """Seconds after which a silent process loses what it holds to another."""
    retention: int | None = None
    """Seconds that articles and reports are kept; None takes the config's."""
    tls: Tls | None = None
    sasl: Sasl | None = None


class Config(Struct, frozen=True, kw_only=True):
    """The whole, valid config. ``hash`` covers all that decide depends on, no secret and no address."""

    path: str
    store: str = "tocsin.db"
    sources: tuple[Source, ...] = ()
    rules: tuple[Rule, ...] = ()
    routes: tuple[Route, ...] = ()
    silences: tuple[Silence, ...] = ()
    inhibit: tuple[Inhibition, ...] = ()
    quiet_hours: tuple[Quiet, ...] = ()
    digests: tuple[Digest, ...] = ()
    destinations: tuple[Destination, ...] = ()
    lateness: int = 3600
    update_every: int = 120
    revise_for: int = 7 * 86400
    retention: int = 400 * 86400
    severities: tuple[str, ...] = ("info", "warning", "critical")
    publishers: str | None = None
    assets: tuple[Asset, ...] | None = None
    """Our own places; None when the config names no file of them."""
    listen: str | None = None
    """HOST:PORT of the daemon's HTTP server."""
    token: Secret | None = None
    """What a push must show; several with a space between while they are rotated."""
    watch: Watch | None = None
    kafka: Kafka | None = None
    owners: tuple[str, ...] = ()
    """Destinations that hear of the monitor itself, those of ``watch``."""
    hash: str = ""
