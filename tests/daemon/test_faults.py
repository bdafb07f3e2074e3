"""What surrounds the monitor fails and heals: a full disk, a read-only store, DNS, the clock, a wrong config."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from alerts import logs, masking
from alerts.clock import Clock
from alerts.config.types import Secret
from alerts.steady import BELIEVED_AFTER, SteadyClock
from alerts.systemd import Notifier
from conftest import ROOT
from daemon.running import AUTHORIZED, TOKEN, Site, address, attack, news, push, running, until
from streams.sources.addresses import RefusedError, check_address
from streams.sources.session import open_session


class Process:
    """``tocsin run`` as an operator starts it."""

    def __init__(self, config: Path, **environ: str) -> None:
        command = [sys.executable, "-m", "alerts.cli", "run", "-c", str(config), "--workers", "1"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd=ROOT, text=True)
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    def says(self, words: str, seconds: float = 30) -> bool:
        return until(lambda: any(words in line for line in list(self.lines)), seconds)

    @property
    def url(self) -> str:
        assert self.says("listening on"), "".join(self.lines)
        line = next(line for line in self.lines if "listening on" in line)
        return "http://" + line.split("listening on ")[1].split('"')[0].strip()

    def push(self, body: str) -> requests.Response:
        return requests.post(f"{self.url}/articles", data=body.encode(), headers=AUTHORIZED, timeout=40)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def ids(config: Path) -> list[str]:
    with closing(sqlite3.connect(config.parent / "d.db")) as db:
        return [json.loads(row[0])["id"] for row in db.execute("SELECT data FROM articles ORDER BY seq")]


# --- the store ----------------------------------------------------------------------------------------------------


def test_full_disk_is_named_loses_nothing_and_heals(site: Site, config: Path) -> None:
    daemon = Process(config)
    try:
        assert daemon.push(attack("first", "Gao, Mali", 7)).status_code == 202
        assert until(lambda: len(site.arrived) == 1)
        size = max(path.stat().st_size for path in config.parent.glob("d.db*"))
        hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size + 4096, hard))
        answers = [daemon.push(news(f"big{n}", "Envoys met. " * 2000)) for n in range(12)]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused, "the disk was never full"
        assert "the store cannot be written" in refused[0].json()["error"]
        assert refused[0].headers["Retry-After"]
        taken = [f"big{n}" for n, answer in enumerate(answers) if answer.status_code == 202]
        assert daemon.says("cannot be written")
        assert daemon.process.poll() is None, "it died"
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert until(lambda: requests.get(f"{daemon.url}/readyz", timeout=5).status_code == 200, 20)
        assert daemon.push(attack("after", "Mosul, Iraq", 9)).status_code == 202
        assert until(lambda: site.countries() == ["ML", "IQ"]), "it did not go on"
        assert ids(config) == ["first", *taken, "after"], "what was accepted was lost"
    finally:
        code = daemon.end()
    assert code == 0, "".join(daemon.lines)
    assert not any("Traceback" in line for line in daemon.lines), "".join(daemon.lines)


@pytest.mark.parametrize(
    ("break_", "mend", "words"),
    [
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", "full"),
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF", "readonly"),
    ],
)
def test_deciding_goes_on_where_it_was_when_the_store_heals(
    site: Site, config: Path, break_: str, mend: str, words: str
) -> None:
    towns = ("Gao, Mali", "Mosul, Iraq", "Aleppo, Syria", "Kabul, Afghanistan", "Lagos, Nigeria")
    with running(config) as daemon:
        writer = daemon.monitor.store.writer  # the one connection that moves the journal
        writer.execute(break_)
        for n, town in enumerate(towns):
            assert push(daemon, attack(f"a{n}", town, 7)).status_code == 202
        assert until(lambda: daemon.trouble is not None), "the journal's writer never failed"
        assert words in str(daemon.trouble)
        assert requests.get(address(daemon, "/readyz"), timeout=5).status_code == 503
        assert site.arrived == []
        writer.execute(mend)
        assert until(lambda: len(site.arrived) == 5), f"only {len(site.arrived)} of 5 were told"
        assert until(lambda: daemon.trouble is None)
    assert sorted(site.countries()) == ["AF", "IQ", "ML", "NG", "SY"]


def test_store_that_cannot_be_opened_is_named_at_the_start(config: Path, tmp_path: Path) -> None:
    (tmp_path / "d.db").mkdir()
    daemon = Process(config)
    assert daemon.process.wait(30) == 1
    assert daemon.says("d.db: cannot be opened as a store", 5)


def test_port_that_is_taken_is_named(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"), encoding="utf-8")
        daemon = Process(config)
        assert daemon.process.wait(30) == 1
    assert daemon.says(f"cannot listen on 127.0.0.1:{port}", 5)


# --- the network --------------------------------------------------------------------------------------------------


def test_feed_whose_name_is_not_found_is_named_and_heard_once_it_is(
    site: Site, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = site.url.rpartition(":")[2]
    feed = f'  - {{id: wire, feed: "http://wire.example:{port}/feed", every: 1s, allow_private: true}}'
    config.write_text(config.read_text().replace("sources:\n", f"sources:\n{feed}\n"), encoding="utf-8")
    found, known = socket.getaddrinfo, threading.Event()

    def lookup(host: str, *rest: object, **more: object) -> object:
        if host == "wire.example" and not known.is_set():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return found("127.0.0.1" if host == "wire.example" else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    item = json.loads(attack("a1", "Gao, Mali", 7))
    site.pages["/feed"] = (200, {}, json.dumps({"items": [item]}).encode())

    def standing() -> tuple[str, str]:
        with closing(sqlite3.connect(config.parent / "d.db")) as db:
            return db.execute("SELECT outcome, detail FROM sources WHERE source = 'wire'").fetchone() or ("", "")

    with running(config):
        assert until(lambda: standing()[0] == "failed")
        assert "name resolution" in standing()[1] or "resolve" in standing()[1]
        known.set()
        assert until(lambda: site.countries() == ["ML"]), "it was not heard once its name was found"
        assert until(lambda: standing()[0] == "ok")


def test_name_that_points_inside_only_when_connecting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers the check with a public address and the connection with a private one."""
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def lookup(host: str, port: int, *rest: object, **more: object) -> object:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    connected: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket.socket, "connect", lambda self, to: connected.append(to))
    check_address("http://rebinding.example/feed", allow_private=False)
    with open_session(allow_private=False) as session, pytest.raises(RefusedError, match="private network"):
        session.get("http://rebinding.example/feed", timeout=5)
    assert connected == []


