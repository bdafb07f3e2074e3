"""What a test file says: parsed once, frozen, times in seconds."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from streams.article import Article


class Expected(Struct, frozen=True, kw_only=True):
    """A part of an alert."""

    line: int
    at: int | None = None
    before: int | None = None
    """At or before."""
    equal: dict[str, Any] = {}
    """Fields of the alert in the contract's form; of a mapping the named keys alone are compared."""
    contains: dict[str, str] = {}
    """Field → text that stands in it."""


class GateWanted(Struct, frozen=True, kw_only=True):
    """The gate at which a rule stops for a key at a time; "told" when it speaks."""

    line: int
    rule: str
    key: dict[str, str]
    at: int | None
    gate: str


class Notice(Struct, frozen=True, kw_only=True):
    """What a destination gets at a time: so many alerts in one notification."""

    line: int
    destination: str
    at: int | None = None
    covers: int | None = None


class Case(Struct, frozen=True, kw_only=True):
    """One test."""

    name: str
    line: int
    start: int
    """What offsets count from."""
    given: tuple[tuple[int, Article], ...]
    """(received, article) in the order of time."""
    until: int | None = None
    rules: tuple[str, ...] = ()
    """The rules it looks at; empty: all."""
    expect: tuple[Expected, ...] | None = None
    """None: it says nothing of what is to come."""
    not_expect: tuple[Expected, ...] = ()
    gates: tuple[GateWanted, ...] = ()
    notifications: tuple[Notice, ...] = ()
    unexpected: Literal["fail", "ignore"] = "fail"
