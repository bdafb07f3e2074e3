"""CSV and TSV with a row of column names: comma, semicolon, tab or bar between cells, known from that row.

Columns are found by the names people give them, or by the map of fields; a map of numbers only ("0", "3") says that
there is no row of names. A row with more or fewer cells than names is named, not guessed at.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from streams.article import Article, Problem
from streams.sources.html import looks_like_html, plain_text
from streams.sources.options import ReadOptions, Unreadable
from streams.sources.records import article_of

#: Characters of one cell, which is also what an open quote may swallow.
LONGEST_CELL = 10 * 1024 * 1024
_LONGEST_LINE = 100 * 1024 * 1024
_DELIMITERS = "\t,;|"
#: What columns are called, best name first; compared without case, blanks, dashes and underscores.
_NAMES = {
    "id": ("id", "guid", "uri", "articleid", "docid", "storyid", "newsid"),
    "title": ("title", "headline", "heading", "articletitle"),
    "body": (
        "body", "text", "fulltext", "content", "maintext", "textcontent", "articletext", "article", "story",
        "description",
    ),
    "published": (
        "published", "publishedat", "datepublished", "datepublish", "publicationdate", "publishdate", "pubdate", "date",
        "datetime", "timestamp",
    ),
    "updated": ("updated", "updatedat", "datemodified", "datemodify", "modified", "lastmodified"),
    "received": ("received",),
    "source": ("source", "publisher", "publication", "sourcename", "sourcedomain", "outlet", "newspaper"),
    "url": ("url", "link", "sourceurl", "articleurl"),
    "language": ("language", "lang"),
    "revision": ("revision", "version"),
    "status": ("status", "pubstatus"),
}  # fmt: skip
_TIMES = ("published", "updated", "received")
#: Days since the last of 1899, as a spreadsheet shows a date that lost its form; 1954 to 2173.
_SERIAL = re.compile(r"([2-9]\d{4})(?:\.(\d+))?")
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's time has no zone
_OTHER_ENCODING = Problem(code="bad_encoding", message="not UTF-8: read as Windows-1252")


def is_table(head: bytes, fields: Collection[str] = ()) -> bool:
    """Whether the first line names columns: a text or title and one more that is known, or all that the map names."""
    line = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").rstrip("\r")
    cells = next(csv.reader([line], delimiter=_delimiter(line)), [])
    if len(cells) < 2 or len(line) > 2_000:
        return False
    if fields and all(name in cells for name in fields):
        return True
    found = _columns(cells)
    return bool({"title", "body"} & found.keys()) and len(found) >= 2 and len(found) * 4 >= len(cells)


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of a table, one row at a time; memory does not grow with the file."""
    csv.field_size_limit(LONGEST_CELL)
    lines = _Lines(stream)
    first = next(lines, "")
    rows = csv.reader(_rejoined(first, lines), delimiter=_delimiter(first), strict=True)
    names, columns = list[str](), {field: int(at) for field, at in options.fields.items() if at.isdecimal()}
    if len(columns) < len(options.fields) or not columns:
        names = _row_of_names(rows)
        columns, missing = _found(names, options.fields)
        if missing or not {"title", "body"} & columns.keys():
            yield Unreadable(where=f"{name}:1", why=_no_columns(names, missing))
            return
    yield from _articles(rows, lines, columns, len(names), name, options)


def _row_of_names(rows: Any) -> list[str]:
    try:
        return [name.strip() for name in next(rows, [])]
    except csv.Error:
        return []


def _articles(
    rows: Any, lines: _Lines, columns: dict[str, int], width: int, name: str, options: ReadOptions
) -> Iterator[Article | Unreadable]:
    while True:
        start = lines.number + 1
        lines.repaired = False
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Unreadable(where=f"{name}:{start}", why=f"no row of a table: {error}; read up to line {lines.number}")
            continue
        while width and len(cells) > width and not cells[-1]:
            cells.pop()
        if not any(cells):
            continue
        if width and len(cells) != width:
            why = f"{len(cells)} cells under {width} columns: a cell with the separator in it wants quotes"
            yield Unreadable(where=f"{name}:{start}", why=why)
            continue
        found = {field: cells[at] if at < len(cells) else "" for field, at in columns.items()}
        yield article_of(_plain(found), f"{name}:{start}", name, options, lines.problems)


class _Lines:
    """The lines of a stream as text, with the number of the last and whether one since ``repaired`` was no UTF-8."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.number, self.repaired = stream, 0, False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        line = (line.removeprefix(b"\xef\xbb\xbf") if self.number == 1 else line).replace(b"\0", b"")
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.repaired = True
            return line.decode("cp1252", "replace")

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (_OTHER_ENCODING,) if self.repaired else ()


def _rejoined(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _columns(names: Sequence[str]) -> dict[str, int]:
    """Which column holds which field, by what columns are called."""
    known = {re.sub(r"[\s_-]", "", name).lower(): at for at, name in reversed(list(enumerate(names)))}
    found = {field: next((known[name] for name in given if name in known), None) for field, given in _NAMES.items()}
    return {field: at for field, at in found.items() if at is not None}


def _found(names: list[str], fields: dict[str, str]) -> tuple[dict[str, int], list[str]]:
    """The columns of the fields, and those of the map that are not there."""
    if not fields:
        return _columns(names), []
    mapped = {field: names.index(column) for field, column in fields.items() if column in names}
    rest = {field: at for field, at in _columns(names).items() if field not in fields and at not in mapped.values()}
    return {**rest, **mapped}, [column for column in fields.values() if column not in names]


def _no_columns(names: list[str], missing: list[str]) -> str:
    there = ", ".join(repr(name[:40]) for name in names[:20]) or "none"
    if missing:
        return f"no column {missing[0]!r}, which fields names; there are {there}"
    return f"no column that is known as title or body: {there}; name it under fields, as in body: COLUMN"


def _plain(found: dict[str, str]) -> dict[str, Any]:
    """The cells with spreadsheets' dates written out and markup as text."""
    for field in _TIMES:
        serial = _SERIAL.fullmatch(found.get(field, "").strip())
        if serial:
            seconds = round(float(f"0.{serial[2] or 0}") * 86_400)
            found[field] = (_SERIAL_ZERO + timedelta(days=int(serial[1]), seconds=seconds)).isoformat()
    if looks_like_html(found.get("body", "")):
        found["body"] = plain_text(found["body"])
    return {field: cell or None for field, cell in found.items()}
