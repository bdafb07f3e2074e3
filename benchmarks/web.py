"""How fast is a WARC file of web pages read, and does it say what trafilatura's command line says of the same pages?

``python -m benchmarks.web [COUNT [PAIRS]]`` writes the pages as an archive and as a folder, and runs both as whole
processes, in turn. Processor time is that of a process and all its workers: unlike wall time it says nothing of what
else the machine does.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from msgspec import Struct

from benchmarks.pages import Made, pages, write_folder, write_warc
from benchmarks.replay import tree

_READ = """
import sys, msgspec
from streams.sources import ReadOptions, read_feed
with open(sys.argv[2], "wb") as out:
    for item in read_feed(sys.argv[1], ReadOptions()):
        out.write(msgspec.json.encode(item) + b"\\n")
"""
_SECONDS = 1200


class Cost(Struct, frozen=True):
    """Seconds that a command took."""

    wall: float
    processor: float


def theirs(folder: Path, out: Path) -> Cost:
    """Run trafilatura's command line over the folder, into JSON files."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    command = [str(Path(sys.executable).with_name("trafilatura")), "--input-dir", ".", "--output-dir", str(out)]
    return _cost([*command, "--json", "--with-metadata", "--keep-dirs"], folder)


def ours(warc: Path, out: Path) -> Cost:
    """Read the archive in a process of its own, one JSON object a line."""
    return _cost([sys.executable, "-c", _READ, str(warc), str(out)], Path())


def _cost(command: list[str], folder: Path) -> Cost:
    """Run a command and look at it and all below it; what its last twentieth of a second took is not seen."""
    start, spent = time.perf_counter(), 0.0
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, cwd=folder)
        while process.poll() is None:
            spent = max(spent, sum(map(_spent, tree(process.pid))))
            if time.perf_counter() - start > _SECONDS:
                process.kill()
            time.sleep(0.05)
        if process.returncode != 0:
            told.seek(0)
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {told.read()[-500:].decode()}")
    return Cost(time.perf_counter() - start, spent)


def _spent(pid: int) -> float:
    """Processor seconds of a process and of its children that have ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in stat[11:15]) / os.sysconf("SC_CLK_TCK")


def differences(made: list[Made], folder: Path, lines: Path) -> list[str]:
    """Where text, title or date differ, by page."""
    read = {item.get("id"): item for item in map(json.loads, lines.read_bytes().splitlines())}
    wrong = []
    for n, page in enumerate(made):
        other, own = json.loads((folder / f"{n:06}.json").read_bytes()), read.get(page.url, {})
        pairs = {
            "text": (other["text"], own.get("body")),
            "title": (other["title"], own.get("title")),
            "date": (other["date"], (own.get("published") or "")[:10]),
        }
        wrong += [f"{page.url}: {name}: {a!r:.80} / {b!r:.80}" for name, (a, b) in pairs.items() if a != b]
    return wrong


def main() -> None:
    """Write, run both in turn, compare, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        made = list(pages(count))
        write_folder(made, root / "pages")
        write_warc(made, root / "pages.warc.gz")
        ratios = []
        for n in range(pairs):
            other = theirs(root / "pages", root / "theirs")
            own = ours(root / "pages.warc.gz", root / "ours.jsonl")
            ratios.append(own.processor / other.processor)
            print(f"pair {n + 1}: trafilatura {_said(other)}, tocsin {_said(own)}: {ratios[-1]:.2f}", flush=True)
        wrong = differences(made, root / "theirs", root / "ours.jsonl")
    print(f"{count} pages: {statistics.median(ratios):.2f} of its processor time; {len(wrong)} differences")
    print("\n".join(wrong[:20]))


def _said(cost: Cost) -> str:
    return f"{cost.processor:.1f} s of processor time in {cost.wall:.1f} s"


if __name__ == "__main__":
    main()
