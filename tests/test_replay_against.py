"""Two configs over one history: what each says otherwise is shown message by message, and nothing beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from alerts.against import Difference, Message, compare, said
from conftest import ROOT

CONFIG, HISTORY = "examples/tocsin.yml", "examples/history.jsonl"
#: What another version of the example's config did otherwise.
CHANGES = (
    ("  - id: wave", "  - id: burst"),
    ("severity: {warning: 4}", "severity: {warning: 3}"),
    ('"file:templates/pull_out.j2"', '"Troops leave: {{ alert.key.country }}"'),
    ("  - {to: [local, archive]}", "  - {match: {severity: critical}, to: [local]}\n  - {to: [local, archive]}"),
    ("file:templates", f"file:{ROOT}/examples/templates"),
    ("publishers: publishers.yml", f"publishers: {ROOT}/examples/publishers.yml"),
)
#: Reckoned by hand from the list of 59 messages in examples/README.md: (what, at, rule, kind, fields).
EXPECTED = (
    ("changed", "03-14 10:05", "pull-out", "alert", "text"),
    ("removed", "03-15 07:35", "burst", "alert", ""),
    ("added", "03-15 07:35", "wave", "alert", ""),
    ("changed", "03-17 09:04", "mass-casualty", "alert", "destinations"),
    ("changed", "03-17 15:06", "grave", "alert", "destinations"),
    ("changed", "03-17 15:06", "mass-casualty", "update", "destinations"),
    ("changed", "03-18 12:05", "pull-out", "update", "text"),
    ("removed", "03-19 02:35", "violence-spate", "alert", ""),
    ("changed", "03-19 21:05", "violence-spate", "alert", "kind title text"),
    ("changed", "03-20 02:04", "violence-spate", "update", "text"),
    ("changed", "03-25 05:34", "mass-casualty", "alert", "destinations"),
    ("changed", "03-25 08:14", "mass-casualty", "update", "destinations"),
    ("changed", "03-26 07:04", "mass-casualty", "alert", "destinations"),
    ("changed", "03-26 07:44", "mass-casualty", "update", "destinations"),
    ("changed", "03-31 06:05", "mass-casualty", "alert", "destinations"),
    ("changed", "03-31 08:05", "grave", "alert", "destinations"),
    ("changed", "03-31 08:05", "mass-casualty", "update", "destinations"),
    ("changed", "04-02 09:05", "our-people", "alert", "destinations"),
    ("changed", "04-03 05:05", "pull-out", "alert", "text"),
    ("removed", "04-03 06:34", "burst", "alert", ""),
    ("added", "04-03 06:34", "wave", "alert", ""),
    ("removed", "04-03 10:04", "violence-spate", "alert", ""),
    ("changed", "04-03 10:24", "violence-spate", "alert", "kind title text"),
    ("changed", "04-05 11:04", "pull-out", "update", "text"),
)


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alerts.cli", "replay", HISTORY, "-c", CONFIG, *arguments, "--workers", "0"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def other(folder: Path) -> str:
    text = (ROOT / CONFIG).read_text(encoding="utf-8")
    for now, before in CHANGES:
        assert now in text
        text = text.replace(now, before)
    path = folder / "old.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_difference_over_the_example_is_what_was_reckoned_by_hand(tmp_path: Path) -> None:
    done = replay("--against", other(tmp_path), "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    found = [
        (one["what"], one["at"][5:16].replace("T", " "), one["rule"], one["kind"], " ".join(one["changed"]))
        for one in told["differences"]
    ]
    assert found == list(EXPECTED)
    assert told["alike"] == 59 - 20
    assert told["load"]["archive"]["from"]["messages"] == 61 - 11
    assert told["load"]["archive"]["to"]["messages"] == told["load"]["local"]["to"]["messages"] == 59
    assert told["load"]["all"]["to"] == {
        "messages": 118, "a_day": 3.45, "worst_minute": 4, "worst_at": "2026-03-15T07:35",
    }  # fmt: skip


def test_people_read_what_changed_and_the_same_config_is_no_difference(tmp_path: Path) -> None:
    shown = replay("--against", other(tmp_path)).stdout
    assert "~ 2026-04-02 09:05  our-people  alert" in shown
    assert "    destinations: local → archive, local" in shown
    assert "    -Troops leave: CF" in shown
    assert "2 added, 4 removed, 18 changed; 39 alike" in shown
    same = replay("--against", CONFIG)
    assert same.returncode == 0
    assert same.stdout.startswith("0 added, 0 removed, 0 changed; 59 alike")


def test_only_the_time_that_was_asked_for_is_compared(tmp_path: Path) -> None:
    told = json.loads(replay("--against", other(tmp_path), "--json", "--from", "2026-04-01").stdout)
    assert [one["at"][5:10] for one in told["differences"]] == [
        "04-02",
        "04-03",
        "04-03",
        "04-03",
        "04-03",
        "04-03",
        "04-05",
    ]


def test_what_compares_nothing_is_refused(tmp_path: Path) -> None:
    done = replay("--against", CONFIG, "--store", str(tmp_path / "s.db"))
    assert done.returncode == 2
    assert "it compares and keeps nothing; leave out --store" in done.stderr
    assert replay("--against", str(tmp_path / "none.yml")).returncode == 2


def alert(id_: str, at: str, severity: str = "warning", kind: str = "alert", incident: str = "in_1") -> bytes:
    told: dict[str, Any] = {
        "id": id_, "at": f"2026-03-02T{at}:00+00:00", "rule": "r", "key": {"country": "ML"}, "severity": severity,
        "kind": kind, "title": "t", "text": "x", "incidents": [{"id": incident}],
    }  # fmt: skip
    return json.dumps(told).encode()


def differences(old: list[bytes], new: list[bytes]) -> tuple[Difference, ...]:
    return compare(said(old, []), said(new, []), 1).differences


def test_one_that_comes_later_is_the_same_alert_at_another_time() -> None:
    (one,) = differences([alert("a", "09:00")], [alert("b", "10:30", "critical")])
    assert one.what == "changed"
    assert [field for field, *_ in one.changed] == ["severity", "time"]
    apart = differences([alert("a", "09:00")], [alert("b", "10:30", incident="in_2")])
    assert [one.what for one in apart] == ["removed", "added"]


def test_worst_minute_and_messages_a_day_are_of_each_destination() -> None:
    def message(at: str, to: str) -> Message:
        return Message(at=f"2026-03-02T{at}:00+00:00", destination=to, alerts=("a",))

    old = [message("09:00", "desk"), message("09:00", "desk"), message("10:00", "desk")]
    new = [*old, message("09:00", "pager")]
    load = compare(said([], old), said([], new), 2).load
    assert (load["desk"][0].messages, load["desk"][0].a_day, load["desk"][0].worst_minute) == (3, 1.5, 2)
    assert (load["pager"][0].messages, load["pager"][1].messages) == (0, 1)
    assert load["all"][1].worst_minute == 3
