"""Talking to a mail server: over a connection to a checked address, every answer by a deadline."""

from __future__ import annotations

import io
import smtplib
import socket
import ssl
import time
from typing import Any

from alerts.channels.base import Timeouts
from alerts.channels.http import Deadline, connected_socket


class Server(smtplib.SMTP):
    """An SMTP connection that has ``timeouts.read`` seconds in all."""

    def __init__(self, host: str, port: int, *, tls: bool, allow_private: bool, timeouts: Timeouts) -> None:
        """Connects. Raises OSError, AddressRefusedError or SMTPException."""
        self._tls = ssl.create_default_context() if tls else None
        self._private = allow_private
        self._until = time.monotonic() + timeouts.read
        self.file: Any = None
        super().__init__(host, port, local_hostname="localhost", timeout=timeouts.connect)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = connected_socket(host, port, allow_private=self._private, timeout=timeout)
        sock.settimeout(max(0.01, self._until - time.monotonic()))
        return sock if self._tls is None else self._tls.wrap_socket(sock, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        """The server's next reply."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(Deadline(self.sock, self._until))
        return super().getreply()
