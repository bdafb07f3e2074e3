"""A page of several articles read as one would give an old attack a new date, so the cuts are pinned."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest

from streams.article import Article
from streams.sources import ReadOptions, Unreadable, page, read_feed
from streams.sources.dating import parse_assume

TITLES = ["Shells Fall on Velmar", "Envoy Lands in Orvel", "Garrison Quits Tarsa: Mayor", "Grain Prices Rise Again",
          "Truce Holds on the River, Monitors Say", "Two Bases Handed Over", "Curfew in the Port", "A Bridge Reopens",
          "Students March in Velmar", "Court Frees Editor"]  # fmt: skip
CREDITS = ["| Wire", "(Coast Agency)", "", "(Wire - Archive)"]


def read(text: str, name: str = "p.txt") -> list[Article]:
    items = list(page.read(io.BytesIO(text.encode()), name, ReadOptions()))
    assert all(isinstance(item, Article) for item in items)
    return [item for item in items if isinstance(item, Article)]


def block(n: int, *, captions: int, copies: int, mark: str, credit: str) -> str:
    """An invented article as such a page prints it."""
    shown = [f"People look at thing {n}.{c} in the town {credit}".strip() for c in range(captions)]
    lines = "".join(f"{caption}\n" * copies for caption in shown)
    body = "\n\n".join(f"Paragraph {p} of article {n}, with {p + 2} lines to say it." for p in range(4))
    return f"{TITLES[n]}\n\n{lines}{mark}\n\n {TITLES[n]} \n\n{lines}\n{body}\n"


LAYOUTS = list(itertools.product((0, 1, 2), (1, 2), ("TT", "", "***"), CREDITS[:3]))


@pytest.mark.parametrize(("captions", "copies", "mark", "credit"), LAYOUTS)
@pytest.mark.parametrize("count", [2, 4, 10])
def test_every_layout_is_cut_at_its_titles(count: int, captions: int, copies: int, mark: str, credit: str) -> None:
    blocks = [block(n, captions=captions, copies=copies, mark=mark, credit=credit) for n in range(count)]
    articles = read("\n\n".join(blocks))
    assert [article.title for article in articles] == TITLES[:count]
    assert [article.id for article in articles] == [f"p.txt#{n}" for n in range(1, count + 1)]
    for n, article in enumerate(articles):
        assert len(article.captions) == captions
        assert all(article.body[start:end].startswith(f"People look at thing {n}.") for start, end in article.captions)
        assert article.body.count("Paragraph") == 4
        assert article.body.endswith(f"Paragraph 3 of article {n}, with 5 lines to say it.")
        assert TITLES[n] not in article.body


def test_a_text_without_repeated_titles_is_one_article() -> None:
    (article,) = read("Shells Fall on Velmar\n\nFive died.\n\nThe road is shut.\n\n\nThe mayor spoke.")
    assert (article.title, article.body) == (
        "Shells Fall on Velmar",
        "Five died.\n\nThe road is shut.\n\nThe mayor spoke.",
    )


def test_one_paragraph_has_no_title() -> None:
    (article,) = read("Five people died in Velmar on Sunday.")
    assert (article.title, article.body) == ("", "Five people died in Velmar on Sunday.")


@pytest.mark.parametrize(
    "inside",
    [
        "Advertisement\n\nFive died.\n\nAdvertisement\n\nTwo fled.",
        "- 'No warning' here -\n\nFive died there.\n\nTwo fled from it.\n\nMore came.\n\n- 'No warning' here -\n\nEnd.",
        "It was over.\n\nIt was over.\n\nThey left.",
    ],
)
def test_lines_repeated_inside_a_text_cut_nothing(inside: str) -> None:
    assert len(read(f"Shells Fall on Velmar\n\nThe day began.\n\n{inside}")) == 1


def test_an_article_before_the_first_repeated_title_is_kept() -> None:
    alone = "Port Quiet After Storm\n\n" + "\n\n".join(["The port was quiet on Monday, the harbour master said."] * 8)
    articles = read(alone + "\n\n\n" + block(0, captions=1, copies=2, mark="TT", credit="| Wire"))
    assert [article.title for article in articles] == ["Port Quiet After Storm", TITLES[0]]


def test_a_saved_web_page_is_read_as_text() -> None:
    html = (
        "<!doctype html><html><head><title>Shells Fall</title><script>x()</script></head><body><p>Five died.</p></body>"
    )
    (article,) = read(html)
    assert (article.title, article.body) == ("Shells Fall", "Five died.")


def test_an_empty_page_is_named() -> None:
    assert list(page.read(io.BytesIO(b" \n\n "), "p.txt", ReadOptions())) == [
        Unreadable(where="p.txt", why="empty: no article in it")
    ]


def test_curly_quotes_of_windows_are_read() -> None:
    items = list(page.read(io.BytesIO("Note\n\n“Five” died".encode("cp1252")), "p.txt", ReadOptions()))
    assert "“Five” died" in next(item.body for item in items if isinstance(item, Article))


@pytest.mark.shared
def test_the_shared_page_is_four_articles_of_two_years(shared: Path) -> None:
    options = ReadOptions(assume=parse_assume(["2020-05-04"]))
    articles = [item for item in read_feed(str(shared / "data" / "seed.txt"), options) if isinstance(item, Article)]
    dated = [article.published and article.published.date().isoformat() for article in articles]
    assert dated == ["2020-05-04", "2026-02-05", None, None]
    assert [[problem.code for problem in article.problems] for article in articles] == [
        ["assumed_date"],
        ["dated_from_text"],
        ["date_conflict"],
        ["date_conflict"],
    ]
    assert [len(article.captions) for article in articles] == [1, 1, 1, 1]
    assert all(article.title not in article.body for article in articles)
