"""kill -9 in a replay that delivers, at named points and at random: nothing is lost, or repeated without cause."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT

from .oracle import Receiver, alerts_of, caught, check
from .points import POINTS
from .processes import die_at, die_within, tocsin

SEED = int(os.environ.get("KILL_SEED", "20260302"))
KILLS_A_HISTORY = 6
HISTORY = ROOT / "examples" / "history.jsonl"
#: A point of this list that only the daemon passes is never reached here.
REACHED = [point for point in POINTS if point != "after_save"]


def write_config(folder: Path, receiver: Receiver) -> Path:
    """The example's rules, told to two destinations at the receiver."""
    path = folder / "kill.yml"
    path.write_text(
        f"""
rules:
  - id: mass-casualty
    when: [attack.*, casualty.*]
    measure: killed
    by: [country]
    over: 24h
    severity: {{warning: 3, critical: 8}}
  - id: any-attack
    when: attack.*
    by: [country, place]
    over: 1h
    severity: {{info: 1}}
  - {{id: pull-out, when: "force.*", measure: episodes, by: [country], trigger: first, severity: warning}}
destinations:
  desk: {{webhook: "{receiver.url}/desk", allow_private: true}}
  archive: {{webhook: "{receiver.url}/archive", allow_private: true}}
publishers: {ROOT / "examples" / "publishers.yml"}
""",
        encoding="utf-8",
    )
    return path


def replay(config: Path, store: Path, *, workers: int = 0) -> list[str]:
    """The command: the example's history, with delivery and a store."""
    return ["replay", str(HISTORY), "-c", str(config), "--store", str(store), "--deliver", "--workers", str(workers)]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, object]], float]:
    """What a replay that nobody kills decides, and how long it takes."""
    folder, calm = tmp_path_factory.mktemp("calm"), Receiver(0)
    began = time.monotonic()
    process = tocsin(*replay(write_config(folder, calm), folder / "calm.db"))
    assert process.wait(120) == 0
    calm.close()
    alerts = alerts_of(folder / "calm.db")
    assert len(alerts) >= 10
    for destination in ("desk", "archive"):
        check(destination, calm, alerts, Counter())
    return alerts, time.monotonic() - began


def kill_and_finish(folder: Path, number: int, expected: tuple[list[dict[str, object]], float], kills: int) -> int:
    """One history, killed at different points until it is let go. Gives how many kills there were."""
    chance = random.Random(SEED + number)
    alerts, length = expected
    receiver, store = Receiver(0.01), folder / f"kill-{number}.db"
    command = replay(write_config(folder, receiver), store, workers=number % 2)
    gaps: Counter[tuple[str, str]] = Counter()
    done = 0
    for point in chance.sample([*REACHED, "random"], kills):
        if point == "random":
            done += die_within(chance.uniform(0.2, 0.9) * length, *command)
        else:
            done += die_at(point, 1 if point == "after_poll" else chance.randint(1, 6), *command)
        gaps += caught(store)
    last = tocsin(*command)
    _, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors.decode()
    assert alerts_of(store) == alerts, "kills changed what was decided"
    for destination in ("desk", "archive"):
        check(destination, receiver, alerts, gaps)
    receiver.close()
    return done


@pytest.mark.timeout(280)
def test_kills_lose_nothing_and_repeat_only_what_was_between_send_and_mark(
    tmp_path: Path, expected: tuple[list[dict[str, object]], float]
) -> None:
    number = kills = 0
    while kills < 10:
        number += 1
        kills += kill_and_finish(tmp_path, number, expected, KILLS_A_HISTORY)
        assert number < 5, "kills keep missing the work"


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_a_hundred_kills(tmp_path: Path, expected: tuple[list[dict[str, object]], float]) -> None:
    number = kills = 0
    while kills < 100:
        number += 1
        kills += kill_and_finish(tmp_path, 100 + number, expected, KILLS_A_HISTORY)
        assert number < 40, "kills keep missing the work"


def test_nothing_has_left_before_the_first_send(tmp_path: Path) -> None:
    receiver, store = Receiver(0), tmp_path / "once.db"
    command = replay(write_config(tmp_path, receiver), store)
    assert die_at("before_send", 1, *command) == 1
    receiver.close()
    assert receiver.arrived == []
    assert caught(store), "it was marked before a byte left"
