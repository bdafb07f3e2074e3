"""``check --history`` says how often each rule speaks, and how often it would by chance."""

from __future__ import annotations

import re

from click.testing import CliRunner

from alerts.cli.check import check

HISTORY = ["--history", "examples/history.jsonl"]


def test_every_rule_has_its_alerts_and_its_false_alarms_a_month() -> None:
    done = CliRunner().invoke(check, ["examples/tocsin.yml", *HISTORY])
    lines = done.output.splitlines()
    assert done.exit_code == 0
    assert lines[0] == "examples/tocsin.yml: ok: 1 source, 7 rules, 1 route, 2 destinations"
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "mass-casualty", "hostages", "pull-out", "violence-spate", "grave", "wave", "our-people",
    ]  # fmt: skip
    for line in lines[1:]:
        told = re.search(r"about (\S+) a month \((\S+) keys? × (\S+) spans × (\S+) in 1,000\)", line)
        assert told is not None, line
        chance, keys, spans, rate = (float(part) for part in told.groups())
        assert abs(keys * spans * rate / 1000 - chance) <= 0.1 * chance
    toll = next(line for line in lines if line.startswith("grave"))
    assert toll.startswith("grave: 2 alerts in 1.1 months (1.8 a month)")


def test_config_with_mistakes_reads_no_history() -> None:
    done = CliRunner().invoke(check, ["tests/config/bad/trigger_settings.yml", "--history", "none.jsonl"])
    assert done.exit_code == 2
    assert "none.jsonl" not in done.output
