"""What does a record of the topic of articles give? Reports for the journal, and what could not be read, with why."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts.masking import mask
from streams.article import Article
from streams.engines.pool import failed_report
from streams.journal import Reading, encode_entry
from streams.sources import Unreadable
from streams.sources.topic_records import Options, Record, articles_of, key_of
from streams.times import seconds_of

#: Bytes that an entry may have: what a broker takes by default, less room for what stands around it.
LARGEST = 900_000

#: The bytes of the journal entries of articles, in their order.
ReadArticles = Callable[[list[Article]], list[bytes]]


class Dead(Struct, frozen=True, kw_only=True):
    """What could not be read, as it came."""

    value: bytes
    where: str
    why: str


class Given(Struct, frozen=True, kw_only=True):
    """What a record gives: (feed and id, received in seconds, entry) of each article, in its order."""

    entries: list[tuple[bytes, int, bytes]]
    dead: list[Dead]


def give(record: Record, options: Options, read: ReadArticles) -> Given:
    """Everything that a record gives."""
    given, articles = Given(entries=[], dead=[]), list[Article]()
    for item, raw in articles_of(record, options):
        if isinstance(item, Unreadable):
            given.dead.append(Dead(value=raw, where=item.where, why=mask(item.why)))
        else:
            articles.append(item)
    for article, entry in zip(articles, read(articles), strict=True):
        _add(given, article, entry, record.place)
    return given


def _add(given: Given, article: Article, entry: bytes, place: str) -> None:
    """An article's entry; one that no record can hold is named in the journal, and put aside."""
    assert article.received is not None
    if len(entry) > LARGEST:
        why = f"its report has {len(entry):,} bytes, and {LARGEST:,} is the most that the journal takes"
        where = f"{place}: {article.feed}/{article.id}"
        given.dead.append(Dead(value=msgspec.json.encode(article), where=where, why=why))
        told = replace(article, title=article.title[:1000], problems=article.problems[:10])
        entry = encode_entry(Reading(report=failed_report(told, "quarantined", f"set aside: {why}")))
    given.entries.append((key_of(article.feed, article.id), seconds_of(article.received), entry))
