"""Any other service, through Apprise. What it answers is known only by what Apprise says of it: a status, or nothing.

Apprise connects by itself. Redirects are switched off, and the host of its address is checked before each send.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import msgspec

from alerts.channels.base import Answer, Message, Payload, Timeouts
from alerts.channels.dialect import PLAIN, width
from alerts.channels.http import AddressRefusedError, json_payload, resolve
from alerts.channels.text import one_line, plain_text
from alerts.channels.told import flat
from alerts.channels.written import Written
from alerts.config.types import Destination

WIDEST_TITLE = 250
WIDEST_BODY = 20_000
_STATUS = re.compile(r"error=(\d{3})\b")


class AppriseChannel(Written):
    """One address that Apprise knows."""

    dialect = PLAIN
    rate = 1.0
    burst = 3
    digest_over = 15

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        from apprise import Apprise, AppriseAsset

        _silence()
        asset = AppriseAsset(async_mode=False, http_redirects=False, secure_logging=True)
        self._service: Any = Apprise.instantiate(destination.settings["url"].reveal(), asset=asset)
        if self._service is None:
            raise ValueError(f'Apprise does not know the address of destination "{destination.id}"')
        self._service.redirects = False
        self._service.socket_connect_timeout = timeouts.connect
        self._service.socket_read_timeout = timeouts.read
        self._title = min(self._service.title_maxlen, WIDEST_TITLE)
        self._body = min(self._service.body_maxlen, WIDEST_BODY)
        self._apprise = Apprise(asset=asset)
        self._apprise.add(self._service)

    def render(self, message: Message) -> Payload:
        """A title and a body inside the service's own limits; one body where it has no titles."""
        told = self.told(message)
        head = PLAIN.fit(one_line(told.head), self._title or self._body)
        room = self._body if self._title else self._body - width(head) - 1
        body = flat(told, PLAIN, room) if room > 0 else ""
        return self._payload(message, head, body)

    def plain(self, message: Message) -> Payload:
        """The same words without a link's label."""
        head, _, body = plain_text(message, self.zone).partition("\n")
        head = PLAIN.fit(head, self._title or self._body)
        room = self._body if self._title else self._body - width(head) - 1
        return self._payload(message, head, PLAIN.fit(body, max(0, room)))

    def _payload(self, message: Message, head: str, body: str) -> Payload:
        kinds = {"cancel": "success", "update": "info"}
        kind = kinds.get(message.alert.kind) or ("failure" if message.alert.severity == "critical" else "warning")
        if not self._title:
            return json_payload({"title": "", "body": f"{head}\n{body}".strip(), "type": kind})
        return json_payload({"title": head, "body": body or head, "type": kind})

    def attempt(self, payload: Payload) -> Answer:
        """Send once, and read from the log what became of it."""
        fields = msgspec.json.decode(payload.body)
        try:
            if host := getattr(self._service, "host", None):
                resolve(host, self._service.port or 443, allow_private=self.destination.allow_private)
        except AddressRefusedError as error:
            return Answer(failure="refused", text=str(error))
        except OSError as error:
            return Answer(failure="unreachable", text=f"cannot connect: {error}")
        result = self._apprise.notify(
            body=fields["body"],
            title=fields["title"],
            notify_type=fields["type"],
            body_format="text",
            timeout=self.timeouts.connect + self.timeouts.read,
        )
        if result:
            return Answer(text="sent")
        why = " ".join(entry.message for entry in result.logs()) or "Apprise did not say why"
        found = _STATUS.search(why)
        return Answer(status=int(found[1]), text=why) if found else Answer(failure="lost", text=why)


def _silence() -> None:
    """What Apprise and those below it log tells of articles and addresses: it goes nowhere but into the answer."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logging.getLogger("urllib3").setLevel(logging.WARNING)
