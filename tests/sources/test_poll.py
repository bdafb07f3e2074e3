"""Polling against a real server: what a publisher's server sees, and what the monitor does when it is in trouble."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from msgspec.structs import replace

from streams.article import Article
from streams.sources import FeedError, ReadOptions, read_feed
from streams.sources.http import Limits, PollMemory, PollSource, poll

NOW = datetime(2031, 3, 4, 12, tzinfo=UTC)
FEED = (
    b"<rss version='2.0'><channel><title>Wire</title>"
    b"<item><guid>new</guid><title>Blast</title><pubDate>Tue, 04 Mar 2031 11:30:00 GMT</pubDate></item>"
    b"<item><guid>old</guid><title>Talks</title><pubDate>Mon, 03 Mar 2031 11:30:00 GMT</pubDate></item>"
    b"</channel></rss>"
)


class Site(ThreadingHTTPServer):
    """A server whose answers are set by path: status, headers, body (bytes, or pieces with a pause between)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, dict[str, str], Any]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answers[self.path]
        if status == 200 and headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if isinstance(body, bytes):
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.end_headers()
        pieces, pause = body
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def source(site: Site, path: str = "/feed", every: int = 300) -> PollSource:
    return PollSource(id="wire", url=site.url(path), every=every, allow_private=True)


def waits(result: Any) -> float:
    return (result.memory.next_poll_at - NOW).total_seconds()


def test_first_contact_then_unchanged(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {"ETag": '"v1"', "Last-Modified": "Tue, 04 Mar 2031 11:31:00 GMT"}, FEED)
    first = poll(source(site), PollMemory(), NOW, session)
    assert (first.outcome, [(a.id, a.baseline, a.received) for a in first.articles]) == (
        "first_contact",
        [("new", False, NOW), ("old", True, NOW)],
    )
    again = poll(source(site), first.memory, NOW + timedelta(minutes=5), session)
    assert (again.outcome, again.articles) == ("unchanged", [])
    assert site.asked[1][1]["If-None-Match"] == '"v1"'
    assert site.asked[1][1]["If-Modified-Since"] == "Tue, 04 Mar 2031 11:31:00 GMT"
    assert site.asked[0][1]["User-Agent"].startswith("tocsin/")


def test_after_first_contact_nothing_is_history(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {}, FEED)
    result = poll(source(site), PollMemory(met=True), NOW, session)
    assert (result.outcome, [a.baseline for a in result.articles]) == ("ok", [False, False])


def test_a_compressed_answer_is_read(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(FEED))
    assert len(poll(source(site), PollMemory(), NOW, session).articles) == 2
    pieces = [gzip.compress(FEED)[n : n + 7] for n in range(0, len(gzip.compress(FEED)), 7)]
    site.answers["/feed"] = (200, {"Content-Encoding": "gzip"}, (pieces, 0.001))
    assert len(poll(source(site), PollMemory(), NOW, session).articles) == 2


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("1800", 1800), ("Tue, 04 Mar 2031 13:00:00 GMT", 3600), ("soon", 300), ("5", 300), ("999999999", 86400)],
)
def test_a_publisher_that_asks_for_patience_gets_it(
    site: Site, session: requests.Session, retry_after: str, seconds: int
) -> None:
    site.answers["/feed"] = (429, {"Retry-After": retry_after}, b"slow down")
    result = poll(source(site), PollMemory(), NOW, session)
    assert (result.outcome, result.detail, waits(result)) == ("failed", "answered 429", seconds)


