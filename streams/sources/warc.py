"""WARC: the pages of a web crawl, one record at a time. The parser is warcio, which needs no seeking.

Of the records the successful answers with HTML are read, and no text besides. When a page was fetched says only that
it is no younger: it is never its date of publication. Versions of one address rank by when they were fetched.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import urllib3

from streams.sources.moments import read_moment
from streams.sources.options import ReadOptions, Unreadable
from streams.sources.web import LONGEST_PAGE, Item, Page

_PAGES = ("text/html", "application/xhtml+xml")
_KINDS = ("response", "resource")


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Item]:
    """The pages of an archive, once they are extracted; after a break, its place in records."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = pages = 0
    try:
        for record in ArchiveIterator(stream, no_record_parse=False):
            number += 1
            if record.rec_type in _KINDS and _is_page(record):
                pages += 1
                yield _page(record, f"{name}#{number}", name, options)
    except (ArchiveLoadFailed, ValueError, UnicodeError) as error:
        yield Unreadable(where=f"{name}#{number + 1}", why=f"a damaged archive: {error}; {pages} pages were read")
        return
    if not pages:
        yield Unreadable(where=name, why=f"no web page among the {number} records of the archive")


def _is_page(record: Any) -> bool:
    """Whether a record is the successful answer that holds a web page."""
    if record.rec_type == "resource":
        return _type_of(record.rec_headers.get_header("Content-Type")) in _PAGES
    if record.http_headers is None or record.http_headers.get_statuscode() != "200":
        return False
    return _type_of(record.http_headers.get_header("Content-Type")) in _PAGES


def _type_of(value: str | None) -> str:
    return (value or "").partition(";")[0].strip().lower()


def _page(record: Any, where: str, name: str, options: ReadOptions) -> Item:
    headers = record.rec_headers
    fetched, _ = read_moment(headers.get_header("WARC-Date"), "UTC")
    url = (headers.get_header("WARC-Target-URI") or "").strip("<> ") or None
    declared = int(headers.get_header("Content-Length") or 0)
    raw = record.raw_stream.read(LONGEST_PAGE + 1)
    if len(raw) > LONGEST_PAGE:
        return Unreadable(where=where, why=f"{url}: a page of over {LONGEST_PAGE // 1_000_000} MB")
    try:
        data = _decoded(raw, record.http_headers)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return Unreadable(where=where, why=f"{url}: its content cannot be unpacked: {error}")
    if len(data) > LONGEST_PAGE:
        return Unreadable(where=where, why=f"{url}: a page of over {LONGEST_PAGE // 1_000_000} MB")
    if declared and record.raw_stream.limit > 0:
        return Unreadable(where=where, why=f"{url}: the archive breaks off within it")
    return Page(data=data, where=where, name=name, options=options, url=url, fetched=fetched)


def _decoded(raw: bytes, headers: Any) -> bytes:
    """The page as a browser gets it. Some crawlers undo its compression and keep the header."""
    if headers is None:
        return raw
    coding = headers.get_header("Transfer-Encoding") or ""
    if "chunked" in coding.lower():
        raw = _joined(raw)
    packing = (headers.get_header("Content-Encoding") or "").strip().lower()
    if packing in ("", "identity") or raw.lstrip()[:1] == b"<":
        return raw
    answer = urllib3.HTTPResponse(io.BytesIO(raw), headers={"content-encoding": packing}, preload_content=False)
    return answer.read(LONGEST_PAGE + 1, decode_content=True)


def _joined(raw: bytes) -> bytes:
    from warcio.bufferedreaders import ChunkedDataReader

    return bytes(ChunkedDataReader(io.BytesIO(raw)).read(LONGEST_PAGE + 1))
