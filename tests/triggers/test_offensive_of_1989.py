"""A surge is found in real news where there was one: the offensive of November 1989, among two years of wires."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alerts.config import load
from alerts.monitor import Monitor
from alerts.replay import stage, told
from streams.sources import ReadOptions, read_feed

LABELS = Path(__file__).parents[2] / "benchmarks" / "labels" / "surge.jsonl"
CONFIG = """
rules:
  - {id: violence, when: "attack.*", by: [country], over: 1d, trigger: surge, severity: warning}
"""


@pytest.mark.shared
def test_surge_fires_when_the_offensive_begins_and_on_few_days_in_all(shared: Path, tmp_path: Path) -> None:
    dated = tmp_path / "dated.jsonl"
    lines = (shared / "eval" / "muc4_cased.jsonl").read_text(encoding="utf-8").splitlines()
    dated.write_text("\n".join(line for line in lines if json.loads(line)["published"]), encoding="utf-8")
    (tmp_path / "t.yml").write_text(CONFIG, encoding="utf-8")
    with Monitor(load(tmp_path / "t.yml", {}), None, deliver=False, workers=1) as monitor:
        staged = stage(monitor.store, [read_feed(str(dated), ReadOptions())], "muc")
        assert staged.first is not None
        monitor.adopt_config(staged.first)
        monitor.engine.replay()
        alerts = [json.loads(line) for line in told(monitor.store.writer)]
    days = {(alert["key"]["country"], alert["at"][:10]) for alert in alerts if alert["kind"] == "alert"}
    assert days & {("SV", "1989-11-12"), ("SV", "1989-11-13")}
    assert days & {("SV", "1989-10-31"), ("SV", "1989-11-01"), ("SV", "1989-11-02")}
    assert len(days) <= 40
    judged = {(row["country"], row["date"]): row["verdict"] for row in map(json.loads, LABELS.open(encoding="utf-8"))}
    right = [day for day in days if judged.get(day) == "right"]
    assert len(right) >= 20
