"""Another well-known parser finds in the samples what we find: no field of a format is known to our eyes alone.

What is compared is what both give: ids, versions, titles, texts word by word, moments. Where the other guesses (a zone
that is not one, a date of publication that is only one of change) we do not, and the case says so.
"""

from __future__ import annotations

import html
import re
from datetime import datetime

import fastfeedparser
import NewsMLG2
import pandas
import pytest
from boilerpy3.extractors import ArticleExtractor
from lxml import etree

from streams.article import Article
from streams.sources import read_feed

from .readings import CASES, FOLDER

_ITEM = "{http://iptc.org/std/nar/2006-10-01/}newsItem"
_TAGS = re.compile(r"<script.*?</script>|<[^>]+>", re.DOTALL)


def ours(name: str) -> list[Article]:
    return [item for item in read_feed(str(FOLDER / name), CASES[name]) if isinstance(item, Article)]


def words(text: str) -> list[str]:
    """What is left of marked-up text without its mark-up."""
    return re.findall(r"\w+", html.unescape(_TAGS.sub(" ", text)))


def moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


#: Sample → ids whose moment of publication the other parser guesses.
GUESSED = {
    "wire.rss": {"hw-1001", "https://harbour.example/2031/talks"},  # "ET" as UTC, and no zone at all as UTC
    "wire.atom": {"tag:nord.example,2031:8"},  # the date of change for one of publication
    "jsonfeed.json": {"b"},  # we take the date of change where there is no other; it does not
}
#: Ids whose whole text the other parser passes over: the plain one of a JSON Feed, ``content:encoded`` in RDF.
LESS = {"4711", "https://hill.example/1"}


@pytest.mark.parametrize("name", ["wire.rss", "hill.rdf", "quay.rss", "wire.atom", "jsonfeed.json"])
def test_fastfeedparser_finds_the_same_in_feeds(name: str) -> None:
    entries = fastfeedparser.parse((FOLDER / name).read_bytes()).entries
    theirs = {str(e.get("id") or e.title): e for e in entries if e.title or e.get("content")}
    found = {article.id if article.id in theirs else article.title: article for article in ours(name)}
    assert found.keys() == theirs.keys()
    for id_, article in found.items():
        entry = theirs[id_]
        texts = [entry.get("description") or "", *(part["value"] for part in entry.get("content", ()))]
        assert words(article.title) == words(entry.title)
        assert id_ in LESS or words(article.body) in [words(text) for text in texts]
        links = [entry.get("link"), *(link["href"] for link in entry.get("links", ()))]
        assert article.url == next((link for link in links if link), None)
        if id_ not in GUESSED.get(name, ()):
            assert article.published == moment(entry.get("published"))


def text_of(element: object) -> str | None:
    """The text of one of newsmlg2's elements, or of the first of several."""
    if isinstance(element, NewsMLG2.GenericArray):
        element = element[0] if len(element) else None
    text = getattr(element, "_text", None)
    return " ".join(text.split()) if text else None


def test_newsmlg2_finds_the_same_in_a_message() -> None:
    whole = etree.fromstring((FOLDER / "message.newsml").read_bytes())
    theirs = [NewsMLG2.NewsMLG2Document(etree.tostring(item)).get_item() for item in whole.iter(_ITEM)]
    told = [item for item in theirs if text_of(item.itemmeta.versioncreated)]
    articles = ours("message.newsml")
    assert [(a.id, str(a.revision)) for a in articles] == [(item.guid, item.version) for item in told]
    assert len(articles) == 5
    for article, item in zip(articles, told, strict=True):
        meta = item.itemmeta
        assert article.status == (getattr(meta.pubstatus, "qcode", None) or "stat:usable").removeprefix("stat:")
        assert article.updated == moment(text_of(meta.versioncreated))
        assert article.embargo == moment(text_of(meta.embargoed))
        if (first := text_of(meta.firstcreated)) is not None:
            assert article.published == moment(first)
        if (headline := text_of(getattr(item.contentmeta, "headline", None))) is not None:
            assert article.title == headline


def test_pandas_finds_the_same_in_a_table() -> None:
    table = pandas.read_csv(FOLDER / "table.csv", sep=";", dtype=str, keep_default_na=False).to_dict("records")
    articles = ours("table.csv")
    assert len(articles) == len(table) == 4
    for article, row in zip(articles, table, strict=True):
        assert (article.id, article.title) == (row["Guid"], row["Headline"])
        assert words(article.body) == words(row["Full Text"])
        assert (article.url or "", article.language or "") == (row["Link"], row["Lang"])
        assert str(article.revision or "") == row["Version"]
        assert article.status == (row["PubStatus"] or "usable")
        if len(row["Publication Date"]) > 10:
            assert article.published == moment(row["Publication Date"])


def test_boilerpipe_finds_the_same_in_a_page() -> None:
    """It keeps two labels of the page round the text, so ours has to stand in its as a whole."""
    (article,) = ours("page.html")
    page = ArticleExtractor().get_doc((FOLDER / "page.html").read_text(encoding="utf-8"))
    assert page.title.startswith(article.title)
    assert " ".join(words(article.body)) in " ".join(words(page.content))
