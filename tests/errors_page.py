"""What does each mistake get? ``docs/errors.md``, written from the bad files of the tests and what is told of them.

python tests/errors_page.py > docs/errors.md

A file of a folder ``bad`` under ``tests/`` is named for its mistake, and its ``.expected`` beside it has what is told:
a new one joins the page by itself.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEAD = """# Mistakes and what they get

Written by `make docs` from the bad files of the tests, one for each mistake, named for it. `tocsin check` names every
mistake of a config in one go, as `FILE:LINE:COL: message`; a wrong config is refused whole.
"""
_TOLD = re.compile(r"(?P<file>[^:]+):(?P<place>\d+:\d+): (?P<message>.*)")


def errors_page() -> str:
    """The page."""
    folders = sorted({path.parent for path in HERE.rglob("bad/*.expected")})
    return HEAD + "".join(_section(folder) for folder in folders)


def _section(folder: Path) -> str:
    rows = [_row(path) for path in sorted(folder.glob("*.expected"))]
    title = folder.parent.name.replace("_", " ").capitalize()
    return "\n".join([f"\n## {title}\n", "| mistake | at | what is told |", "|---|---|---|", *rows, ""])


def _row(expected: Path) -> str:
    """A mistake, and all that is told of it."""
    found = [match for line in expected.read_text(encoding="utf-8").splitlines() if (match := _TOLD.fullmatch(line))]
    own = f"{expected.stem}.yml"
    places = [match["place"] if Path(match["file"]).name == own else f"{Path(match['file']).name}:{match['place']}"
              for match in found]  # fmt: skip
    shown = [_plain(match["message"]) for match in found]
    name = expected.stem.replace("_", " ")
    return f"| {name} | {'<br>'.join(places)} | {'<br>'.join(shown)} |"


def _plain(text: str) -> str:
    """A message as Markdown shows it, letter by letter."""
    return re.sub(r"([\\`*_{}\[\]<>|$])", r"\\\1", text)


if __name__ == "__main__":
    sys.stdout.write(errors_page())
