"""What does a web page report? Its main text, title and date, as trafilatura finds them by its own defaults.

The pages of an input wait as bytes and are extracted on every core, in their order; one that keeps its worker or ends
it is named and passed over. No page is dated after the day on which it was fetched or written.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, BinaryIO
from unicodedata import normalize

import msgspec
from msgspec import Struct

from streams.article import Article
from streams.sources.moments import read_moment
from streams.sources.opening import latest_day, read_whole
from streams.sources.options import ReadOptions, Unreadable
from streams.sources.records import article_of
from streams.workers import Workers

#: Bytes of one page.
LONGEST_PAGE = 20 * 1000 * 1000
#: No page is from later than this where nothing says when it was fetched.
_NEVER = date(2100, 1, 1)
#: A full time of publication as pages' metadata carry it.
_WHEN = rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d))"
_NAMED = rb"(?:article:published_time|datePublished|og:published_time)"
_NAME_FIRST = _NAMED + rb"[\"'\s:=]+(?:content[\"'\s:=]+)?" + _WHEN
_TIME_FIRST = _WHEN + rb"[\"'\s]+[^<>]{0,40}" + _NAMED
_STATED = re.compile(_NAME_FIRST + rb"|" + _TIME_FIRST)


class Page(Struct, frozen=True, kw_only=True):
    """A page as it was fetched, before anything is read out of it."""

    data: bytes
    where: str
    name: str
    """Of the input that it came in."""
    options: ReadOptions
    url: str | None = None
    fetched: datetime | None = None


Item = Article | Unreadable | Page


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Item]:
    """The page that a document is, once it is extracted."""
    yield Page(data=read_whole(stream, LONGEST_PAGE), where=name, name=name, options=options)


# --- extracting -------------------------------------------------------------------------------------------------------


def extracted(items: Iterable[Item]) -> Iterator[Article | Unreadable]:
    """The items with every page turned into its article, in order; memory is bounded by a few chunks of pages."""
    workers: Workers | None = None
    items = iter(items)
    item = next(items, None)
    try:
        while item is not None:
            if isinstance(item, Page):
                if workers is None:
                    cores = len(os.sched_getaffinity(0))
                    workers = Workers(_work, _given_up, cores, preload=[__name__, "trafilatura"])
                run = _Run(item, items)
                for _, data in workers.map((None, msgspec.msgpack.encode(page)) for page in run):
                    yield _item(data)
                item = run.other
            else:
                yield item
                item = next(items, None)
    finally:
        if workers is not None:
            workers.close()


class _Run:
    """A page and those that follow it directly; ``other`` is what ended them."""

    def __init__(self, first: Page, items: Iterator[Item]) -> None:
        self._first, self._items = first, items
        self.other: Article | Unreadable | None = None

    def __iter__(self) -> Iterator[Page]:
        yield self._first
        for item in self._items:
            if not isinstance(item, Page):
                self.other = item
                return
            yield item


class _Found(Struct, frozen=True):
    """What a worker hands back: one of the two."""

    article: Article | None = None
    unreadable: Unreadable | None = None


def _item(data: bytes) -> Article | Unreadable:
    found = msgspec.msgpack.decode(data, type=_Found)
    item = found.article or found.unreadable
    assert item is not None
    return item


def _work(data: bytes) -> bytes:
    item = article_in(msgspec.msgpack.decode(data, type=Page))
    found = _Found(article=item) if isinstance(item, Article) else _Found(unreadable=item)
    return msgspec.msgpack.encode(found)


def _given_up(data: bytes, why: str) -> bytes:
    page = msgspec.msgpack.decode(data, type=Page)
    item = Unreadable(where=page.where, why=f"set aside: extracting its text {why}, twice")
    return msgspec.msgpack.encode(_Found(unreadable=item))


def article_in(page: Page) -> Article | Unreadable:
    """The article that a page shows; readers' comments are no part of it."""
    options, library = page.options, _library()
    latest = latest_day(page.fetched) if page.fetched else options.latest or _NEVER
    try:
        found = _extract(library, page.data, page.url, latest)
    except Exception as error:  # the extractor's own failures on hostile pages are of any kind
        return Unreadable(where=page.where, why=f"no page that can be read: {type(error).__name__}: {error}")
    if found is None or not found.text:
        return Unreadable(where=page.where, why="a page without a text of its own, such as a list of links")
    url = page.url or found.url or None
    record = {
        "id": url or page.where,
        "title": _composed(found.title),
        "body": _composed(found.text),
        "published": _stated(page, found.date, options.zone) or found.date,
        "updated": page.fetched.isoformat() if page.fetched else None,
        "source": _composed(found.sitename) or found.hostname,
        "url": url,
        "language": found.language,
    }
    return article_of(record, page.where, page.name, options)


def _composed(text: str | None) -> str | None:
    """Letters and their accents as one character, as the command line writes them."""
    return normalize("NFC", text) if text else text


@cache
def _library() -> Any:
    """The extractor, imported when there is a page; what it finds odd in one is no news."""
    import trafilatura.settings

    for name in ("trafilatura", "htmldate"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return trafilatura


def _extract(library: Any, data: bytes, url: str | None, latest: date) -> Any:
    """What the command line's ``--json --with-metadata`` is written from; None when there is no text."""
    dates: Any = {"original_date": True, "extensive_search": True, "max_date": latest.isoformat()}
    options = library.settings.Extractor(output_format="python", with_metadata=True, url=url, date_params=dates)
    return library.bare_extraction(data, options=options)


def _stated(page: Page, day: str | None, zone: str) -> str | None:
    """The full time that the page's metadata state, when it is of the day found."""
    for match in _STATED.finditer(page.data):
        text = (match[1] or match[2]).decode("ascii")
        moment, _ = read_moment(text, zone)
        if moment is not None and text[:10] == day and (page.fetched is None or moment <= page.fetched):
            return text
    return None
