"""How is a feed polled politely? Conditional requests, its own pace, and patience when it is in trouble.

``poll`` gives values only; whoever calls it stores the articles and what to remember in one transaction.
"""

from __future__ import annotations

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

import requests
from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article
from streams.sources import feed
from streams.sources.options import ReadOptions, Unreadable

USER_AGENT = "tocsin/0.1 (news monitor; polls at the interval its operator set)"
_TIMEOUT = (5, 30)
_LARGEST = 20 * 1024 * 1024
_REDIRECTS = 5
_LONGEST_WAIT = 3600
_BASELINE = timedelta(hours=1)


class PollSource(Struct, frozen=True, kw_only=True):
    """A feed to poll. ``every`` is the least number of seconds between polls."""

    id: str
    url: str
    every: int = 300
    zone: str = "UTC"
    publisher: str | None = None
    lateness: int | None = None
    allow_private: bool = False


class PollMemory(Struct, frozen=True, kw_only=True):
    """What a poll must remember for the next one."""

    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0
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


class RefusedError(Exception):
    """An address that is not to be polled."""


def poll(source: PollSource, memory: PollMemory, now: datetime, session: requests.Session) -> PollResult:
    """Poll a feed once. Failures of any kind are a result, with the time of the next try."""
    try:
        response = _get(source, memory, session)
    except (requests.RequestException, RefusedError, OSError) as error:
        return _failed(source, memory, now, f"{type(error).__name__}: {error}", None)
    with response:
        if response.status_code == 304:
            return PollResult(memory=_next(source, memory, now), outcome="unchanged")
        if response.status_code != 200:
            return _failed(source, memory, now, f"answered {response.status_code}", response.headers.get("Retry-After"))
        try:
            data = _body(response)
        except (requests.RequestException, RefusedError, OSError) as error:
            return _failed(source, memory, now, f"{type(error).__name__}: {error}", None)
    return _read(source, memory, now, data, response)


def _read(
    source: PollSource, memory: PollMemory, now: datetime, data: bytes, response: requests.Response
) -> PollResult:
    options = ReadOptions(feed=source.id, zone=source.zone, publisher=source.publisher, lateness=source.lateness)
    articles: list[Article] = []
    unreadable: list[Unreadable] = []
    for item in feed.read(data, source.url, options):
        if isinstance(item, Unreadable):
            unreadable.append(item)
            continue
        old = item.published is None or now - item.published > _BASELINE
        articles.append(replace(item, received=now, baseline=not memory.met and old))
    if not articles and unreadable:
        return replace(_failed(source, memory, now, unreadable[0].why, None), unreadable=unreadable)
    remembered = replace(
        memory, etag=response.headers.get("ETag"), last_modified=response.headers.get("Last-Modified"), met=True
    )
    return PollResult(
        memory=_next(source, remembered, now),
        outcome="ok" if memory.met else "first_contact",
        detail=f"{len(articles)} items",
        articles=articles,
        unreadable=unreadable,
    )


def _get(source: PollSource, memory: PollMemory, session: requests.Session) -> requests.Response:
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5",
    }
    if memory.etag:
        headers["If-None-Match"] = memory.etag
    if memory.last_modified:
        headers["If-Modified-Since"] = memory.last_modified
    url = source.url
    for _ in range(_REDIRECTS + 1):
        _allow(url, private=source.allow_private)
        response = session.get(url, headers=headers, timeout=_TIMEOUT, stream=True, allow_redirects=False)
        if not response.is_redirect:
            return response
        url = urljoin(url, response.headers["Location"])
        response.close()
    raise RefusedError(f"more than {_REDIRECTS} redirects")


def _allow(url: str, *, private: bool) -> None:
    """Refuse what is no HTTP address or, unless allowed, leads into a private network."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedError(f"{url!r} is no http or https address")
    if private:
        return
    for *_, address in socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM):
        if not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global:
            raise RefusedError(f"{parts.hostname} is a private address; the source can say allow_private: true")


def _body(response: requests.Response) -> bytes:
    data = b""
    for chunk in response.iter_content(65536):
        data += chunk
        if len(data) > _LARGEST:
            raise RefusedError(f"larger than {_LARGEST // 1024 // 1024} MB")
    return data


def _failed(source: PollSource, memory: PollMemory, now: datetime, detail: str, retry_after: str | None) -> PollResult:
    failures = memory.failures + 1
    wait = max(min(source.every * 2 ** min(failures - 1, 10), _LONGEST_WAIT), source.every)
    asked = _seconds(retry_after, now)
    at = now + timedelta(seconds=max(wait, min(asked, 86400)))
    return PollResult(memory=replace(memory, failures=failures, next_poll_at=at), outcome="failed", detail=detail)


def _next(source: PollSource, memory: PollMemory, now: datetime) -> PollMemory:
    return replace(memory, failures=0, next_poll_at=now + timedelta(seconds=source.every))


def _seconds(retry_after: str | None, now: datetime) -> float:
    """``Retry-After`` in seconds, given as a number or a date; 0 when there is none."""
    if not retry_after:
        return 0.0
    try:
        return float(retry_after)
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after).astimezone(UTC) - now).total_seconds())
    except ValueError:
        return 0.0
