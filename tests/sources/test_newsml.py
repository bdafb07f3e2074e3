"""XML of agencies as it arrives broken or with ill intent: named with its line, and nothing outside is ever fetched."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from streams.article import Article
from streams.sources import ReadOptions, Unreadable, newsml
from streams.sources.formats import recognise
from streams.sources.opening import open_bytes

NAR = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'


def item(n: int, text: str = "Two died.", attributes: str = "") -> str:
    return (
        f'<newsItem {NAR} guid="g{n}" version="1" {attributes}>'
        "<itemMeta><versionCreated>2031-03-04T10:00:00Z</versionCreated></itemMeta>"
        f"<contentMeta><headline>Title</headline></contentMeta><contentSet><inlineXML><html><body><p>{text}</p>"
        "</body></html></inlineXML></contentSet></newsItem>\n"
    )


def message(*items: str) -> str:
    return f"<newsMessage {NAR}><itemSet>\n{''.join(items)}</itemSet></newsMessage>"


def read(text: str | bytes) -> tuple[list[Article], list[Unreadable]]:
    data = text.encode() if isinstance(text, str) else text
    found = list(newsml.read(io.BytesIO(data), "f.xml", ReadOptions()))
    return [i for i in found if isinstance(i, Article)], [i for i in found if isinstance(i, Unreadable)]


def test_a_message_cut_off_gives_its_whole_items_and_the_line() -> None:
    articles, (broken,) = read(message(item(1), item(2), item(3))[:-300])
    assert [article.id for article in articles] == ["g1", "g2"]
    assert broken.where == "f.xml:4"
    assert "2 items were read" in broken.why


def test_an_item_without_text_is_named_and_the_next_one_read() -> None:
    articles, (unreadable,) = read(message(f'<newsItem {NAR} guid="x" version="1"/>', item(2)))
    assert ([article.id for article in articles], unreadable.where) == (["g2"], "f.xml#1")


@pytest.mark.parametrize(
    "text",
    ["", "<newsItem", "<a/>", f"<newsMessage {NAR}/>", "<nitf", "<nitf></newsItem>", "\x00", "<nitf>&nope;</nitf>"],
)
def test_what_holds_no_news_is_named(text: str) -> None:
    articles, (unreadable,) = read(text)
    assert articles == []
    assert unreadable.where.startswith("f.xml")


@pytest.mark.parametrize(
    "body", ["<p>x</p>", "text", "<body.content/>", "<body.content><p>&#x202e;x<br/></p>tail</body.content>"]
)
def test_a_nitf_of_any_shape_is_read_or_named(body: str) -> None:
    articles, unreadable = read(f"<nitf><head/><body>{body}</body></nitf>")
    assert len(articles) + len(unreadable) == 1


@pytest.mark.parametrize("reference", ['SYSTEM "file:///etc/hostname"', 'SYSTEM "http://127.0.0.1:1/x"', '"boom"'])
def test_declared_entities_are_never_expanded(reference: str) -> None:
    (article,), _ = read(f"<!DOCTYPE newsMessage [<!ENTITY x {reference}>]>" + message(item(1, "see &x; there")))
    assert article.body == "see &x; there"


@pytest.mark.parametrize("place", ["text", "attribute"])
def test_an_entity_bomb_goes_off_nowhere(place: str) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = item(1, "x &l11;") if place == "text" else item(1, attributes='standard="&l11;"')
    began = time.process_time()
    articles, _ = read(f'<!DOCTYPE newsMessage [<!ENTITY l0 "boom">{levels}]>{message(bomb)}')
    assert time.process_time() - began < 2
    assert all(len(article.body) < 100 for article in articles)


@pytest.mark.parametrize("piece", ["<a>", "<p>x", "<!--", "<![CDATA[", "&amp;", "<p a='", "<newsItem>", "<nitf>"])
def test_hostile_documents_end_in_time(piece: str) -> None:
    began = time.process_time()
    read(message(item(1, piece * 30_000)))
    assert time.process_time() - began < 5


def test_an_item_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsml, "LONGEST_ITEM", 100_000)
    with pytest.raises(OSError, match="item of over"):
        read(message(item(1, "<b>x</b>" * 100_000)))


def test_wide_text_is_read_whatever_its_declaration_says() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + message(item(1, "caf\u00e9 \u0633"))
    opened = open_bytes(text.encode("utf-16"), "f.xml")
    assert recognise(opened.head) == "newsml"
    (article,) = newsml.read(opened.stream, "f.xml", ReadOptions())
    assert isinstance(article, Article)
    assert article.body == "caf\u00e9 \u0633"


@pytest.mark.parametrize(
    ("head", "fmt"),
    [
        (f"<?xml version='1.0'?>\n<!-- <nitf> -->\n<nar:newsItem {NAR}>", "newsml"),
        ("<!DOCTYPE nitf SYSTEM 'x.dtd'>\n<nitf>", "nitf"),
        ("<rss><channel><item><title>&lt;nitf> <nitf></title>", "rss"),
        ("<html><body><nitf>", "html"),
    ],
)
def test_the_first_element_tells_the_format(head: str, fmt: str) -> None:
    assert recognise(head.encode()) == fmt


def test_an_embargo_without_an_end_is_withheld() -> None:
    (article,), _ = read("<nitf><head><title>x</title><docdata management-status='embargoed'/></head></nitf>")
    assert article.status == "withheld"


def test_memory_does_not_grow_with_the_message() -> None:
    stream = io.BytesIO(message(*[item(n, "<b>word</b> " * 1_500) for n in range(300)]).encode())
    before = resident_bytes()
    count = sum(isinstance(found, Article) for found in newsml.read(stream, "f", ReadOptions()))
    assert count == 300
    assert resident_bytes() - before < 15_000_000


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
