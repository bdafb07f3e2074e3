"""A year of news in files out of order is sorted on disk: memory does not grow with it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

LINES, FILES = 200_000, 4
#: MB that the process may hold, by what the kernel counted at its peak.
MOST = 200
STAGE = """
import resource, sqlite3, sys
from pathlib import Path
from alerts import replay
from streams.engines.store import Store
from streams.sources import ReadOptions, read_feed
store = Store(Path(sys.argv[2]))
staged = replay.stage(store, [read_feed(sys.argv[1], ReadOptions())], "spec")
times = [row[0] for row in store.writer.execute("SELECT received FROM articles ORDER BY seq")]
print(staged.articles, times == sorted(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.long
def test_two_hundred_thousand_lines_out_of_order_are_sorted_within_a_bound(tmp_path: Path) -> None:
    chance, start = random.Random(3), datetime(2030, 1, 1, tzinfo=UTC)
    text = "Talks went on in the old town hall. " * 12
    files = [(tmp_path / f"{n}.jsonl").open("w") for n in range(FILES)]
    for n in range(LINES):
        published = start + timedelta(seconds=chance.randrange(365 * 86400))
        line = {"id": f"a{n}", "title": f"Talks {n}", "body": text, "published": published.isoformat()}
        files[n % FILES].write(json.dumps(line) + "\n")
    for file in files:
        file.close()
    command = [sys.executable, "-c", STAGE, str(tmp_path / "*.jsonl"), str(tmp_path / "s.db")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=280)
    articles, is_sorted, peak = done.stdout.split()
    assert (int(articles), is_sorted) == (LINES, "True")
    assert int(peak) < MOST, f"{peak} MB"
