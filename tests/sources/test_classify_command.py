"""``tocsin classify`` as a pipe sees it: order, exit codes, what goes to which stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.cli.common import OK, UNREADABLE

AMBUSH = {"title": "Ambush", "body": "Gunmen ambushed an army patrol near Baghdad on Sunday, killing four soldiers."}
FEVER = {"title": "Fever", "body": "Covid-19 has killed over 90 people in the province."}


def run(*arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "alerts.cli", "classify", *arguments],
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "f.jsonl"
    rows = [{"id": f"a{n}", "published": "2031-03-02T09:00:00Z", **(AMBUSH if n % 2 else FEVER)} for n in range(4)]
    path.write_text("\n".join([*map(json.dumps, rows), "{broken"]))
    return path


def test_a_pipe_gets_one_json_line_an_article_in_order_and_nothing_else(feed: Path) -> None:
    done = run(str(feed), "-", given=b'{"id": "in", "body": "Quiet."}')
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["a0", "a1", "a2", "a3", "in"]
    assert {"id", "source", "published", "language", "signals", "events", "excluded", "problems"} <= set(lines[0])
    signal = lines[1]["signals"][0]
    assert AMBUSH[signal["field"]][signal["start"] : signal["end"]] == signal["sentence"]
    assert done.returncode == OK
    (complaint,) = done.stderr.decode().splitlines()
    assert complaint.startswith(f"{feed}:5: not JSON")


def test_the_same_input_gives_the_same_bytes(feed: Path) -> None:
    assert run(str(feed), PYTHONHASHSEED="1").stdout == run(str(feed), PYTHONHASHSEED="2").stdout


def test_a_feed_that_cannot_be_opened_is_named_and_the_others_are_read(feed: Path, tmp_path: Path) -> None:
    done = run(str(tmp_path / "gone.jsonl"), str(feed))
    assert (done.returncode, len(done.stdout.splitlines())) == (UNREADABLE, 4)
    assert b"gone.jsonl" in done.stderr
    assert b"Traceback" not in done.stderr


def test_nothing_readable_is_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x7fELF\0\0\0\0")
    done = run(str(tmp_path / "x"))
    assert (done.returncode, done.stdout) == (UNREADABLE, b"")
    assert b"nothing could be read" in done.stderr


def test_a_reader_that_closes_the_pipe_ends_it_quietly(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps({"id": f"a{n}", **AMBUSH}) + "\n" for n in range(2_000)))
    with subprocess.Popen(
        [sys.executable, "-m", "alerts.cli", "classify", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == OK


@pytest.mark.parametrize("option", [("--format", "table"), ("--explain",)])
def test_people_get_signals_and_what_was_left_out(feed: Path, option: tuple[str, ...]) -> None:
    shown = run(str(feed), *option, COLUMNS="200").stdout.decode()
    assert "Ambush" in shown
    assert "attack.ambush" in shown
    assert "killed 4" in shown
    assert "disease" in shown


def test_brackets_in_a_headline_are_words_not_markup(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(json.dumps({"id": "a", "title": "[red]Ambush[/] [/nothing]", "body": AMBUSH["body"]}))
    assert "[red]Ambush[/] [/nothing]" in run(str(path), "--format", "table", COLUMNS="200").stdout.decode()


def test_a_date_can_be_assumed(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(json.dumps({"id": "a", "body": AMBUSH["body"]}))
    (line,) = run(str(path), "--assume-date", "2031-03-04").stdout.splitlines()
    assert json.loads(line)["published"] == "2031-03-04T00:00:00+00:00"
    refused = run(str(path), "--assume-date", "soon")
    assert (refused.returncode, b"soon" in refused.stderr) == (2, True)


def test_the_reasons_are_listed() -> None:
    reasons = run("--reasons").stdout.decode().split()
    assert {"disease", "accident", "sport"} <= set(reasons)
