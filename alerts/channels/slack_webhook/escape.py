"""Text for Slack: escaped, then cut, so that no cut falls inside an entity, a link or a surrogate pair.

Widths are counted in UTF-16 units, the strictest way that a limit in characters can be read.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from alerts.channels.text import clean, one_line

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_URL_CODES = {"<": "%3C", ">": "%3E", "|": "%7C", "&": "&amp;", "`": "%60"}
LONGEST_URL = 1500


def width(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def escape(text: str) -> str:
    """Exactly ``&``, ``<`` and ``>`` as entities: mentions and links in the text lose their force."""
    return "".join(_ENTITIES.get(char, char) for char in clean(text))


def fit(text: str, limit: int) -> str:
    """The escaped text, at most ``limit`` wide, with "…" where it was cut."""
    return _cut([_ENTITIES.get(char, char) for char in clean(text)], limit)


def fit_plain(text: str, limit: int) -> str:
    """Text for a plain_text object, which is shown as it is: brackets that could be read as mark-up are replaced."""
    return _cut([{"<": "‹", ">": "›"}.get(char, char) for char in one_line(text)], limit)


def _cut(pieces: list[str], limit: int) -> str:
    used = kept = 0
    for index, piece in enumerate(pieces):
        used += width(piece)
        if used > limit:
            return "".join(pieces[:kept]).rstrip() + "…"
        if used <= limit - 1:
            kept = index + 1
    return "".join(pieces)


def link(url: str | None, label: str) -> str:
    """``<url|label>``; the label alone when there is no web address, or one too long to show."""
    text = fit(one_line(label).replace("|", "/"), 200)
    target = encoded(url or "")
    return f"<{target}|{text}>" if target else text


def encoded(url: str) -> str:
    """A web address as it may stand in a link, or "" when it is none."""
    if urlsplit_scheme(url) not in ("http", "https"):
        return ""
    whole = "".join(_URL_CODES.get(char, char) for char in re.sub(r"\s", "%20", clean(url.strip())))
    return whole if width(whole) <= LONGEST_URL else ""


def urlsplit_scheme(url: str) -> str:
    """The scheme of an address, or "" when it cannot be read."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return parts.scheme.lower() if parts.netloc else ""
