"""Text for a channel: escaped as it needs, then cut, so that no cut falls inside an entity, an escape or a link.

Widths are counted in UTF-16 units, the strictest way that a limit in characters can be read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct

from alerts.channels.text import clean, one_line

LONGEST_URL = 1500
LONGEST_LABEL = 200
_URL_CODES = {char: f"%{ord(char):02X}" for char in '<>|"`\\^{}'}


def width(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Dialect(Struct, frozen=True, kw_only=True):
    """How a channel writes. "Native" is text in its mark-up."""

    table: Mapping[int, str] = MappingProxyType({})
    """Character that would be mark-up → how it stands, as for ``str.translate``."""
    atoms: re.Pattern[str] = re.compile(r".", re.DOTALL)
    """Matches what of a native text may not be cut: an entity, an escape, a link, else one character."""
    anchor: Callable[[str, str], str] = lambda url, label: f"{label}, {url}"
    """A checked address and a native label → a native link."""
    quoted: Callable[[str], str] = lambda native: native
    """A native line as a quotation."""
    strong: Callable[[str], str] = lambda native: native
    """A native text, itself without mark-up, in bold."""
    escape_url: Mapping[int, str] = MappingProxyType({})
    """What of an address the link's own mark-up could not bear."""

    def escape(self, text: str) -> str:
        """Native text that shows exactly this text."""
        return clean(text).translate(self.table)

    def fit(self, text: str, limit: int) -> str:
        """The escaped text, at most ``limit`` wide, with "…" where it was cut."""
        return self.cut(self.escape(text[: 2 * limit + 2]), limit)  # twice: a line break may have been two characters

    def cut(self, native: str, limit: int) -> str:
        """Native text, at most ``limit`` wide, with "…" where it was cut."""
        if width(native) <= limit:
            return native
        kept, used = [], 0
        for match in self.atoms.finditer(native):
            used += width(match.group())
            if used > limit - 1:
                break
            kept.append(match.group())
        return "".join(kept).rstrip() + "…" if limit > 0 else ""

    def bold(self, text: str) -> str:
        """The text in bold, on one line; mark-up of its own in it is escaped."""
        return self.strong(self.escape(one_line(text)))

    def link(self, url: str | None, label: str) -> str:
        """A link; the label alone when there is no web address, or one too long to show."""
        native = self.fit(one_line(label), LONGEST_LABEL)
        target = self.address(url)
        return self.anchor(target, native) if target else native

    def bare_link(self, url: str) -> str:
        """An address as a link of its own; "" when it is none."""
        target = self.address(url)
        return self.anchor(target, self.escape(web_address(url))) if target else ""

    def address(self, url: str | None) -> str:
        """A web address as it may stand in a link, or "" when it is none."""
        return web_address(url).translate(self.escape_url)


def web_address(url: str | None) -> str:
    """An http or https address without white space and control characters; "" for any other and for a very long one."""
    if not url:
        return ""
    whole = "".join(_URL_CODES.get(char, char) for char in re.sub(r"\s", "%20", clean(url.strip())))
    try:
        parts = urlsplit(whole)
        good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return whole if good and width(whole) <= LONGEST_URL else ""


def _escaped(characters: str, how: Callable[[str], str]) -> dict[int, str]:
    return {ord(char): how(char) for char in characters}


PLAIN = Dialect()
HTML = Dialect(
    table=_escaped("&<>\"'", html.escape),
    atoms=re.compile(r"<[^<>]*>|&#?\w+;|.", re.DOTALL),
    anchor=lambda url, label: f'<a href="{url}">{label}</a>',
    quoted=lambda native: f"<blockquote>{native}</blockquote>",
    strong=lambda native: f"<b>{native}</b>",
    escape_url=_escaped("&'", html.escape),
)


def markdown(characters: str, more: Mapping[str, str] = MappingProxyType({})) -> Dialect:
    """A kind of Markdown in which these characters are escaped by a backslash; ``more`` are other replacements."""
    whole = "".join(f"{re.escape(text)}|" for text in more.values())
    return Dialect(
        table=_escaped(characters, lambda char: f"\\{char}") | {ord(char): text for char, text in more.items()},
        atoms=re.compile(whole + r"\\.|\[(?:\\.|[^\]\\\n])*\]\([^()\s]*\)|.", re.DOTALL),
        anchor=lambda url, label: f"[{label}]({url})",
        quoted=lambda native: f"> {native}",
        strong=lambda native: f"**{native}**",
        escape_url=_escaped("()*_~" + "".join(more), lambda char: f"%{ord(char):02X}"),
    )
