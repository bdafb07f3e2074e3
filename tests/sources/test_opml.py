"""A list of feeds that is read short is news that nobody hears of; one that is read twice doubles every poll."""

from __future__ import annotations

from pathlib import Path

import listparser
import pytest

from alerts.config import ConfigError, load
from streams.article import Article
from streams.sources import ReadOptions, Unreadable, read_feed
from streams.sources.formats import recognise
from streams.sources.opml import listed

from .test_poll import FEED, Site, site  # noqa: F401 - a fixture

LIST = Path(__file__).parent / "golden" / "feeds.opml"
CONFIG = """
sources:
  - {{id: own, feed: "https://own.example/rss"}}
  - {{id: wires, opml: "{path}", every: 7m, zone: Europe/Oslo}}
rules:
  - {{id: toll, when: "attack.*", measure: killed, by: [country], severity: {{warning: 5}}}}
"""


def test_nested_folders_and_repeats_are_read_and_what_is_no_feed_is_named() -> None:
    feeds, bad = listed(LIST.read_bytes(), "feeds.opml")
    assert [(feed.url, feed.title) for feed in feeds] == [
        ("https://harbour.example/rss", "The Harbour Post"),
        ("http://nordvik.example/atom.xml?lang=en&n=20", "Nordvik Ledger"),
    ]
    assert [(item.where, item.why) for item in bad] == [
        ("feeds.opml:12", "'file:///etc/passwd' is no address of a feed")
    ]
    assert recognise(LIST.read_bytes()[:4096]) == "opml"


def test_another_parser_finds_the_same_feeds() -> None:
    feeds, _ = listed(LIST.read_bytes(), "feeds.opml")
    theirs = [feed.url for feed in listparser.parse(LIST.read_bytes()).feeds]
    assert [feed.url for feed in feeds] == [url for url in theirs if url.startswith("http") and "HARBOUR" not in url]


@pytest.mark.parametrize(
    ("data", "feeds", "why"),
    [
        (LIST.read_bytes()[:500], 2, "malformed XML"),
        (b"", 0, "malformed XML|no OPML"),
        (b"<rss><channel/></rss>", 0, "no OPML list"),
        (b"<!DOCTYPE o [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(b"<!ENTITY a%d '&a;&a;'>" % n for n in range(9)) + b"]><opml><body><outline text='&a8;' xmlUrl='https://a.example/'/></body></opml>", 1, ""),  # noqa: E501
        (b"<opml><body>" + b"<outline>" * 5_000, 0, "malformed XML"),
        ("<opml><body><outline text='Zürich' xmlUrl='https://a.example/'/></body></opml>".encode("utf-16"), 1, ""),
    ],
)  # fmt: skip
def test_a_malformed_list_gives_what_stands_before_the_break(data: bytes, feeds: int, why: str) -> None:
    found, bad = listed(data, "l")
    assert len(found) == feeds
    assert bool(bad) == bool(why)


def test_every_feed_of_a_list_that_is_named_as_a_feed_is_read(site: Site, tmp_path: Path) -> None:  # noqa: F811
    site.answers |= {"/a": (200, {}, FEED), "/b": (200, {}, b'{"id": "j", "body": "Talks went on."}')}
    site.answers["/c"] = (404, {}, b"")
    outlines = "".join(f"<outline text='{path}' xmlUrl='{site.url(path)}'/>" for path in ("/a", "/b", "/c", "/a"))
    (tmp_path / "l.opml").write_text(f"<opml><body>{outlines}</body></opml>")
    items = list(read_feed(str(tmp_path / "l.opml"), ReadOptions()))
    assert [(i.id, i.source) for i in items if isinstance(i, Article)] == [
        ("new", "Wire"),
        ("old", "Wire"),
        ("j", "/b"),
    ]
    assert [(i.where, i.why) for i in items if isinstance(i, Unreadable)] == [(site.url("/c"), "answered 404")]


def test_a_list_in_the_config_becomes_its_feeds(tmp_path: Path) -> None:
    (tmp_path / "l.opml").write_bytes(LIST.read_bytes().replace(b"file:///etc/passwd", b"https://own.example/rss"))
    (tmp_path / "t.yml").write_text(CONFIG.format(path="l.opml"))
    sources = load(tmp_path / "t.yml", {}).sources
    assert [(source.id, source.feed) for source in sources] == [
        ("own", "https://own.example/rss"),
        ("wires:harbour.example-rss", "https://harbour.example/rss"),
        ("wires:nordvik.example-atom.xml-lang-en-n-20", "http://nordvik.example/atom.xml?lang=en&n=20"),
    ]
    assert {(source.every, source.zone) for source in sources[1:]} == {(420, "Europe/Oslo")}
    assert [source.publisher for source in sources] == [None, "The Harbour Post", "Nordvik Ledger"]


def test_a_bad_list_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "l.opml").write_bytes(LIST.read_bytes())
    (tmp_path / "t.yml").write_text(CONFIG.format(path="l.opml"))
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "t.yml", {})
    assert str(raised.value).endswith("l.opml:12:1: 'file:///etc/passwd' is no address of a feed")
    (tmp_path / "t.yml").write_text(CONFIG.format(path="gone.opml"))
    with pytest.raises(ConfigError, match=r"t\.yml:4:23: .*gone\.opml: cannot be read"):
        load(tmp_path / "t.yml", {})
