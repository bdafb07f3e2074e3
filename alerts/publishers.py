"""Which publishers are of one house? The families file: YAML, family → list of publisher names."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


class PublishersError(Exception):
    """A families file that cannot be used; the message says which, why, and what to do."""


def load_families(path: str | Path | None) -> dict[str, str]:
    """Case-folded publisher name → case-folded family. Empty without a file."""
    if path is None:
        return {}
    try:
        data = YAML(typ="safe").load(Path(path).read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise PublishersError(f"{path}: cannot be read: {error}; it maps each family to a list of names") from error
    if not isinstance(data, dict):
        raise PublishersError(f"{path}: needs to map each family to a list of publisher names")
    families = {}
    for family, names in data.items():
        if not isinstance(names, list):
            raise PublishersError(f"{path}: {family!r} needs a list of publisher names, got {names!r}")
        for name in [family, *names]:
            families[_fold(str(name))] = _fold(str(family))
    return families


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
