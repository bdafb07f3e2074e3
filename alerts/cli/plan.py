"""Which news does a replay read, from when to when, with what dates assumed?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alerts.cli.common import BAD_CONFIG, UNREADABLE, moment_of, stop
from alerts.config.types import Config, Source

if TYPE_CHECKING:
    from streams.article import Article
    from streams.sources import ReadOptions, Unreadable


class Plan:
    """Which feeds, from when to when, with what dates assumed."""

    def __init__(
        self,
        config: Config,
        feeds: tuple[str, ...],
        since: str | None,
        until: str | None,
        assume: tuple[str, ...],
        feed_format: str | None,
    ) -> None:
        self.config, self.feed_format = config, feed_format
        self.since, self.until = moment_of(since, "--from"), moment_of(until, "--to")
        self.assume = assume
        self.feeds = feeds or tuple(s.files for s in config.sources if s.files)
        if not self.feeds:
            stop(BAD_CONFIG, "nothing to replay: name a FEED, or give the config a source with files")

    @property
    def spec(self) -> str:
        """What tells one history from another in a store."""
        from streams.codec import digest
        from streams.sources.topic import topic_of

        begin = self.since if any(topic_of(feed) for feed in self.feeds) else None
        return digest(self.feeds, self.until, self.assume, self.feed_format, *([begin] if begin is not None else []))

    def read(self) -> Iterator[Iterator[Article | Unreadable]]:
        """One iterator a feed. Ends the command when a feed cannot be opened."""
        from alerts.reading import read_topic_of
        from streams.sources import FeedError, read_feed
        from streams.sources.topic import topic_of

        for feed in self.feeds:
            topic = topic_of(feed)
            try:
                if topic is not None:
                    yield read_topic_of(self.config, topic, self.since, self.until)
                else:
                    yield read_feed(feed, self.options(feed))
            except FeedError as error:
                stop(UNREADABLE, str(error))

    def options(self, feed: str) -> ReadOptions:
        """How a feed is read. Ends the command when a date to assume is none."""
        from alerts.reading import read_options, source_of
        from streams.sources.dating import parse_assume

        source = source_of(self.config, feed) or Source(id="")
        try:
            assume = parse_assume(self.assume, source.zone) if self.assume else None
        except ValueError as error:
            stop(BAD_CONFIG, f"--assume-date: {error}")
        return read_options(source, fmt=self.feed_format, assume=assume)
