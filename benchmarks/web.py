"""How fast is a WARC file of web pages read, and does it say what trafilatura's command line says of the same pages?

``python -m benchmarks.web [COUNT]`` writes the pages as an archive and as a folder, and runs both as whole processes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.pages import Made, pages, write_folder, write_warc

_READ = """
import sys, msgspec
from streams.sources import ReadOptions, read_feed
with open(sys.argv[2], "wb") as out:
    for item in read_feed(sys.argv[1], ReadOptions()):
        out.write(msgspec.json.encode(item) + b"\\n")
"""
_SECONDS = 1200


def theirs(folder: Path, out: Path) -> float:
    """Run trafilatura's command line over the folder, into JSON files. Gives the seconds it took."""
    out.mkdir()
    command = [str(Path(sys.executable).with_name("trafilatura")), "--input-dir", ".", "--output-dir", str(out)]
    return _timed([*command, "--json", "--with-metadata", "--keep-dirs"], folder)


def ours(warc: Path, out: Path) -> float:
    """Read the archive in a process of its own, one JSON object a line. Gives the seconds it took."""
    return _timed([sys.executable, "-c", _READ, str(warc), str(out)], Path())


def _timed(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS, cwd=folder)
    return time.perf_counter() - start


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
    """Write, run both, compare, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        made = list(pages(count))
        write_folder(made, root / "pages")
        write_warc(made, root / "pages.warc.gz")
        other = theirs(root / "pages", root / "theirs")
        own = ours(root / "pages.warc.gz", root / "ours.jsonl")
        wrong = differences(made, root / "theirs", root / "ours.jsonl")
    print(f"{count} pages: trafilatura {other:.1f} s, tocsin {own:.1f} s; {len(wrong)} differences")
    print("\n".join(wrong[:20]))


if __name__ == "__main__":
    main()
