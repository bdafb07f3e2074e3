"""The journal: the one ordered, durable list of everything that decide sees.

An entry is a Report, a Tick (time has passed), Coverage (how a poll went) or a Control (an operator's word). Each
has a position, which orders it, and a time ``received``. Live, replay, restart and explanation all fold the same
entries in the order of their positions. Where the entries are kept is an engine's business.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from streams.article import Report

PollOutcome = Literal["ok", "failed", "first_contact"]


class Tick(Struct, frozen=True, kw_only=True, tag="tick"):
    """Time has passed: the entry's ``received`` is the new clock."""


class Coverage(Struct, frozen=True, kw_only=True, tag="coverage"):
    """How a poll of a source went."""

    source: str
    outcome: PollOutcome
    detail: str = ""


class Control(Struct, frozen=True, kw_only=True, tag="control"):
    """An operator's word. ``config`` names by its hash the rules in force from here on."""

    command: str
    body: dict[str, Any] = {}


class Reading(Struct, frozen=True, kw_only=True, tag="report"):
    """A Report with what the journal knows beside it."""

    report: Report


Entry = Reading | Tick | Coverage | Control


class Record(Struct, frozen=True, kw_only=True):
    """An entry at its place. ``received`` is in seconds since the epoch."""

    position: int
    received: int
    entry: Entry


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


#: How the bytes of a Control begin.
CONTROL = b'{"type":"control"'


def encode_entry(entry: Entry) -> bytes:
    """An entry as the bytes that the journal keeps."""
    return _encoder.encode(entry)


def decode_entry(data: bytes) -> Entry:
    """The entry of those bytes. Raises msgspec.ValidationError when they are no entry."""
    return _decoder.decode(data)
