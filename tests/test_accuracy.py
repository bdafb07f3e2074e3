"""The page of accuracy: what is written by hand stays, and a label means what its gold asks."""

from __future__ import annotations

import pytest

from benchmarks import accuracy


def test_text_by_hand_outlives_the_tables() -> None:
    page = accuracy.PAGE.read_text(encoding="utf-8")
    once = accuracy.with_tables(page, "| first |")
    twice = accuracy.with_tables(once, "| second |")
    assert "| second |" in twice
    assert "| first |" not in twice
    assert twice.replace("| second |", "| first |") == once
    assert page.partition("<!--")[0] == twice.partition("<!--")[0]


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the line"):
        accuracy.with_tables("# Accuracy\n", "| x |")


def test_agreement_beyond_chance() -> None:
    assert accuracy.kappa([("a", "a"), ("b", "b")]) == "1.00"
    assert accuracy.kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == "0.00"
    assert accuracy.kappa([("a", "a")]) == "–"


def test_a_force_label_without_realis_asks_for_none() -> None:
    assert "realis_class" not in accuracy.withdrawal_gold({"force": True, "realis": None})
    assert accuracy.withdrawal_gold({"force": True, "realis": "not_actual"})["realis_class"] == "not_actual"
    assert accuracy.withdrawal_gold({"force": False, "realis": None})["family"] == "none"
