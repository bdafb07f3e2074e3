"""Any bytes in a record of a topic: what can be read is read, the rest is named, and nothing ends a worker."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.article import Article
from streams.sources import ReadOptions, Unreadable
from streams.sources.topic_records import FORM, OWN, SOURCE, Record, articles_between, articles_of, value_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT = NOON.timestamp()
LINE = '{"id": "%s", "body": "A bomb killed five."}'


def options(feed: str) -> ReadOptions:
    return ReadOptions(feed=feed or "topic")


def read(value: bytes | None, at: float = AT, **headers: bytes) -> list[Article | Unreadable]:
    return [item for item, _ in articles_of(Record(place="t/0/7", value=value, at=at, headers=headers), options)]


def ids(items: list[Article | Unreadable]) -> list[str]:
    return [item.id if isinstance(item, Article) else f"! {item.where}" for item in items]


def test_one_a_batch_or_lines_give_the_same_articles() -> None:
    one, two = LINE % "a", LINE % "b"
    for value in (f"[{one}, {two}]", f"{one}\n{two}\n", f"{one}{two}"):
        assert ids(read(value.encode())) == ["a", "b"], value


def test_one_that_is_wrong_spoils_no_other() -> None:
    assert ids(read(f"{LINE % 'a'}\nnot json\n{LINE % 'b'}".encode())) == ["a", "! t/0/7#2:1", "b"]
    assert ids(read(f"[{LINE % 'a'}, 5, {LINE % 'b'}]".encode())) == ["a", "! t/0/7#2:1", "b"]


@pytest.mark.parametrize(
    "value", [None, b"", b" ", b"\xff\x00", b"null", b"[" * 100_000, b'{"a":' * 50_000, b"1e999999"]
)
@pytest.mark.parametrize("form", [b"", OWN])
def test_what_is_no_article_is_named(value: bytes | None, form: bytes) -> None:
    found = read(value, **{FORM: form})
    assert found
    assert all(isinstance(item, Unreadable) and item.where.startswith("t/0/7") for item in found)


@given(
    value=st.binary()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["id", "title", "body", "published", "received", "feed", "revision", "status", "x"]), x
            )
        ),
    ).map(lambda x: msgspec.json.encode(x, enc_hook=str) if not _is_huge(x) else b"0"),
    at=st.floats(-1e300, 1e300),
    form=st.sampled_from([b"", OWN, b"\xff"]),
    source=st.binary(max_size=8),
)
def test_any_bytes_give_something_and_raise_nothing(value: bytes, at: float, form: bytes, source: bytes) -> None:
    for item in read(value, at, **{FORM: form, SOURCE: source}):
        if isinstance(item, Article):
            assert item.received is not None
            msgspec.json.decode(msgspec.json.encode(item), type=Article)


def _is_huge(value: object) -> bool:
    if isinstance(value, int):
        return not -(2**63) <= value < 2**64
    if isinstance(value, dict | list):
        return any(map(_is_huge, value.values() if isinstance(value, dict) else value))
    return False


def test_nobody_sends_the_clock_ahead() -> None:
    """The latest time received is the clock of all decisions: a word in an article must not move it into the future."""
    text = '{"id": "a", "body": "A bomb killed five.", "received": "2099-01-01T00:00:00Z"}'
    for form in (b"", OWN):
        (item,) = read(text.encode(), **{FORM: form})
        assert isinstance(item, Article)
        assert item.received == NOON
        assert "future_date" in {problem.code for problem in item.problems}
    past = text.replace("2099", "2020")
    (item,) = read(past.encode())
    assert isinstance(item, Article)
    assert item.received == datetime(2020, 1, 1, tzinfo=UTC)


def test_a_source_is_named_by_header_or_feed() -> None:
    named = b'{"id": "a", "body": "x", "feed": "wire"}'
    found = [read(named), read(named, **{SOURCE: b"desk"}), read((LINE % "a").encode())]
    assert [item.feed for (item,) in found if isinstance(item, Article)] == ["wire", "desk", "topic"]


def test_a_batch_of_ours_is_cut_at_its_articles_own_times() -> None:
    """Its record has the time of its latest article, so that a seek by time misses none."""
    hours = [NOON.replace(hour=hour) for hour in (9, 10, 11)]
    batch = [Article(id=f"a{n}", feed="f", body="x", received=hour) for n, hour in enumerate(hours)]
    record = Record(place="p", value=value_of(batch), at=hours[-1].timestamp(), headers={FORM: OWN})
    found = articles_between(record, options, hours[0].timestamp(), hours[2].timestamp())
    assert ids(found) == ["a0", "a1"]
    assert ids(articles_between(record, options, hours[1].timestamp(), None)) == ["a1", "a2"]
