"""Workers that a desk's process keeps: one that ended is started again, and none outlives it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from alerts import crew

#: Says its process's number, and ends badly the first time; later it stays, and may be deaf to SIGTERM.
WORKER = """
import os, pathlib, signal, sys, time
here = pathlib.Path(sys.argv[1])
(here / str(os.getpid())).touch()
if len(list(here.iterdir())) == 1:
    sys.exit(70)
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
(here / f"{os.getpid()}.stays").touch()
time.sleep(60)
"""


@pytest.mark.parametrize("manner", ["good", "deaf"])
def test_a_worker_that_ended_is_started_again_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, manner: str
) -> None:
    monkeypatch.setattr(crew, "FIRST", 0.05)
    monkeypatch.setattr(crew, "PATIENCE", 0.3)
    with crew.Crew([sys.executable, "-c", WORKER, str(tmp_path), manner], 1):
        until = time.monotonic() + 20
        while not (staying := list(tmp_path.glob("*.stays"))) and time.monotonic() < until:
            time.sleep(0.02)
        assert len(staying) == 1
    assert "a worker ended (70); starting another" in caplog.text
    numbers = [int(path.name) for path in tmp_path.iterdir() if path.suffix != ".stays"]
    assert len(numbers) == 2
    for number in numbers:
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
