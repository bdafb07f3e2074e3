"""An archive of web pages: what a page says is what trafilatura's command line says, whatever the crawler stored."""

# ruff: noqa: E501 - mark-up

from __future__ import annotations

import gzip
import io
import re
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from backports import zstd
from fastwarc.warc import ArchiveIterator, WarcRecordType

from benchmarks.pages import FETCHED, Made, pages, write_folder, write_warc
from benchmarks.web import differences, ours, theirs
from streams.article import Article
from streams.sources import ReadOptions, Unreadable, read_feed
from streams.sources.formats import FORMATS
from streams.sources.web import Page, article_in

SENTENCE = (
    b"<p>Shells fell on the old bridge of Velmar on Thursday, killing 4 people, the mayor's office said in a note.</p>"
)
HTML = (
    b"<!doctype html><html><head><title>Velmar</title></head><body><article>"
    + SENTENCE * 4
    + b"</article></body></html>"
)


def record(body: bytes = HTML, *, http: bytes = b"Content-Type: text/html", url: bytes = b"https://a.example/1", kind: bytes = b"response", status: bytes = b"200 OK") -> bytes:  # fmt: skip
    """One record of a WARC file."""
    block = b"HTTP/1.1 " + status + b"\r\n" + http + b"\r\n\r\n" + body if kind == b"response" else body
    head = b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: 2021-03-05T06:00:00Z\r\n" % (kind, url)
    content = b"application/http; msgtype=response" if kind == b"response" else b"text/html"
    return head + b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n" % (content, len(block)) + block + b"\r\n\r\n"


def raw(data: bytes) -> list[Page | Unreadable]:
    """What an archive holds, nothing extracted."""
    return list(FORMATS["warc"](io.BufferedReader(io.BytesIO(data)), "c.warc", ReadOptions()))  # type: ignore[arg-type]


def read(path: Path) -> list[Article | Unreadable]:
    return list(read_feed(str(path), ReadOptions()))


def make(count: int, folder: Path) -> list[Made]:
    made = list(pages(count))
    write_folder(made, folder / "pages")
    write_warc(made, folder / "pages.warc.gz")
    return made


def test_text_title_and_date_are_those_of_trafilaturas_command_line(tmp_path: Path) -> None:
    made = make(60, tmp_path)
    theirs(tmp_path / "pages", tmp_path / "theirs")
    ours(tmp_path / "pages.warc.gz", tmp_path / "ours.jsonl")
    assert differences(made, tmp_path / "theirs", tmp_path / "ours.jsonl") == []


@pytest.mark.long
def test_two_thousand_pages_are_those_of_the_command_line(tmp_path: Path) -> None:
    made = make(2000, tmp_path)
    theirs(tmp_path / "pages", tmp_path / "theirs")
    ours(tmp_path / "pages.warc.gz", tmp_path / "ours.jsonl")
    assert differences(made, tmp_path / "theirs", tmp_path / "ours.jsonl") == []


def test_a_folder_of_pages_reads_as_the_archive_of_them(tmp_path: Path) -> None:
    made = make(20, tmp_path)
    archived, files = read(tmp_path / "pages.warc.gz"), read(tmp_path / "pages")
    shown = [[(i.title, i.body, i.published, i.url) for i in items if isinstance(i, Article)] for items in (archived, files)]  # fmt: skip
    assert shown[0] == shown[1]
    assert len(shown[0]) == len(made)


def test_every_mapped_field(tmp_path: Path) -> None:
    (tmp_path / "c.warc").write_bytes(record((Path(__file__).parent / "golden" / "page.html").read_bytes()))
    (article,) = read_feed(str(tmp_path / "c.warc"), ReadOptions(feed="crawl"))
    assert isinstance(article, Article)
    assert article.id == article.url == "https://a.example/1"
    assert (article.feed, article.source, article.title) == ("crawl", "The Orvel Post", "Shells fall on Velmar bridge")
    assert "\nVELMAR — Shells fell on the old bridge" in article.body
    assert "500" not in article.body, "readers' comments are no news"
    assert "leeks" not in article.body
    assert article.published == datetime(2021, 3, 4, 17, 20, tzinfo=UTC), "the time of day of the page's metadata"
    assert article.updated == datetime(2021, 3, 5, 6, tzinfo=UTC), "when it was fetched ranks versions"
    assert article.received is None