def test_connection_goes_to_the_address_that_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    found = socket.getaddrinfo

    def lookup(host: str, port: int, *rest: object, **more: object) -> object:
        asked.append(host)
        return found("127.0.0.1" if host == "wire.example" else host, port, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr("streams.sources.addresses.is_public", lambda address: True)
    site.pages["/feed"] = (200, {}, b"hello")
    with open_session(allow_private=False) as session:
        session.trust_env = False
        answer = session.get(site.url.replace("127.0.0.1", "wire.example") + "/feed", timeout=5)
    assert answer.content == b"hello"
    assert asked == ["wire.example", "127.0.0.1"], "the name was looked up again after the check"


# --- the clock ----------------------------------------------------------------------------------------------------


class Hands:
    """A wall clock to move, and time that passes."""

    def __init__(self) -> None:
        self.off, self.passed = 0.0, 0.0

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: 2e9 + self.passed + self.off, lambda: self.passed)


def test_jump_that_heals_moves_nothing_and_one_that_stays_is_believed() -> None:
    hands = Hands()
    clock = hands.clock()
    for off in (3600.0, -3600.0, 0.0):
        hands.off, hands.passed = off, hands.passed + 10
        assert clock.wall() == 2e9 + hands.passed
    hands.off = 3600.0
    clock.wall()
    hands.passed += BELIEVED_AFTER + 1
    assert clock.wall() == 2e9 + hands.passed + 3600


def test_slow_drift_is_followed() -> None:
    hands = Hands()
    clock = hands.clock()
    for n in range(100):
        hands.off, hands.passed = n * 1.0, n * 60.0
        assert clock.wall() == 2e9 + hands.passed + hands.off


def test_news_is_in_time_while_the_clock_is_an_hour_off(site: Site, config: Path) -> None:
    hands, begin = Hands(), time.time()
    start = time.monotonic()

    class Moved(Clock):
        def __init__(self) -> None:
            self._clock = SteadyClock(lambda: begin + time.monotonic() - start + hands.off, time.monotonic)

        def wall(self) -> float:
            return self._clock.wall()

    with running(config, clock=Moved()) as daemon:
        for n, (off, town) in enumerate([(0, "Gao, Mali"), (5400, "Mosul, Iraq"), (-5400, "Aleppo, Syria")]):
            hands.off = off
            push(daemon, attack(f"a{n}", town, 7))
            assert until(lambda n=n: len(site.arrived) == n + 1, 10), f"nothing was told with the clock {off} s off"  # type: ignore[misc]


