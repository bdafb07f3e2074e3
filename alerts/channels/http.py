"""One POST over HTTP or HTTPS, exactly the bytes given, with no redirect, no proxy and no internal address.

The host is resolved once, every address is checked, and the connection goes to a checked address, so a name cannot
point elsewhere between the check and the connection. A connection is kept for a few seconds and never reused when
the other side has closed it: a POST that fails on a stale connection could not be told from one that arrived.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
import time
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from alerts.channels.base import Answer, Payload, Timeouts
from streams.sources.addresses import is_public

USER_AGENT = "tocsin/0.1"
KEEP_IDLE_SECONDS = 4.0
ANSWER_BYTES = 16_384
ANSWER_CHARACTERS = 500


class AddressRefusedError(Exception):
    """The host resolves to an address that is not public."""


class Poster:
    """Posts to one URL. Not for use from several threads."""

    def __init__(self, url: str, *, allow_private: bool, timeouts: Timeouts) -> None:
        self._parts = urlsplit(url)
        self._allow_private = allow_private
        self._timeouts = timeouts
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0
        self._hidden = _secret_parts(url, self._parts)
        self._target = _target(self._parts)
        self._tls = ssl.create_default_context() if self._parts.scheme == "https" else None

    def post(self, payload: Payload) -> Answer:
        """Send the payload once and give the answer, or say why there is none."""
        try:
            connection = self._connected()
        except AddressRefusedError as error:
            return Answer(failure="refused", text=str(error))
        except (OSError, ValueError) as error:
            self.close()
            return Answer(failure="unreachable", text=self._redacted(f"cannot connect: {error}"))
        try:
            answer = self._exchange(connection, payload)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(failure="lost", text=self._redacted(f"no answer: {error or type(error).__name__}"))
        self._used_at = time.monotonic()
        return answer

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, connection: http.client.HTTPConnection, payload: Payload) -> Answer:
        connection.request(
            "POST", self._target, body=payload.body, headers={"User-Agent": USER_AGENT, **payload.headers}
        )
        response = connection.getresponse()
        answer = Answer(status=response.status, text="", retry_after=response.getheader("Retry-After"))
        try:
            body = response.read(ANSWER_BYTES)
        except (OSError, http.client.HTTPException):
            self.close()  # the status has said what there is to know
            return answer
        if response.will_close or not response.isclosed():
            self.close()
        text = self._redacted(body.decode("utf-8", "replace"))[:ANSWER_CHARACTERS]
        return Answer(status=answer.status, text=text, retry_after=answer.retry_after)

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is not None and not self._stale(self._connection):
            return self._connection
        self.close()
        host, port = self._parts.hostname or "", self._parts.port or (443 if self._parts.scheme == "https" else 80)
        sock = _open(resolve(host, port, allow_private=self._allow_private), port, self._timeouts.connect)
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_hostname=host)
        except OSError:
            sock.close()
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(self._timeouts.read)
        kind = http.client.HTTPConnection if self._tls is None else http.client.HTTPSConnection
        self._connection = kind(host, port)
        self._connection.sock = sock
        return self._connection

    def _stale(self, connection: http.client.HTTPConnection) -> bool:
        if connection.sock is None or time.monotonic() - self._used_at > KEEP_IDLE_SECONDS:
            return True
        readable, _, _ = select.select([connection.sock], [], [], 0)
        return bool(readable)

    def _redacted(self, text: str) -> str:
        for secret in self._hidden:
            text = text.replace(secret, "***")
        return text


def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The addresses of a host. Raises AddressRefusedError when one is not public, OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not allow_private and not is_public(address):
            raise AddressRefusedError(
                "the host resolves to an internal address; set allow_private: true at the destination if it is meant"
            )
    return addresses


def _open(addresses: list[str], port: int, timeout: float) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            failure = error
    raise failure or OSError("the host has no address")


def _target(parts: SplitResult) -> str:
    """What the request line asks for, with anything that may not stand there encoded."""
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    return target + ("?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?") if parts.query else "")


def _secret_parts(url: str, parts: SplitResult) -> list[str]:
    """What of a URL must not come back in an answer that is kept: it, its path, long path parts and query values."""
    pieces = {url, parts.password or ""}
    if len(parts.path) > 1:
        pieces.add(parts.path)
    pieces.update(piece for piece in parts.path.split("/") if len(piece) >= 6)
    pieces.update(value for _, value in parse_qsl(parts.query) if len(value) >= 6)
    return sorted((piece for piece in pieces if piece), key=lambda piece: (-len(piece), piece))
