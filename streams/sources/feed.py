"""RSS and Atom: bytes in, articles out. The parser is feedparser; times are read here, since it reads bare ones as
Korean (its ``_parse_date_onblog``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import feedparser

from streams.article import Article, Problem
from streams.sources.html import plain_text
from streams.sources.moments import read_moment
from streams.sources.options import ReadOptions, Unreadable


def read(data: bytes, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The items of a feed document; what broke its parsing is named once, what could be read is read."""
    try:
        parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # the parser's own failures on hostile input are of any kind
        yield Unreadable(where=name, why=f"not a feed: {type(error).__name__}: {error}")
        return
    if parsed.get("bozo") and not isinstance(parsed.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        yield Unreadable(where=name, why=f"malformed feed, read as far as it goes: {parsed.get('bozo_exception')}")
    elif not parsed.entries and not parsed.get("version"):
        yield Unreadable(where=name, why="no RSS or Atom feed")
    channel = parsed.feed
    for number, entry in enumerate(parsed.entries, 1):
        yield _article(entry, channel, f"{name}: item {number}", name, options)


def _article(entry: Any, channel: Any, where: str, name: str, options: ReadOptions) -> Article | Unreadable:
    title, body = plain_text(entry.get("title", "")), plain_text(_body(entry))
    if not title and not body:
        return Unreadable(where=where, why="neither title nor text")
    problems: list[Problem] = []
    published, problem = read_moment(_own(entry, "published"), options.zone, "published")
    problems += [problem] if problem else []
    updated, problem = read_moment(_own(entry, "updated"), options.zone, "updated")
    problems += [problem] if problem else []
    source = entry.get("source", {}).get("title") or channel.get("title") or options.publisher
    return Article(
        id=_id(entry, title, body),
        feed=options.feed or name,
        title=title,
        body=body,
        published=published or updated,
        updated=updated,
        source=source or options.feed or name,
        url=entry.get("link"),
        language=_language(channel),
        zone=options.zone,
        lateness=options.lateness,
        problems=tuple(problems),
    )


def _own(entry: Any, field: str) -> str | None:
    """A time that the item itself carries: feedparser answers for ``updated`` with ``published``."""
    value = dict.get(entry, field)
    return str(value) if value else None


def _body(entry: Any) -> str:
    contents = [part.get("value", "") for part in entry.get("content", ())]
    return str(max([*contents, entry.get("summary", "")], key=len))


def _id(entry: Any, title: str, body: str) -> str:
    known = entry.get("id") or entry.get("link")
    return str(known) if known else "sha256:" + hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()[:24]


def _language(channel: Any) -> str | None:
    language = channel.get("language")
    return str(language).split("-")[0].lower() if language else None
