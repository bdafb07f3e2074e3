"""What is systemd told? Ready, reloading, still alive, stopping; over the socket that NOTIFY_SOCKET names, if any."""

from __future__ import annotations

import os
import socket
import time


class Notifier:
    """Tells the service manager; does nothing where there is none."""

    def __init__(self, environ: dict[str, str] | os._Environ[str] = os.environ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        usec = environ.get("WATCHDOG_USEC", "")
        mine = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._every = int(usec) / 2e6 if usec.isdecimal() and mine else None
        self._alive_at = 0.0

    def tell(self, *lines: str) -> None:
        """Send assignments such as READY=1. A manager that does not listen is no reason to stop."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.connect(address)
                sock.send("\n".join(lines).encode())
        except OSError:
            pass

    def reloading(self) -> None:
        """A reload has begun; READY=1 says that it is over."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        """Pat the watchdog, as often as it wants."""
        if self._every is not None and time.monotonic() - self._alive_at >= self._every:
            self._alive_at = time.monotonic()
            self.tell("WATCHDOG=1")
