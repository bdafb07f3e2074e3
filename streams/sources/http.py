"""How is a feed polled politely? Conditional requests, its own pace, and patience when it is in trouble.

``poll`` gives values only; whoever calls it stores the articles and what to remember in one transaction.
"""

from __future__ import annotations

import io
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin

import requests
import urllib3
from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article
from streams.sources.addresses import RefusedError, check_address
from streams.sources.dating import date_articles
from streams.sources.formats import read_opened, recognise
from streams.sources.opening import READ_ERRORS, Opened, latest_day, open_bytes, read_whole, reason
from streams.sources.options import ReadOptions, Unreadable, as_heard

USER_AGENT = "tocsin/0.1 (+news monitor)"
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"
#: Seconds: failures and what a publisher asks for stretch the pace up to the first, ``Retry-After`` up to the second.
_LONGEST_PACE = 3600
_LONGEST_RETRY_AFTER = 86400
_CHUNK = 65536
_MAX_AGE = re.compile(r"(?i)\bmax-age\s*=\s*\"?(\d{1,9})")
_TTL_MINUTES = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
_TTL_WITHIN = 20_000
#: Formats that a poll recognises. A web page or plain text is more often an error than news.
POLLED = frozenset({"rss", "jsonl", "newsml", "nitf", "csv"})
#: Formats that are recognised at an address that somebody has just typed.
NAMED = POLLED | {"html", "warc"}
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, RefusedError, *READ_ERRORS, ValueError)


class Limits(Struct, frozen=True, kw_only=True):
    """What one poll may cost."""

    connect_seconds: float = 10
    total_seconds: float = 30
    """From the first request to the last byte, redirects included."""
    answer_bytes: int = 20 * 1024 * 1024
    """After decompression."""
    redirects: int = 5


class PollSource(Struct, frozen=True, kw_only=True):
    """A feed to poll. ``every`` is the least number of seconds between polls."""

    id: str
    url: str
    every: int = 300
    format: str | None = None
    """A key of ``FORMATS``; None recognises those of ``unasked`` from the content."""
    unasked: frozenset[str] = POLLED
    fields: dict[str, str] = {}
    zone: str = "UTC"
    publisher: str | None = None
    lateness: int | None = None
    allow_private: bool = False


class PollMemory(Struct, frozen=True, kw_only=True):
    """What a poll must remember for the next one."""

    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0
    """Failed polls since the last good one."""
    next_poll_at: datetime | None = None
    met: bool = False
    """Whether the feed has been read before."""


class PollResult(Struct, frozen=True, kw_only=True):
    """What a poll gave."""

    memory: PollMemory
    outcome: Literal["ok", "unchanged", "failed", "first_contact"]
    detail: str = ""
    articles: list[Article] = []
    unreadable: list[Unreadable] = []