# --- reload, systemd, logs ----------------------------------------------------------------------------------------


def test_wrong_config_is_refused_whole_and_a_right_one_taken_up_without_a_restart(site: Site, config: Path) -> None:
    daemon = Process(config)
    try:
        assert daemon.push(attack("a1", "Gao, Mali", 4)).status_code == 202
        good = config.read_text(encoding="utf-8")
        config.write_text(good.replace("measure: killed", "measure: kiled"), encoding="utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.says("the config was not reloaded")
        assert daemon.says("kiled")
        assert daemon.push(attack("a2", "Mosul, Iraq", 7)).status_code == 202
        assert until(lambda: site.countries() == ["IQ"]), "the old rules do not hold any more"
        other = TOKEN[::-1]
        config.write_text(good.replace("warning: 5", "warning: 3").replace(TOKEN, other), encoding="utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        assert daemon.says("reloaded: 1 sources, 1 rules")
        assert daemon.push(attack("old", "Aleppo, Syria", 4)).status_code == 401, "the old token still opens"
        shown = {"Authorization": f"Bearer {other}"}
        requests.post(f"{daemon.url}/articles", data=attack("a3", "Aleppo, Syria", 4), headers=shown, timeout=9)
        assert until(lambda: site.countries() == ["IQ", "SY"]), "the new rules do not hold"
    finally:
        assert daemon.end() == 0
    with closing(sqlite3.connect(config.parent / "d.db")) as db:
        (count,) = db.execute(
            'SELECT count(*) FROM journal WHERE CAST(data AS TEXT) LIKE \'%"command":"config"%\''
        ).fetchone()
    assert count == 2
    assert TOKEN not in "".join(daemon.lines)


def test_systemd_hears_ready_reloading_alive_and_stopping(config: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        daemon = Process(config, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000")
        heard = [manager.recv(1000).decode()]
        while "WATCHDOG=1" not in heard:
            heard.append(manager.recv(1000).decode())
        daemon.process.send_signal(signal.SIGHUP)
        while not any(line.startswith("RELOADING=1\nMONOTONIC_USEC=") for line in heard):
            heard.append(manager.recv(1000).decode())
        daemon.process.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in heard:
            heard.append(manager.recv(1000).decode())
        assert daemon.process.wait(60) == 0
    assert heard[0] == "READY=1"


def test_nobody_to_notify_is_no_trouble(tmp_path: Path) -> None:
    Notifier({}).tell("READY=1")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("READY=1")


def test_log_lines_hold_no_secret_and_no_trace() -> None:
    secret = Secret("https://hooks.example/services/T123/B456/topsecretpart")
    masking.hide("https://feeds.example/rss?key=hunter2hunter2")
    for as_json in (False, True):
        form = logs.Lines(as_json=as_json, traces=False)
        try:
            raise ValueError(f"no answer from {secret.reveal()}")
        except ValueError:
            record = logging.LogRecord(
                "tocsin", logging.ERROR, __file__, 1, "%s and key=%s failed", (secret.reveal(), "hunter2hunter2"),
                sys.exc_info(),
            )  # fmt: skip
        line = form.format(record)
        assert "topsecretpart" not in line
        assert "hunter2" not in line
        assert "Traceback" not in line
        assert "\n" not in line
        assert "ValueError" in line
    assert json.loads(line)["msg"] == "https://hooks.example*** and *** failed"


def test_feed_key_and_article_text_stay_out_of_log_store_and_status(site: Site, config: Path) -> None:
    feed = f'  - {{id: wire, feed: "{site.url}/gone?key=hunter3hunter3", every: 1s, allow_private: true}}'
    config.write_text(config.read_text().replace("sources:\n", f"sources:\n{feed}\n"), encoding="utf-8")
    site.pages["/gone"] = (200, {"Content-Encoding": "gzip"}, b"no gzip")
    daemon = Process(config)
    daemon.push(news("a1", "Quetzalcoatlus was seen. " * 3) + "\n{Quetzalcoatlus")
    assert daemon.says("source wire")
    assert daemon.end() == 0
    told = "".join(daemon.lines)
    assert "hunter3" not in told
    assert "Quetzalcoatlus" not in told
    for path in config.parent.glob("d.db*"):
        assert b"hunter3" not in path.read_bytes()
