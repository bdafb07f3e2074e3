"""JSON as publishers and crawlers write it: each form known by its keys, its broken siblings named."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.article import Article
from streams.sources import ReadOptions, Unreadable, jsonl
from streams.sources.options import as_heard

VALUES = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        7,
        1e300,
        "",
        "text",
        "None",
        "stat:usable",
        "<p>x</p>",
        [],
        ["a", 1],
        [{"value": "x"}],
        [{}],
        {},
    ]
) | st.sampled_from(
    [{"value": [1]}, [{"value": 5, "contentType": 3, "role": None}], [[{"name": {}}]], [{"name": ["x"]}]]
)
KEYS = (
    "uri id version versioncreated versionCreated firstcreated contentCreated pubstatus pubStatus headline headlines "
    "body_text body_xhtml bodies infosource infoSources embargoed embargoedUntil language maintext date_publish url "
    "source_domain content_text content_html date_published title summary description_text descriptions status"
).split()


def read(data: bytes, fmt: str | None = None) -> list[Article | Unreadable]:
    return list(jsonl.read(io.BytesIO(data), "f.json", ReadOptions(fmt=fmt)))


@given(record=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8), fmt=st.sampled_from([None, *jsonl.SHAPES]))
def test_whatever_a_record_holds_it_is_an_article_or_named(record: dict[str, Any], fmt: str | None) -> None:
    (item,) = read(json.dumps(record).encode() + b"\n", fmt)
    if isinstance(item, Article):
        assert isinstance(item.title + item.body + item.id + item.source, str)
    else:
        assert item.where.startswith("f.json")


@pytest.mark.parametrize(
    ("fmt", "record"),
    [
        ("ninjs", {"uri": "u", "headlines": "no list", "versionCreated": "yesterday", "version": "first"}),
        ("jsonfeed", {"id": {}, "content_html": 7, "date_published": []}),
        ("newsplease", {"maintext": ["a", 1], "title": "t", "date_publish": "32 March"}),
    ],
)
def test_a_field_of_the_wrong_kind_is_said_not_guessed(fmt: str, record: dict[str, Any]) -> None:
    (item,) = read(json.dumps(record).encode(), fmt)
    if isinstance(item, Unreadable):
        assert item == Unreadable(where="f.json:1", why="neither title nor body")
    else:
        assert {"bad_time", "bad_field"} & {problem.code for problem in item.problems}
        assert item.published is None


def test_an_unknown_status_is_held_not_published() -> None:
    (item,) = read(b'{"uri": "u", "headline": "x", "pubstatus": "stat:odd"}')
    assert isinstance(item, Article)
    assert item.status == "withheld"


def test_a_map_of_fields_goes_before_a_known_form() -> None:
    data = b'{"uri": "u", "headline": "x", "kicker": "y"}'
    (item,) = jsonl.read(io.BytesIO(data), "f", ReadOptions(fields={"id": "uri", "title": "kicker"}))
    assert isinstance(item, Article)
    assert (item.id, item.title) == ("u", "y")


def test_a_record_of_our_own_form_stays_one_whatever_else_it_holds() -> None:
    (item,) = read(
        b'{"id": "a", "title": "t", "body": "x", "uri": "u", "headline": "y", "content_text": "z", "maintext": "w"}'
    )
    assert isinstance(item, Article)
    assert (item.id, item.title, item.body) == ("a", "t", "x")


def test_an_embargo_goes_with_the_article_and_a_poll_changes_nothing_of_it() -> None:
    data = (
        b'{"uri": "u", "headline": "x", "versioncreated": "2031-03-04T12:00:00Z", "embargoed": "2031-03-05T06:00:00Z"}'
    )
    (item,) = read(data)
    assert isinstance(item, Article)
    end = datetime(2031, 3, 5, 6, tzinfo=UTC)
    assert (item.published, item.embargo, item.status) == (end, end, "usable")
    heard = as_heard(item, end - timedelta(hours=9), first_contact=True)
    assert (heard.published, heard.embargo, heard.status, heard.baseline) == (end, end, "usable", False)


def test_an_array_broken_in_the_middle_is_read_up_to_there_and_the_place_named() -> None:
    items = read(b'[\n{"id": 1, "body": "x"},\n{"id": 2, body: "y"},\n{"id": 3, "body": "z"}]' + b" " * 500_000)
    assert [item.id if isinstance(item, Article) else item.where for item in items] == ["1", "f.json#2"]


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_an_array_cut_off_anywhere_keeps_what_was_whole(cut: int) -> None:
    whole = json.dumps([{"id": 1, "body": "x"}, {"id": 2, "body": "caf\u00e9 \u4e2d"}], ensure_ascii=False).encode()
    items = read(whole[:-cut])
    assert [item.id for item in items[:-1] if isinstance(item, Article)] == (["1", "2"] if cut == 1 else ["1"])[
        : len(items) - 1
    ]
    assert isinstance(items[-1], Unreadable)


@pytest.mark.parametrize("indent", [None, 1])
def test_memory_does_not_grow_with_an_array(indent: int | None) -> None:
    element = {"id": "a", "body": "w\u00f6rd " * 400, "published": "2031-03-04T09:00:00Z"}
    stream = io.BytesIO(json.dumps([element] * 4_000, indent=indent, ensure_ascii=False).encode())
    tracemalloc.start()
    count = sum(isinstance(item, Article) and not item.problems for item in jsonl.read(stream, "f", ReadOptions()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_000
    assert peak < 3_000_000


def test_an_endless_element_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 1 << 17)
    items = read(b'[{"id": "a", "body": "y"}, {"id": "b", "body": "' + b"x" * (1 << 20))
    assert [item.id if isinstance(item, Article) else item.where for item in items] == ["a", "f.json#2"]