def test_failures_back_off_to_an_hour_and_a_success_forgets_them(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (500, {}, b"")
    memory, pauses = PollMemory(etag='"v1"', met=True), []
    for _ in range(7):
        result = poll(source(site), memory, NOW, session)
        memory = result.memory
        pauses.append(waits(result))
    assert pauses == [300, 600, 1200, 2400, 3600, 3600, 3600]
    assert memory.etag == '"v1"'
    site.answers["/feed"] = (200, {}, FEED)
    recovered = poll(source(site), memory, NOW, session)
    assert (recovered.memory.failures, waits(recovered)) == (0, 300)


def test_a_pace_longer_than_an_hour_is_not_shortened_by_failures(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (500, {}, b"")
    assert waits(poll(source(site, every=7200), PollMemory(failures=5), NOW, session)) == 7200


@pytest.mark.parametrize(
    ("headers", "ttl", "seconds"),
    [({"Cache-Control": "public, max-age=900"}, b"", 900), ({"Cache-Control": "max-age=60"}, b"", 300),
     ({"Cache-Control": "max-age=999999"}, b"", 3600), ({}, b"<ttl>30</ttl>", 1800)],
)  # fmt: skip
def test_a_publishers_longer_pace_is_kept(
    site: Site, session: requests.Session, headers: dict[str, str], ttl: bytes, seconds: int
) -> None:
    site.answers["/feed"] = (200, headers, FEED.replace(b"<item>", ttl + b"<item>", 1))
    assert waits(poll(source(site), PollMemory(), NOW, session)) == seconds


def test_redirects_are_followed_but_not_for_ever(site: Site, session: requests.Session) -> None:
    site.answers |= {
        "/feed": (200, {}, FEED),
        "/moved": (301, {"Location": "/feed"}, b""),
        "/loop": (302, {"Location": "/loop"}, b""),
    }
    assert poll(source(site, "/moved"), PollMemory(), NOW, session).outcome == "first_contact"
    looped = poll(source(site, "/loop"), PollMemory(), NOW, session)
    assert (looped.outcome, "redirects" in looped.detail) == ("failed", True)
    assert len([path for path, _ in site.asked if path == "/loop"]) == 6


def test_a_redirect_to_another_scheme_is_refused(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (302, {"Location": "file:///etc/passwd"}, b"")
    result = poll(source(site), PollMemory(), NOW, session)
    assert (result.outcome, "no http" in result.detail) == ("failed", True)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]"]
)
def test_an_internal_address_is_refused_unless_allowed(session: requests.Session, host: str) -> None:
    result = poll(PollSource(id="wire", url=f"http://{host}:9/feed"), PollMemory(), NOW, session)
    assert (result.outcome, "allow_private" in result.detail) == ("failed", True)


def test_an_oversized_answer_is_given_up_even_when_it_is_packed(site: Site, session: requests.Session) -> None:
    packed = gzip.compress(FEED + b" " * 5_000_000)
    assert len(packed) < 10_000
    site.answers["/feed"] = (200, {"Content-Encoding": "gzip"}, packed)
    result = poll(source(site), PollMemory(), NOW, session, Limits(answer_bytes=1_000_000))
    assert (result.outcome, "larger than" in result.detail) == ("failed", True)


def test_an_answer_that_trickles_is_given_up_in_time(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {}, ([b" "] * 200, 0.05))
    began = time.monotonic()
    result = poll(source(site), PollMemory(), NOW, session, Limits(total_seconds=0.5))
    assert (result.outcome, "longer than" in result.detail) == ("failed", True)
    assert time.monotonic() - began < 3


def test_a_silent_server_is_given_up_in_time(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {}, ([b"", b""], 3))
    began = time.monotonic()
    assert poll(source(site), PollMemory(), NOW, session, Limits(total_seconds=0.3)).outcome == "failed"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("body", [b"", b"<html><body>Please log in</body></html>", b"\x00\xff\x00", b"oops", b"<rss>"])
def test_an_answer_that_is_no_feed_is_a_failure_that_keeps_the_memory(
    site: Site, session: requests.Session, body: bytes
) -> None:
    site.answers["/feed"] = (200, {"ETag": '"bad"'}, body)
    result = poll(source(site), PollMemory(etag='"good"', met=True), NOW, session)
    assert (result.outcome, result.memory.etag, result.articles) == ("failed", '"good"', [])
    assert result.unreadable


def test_a_feed_with_a_broken_end_gives_its_items_and_says_so(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {}, FEED[:-60])
    result = poll(source(site), PollMemory(), NOW, session)
    assert [article.id for article in result.articles] == ["new"]
    assert result.unreadable[0].where == f"{site.url()}:1"


def test_a_json_feed_is_read_through_the_field_map(site: Site, session: requests.Session) -> None:
    site.answers["/feed"] = (200, {}, b'{"version": "1.1", "items": [{"key": 1, "content_text": "Blast"}]}')
    mapped = replace(source(site), fields={"id": "key", "body": "content_text"})
    result = poll(mapped, PollMemory(), NOW, session)
    assert [(article.id, article.body, article.baseline) for article in result.articles] == [("1", "Blast", True)]


def test_a_server_that_is_gone_is_a_failure(session: requests.Session) -> None:
    result = poll(PollSource(id="w", url="http://127.0.0.1:9/", allow_private=True), PollMemory(), NOW, session)
    assert (result.outcome, result.memory.failures) == ("failed", 1)


def test_an_address_can_be_read_as_a_feed(site: Site) -> None:
    site.answers |= {"/feed": (200, {}, FEED), "/gone": (404, {}, b"")}
    assert [item.id for item in read_feed(site.url(), ReadOptions(feed="wire")) if hasattr(item, "id")] == [
        "new",
        "old",
    ]
    with pytest.raises(FeedError, match="404"):
        read_feed(site.url("/gone"), ReadOptions())


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    "name", ["wire.rss", "wire.atom", "jsonfeed.json", "ninjs3.jsonl", "message.newsml", "story.nitf", "table.csv"]
)
def test_a_poll_knows_every_form_by_its_content(site: Site, session: requests.Session, name: str) -> None:
    site.answers["/feed"] = (200, {"Content-Type": "application/octet-stream"}, (GOLDEN / name).read_bytes())
    polled = poll(source(site), PollMemory(met=True), NOW, session).articles
    filed = [item for item in read_feed(str(GOLDEN / name), ReadOptions()) if isinstance(item, Article)]
    assert [(item.id, item.title, item.body) for item in polled] == [(i.id, i.title, i.body) for i in filed]


def test_an_address_that_is_named_as_a_feed_may_hold_a_web_page(site: Site) -> None:
    site.answers["/feed"] = (200, {}, (GOLDEN / "page.html").read_bytes())
    (article,) = read_feed(site.url(), ReadOptions())
    assert isinstance(article, Article)
    assert article.title == "Shells fall on Velmar bridge"
