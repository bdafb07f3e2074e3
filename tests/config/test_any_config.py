"""Whatever stands in a config, the answer is a config or a list of places: never a crash."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from alerts.config import ConfigError, load
from alerts.config.schema import ABSENT, SECTIONS

GOOD = Path(__file__).resolve().parent / "good.yml"
KEYS = sorted({key for keys in (*SECTIONS.values(), *ABSENT.values()) for key in keys})
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "24h", "attack.*", "${X}"])
anything = st.recursive(
    scalars | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a tree."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far] * bool(so_far) + [path for key, inner in steps for path in paths(inner, (*so_far, key))]


TREE = json.loads(json.dumps(YAML(typ="safe").load(GOOD.read_text(encoding="utf-8"))))
TREE["rules"][2]["text"] = "{{ alert.readback }}"
PATHS = paths(TREE)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), anything), min_size=1, max_size=3))
def test_a_config_with_any_value_anywhere_loads_or_is_refused_with_places(changes: list[tuple[Any, Any]]) -> None:
    tree = json.loads(json.dumps(TREE))
    for path, value in changes:
        place = tree
        try:
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tocsin.yml"
        file.write_text(json.dumps(tree), encoding="utf-8")
        assert outcome(file) == "told"


def outcome(file: Path) -> str:
    """ "told" for a config that holds rules or a refusal that names places."""
    environ = {"SLACK_WEBHOOK_URL": "https://example.org/x", "WEBHOOK_SECRET": f"whsec_{'A' * 32}"}
    try:
        config = load(file, environ)
    except ConfigError as error:
        placed = [p for p in error.problems if p.line >= 1 and p.col >= 1 and "\n" not in p.message]
        return "told" if placed and placed == error.problems else f"not told: {error}"
    return "told" if config.rules else "no rules"


def test_the_config_that_is_changed_here_is_a_good_one(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.yml"
    file.write_text(json.dumps(TREE), encoding="utf-8")
    load(file, {"SLACK_WEBHOOK_URL": "https://example.org/x", "WEBHOOK_SECRET": f"whsec_{'A' * 32}"})
