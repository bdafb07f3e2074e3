"""A hundred thousand articles over a real broker: the same world as the embedded engine's, whoever classified.

KAFKA_ARTICLES gives another number. News comes in as it does live, day by day: workers are never further apart.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.newsroom import DAY, START, Newsroom, articles
from streams.article import Article

from .broker import Broker
from .scene import Scene, embedded, outcome

COUNT = int(os.environ.get("KAFKA_ARTICLES", "100000"))
A_DAY, BATCH = 1400.0, 20
AT = "2024-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def news() -> list[list[Article]]:
    """Articles by the day on which they are received, in the order in which they are."""
    room = Newsroom(days=int(COUNT / A_DAY * 1.4) + 2, a_day=A_DAY)
    days: list[list[Article]] = []
    for item, _ in zip(articles(room), range(COUNT), strict=False):
        assert item.received is not None
        day = int((item.received.timestamp() - START) // DAY)
        days.extend([] for _ in range(day + 1 - len(days)))
        days[day].append(item)
    return days


@pytest.mark.long
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("workers", [1, 3])
def test_many_articles_come_to_the_same(
    broker: Broker, tmp_path: Path, news: list[list[Article]], workers: int
) -> None:
    with Scene(broker, tmp_path, partitions=3) as scene:
        desk, running = scene.desk(at=AT), [scene.worker() for _ in range(workers)]
        scene.until("the desk has begun", lambda: scene.decided() > 0)
        sent = 0
        for day in news:
            scene.produce(day, batch=BATCH)
            sent += len(day)
            scene.until("the day is read", lambda: scene.end("reports") >= sent, 300)  # noqa: B023
        scene.until("all is decided", lambda: scene.decided() >= scene.end("reports"), 600)
        scene.stop(desk, *running)
        said = scene.alerts()
        again, state = scene.folded()
        assert sent == COUNT
        assert len(said) > COUNT // 1000
        assert again == said
        there = outcome(embedded(scene.config, [item for day in news for item in day]))
        here = outcome(state)
        assert len(here["windows"]) > 10
        assert here["windows"] == there["windows"]
        assert here["happenings"] == there["happenings"]
