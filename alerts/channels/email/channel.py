"""E-mail through an SMTP server: one mail a message, to several people in one go."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from alerts.channels.base import Answer, Message, Payload, Timeouts, Verdict, Verdicts
from alerts.channels.dialect import HTML, PLAIN
from alerts.channels.email.form import BODY, html_of, mail, text_of
from alerts.channels.email.server import Server
from alerts.channels.http import AddressRefusedError
from alerts.channels.text import plain_text
from alerts.channels.written import Written
from alerts.config.types import Destination

_PORTS = {"smtp": 587, "smtps": 465}
_WORDS: dict[str, Verdict] = {"login": "park", "sender": "park", "recipients": "park", "content": "invalid"}
#: A refusal for now comes with 4xx; one for good has the word for what was refused.
_CLASSES: dict[int, Verdict] = {2: "delivered", 4: "retry", 5: "park"}


class Email(Written):
    """One or several addresses, reached through one mail server."""

    dialect = PLAIN
    rate = 1.0
    burst = 5
    digest_over = 15
    verdicts = Verdicts(words=_WORDS, statuses={}, classes=_CLASSES)

    def __init__(self, destination: Destination, timeouts: Timeouts) -> None:
        super().__init__(destination, timeouts)
        settings = destination.settings
        self._to: tuple[str, ...] = settings["to"]
        self._from: str = settings["from"]
        self._url = settings["smtp"]
        self._in_html = self.voice(HTML)
        self._reached: dict[str, set[str]] = {}
        """Message-ID → who took it already, while others are still to be tried again."""

    def render(self, message: Message) -> Payload:
        """A plain part and an HTML part."""
        told = self.told(message)
        html = html_of(self._in_html.told(message))
        return _mailed(mail(message, self._from, self._to, told.head, text_of(told), html))

    def plain(self, message: Message) -> Payload:
        """A plain part alone."""
        text = PLAIN.cut(plain_text(message, self.zone), BODY)
        return _mailed(mail(message, self._from, self._to, text.partition("\n")[0], text, None))

    def attempt(self, payload: Payload) -> Answer:
        """Hand the mail to the server, for everyone who has not had it."""
        parts = urlsplit(self._url.reveal())
        try:
            server = Server(
                parts.hostname or "",
                parts.port or _PORTS[parts.scheme],
                tls=parts.scheme == "smtps",
                allow_private=self.destination.allow_private,
                timeouts=self.timeouts,
            )
        except AddressRefusedError as error:
            return Answer(failure="refused", text=str(error))
        except smtplib.SMTPResponseException as error:
            return _answer(error.smtp_code, error.smtp_error, "sender")
        except (OSError, smtplib.SMTPException) as error:
            return Answer(failure="unreachable", text=f"cannot connect: {error}")
        try:
            return self._greeted(server, unquote(parts.username or ""), unquote(parts.password or "")) or self._handed(
                server, payload
            )
        except smtplib.SMTPResponseException as error:
            return _answer(error.smtp_code, error.smtp_error, "login")
        except (OSError, smtplib.SMTPException) as error:
            return Answer(failure="unreachable", text=f"no answer: {error}")
        finally:
            server.close()

    def _greeted(self, server: Server, user: str, password: str) -> Answer | None:
        """Encrypt and log in. Credentials never go in the clear over a public network."""
        server.ehlo_or_helo_if_needed()
        private = self.destination.allow_private
        if server.has_extn("starttls") and not (private and not user):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if not user:
            return None
        if not isinstance(server.sock, ssl.SSLSocket) and not private:
            return Answer(failure="refused", text="the mail server offers no TLS, and a password is not sent without")
        server.login(user, password)
        return None

    def _handed(self, server: Server, payload: Payload) -> Answer:
        reached = self._reached.get(payload.headers["Message-ID"], set())
        code, text = server.mail(self._from)
        if code != 250:
            return _answer(code, text, "sender")
        refused: dict[str, tuple[int, bytes]] = {}
        waiting = [address for address in self._to if address not in reached]
        for address in waiting:
            code, text = server.rcpt(address)
            if code not in (250, 251):
                refused[address] = (code, text)
        taken = [address for address in waiting if address not in refused]
        later = next(((code, text) for code, text in refused.values() if code // 100 == 4), None)
        if not taken:
            code, text = later or next(iter(refused.values()))
            return _answer(code, text, "recipients")
        try:
            code, text = server.data(payload.body)
        except smtplib.SMTPDataError as error:
            return _answer(error.smtp_code, error.smtp_error, "content")
        except (OSError, smtplib.SMTPException) as error:
            return Answer(failure="lost", text=f"no answer: {error}")
        if code // 100 != 2:
            return _answer(code, text, "content")
        if later:
            self._reached[payload.headers["Message-ID"]] = reached | set(taken)
            return _answer(*later, "recipients")
        self._reached.pop(payload.headers["Message-ID"], None)
        why = "".join(f"; refused for {address}: {code} {_said(text)}" for address, (code, text) in refused.items())
        return Answer(status=code, text=f"{_said(text)}{why}")


def _mailed(found: EmailMessage) -> Payload:
    return Payload(body=found.as_bytes(), headers={"Message-ID": str(found["Message-ID"])})


def _answer(code: int, text: bytes | str, word: str) -> Answer:
    return Answer(status=code if code > 0 else None, text=_said(text), word=word if code // 100 == 5 else None)


def _said(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
