"""What every channel is: it gives a message its form, sends it once, and says what the answer means.

A channel knows nothing of the outbox, of retries or of other destinations, and whoever drives it knows nothing of
what kind it is: limits, verdicts and secrets are the channel's own tables.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

from alerts.alert import Alert
from alerts.config.types import Destination
from alerts.masking import mask

#: ``retry`` surely did not arrive; ``uncertain`` may have; ``park`` needs its owner;
#: ``invalid`` is the fault of this payload alone.
Verdict = Literal["delivered", "retry", "park", "invalid", "uncertain"]

#: Why there is no status: nothing was sent (``unreachable``), or it was and no answer came (``lost``), or the
#: address is not allowed (``refused``).
Failure = Literal["unreachable", "lost", "refused"]


class FormError(Exception):
    """A template of the destination's owner failed. The plain form goes out instead, and the owner is told once."""


class Timeouts(Struct, frozen=True, kw_only=True):
    """Seconds to wait for a connection, and for a whole answer."""

    connect: float = 5.0
    read: float = 20.0


class Message(Struct, frozen=True, kw_only=True):
    """What one destination is to get: one alert, or a digest of several."""

    id: str
    """The notification's id: the same over retries."""
    alert: Alert
    """The alert; of a digest the newest."""
    data: bytes
    """The alert's canonical bytes."""
    now: float
    """Wall clock of this attempt."""
    told_at: str | None = None
    """ISO time of the alert of the same root that this destination already got; None when it got none."""
    before: dict[str, str] | None = None
    """The newest ``Answer.handle`` of the same root at this destination: which message to edit, or to answer."""
    digest: tuple[Alert, ...] = ()
    """The alerts that a digest covers, oldest first; empty for a message about one alert."""
    together: str | None = None
    """Why a digest's alerts were decided to go together; None where they merely waited."""


class Payload(Struct, frozen=True, kw_only=True):
    """What ``send`` takes: the bytes of one request and its headers, without any secret of the destination."""

    body: bytes
    headers: dict[str, str] = {}
    edit: bytes | None = None
    """Where an earlier message can be edited: what it is to say now. It goes first, ``body`` after it."""
    before: dict[str, str] | None = None
    """``Message.before``, for channels that edit or answer."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came back. ``status`` is None when nothing was asked or nothing answered; ``failure`` then says why."""

    status: int | None = None
    text: str = ""
    failure: Failure | None = None
    retry_after: str | None = None
    """What the destination asks for: seconds, whole or not, or an HTTP date."""
    word: str | None = None
    """The error that the body names, also under a status of success; None when it names none."""
    handle: dict[str, str] | None = None
    """What a later message of this root needs to edit or to answer this one; to be kept with the notification."""

    @property
    def kept(self) -> dict[str, Any]:
        """What the delivery log keeps of it."""
        return {"status": self.status, "text": self.text}


_STATUSES: dict[int, Verdict] = {
    401: "park",
    402: "park",
    403: "park",
    404: "park",
    405: "park",
    407: "park",
    408: "retry",
    410: "park",
    421: "retry",
    425: "retry",
    429: "retry",
    451: "park",
    504: "uncertain",  # the gateway passed it on and heard nothing
}
#: 3xx: a redirect is never followed, since it would carry the alert to an address that nobody configured.
_CLASSES: dict[int, Verdict] = {2: "delivered", 3: "park", 4: "invalid", 5: "retry"}
_FAILURES: dict[Failure, Verdict] = {"unreachable": "retry", "lost": "uncertain", "refused": "park"}


class Verdicts(Struct, frozen=True, kw_only=True):
    """What each answer means: by the error's word, else by the status, else by the status's class."""

    words: Mapping[str, Verdict] = {}
    statuses: Mapping[int, Verdict] = MappingProxyType(_STATUSES)
    classes: Mapping[int, Verdict] = MappingProxyType(_CLASSES)

    def of(self, answer: Answer) -> Verdict:
        """The verdict. An error that nobody knows under a status of success is the fault of the payload."""
        if answer.word is not None and answer.word in self.words:
            return self.words[answer.word]
        if answer.status is None:
            return _FAILURES[answer.failure] if answer.failure else "delivered"
        by_status = self.statuses.get(answer.status) or self.classes.get(answer.status // 100, "retry")
        return "invalid" if by_status == "delivered" and answer.word else by_status


#: The most of an answer that is kept and logged.
ANSWER_CHARACTERS = 500


class Channel(ABC):
    """One destination of one kind. Not for use from several threads."""

    in_flight: ClassVar[int] = 1
    """Messages that may be on their way at once, of different roots; each is sent by a channel object of its own."""
    digest_over: ClassVar[int | None] = None
    """How many may wait before they go as digests; None for a destination that gets every alert by itself."""
    rate: ClassVar[float | None] = None
    """Messages a second that the destination takes, or None for no limit."""
    burst: ClassVar[int] = 1
    """Messages that may go at once after a pause."""
    digest_most: ClassVar[int] = 40
    """The most alerts that one digest can list with their ids."""
    grouped: ClassVar[bool] = True
    """Whether alerts that were decided to go together can; else each goes by itself."""
    verdicts: ClassVar[Verdicts] = Verdicts()

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        self.destination = destination
        self.timeouts = timeouts

    @abstractmethod
    def render(self, message: Message) -> Payload:
        """The message in the channel's form, inside all its limits. Raises FormError."""

    @abstractmethod
    def plain(self, message: Message) -> Payload:
        """The simplest form, for when the first cannot be made or the destination calls it invalid."""

    @abstractmethod
    def attempt(self, payload: Payload) -> Answer:
        """Send once, for ``send``: the answer may be long and may repeat a secret."""

    @property
    def together(self) -> int | None:
        """How many alerts at most one message can carry that were decided to go together."""
        return self.digest_most if self.grouped else None

    def send(self, payload: Payload) -> Answer:
        """Send once. Never raises for what the destination does; no secret stands in the answer."""
        answer = self.attempt(payload)
        word = None if answer.word is None else mask(answer.word)[:ANSWER_CHARACTERS]
        return replace(answer, text=mask(answer.text)[:ANSWER_CHARACTERS], word=word)

    def verdict(self, answer: Answer) -> Verdict:
        """What the answer means for the notification."""
        return self.verdicts.of(answer)

    def close(self) -> None:  # noqa: B027 (most hold nothing open)
        """Let go of connections."""
