"""Invented news pages of varied mark-up, as a folder and as a WARC file."""

# ruff: noqa: E501 - mark-up

from __future__ import annotations

import gzip
import io
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import NamedTuple

FETCHED = datetime(2021, 9, 1, 12, tzinfo=UTC)
_PLACES = ("Velmar", "Orvel", "Tarsa", "Kesh Bay", "Lower Dunn", "Port Arlen", "Marrow Hill", "Sant Ivo")
_GROUPS = ("gunmen", "a militia", "the harbour guard", "two battalions", "unknown attackers", "the river police")
_DEEDS = ("shelled a bridge", "left the old fort", "stormed a market", "signed a truce", "closed the border road")
_TAILS = (
    "Officials gave no further details.", "A spokesman said an inquiry had begun.", "Residents spoke of a long night.",
    "The figures could not be confirmed independently.", "Roads to the north stayed shut on Monday.",
    "“We heard three blasts,” a shopkeeper said.", "Aid workers asked for a corridor to the hospital.",
)  # fmt: skip


class Made(NamedTuple):
    """A page, its address and when it was published."""

    url: str
    html: bytes
    published: datetime


def pages(count: int, seed: int = 7) -> Iterator[Made]:
    """The same pages for the same seed, mark-up and wording by turns."""
    chance = random.Random(seed)
    for n in range(count):
        published = datetime(2021, 1, 1, 6, tzinfo=UTC) + timedelta(hours=5.37 * (n % 1000))
        title = f"{chance.choice(_PLACES)}: {chance.choice(_GROUPS)} {chance.choice(_DEEDS)} ({n})"
        paragraphs = [_paragraph(chance, n) for _ in range(chance.randint(3, 14))]
        url = f"https://{('wire', 'herald', 'post')[n % 3]}.example/{published:%Y/%m/%d}/story-{n}.html"
        layout = _LAYOUTS[n % len(_LAYOUTS)]
        yield Made(
            url,
            layout(title, paragraphs, published, url, chance).encode(_ENCODINGS[n % 5], "xmlcharrefreplace"),
            published,
        )


_ENCODINGS = ("utf-8", "utf-8", "utf-8", "cp1252", "utf-8")


def _paragraph(chance: random.Random, n: int) -> str:
    told = [
        f"In {chance.choice(_PLACES)} {chance.choice(_GROUPS)} {chance.choice(_DEEDS)}, killing {chance.randint(2, 40)} "
        f"people, the mayor’s office said in statement {n}.{chance.randint(1, 999)}."
    ]
    return " ".join(told + [chance.choice(_TAILS) for _ in range(chance.randint(1, 4))])


def _menu(n: int) -> str:
    links = "".join(f'<li><a href="/section/{k}">Section {k}</a></li>' for k in range(n))
    return f'<nav class="menu"><ul>{links}</ul></nav>'


def _related(chance: random.Random) -> str:
    items = "".join(
        f'<li><a href="/r/{chance.randint(1, 9999)}">{chance.choice(_PLACES)} in pictures</a></li>' for _ in range(6)
    )
    return f'<aside class="related"><h3>More stories</h3><ul>{items}</ul></aside>'


def _modern(title: str, paragraphs: list[str], when: datetime, url: str, chance: random.Random) -> str:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} | Wire</title>'
        f'<meta property="article:published_time" content="{when.isoformat()}"><meta property="og:title" content="{escape(title)}">'
        f'<meta property="og:site_name" content="Wire"><link rel="canonical" href="{url}"></head><body>{_menu(9)}'
        f'<main><article><h1>{escape(title)}</h1><time datetime="{when.isoformat()}">{when:%d %B %Y}</time>{body}</article>'
        f"{_related(chance)}</main><footer>About us · Terms</footer></body></html>"
    )


