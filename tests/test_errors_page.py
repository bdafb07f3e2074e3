"""The page of mistakes says what is told of each, and each bad file has its place and message there."""

from __future__ import annotations

from errors_page import HERE, errors_page

from conftest import ROOT


def test_the_page_of_mistakes_is_not_stale() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page == errors_page(), "a bad file or a message has changed: run make docs and commit docs/errors.md"


def test_every_line_that_is_told_has_a_place_and_a_message() -> None:
    for path in HERE.rglob("bad/*.expected"):
        lines = path.read_text(encoding="utf-8").splitlines()
        row = next(line for line in errors_page().splitlines() if line.startswith(f"| {path.stem.replace('_', ' ')} |"))
        assert lines
        assert row.split(" | ")[1].count("<br>") == len(lines) - 1, path
