"""replay: how long a history takes, how much memory all its processes hold, and how long it takes with other rules.

python -m benchmarks.replay [ARTICLES]    20,000 by default; the target is 1,000,000

The news is that of ``benchmarks.newsroom``. The first replay reads every article; the second has changed rules and
takes what was read, and what became of the incidents, from the cache. Memory is the proportional share (PSS) of the
command and its workers, sampled while it runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from benchmarks.common import header
from benchmarks.newsroom import write

RULES = """
rules:
  - {id: mass, when: ["attack.*", "casualty.*"], measure: killed, by: [country], severity: {warning: WARNING, critical: 60}, max_age: 3d, cooldown: 6h}
  - {id: admin, when: "attack.*", measure: killed, by: [country, admin1], over: 2d, severity: {warning: 30}, max_age: 3d, cooldown: 6h}
  - {id: kidnap, when: "hostage.*", measure: incidents, by: [country], over: 7d, severity: {warning: 4}, cooldown: 1d}
  - {id: spate, when: "attack.*", measure: incidents, by: [country], over: 3d, severity: {warning: 12}, cooldown: 1d}
  - {id: sure, when: "attack.*", measure: killed, by: [place], severity: {critical: 40}, min_independent: 2}
"""  # noqa: E501


class Run(Struct, frozen=True, kw_only=True):
    """One replay."""

    seconds: float
    cpu: float
    """Processor seconds of the command and its workers."""
    megabytes: float
    """The most that all its processes held at once."""
    halves: tuple[float, float]
    """The most in the first and in the second half of the time."""


def tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from tree(int(child))


def held(pid: int) -> tuple[float, float]:
    """(megabytes, processor seconds) of a process and all below it."""
    size = spent = 0.0
    for one in tree(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
            stat = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        size += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1000
        spent += (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return size, spent


def replay(news: Path, config: Path, cache: Path) -> Run:
    """Run the command, and look at it while it runs."""
    command = [sys.executable, "-m", "alerts.cli", "replay", str(news), "-c", str(config), "--cache", str(cache)]
    begin = time.perf_counter()
    process = subprocess.Popen([*command, "--alerts", str(config.with_suffix(".jsonl")), "--workers", "2"])
    samples: list[tuple[float, float]] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            samples.append(held(process.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    if process.wait() != 0:
        raise SystemExit(f"the replay ended with {process.returncode}")
    seconds = time.perf_counter() - begin
    over.set()
    watcher.join()
    sizes, middle = [size for size, _ in samples] or [0.0], len(samples) // 2
    return Run(
        seconds=seconds,
        cpu=max((spent for _, spent in samples), default=0.0),
        megabytes=max(sizes),
        halves=(max(sizes[:middle] or sizes), max(sizes[middle:])),
    )


def main(number: int) -> None:
    header(f"replay of {number:,} articles of the synthetic newsroom, two workers")
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        news, cache = Path(folder) / "news.jsonl", Path(folder) / "cache.db"
        with news.open("wb") as file:
            file.writelines(write(number))
        for name, warning in (("first", 20), ("again, with changed rules", 25)):
            config = Path(folder) / f"{warning}.yml"
            config.write_text(RULES.replace("WARNING", str(warning)), encoding="utf-8")
            run = replay(news, config, cache)
            runs.append(run)
            said = config.with_suffix(".jsonl").read_bytes().count(b"\n")
            print(
                f"  {name}: {run.seconds:,.1f} s ({number / run.seconds:,.0f} articles/s), {run.cpu:,.1f} s of"
                f" processor time; at most {run.megabytes:,.0f} MB over all processes"
                f" ({run.halves[0]:,.0f} in the first half, {run.halves[1]:,.0f} in the second); {said} alerts",
                flush=True,
            )
    first, second = runs
    wall, cpu = second.seconds / first.seconds, second.cpu / first.cpu
    print(f"  the second took {wall:.1%} of the first's wall time, {cpu:.1%} of its processor time")


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 20_000)
