"""What does a piece of HTML say? Its text, with blocks on lines of their own.

Written as one forward scan: the standard library's parser takes minutes over a hostile 150 KB.
"""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)[^<>]*>|<[!?][^<>]*>")
_SILENT = re.compile(r"(?i)<(script|style|noscript|template|iframe)\b")
_LOOKS_LIKE_HTML = re.compile(
    r"(?i)</?(?:a|b|i|u|p|br|hr|em|li|ul|ol|tr|td|div|img|span|font|strong|table|small|sub|sup|h[1-6])(?:\s[^<>]*)?/?>"
)
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINE_EDGES = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")

#: Tags that begin and end a line, and those that set a paragraph apart.
_LINES = frozenset("br tr dt dd li option caption figcaption".split())
_PARAGRAPHS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre section article header footer figure hr title body main "
    "nav aside".split()
)


def looks_like_html(text: str) -> bool:
    """Whether ``text`` holds a tag that HTML knows; "5 < 6" and "<!channel>" do not."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def plain_text(markup: str) -> str:
    """The text of ``markup``: tags gone, scripts with what is in them too, entities decoded, blocks as lines."""
    source = markup.replace("<![CDATA[", "").replace("]]>", "")
    text = unescape("".join(_pieces(_without_silent(_without_comments(source)))))
    text = _LINE_EDGES.sub("\n", _BLANKS.sub(" ", text))
    return _MANY_LINES.sub("\n\n", text).strip()


def _pieces(source: str) -> list[str]:
    pieces, at = [], 0
    for tag in _TAG.finditer(source):
        pieces.append(_flowing(source[at : tag.start()]))
        pieces.append(_break_of((tag[2] or "").lower()))
        at = tag.end()
    pieces.append(_flowing(source[at:]))
    return pieces


def _flowing(text: str) -> str:
    """Line ends of the markup itself are blanks, as in a browser."""
    return text.replace("\r", " ").replace("\n", " ")


def _break_of(name: str) -> str:
    if name in _PARAGRAPHS:
        return "\n\n"
    return "\n" if name in _LINES else ""


def _without_comments(source: str) -> str:
    kept, at = [], 0
    while (start := source.find("<!--", at)) >= 0:
        end = source.find("-->", start + 4)
        if end < 0:
            break
        kept.append(source[at:start])
        at = end + 3
    kept.append(source[at:])
    return "".join(kept)


def _without_silent(source: str) -> str:
    """Drops elements whose content is no text; one that never ends takes the rest with it, as in a browser."""
    kept, at = [], 0
    while opening := _SILENT.search(source, at):
        kept.append(source[at : opening.start()])
        closing = re.compile(rf"(?i)</{opening[1]}\b[^<>]*>").search(source, opening.end())
        if closing is None:
            return "".join(kept)
        at = closing.end()
    kept.append(source[at:])
    return "".join(kept)
