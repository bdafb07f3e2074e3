"""JSON lines of articles in the contract's form, or in another through a map of fields.

Also read are one JSON array, and one object that holds its articles as ``items`` or ``articles`` (JSON Feed).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import msgspec

from streams.article import Article, Problem, Status
from streams.sources.dating import date_articles
from streams.sources.moments import read_moment
from streams.sources.naming import NO_ID, hashed_id
from streams.sources.opening import read_whole
from streams.sources.options import FIELDS, ReadOptions, Unreadable

#: Bytes of one line; a longer one is named and passed over.
LONGEST_LINE = 100 * 1024 * 1024
_TEXTS = ("title", "body", "source", "url", "language")
_TIMES = ("published", "updated", "received")
_LISTS = ("items", "articles")
_BETWEEN = re.compile(r"[\s,]*")
_STATUS: dict[Any, Status] = {
    None: "usable",
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}
_BAD_ENCODING = Problem(code="bad_encoding", message="not valid UTF-8 throughout: unreadable characters were replaced")


class _Record(NamedTuple):
    """A JSON value, where it stood, and whether bytes of it had to be replaced."""

    value: Any
    where: str
    repaired: bool = False


class _BadJsonError(ValueError):
    """Text that is no JSON."""


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of a stream, one line at a time; memory does not grow with the file."""
    paths = {field: tuple(options.fields.get(field, field).split(".")) for field in FIELDS}
    for record in _records(stream, name):
        yield record if isinstance(record, Unreadable) else _article(record, paths, name, options)


def _records(stream: BinaryIO, name: str) -> Iterator[_Record | Unreadable]:
    number, first = 0, True
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        where = f"{name}:{number}"
        if len(line) > LONGEST_LINE:
            yield Unreadable(where=where, why=f"a line of over {LONGEST_LINE // 1024 // 1024} MB")
            while line and not line.endswith(b"\n"):
                line = stream.readline(1 << 20)
            continue
        line = (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
        if not line:
            continue
        if first and _goes_on(line):
            yield from _document(line + b"\n" + read_whole(stream), name, number)
            return
        first = False
        yield from _line(line, where)


def _goes_on(line: bytes) -> bool:
    """Whether the first line opens a document that the following ones belong to."""
    return line.startswith(b"[") or (line.startswith(b"{") and line.endswith((b"{", b"[", b",")))


def _line(line: bytes, where: str) -> Iterator[_Record | Unreadable]:
    try:
        value, repaired = _decode(line)
    except _BadJsonError as error:
        yield Unreadable(where=where, why=f"not JSON: {error}")
        return
    held = _held(value)
    if held is None:
        yield _Record(value, where, repaired)
    else:
        yield from (_Record(item, f"{where}#{n}", repaired) for n, item in enumerate(held, 1))


def _document(data: bytes, name: str, first_line: int) -> Iterator[_Record | Unreadable]:
    try:
        value, repaired = _decode(data)
    except _BadJsonError as error:
        yield from _salvaged(data, name, first_line, str(error))
        return
    items = value if isinstance(value, list) else _held(value)
    for n, item in enumerate([value] if items is None else items, 1):
        yield _Record(item, f"{name}#{n}", repaired)


def _salvaged(data: bytes, name: str, first_line: int, why: str) -> Iterator[_Record | Unreadable]:
    """What can be read of a broken document: an array up to the break, or lines whose first was cut off."""
    lines = [line.strip() for line in data.split(b"\n")]
    if data.startswith(b"{") and any(line.startswith(b"{") and line.endswith(b"}") for line in lines[1:]):
        for number, line in enumerate(lines, first_line):
            if line:
                yield from _line(line, f"{name}:{number}")
        return
    if data.startswith(b"["):
        yield from (_Record(item, f"{name}#{n}") for n, item in enumerate(_before_break(data), 1))
    yield Unreadable(where=name, why=f"a broken JSON document: {why}")


def _before_break(data: bytes) -> Iterator[Any]:
    text, at, decoder = data.decode("utf-8", "replace"), 1, json.JSONDecoder(strict=False)
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value


def _held(value: Any) -> list[Any] | None:
    """The articles inside an object that is a whole feed, or None."""
    if not isinstance(value, dict) or "id" in value or "body" in value:
        return None
    return next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)


def _decode(data: bytes) -> tuple[Any, bool]:
    """The JSON value, and whether text in it had to be replaced. Raises _BadJsonError."""
    try:
        return msgspec.json.decode(data), False
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error)
    text = data.decode("utf-8", "replace")
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        raise _BadJsonError(why) from None
    return value, "\ufffd" in text or "\\ud" in text.lower()


def _article(
    record: _Record, paths: dict[str, tuple[str, ...]], name: str, options: ReadOptions
) -> Article | Unreadable:
    if not isinstance(record.value, dict):
        return Unreadable(where=record.where, why=f"not a JSON object but {type(record.value).__name__}")
    found = {field: _at(record.value, path) for field, path in paths.items()}
    problems = [_BAD_ENCODING] if record.repaired else []
    texts = {field: _text(found[field], field, problems) for field in _TEXTS}
    status = _status(found["status"], problems)
    if status != "canceled" and not texts["title"].strip() and not texts["body"].strip():
        return Unreadable(where=record.where, why="neither title nor body")
    times = {field: _time(found[field], field, options.zone, problems) for field in _TIMES}
    article = Article(
        id=_id(found["id"], texts, problems),
        feed=options.feed or name,
        title=texts["title"],
        body=texts["body"],
        published=times["published"],
        updated=times["updated"],
        received=times["received"],
        source=texts["source"] or options.publisher or options.feed or name,
        url=texts["url"] or None,
        language=texts["language"] or None,
        revision=_revision(found["revision"], problems),
        status=status,
        zone=options.zone,
        lateness=options.lateness,
        problems=tuple(problems),
    )
    return article if article.published else date_articles([article], options.assume)[0]


def _at(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of keys and list places, or None."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _text(value: Any, field: str, problems: list[Problem]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return _text("\n\n".join(value), field, problems)
    if isinstance(value, int | float):
        return str(value)
    problems.append(Problem(code="bad_field", message=f"{field} is no text but {type(value).__name__}; left out"))
    return ""


def _time(value: Any, field: str, zone: str, problems: list[Problem]) -> Any:
    moment, problem = read_moment(value, zone, field)
    if problem is not None:
        problems.append(problem)
    return moment


def _id(value: Any, texts: dict[str, str], problems: list[Problem]) -> str:
    given = _text(value, "id", problems)
    if given.strip():
        return given
    problems.append(NO_ID)
    return hashed_id(texts["url"], texts["title"], texts["body"])


def _status(value: Any, problems: list[Problem]) -> Status:
    known = _STATUS.get(value.lower() if isinstance(value, str) else None if value is None else "unknown")
    if known is not None:
        return known
    problems.append(Problem(code="bad_field", message=f"status {str(value)[:40]!r} is unknown; taken as withheld"))
    return "withheld"


def _revision(value: Any, problems: list[Problem]) -> int | None:
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        problems.append(Problem(code="bad_field", message=f"revision {str(value)[:40]!r} is no number; taken as none"))
        return None
