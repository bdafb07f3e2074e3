"""What is wrong with a config, and where? Every problem has its place; all are told in one go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

#: What may be shown of an unknown key: longer or stranger text may be a secret with a missing space.
_SHOWABLE = re.compile(r"[\w.-]{1,40}")


class Problem(Struct, frozen=True, order=True):
    """A problem at a place. ``line`` and ``col`` count from 1, ``col`` in characters."""

    file: str
    line: int
    col: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}: {self.message}"


class ConfigError(Exception):
    """A config that cannot be used. ``problems`` are sorted by place, those of the config's own file first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that was probably meant."""
    close = get_close_matches(name, sorted(valid), 1)
    return close[0] if close else None


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """'; did you mean "over"?', or the valid names when none is near."""
    names = sorted(valid)
    close = nearest(name, names)
    if close:
        return f'; did you mean "{close}"?'
    return f"; use one of {', '.join(names)}" if names else ""


def shown(name: str) -> str:
    """A key as an error may quote it."""
    if _SHOWABLE.fullmatch(name):
        return f'"{name}"'
    return "with characters that no key has" + (" (a blank belongs after the colon)" if ":" in name else "")
