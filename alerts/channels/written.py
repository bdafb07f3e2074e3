"""What the channels that people read have in common: a dialect, a zone, and templates of the destination's owner."""

from __future__ import annotations

from typing import ClassVar

from alerts.channels.base import Channel, FormError, Message, Timeouts
from alerts.channels.dialect import Dialect
from alerts.channels.told import Style, Told, tell
from alerts.config.types import Destination
from alerts.render import Templates, told_variables
from alerts.sandbox import RenderError


class Voice:
    """Tells the messages of one destination in one dialect."""

    def __init__(self, destination: Destination, style: Style) -> None:
        self._name = destination.id
        self._style = style
        self._texts = destination.texts
        self._templates = Templates(style.dialect) if destination.texts else None

    def told(self, message: Message) -> Told:
        """The message in pieces. Raises FormError when the destination's template for it fails."""
        return tell(message, self._style, self._own(message))

    def _own(self, message: Message) -> str | None:
        rule = message.alert.rule
        source = self._texts.get(rule, self._texts.get(""))
        if source is None or self._templates is None or message.digest:
            return None
        try:
            text = self._templates.run(source, told_variables(message.alert, message.told_at)).strip()
            if not text:
                raise RenderError("the text is empty")
        except RenderError as failed:
            place = f" at line {failed.line}" if failed.line else ""
            raise FormError(
                f'the text template of destination "{self._name}" for rule "{rule}" failed{place}: {failed.message}'
            ) from failed
        return text


class Written(Channel):
    """A channel that people read."""

    digest_over: ClassVar[int | None] = 10
    dialect: ClassVar[Dialect]
    lead_width: ClassVar[int] = 5000
    digest_width: ClassVar[int] = 240

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        self.zone = destination.zone
        self._voice = self.voice(self.dialect)

    def voice(self, dialect: Dialect) -> Voice:
        """How this destination is told in a dialect."""
        style = Style(dialect=dialect, zone=self.zone, lead_width=self.lead_width, digest_width=self.digest_width)
        return Voice(self.destination, style)

    def told(self, message: Message) -> Told:
        """The message in pieces. Raises FormError when the destination's template for it fails."""
        return self._voice.told(message)
