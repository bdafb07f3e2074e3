"""The page of signals says what the lexicon holds."""

from __future__ import annotations

from pathlib import Path

from streams.signals.page import signals_page


def test_the_page_of_signals_is_not_stale() -> None:
    page = (Path(__file__).parents[1] / "docs" / "signals.md").read_text(encoding="utf-8")
    assert page == signals_page(), "the lexicon has changed: run make docs and commit docs/signals.md"
