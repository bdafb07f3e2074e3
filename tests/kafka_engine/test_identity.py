"""The same alerts in the same bytes, whoever classifies, and the same world as the embedded engine's."""

from __future__ import annotations

from pathlib import Path

import pytest

from .broker import Broker
from .scene import Scene, embedded, example, outcome


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (3, 4)])
def test_the_journal_folded_again_gives_the_bytes_of_the_run_and_the_embedded_world(
    broker: Broker, tmp_path: Path, workers: int, batch: int
) -> None:
    articles = example()
    with Scene(broker, tmp_path, partitions=3) as scene:
        desk = scene.desk()
        running = [scene.worker() for _ in range(workers)]
        scene.produce(articles, batch=batch)
        scene.settle(articles)
        scene.stop(desk, *running)
        said = scene.alerts()
        again, state = scene.folded()
        assert len(said) > 10
        assert again == said
        assert outcome(state) == outcome(embedded(scene.config, articles))
