"""The same alerts in the same bytes, whoever classifies, and the same world as the embedded engine's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .broker import PASSWORD, Broker
from .desk import run
from .scene import Scene, embedded, example, outcome


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (3, 4)])
def test_the_journal_folded_again_gives_the_bytes_of_the_run_and_the_embedded_world(
    broker: Broker, tmp_path: Path, workers: int, batch: int
) -> None:
    """Three classify behind a door with TLS and a password, in which the desk comes too."""
    articles = example()
    with Scene(broker, tmp_path, partitions=3, locked=workers > 1) as scene:
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
        assert PASSWORD not in scene.said()
        if workers > 1:
            assert replayed(scene) == said
            of_embedded, half = replayed(scene, rules=OTHER), replayed(scene, "--to", at(said[-1]))
            assert 0 < len(of_embedded) < len(said)
            assert {json.loads(alert)["rule"] for alert in of_embedded} == {"other"}
            assert half == said[: len(half)]
            assert 0 < len(half) < len(said)
            assert at(half[-1]) < at(said[-1])


OTHER = "rules: [{id: other, when: attack.*, by: [country, place], over: 2d, severity: {info: 1}}]"


def at(alert: bytes) -> str:
    return str(json.loads(alert)["at"])


def replayed(scene: Scene, *more: str, rules: str = "") -> list[bytes]:
    """The alerts of ``tocsin replay`` of the journal's topic, by the scene's config or one with other rules."""
    path = scene.path
    if rules:
        head = path.read_text().partition("\nrules:")[0]
        path = scene.folder / "other.yml"
        path.write_text(f"{head}\n{rules}\n", encoding="utf-8")
    feed, out = f"kafka:{scene.names['reports']}", scene.folder / "replayed.jsonl"
    done = run("replay", feed, "-c", path, "--alerts", out, *more)
    assert done.exit_code == 0, done.output
    assert ("throughout" in done.stderr) == bool(rules)
    return out.read_bytes().splitlines()
