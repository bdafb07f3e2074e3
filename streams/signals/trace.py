"""What was tried on the way to a reading? A record that the readers fill when somebody asks, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from streams.article import Field


class Try(NamedTuple):
    """A phrase that was held against its row's needs and veto words. Offsets are half-open, into ``field``."""

    field: Field
    start: int
    end: int
    type: str
    pattern: str
    vetoes: int
    """How many veto words its row has."""
    near: tuple[str, ...]
    """Those of them that stand near."""
    answer: str | None
    """None when it fits, "" when a word that it needs is missing, else the reason."""


@dataclass(slots=True)
class Trace:
    """What one reading tried. ``clauses`` gives the half-open span of each signal, by field, trigger and type."""

    tried: list[Try] = field(default_factory=list)
    clauses: dict[tuple[Field, int, str], tuple[int, int]] = field(default_factory=dict)
