"""Where do articles come from? Each source is an iterator of Articles, and of Unreadables for what it cannot read.

``read_feed`` opens a file, a folder, a glob, standard input or an HTTP(S) address, recognises the format from the
content and reads it with the format's own module: ``jsonl``, ``feed`` (RSS and Atom), ``page``. ``http`` polls a feed
politely, ``dating`` dates what carries no date. A new format is a module with ``read`` and a row in ``FORMATS``.
"""

from __future__ import annotations

import glob
import gzip
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from msgspec import Struct

from streams.article import Article
from streams.sources.dating import Assume, date_articles
from streams.sources.options import FeedError, ReadOptions, Unreadable

__all__ = ["FORMATS", "Assume", "FeedError", "ReadOptions", "Unreadable", "read_feed"]

#: Bytes looked at to recognise a format.
_SNIFF = 4096
#: Feeds and pages are read whole; a larger one is refused (JSON lines are read line by line, of any length of file).
_WHOLE = 200 * 1024 * 1024


class _Opened(Struct):
    """An open input with its name, and the bytes already read from it."""

    name: str
    handle: IO[bytes]
    head: bytes


def read_feed(spec: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """Every article of a file, folder (recursively), glob, ``-`` or address, in order.

    Raises FeedError when there is nothing to open; what is broken inside comes as Unreadable.
    """
    if options.fmt is not None and options.fmt not in FORMATS:
        raise FeedError(f"{spec}: no format {options.fmt!r}; there are {', '.join(sorted(FORMATS))}")
    if spec.startswith(("http://", "https://")):
        return _read_address(spec, options)
    if spec == "-":
        return _read_opened(_Opened("-", sys.stdin.buffer, sys.stdin.buffer.read(_SNIFF)), options)
    paths = _paths(spec)
    return (item for path in paths for item in _read_path(path, options, alone=len(paths) == 1))


def _paths(spec: str) -> list[Path]:
    path = Path(spec)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    elif path.is_file():
        found = [path]
    else:
        found = sorted(Path(p) for p in glob.glob(spec, recursive=True) if Path(p).is_file())
    if not found:
        raise FeedError(f"{spec}: no such file, folder or glob; name one that exists, or - for standard input")
    return found


def _read_path(path: Path, options: ReadOptions, *, alone: bool) -> Iterator[Article | Unreadable]:
    try:
        with open(path, "rb") as handle:
            yield from _read_opened(_Opened(str(path), handle, handle.read(_SNIFF)), options)
    except OSError as error:
        if alone:
            raise FeedError(f"{path}: cannot be opened: {error.strerror}") from error
        yield Unreadable(where=str(path), why=f"cannot be opened: {error.strerror}")


def _read_opened(opened: _Opened, options: ReadOptions) -> Iterator[Article | Unreadable]:
    if opened.head.startswith(b"\x1f\x8b"):
        joined = cast("IO[bytes]", _Rejoined(opened.head, opened.handle))
        plain = cast("IO[bytes]", gzip.GzipFile(fileobj=joined, mode="rb"))
        try:
            opened = _Opened(opened.name, plain, plain.read(_SNIFF))
        except (OSError, EOFError) as error:
            yield Unreadable(where=opened.name, why=f"broken gzip: {error}")
            return
    fmt = options.fmt or recognise(opened.head)
    if fmt is None:
        yield Unreadable(where=opened.name, why="neither JSON lines, RSS, Atom nor text; give --feed-format")
        return
    items = FORMATS[fmt](_Rejoined(opened.head, opened.handle), opened.name, options)
    if fmt == "jsonl":
        yield from items
        return
    yield from _dated(items, options)


def _dated(items: Iterator[Article | Unreadable], options: ReadOptions) -> Iterator[Article | Unreadable]:
    """Feeds and pages are small: their articles are seen together, so that they can date one another."""
    found = list(items)
    articles = iter(date_articles([item for item in found if isinstance(item, Article)], options.assume))
    yield from (next(articles) if isinstance(item, Article) else item for item in found)


def recognise(head: bytes) -> str | None:
    """The format that the first bytes show, or None for binary."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return "jsonl"
    if text[:1] == b"<" and any(tag in text for tag in (b"<rss", b"<feed", b"<rdf:RDF", b"<channel")):
        return "rss"
    if b"\x00" in head:
        return None
    return "page"


class _Rejoined:
    """A binary stream whose first bytes were read ahead."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1) -> bytes:
        """Like a file's."""
        if size is None or size < 0:
            data, self._head = self._head + self._rest.read(), b""
            return data
        data, self._head = self._head[:size], self._head[size:]
        return data + self._rest.read(size - len(data)) if len(data) < size else data

    def readline(self, limit: int = -1) -> bytes:
        """Like a file's; ``limit`` bounds what is read of one line."""
        cut = self._head.find(b"\n")
        if cut >= 0:
            data, self._head = self._head[: cut + 1], self._head[cut + 1 :]
            return data
        data, self._head = self._head, b""
        return data + self._rest.readline(limit)


def _read_address(address: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    from datetime import UTC, datetime

    import requests

    from streams.sources.http import PollMemory, PollSource, poll

    source = PollSource(
        id=options.feed or address, url=address, zone=options.zone, publisher=options.publisher, allow_private=True
    )
    result = poll(source, PollMemory(), datetime.now(UTC), requests.Session())
    if result.outcome == "failed":
        raise FeedError(f"{address}: {result.detail}")
    yield from date_articles(list(result.articles), options.assume)
    yield from result.unreadable


def _read_jsonl(stream: IO[bytes], name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    from streams.sources import jsonl

    return jsonl.read(stream, name, options)


def _read_xml(stream: IO[bytes], name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    from streams.sources import feed

    return feed.read(stream.read(_WHOLE), name, options)


def _read_page(stream: IO[bytes], name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    from streams.sources import page

    return page.read(stream.read(_WHOLE), name, options)


Reader = Callable[..., Iterator[Article | Unreadable]]
FORMATS: dict[str, Reader] = {"jsonl": _read_jsonl, "rss": _read_xml, "atom": _read_xml, "page": _read_page}
