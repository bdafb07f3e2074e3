"""Which articles does a plain-text page hold? Pages that print several, one after another, are taken apart.

On such a page each article has its title twice within a few lines, its captions (often twice as well) between and
after, and at times a lone mark such as "TT". Each title printed again begins an article; a page without one is a
single article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from streams.article import Article
from streams.sources.dating import date_articles
from streams.sources.html import plain_text
from streams.sources.invisible import visible
from streams.sources.opening import read_whole
from streams.sources.options import ReadOptions, Unreadable

#: A title is printed again within so many lines that are not blank.
_NEAR = 10
_TITLE_CHARACTERS = range(8, 300)
_LONGEST_CAPTION = 800
_LONGEST_MARK = 4
#: Text before the first article that is longer than this is an article of its own.
_PREAMBLE_CHARACTERS = 300
_CREDIT = re.compile(r"(?:\|\s*[\w .,/&'-]{2,60}|\([^()]{2,60}\))\s*\.?$")
_HTML = re.compile(rb"(?i)\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<!doctype html)")
_HTML_TITLE = re.compile(r"(?is)<title\b[^>]*>(.{0,2000}?)</title>")
_MANY_BLANK_LINES = re.compile(r"\n{3,}")


class _Line(NamedTuple):
    """A line that is not blank: its number from 0, and its text with single spaces."""

    number: int
    text: str
    after_blank: bool


class _Head(NamedTuple):
    """The top of an article: its first line, the first line of its text, and what stands in between."""

    first: int
    text_from: int
    title: str
    captions: tuple[str, ...]


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of a page, ids ``NAME#1``, ``NAME#2``, …, dated where they can be."""
    data = read_whole(stream)
    text = visible(_decoded(data))
    if not text.strip():
        yield Unreadable(where=name, why="empty: no article in it")
        return
    yield from date_articles(split_page(text, name, options), options.assume)


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if _HTML.match(data):
        title = _HTML_TITLE.search(text)
        return (f"{plain_text(title[1])}\n\n" if title else "") + plain_text(_HTML_TITLE.sub("", text))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def split_page(text: str, name: str, options: ReadOptions) -> list[Article]:
    """The articles that a page's text holds: one when nothing is printed again."""
    rows = text.split("\n")
    lines = [
        _Line(number, " ".join(row.split()), number == 0 or not rows[number - 1].strip())
        for number, row in enumerate(rows)
        if row.strip()
    ]
    heads = _heads(lines) or [_plain_head(lines)]
    before = "\n".join(rows[: heads[0].first])
    if len(before.strip()) > _PREAMBLE_CHARACTERS:
        heads.insert(0, _plain_head(lines))
    ends = [head.first for head in heads[1:]] + [len(rows)]
    return [
        _article(head, rows[head.text_from : end], f"{name}#{n}", name, options)
        for n, (head, end) in enumerate(zip(heads, ends, strict=True), 1)
    ]


def _heads(lines: list[_Line]) -> list[_Head]:
    heads, at = [], 0
    while at < len(lines):
        again = _again(lines, at)
        if again is None:
            at += 1
            continue
        title = lines[at]
        between = [line.text for line in lines[at + 1 : again] if len(line.text) > _LONGEST_MARK]
        captions = tuple(dict.fromkeys(text for text in between if text != title.text))
        at = again + 1
        while at < len(lines) and (lines[at].text in captions or _is_mark(lines[at].text)):
            at += 1
        end = lines[at].number if at < len(lines) else lines[-1].number + 1
        heads.append(_Head(title.number, end, title.text, captions))
    return heads


def _again(lines: list[_Line], at: int) -> int | None:
    """Where the title on a line is printed again; None when that line is no title."""
    title = lines[at]
    if len(title.text) not in _TITLE_CHARACTERS or " " not in title.text or not title.after_blank:
        return None
    for again in range(at + 1, min(len(lines), at + 1 + _NEAR)):
        if lines[again].text == title.text:
            return again if _is_head(lines, at, again) else None
    return None


def _is_head(lines: list[_Line], at: int, again: int) -> bool:
    """Whether the lines between a title and its repetition are captions and marks, not paragraphs of a text."""
    between = [line.text for line in lines[at + 1 : again] if not _is_mark(line.text)]
    if again == at + 1:
        return lines[again].after_blank and not _is_caption(lines[at].text)
    following = {line.text for line in lines[again + 1 : again + 1 + _NEAR]}
    once = [text for text in between if between.count(text) == 1 and text not in following]
    return all(len(text) <= _LONGEST_CAPTION for text in between) and len(once) <= 1


def _is_mark(text: str) -> bool:
    return len(text) <= _LONGEST_MARK and not text.isdigit()


def _is_caption(text: str) -> bool:
    return text.endswith(".") or _CREDIT.search(text) is not None


def _plain_head(lines: list[_Line]) -> _Head:
    """The top of a single article: its first line is the title when it stands alone and is short."""
    first = lines[0]
    alone = len(lines) > 1 and (lines[1].after_blank or not first.text.endswith("."))
    if alone and len(first.text) in _TITLE_CHARACTERS:
        return _Head(first.number, lines[1].number, first.text, ())
    return _Head(first.number, first.number, "", ())


def _article(head: _Head, rows: list[str], id_: str, name: str, options: ReadOptions) -> Article:
    text = _MANY_BLANK_LINES.sub("\n\n", "\n".join(row.rstrip() for row in rows)).strip()
    spans, at = [], 0
    for caption in head.captions:
        spans.append((at, at + len(caption)))
        at += len(caption) + 1
    lead = "\n".join(head.captions)
    return Article(
        id=id_,
        feed=options.feed or name,
        title=head.title,
        body=f"{lead}\n\n{text}" if lead else text,
        source=options.publisher or options.feed or name,
        zone=options.zone,
        captions=tuple(spans),
        lateness=options.lateness,
    )
