"""A real HTTP receiver on 127.0.0.1 that answers as it was told and remembers what came."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the answer; the request has been remembered by then."""
    reset: bool = False
    """Take the request, then break the connection instead of answering."""
    drip: float = 0.0
    """Seconds between the bytes of the answer."""
    cut: bool = False
    """Break the connection in the middle of the body."""
    protocol: str = "HTTP/1.1"
    """After an answer in HTTP/1.0 the connection is closed."""
    closes: bool = False
    """Close the connection after the answer, without having said so."""


@dataclass
class Request:
    at: float
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def alert(self) -> str:
        return str(self.json["data"]["id"])


class Receiver:
    def __init__(self, *script: Reply, then: Reply | None = None) -> None:
        self.script = list(script)
        self.then = then or Reply()
        self.cases: dict[str, Reply] = {}
        """First part of a path → what every request under it gets."""
        self.choose: Callable[[Request], Reply] | None = None
        """What a request gets, by what it says."""
        self.requests: list[Request] = []
        self._came = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.answer(self, Request(time.time(), self.path, headers, body, self.command))

            do_PATCH = do_POST  # noqa: N815 (the standard library's name)

            def do_GET(self) -> None:
                outer.answer(self, Request(time.time(), "GET " + self.path, {}, b""))

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/in"

    def answer(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        with self._came:
            reply = self.choose(request) if self.choose else self.cases.get(request.path.split("/")[1])
            if reply is None:
                reply = self.script.pop(0) if self.script else self.then
            self.requests.append(request)
            self._came.notify_all()
        time.sleep(reply.delay)
        if reply.reset:
            _break(handler)
            return
        body = reply.body.encode()
        if reply.drip:
            _drip(handler, reply, body)
            return
        handler.protocol_version = reply.protocol
        handler.close_connection |= reply.closes or reply.protocol == "HTTP/1.0"
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.status != 204:
            handler.send_header("Content-Length", str(len(body) + (1000 if reply.cut else 0)))
        handler.end_headers()
        if reply.status != 204:
            handler.wfile.write(body)
        if reply.cut:
            handler.wfile.flush()
            time.sleep(0.05)
            _break(handler)

    def wait(self, count: int, timeout: float = 10) -> list[Request]:
        """The requests, once ``count`` have come."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.requests) >= count, timeout), (
                f"{len(self.requests)} of {count} requests came within {timeout} s"
            )
            return list(self.requests)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _break(handler: BaseHTTPRequestHandler) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.shutdown(socket.SHUT_RD)
    handler.connection.close()
    handler.close_connection = True


def _drip(handler: BaseHTTPRequestHandler, reply: Reply, body: bytes) -> None:
    """The answer byte by byte, until the other side has enough."""
    handler.close_connection = True
    head = f"HTTP/1.1 {reply.status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for byte in head + body:
        try:
            handler.wfile.write(bytes([byte]))
        except OSError:
            return
        time.sleep(reply.drip)
