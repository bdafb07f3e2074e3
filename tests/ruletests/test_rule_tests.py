"""``tocsin test``: what agrees, what does not and how near it came, and every mistake in a test file with its place."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.cli.test import test as command
from alerts.config import ConfigError, load
from alerts.ruletests import reading
from conftest import ROOT

HERE = Path(__file__).resolve().parent
BAD = sorted((HERE / "bad").glob("*.yml"))
RAID = """
tests:
  - name: a raid
    start: "2026-03-02T09:00Z"
    given:
      - at: +5m
        article:
          {id: a, source: Meridian Wire, title: Seven killed near Gao in Mali,
           body: "Gunmen raided a village near Gao in Mali on Monday, killing seven people, police said."}
"""


def problems_of(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        reading.load(path, load(HERE / "rules.yml", {}), {})
    lines = [f"{path.name}:{p.line}:{p.col}: {p.message}" for p in caught.value.problems]
    return "".join(f"{line}\n" for line in lines).replace(f"{HERE / 'bad'}/", "")


def tocsin_test(tmp_path: Path, text: str, *options: str) -> Result:
    path = tmp_path / "t.yml"
    path.write_text(f"config: {HERE / 'rules.yml'}\n{RAID}{text}", encoding="utf-8")
    return CliRunner().invoke(command, [str(path), *options])


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_each_mistake_is_told_with_its_line_and_column(path: Path) -> None:
    assert problems_of(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


def test_the_examples_tests_agree_with_its_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(command, ["examples/tests.yml"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "4 tests: 4 ok"), done.output


def test_what_agrees_is_ok_and_a_group_is_seen(tmp_path: Path) -> None:
    more = """
    expect: [{rule: toll, key: {country: ML}, value: 7, at: +5m, before: +6m, title: Mali}]
    not_expect: [{severity: critical}]
    gate:
      - {rule: toll, key: ML, at: +6m, gate: group gone}
      - {rule: toll, key: ML, at: +8m, gate: told}
      - {rule: toll, key: IQ, gate: read}
    notifications: [{destination: desk, at: +7m, covers: 1}]
"""
    done = tocsin_test(tmp_path, more)
    assert done.exit_code == 0, done.output
    assert "ok    a raid (1 alert)" in done.output


def test_what_does_not_agree_is_told_with_the_nearest_alert(tmp_path: Path) -> None:
    more = """
    expect: [{rule: toll, key: {country: ML}, value: 8, severity: critical}]
    not_expect: [{rule: toll}]
    gate: [{rule: toll, key: ML, gate: told}]
    notifications: [{destination: desk, at: +5m}]
"""
    done = tocsin_test(tmp_path, more)
    assert done.exit_code == 1
    out = done.output.replace(str(tmp_path), "")
    assert out == (HERE / "nearest.golden").read_text(encoding="utf-8")


def test_an_alert_that_nobody_expects_fails_unless_it_is_ignored_or_of_another_rule(tmp_path: Path) -> None:
    assert "not expected: alert warning toll ML at +5m" in tocsin_test(tmp_path, "    expect: []\n").output
    assert tocsin_test(tmp_path, "    expect: []\n    unexpected: ignore\n").exit_code == 0
    assert tocsin_test(tmp_path, "    expect: []\n    rules: [two-keys]\n").exit_code == 0
    assert tocsin_test(tmp_path, "").exit_code == 0, "a test that says nothing of alerts minds none"


def test_one_that_fits_several_leaves_to_others_what_fits_only_them(tmp_path: Path) -> None:
    more = """
      - {at: +6h, article: {id: a, revision: 2, source: Meridian Wire, title: Nine killed near Gao in Mali,
         body: "Gunmen raided a village near Gao in Mali on Monday, killing nine people, police said."}}
    expect: [{rule: toll}, {rule: toll, value: 7}]
"""
    done = tocsin_test(tmp_path, more)
    assert done.exit_code == 0, done.output


def test_junit_tells_each_test_and_each_failure(tmp_path: Path) -> None:
    done = tocsin_test(tmp_path, "    expect: []\n", "--junit", str(tmp_path / "out.xml"))
    assert done.exit_code == 1
    suite = ET.parse(tmp_path / "out.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "not expected: alert warning toll ML" in str(failure.text)


def test_a_wrong_file_or_config_is_2_and_names_every_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(HERE / "bad/times.yml"), str(HERE / "bad/lists.yml")])
    assert done.exit_code == 2
    assert "times.yml:4:18" in done.output
    assert "lists.yml" in done.output
    (tmp_path / "t.yml").write_text("tests: []\n", encoding="utf-8")
    done = CliRunner().invoke(command, [str(tmp_path / "t.yml")])
    assert (done.exit_code, "which rules?" in done.output) == (2, True)


def test_rules_are_tested_without_the_secrets_of_their_config(tmp_path: Path) -> None:
    rules = (HERE / "rules.yml").read_text(encoding="utf-8")
    rules = rules.replace("{terminal: true}", '{slack_webhook: "${SLACK_WEBHOOK_URL}"}')
    (tmp_path / "rules.yml").write_text(rules, encoding="utf-8")
    (tmp_path / "s.yml").write_text(f"config: rules.yml\n{RAID}", encoding="utf-8")
    done = CliRunner().invoke(command, [str(tmp_path / "s.yml")], env={"SLACK_WEBHOOK_URL": None})
    assert done.exit_code == 0, done.output
