"""A part of a history is replayed as it was part of the whole, at any pace, and every rule says what it made of it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from alerts.clock import Clock
from alerts.replay import Pace
from conftest import ROOT

HISTORY, CONFIG = "examples/history.jsonl", "examples/tocsin.yml"
RULES = """
rules:
  - {id: deadly, when: "attack.*", measure: killed, by: [country], severity: {warning: 5}}
  - {id: far, when: peacekeeping.*, severity: {warning: 1}}
update_every: 1s
"""


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alerts.cli", "replay", *arguments, "--workers", "0"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def article(id_: str, at: str, text: str) -> str:
    return json.dumps({"id": id_, "published": at, "body": text, "source": "Harbour Post"})


def small(tmp_path: Path) -> tuple[str, str]:
    """(history, config): two attacks in one country, 40 seconds apart, and one ten minutes before."""
    history, config = tmp_path / "h.jsonl", tmp_path / "c.yml"
    lines = [
        article(
            "a", "2026-03-04T09:00:00Z", "Gunmen attacked a village near Gao in Mali on Wednesday, killing 7 people."
        ),
        article("b", "2026-03-04T09:10:00Z", "A bomb killed nine people in Mosul, Iraq, on Wednesday, police said."),
        article("c", "2026-03-04T09:10:40Z", "Gunmen attacked a convoy in Sokoto, Nigeria, on Wednesday, killing 8."),
    ]
    history.write_text("\n".join(lines), encoding="utf-8")
    config.write_text(RULES, encoding="utf-8")
    return str(history), str(config)


def test_what_comes_after_from_is_said_as_in_the_whole_history_and_what_came_before_is_not() -> None:
    whole = replay(HISTORY, "-c", CONFIG).stdout.splitlines()
    part = replay(
        HISTORY, "-c", CONFIG, "--from", "2026-03-12T09:00:00", "--to", "2026-03-20T00:00:00"
    ).stdout.splitlines()
    wanted = [line for line in whole if "2026-03-12T09:00" <= json.loads(line)["at"] < "2026-03-20"]
    assert part == wanted
    assert json.loads(part[0])["kind"] == "update", "the root that was opened before is known"


def test_nothing_of_before_from_is_sent(tmp_path: Path) -> None:
    history, config = small(tmp_path)
    out = tmp_path / "sent.jsonl"
    Path(config).write_text(f"{RULES}\ndestinations:\n  archive: {{file: {out}}}\n", encoding="utf-8")
    done = replay(history, "-c", config, "--from", "2026-03-04T09:05:00", "--deliver")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["key"]["country"] for line in out.read_text().splitlines()] == ["IQ", "NG"]


def test_broken_off_store_goes_on_under_another_from(tmp_path: Path) -> None:
    store = ["--store", str(tmp_path / "s.db")]
    assert replay(HISTORY, "-c", CONFIG, *store).returncode == 0
    again = replay(HISTORY, "-c", CONFIG, *store, "--from", "2026-04-01T00:00:00")
    assert len(again.stdout.splitlines()) == 6, "what is stored is shown from another time on, and not folded again"


def test_pace_lets_time_pass_at_its_factor_and_shows_each_alert_as_it_comes(tmp_path: Path) -> None:
    history, config = small(tmp_path)
    command = [sys.executable, "-m", "alerts.cli", "replay", history, "-c", config, "--workers", "0"]
    span = ["--from", "2026-03-04T09:05:00", "--speed", "20"]
    process = subprocess.Popen([*command, *span], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    arrived = [(json.loads(line)["key"]["country"], time.monotonic()) for line in process.stdout]
    assert process.wait(60) == 0
    assert [country for country, _ in arrived] == ["IQ", "NG"]
    assert 1.5 < arrived[1][1] - arrived[0][1] < 6, "40 seconds at 20 times real time"


class Steady(Clock):
    """A clock that sleeping alone moves."""

    now = 100.0

    def steady(self) -> float:
        return self.now

    def sleep(self, woken: threading.Event, seconds: float) -> None:
        self.now += seconds


def test_warming_passes_at_once_and_a_slow_fold_is_waited_for_no_longer() -> None:
    clock = Steady()
    pace = Pace(60, 1000, clock)
    for moment, shown in ((0, 100), (999, 100), (1000, 100), (1060, 101)):
        pace(moment)
        assert clock.now == shown
    clock.now += 10
    pace(1120)
    assert clock.now == 111


def test_rule_whose_filter_met_nothing_is_told_from_one_that_kept_silent(tmp_path: Path) -> None:
    history, config = small(tmp_path)
    table = replay(history, "-c", config, "--table").stdout
    assert "deadly: 3 happenings looked at; 3 alerts" in table
    assert "far: nothing in this news is of peacekeeping.*; its filter met nothing" in table
    assert replay(history, "-c", config).stderr.startswith("far: nothing in this news")
    Path(config).write_text(RULES.replace("warning: 5", "warning: 50"), encoding="utf-8")
    silent = replay(history, "-c", config, "--table").stdout
    assert "deadly: 3 happenings looked at; nothing said; “enough” kept most (3, such as:" in silent


def test_speed_that_is_none_and_time_that_is_none_are_refused(tmp_path: Path) -> None:
    history, config = small(tmp_path)
    assert replay(history, "-c", config, "--speed", "0").returncode == 2
    wrong = replay(history, "-c", config, "--from", "yesterday")
    assert wrong.returncode == 2
    assert "--from: 'yesterday' is no ISO 8601 time" in wrong.stderr
