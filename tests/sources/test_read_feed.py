"""Files, folders, globs, standard input, archives: whatever is named is read, or named as unread."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.article import Article
from streams.sources import FeedError, ReadOptions, Unreadable, read_feed
from streams.sources.formats import recognise

LINES = b"".join(b'{"id": "%d", "body": "text"}\n' % n for n in range(3_000))


def ids(spec: object, options: ReadOptions | None = None) -> list[str]:
    """Ids of articles, places of what could not be read."""
    items = read_feed(str(spec), options or ReadOptions())
    return [item.id if isinstance(item, Article) else f"unreadable {item.where}" for item in items]


def test_a_folder_is_read_in_order_hidden_files_left_out(tmp_path: Path) -> None:
    for name, id_ in (("b.jsonl", "2"), ("a/z.jsonl", "1"), (".hidden", "x"), (".git/c", "y")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f'{{"id": "{id_}", "body": "t"}}')
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    assert ids(tmp_path) == ["1", "2", f"unreadable {tmp_path}/photo.png"]
    assert ids(tmp_path / "**" / "*.jsonl") == ["1", "2"]


def test_the_feed_of_a_file_is_its_path_unless_the_config_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "body": "t"}')
    (plain,), (named,) = read_feed(str(path), ReadOptions()), read_feed(str(path), ReadOptions(feed="wire"))
    assert isinstance(plain, Article)
    assert isinstance(named, Article)
    assert (plain.feed, plain.source, named.feed) == (str(path), str(path), "wire")


@pytest.mark.parametrize("spec", ["no/such/file.jsonl", "*.nothing"])
def test_nothing_to_open_is_said_at_once(tmp_path: Path, spec: str) -> None:
    with pytest.raises(FeedError, match="no such file"):
        read_feed(str(tmp_path / spec), ReadOptions())


def test_an_unknown_format_or_field_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="there are atom, "):
        read_feed("-", ReadOptions(fmt="docx"))
    with pytest.raises(FeedError, match="titel"):
        read_feed("-", ReadOptions(fields={"titel": "headline"}))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_archives_are_known_by_their_content(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "old.dat"
    path.write_bytes(pack(LINES))
    assert len(ids(path)) == 3_000


def test_a_truncated_archive_gives_what_came_before_the_break(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl.gz"
    text = b"".join(b'{"id": "%d", "body": "%s"}\n' % (n, str(n**40).encode()) for n in range(9_000))
    path.write_bytes(gzip.compress(text)[:-5_000])
    found = ids(path)
    assert len(found) > 5_000
    assert found[:2] == ["0", "1"]
    assert found[-1].startswith(f"unreadable {path}")


@pytest.mark.parametrize("data", [b"\x1f\x8bnonsense", gzip.compress(LINES)[:9]], ids=["nonsense", "cut off"])
def test_a_damaged_archive_is_refused_with_its_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "old.jsonl.gz"
    path.write_bytes(data)
    with pytest.raises(FeedError, match=r"old\.jsonl\.gz"):
        read_feed(str(path), ReadOptions())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize(
    "text",
    [
        '{"id": "1", "body": "Überfall"}',
        "<rss version='2.0'><channel><item><guid>1</guid><title>Überfall</title></item></channel></rss>",
    ],
)
def test_byte_order_marks_and_utf16_are_read(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "f"
    path.write_text(text, encoding=encoding)
    (article,) = read_feed(str(path), ReadOptions())
    assert isinstance(article, Article)
    assert (article.id, article.title + article.body) == ("1", "Überfall")


@pytest.mark.parametrize(
    ("head", "fmt"),
    [
        (b'{"id": 1}', "jsonl"),
        (b"  [\n {", "jsonl"),
        (b'junk first\n{"id": 1}\n', "jsonl"),
        (b"{broken", "jsonl"),
        (b"<?xml version='1.0'?><!-- long --><rss", "rss"),
        (b"<!-- x --><feed xmlns=", "rss"),
        (b"<!DOCTYPE html><html>", "html"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html>", "html"),
        (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", "warc"),
        (b"[REPORT] Five died", "page"),
        (b"Five died.", "page"),
        (b"%PDF-1.7 ...", None),
        (b"PK\x03\x04....", None),
        (b"\x7fELF\x02\x01\x01\0\0\0\0", None),
    ],
)
def test_formats_are_recognised_from_the_first_bytes(head: bytes, fmt: str | None) -> None:
    assert recognise(head) == fmt


def test_a_given_format_overrules_the_content(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text('{"id": "1", "body": "t"}\n')
    assert ids(path, ReadOptions(fmt="page")) == [f"{path}#1"]


def test_standard_input_is_read(tmp_path: Path) -> None:
    code = "from streams.sources import *; print([i.id for i in read_feed('-', ReadOptions())])"
    done = subprocess.run(
        [sys.executable, "-c", code], input=b'{"id": "1", "body": "t"}\n', capture_output=True, check=True, timeout=60
    )
    assert done.stdout.strip() == b"['1']"


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    assert ids(tmp_path / "empty.jsonl") == [f"unreadable {tmp_path}/empty.jsonl"]


def test_the_same_input_reads_the_same_in_every_process(tmp_path: Path) -> None:
    golden = Path(__file__).parent / "golden"
    code = (
        "import sys, msgspec; from streams.sources import *; "
        "sys.stdout.buffer.write(msgspec.json.encode(list(read_feed(sys.argv[1], ReadOptions()))))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, str(golden)],
            capture_output=True,
            check=True,
            timeout=60,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_document_that_is_too_large_is_named_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    from streams.sources import formats, opening

    monkeypatch.setattr(opening, "WHOLE_BYTES", 1_000)
    opened = opening.open_stream(io.BytesIO(b"Title\n\n" + b"word " * 1_000), "big.txt")
    (item,) = formats.read_opened(opened, ReadOptions())
    assert isinstance(item, Unreadable)
    assert "larger than" in item.why
