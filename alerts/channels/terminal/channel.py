"""Standard output: the alert as plain text, with nothing in it that could command the terminal."""

from __future__ import annotations

from alerts.channels.base import Answer, Message, Payload
from alerts.channels.dialect import PLAIN
from alerts.channels.text import plain_text, stamp
from alerts.channels.told import flat
from alerts.channels.written import Written

WIDEST = 100_000


class Terminal(Written):
    """The process's own standard output."""

    digest_over = None
    dialect = PLAIN

    def render(self, message: Message) -> Payload:
        """A head, the message, and an empty line after it."""
        told = self.told(message)
        return Payload(body=f"{told.head}\n{flat(told, PLAIN, WIDEST, between=chr(10))}\n\n".encode())

    def plain(self, message: Message) -> Payload:
        """The text with a line on which alert it is."""
        text = plain_text(message, self.zone)
        return Payload(body=f"{text}\n[{stamp(message.alert.at, self.zone)}, {message.alert.id}]\n\n".encode())

    def attempt(self, payload: Payload) -> Answer:
        """Print it."""
        try:
            print(payload.body.decode("utf-8"), end="", flush=True)
        except (OSError, ValueError) as error:
            return Answer(failure="unreachable", text=f"standard output: {error}")
        return Answer(text="printed")
