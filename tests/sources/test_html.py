"""What a reader of a feed sees must be the publisher's words, without mark-up, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.html import looks_like_html, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Nine &amp; ten</p><p>dead</p>", "Nine & ten\n\ndead"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("<div>a\nb\tc</div>", "a b c"),
        ("<style>p {x}</style>kept<script>gone <b></script>", "kept"),
        ("kept <!-- gone <b> --> too", "kept too"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("<![CDATA[inside]]>", "inside"),
        ("1&#160;200 troops&hellip;", "1 200 troops…"),
        ("never closed <b", "never closed <b"),
        ("never closed <!-- b", "never closed <!-- b"),
    ],
)
def test_text_of_markup(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(("text", "expected"), [("a <b>c</b>", True), ("5 < 6", False), ("<!channel> now", False)])
def test_only_known_tags_are_markup(text: str, expected: bool) -> None:
    assert looks_like_html(text) is expected


@given(st.text(alphabet="<>/!-&;#\"' abpscript[]\n"))
def test_any_text_is_read(markup: str) -> None:
    assert len(plain_text(markup)) <= len(markup)


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", "</", "<![CDATA[", "<script>", "<a b='", "&", " ", "<script></style>"]
)
def test_hostile_markup_takes_no_longer_than_it_is_long(piece: str) -> None:
    began = time.process_time()
    plain_text(piece * 200_000)
    assert time.process_time() - began < 5
