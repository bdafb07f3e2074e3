"""How is a source of the config read? What the readers of ``streams`` are told about it."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from fnmatch import fnmatch

from alerts.config.types import Config, Source
from streams.article import Article
from streams.sources import Assume, FeedError, ReadOptions, Unreadable
from streams.sources.topic_records import Options


def read_options(source: Source, *, fmt: str | None = None, assume: Assume | None = None) -> ReadOptions:
    """The options that read a source's files; ``fmt`` goes before the source's own format."""
    return ReadOptions(
        feed=source.id or None,
        fmt=fmt or source.format,
        fields=source.fields,
        zone=source.zone,
        publisher=source.publisher,
        lateness=source.lateness,
        assume=assume,
    )


def source_of(config: Config, feed: str) -> Source | None:
    """The config's source that a file belongs to: its glob is the feed or matches it."""
    for source in config.sources:
        if source.files and (source.files == feed or fnmatch(feed, source.files) or feed in glob.glob(source.files)):
            return source
    return None


def topic_options(config: Config, topic: str) -> Options:
    """How the records of a topic are read: by the source that they name, else as the contract says."""
    sources = {source.id: read_options(source) for source in config.sources}
    return lambda feed: sources.get(feed) or ReadOptions(feed=feed or topic)


def read_topic_of(config: Config, topic: str, since: int | None, until: int | None) -> Iterator[Article | Unreadable]:
    """The articles that a topic of the config's brokers received from ``since`` to before ``until`` (seconds).

    Raises FeedError when it cannot be read.
    """
    from alerts.brokers import client_settings
    from streams.sources.topic import read_topic

    if config.kafka is None:
        raise FeedError(f"kafka:{topic}: {config.path} has no kafka section; docs/config.md says what stands in it")
    return read_topic(client_settings(config.kafka), topic, topic_options(config, topic), since=since, until=until)
