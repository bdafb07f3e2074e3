"""tocsin as processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

#: Seconds after which a process that should have died by itself is killed.
PATIENCE = 60


def tocsin(*command: str) -> subprocess.Popen[bytes]:
    """A command that nobody kills."""
    return _start("-m", "alerts.cli", *command)


def die_at(point: str, number: int, *command: str, patience: float = PATIENCE) -> int:
    """Run a command until it kills itself at a point. Gives 1, or 0 when it came to an end before."""
    return _end(_start(str(Path(__file__).parent / "points.py"), point, str(number), *command), patience)


def die_within(seconds: float, *command: str) -> int:
    """Run a command and kill it after some seconds. Gives 1, or 0 when it came to an end before."""
    return _end(tocsin(*command), seconds)


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=ROOT
    )


def _end(process: subprocess.Popen[bytes], seconds: float) -> int:
    """The process's end: by its own hand, by ours, or clean. Anything else is an error of the program."""
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return 1
    assert process.returncode in (0, -signal.SIGKILL), errors.decode()
    return int(process.returncode != 0)