def _linked_data(title: str, paragraphs: list[str], when: datetime, url: str, chance: random.Random) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": title, "datePublished": when.isoformat(),
            "dateModified": (when + timedelta(hours=2)).isoformat(), "mainEntityOfPage": url, "publisher": {"@type": "Organization", "name": "The Herald"}}  # fmt: skip
    body = "".join(f'<div class="paragraph"><p>{escape(text)}</p></div>' for text in paragraphs)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title><link rel="canonical" href="{url}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script><script>var x = "<p>no text</p>";</script></head>'
        f'<body class="post">{_menu(14)}<div id="content"><h1 class="headline">{escape(title)}</h1>'
        f'<figure><img src="a.jpg" alt=""><figcaption>A street in {chance.choice(_PLACES)}.</figcaption></figure>'
        f'<div class="entry-content">{body}</div></div>{_related(chance)}</body></html>'
    )


def _old(title: str, paragraphs: list[str], when: datetime, url: str, _: random.Random) -> str:
    body = "<br><br>\n".join(escape(text) for text in paragraphs)
    return (
        f'<html><head><TITLE>{escape(title)}</TITLE><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f'<meta name="date" content="{when:%Y-%m-%d}"><link rel="canonical" href="{url}"></head><body bgcolor=white>'
        f"<table width=760><tr><td valign=top width=160><a href=/>Home</a><br><a href=/w>World</a></td><td>"
        f"<h2>{escape(title)}</h2><font size=2>Published {when:%B %d, %Y}</font><p>{body}</td></tr></table></body></html>"
    )


def _sloppy(title: str, paragraphs: list[str], when: datetime, url: str, chance: random.Random) -> str:
    body = "\n".join(f"<P>{escape(text)}" for text in paragraphs)
    return (
        f"<html><head><meta charset=windows-1252><title>{escape(title)}</title>"
        f'<link rel="canonical" href="{url}"></head><body><div id=top>{_menu(5)}</div>'
        f"<div class=article><h1>{escape(title)}</h1><span class=date>{when:%d.%m.%Y}</span>{body}</div>{_related(chance)}"
    )


def _live(title: str, paragraphs: list[str], when: datetime, url: str, _: random.Random) -> str:
    entries = "".join(
        f'<section class="entry"><h4>{(when + timedelta(minutes=9 * k)):%H:%M}</h4><p>{escape(text)}</p></section>'
        for k, text in enumerate(paragraphs)
    )
    quote = f"<blockquote>{escape(paragraphs[0])}</blockquote><ul><li>First point</li><li>Second point</li></ul>"
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)}</title><meta content="{when.isoformat()}" '
        f'property="article:published_time"><link rel="canonical" href="{url}"></head><body><header><h1>{escape(title)}</h1></header>'
        f'<article class="live">{quote}{entries}</article><div class="comments"><p>First! This is a comment by a reader.</p></div>'
        "</body></html>"
    )


_LAYOUTS = (_modern, _linked_data, _old, _sloppy, _live)


# --- both forms -------------------------------------------------------------------------------------------------------


def write_folder(made: list[Made], folder: Path) -> None:
    """One file a page, written when the page was fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, page in enumerate(made):
        path = folder / f"{n:06}.html"
        path.write_bytes(page.html)
        os.utime(path, (FETCHED.timestamp(),) * 2)


def write_warc(made: list[Made], path: Path) -> None:
    """A gzipped WARC file of the pages: answers plain, packed and in pieces by turns, with records of other kinds between."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "tocsin benchmark"}))
        for n, page in enumerate(made):
            headers, body = [("Content-Type", "text/html")], page.html
            if n % 3 == 1:
                headers, body = [*headers, ("Content-Encoding", "gzip")], gzip.compress(body, mtime=0)
            if n % 4 == 2:
                pieces = (body[at : at + 1500] for at in range(0, len(body), 1500))
                body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
                headers = [*headers, ("Transfer-Encoding", "chunked")]
            date = {"WARC-Date": FETCHED.strftime("%Y-%m-%dT%H:%M:%SZ")}
            answer = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    page.url, "response", io.BytesIO(body), http_headers=answer, warc_headers_dict=date
                )
            )
            if n % 50 == 0:
                gone = StatusAndHeaders("404 Not Found", [("Content-Type", "text/html")], protocol="HTTP/1.1")
                writer.write_record(
                    writer.create_warc_record(page.url + "x", "response", io.BytesIO(b"<html>no"), http_headers=gone)
                )
