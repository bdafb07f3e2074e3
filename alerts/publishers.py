"""Which publishers are of one house? YAML, family → list of names: ``data/publishers.yml``, and over it the user's."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


class PublishersError(Exception):
    """A families file that cannot be used; the message says which, why, and what to do."""


def load_families(path: str | Path | None) -> dict[str, str]:
    """Case-folded publisher name → case-folded family: the shipped ones, and over them those of a file.

    A family of the file that the shipped ones know by any of its names goes on as theirs; an outlet of the file leaves
    the family that it was shipped in. Raises PublishersError for a file that cannot be used.
    """
    shipped = _shipped()
    if path is None:
        return dict(shipped)
    try:
        given = _families(Path(path).read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise PublishersError(f"{path}: cannot be read: {error}; it maps each family to a list of names") from error
    return {**shipped, **{name: shipped.get(family, family) for name, family in given.items()}}


@cache
def _shipped() -> dict[str, str]:
    """The houses that are known to everybody."""
    file = files("alerts").joinpath("data/publishers.yml")
    return _families(file.read_text(encoding="utf-8"), file.name)


def _families(text: str, path: str) -> dict[str, str]:
    try:
        data = YAML(typ="safe").load(text) or {}
    except YAMLError as error:
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
