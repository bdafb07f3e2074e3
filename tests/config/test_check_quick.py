"""A thousand rules are checked before anyone looks up."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

COUNTRIES = ("IQ", "SY", "ML", "AF", "UA", "SO")
TYPES = ("attack.*", "casualty.*", "force.*withdrawal*", "siege.*", "attack.ambush")


def test_a_thousand_rules_are_checked_in_under_two_seconds_of_the_processor(tmp_path: Path) -> None:
    rules = "\n".join(
        f'  - {{id: r{n}, when: "{TYPES[n % 5]}", where: {{country: [{COUNTRIES[n % 6]}]}}, measure: killed,'
        f" by: [country], over: {1 + n % 48}h, severity: {{warning: {5 + n % 7}, critical: {20 + n % 9}}}}}"
        for n in range(1000)
    )
    path = tmp_path / "many.yml"
    path.write_text(f"rules:\n{rules}\ndestinations: {{t: {{terminal: true}}}}\n", encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "alerts.cli", "check", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert "1000 rules" in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2.0
