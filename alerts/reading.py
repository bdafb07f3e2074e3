"""How is a source of the config read? What the readers of ``streams`` are told about it."""

from __future__ import annotations

from alerts.config.types import Source
from streams.sources import Assume, ReadOptions


def read_options(source: Source, *, fmt: str | None = None, assume: Assume | None = None) -> ReadOptions:
    """The options that read a source's files; ``fmt`` goes before the source's own format."""
    return ReadOptions(
        feed=source.id or None,
        fmt=fmt or source.format,
        fields=source.fields,
        zone=source.zone,
        publisher=source.publisher,
        lateness=source.lateness,
        assume=assume,
    )
