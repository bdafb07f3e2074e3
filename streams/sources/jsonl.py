"""JSON of articles: one a line, one array, or one document that holds them as ``items`` or ``articles``.

A record is in the contract's form, in another through a map of fields, or in one of ``SHAPES``, known by its keys.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

import msgspec

from streams.article import Article
from streams.sources import jsonfeed, newsplease, ninjs
from streams.sources.opening import read_whole
from streams.sources.options import FIELDS, ReadOptions, Unreadable
from streams.sources.records import BAD_ENCODING, article_of

#: Bytes of one line, characters of one element of an array; a longer one is named and passed over.
LONGEST_LINE = 100 * 1024 * 1024
#: Read at once of an array.
_CHUNK = 1 << 16
_LISTS = ("items", "articles")
_BETWEEN = re.compile(r"[\s,]*")


class _Shape(NamedTuple):
    """A well-known form of records: whether one has it, and the raw values of its fields."""

    fits: Callable[[dict[str, Any], dict[str, Any]], bool]
    fields: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


SHAPES = {
    "jsonfeed": _Shape(jsonfeed.fits, jsonfeed.fields),
    "ninjs": _Shape(ninjs.fits, ninjs.fields),
    "newsplease": _Shape(newsplease.fits, newsplease.fields),
}


class _Record(NamedTuple):
    """A JSON value, where it stood, whether bytes of it had to be replaced, and the document that held it."""

    value: Any
    where: str
    repaired: bool = False
    holder: dict[str, Any] = {}  # noqa: RUF012 - never written to


class _BadJsonError(ValueError):
    """Text that is no JSON."""


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of a stream, one line or element at a time; memory does not grow with the file."""
    paths = {field: tuple(options.fields.get(field, field).split(".")) for field in FIELDS}
    for record in _records(stream, name):
        if isinstance(record, Unreadable):
            yield record
        elif not isinstance(record.value, dict):
            yield Unreadable(where=record.where, why=f"not a JSON object but {type(record.value).__name__}")
        else:
            problems = (BAD_ENCODING,) if record.repaired else ()
            yield article_of(_fields(record, paths, options), record.where, name, options, problems)


def _fields(record: _Record, paths: dict[str, tuple[str, ...]], options: ReadOptions) -> dict[str, Any]:
    """The raw values of a record's fields: by the map where there is one, by the form named or known by keys else."""
    named = SHAPES.get(options.fmt or "")
    plain = options.fields or (named is None and "body" in record.value)
    shapes = () if plain else (named,) if named else tuple(SHAPES.values())
    for shape in shapes:
        if shape is named or shape.fits(record.value, record.holder):
            return shape.fields(record.value, record.holder)
    return {field: _at(record.value, path) for field, path in paths.items()}


def _records(stream: BinaryIO, name: str) -> Iterator[_Record | Unreadable]:
    number, first = 0, True
    while line := stream.readline(_CHUNK if first else LONGEST_LINE + 1):
        number += 1
        where = f"{name}:{number}"
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if first and line.lstrip().startswith(b"["):
            yield from _array(line.lstrip()[1:], stream, name)
            return
        if first and not line.endswith(b"\n"):
            line += stream.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            yield Unreadable(where=where, why=f"a line of over {LONGEST_LINE // 1024 // 1024} MB")
            while line and not line.endswith(b"\n"):
                line = stream.readline(1 << 20)
            continue
        line = line.strip()
        if not line:
            continue
        if first and line.startswith(b"{") and line.endswith((b"{", b"[", b",")):
            yield from _document(line + b"\n" + read_whole(stream), name, number)
            return
        first = False
        yield from _line(line, where)


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
        yield from (_Record(item, f"{where}#{n}", repaired, value) for n, item in enumerate(held, 1))


def _document(data: bytes, name: str, first_line: int) -> Iterator[_Record | Unreadable]:
    try:
        value, repaired = _decode(data)
    except _BadJsonError as error:
        yield from _salvaged(data, name, first_line, str(error))
        return
    held = _held(value)
    if held is None:
        yield _Record(value, f"{name}#1", repaired)
    else:
        yield from (_Record(item, f"{name}#{n}", repaired, value) for n, item in enumerate(held, 1))


def _salvaged(data: bytes, name: str, first_line: int, why: str) -> Iterator[_Record | Unreadable]:
    """What can be read of a broken document: lines whose first was cut off."""
    lines = [line.strip() for line in data.split(b"\n")]
    if any(line.startswith(b"{") and line.endswith(b"}") for line in lines[1:]):
        for number, line in enumerate(lines, first_line):
            if line:
                yield from _line(line, f"{name}:{number}")
        return
    yield Unreadable(where=name, why=f"a broken JSON document: {why}")


def _array(head: bytes, stream: BinaryIO, name: str) -> Iterator[_Record | Unreadable]:
    """The elements of an array that was opened before ``head``, up to where it breaks off."""
    number = 0
    try:
        for number, (value, repaired) in enumerate(_elements(head, stream), 1):
            yield _Record(value, f"{name}#{number}", repaired)
    except _BadJsonError as error:
        yield Unreadable(where=f"{name}#{number + 1}", why=f"a broken JSON array: {error}; what follows is not read")


def _elements(head: bytes, stream: BinaryIO) -> Iterator[tuple[Any, bool]]:
    """Each element, and whether text of it had to be replaced. Raises _BadJsonError at what is none."""
    decode, parse = codecs.getincrementaldecoder("utf-8")("replace").decode, json.JSONDecoder(strict=False).raw_decode
    text, at, ended = decode(head), 0, False
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        if text.startswith("]", at):
            if (text[at + 1 :] + decode(stream.read(_CHUNK))).strip():
                raise _BadJsonError("more text after its end")
            return
        value, end = _parsed(parse, text, at, ended)
        if end is not None:
            yield value, _is_repaired(value, text[at:end])
            at = end
            continue
        if ended:
            raise _BadJsonError("it is not closed")
        if len(text) - at > LONGEST_LINE:
            raise _BadJsonError(f"an element of over {LONGEST_LINE // 1024 // 1024} million characters")
        piece = stream.read(max(_CHUNK, len(text) - at))
        text, at, ended = text[at:] + decode(piece, not piece), 0, not piece


def _parsed(parse: Callable[[str, int], tuple[Any, int]], text: str, at: int, ended: bool) -> tuple[Any, int | None]:
    """The element at ``at`` and its end; no end when more must be read to tell. Raises _BadJsonError."""
    try:
        value, end = parse(text, at)
    except json.JSONDecodeError as error:
        cut_off = error.msg.startswith("Unterminated string") or error.pos >= len(text) - 16
        if cut_off and not ended:
            return None, None
        raise _BadJsonError("it is not closed" if at == len(text) else error.msg) from None
    except (ValueError, RecursionError) as error:
        raise _BadJsonError(str(error)) from None
    return (value, end) if end < len(text) or ended else (None, None)


def _is_repaired(value: Any, text: str) -> bool:
    if "\ufffd" in text:
        return True
    if "\\ud" not in text.lower():
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


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
