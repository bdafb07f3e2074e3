"""A file of JSON lines: each alert's canonical bytes, on disk before it counts as delivered."""

from __future__ import annotations

import os
from pathlib import Path

from alerts.channels.base import Answer, Channel, Message, Payload, Timeouts
from alerts.config.types import Destination
from streams.codec import canonical


class File(Channel):
    """One file, relative to the working directory; its folder is made when it is missing."""

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        self._path = Path(destination.settings["path"])

    def render(self, message: Message) -> Payload:
        """One line; of a digest one for each alert."""
        lines = [canonical(alert) for alert in message.digest] or [message.data]
        return Payload(body=b"".join(line + b"\n" for line in lines))

    def plain(self, message: Message) -> Payload:
        """The same line: a file refuses no form."""
        return self.render(message)

    def attempt(self, payload: Payload) -> Answer:
        """Append the line and wait until it is on disk."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                file.write(_line_break(file.fileno()) + payload.body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return Answer(failure="unreachable", text=str(error))
        return Answer(text="written")


def _line_break(descriptor: int) -> bytes:
    """A line break when the file ends inside a line that a crash cut short."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
