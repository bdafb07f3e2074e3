"""Standard output: the alert as plain text, with nothing in it that could command the terminal."""

from __future__ import annotations

from alerts.channels.base import Answer, Channel, Message, Payload, Timeouts
from alerts.channels.text import plain_text, stamp
from alerts.config.types import Destination


class Terminal(Channel):
    """The process's own standard output."""

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        pass

    def render(self, message: Message) -> Payload:
        """The text with a line on which alert it is, and an empty line after it."""
        alert = message.alert
        text = f"{plain_text(alert, message.told_at)}\n[{stamp(alert.at)}, {alert.id}]\n\n"
        return Payload(body=text.encode("utf-8"))

    def plain(self, message: Message) -> Payload:
        """The same text: a terminal refuses no form."""
        return self.render(message)

    def send(self, payload: Payload) -> Answer:
        """Print it."""
        try:
            print(payload.body.decode("utf-8"), end="", flush=True)
        except (OSError, ValueError) as error:
            return Answer(failure="unreachable", text=f"standard output: {error}")
        return Answer(text="printed")
