"""The local ends: a file, the terminal, ``listen`` and ``deliveries``."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.cli.deliveries import deliveries
from alerts.config.types import Destination
from alerts.deliver import Deliverer
from streams.codec import canonical

from .invented import SECRET, alert, plan, slack, states, webhook
from .receiver import Receiver, Reply

Deliver = Callable[..., Deliverer]


def file(path: Path) -> Destination:
    return Destination(id="desk", kind="file", settings={"path": str(path)})


def test_a_file_gets_one_canonical_line_an_alert(store: sqlite3.Connection, tmp_path: Path, deliver: Deliver) -> None:
    path = tmp_path / "new" / "alerts.jsonl"
    items = [alert("al_a"), alert("al_b", title="Überfall ☂")]
    plan(store, *items)
    assert deliver(file(path)).wait_idle(5)
    assert path.read_bytes() == b"".join(canonical(item) + b"\n" for item in items)


def test_a_line_that_a_crash_cut_short_spoils_only_itself(
    store: sqlite3.Connection, tmp_path: Path, deliver: Deliver
) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(b'{"id":"al_x.1","tit')
    plan(store, alert())
    assert deliver(file(path)).wait_idle(5)
    assert path.read_bytes().split(b"\n")[1] == canonical(alert())


def test_a_file_that_cannot_be_written_is_tried_again(
    store: sqlite3.Connection, tmp_path: Path, deliver: Deliver
) -> None:
    path = tmp_path / "alerts.jsonl"
    path.mkdir()
    plan(store, alert())
    deliverer = deliver(file(path))
    assert not deliverer.wait_idle(0.3)
    path.rmdir()
    assert deliverer.wait_idle(5)
    assert states(store) == [("al_one.1", "delivered")]


def test_the_terminal_shows_text_and_obeys_nothing_in_it(
    store: sqlite3.Connection, deliver: Deliver, capfd: pytest.CaptureFixture[str]
) -> None:
    plan(store, alert(title="\x1b]0;owned\x07 12 killed"))
    assert deliver(Destination(id="desk", kind="terminal", settings={})).wait_idle(5)
    shown = capfd.readouterr().out
    assert "12 killed" in shown
    assert "“Gunmen killed 5 soldiers near Varda, police said.”\nMeridian Wire, 2 Mar 09:00 UTC, https://news" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    made: list[subprocess.Popen[str]] = []

    def run(*options: str) -> tuple[str, subprocess.Popen[str]]:
        code = "from alerts.cli.listen import listen; listen()"
        command = [sys.executable, "-u", "-c", code, "--port", "0", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path)
        made.append(process)
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert found is not None
        return found.group(), process

    yield run
    for process in made:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def output(process: subprocess.Popen[str]) -> str:
    process.terminate()
    return process.communicate()[0]


def test_listen_shows_an_alert_and_whether_its_signature_holds(
    store: sqlite3.Connection,
    tmp_path: Path,
    deliver: Deliver,
    listen: Callable[..., tuple[str, subprocess.Popen[str]]],
) -> None:
    url, process = listen("--secret", SECRET, "--out", "raw.jsonl")
    other = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk"
    plan(store, alert(), to=("right", "wrong"))
    right, wrong = webhook(url, "right", secret=SECRET), webhook(url, "wrong", secret=other)
    assert deliver(right).wait_idle(5)
    assert deliver(wrong).wait_idle(5)
    shown = output(process)
    for part in ("alert.created", "CRITICAL", "12 killed in Varda", "“Gunmen killed 5 soldiers", "verified: yes"):
        assert part in shown
    assert "verified: no" in shown
    records = [json.loads(line) for line in (tmp_path / "raw.jsonl").read_text().splitlines()]
    assert json.loads(records[0]["body"])["data"]["id"] == "al_one.1"
    assert records[0]["headers"]["webhook-id"].startswith("nt_")


def test_listen_shows_slack_messages_as_slack_would(
    store: sqlite3.Connection, deliver: Deliver, listen: Callable[..., tuple[str, subprocess.Popen[str]]]
) -> None:
    url, process = listen()
    plan(store, alert(title="12 killed <!channel> \x1b[31m"))
    assert deliver(slack(url)).wait_idle(5)
    shown = output(process)
    assert "> “Gunmen killed 5 soldiers near Varda, police said.”" in shown
    assert "\x1b" not in shown


def test_listen_answers_as_it_is_told(
    store: sqlite3.Connection, deliver: Deliver, listen: Callable[..., tuple[str, subprocess.Popen[str]]]
) -> None:
    url, _ = listen("--status", "410")
    plan(store, alert())
    assert deliver(webhook(url)).wait_idle(5)
    assert states(store) == [("al_one.1", "parked")]


def test_listen_outlives_what_is_no_alert(listen: Callable[..., tuple[str, subprocess.Popen[str]]]) -> None:
    import http.client

    url, process = listen()
    for body in (b"\xff\x00 not JSON", b"[1, 2]", b'{"data": {"evidence": [7]}}', b'{"text": 1, "blocks": 3}', b""):
        connection = http.client.HTTPConnection(url.split("/")[2])
        connection.request("POST", "/", body)
        assert connection.getresponse().status == 200
    assert "not JSON" in output(process)


def test_deliveries_gives_json_lines_in_a_pipe(
    store: sqlite3.Connection, tmp_path: Path, receive: Callable[..., Receiver], deliver: Deliver
) -> None:
    receiver = receive(Reply(400, "bad"), Reply(400, "bad"))
    plan(store, alert("al_a"), alert("al_b"))
    assert deliver(webhook(receiver.url)).wait_idle(5)
    result = CliRunner().invoke(deliveries, ["--store", str(tmp_path / "store.db")])
    first, second = (json.loads(line) for line in result.output.splitlines())
    assert (first["state"], first["answer"]) == ("dead", {"status": 400, "text": "bad"})
    assert (second["state"], second["covers"], second["destination"]) == ("delivered", ["al_b.1"], "desk")
    only = CliRunner().invoke(deliveries, ["--store", str(tmp_path / "store.db"), "--state", "dead"])
    assert len(only.output.splitlines()) == 1


def test_deliveries_of_no_store_says_so(tmp_path: Path) -> None:
    missing = CliRunner().invoke(deliveries, ["--store", str(tmp_path / "missing.db")])
    assert missing.exit_code == 1
    (tmp_path / "other.db").write_bytes(b"")
    other = CliRunner().invoke(deliveries, ["--store", str(tmp_path / "other.db")])
    assert other.exit_code == 1
    assert "a store of version 0" in other.output
