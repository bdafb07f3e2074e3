"""Where do articles come from? Each source is an iterator of Articles, and of Unreadables for what it cannot read.

``read_feed`` opens a file, a folder, a glob, standard input or an HTTP(S) address (``opening``), recognises the
format from the content (``formats``) and reads it with the format's own module: ``jsonl``, ``feed`` (RSS and Atom),
``page``. ``http`` polls a feed politely, ``dating`` dates what carries no date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from streams.article import Article
from streams.sources.dating import Assume
from streams.sources.formats import FORMATS, finished, items_of
from streams.sources.opening import READ_ERRORS, Opened, open_path, paths_of, reason
from streams.sources.options import FIELDS, FeedError, ReadOptions, Unreadable

if TYPE_CHECKING:
    from streams.sources.web import Item

__all__ = ["FORMATS", "Assume", "FeedError", "ReadOptions", "Unreadable", "read_feed"]


def read_feed(spec: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """Every article of a file, folder (recursively), glob, ``-`` or address, in order.

    Raises FeedError at once when there is nothing to open; what is broken inside comes as Unreadable.
    """
    _check(spec, options)
    if spec.startswith("kafka:"):
        raise FeedError(f"{spec}: a topic is read by tocsin replay and tocsin classify, with the brokers of a config")
    if spec.startswith(("http://", "https://")):
        return iter(_fetched(spec, options))
    paths = ["-"] if spec == "-" else paths_of(spec)
    if len(paths) > 1:
        return finished(item for path in paths for item in _read_path(path, options))
    try:
        return finished(_read_and_close(open_path(paths[0]), options))
    except READ_ERRORS as error:
        raise FeedError(f"{paths[0]}: can't be opened: {reason(error)}; check the path and the file") from error


def _check(spec: str, options: ReadOptions) -> None:
    if options.fmt is not None and options.fmt not in FORMATS:
        raise FeedError(f"{spec}: no format {options.fmt!r}; there are {', '.join(sorted(FORMATS))}")
    for name in options.fields:
        if name not in FIELDS:
            raise FeedError(f"{spec}: an article has no field {name!r} to map; there are {', '.join(FIELDS)}")


def _read_path(path: str, options: ReadOptions) -> Iterator[Item]:
    try:
        opened = open_path(path)
    except READ_ERRORS as error:
        yield Unreadable(where=path, why=f"can't be opened: {reason(error)}")
        return
    yield from _read_and_close(opened, options)


def _read_and_close(opened: Opened, options: ReadOptions) -> Iterator[Item]:
    try:
        yield from items_of(opened, options)
    finally:
        if opened.file is not None:
            opened.file.close()


def _fetched(address: str, options: ReadOptions) -> list[Article | Unreadable]:
    from streams.sources.http import fetch

    result = fetch(address, options, datetime.now(UTC))
    if result.outcome == "failed":
        raise FeedError(f"{address}: {result.detail}; check the address, or name a file")
    return [*result.articles, *result.unreadable]
