"""Feeds as they are found: broken off, wrongly declared, hostile."""

from __future__ import annotations

import io
import time

import pytest

from streams.article import Article
from streams.sources import ReadOptions, Unreadable, feed

from .readings import FOLDER

HEAD = '<rss version="2.0"><channel><title>Wire</title>'
ITEM = "<item><title>Blast in {n}</title><guid>g{n}</guid><description>Text.</description></item>"
TAIL = "</channel></rss>"


def read(data: bytes) -> tuple[list[Article], list[Unreadable]]:
    items = list(feed.read(io.BytesIO(data), "f.xml", ReadOptions()))
    return [i for i in items if isinstance(i, Article)], [i for i in items if isinstance(i, Unreadable)]


def test_a_truncated_feed_gives_its_whole_items_and_says_so() -> None:
    data = (HEAD + ITEM.format(n=1) + ITEM.format(n=2)[:-20]).encode()
    articles, unreadable = read(data)
    assert [article.id for article in articles] == ["g1"]
    assert "1 whole items" in unreadable[0].why


@pytest.mark.parametrize(
    ("name", "end"), [("wire.atom", b"</entry>"), ("hill.rdf", b"</item>"), ("quay.rss", b"</item>")]
)
def test_a_feed_of_any_dialect_that_breaks_off_gives_its_whole_items_and_says_so(name: str, end: bytes) -> None:
    whole = (FOLDER / name).read_bytes()
    count = len(read(whole)[0])
    articles, unreadable = read(whole[: whole.rindex(end)])
    assert len(articles) == count - 1
    assert f"{count - 1} whole items" in unreadable[0].why


def test_blanks_before_the_declaration_are_no_problem() -> None:
    articles, unreadable = read(('\n  <?xml version="1.0"?>' + HEAD + ITEM.format(n=1) + TAIL).encode())
    assert (len(articles), unreadable) == (1, [])


def test_a_declared_encoding_is_followed() -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?>' + HEAD + ITEM.format(n="“café”") + TAIL
    (article,), unreadable = read(text.encode("cp1252"))
    assert (article.title, unreadable) == ("Blast in “café”", [])


def test_a_wrong_encoding_is_read_all_the_same() -> None:
    text = '<?xml version="1.0" encoding="utf-8"?>' + HEAD + ITEM.format(n="café") + TAIL
    (article,), _ = read(text.encode("latin-1"))
    assert article.title.startswith("Blast in caf")


@pytest.mark.parametrize("reference", ['SYSTEM "file:///etc/passwd"', '"boom"', '"a > b &amp; c"'])
def test_declared_entities_are_never_expanded(reference: str) -> None:
    data = f"<!DOCTYPE rss [<!ENTITY x {reference}>]>{HEAD}<item><title>see &x;</title></item>{TAIL}"
    articles, _ = read(data.encode())
    assert [article.title for article in articles] in (["see &x;"], ["see"], [])


def test_an_entity_bomb_goes_off_nowhere() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    data = f'<!DOCTYPE rss [<!ENTITY l0 "boom">{levels}]>{HEAD}<item><title>x &l11;</title></item>{TAIL}'
    began = time.process_time()
    articles, _ = read(data.encode())
    assert time.process_time() - began < 2
    assert all(len(article.title) < 100 for article in articles)


@pytest.mark.parametrize("data", [b"", b"<html><body>Not found</body></html>", b"\x00\x01\x02", b"<x/>"])
def test_what_is_no_feed_is_named(data: bytes) -> None:
    articles, unreadable = read(data)
    assert articles == []
    assert [item.where.removesuffix(":1") for item in unreadable] == ["f.xml"]


@pytest.mark.parametrize("piece", ["<a ", "<", "<item>", "<!--", '<a b="', "&", "<![CDATA["])
def test_hostile_documents_end_in_time(piece: str) -> None:
    began = time.process_time()
    read((HEAD + piece * 30_000).encode())
    assert time.process_time() - began < 10


def test_an_escaped_mention_stays_words() -> None:
    (article,), _ = read((HEAD + ITEM.format(n="&lt;!channel&gt; Orvel") + TAIL).encode())
    assert article.title == "Blast in <!channel> Orvel"


def test_utf16_said_or_meant_is_read() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + HEAD + ITEM.format(n=1) + TAIL
    articles, unreadable = read(text.encode())
    assert ([article.id for article in articles], unreadable) == (["g1"], [])


def test_one_impossible_character_costs_no_feed() -> None:
    articles, _ = read((HEAD + ITEM.format(n="&#xD800;&#99999999999;&#0;") + ITEM.format(n=2) + TAIL).encode())
    assert [article.title for article in articles] == ["Blast in \ufffd\ufffd\ufffd", "Blast in 2"]


DECLARED = "<?xml version='1.0'?>\n"
DOCTYPE = "<!DOCTYPE rss [\n<!ENTITY a 'b'>\n]>\n"


@pytest.mark.parametrize("head", ["", DECLARED, "\n\n" + DECLARED, DECLARED + DOCTYPE])
def test_a_break_is_named_with_the_line_that_an_editor_shows(head: str) -> None:
    item = "<item><guid>{}</guid><title>Shells fall</title></item>\n"
    document = f"{head}<rss version='2.0'><channel>\n{item.format(1)}<item><guid>2</guid><title>Broken</titel></item>\n{item.format(3)}</channel></rss>"  # noqa: E501
    articles, (unreadable, *_) = read(document.encode())
    line = document[: document.index("</titel>")].count("\n") + 1
    assert unreadable.where == f"f.xml:{line}"
    assert "mismatched tag" in unreadable.why
    assert [article.id for article in articles][:1] == ["1"]
