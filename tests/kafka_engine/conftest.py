"""The brokers of the tests: one for the whole run, and private ones for tests that stop, kill or freeze theirs.

Without Java, Maven or the kafka extra these tests are skipped and say how to enable them; with TOCSIN_REQUIRE_KAFKA
set, as in CI, they fail instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import jars

if TYPE_CHECKING:
    from .broker import Broker


class SkippedModule(pytest.Module):
    """Stands for a module of tests that this machine cannot run, and says why."""

    def collect(self) -> list[pytest.Item]:
        raise pytest.skip.Exception(jars.missing() or "", allow_module_level=True)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if jars.missing() and not os.environ.get(jars.REQUIRED):
        return SkippedModule.from_parent(parent, path=module_path)
    return None


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    """The broker's jars; skips, or fails where the broker is required, when they cannot be had."""
    problem = jars.missing()
    if problem is None:
        try:
            return jars.fetch()
        except (RuntimeError, OSError) as error:
            problem = str(error)
    if os.environ.get(jars.REQUIRED):
        pytest.fail(problem)
    pytest.skip(problem)


@pytest.fixture(scope="session")
def broker(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The broker that all tests share: each makes topics and groups of its own, none stops or freezes it."""
    from .broker import Broker

    shared = Broker(tmp_path_factory.mktemp("kafka"), kafka_jars)
    try:
        shared.start()
        yield shared
    finally:
        shared.stop()


@pytest.fixture
def private_broker(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Broker]]:
    """Makes brokers that are the test's own, not started yet: ``private_broker(**{"message.max.bytes": "1000"})``."""
    from .broker import Broker

    made: list[Broker] = []

    def make(**properties: str) -> Broker:
        made.append(Broker(tmp_path_factory.mktemp("kafka"), kafka_jars, properties))
        return made[-1]

    try:
        yield make
    finally:
        for own in made:
            own.stop()
