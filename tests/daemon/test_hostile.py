"""Malformed and hostile pushes and feeds: each gets its answer, the daemon lives, and nothing else is lost."""

from __future__ import annotations

import contextlib
import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from daemon.hostile import FEEDS, PUSHES, RAW
from daemon.running import TOKEN, Site, address, attack, config_text, push, running, until


class Town:
    """A running daemon, whom it tells, and the config's folder."""

    def __init__(self, daemon: object, site: Site, folder: Path) -> None:
        self.daemon, self.site, self.folder = daemon, site, folder

    def lives(self, id_: str, town: str) -> None:
        """Fail unless the daemon takes in and tells news of an attack in a country of its own."""
        assert push(self.daemon, attack(id_, town, 9)).status_code == 202  # type: ignore[arg-type]
        assert until(lambda: any(a["evidence"][0]["article"] == id_ for a in self.site.arrived), 60), "nothing is told"


# --- pushes -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder, site = tmp_path_factory.mktemp("pushed"), Site()
    config = folder / "tocsin.yml"
    config.write_text(config_text(folder, site), encoding="utf-8")
    with running(config) as daemon:
        town = Town(daemon, site, folder)
        town.lives("before", "Gao, Mali")
        yield town
        assert until(lambda: daemon.gate.waiting == 0, 120), "what was pushed was never read"
        town.lives("after", "Mosul, Iraq")
    site.close()


@pytest.mark.parametrize("name", PUSHES)
def test_push_gets_its_answer(pushed: Town, name: str) -> None:
    case = PUSHES[name]
    answer = push(pushed.daemon, case.body, case.path, **case.headers)  # type: ignore[arg-type]
    assert answer.status_code == case.status, answer.text[:300]
    assert answer.headers["Content-Type"] == "application/json"
    said = answer.json()
    assert ("accepted" in said) if case.status == 202 else said["error"]
    assert len(answer.content) < 20_000
    assert TOKEN not in answer.text
    assert requests.get(address(pushed.daemon, "/healthz"), timeout=5).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("name", RAW)
def test_bytes_on_a_connection_get_an_answer_or_its_end(pushed: Town, name: str) -> None:
    data, status = RAW[name]
    host, _, port = pushed.daemon.server.address.rpartition(":")  # type: ignore[attr-defined]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        answer = b""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError, OSError):  # it may not wait for all of it
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
    found = re.match(rb"HTTP/1\.\d (\d{3})", answer)
    given = int(found[1]) if found else None
    assert given == status or (status == 431 and given is None), answer[:200]


def test_slow_clients_are_cut_off_and_hold_nobody_up(pushed: Town) -> None:
    server = pushed.daemon.server._server  # type: ignore[attr-defined]
    host, _, port = pushed.daemon.server.address.rpartition(":")  # type: ignore[attr-defined]
    deadline, server.deadline = server.deadline, 2.0
    slow = [socket.create_connection((host, int(port)), timeout=10) for _ in range(40)]
    head = b"POST /articles HTTP/1.1\r\nContent-Length: 5000\r\n\r\n"
    try:
        for connection in slow:
            connection.sendall(head[:20])
        begun, open_ = time.monotonic(), list(slow)
        while open_ and time.monotonic() - begun < 8:
            before = time.monotonic()
            assert requests.get(address(pushed.daemon, "/healthz"), timeout=5).status_code == 200  # type: ignore[arg-type]
            assert time.monotonic() - before < 1
            time.sleep(0.2)
            open_ = [connection for connection in open_ if _drips(connection)]
        assert not open_, f"{len(open_)} slow clients are still there"
    finally:
        server.deadline = deadline
        for connection in slow:
            connection.close()


def _drips(connection: socket.socket) -> bool:
    """Send a byte; whether the other side still takes it."""
    connection.setblocking(False)
    try:
        if connection.recv(100) == b"":
            return False
    except BlockingIOError:
        pass
    except OSError:
        return False
    try:
        connection.send(b"x")
    except OSError:
        return False
    return True


# --- feeds --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Source → (outcome, detail) once every hostile feed was polled, and a good one was heard beside them."""
    folder, site = tmp_path_factory.mktemp("polled"), Site()
    for n, case in enumerate(FEEDS.values()):
        site.pages[f"/{n}"] = (case.status, case.headers, case.body)
    sources = "\n".join(
        f'  - {{id: f{n}, feed: "{site.url}/{n}", every: 1h, allow_private: true}}' for n in range(len(FEEDS))
    )
    config = folder / "tocsin.yml"
    config.write_text(config_text(folder, site, sources=sources + "\n  - {id: desk, push: true}"), encoding="utf-8")

    def rows() -> dict[str, tuple[str, str]]:
        with closing(sqlite3.connect(folder / "d.db")) as db:
            found = db.execute("SELECT source, outcome, detail FROM sources").fetchall()
        return {source: (outcome, detail) for source, outcome, detail in found}

    with running(config) as daemon:
        town = Town(daemon, site, folder)
        town.lives("meanwhile", "Gao, Mali")
        assert until(lambda: len(rows()) == len(FEEDS) + 1, 150), f"only {len(rows())} were polled"
        town.lives("after", "Mosul, Iraq")
        assert until(lambda: daemon.gate.waiting == 0, 60)
        found = rows()
        with closing(sqlite3.connect(folder / "d.db")) as db:
            found |= {
                f"unreadable {place}": ("", why) for place, why in db.execute("SELECT place, why FROM unreadable")
            }
            stored = b"".join(row[0] for row in db.execute("SELECT data FROM articles"))
    site.close()
    assert b"root:" not in stored, "a file of this machine was read into an article"
    return found


@pytest.mark.parametrize("name", FEEDS)
def test_feed_is_read_or_its_trouble_named(polled: dict[str, tuple[str, str]], name: str) -> None:
    number = list(FEEDS).index(name)
    outcome, detail = polled[f"f{number}"]
    assert outcome == ("ok" if FEEDS[name].good else "failed"), detail
    assert FEEDS[name].good or detail
    assert len(detail) < 2000
