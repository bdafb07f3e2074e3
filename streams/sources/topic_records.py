"""Which articles are in a record of a topic, and which record does an article become?

Pure. A record holds one article or a batch of one partition's: a JSON array or JSON lines. One that tocsin itself wrote
says so in its header and is taken as it stands; another's is read like a push: by the rules of the source that its
header or its ``feed`` names.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article, Problem
from streams.sources import jsonl
from streams.sources.options import ReadOptions, Unreadable, as_heard
from streams.times import seconds_of

#: Headers of a record: whose form it has, and which source of the config it comes from.
FORM, SOURCE = "form", "source"
#: What ``FORM`` says of records that tocsin wrote.
OWN = b"article"

#: The options of a feed by its id.
Options = Callable[[str], ReadOptions]


class Record(Struct, frozen=True, kw_only=True):
    """A record of the topic. ``at`` is its timestamp in seconds; ``place`` names it in messages."""

    place: str
    value: bytes | None
    at: float
    headers: Mapping[str, bytes] = {}


class _Feed(Struct, frozen=True):
    feed: str = ""


#: What decoders raise for bytes that are none of theirs; nesting without end among it.
_NOT_READABLE = (msgspec.MsgspecError, ValueError, RecursionError)
#: A record's time is cut to milliseconds.
_ROUNDING = timedelta(seconds=1)
#: Seconds of the last day that a moment can lie on, whatever its zone.
_LATEST = 253_402_000_000.0

_own = msgspec.json.Decoder(Article)
_own_batch = msgspec.json.Decoder(list[Article])
_pieces = msgspec.json.Decoder(list[msgspec.Raw])
_lines = msgspec.json.Decoder(msgspec.Raw)
_feed = msgspec.json.Decoder(_Feed)


def articles_of(record: Record, options: Options) -> list[tuple[Article | Unreadable, bytes]]:
    """Everything in a record, in its order, each with the bytes that could not be read, where they could not.

    An article that does not say when it was received, or says that it will be, was received at the record's time: the
    clock by which all is decided goes by the latest, and must not be sent ahead by a word in somebody's article.
    """
    now = _at(record)
    return [(_heard(item, now) if isinstance(item, Article) else item, raw) for item, raw in _read(record, options)]


def articles_between(
    record: Record, options: Options, since: float | None, until: float | None
) -> list[Article | Unreadable]:
    """What of a record was received from ``since`` to before ``until``, both in seconds; None leaves that end open.

    The time is the record's; of a batch that tocsin wrote, each article's own.
    """
    if not is_own(record) and not _lies(record.at, since, until):
        return []
    return [
        item
        for item, _ in articles_of(record, options)
        if _lies(_moment(item, record) if is_own(record) else record.at, since, until)
    ]


def is_own(record: Record) -> bool:
    """Whether tocsin wrote the record."""
    return record.headers.get(FORM) == OWN


def key_of(feed: str, id_: str) -> bytes:
    """The key of an article's record: all its versions come in one partition, in their order."""
    return f"{feed}\x1f{id_}".encode("utf-8", "replace")


def value_of(articles: Sequence[Article]) -> bytes:
    """The value of a record that holds an article, or a batch of one partition's. Its header must say ``OWN``."""
    return msgspec.json.encode(articles[0] if len(articles) == 1 else list(articles))


def _heard(article: Article, now: datetime) -> Article:
    if article.received is None:
        return as_heard(article, now, first_contact=False)
    if article.received <= now + _ROUNDING:
        return article
    said = f"received {article.received.isoformat()} lies after the record's time; taken as received then"
    problems = (*article.problems, Problem(code="future_date", message=said))
    return replace(article, received=now, problems=problems)


def _at(record: Record) -> datetime:
    return datetime.fromtimestamp(min(max(record.at, 0.0), _LATEST), UTC)


def _moment(item: Article | Unreadable, record: Record) -> float:
    received = item.received if isinstance(item, Article) else None
    return record.at if received is None else seconds_of(received)


def _lies(moment: float, since: float | None, until: float | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment < until)


def _read(record: Record, options: Options) -> list[tuple[Article | Unreadable, bytes]]:
    value = record.value
    if value is None or not value.strip():
        return [(Unreadable(where=record.place, why="an empty record"), value or b"")]
    if is_own(record):
        try:
            found = _own_batch.decode(value) if value.lstrip().startswith(b"[") else [_own.decode(value)]
            return [(article, b"") for article in found]
        except _NOT_READABLE as error:
            return [(Unreadable(where=record.place, why=f"no article of ours: {error}"), value)]
    given = record.headers.get(SOURCE, b"").decode("utf-8", "replace")
    return [
        (item, piece)
        for n, piece in enumerate(_split(value), 1)
        for item in jsonl.read(io.BytesIO(piece), f"{record.place}#{n}", options(given or _feed_of(piece)))
    ]


def _split(value: bytes) -> list[bytes]:
    """The records of a batch, each by itself, so that one that is wrong spoils no other."""
    try:
        if value.lstrip().startswith(b"["):
            return [bytes(piece) for piece in _pieces.decode(value)]
        return [bytes(piece) for piece in _lines.decode_lines(value)]
    except _NOT_READABLE:
        lines = value.splitlines()
        whole = value.lstrip().startswith(b"[") or not any(line.strip().endswith(b"}") for line in lines[:-1])
        return [value] if whole else [line for line in lines if line.strip()]


def _feed_of(piece: bytes) -> str:
    try:
        return _feed.decode(piece).feed
    except _NOT_READABLE:
        return ""
