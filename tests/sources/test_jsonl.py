"""JSON lines as people have them: other names, broken lines, broken bytes, one array, one document."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest

from streams.article import Article
from streams.sources import ReadOptions, Unreadable, jsonl

PLAIN = ReadOptions()


def read(data: bytes, options: ReadOptions = PLAIN) -> list[Article | Unreadable]:
    return list(jsonl.read(io.BytesIO(data), "f.jsonl", options))


def one(options: ReadOptions = PLAIN, **fields: Any) -> Article:
    (item,) = read(json.dumps(fields).encode(), options)
    assert isinstance(item, Article)
    return item


def codes(article: Article) -> list[str]:
    return [problem.code for problem in article.problems]


def test_text_comes_through_untouched_so_that_offsets_fit() -> None:
    body = "  Two\r\nlines\u00a0here \u200f 🔥 "
    article = one(id="a", title=" t ", body=body, published="2031-03-04T09:00:00Z")
    assert (article.title, article.body) == (" t ", body)


def test_numbers_become_ids_and_no_revision_stays_unknown() -> None:
    article = one(id=7, body="x", published="2031-03-04T09:00:00Z")
    assert (article.id, article.revision, article.problems) == ("7", None, ())


def test_an_article_without_id_gets_the_same_one_in_every_run() -> None:
    first, second = one(url="https://e.example/1", body="x"), one(url="https://e.example/1", body="changed")
    assert first.id == second.id
    assert "no_id" in codes(first)
    assert one(body="x").id != one(body="y").id


def test_a_cancel_needs_no_text() -> None:
    assert one(id="a", status="canceled").status == "canceled"


def test_an_article_without_text_is_named() -> None:
    assert read(b'{"id": "a", "title": " "}') == [Unreadable(where="f.jsonl:1", why="neither title nor body")]


def test_a_field_that_is_no_text_is_left_out_and_said() -> None:
    article = one(id="a", title={"en": "x"}, body="y", published="2031-03-04T09:00:00Z")
    assert (article.title, codes(article)) == ("", ["bad_field"])


def test_broken_lines_are_named_by_line_and_the_others_read() -> None:
    lines = [b'{"id": "a", "body": "x"}', b'{"id": "b", "bo', b"", b"[1]", b'"text"', b'{"id": "c", "body": "y"}']
    items = read(b"\r\n".join(lines))
    assert [item.id if isinstance(item, Article) else item.where for item in items] == [
        "a",
        "f.jsonl:2",
        "f.jsonl:4",
        "f.jsonl:5",
        "c",
    ]


def test_a_first_line_cut_off_costs_only_itself() -> None:
    items = read(b'{"id": "a", "title": "x",\n{"id": "b", "body": "y"}\n')
    assert [item.id if isinstance(item, Article) else item.where for item in items] == ["f.jsonl:1", "b"]


def test_broken_utf8_is_replaced_and_said() -> None:
    (article,) = read(b'{"id": "a", "body": "caf\xe9 bombed", "published": "2031-03-04T09:00:00Z"}')
    assert isinstance(article, Article)
    assert (article.body, codes(article)) == ("caf\ufffd bombed", ["bad_encoding"])


def test_half_a_surrogate_pair_does_not_reach_the_text() -> None:
    (article,) = read(b'{"id": "a", "body": "x \\ud83d y"}')
    assert isinstance(article, Article)
    article.body.encode()
    assert "bad_encoding" in codes(article)


def test_a_byte_order_mark_is_no_text() -> None:
    (article,) = read(b'\xef\xbb\xbf{"id": "a", "body": "x"}')
    assert isinstance(article, Article)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"version": "1.1", "items": items}])
def test_an_array_and_a_json_feed_are_read_whole(indent: int | None, wrap: Any) -> None:
    data = json.dumps(wrap([{"id": 1, "body": "x"}, {"id": 2, "body": "y"}]), indent=indent).encode()
    assert [item.id for item in read(data) if isinstance(item, Article)] == ["1", "2"]


def test_a_truncated_array_is_read_up_to_the_break() -> None:
    items = read(json.dumps([{"id": 1, "body": "x"}, {"id": 2, "body": "y"}]).encode()[:-9])
    assert isinstance(items[0], Article)
    assert isinstance(items[1], Unreadable)
    assert "broken" in items[1].why


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"a":' * 100_000, b'{"id": ' + b"9" * 50_000 + b', "body": "x"}'])
def test_hostile_json_is_named_or_read_never_a_crash(line: bytes) -> None:
    assert len(read(line + b"\n")) >= 1


def test_an_endless_line_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 1 << 20)
    items = read(b'{"id": "a", "body": "' + b"x" * (3 << 20) + b'"}\n{"id": "b", "body": "y"}')
    assert [item.id if isinstance(item, Article) else item.where for item in items] == ["f.jsonl:1", "b"]


def test_memory_does_not_grow_with_the_file() -> None:
    line = json.dumps({"id": "a", "body": "word " * 500, "published": "2031-03-04T09:00:00Z"}).encode() + b"\n"
    stream = io.BytesIO(line * 8_000)
    tracemalloc.start()
    count = sum(1 for _ in jsonl.read(stream, "f", PLAIN))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 8_000
    assert peak < 2_000_000
