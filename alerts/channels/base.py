"""What every channel is: it gives an alert its form, sends it once, and says what the answer means.

A channel knows nothing of the outbox, of retries or of other destinations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from alerts.alert import Alert

#: ``retry`` surely did not arrive; ``uncertain`` may have; ``park`` needs its owner;
#: ``invalid`` is the fault of this payload alone.
Verdict = Literal["delivered", "retry", "park", "invalid", "uncertain"]

#: Why there is no status: nothing was sent (``unreachable``), or it was and no answer came (``lost``), or the
#: address is not allowed (``refused``).
Failure = Literal["unreachable", "lost", "refused"]


class Timeouts(Struct, frozen=True, kw_only=True):
    """Seconds to wait for a connection, and for an answer."""

    connect: float = 5.0
    read: float = 20.0


class Message(Struct, frozen=True, kw_only=True):
    """One alert for one destination."""

    id: str
    """The notification's id: the same over retries."""
    alert: Alert
    data: bytes
    """The alert's canonical bytes."""
    now: float
    """Wall clock of this attempt."""
    told_at: str | None = None
    """ISO time of the alert of the same root that this destination already got; None when it got none."""


class Payload(Struct, frozen=True, kw_only=True):
    """The bytes to send, and the headers that go with them."""

    body: bytes
    headers: dict[str, str] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """What came back. ``status`` is None when there was no answer; ``failure`` then says why."""

    status: int | None = None
    text: str = ""
    failure: Failure | None = None
    retry_after: str | None = None
    """The header as it came: seconds or an HTTP date."""

    @property
    def kept(self) -> dict[str, Any]:
        """What the delivery log keeps of it."""
        return {"status": self.status, "text": self.text}


class Channel(Protocol):
    """One kind of destination."""

    rate: float | None
    """Messages a second that the destination takes, or None for no limit."""
    burst: int
    """Messages that may go at once after a pause."""

    def render(self, message: Message) -> Payload:
        """The alert in the channel's form, inside all its limits."""
        ...

    def plain(self, message: Message) -> Payload:
        """The simplest form, for when the destination calls the first one invalid."""
        ...

    def send(self, payload: Payload) -> Answer:
        """Send once. Never raises for what the destination does."""
        ...

    def verdict(self, answer: Answer) -> Verdict:
        """What the answer means for the notification."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


_FAILURES: dict[Failure, Verdict] = {"unreachable": "retry", "lost": "uncertain", "refused": "park"}
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


def http_verdict(answer: Answer, by_text: Mapping[str, Verdict] | None = None) -> Verdict:
    """What an HTTP answer means; ``by_text`` lists bodies that say more than the status of an error does."""
    if answer.status is None:
        return _FAILURES[answer.failure or "lost"]
    by_status = _STATUSES.get(answer.status) or _CLASSES.get(answer.status // 100, "retry")
    if by_status == "delivered" or not by_text:
        return by_status
    return by_text.get(answer.text.strip(), by_status)
