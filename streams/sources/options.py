"""What every source takes and what it gives beside articles."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article
from streams.sources.dating import Assume

#: Beyond this age an item of a first poll is history, not news.
_NEWS = timedelta(hours=1)
#: The fields of an article that an input may hold.
FIELDS = ("id", "title", "body", "published", "updated", "received", "source", "url", "language", "revision", "status")


class FeedError(Exception):
    """A feed that cannot be opened at all; the message says which, why, and what to do."""


class Unreadable(Struct, frozen=True, kw_only=True):
    """A piece of input that could not be read, beside the articles that could."""

    where: str
    """``FILE:LINE``, ``FILE#n``, or the file or address itself."""
    why: str


class ReadOptions(Struct, frozen=True, kw_only=True):
    """How to read a feed. The defaults recognise the format and take the contract's own field names."""

    feed: str | None = None
    """Source id of the config; None takes the file's path as given."""
    fmt: str | None = None
    """A key of ``FORMATS``; None recognises it from the content."""
    fields: dict[str, str] = {}
    """Article field → dotted path in the JSON record."""
    zone: str = "UTC"
    """IANA zone that naive times and the article's weekdays are read in."""
    publisher: str | None = None
    """Name of the publisher where the input does not say."""
    lateness: int | None = None
    """Seconds; None takes the config's."""
    assume: Assume | None = None
    latest: date | None = None
    """No web page is dated after this day; None takes the day on which its file was last written."""


def as_heard(article: Article, now: datetime, *, first_contact: bool) -> Article:
    """The article as a poll received it. On first contact what is older than an hour, or has no date, is history."""
    old = article.published is None or now - article.published > _NEWS
    return replace(article, received=now, baseline=first_contact and old)
