"""Alert and Notification, field for field the contract's forms. Times are ISO 8601 strings in UTC."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from alerts import wording
from streams.article import EventTime, Stance

Kind = Literal["alert", "update", "cancel"]
DeliveryState = Literal["planned", "sending", "delivered", "superseded", "parked", "dead"]


class Range(Struct, frozen=True, kw_only=True):
    """A toll: ``low`` and ``high`` are inclusive, None is open."""

    low: int | float | None
    high: int | float | None
    as_of: str | None = None


class Claim(Struct, frozen=True, kw_only=True):
    """One figure as one source gave it."""

    speaker: str | None
    source: str
    low: int | float | None
    high: int | float | None
    at: str | None
    measure: str = "killed"
    void: bool = False
    """Whether it was taken back."""
    stance: Stance = "asserted"
    """``denial`` when it says that this did not happen, or not by the hand that was named: its figure never counts."""


class IncidentView(Struct, frozen=True, kw_only=True):
    """An incident or episode as an alert shows it."""

    id: str
    type: str
    killed: Range | None = None
    wounded: Range | None = None
    hostages: Range | None = None
    victims: list[dict[str, Any]] = []
    actors: list[dict[str, Any]] = []
    place: dict[str, Any] | None = None
    event_time: EventTime = EventTime()
    status: Literal["claimed", "confirmed", "disputed", "retracted"] = "claimed"
    claims: list[Claim] = []
    first_seen: str | None = None
    confidence: float = 0.5
    phase: str | None = None
    facets: list[dict[str, Any]] = []


class Measure(Struct, frozen=True, kw_only=True):
    """What the rule measured, and the threshold of the band it reached."""

    name: str
    value: int | float
    low: int | float | None
    high: int | float | None
    threshold: int | float | None
    expected: float | msgspec.UnsetType = msgspec.UNSET
    """What was to be expected, of triggers that compare with the past: of a record the highest before."""
    observed: int | float | msgspec.UnsetType = msgspec.UNSET
    p: float | msgspec.UnsetType = msgspec.UNSET
    """How often so much comes by chance."""
    basis: str | msgspec.UnsetType = msgspec.UNSET
    """The same in words, or how far back the knowledge of a ``first`` goes."""


class Change(Struct, frozen=True, kw_only=True):
    """What an update changed, and on whose word."""

    field: str
    from_: Any = msgspec.field(name="from", default=None)
    to: Any = None
    because: str

    @property
    def text(self) -> str:
        """ "killed 10 → 12 (Reuters, 14:05)"."""
        return f"{self.said} ({self.because})"

    @property
    def said(self) -> str:
        """ "killed 10 → 12"."""
        return wording.change(self.field, self.from_, self.to)


class Evidence(Struct, frozen=True, kw_only=True):
    """A sentence as it was printed, with where it stands and the hash of the text it stands in."""

    article: str
    source: str
    url: str | None
    published: str | None
    field: Literal["title", "body"]
    start: int
    end: int
    sentence: str
    signal: str
    sha256: str
    title: str = ""


class Sources(Struct, frozen=True, kw_only=True):
    """Publisher families with reprints collapsed, and the reprints."""

    independent: int
    publishers: list[str]
    reprints: int


class Excluded(Struct, frozen=True, kw_only=True):
    """A tempting phrase that was left out, and why."""

    sentence: str
    reason: str
    article: str


class Step(Struct, frozen=True, kw_only=True):
    """One step of a sequence, with the sentence that tells of it."""

    incident: str
    type: str
    event_time: EventTime
    order: Literal["then", "may precede"] | None
    """How it follows the step before: surely, or as far as the texts leave it open; None for the first step."""
    evidence: Evidence | None


class NearView(Struct, frozen=True, kw_only=True):
    """One of our own places near an incident."""

    asset: str
    kind: str
    km: float | None
    """From its edge to the incident's place; None where only the country is known."""
    radius_km: float | None
    """How sure the incident's place is."""
    incident: str
    nth: int
    """The how-manieth within ``within_km`` in the ``over`` seconds up to it."""
    over: int
    within_km: float
    note: str = ""


class Alert(Struct, frozen=True, kw_only=True):
    """A fired decision as a channel-neutral text with its evidence."""

    id: str
    root: str
    revision: int
    rule: str
    severity: str
    kind: Kind
    key: dict[str, str]
    at: str
    window: dict[str, str | None]
    title: str = ""
    text: str = ""
    own_text: bool = False
    """Whether the text is of the rule's own template; else a channel may say the same in its own form."""
    measure: Measure
    readback: str = ""
    incidents: list[IncidentView] = []
    changed: list[Change] = []
    evidence: list[Evidence] = []
    sources: Sources
    excluded: list[Excluded] = []
    excluded_total: int = 0
    coverage: dict[str, str | None] = {}
    sequence: list[Step] | UnsetType = UNSET
    """The steps of a sequence in their order. Only alerts of such a rule have this and ``denials``."""
    denials: list[Evidence] | UnsetType = UNSET
    shadow: bool | UnsetType = UNSET
    """True of a rule on trial: it was decided and stored, and goes to nobody."""
    near: list[NearView] | UnsetType = UNSET
    """Our own places near its incidents, the newest incident first. Only alerts of rules with ``near`` have this."""


class Notification(Struct, frozen=True, kw_only=True):
    """What one destination gets. The id is the same over retries: it is the webhook's idempotency key."""

    id: str
    destination: str
    root: str | None
    """None for a digest, which speaks of several."""
    covers: list[str]
    kind: Literal["alert", "update", "cancel", "digest"]
    state: DeliveryState = "planned"
    attempts: int = 0
    not_before: str | None = None
    answer: dict[str, Any] | None = None
    superseded_by: str | None = None
    digest: str | None = None
    """The digest that carried it, where it did not go by itself."""
