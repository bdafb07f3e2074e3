"""What the benchmarks share: a header that names machine and versions, and percentiles."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def header(title: str) -> None:
    """Say what was measured on what."""
    print(f"\n{title}")
    print(
        f"  tocsin {version('tocsin')}, Python {sys.version.split()[0]}, {platform.machine()}, {os.cpu_count()} cores"
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def fsync_ms(folder: Path | None = None, times: int = 50) -> float:
    """Median milliseconds of one 4 KB write with fsync, where temporary files lie."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(times):
            begin = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - begin) * 1000)
    return statistics.median(took)
