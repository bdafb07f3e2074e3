"""OPML: lists of feeds, as every feed reader writes them out. Which addresses does one name?

Outlines may be nested in folders and name a feed twice; an address counts once, under the first name it is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from streams.sources.opening import read_whole
from streams.sources.options import ReadOptions, Unreadable
from streams.sources.web import Item

#: Bytes of a list, and feeds that are taken of one.
LONGEST_LIST = 20 * 1024 * 1024
MOST_FEEDS = 5_000


class Listed(Struct, frozen=True, kw_only=True):
    """A feed of a list."""

    url: str
    title: str
    line: int


def listed(data: bytes, name: str) -> tuple[list[Listed], list[Unreadable]]:
    """The feeds of a list in its order, and what of it cannot be used, with its place."""
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=False
    )
    found: dict[str, Listed] = {}
    bad: list[Unreadable] = []
    root = None
    events: list[tuple[str, etree._Element]] = []
    try:
        parser.feed(data.lstrip())
        events += parser.read_events()
        parser.close()
    except etree.XMLSyntaxError as error:
        events += parser.read_events()
        bad.append(Unreadable(where=f"{name}:{error.lineno or 1}", why=f"malformed XML: {error.msg}"))
    for _, node in events:
        root = node.tag if root is None else root
        url = _value(node, "xmlurl") if str(node.tag).lower() == "outline" else None
        if url is None:
            continue
        if not _is_web(url):
            bad.append(Unreadable(where=f"{name}:{node.sourceline}", why=f"{url[:100]!r} is no address of a feed"))
        elif _same(url) not in found:
            title = _value(node, "title") or _value(node, "text") or ""
            found[_same(url)] = Listed(url=url, title=title, line=node.sourceline or 1)
    if str(root).lower() != "opml" and not bad:
        bad.append(Unreadable(where=name, why="no OPML list"))
    if len(found) > MOST_FEEDS:
        bad.append(Unreadable(where=name, why=f"over {MOST_FEEDS} feeds in one list; the others are left out"))
    return list(found.values())[:MOST_FEEDS], bad


def _value(node: etree._Element, name: str) -> str | None:
    """An attribute, however its name is written."""
    value = next((text for key, text in node.attrib.items() if str(key).lower() == name), None)
    return str(value).strip() or None if value is not None else None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _same(url: str) -> str:
    """What two spellings of one address have in common."""
    parts = urlsplit(url)
    return f"{(parts.netloc or '').lower()}{parts.path.rstrip('/')}?{parts.query}"


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Item]:
    """The items of every feed of a list, one feed after the other; a feed that fails is named."""
    from streams.sources.http import fetch

    feeds, bad = listed(read_whole(stream, LONGEST_LIST), name)
    yield from bad
    for feed in feeds:
        own = replace(
            options, feed=options.feed or feed.url, fmt=None, publisher=options.publisher or feed.title or None
        )
        result = fetch(feed.url, own, datetime.now(UTC))
        yield from result.unreadable
        if result.outcome == "failed" and not result.unreadable:
            yield Unreadable(where=feed.url, why=result.detail)
        yield from result.articles