class _Answer(Struct, frozen=True):
    """An HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    data: bytes


def poll(
    source: PollSource,
    memory: PollMemory,
    now: datetime,
    session: requests.Session,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> PollResult:
    """Poll a feed once. Failures of any kind are a result, with the time of the next try."""
    try:
        answer = _ask(source, memory, session, limits)
    except _FAILURES as error:
        return _failed(source, memory, now, f"{type(error).__name__}: {reason(error)}")
    if answer.status == 304:
        return PollResult(memory=_after(source, memory, now, answer), outcome="unchanged")
    if answer.status != 200:
        return _failed(source, memory, now, f"answered {answer.status}", answer.headers.get("retry-after"))
    articles, unreadable = _read(source, memory, now, answer.data, limits)
    if not articles and unreadable:
        return replace(_failed(source, memory, now, unreadable[0].why), unreadable=unreadable)
    remembered = replace(
        memory, etag=answer.headers.get("etag"), last_modified=answer.headers.get("last-modified"), met=True
    )
    return PollResult(
        memory=_after(source, remembered, now, answer),
        outcome="ok" if memory.met else "first_contact",
        detail=f"{len(articles)} items",
        articles=articles,
        unreadable=unreadable,
    )


def fetch(address: str, options: ReadOptions, now: datetime) -> PollResult:
    """What an address gives that was named for a single reading; undated articles are dated where they can be."""
    source = PollSource(
        id=options.feed or address,
        url=address,
        format=options.fmt,
        unasked=NAMED,
        fields=options.fields,
        zone=options.zone,
        publisher=options.publisher,
        lateness=options.lateness,
        allow_private=True,
    )
    with requests.Session() as session:
        result = poll(source, PollMemory(met=True), now, session)
    return replace(result, articles=date_articles(result.articles, options.assume))


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(
    source: PollSource, memory: PollMemory, now: datetime, data: bytes, limits: Limits
) -> tuple[list[Article], list[Unreadable]]:
    articles: list[Article] = []
    unreadable: list[Unreadable] = []
    options = ReadOptions(
        feed=source.id,
        fmt=source.format,
        fields=source.fields,
        zone=source.zone,
        publisher=source.publisher,
        lateness=source.lateness,
        latest=latest_day(now),
    )
    try:
        opened = _unpacked(data, source.url, limits)
        if source.format is None and recognise(opened.head, source.fields.values()) not in source.unasked:
            return [], [Unreadable(where=source.url, why=f"no form of news that is known: {_glimpse(opened)}")]
        for item in read_opened(opened, options):
            if isinstance(item, Unreadable):
                unreadable.append(item)
            else:
                articles.append(as_heard(item, now, first_contact=not memory.met))
    except READ_ERRORS as error:
        unreadable.append(Unreadable(where=source.url, why=f"breaks off: {reason(error)}"))
    return articles, unreadable


def _unpacked(data: bytes, name: str, limits: Limits) -> Opened:
    """The document, which may itself be an archive. Raises OSError when it grows past the limit."""
    opened = open_bytes(data, name, limits.answer_bytes)
    return Opened(name, opened.head, io.BytesIO(read_whole(opened.stream, limits.answer_bytes)))


def _glimpse(opened: Opened) -> str:
    text = " ".join(opened.head[:200].decode("utf-8", "replace").split())
    return f"it begins {text[:60]!r}" if text else "it is empty"


# --- the request ------------------------------------------------------------------------------------------------------


def _ask(source: PollSource, memory: PollMemory, session: requests.Session, limits: Limits) -> _Answer:
    headers = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
    if memory.etag:
        headers["If-None-Match"] = memory.etag
    if memory.last_modified:
        headers["If-Modified-Since"] = memory.last_modified
    deadline = time.monotonic() + limits.total_seconds
    url = source.url
    for _ in range(limits.redirects + 1):
        check_address(url, allow_private=source.allow_private)
        timeouts = (limits.connect_seconds, max(0.1, deadline - time.monotonic()))
        with session.get(url, headers=headers, timeout=timeouts, stream=True, allow_redirects=False) as response:
            if not response.is_redirect:
                data = _body(response, deadline, limits) if response.status_code == 200 else b""
                found = {name.lower(): value for name, value in response.headers.items()}
                return _Answer(response.status_code, found, data)
            url = urljoin(url, response.headers["Location"])
    raise RefusedError(f"more than {limits.redirects} redirects, the last to {url}")


def _body(response: requests.Response, deadline: float, limits: Limits) -> bytes:
    """The decoded body, read as it trickles in, so that a slow or endless answer is given up in time."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > limits.answer_bytes:
            raise RefusedError(f"the answer is larger than {limits.answer_bytes:,} bytes")
        if time.monotonic() > deadline:
            raise RefusedError(f"the answer takes longer than {limits.total_seconds:g} s")
    return b"".join(pieces)


# --- pace -------------------------------------------------------------------------------------------------------------


def _failed(
    source: PollSource, memory: PollMemory, now: datetime, detail: str, retry_after: str | None = None
) -> PollResult:
    """The first failure waits as long as a success; each one after it twice as long, up to an hour."""
    failures = memory.failures + 1
    patience = min(source.every * 2 ** min(failures - 1, 20), _LONGEST_PACE)
    asked = min(_seconds(retry_after, now), _LONGEST_RETRY_AFTER)
    at = now + timedelta(seconds=max(source.every, patience, asked))
    return PollResult(memory=replace(memory, failures=failures, next_poll_at=at), outcome="failed", detail=detail)


def _after(source: PollSource, memory: PollMemory, now: datetime, answer: _Answer) -> PollMemory:
    """After a good poll: the source's pace, or the longer one that the publisher asks for, up to an hour."""
    age = _MAX_AGE.search(answer.headers.get("cache-control", ""))
    ttl = _TTL_MINUTES.search(answer.data[:_TTL_WITHIN])
    asked = max(int(age[1]) if age else 0, 60 * int(ttl[1]) if ttl else 0)
    pace = max(source.every, min(asked, _LONGEST_PACE))
    return replace(memory, failures=0, next_poll_at=now + timedelta(seconds=pace))


def _seconds(retry_after: str | None, now: datetime) -> float:
    """``Retry-After`` in seconds, given as a number or a date; 0 when there is none."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
