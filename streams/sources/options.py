"""What every source takes and what it gives beside articles."""

from __future__ import annotations

from msgspec import Struct

from streams.sources.dating import Assume


class FeedError(Exception):
    """A feed that cannot be opened at all; the message says which, why, and what to do."""


class Unreadable(Struct, frozen=True, kw_only=True):
    """A piece of input that could not be read: where it stands, and why."""

    where: str
    why: str


class ReadOptions(Struct, frozen=True, kw_only=True):
    """How to read a feed. ``feed`` None names it by its path; ``fields`` maps an article's field to a dotted path."""

    feed: str | None = None
    fmt: str | None = None
    fields: dict[str, str] = {}
    zone: str = "UTC"
    publisher: str | None = None
    lateness: int | None = None
    assume: Assume | None = None
