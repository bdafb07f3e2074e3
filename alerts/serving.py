"""The daemon's HTTP server: ``POST /articles``, ``/healthz``, ``/readyz``, ``/metrics``; everything else is refused.

waitress takes requests in on one thread, whole, and hands them to a few others: a slow client costs memory inside the
limits and delays nobody, and is cut off when its request does not come in time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import msgspec
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from alerts.push import Gate, Reply, refusal

log = logging.getLogger("tocsin.http")
Environ = Mapping[str, Any]
#: A page that only shows: it gives (status, content type, body).
Page = Callable[[], tuple[int, str, bytes]]
_JSON = "application/json"


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, connections and threads."""

    request: float = 20.0
    """For a request to come in whole."""
    idle: int = 30
    """For a connection without one."""
    connections: int = 200
    threads: int = 6
    header_bytes: int = 16_384


class Server:
    """Listens from its making; answers once started."""

    def __init__(self, listen: str, gate: Gate, pages: Mapping[str, Page], times: Times = Times()) -> None:  # noqa: B008
        """``listen`` is HOST:PORT. Raises OSError when it cannot be had."""
        self._app = App(gate, pages)
        adjustments = Adjustments(
            listen=listen,
            ident=None,
            expose_tracebacks=False,
            threads=times.threads,
            connection_limit=times.connections,
            channel_timeout=times.idle,
            cleanup_interval=1,
            max_request_header_size=times.header_bytes,
            max_request_body_size=2 * gate.limits.body_bytes,
        )
        self._dispatcher = ThreadedTaskDispatcher()
        self._server = _Server(
            self._app, {}, dispatcher=self._dispatcher, adj=adjustments, sockinfo=adjustments.listen[0]
        )
        self._server.deadline = times.request
        self._dispatcher.set_thread_count(times.threads)
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    @property
    def address(self) -> str:
        """HOST:PORT, the port as it was given out."""
        return f"{self._server.effective_host}:{self._server.effective_port}"

    @property
    def answered(self) -> dict[int, int]:
        """Status → how many pushes got it."""
        return dict(self._app.answered)

    def start(self) -> None:
        """Begin to answer."""
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self._thread.start()

    def stop(self) -> None:
        """Take no new connection, finish the requests that are being worked on."""
        self._server.accepting = False
        self._dispatcher.shutdown(timeout=5)
        self._server.close()


class App:
    """The WSGI application."""

    def __init__(self, gate: Gate, pages: Mapping[str, Page]) -> None:
        self._gate, self._pages = gate, pages
        self.answered: dict[int, int] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        status, kind, body, headers = self._answer(environ)
        fields = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "X-Content-Type-Options": "nosniff",
            **headers,
        }
        start_response(f"{status} {HTTPStatus(status).phrase}", list(fields.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: Environ) -> tuple[int, str, bytes, dict[str, str]]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        allowed = "POST" if path == "/articles" else "GET, HEAD"
        try:
            if path == "/articles" and method == "POST":
                return _encoded(self._push(environ))
            if path != "/articles" and path not in self._pages:
                return _encoded(refusal(404, "there is /articles, " + ", ".join(sorted(self._pages))))
            if method not in allowed:
                return _encoded(refusal(405, f"{path} takes {allowed}", Allow=allowed))
            return (*self._pages[path](), {})
        except Exception:
            log.exception("%s %s failed", method, path)
            return _encoded(refusal(500, "this should not have happened; the log says more"))

    def _push(self, environ: Environ) -> Reply:
        try:
            query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=20)
        except ValueError as error:
            return refusal(400, f"the query cannot be read: {error}")
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        body = environ["wsgi.input"].read(2 * self._gate.limits.body_bytes + 1)
        reply = self._gate.push(authorization, query.get("source", [None])[0], encoding, body)
        with self._lock:
            self.answered[reply.status] = self.answered.get(reply.status, 0) + 1
        return reply


def _encoded(reply: Reply) -> tuple[int, str, bytes, dict[str, str]]:
    return reply.status, _JSON, msgspec.json.encode(reply.body) + b"\n", reply.headers


class _Error(ErrorTask):  # type: ignore[misc]
    """A request that is no request is answered in JSON like any other."""

    def execute(self) -> None:
        error = self.request.error
        body = msgspec.json.encode({"error": f"{error.reason}: {error.body}"}) + b"\n"
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", _JSON))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Error


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """waitress counts as idle only who sends nothing at all; this also cuts off who sends a little now and then."""

    channel_class = _Channel
    deadline = 20.0

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.request is not None and not channel.requests:
                begun = channel.request.__dict__.setdefault("begun_at", now)
                channel.will_close = channel.will_close or now - begun > self.deadline
