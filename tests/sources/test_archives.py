"""Zip and tar as archives are kept: packed, nested, damaged, hostile. What can be read is, the rest is named."""

from __future__ import annotations

import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from streams.article import Article
from streams.sources import FeedError, ReadOptions, archives, opening, read_feed
from streams.sources.formats import read_opened

FILES = {
    "2031/a.jsonl": b'{"id": "a", "body": "x"}\n',
    "b.csv": b"id,title,text\nb,t,x\n",
    ".hidden": b"x",
    "__MACOSX/b.csv": b"x",
    "c.jsonl.gz": gzip.compress(b'{"id": "c", "body": "x"}\n'),
    "photo.png": b"\x89PNG\r\n\x1a\n\0\0\0",
}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def found(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "old.dat"
    path.write_bytes(data)
    items = read_feed(str(path), ReadOptions())
    return [i.id if isinstance(i, Article) else f"{i.where.removeprefix(str(path))}: {i.why}" for i in items]


def plain(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("squeeze", [plain, gzip.compress, lzma.compress, zstd.compress])
def test_archives_are_read_member_by_member(
    tmp_path: Path, pack: Callable[..., bytes], squeeze: Callable[..., bytes]
) -> None:
    got = found(tmp_path, squeeze(pack(FILES)))
    assert got == ["a", "b", "c", "!photo.png: no text, and no form of news that is known"]


def test_an_archive_on_standard_input_is_read() -> None:
    code = "from streams.sources import *; print([i.id for i in read_feed('-', ReadOptions())])"
    for data in (zipped({"a.jsonl": FILES["2031/a.jsonl"]}), tarred({"a.jsonl": FILES["2031/a.jsonl"]})):
        done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True, timeout=60)
        assert done.stdout.strip() == b"['a']"


def test_archives_are_opened_so_deep_and_no_deeper(tmp_path: Path) -> None:
    data = zipped({"a.jsonl": FILES["2031/a.jsonl"]})
    for _ in range(archives.DEEPEST - 1):
        data = tarred({"inner.zip": data})
    assert found(tmp_path, data) == ["a"]
    (named,) = found(tmp_path, zipped({"outer.tar": data}))
    assert "unpack it first" in named


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, zstd.compress, lambda data: zipped({"a.jsonl": data})])
def test_what_unpacks_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(opening, "EXPANDED_BYTES", 1_000_000)
    got = found(tmp_path, pack(b'{"id": "a", "body": "x"}\n' + b"\n" * 20_000_000))
    assert got[0] == "a"
    assert "times its size" in got[-1]


def test_many_small_files_may_not_grow_without_end_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "EXPANDED_BYTES", 1_000_000)
    got = found(tmp_path, zipped({f"{n}.txt": b" " * 900_000 for n in range(9)}))
    assert any("times its size" in line for line in got)


def test_more_members_than_are_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    assert found(tmp_path, tarred({f"{n}.jsonl": b'{"id": "%d", "body": "x"}' % n for n in range(4)}))[:2] == ["0", "1"]


def test_a_truncated_archive_gives_what_was_whole(tmp_path: Path) -> None:
    files = {f"{n}.jsonl": b'{"id": "%d", "body": "x"}\n' % n * 900 for n in range(3)}
    got = found(tmp_path, tarred(files)[: 512 + 22_016 + 512 + 9_000])
    assert got[0] == "0"
    assert got[-1].startswith(("!1.jsonl", ":"))
    (named,) = found(tmp_path, zipped(files)[:-30])
    assert "damaged archive" in named


def test_a_truncated_zst_file_gives_what_came_before_the_break(tmp_path: Path) -> None:
    text = b"".join(b'{"id": "%d", "body": "%d"}\n' % (n, n**40) for n in range(20_000))
    got = found(tmp_path, zstd.compress(text)[:-5_000])
    assert got[0] == "0"
    assert "breaks off" in got[-1]


def test_damaged_members_are_named_and_the_others_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.jsonl": b'{"id": "a", "body": "%s"}' % str(3**999).encode(), "b.csv": FILES["b.csv"]}))
    data[60:70] = bytes(10)
    got = found(tmp_path, bytes(data))
    assert got[0].startswith("!a.jsonl: ")
    assert got[-1] == "b"


def test_a_member_under_a_password_or_an_office_document_is_named(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.jsonl": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (named,) = found(tmp_path, bytes(data))
    assert "encrypted" in named
    (named,) = found(tmp_path, zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}))
    assert "office document" in named


def test_a_sparse_member_is_not_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("holes")
        info.pax_headers = {"GNU.sparse.size": str(10**12), "GNU.sparse.map": "0,0"}
        archive.addfile(info)
    (named,) = found(tmp_path, out.getvalue())
    assert "holes" in named


def test_what_the_network_gave_is_no_archive() -> None:
    opened = opening.open_bytes(zipped(FILES), "https://a.example/feed")
    (named,) = read_opened(opened, ReadOptions())
    assert not isinstance(named, Article)


def test_a_damaged_zst_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"old\.dat"):
        found(tmp_path, b"\x28\xb5\x2f\xfdnonsense")
