"""What the channels that people read have in common: a dialect, a zone, and templates of the destination's owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from alerts.channels.base import Channel, FormError, Message, Timeouts
from alerts.channels.dialect import Dialect
from alerts.channels.told import Style, Told, tell
from alerts.config.types import Destination
from alerts.render import Templates, told_variables
from alerts.sandbox import RenderError


class Written(Channel):
    """A channel that people read."""

    digest_over: ClassVar[int | None] = 10
    dialect: ClassVar[Dialect]
    lead_width: ClassVar[int] = 5000
    digest_width: ClassVar[int] = 240

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        self.zone = destination.zone
        self._style = Style(
            dialect=self.dialect, zone=self.zone, lead_width=self.lead_width, digest_width=self.digest_width
        )
        self._texts: Mapping[str, str] = destination.texts
        self._templates = Templates(self.dialect) if destination.texts else None

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
        except RenderError as failed:
            place = f" at line {failed.line}" if failed.line else ""
            name = self.destination.id
            raise FormError(
                f'the text template of destination "{name}" for rule "{rule}" failed{place}: {failed.message}'
            ) from failed
        if not text:
            raise FormError(f'the text template of destination "{self.destination.id}" for rule "{rule}" gave nothing')
        return text
