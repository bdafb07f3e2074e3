"""Who only looks, or replays without sending, needs none of the secrets that the config takes from the environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from alerts.config import ConfigError, load

CONFIG = """
store: {store}
listen: 127.0.0.1:8088
token: ${{PUSH_TOKEN}}
sources:
  - {{id: wire, feed: "${{WIRE_URL}}", every: 2m}}
rules:
  - {{id: attacks, when: attack.*, measure: killed, by: [country], over: 24h, severity: {{warning: 5}}}}
routes:
  - {{to: [desk, bot, pager, archive, mail]}}
destinations:
  desk: {{slack_webhook: "${{SLACK_WEBHOOK_URL}}"}}
  bot: {{slack: "${{SLACK_BOT}}", channel: C0123456789}}
  pager: {{pagerduty: "${{PAGERDUTY_KEY}}"}}
  archive: {{webhook: "https://example.org/in", secret: "${{WEBHOOK_SECRET}}"}}
  mail: {{email: "${{DESK_MAIL}}", smtp: "${{SMTP_URL}}", from: "${{SENDER}}"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tocsin.yml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"))
    return path


def test_who_sends_needs_them_all(config: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(config, {})
    assert str(caught.value).count("is not set") == 9


def test_who_looks_needs_none(config: Path) -> None:
    seen = load(config, {}, sending=False)
    given = dict.fromkeys(("WIRE_URL", "SLACK_WEBHOOK_URL"), "https://example.org/x")
    given |= {"PUSH_TOKEN": "a-long-push-token-of-many-letters", "SLACK_BOT": "xoxb-1", "PAGERDUTY_KEY": "a" * 32}
    given |= {"WEBHOOK_SECRET": "whsec_" + "QUJD" * 8, "SMTP_URL": "smtp://mail.example.org"}
    given |= {"SENDER": "a@example.org", "DESK_MAIL": "b@example.org"}
    assert seen.hash == load(config, given).hash, "what is decided may not hang on secrets"


def test_a_replay_without_them(config: Path, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text(
        '{"id":"1","title":"","body":"Gunmen killed nine people in Kirkuk, Iraq, on Friday.",'
        '"published":"2026-11-20T12:00:00Z","source":"T"}\n'
    )
    run = [sys.executable, "-m", "alerts.cli", "replay", str(feed), "-c", str(config)]
    found = subprocess.run(run, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=False)
    assert found.returncode == 0, found.stderr
    assert "killed" in found.stdout
