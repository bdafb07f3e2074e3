"""Plain-text pages that hold several articles one after another.

Such a page prints each article's title (and pictures' captions) again shortly after its first place, often with a
lone mark such as "TT" between. Each repeated title begins an article; a page without one is a single article.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.article import Article
from streams.sources.options import ReadOptions, Unreadable

#: Lines after a title within which it must be printed again.
_NEAR = 12
_LONGEST_TITLE = 300
_LONGEST_MARK = 4


def read(data: bytes, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The articles of a page, ids ``NAME#1``, ``NAME#2``, …"""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not text.strip():
        yield Unreadable(where=name, why="empty")
        return
    starts = _starts(lines)
    if not starts:
        yield _article(lines, 0, len(lines), 0, f"{name}#1", name, options)
        return
    borders = [first for first, _ in starts[1:]] + [len(lines)]
    for number, ((first, again), last) in enumerate(zip(starts, borders, strict=True), 1):
        yield _article(lines, first, last, again, f"{name}#{number}", name, options)


def _starts(lines: list[str]) -> list[tuple[int, int]]:
    """(line of a title, line where it is printed again) of each article."""
    found: list[tuple[int, int]] = []
    i = 0
    while i < len(lines):
        again = _again(lines, i)
        if again is None:
            i += 1
            continue
        found.append((i, again))
        head = {line.strip() for line in lines[i:again]}
        i = again + 1
        while i < len(lines) and lines[i].strip() in head:
            i += 1
    return found


def _again(lines: list[str], i: int) -> int | None:
    """Where the title on a line is printed again; None when that line is no title."""
    title = lines[i].strip()
    if len(title) <= _LONGEST_MARK or len(title) > _LONGEST_TITLE or (i > 0 and lines[i - 1].strip()):
        return None
    for k in range(i + 1, min(len(lines), i + 1 + _NEAR)):
        if lines[k].strip() == title:
            return k
    return None


def _article(lines: list[str], first: int, last: int, again: int, id_: str, name: str, options: ReadOptions) -> Article:
    title = next((line.strip() for line in lines[first:last] if line.strip()), "")
    head = {title} | {line.strip() for line in lines[first:again]}
    captions: list[str] = []
    begin = again + 1
    if again:
        for line in lines[first + 1 : again]:
            stripped = line.strip()
            if len(stripped) > _LONGEST_MARK and stripped != title and stripped not in captions:
                captions.append(stripped)
        while begin < last and (not lines[begin].strip() or lines[begin].strip() in head):
            begin += 1
    else:
        begin = first + next((n for n, line in enumerate(lines[first:last]) if line.strip() == title), 0) + 1
    text = "\n".join(line.rstrip() for line in lines[begin:last]).strip()
    lead = "\n".join(captions)
    spans, at = [], 0
    for caption in captions:
        spans.append((at, at + len(caption)))
        at += len(caption) + 1
    return Article(
        id=id_,
        feed=options.feed or name,
        title=title,
        body=f"{lead}\n\n{text}" if lead else text,
        source=options.publisher or options.feed or name,
        zone=options.zone,
        captions=tuple(spans),
        lateness=options.lateness,
    )
