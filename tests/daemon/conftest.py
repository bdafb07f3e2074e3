from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.running import Site, config_text


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def config(site: Site, tmp_path: Path) -> Path:
    path = tmp_path / "tocsin.yml"
    path.write_text(config_text(tmp_path, site), encoding="utf-8")
    return path
