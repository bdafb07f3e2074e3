"""Shared fixtures. Tests marked ``shared`` need the evaluation data beside the checkout and are skipped without it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
#: No test reads or writes the user's cache.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="tocsin-tests-")
#: Folders with the longest files of tests: they go first, so that at the end none is left alone with one.
FIRST = ("crash", "kafka_engine", "daemon")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: FIRST.index(item.path.parent.name) if item.path.parent.name in FIRST else len(FIRST))
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason="the evaluation data is not beside the checkout")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data."""
    return SHARED
