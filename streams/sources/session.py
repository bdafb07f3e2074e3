"""How do requests reach only where they may? A name is looked up once for a connection, and that goes to an address
that was checked: it cannot point elsewhere between the check and the connection.
"""

from __future__ import annotations

import socket
from typing import Any

import requests
import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection

from streams.sources.addresses import public_addresses


def open_session(*, allow_private: bool) -> requests.Session:
    """A session whose direct connections go to public addresses only, unless private ones are allowed.

    A proxy that the environment names is used as always, and is then the one who looks names up. No ``.netrc`` is.
    """
    session = requests.Session()
    session.auth = _no_auth
    if not allow_private:
        adapter = _GuardedAdapter()
        session.mount("http://", adapter)
        session.mount("https://", adapter)
    return session


def _no_auth(request: Any) -> Any:
    return request


class _Guarded(HTTPConnection):
    """Connects to an address that was checked."""

    def _new_conn(self) -> socket.socket:
        failure: Exception = OSError("the host has no address")
        for address in public_addresses(self.host, self.port):
            try:
                return create_connection((address, self.port), self.timeout, socket_options=self.socket_options)
            except OSError as error:
                failure = error
        raise urllib3.exceptions.NewConnectionError(self, f"cannot connect: {failure}") from failure


class _GuardedTLS(_Guarded, HTTPSConnection):
    """The same over TLS, with the certificate checked against the name."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _PoolTLS(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


class _GuardedAdapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}
