"""An analyst's word, as it is typed: it reaches a running and a stopped monitor, and is kept as a case and a score."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from daemon.test_run import World, config, run, stop, until, world  # noqa: F401 - fixtures

from conftest import ROOT

CONFIG = """
rules:
  - {id: deadly, when: ["attack.*", "casualty.*"], measure: killed, by: [country], severity: {warning: 5, critical: 10}}
destinations:
  log: {file: LOG}
"""
ARTICLE = {
    "id": "raid", "source": "Harbour Post", "published": "2026-03-02T09:00:00+00:00",
    "title": "Twelve villagers killed in raid near Gao in Mali",
    "body": "Gunmen raided a village near Gao in Mali on Monday, killing 12 villagers, police said.",
}  # fmt: skip


def tocsin(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alerts.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The folder of a monitor that told of one raid and was stopped: ``t.yml``, ``a.jsonl``, ``s.db``."""
    (tmp_path / "t.yml").write_text(CONFIG.replace("LOG", str(tmp_path / "log.jsonl")), encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8")
    done = tocsin("replay", tmp_path / "a.jsonl", "-c", tmp_path / "t.yml", "--store", tmp_path / "s.db")
    assert [json.loads(line)["severity"] for line in done.stdout.splitlines()] == ["critical"], done.stderr
    return tmp_path


def incident_of(folder: Path) -> str:
    (line,) = tocsin("alerts", "--store", folder / "s.db", "--format", "jsonl").stdout.splitlines()
    return str(json.loads(line)["incidents"][0]["id"])


def test_stopped_monitor_takes_a_correction_at_once_and_says_what_it_gave(stopped: Path) -> None:
    done = tocsin("correct", incident_of(stopped), "killed=8", "--because", "a list", "--store", stopped / "s.db")
    assert done.returncode == 0, done.stderr
    assert "UPDATE: killed 12 → 8 in Mali" in done.stdout
    listed = tocsin("alerts", "--store", stopped / "s.db", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["measure"]["value"] for line in listed] == [12, 8]
    assert json.loads(listed[1])["changed"][0]["because"] == "analyst: a list"


def test_alert_of_one_incident_names_it(stopped: Path) -> None:
    alert = json.loads(tocsin("alerts", "--store", stopped / "s.db", "--format", "jsonl").stdout)["id"]
    done = tocsin("correct", alert, "not-incident", "--because", "a drill", "--store", stopped / "s.db")
    assert "cancel" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["in_none", "killed=8"], 1, "no incident 'in_none' is known here"),
        (["INCIDENT", "kiled=8"], 2, 'did you mean "killed"?'),
        (["INCIDENT", "killed=many"], 2, "expected a whole number"),
        (["INCIDENT", "merge", "in_none"], 1, "no incident 'in_none'"),
        (["INCIDENT", "split", "other"], 1, "other tells nothing of this incident; these do: raid"),
        (["INCIDENT"], 2, "what is wrong?"),
    ],
)
def test_wrong_word_changes_nothing_and_says_how_to_mend_it(
    stopped: Path, words: list[str], code: int, said: str
) -> None:
    given = [incident_of(stopped) if word == "INCIDENT" else word for word in words]
    done = tocsin("correct", *given, "--because", "a list", "--store", stopped / "s.db")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert len(tocsin("alerts", "--store", stopped / "s.db", "--format", "jsonl").stdout.splitlines()) == 1


def test_correction_is_kept_as_a_case_that_fails_until_it_is_read_right(stopped: Path) -> None:
    tocsin("correct", incident_of(stopped), "killed=8", "--because", "a list", "--store", stopped / "s.db")
    assert "1 case in" in tocsin("correct", "--export", stopped / "cases", "--store", stopped / "s.db").stdout
    (case,) = (stopped / "cases").iterdir()
    assert json.loads((case / "case.json").read_text())["because"] == "a list"
    replay = ("replay", case / "articles.jsonl", "-c", stopped / "t.yml", "--expect", case / "expected.jsonl")
    assert tocsin(*replay).returncode == 1
    read_right = (case / "articles.jsonl").read_text().replace("12 villagers", "eight villagers")
    (case / "articles.jsonl").write_text(read_right.replace("Twelve", "Eight"))
    assert tocsin(*replay).returncode == 0


def test_scores_count_false_alarms_and_wrong_figures_by_rule_and_source(stopped: Path) -> None:
    scores = ("status", "--scores", "--store", stopped / "s.db", "--format", "json")
    right = {"told": 1, "false": 0, "amended": 0, "precision": 1.0}
    assert json.loads(tocsin(*scores).stdout)["rules"] == {"deadly": right}
    tocsin("correct", incident_of(stopped), "killed=8", "--because", "a list", "--store", stopped / "s.db")
    found = json.loads(tocsin(*scores).stdout)
    assert found["rules"] == {"deadly": {**right, "amended": 1}}
    assert found["sources"] == {"Harbour Post": {**right, "amended": 1, "precision": 0.0}}
    tocsin("correct", incident_of_latest(stopped), "not-incident", "--because", "drill", "--store", stopped / "s.db")
    assert json.loads(tocsin(*scores).stdout)["rules"]["deadly"]["precision"] == 0.0


def incident_of_latest(folder: Path) -> str:
    line = tocsin("alerts", "--store", folder / "s.db", "--format", "jsonl").stdout.splitlines()[-1]
    return str(json.loads(line)["incidents"][0]["id"])


def test_running_monitor_takes_a_correction_and_tells_those_who_were_alerted(
    world: World,  # noqa: F811
    config: Path,  # noqa: F811
) -> None:
    process = run(config)
    assert until(lambda: world.polls >= 1)
    world.publish("one", "Gunmen attacked a village near Gao in Mali, killing seven people")
    assert until(lambda: len(world.arrived) == 1)
    incident = world.arrived[0]["incidents"][0]["id"]  # type: ignore[index]
    done = tocsin("correct", incident, "not-incident", "--because", "a drill", "-c", config)
    assert done.returncode == 0, done.stderr
    assert "cancel" in done.stdout
    assert until(lambda: len(world.arrived) == 2)
    stop(process)
    assert [a["kind"] for a in world.arrived] == ["alert", "cancel"]