def test_the_time_of_fetching_is_no_date_of_publication(tmp_path: Path) -> None:
    (tmp_path / "c.warc").write_bytes(record())
    (article,) = read(tmp_path / "c.warc")
    assert isinstance(article, Article)
    assert article.published is None
    assert [problem.code for problem in article.problems] == ["undated"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
def test_packed_archives_are_read(tmp_path: Path, pack: object) -> None:
    (tmp_path / "c").write_bytes(pack(record() + record(url=b"https://a.example/2")))  # type: ignore[operator]
    assert [item.url for item in read(tmp_path / "c") if isinstance(item, Article)] == [
        "https://a.example/1",
        "https://a.example/2",
    ]


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (gzip.compress(HTML), b"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip"),
        (zstd.compress(HTML), b"Content-Type: text/html\r\nContent-Encoding: zstd"),
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(HTML), HTML), b"Content-Type: text/html\r\nTransfer-Encoding: chunked"),
        (HTML, b"Content-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"),
        (HTML, b"content-type: application/xhtml+xml"),
    ],
)
def test_what_the_crawler_stored_is_undone(body: bytes, http: bytes) -> None:
    (page,) = raw(record(body, http=http))
    assert isinstance(page, Page)
    assert page.data == HTML


def test_other_records_are_passed_over() -> None:
    others = [
        record(kind=b"request"), record(status=b"404 Not Found"), record(status=b"301 Moved"), record(kind=b"metadata"),
        record(b"%PDF", http=b"Content-Type: application/pdf"), record(http=b"X-No-Type: 1"),
    ]  # fmt: skip
    found = raw(b"".join([others[0], record(), *others, record(kind=b"resource", url=b"https://a.example/r")]))
    assert [page.url for page in found if isinstance(page, Page)] == ["https://a.example/1", "https://a.example/r"]
    (none,) = raw(b"".join(others))
    assert isinstance(none, Unreadable)
    assert "no web page among the 6 records" in none.why


BROKEN = gzip.compress(HTML)[:20] + b"\xff" * 300


@pytest.mark.parametrize(
    ("data", "readable", "why"),
    [
        (record() + record()[:-400], 1, "breaks off within it"),
        (record() + record()[:60], 1, "no web page|damaged|breaks off|^$"),
        (record() + b"GARBAGE\r\n\r\n" + record(), 1, "damaged archive"),
        (
            record() + record(BROKEN, http=b"Content-Type: text/html\r\nContent-Encoding: gzip") + record(),
            2,
            "cannot be unpacked",
        ),
        (record() + record(b"x" * 20_100_000) + record(), 2, "over 20 MB"),
        (
            record()
            + record(gzip.compress(b" " * 30_000_000), http=b"Content-Type: text/html\r\nContent-Encoding: gzip"),
            1,
            "over 20 MB",
        ),
    ],
)
def test_what_is_broken_is_named_and_the_rest_is_read(data: bytes, readable: int, why: str) -> None:
    found = raw(data)
    assert sum(isinstance(item, Page) for item in found) == readable
    assert len(found) <= readable + 1
    for item in found:
        if isinstance(item, Unreadable):
            assert item.where.startswith("c.warc#")
            assert re.search(why, item.why), item.why


#: 20 MB of blanks in 20 kB, thirty times over.
BOMB = gzip.compress(b" " * 20_000_000, compresslevel=1) * 30


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(record(b"x" * 50_000_000), id="a page of 50 MB"),
        pytest.param(record(BOMB, http=b"Content-Type: text/html\r\nContent-Encoding: gzip"), id="a packed page of 600 MB"),
        pytest.param(record(b"9" * 50_000_000, http=b"Content-Type: text/html\r\nTransfer-Encoding: chunked"), id="a length without end"),
    ],
)  # fmt: skip
def test_a_page_too_large_is_named_in_bounded_memory(hostile: bytes) -> None:
    data = io.BufferedReader(io.BytesIO(record() + hostile + record()))
    tracemalloc.start()
    try:
        found = list(FORMATS["warc"](data, "c.warc", ReadOptions()))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [type(item).__name__ for item in found] == ["Page", "Unreadable", "Page"]
    assert "over 20 MB" in found[1].why  # type: ignore[union-attr]
    assert peak < 120_000_000


@pytest.mark.parametrize(
    "html",
    [
        b"", b"\0\xff\xfe", b"<html>", b"<html><body>" + b"<div>" * 50_000, b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><html>&b;",
        b"<html><body><ul>" + b"<li><a href='/x'>Link</a></li>" * 50 + b"</ul></body></html>",
    ],
)  # fmt: skip
def test_a_page_without_a_text_is_named(html: bytes) -> None:
    page = Page(data=html, where="c.warc#1", name="c.warc", options=ReadOptions(), fetched=FETCHED)
    item = article_in(page)
    if isinstance(item, Article):
        assert len(item.body) < 2_000
    else:
        assert item.where == "c.warc#1"


def test_another_parser_finds_the_same_records(tmp_path: Path) -> None:
    write_warc(list(pages(40)), tmp_path / "p.warc.gz")
    with gzip.open(tmp_path / "p.warc.gz") as file:
        own = [(page.url, page.fetched) for page in raw(file.read()) if isinstance(page, Page)]
    with (tmp_path / "p.warc.gz").open("rb") as file:
        records = ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True, auto_decode="none")
        other = [
            (found.headers.get("WARC-Target-URI"), found.record_date)
            for found in records
            if found.http_headers is not None and found.http_headers.status_code == 200
        ]
    assert len(own) == 40
    assert own == other
