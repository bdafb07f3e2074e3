"""RSS and Atom: a document in, articles out. The parser is feedparser, fed with bytes only.

Times are read here, since it reads bare ones as Korean, and so is HTML. Declarations of entities are taken out
before it sees them: they have no honest use in a feed and can grow without bound.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO
from xml.parsers import expat

import feedparser

from streams.article import Article, Problem
from streams.sources import invisible
from streams.sources.dating import date_articles
from streams.sources.html import looks_like_html, plain_text
from streams.sources.moments import read_moment
from streams.sources.naming import NO_ID, hashed_id
from streams.sources.opening import read_whole
from streams.sources.options import ReadOptions, Unreadable

_ENTITY = re.compile(rb"<!ENTITY[^<>]*>", re.IGNORECASE)
_OTHER_ENTITY = re.compile(rb"<!(?=ENTITY)", re.IGNORECASE)
#: A declaration that cannot be true of bytes in which it can be read.
WIDE = re.compile(
    rb"<\?xml\b[^>]{0,200}encoding\s*=\s*[\"'](?:utf-?16|utf-?32|ucs|iso-10646)[^>]{0,50}\?>", re.IGNORECASE
)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
_NO_CHARACTER = "\ufffd".encode()
_ITEM_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_SPACES = re.compile(r"\s+")
_WEB = re.compile(r"(?i)https?://")
_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The items of a feed document, those without a date dated where they can be.

    What broke the document is named once; the items before the break are read.
    """
    whole = read_whole(stream)
    data = _tamed(whole.lstrip())
    try:
        parsed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # the parser's own failures on hostile input are of any kind
        yield Unreadable(where=name, why=f"no feed that can be read: {type(error).__name__}: {error}")
        return
    entries = list(parsed.get("entries", ()))
    broken = parsed.get("bozo_exception")
    if broken is not None and not isinstance(broken, _HARMLESS):
        entries = entries[: len(_ITEM_END.findall(data))]
        where, why = _break_in(data, whole[: len(whole) - len(whole.lstrip())].count(b"\n"), name, broken)
        yield Unreadable(where=where, why=f"a malformed feed: {why}; {len(entries)} whole items were read")
    elif not entries and not parsed.get("version"):
        yield Unreadable(where=name, why="no RSS or Atom feed")
    items = [_item(entry, parsed.feed, f"{name}#{n}", name, options) for n, entry in enumerate(entries, 1)]
    yield from (item for item in items if isinstance(item, Unreadable))
    yield from date_articles([item for item in items if isinstance(item, Article)], options.assume)


def _tamed(data: bytes) -> bytes:
    """The document without what would lead the parser astray, or make it give up all for one character."""
    data = _OTHER_ENTITY.sub(b"<!-", _ENTITY.sub(_blank_lines, data))
    return _REFERENCE.sub(_of_reference, WIDE.sub(_blank_lines, data, count=1))


def _blank_lines(match: re.Match[bytes]) -> bytes:
    """Nothing but the line ends, so that places later in the document keep their line."""
    return b"\n" * match[0].count(b"\n")


def _break_in(data: bytes, lines_before: int, name: str, broken: object) -> tuple[str, str]:
    """Where a document breaks, as ``NAME:LINE``, and why: the feed parser's own lines are those of its own copy."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return f"{name}:{error.lineno + lines_before}", expat.ErrorString(error.code)
    return name, str(broken)


def _of_reference(match: re.Match[bytes]) -> bytes:
    """A reference as it stands, or the mark of no character."""
    digits = match[1] or match[2]
    code = int(digits, 16 if match[1] else 10) if len(digits) <= 8 else -1
    is_character = 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return match[0] if is_character else _NO_CHARACTER


def _item(entry: Any, channel: Any, where: str, name: str, options: ReadOptions) -> Article | Unreadable:
    title, body = _title(entry), _body(entry)
    problems = [*invisible.noted(title, body)]
    title, body = invisible.visible(title), invisible.visible(body)
    if not title and not body:
        return Unreadable(where=where, why="neither title nor text")
    published = _time(entry, "published", options.zone, problems)
    updated = _time(entry, "updated", options.zone, problems)
    url = _address(entry.get("link"))
    id_ = entry.get("id") or url
    if not id_:
        problems.append(NO_ID)
    return Article(
        id=str(id_ or hashed_id(None, title, body)),
        feed=options.feed or name,
        title=title,
        body=body,
        published=published or updated,
        updated=updated,
        source=_source(entry, channel) or options.publisher or options.feed or name,
        url=url,
        language=_language(channel),
        zone=options.zone,
        lateness=options.lateness,
        problems=tuple(problems),
    )


def _address(link: Any) -> str | None:
    """The link, unless it is what feedparser puts in its place: the item's id."""
    return str(link) if _WEB.match(str(link or "")) else None


def _title(entry: Any) -> str:
    return _SPACES.sub(" ", _text(entry.get("title_detail") or {"value": entry.get("title", "")})).strip()


def _body(entry: Any) -> str:
    """The longest of what an item carries as its text."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {"value": entry.get("summary", "")}]
    return max(map(_text, parts), key=len)


def _text(part: Any) -> str:
    value = str(part.get("value") or "")
    is_html = str(part.get("type", "")).endswith("html") or looks_like_html(value)
    return plain_text(value) if is_html else value.strip()


def _time(entry: Any, field: str, zone: str, problems: list[Problem]) -> datetime | None:
    """A time that the item itself carries: asked by the usual way, feedparser answers for one field with another."""
    moment, problem = read_moment(dict.get(entry, field), zone, field)
    if problem is not None:
        problems.append(problem)
    return moment


def _source(entry: Any, channel: Any) -> str:
    own = entry.get("source")
    name = (own.get("title") if isinstance(own, dict) else None) or channel.get("title") or ""
    return _SPACES.sub(" ", plain_text(str(name)))


def _language(channel: Any) -> str | None:
    language = str(channel.get("language") or "")
    return re.split("[-_]", language)[0].lower() or None
