"""``tocsin render``: a preview that says what would be sent, and where a template is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.alert import Alert
from alerts.channels import CHANNELS
from alerts.cli.render import render
from alerts.config.fixtures import fixtures
from alerts.config.types import Band, Config, Rule
from alerts.render import Renderer
from streams.codec import canonical

RULE = Rule(
    id="toll", when=("attack.*",), measure="killed", by=("country",), bands=(Band(severity="critical", threshold=10),)
)
CONFIG = """
rules:
  - {id: toll, when: "attack.*", measure: killed, by: [country], over: 48h, severity: {critical: 10}}
destinations:
  desk: {slack_webhook: "https://hooks.example.org/hushhush-1", zone: Asia/Baghdad}
  in: {webhook: "https://example.org/hushhush-2"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rendered: list[Alert] = [Renderer(Config(path="t", rules=(RULE,))).render(one, RULE)[0] for one in fixtures(RULE)]
    (tmp_path / "alerts.jsonl").write_bytes(b"\n".join(canonical(alert) for alert in rendered) + b"\n")
    (tmp_path / "one.json").write_text(json.dumps(json.loads(canonical(rendered[0])), indent=2), encoding="utf-8")
    (tmp_path / "t.j2").write_text(
        "{{ alert.readback }}\n\n{{ 'read' | link(alert.evidence[0].url) }}", encoding="utf-8"
    )
    (tmp_path / "bad.j2").write_text("{{ alert.readback }}\n - {{ alert.sentance }}", encoding="utf-8")
    (tmp_path / "tocsin.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def run(folder: Path, *args: str) -> Result:
    paths = {name: str(folder / name) for name in ("alerts.jsonl", "one.json", "t.j2", "bad.j2", "tocsin.yml")}
    return CliRunner().invoke(render, [paths.get(arg, arg) for arg in args])


def test_a_template_on_every_alert_of_a_file(folder: Path) -> None:
    result = run(folder, "t.j2", "--alert", "alerts.jsonl")
    assert result.exit_code == 0
    assert result.output.count("read, https://example.org/a1") == 2
    assert result.output.count("Police via") == 3


def test_the_built_in_title_knows_the_rule_when_there_is_a_config(folder: Path) -> None:
    bare = run(folder, "default", "--field", "title", "--alert", "one.json")
    assert bare.output == "CRITICAL: 10 killed in Iraq (toll)\n"
    told = run(folder, "default", "--field", "title", "--alert", "one.json", "-c", "tocsin.yml")
    assert told.output == "CRITICAL: 10 killed in Iraq in 48 h (toll)\n"


@pytest.mark.parametrize("kind", sorted(CHANNELS))
def test_every_channel_can_be_previewed(folder: Path, kind: str) -> None:
    result = run(folder, "default", "--alert", "one.json", "--channel", kind)
    assert result.exit_code == 0
    if kind != "email":
        assert "Gunmen ambushed a convoy near Rawa" in result.output


def test_a_destination_s_own_form_and_no_secret(folder: Path) -> None:
    result = run(folder, "t.j2", "--alert", "one.json", "--to", "desk", "-c", "tocsin.yml")
    assert "<https://example.org/a1|read>" in result.output
    assert "2 Mar 2026 12:05 +03" in result.output
    assert "hushhush" not in result.output


@pytest.mark.parametrize("more", [(), ("--channel", "discord")])
def test_a_template_that_fails_is_named_with_line_and_column(folder: Path, more: tuple[str, ...]) -> None:
    result = run(folder, "bad.j2", "--alert", "one.json", *more)
    assert result.exit_code == 2
    assert result.output == f'{folder}/bad.j2:2:13: there is no "sentance" here; did you mean "sentence"?\n'


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("gone.j2", "--alert", "one.json"), 2, "gone.j2: cannot be read: No such file or directory; name a template"),
        (("t.j2", "--alert", "gone.json"), 1, "gone.json: cannot be read"),
        (("t.j2", "--alert", "t.j2"), 1, "t.j2:1: no alert: "),
        (("t.j2", "--alert", "one.json", "--to", "nobody", "-c", "tocsin.yml"), 2, 'no destination "nobody"'),
        (("t.j2", "--alert", "one.json", "--channel", "webhook"), 2, "takes no template"),
    ],
)
def test_what_cannot_be_rendered(folder: Path, args: tuple[str, ...], code: int, said: str) -> None:
    result = run(folder, *args)
    assert result.exit_code == code
    assert said in result.output
