"""One request over HTTP or HTTPS, exactly the bytes given, with no redirect, no proxy and no internal address.

The host is resolved once, every address is checked, and the connection goes to a checked address, so a name cannot
point elsewhere between the check and the connection. A connection is kept, for a few seconds, only to a receiver that
knows a repeat by its id: a POST that fails because the other side had closed cannot be told from one that arrived.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import time
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from msgspec.structs import replace

from alerts.channels.base import Answer, Payload, Timeouts
from streams.codec import canonical
from streams.sources.addresses import is_public

USER_AGENT = "tocsin/0.1"
KEEP_IDLE_SECONDS = 4.0
ANSWER_BYTES = 65_536


class AddressRefusedError(Exception):
    """The host resolves to an address that is not public."""


def json_payload(body: object, edit: object = None, before: dict[str, str] | None = None) -> Payload:
    """A payload of canonical JSON."""
    return Payload(
        body=canonical(body),
        headers={"Content-Type": "application/json; charset=utf-8"},
        edit=None if edit is None else canonical(edit),
        before=before,
    )


class Poster:
    """Posts to one address and to what lies under it. Not for use from several threads."""

    def __init__(self, url: str, *, allow_private: bool, timeouts: Timeouts, repeatable: bool = False) -> None:
        """``repeatable``: the receiver knows a repeated request by an id in it, so that one may be sent again."""
        self._repeatable = repeatable
        self._parts = urlsplit(url)
        self._allow_private = allow_private
        self._timeouts = timeouts
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0
        self._tls = ssl.create_default_context() if self._parts.scheme == "https" else None

    def post(
        self, body: bytes, headers: Mapping[str, str], *, method: str = "POST", under: str = "", query: str = ""
    ) -> Answer:
        """Send the body once and give the answer, or say why there is none.

        ``under`` is appended to the address's path, ``query`` to its query. The answer may repeat a secret.
        """
        asked = (method, _target(self._parts, under, query), body, headers)
        kept = self._connection
        try:
            return self._once(*asked)
        except (ConnectionResetError, BrokenPipeError) as error:
            if kept is None or kept is not self._connection:
                return self._lost(error)
        except (OSError, http.client.HTTPException) as error:
            return self._lost(error)
        self.close()
        try:  # it had been closed meanwhile
            return self._once(*asked)
        except (OSError, http.client.HTTPException) as error:
            return self._lost(error)

    def _once(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            connection = self._connected()
        except AddressRefusedError as error:
            return Answer(failure="refused", text=str(error))
        except (OSError, ValueError) as error:
            self.close()
            return Answer(failure="unreachable", text=f"cannot connect: {error}")
        answer = self._exchange(connection, method, target, body, headers)
        self._used_at = time.monotonic()
        if not self._repeatable:
            self.close()
        return answer

    def _lost(self, error: Exception) -> Answer:
        self.close()
        return Answer(failure="lost", text=f"no answer: {error or type(error).__name__}")

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        sock = connection.sock
        sock.settimeout(self._timeouts.read)
        until = time.monotonic() + self._timeouts.read
        connection.response_class = partial(_Timely, until=until)  # type: ignore[assignment]
        connection.request(method, target, body=body, headers={"User-Agent": USER_AGENT, **headers})
        response = connection.getresponse()
        answer = Answer(status=response.status, text="", retry_after=response.getheader("Retry-After"))
        try:
            text = response.read(ANSWER_BYTES).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self.close()  # the status has said what there is to know
            return answer
        if response.will_close or not response.isclosed():
            self.close()
        return replace(answer, text=text)

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is not None and not self._stale(self._connection):
            return self._connection
        self.close()
        host, port = self._parts.hostname or "", self._parts.port or (443 if self._parts.scheme == "https" else 80)
        sock = connected_socket(host, port, allow_private=self._allow_private, timeout=self._timeouts.connect)
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_hostname=host)
        except OSError:
            sock.close()
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        kind = http.client.HTTPConnection if self._tls is None else http.client.HTTPSConnection
        self._connection = kind(host, port)
        self._connection.sock = sock
        return self._connection

    def _stale(self, connection: http.client.HTTPConnection) -> bool:
        if connection.sock is None or time.monotonic() - self._used_at > KEEP_IDLE_SECONDS:
            return True
        readable, _, _ = select.select([connection.sock], [], [], 0)
        return bool(readable)


class _Timely(http.client.HTTPResponse):
    """A response that must have come whole by a steady time, however slowly its bytes drip."""

    def __init__(self, sock: socket.socket, *args: Any, until: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        plain, self.fp = self.fp, io.BufferedReader(Deadline(sock, until))
        plain.close()


class Deadline(io.RawIOBase):
    """Reads a socket until a steady time, also when the connection that it belongs to has let go of it."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        self._bytes = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or raise TimeoutError when the time is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._sock.settimeout(left)
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._bytes.close()
        super().close()


def connected_socket(host: str, port: int, *, allow_private: bool, timeout: float) -> socket.socket:
    """A connection to a checked address of a host. Raises AddressRefusedError or OSError."""
    return _open(resolve(host, port, allow_private=allow_private), port, timeout)


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


def _target(parts: SplitResult, under: str, query: str) -> str:
    """What the request line asks for, with anything that may not stand there encoded."""
    target = quote((parts.path.rstrip("/") if under else parts.path) + under or "/", safe="/%:@!$&'()*+,;=~")
    asked = "&".join(filter(None, (parts.query, query)))
    return target + ("?" + quote(asked, safe="/%:@!$&'()*+,;=~?") if asked else "")
