"""What the incoming webhooks of chats have in common: JSON posted to one address, and an error that an answer names."""

from __future__ import annotations

from abc import abstractmethod

from msgspec.structs import replace

from alerts.channels.base import Answer, Payload, Timeouts
from alerts.channels.http import Poster
from alerts.channels.written import Written
from alerts.config.types import Destination


class Hook(Written):
    """One incoming webhook, which is one channel. It can edit nothing: updates are messages of their own."""

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        url = destination.settings["url"].reveal()
        self._poster = Poster(url, allow_private=destination.allow_private, timeouts=timeouts)

    @abstractmethod
    def word(self, answer: Answer) -> str | None:
        """The error that an answer names; None when it names none."""

    def attempt(self, payload: Payload) -> Answer:
        """Post once."""
        answer = self._poster.post(payload.body, payload.headers)
        return replace(answer, word=self.word(answer))

    def close(self) -> None:
        """Drop the connection."""
        self._poster.close()
