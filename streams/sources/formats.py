"""Which format is this, and who reads it? A new format is a module with ``read`` and a row of ``FORMATS``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from streams.article import Article
from streams.sources import feed, jsonl, page, table
from streams.sources.archives import DEEPEST, is_archive, members
from streams.sources.opening import READ_ERRORS, Opened, reason
from streams.sources.options import ReadOptions, Unreadable

if TYPE_CHECKING:
    from streams.sources.web import Item

Reader = Callable[[BinaryIO, str, ReadOptions], "Iterator[Item]"]


def _late(module: str) -> Reader:
    """The reader of a module that is imported when it is needed, to keep start-up quick."""

    def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Item]:
        found: Iterator[Item] = import_module(f"streams.sources.{module}").read(stream, name, options)
        return found

    return read


FORMATS: dict[str, Reader] = {
    "jsonl": jsonl.read,
    **dict.fromkeys(jsonl.SHAPES, jsonl.read),
    "rss": feed.read,
    "atom": feed.read,
    "newsml": _late("newsml"),
    "nitf": _late("newsml"),
    "csv": table.read,
    "page": page.read,
    "html": _late("web"),
    "warc": _late("warc"),
    "opml": _late("opml"),
}

_JSON_LINE = re.compile(rb'^[ \t]*\{[ \t]*"', re.MULTILINE)
_JSON_ARRAY = re.compile(rb"\[\s*[{\]]")
_XML = re.compile(rb"(?:<\?xml|<rss|<feed|<rdf:RDF|<channel)\b", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
#: Formats that the first element tells.
_ROOTS = {b"newsItem": "newsml", b"newsMessage": "newsml", b"packageItem": "newsml", b"nitf": "nitf", b"opml": "opml"}
_HTML = re.compile(rb"<!doctype html|<html\b", re.IGNORECASE)
_WARC = b"WARC/"
_NO_TEXT = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b")) + b"\x7f"


def recognise(head: bytes, columns: Collection[str] = ()) -> str | None:
    """The format that the first bytes of an input show; None when they are no text. A map of fields names columns."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(_WARC):
        return "warc"
    if text.startswith(_NO_TEXT) or len(head) - len(head.translate(None, _CONTROLS)) > max(3, len(head) // 100):
        return None
    if text.startswith(b"{") or _JSON_ARRAY.match(text):
        return "jsonl"
    if text.startswith(b"<"):
        root = _ROOT.search(_COMMENT.sub(b"", text))
        if root and root[1] in _ROOTS:
            return _ROOTS[root[1]]
        if _HTML.search(text):
            return "html"
        return "rss" if _XML.search(text) else "page"
    if _JSON_LINE.search(text):
        return "jsonl"
    return "csv" if table.is_table(text, columns) else "page"


def read_opened(opened: Opened, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of one open input. What breaks off inside is named; what came before it stands."""
    return finished(items_of(opened, options))


def finished(items: Iterator[Item]) -> Iterator[Article | Unreadable]:
    """The items with the text of web pages extracted. The extractor is imported when there is one."""
    for item in items:
        if isinstance(item, Article | Unreadable):
            yield item
            continue
        from streams.sources.web import extracted

        yield from extracted(chain([item], items))


def items_of(opened: Opened, options: ReadOptions, depth: int = 0) -> Iterator[Item]:
    """The items of one open input, web pages as they are."""
    if options.latest is None and opened.written is not None:
        options = replace(options, latest=opened.written)
    if opened.local and is_archive(opened.head):
        yield from _read_members(opened, options, depth + 1)
        return
    fmt = options.fmt or recognise(opened.head, options.fields.values())
    if fmt is None:
        yield Unreadable(where=opened.name, why="no text, and no form of news that is known")
        return
    try:
        yield from FORMATS[fmt](opened.stream, opened.name, options)
    except READ_ERRORS as error:
        yield Unreadable(where=opened.name, why=f"breaks off: {reason(error)}")


def _read_members(opened: Opened, options: ReadOptions, depth: int) -> Iterator[Item]:
    if depth > DEEPEST:
        yield Unreadable(where=opened.name, why=f"an archive within {DEEPEST} others; unpack it first")
        return
    for member in members(opened):
        if isinstance(member, Unreadable):
            yield member
        else:
            yield from items_of(member, options, depth)
