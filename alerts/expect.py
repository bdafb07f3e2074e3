"""Did a replay give what was expected? Each line of an expectations file is a part of the alert in that place."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import msgspec


def load(path: str | Path) -> list[dict[str, Any]]:
    """The lines of an expectations file (JSON objects). Raises ValueError naming the line that is none."""
    lines = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                lines.append(msgspec.json.decode(line, type=dict[str, Any]))
            except msgspec.DecodeError as error:
                raise ValueError(f"{path}:{number}: not a JSON object: {error}") from error
    return lines


def differences(expected: Sequence[dict[str, Any]], alerts: Sequence[dict[str, Any]]) -> list[str]:
    """What does not agree, a sentence each; empty when the alerts are the expected ones, in their order.

    One that is missing or too many does not set all that follow at odds: they are matched by rule, key and kind.
    """
    matcher = SequenceMatcher(None, [_sign(one) for one in expected], [_sign(one) for one in alerts], autojunk=False)
    found = []
    for _, first, last, start, end in matcher.get_opcodes():
        wanted, given = expected[first:last], alerts[start:end]
        for n, (want, got) in enumerate(zip(wanted, given, strict=False), start + 1):
            found += [f"alert {n} ({got['id']}): {text}" for text in _unlike(want, got, "")]
        both = min(len(wanted), len(given))
        found += [f"alert {n} did not come: {want}" for n, want in enumerate(wanted[both:], first + both + 1)]
        found += [
            f"alert {n} is not expected: {got['kind']} {got['severity']} {got['rule']} {got['key']} {got['title']!r}"
            for n, got in enumerate(given[both:], start + both + 1)
        ]
    return found


def _sign(one: dict[str, Any]) -> tuple[str, ...]:
    """What alerts are matched by."""
    return tuple(str(one.get(name)) for name in ("rule", "key", "kind"))


def _unlike(want: Any, got: Any, where: str) -> list[str]:
    if isinstance(want, dict) and isinstance(got, dict):
        return [
            text for key, value in want.items() for text in _unlike(value, got.get(key), f"{where}.{key}".strip("."))
        ]
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [text for n, value in enumerate(want) for text in _unlike(value, got[n], f"{where}[{n}]")]
    return [] if want == got else [f"{where} is {got!r}, expected {want!r}"]
