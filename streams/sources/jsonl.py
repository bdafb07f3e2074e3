"""JSON lines (or one JSON array) of articles in the contract's form, or in another through a map of fields."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from streams.article import Article, Problem, Status
from streams.sources.dating import date_articles
from streams.sources.moments import read_moment
from streams.sources.options import ReadOptions, Unreadable

#: Bytes of one line; a longer one is named and passed over.
LONGEST = 100 * 1024 * 1024
_TEXTS = ("title", "body", "source", "url", "language")
_TIMES = ("published", "updated", "received")


def read(stream: IO[bytes], name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of a stream, one line at a time; memory does not grow with the file."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            yield Unreadable(where=f"{name}:{number}", why="a line of over 100 MB")
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST)
            continue
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if line:
            for item in _values(line, stream, f"{name}:{number}"):
                yield item if isinstance(item, Unreadable) else _article(item, f"{name}:{number}", name, options)


def _values(line: bytes, stream: IO[bytes], where: str) -> Iterator[Any]:
    """The objects of a line: one, or all of an array that may go on over the following lines."""
    if line.startswith(b"["):
        try:
            whole = msgspec.json.decode(line + stream.read())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Unreadable(where=where, why=f"not a JSON array: {error}")
            return
        yield from whole
        return
    try:
        yield msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        try:
            value = msgspec.json.decode(line.decode("utf-8", "replace"))
        except msgspec.DecodeError:
            yield Unreadable(where=where, why=f"not JSON: {error}")
            return
        if isinstance(value, dict):
            value["__bad_encoding__"] = True
        yield value


def _article(value: Any, where: str, name: str, options: ReadOptions) -> Article | Unreadable:
    if not isinstance(value, dict):
        return Unreadable(where=where, why=f"not a JSON object but {type(value).__name__}")
    problems: list[Problem] = []
    if value.pop("__bad_encoding__", False):
        problems.append(Problem(code="bad_encoding", message="not UTF-8 throughout: unreadable bytes were replaced"))
    facts: dict[str, Any] = {}
    for field in _TEXTS:
        found = _get(value, field, options)
        facts[field] = "" if found is None else str(found)
    if not facts["title"].strip() and not facts["body"].strip():
        return Unreadable(where=where, why="neither title nor body")
    for field in _TIMES:
        facts[field], problem = read_moment(_get(value, field, options), options.zone, field)
        if problem:
            problems.append(problem)
    status = _status(_get(value, "status", options), problems)
    article = Article(
        id=_id(_get(value, "id", options), facts, problems),
        feed=options.feed or name,
        title=facts["title"],
        body=facts["body"],
        published=facts["published"],
        updated=facts["updated"],
        received=facts["received"],
        source=facts["source"] or options.publisher or options.feed or name,
        url=facts["url"] or None,
        language=facts["language"] or None,
        revision=_revision(_get(value, "revision", options), problems),
        status=status,
        zone=options.zone,
        lateness=options.lateness,
        problems=tuple(problems),
    )
    return date_articles([article], options.assume)[0]


def _get(value: dict[str, Any], field: str, options: ReadOptions) -> Any:
    """A field of the article, by its dotted path where the map gives one."""
    found: Any = value
    for key in options.fields.get(field, field).split("."):
        if isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict):
            found = found.get(key)
        else:
            return None
    return found


def _id(value: Any, facts: dict[str, Any], problems: list[Problem]) -> str:
    if value is not None and str(value).strip():
        return str(value)
    problems.append(Problem(code="no_id", message="no id: one was made from the address or the text"))
    basis = facts["url"] or facts["title"] + "\n" + facts["body"]
    return "sha256:" + hashlib.sha256(basis.encode("utf-8", "replace")).hexdigest()[:24]


def _status(value: Any, problems: list[Problem]) -> Status:
    if value is None or value == "usable":
        return "usable"
    if value == "canceled":
        return "canceled"
    if value != "withheld":
        problems.append(Problem(code="bad_status", message=f"status {value!r} is unknown; taken as withheld"))
    return "withheld"


def _revision(value: Any, problems: list[Problem]) -> int | None:
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        problems.append(Problem(code="bad_revision", message=f"revision {value!r} is no number; taken as none"))
        return None
