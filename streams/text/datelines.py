"""Where does the dateline of a text end? "KABUL, May 4 (Agency) -- Gunmen …": place and day there are the report's."""

from __future__ import annotations

import re

_LINE = re.compile(r"\s*(?P<line>[A-Z][^\n]{1,110}?)\s?(?:--|\s[—–-]\s)\s*")
_ASIDE = re.compile(r"[(\[][^)\]\n]*[)\]]")
_PLAIN = re.compile(r"\b[a-z]{2,}\b")
_ALLOWED = frozenset("de del la las los el al of and on the near no date in city".split())
_FEW_WORDS = 4


def dateline_end(body: str) -> int:
    """The offset behind the dash that ends the dateline, 0 when the text has none."""
    match = _LINE.match(body)
    if match is None:
        return 0
    line = _ASIDE.sub(" ", match["line"])
    if any(word not in _ALLOWED for word in _PLAIN.findall(line)):
        return 0
    marked = line != match["line"] or any(char.isdigit() for char in line)
    return match.end() if marked or len(line.split()) <= _FEW_WORDS else 0
