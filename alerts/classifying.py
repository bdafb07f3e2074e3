"""What does a record of the topic of articles give? Reports for the journal, and what could not be read, with why.

Pure. A record holds one article, or a batch: a JSON array or JSON lines. One that tocsin itself wrote says so in its
header and is taken as it stands; another's is read like a push: by the rules of the source that its header or its
``feed`` names.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts.config.types import Config
from alerts.masking import mask
from alerts.reading import read_options
from streams.article import Article
from streams.engines.pool import failed_report
from streams.journal import Reading, encode_entry
from streams.sources import ReadOptions, Unreadable, jsonl
from streams.sources.options import as_heard
from streams.times import seconds_of

#: Headers of a record: whose form it has, and which source of the config it comes from.
FORM, SOURCE = "form", "source"
#: What ``FORM`` says of records that tocsin wrote.
OWN = b"article"
#: Bytes that an entry may have: what a broker takes by default, less room for what stands around it.
LARGEST = 900_000

#: The bytes of an article's journal entry.
ReadArticle = Callable[[Article], bytes]


class Record(Struct, frozen=True, kw_only=True):
    """A record of the topic. ``at`` is its timestamp in seconds; ``place`` names it in messages."""

    place: str
    value: bytes | None
    at: float
    headers: Mapping[str, bytes] = {}


class Dead(Struct, frozen=True, kw_only=True):
    """What could not be read, as it came."""

    value: bytes
    where: str
    why: str


class Given(Struct, frozen=True, kw_only=True):
    """What a record gives: (feed and id, received in seconds, entry) of each article, in its order."""

    entries: list[tuple[bytes, int, bytes]]
    dead: list[Dead]


class _Feed(Struct, frozen=True):
    feed: str = ""


_own = msgspec.json.Decoder(Article)
_own_batch = msgspec.json.Decoder(list[Article])
_pieces = msgspec.json.Decoder(list[msgspec.Raw])
_lines = msgspec.json.Decoder(msgspec.Raw)
_feed = msgspec.json.Decoder(_Feed)


class Classifying:
    """Reads records by the sources of a config."""

    def __init__(self, config: Config, topic: str, read: ReadArticle) -> None:
        self._sources = {source.id: read_options(source) for source in config.sources}
        self._topic, self._read = topic, read

    def give(self, record: Record, read: ReadArticle | None = None) -> Given:
        """Everything a record gives; ``read`` in place of the usual reader of articles."""
        given = Given(entries=[], dead=[])
        now = datetime.fromtimestamp(record.at, UTC)
        for item, raw in self._articles(record):
            if isinstance(item, Unreadable):
                given.dead.append(Dead(value=raw, where=item.where, why=mask(item.why)))
                continue
            article = item if item.received is not None else as_heard(item, now, first_contact=False)
            self._add(given, article, record.place, read or self._read)
        return given

    def _add(self, given: Given, article: Article, place: str, read: ReadArticle) -> None:
        entry = read(article)
        if len(entry) > LARGEST:
            why = f"its report has {len(entry):,} bytes, and {LARGEST:,} is the most that the journal takes"
            given.dead.append(
                Dead(value=msgspec.json.encode(article), where=f"{place}: {article.feed}/{article.id}", why=why)
            )
            told = replace(article, title=article.title[:1000], problems=article.problems[:10])
            entry = encode_entry(Reading(report=failed_report(told, "quarantined", f"set aside: {why}")))
        assert article.received is not None
        key = f"{article.feed}\x1f{article.id}".encode("utf-8", "replace")
        given.entries.append((key, seconds_of(article.received), entry))

    def _articles(self, record: Record) -> list[tuple[Article | Unreadable, bytes]]:
        value = record.value
        if value is None or not value.strip():
            return [(Unreadable(where=record.place, why="an empty record"), value or b"")]
        if record.headers.get(FORM) == OWN:
            try:
                found = _own_batch.decode(value) if value.lstrip().startswith(b"[") else [_own.decode(value)]
                return [(article, b"") for article in found]
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                return [(Unreadable(where=record.place, why=f"no article of ours: {error}"), value)]
        given = record.headers.get(SOURCE, b"").decode("utf-8", "replace")
        return [
            (item, piece)
            for n, piece in enumerate(_split(value), 1)
            for item in jsonl.read(io.BytesIO(piece), f"{record.place}#{n}", self._options(given or _feed_of(piece)))
        ]

    def _options(self, feed: str) -> ReadOptions:
        return self._sources.get(feed) or ReadOptions(feed=feed or self._topic)


def _split(value: bytes) -> list[bytes]:
    """The records of a batch, each by itself, so that one that is wrong spoils no other."""
    try:
        if value.lstrip().startswith(b"["):
            return [bytes(piece) for piece in _pieces.decode(value)]
        return [bytes(piece) for piece in _lines.decode_lines(value)]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        lines = value.splitlines()
        whole = value.lstrip().startswith(b"[") or not any(line.strip().endswith(b"}") for line in lines[:-1])
        return [value] if whole else [line for line in lines if line.strip()]


def _feed_of(piece: bytes) -> str:
    try:
        return _feed.decode(piece).feed
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
