"""Tables as spreadsheets and archives write them: other separators, quotes with lines in them, shifted rows."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from streams.article import Article
from streams.sources import ReadOptions, Unreadable, table
from streams.sources.formats import recognise

HEAD = b"id,title,text,date\n"


def read(data: bytes, **fields: str) -> list[Article | Unreadable]:
    return list(table.read(io.BytesIO(data), "f.csv", ReadOptions(fields=fields)))


def seen(data: bytes, **fields: str) -> list[str]:
    return [item.body if isinstance(item, Article) else item.where for item in read(data, **fields)]


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_any_separator_and_line_end_is_read_whatever_the_name(delimiter: bytes, end: bytes) -> None:
    rows = [[b"Id", b"Head-line", b"Full Text"], [b"1", b"t", b'"a, b; c\t| ""d""' + end + b'e"']]
    data = b"\xef\xbb\xbf" + end.join(delimiter.join(row) for row in rows)
    assert recognise(data) == "csv"
    (article,) = read(data)
    assert isinstance(article, Article)
    assert (article.id, article.title) == ("1", "t")
    assert article.body == 'a, b; c\t| "d"' + end.decode() + "e"


def test_a_row_with_a_cell_too_many_or_too_few_is_named_by_line_and_the_others_read() -> None:
    data = HEAD + b'1,t,"two\nlines",2031-03-04\n2,t,killed 1,200,2031-03-04\n3,t\n4,t,last,2031-03-04,,\n\n'
    assert seen(data) == ["two\nlines", "f.csv:4", "f.csv:5", "last"]


def test_a_quote_that_never_ends_is_named_where_it_began() -> None:
    (first, broken) = read(HEAD + b'1,t,x,2031-03-04\n2,t,"never ends\n3,t,y,2031-03-04\n')
    assert isinstance(first, Article)
    assert isinstance(broken, Unreadable)
    assert broken.where == "f.csv:3"
    assert "read up to line 4" in broken.why


def test_an_open_quote_swallows_no_more_than_one_cell_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LONGEST_CELL", 1_000)
    items = seen(HEAD + b'1,t,"open' + b"\nx" * 2_000 + b"\n2,t,y,2031-03-04\n")
    assert items[0] == "f.csv:2"
    assert items[-1] == "y"


def test_windows_text_is_read_and_said() -> None:
    (article,) = read(HEAD + "1,“Quoted”,café,2031-03-04\n".encode("cp1252"))
    assert isinstance(article, Article)
    assert (article.title, article.body) == ("“Quoted”", "café")
    assert "bad_encoding" in {problem.code for problem in article.problems}


def test_a_spreadsheets_number_of_days_is_a_date() -> None:
    (article,) = read(HEAD + b"1,t,x,47911.375\n")
    assert isinstance(article, Article)
    assert article.published is not None
    assert article.published.isoformat() == "2031-03-04T09:00:00+00:00"
    assert [problem.code for problem in article.problems] == ["naive_time"]


def test_a_date_of_unclear_order_is_no_date() -> None:
    (article,) = read(HEAD + b"1,t,x,3/4/2031\n")
    assert isinstance(article, Article)
    assert article.published is None
    assert "bad_time" in {problem.code for problem in article.problems}


def test_columns_are_mapped_by_name_or_where_there_are_none_by_number() -> None:
    assert seen(b"kicker,lede,no\nt,words,7\n", title="kicker", body="lede") == ["words"]
    assert seen(b"20310304;words;t\n20310305;others;t\n", body="1", title="2") == ["words", "others"]


def test_no_column_to_read_is_said_with_those_there_are() -> None:
    (item,) = read(b"kicker,lede\nt,words\n")
    assert isinstance(item, Unreadable)
    assert "'kicker', 'lede'" in item.why
    (item,) = read(b"title,lede\nt,words\n", body="text")
    assert isinstance(item, Unreadable)
    assert "no column 'text'" in item.why


@pytest.mark.parametrize(
    "text",
    [
        "Title, text and more of it\n",
        "Text: police said, on Monday\n",
        "Source, date\n",
        "Content | Archive | About | Contact | Help\n",
    ],
)
def test_a_page_of_prose_is_no_table(text: str) -> None:
    assert recognise(text.encode() + b"\nFive people died.\n") == "page"


@pytest.mark.parametrize("data", [b"", b"\n", b"title,text", b"\0\0", b'"', b"title,text\n" + b'"' * 999])
def test_hostile_tables_never_crash(data: bytes) -> None:
    assert all(isinstance(item, Unreadable) for item in read(data))


def test_memory_does_not_grow_with_the_table() -> None:
    stream = io.BytesIO(HEAD + b'1,t,"%s",2031-03-04T09:00:00Z\n' % (b"word " * 500) * 4_000)
    tracemalloc.start()
    count = sum(1 for _ in table.read(stream, "f", ReadOptions()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_000
    assert peak < 2_000_000
