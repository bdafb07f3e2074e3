"""Each golden input reads as the file beside it says; a difference changes what users' articles become."""

from __future__ import annotations

import pytest

from .readings import CASES, expected, reading


@pytest.mark.parametrize("name", CASES)
def test_golden_inputs_read_as_recorded(name: str) -> None:
    assert reading(name) == expected(name).read_text(encoding="utf-8")
