"""What does a record of the topic of articles give? Reports for the journal, and what could not be read, with why.

Pure. ``streams/sources/topic_records.py`` says what a record may hold.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from alerts.config.types import Config
from alerts.masking import mask
from alerts.reading import topic_options
from streams.article import Article
from streams.engines.pool import failed_report
from streams.journal import Reading, encode_entry
from streams.sources import Unreadable
from streams.sources.topic_records import Record, articles_of, key_of
from streams.times import seconds_of

#: Bytes that an entry may have: what a broker takes by default, less room for what stands around it.
LARGEST = 900_000

#: The bytes of an article's journal entry.
ReadArticle = Callable[[Article], bytes]


class Dead(Struct, frozen=True, kw_only=True):
    """What could not be read, as it came."""

    value: bytes
    where: str
    why: str


class Given(Struct, frozen=True, kw_only=True):
    """What a record gives: (feed and id, received in seconds, entry) of each article, in its order."""

    entries: list[tuple[bytes, int, bytes]]
    dead: list[Dead]


class Classifying:
    """Reads records by the sources of a config."""

    def __init__(self, config: Config, topic: str, read: ReadArticle) -> None:
        self._options, self._read = topic_options(config, topic), read

    def give(self, record: Record, read: ReadArticle | None = None) -> Given:
        """Everything a record gives; ``read`` in place of the usual reader of articles."""
        given = Given(entries=[], dead=[])
        for item, raw in articles_of(record, self._options):
            if isinstance(item, Unreadable):
                given.dead.append(Dead(value=raw, where=item.where, why=mask(item.why)))
            else:
                self._add(given, item, record.place, read or self._read)
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
        given.entries.append((key_of(article.feed, article.id), seconds_of(article.received), entry))
