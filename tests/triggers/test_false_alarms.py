"""A surge stays rare where nothing changes, and is found where something does: what docs/triggers.md promises."""

from __future__ import annotations

import pytest

from benchmarks.triggers import MEANS, SIZES, false_alarms, found

CELLS = [(mean, size) for mean in MEANS for size in SIZES.values()]


@pytest.mark.parametrize(("mean", "size"), CELLS)
def test_false_alarms_of_a_surge_are_few_at_every_rate_and_spread(mean: float, size: float) -> None:
    assert false_alarms("surge", "independent", mean, size, 4000) <= 7.2
    assert false_alarms("surge", "weekday cycle", mean, size, 4000) <= 10


@pytest.mark.parametrize(("mean", "size"), [cell for cell in CELLS if cell[0] >= 0.5])
def test_a_rise_to_four_times_is_found_within_seven_buckets(mean: float, size: float) -> None:
    assert found("surge", "step", mean, size, 100) >= 0.64
