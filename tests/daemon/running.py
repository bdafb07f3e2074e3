"""A daemon that runs inside the test's process, and those it talks to: a webhook that remembers, a feed to write."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from alerts.clock import Clock
from alerts.config import load
from alerts.daemon import Daemon
from alerts.monitor import Monitor

TOKEN = "an-invented-token-of-some-length"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


class Site:
    """Serves what tests put under a path, and remembers the alerts that are posted to it."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.arrived: list[dict[str, Any]] = []
        self.at: dict[str, float] = {}
        self.status = 200
        self.keeps = True
        """False: of what arrives only the time is kept, for long runs."""
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                status, headers, body = site.pages.get(self.path.partition("?")[0], (404, {}, b""))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def do_POST(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
                if site.status == 200:
                    if site.keeps:
                        site.arrived.append(data)
                    for evidence in data.get("evidence", ()):
                        site.at.setdefault(evidence["article"], time.perf_counter())
                self.send_response(site.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def countries(self) -> list[str]:
        """The country of each alert that came."""
        return [alert["key"].get("country", "") for alert in self.arrived]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def config_text(folder: Path, site: Site, **more: str) -> str:
    """A config that alerts for five killed in a country, with more top-level keys as YAML."""
    sources = more.pop("sources", "  - {id: desk, push: true}")
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f"""
store: {folder}/d.db
listen: 127.0.0.1:0
token: {TOKEN}
sources:
{sources}
rules:
  - {{id: deadly, when: ["attack.*", "casualty.*"], measure: killed, by: [country], severity: {{warning: 5}}}}
update_every: 1s
routes:
  - {{to: hook}}
destinations:
  hook: {{webhook: "{site.url}/in", allow_private: true}}
{extra}"""


@contextlib.contextmanager
def running(path: Path, *, clock: Clock | None = None, workers: int = 0) -> Iterator[Daemon]:
    """The daemon of a config, until the block ends."""
    with Monitor(load(path, {}), Path(load(path, {}).store), deliver=True, workers=workers, clock=clock) as monitor:
        daemon = Daemon(monitor, clock=clock)
        thread = threading.Thread(target=daemon.run, daemon=True)
        thread.start()
        assert until(lambda: daemon.ready), "the daemon never got ready"
        try:
            yield daemon
        finally:
            daemon.stop()
            thread.join(60)
            assert not thread.is_alive(), "the daemon did not stop"


def address(daemon: Daemon, path: str = "/articles") -> str:
    assert daemon.server is not None
    return f"http://{daemon.server.address}{path}"


def push(daemon: Daemon, body: bytes | str, path: str = "/articles", **headers: str) -> requests.Response:
    data = body.encode() if isinstance(body, str) else body
    return requests.post(address(daemon, path), data=data, headers={**AUTHORIZED, **headers}, timeout=30)


def news(id_: str, text: str) -> str:
    """An article of now, as a line."""
    return json.dumps({"id": id_, "body": text, "published": datetime.now(UTC).isoformat(), "source": f"Paper {id_}"})


def attack(id_: str, town: str, killed: int) -> str:
    return news(id_, f"Gunmen ambushed an army patrol in {town} on {datetime.now(UTC):%A}, killing {killed} soldiers.")


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False
