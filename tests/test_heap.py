"""A large state makes no collection long, and what is dropped from it does not stay for ever."""

from __future__ import annotations

import gc
import weakref

from alerts.heap import THAW_EVERY, Thaw, settled


class Node:
    def __init__(self) -> None:
        self.me = self


def test_full_collection_looks_only_at_what_is_new() -> None:
    with settled():
        remembered = [[n] for n in range(50_000)]
        gc.collect()
        assert len(gc.get_objects()) < 1000  # what the next one would look at
        assert len(remembered) == 50_000
    assert len(gc.get_objects()) > 50_000


def test_cycle_dropped_after_it_was_frozen_goes_at_the_next_thaw_and_thaws_are_a_day_apart() -> None:
    thaw = Thaw(0.0)
    with settled():
        node = Node()
        gc.collect()
        seen = weakref.ref(node)
        del node
        gc.collect()
        assert not thaw.when_due(THAW_EVERY - 1)
        assert seen() is not None
        assert thaw.when_due(THAW_EVERY)
        assert seen() is None
        assert not thaw.when_due(THAW_EVERY + 1)


def test_a_process_that_may_halt_drops_frozen_cycles_once_it_has_grown() -> None:
    with settled(thaw_at=1.01):
        ring = Node()
        gc.collect()
        gone = weakref.ref(ring)
        del ring
        gc.collect()
        assert gone() is not None, "frozen, so that no collection looks at it"
        kept = [[n] for n in range(400_000)]
        for _ in range(3):
            gc.collect()
        assert gone() is None
        assert len(kept) == 400_000
