"""How is an input opened? A file, folder, glob or standard input becomes named streams of plain UTF-8-ish bytes.

Compression and UTF-16 are recognised by the first bytes, never by the name.
"""

from __future__ import annotations

import bz2
import glob
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from msgspec import Struct, structs

from streams.sources.options import FeedError

#: What reading a damaged file or archive raises.
READ_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)
#: Bytes read ahead to recognise a format.
HEAD_BYTES = 4096
#: A document that can't be read piece by piece may be this large, after decompression.
WHOLE_BYTES = 200 * 1024 * 1024
#: Packed input may grow to so many bytes, and beyond that to so many times its size.
EXPANDED_BYTES = 256 * 1024 * 1024
EXPANDED_TIMES = 200
#: How far ahead of Greenwich the day may be somewhere.
_EARLIEST_ZONE = timedelta(hours=14)


def _zst(stream: Any) -> Any:
    from streams.sources.zst import Unpacked

    return Unpacked(stream)


_COMPRESSED: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _zst,
}
_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}


class Opened(Struct, frozen=True):
    """An open input."""

    name: str
    head: bytes
    """Its first bytes, decompressed."""
    stream: BinaryIO
    """All of it, the first bytes included."""
    file: BinaryIO | None = None
    """What to close in the end."""
    local: bool = False
    """Whether it may be an archive: what the network gave is none."""
    written: date | None = None
    """The latest day anywhere on earth when its file was last written."""


class _Rejoined(io.RawIOBase):
    """Bytes that were read ahead, then the rest of the stream they came from."""

    def __init__(self, head: bytes, rest: Any) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._head:
            return int(self._rest.readinto1(buffer))
        size = min(len(buffer), len(self._head))
        buffer[:size], self._head = self._head[:size], self._head[size:]
        return size


class Expansion:
    """How far packed input grows, over all that is unpacked of it. Beyond the bounds reading raises OSError."""

    def __init__(self, packed_bytes: Callable[[], int]) -> None:
        self._packed_bytes, self._total = packed_bytes, 0

    def of(self, unpacked: Any) -> BinaryIO:
        """An unpacked stream, counted."""
        return cast(BinaryIO, io.BufferedReader(_Expanding(self, unpacked), 1 << 16))

    def add(self, count: int) -> None:
        """Count unpacked bytes."""
        self._total += count
        if self._total > EXPANDED_BYTES and self._total > EXPANDED_TIMES * self._packed_bytes():
            raise OSError(f"unpacked it is over {EXPANDED_TIMES} times its size, as no news is; not read on")


class _Expanding(io.RawIOBase):
    def __init__(self, expansion: Expansion, unpacked: Any) -> None:
        self._expansion, self._unpacked = expansion, unpacked

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = int(self._unpacked.readinto1(buffer))
        self._expansion.add(size)
        return size


class _Counted:
    """A stream that counts what was read of it."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.count = stream, 0

    def read(self, size: int = -1) -> bytes:
        piece: bytes = self._stream.read(size)
        self.count += len(piece)
        return piece


def paths_of(spec: str) -> list[str]:
    """The files of a path, folder (recursively; hidden ones left out) or glob, sorted. Raises FeedError for none."""
    if Path(spec).is_dir():
        found = [str(path) for path in sorted(Path(spec).rglob("*")) if path.is_file() and _shown(path, spec)]
    elif Path(spec).exists():
        found = [spec]
    else:
        found = sorted(path for path in glob.glob(spec, recursive=True) if Path(path).is_file())
    if not found:
        raise FeedError(f"{spec}: no such file, no file in such a folder or glob; name one, or - for standard input")
    return found


def _shown(path: Path, folder: str) -> bool:
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def open_path(path: str) -> Opened:
    """Open one file, or standard input for ``-``. Raises one of READ_ERRORS."""
    if path == "-":
        return structs.replace(open_stream(sys.stdin.buffer, path), local=True)
    file = open(path, "rb")  # noqa: SIM115 - closed by whoever reads
    try:
        written = latest_day(datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC))
        return structs.replace(open_stream(file, path), file=file, local=True, written=written)
    except READ_ERRORS:
        file.close()
        raise


def open_bytes(data: bytes, name: str, limit: int | None = None) -> Opened:
    """The same for bytes in memory; ``limit`` takes the place of ``WHOLE_BYTES``."""
    return open_stream(io.BytesIO(data), name, limit)


def open_stream(stream: Any, name: str, limit: int | None = None) -> Opened:
    """Recognise compression and UTF-16 and undo them. Raises one of READ_ERRORS when the first bytes are damaged."""
    head, stream = _read_ahead(stream)
    for magic, decompress in _COMPRESSED.items():
        if head.startswith(magic):
            head, stream = _read_ahead(_unpacked(stream, decompress))
            break
    encoding = next((encoding for mark, encoding in _UTF16.items() if head.startswith(mark)), None)
    if encoding is not None:
        text = read_whole(stream, limit).decode(encoding, "replace")
        head, stream = _read_ahead(io.BytesIO(text.removeprefix("\ufeff").encode("utf-8", "replace")))
    return Opened(name, head, stream)


def _unpacked(stream: Any, decompress: Callable[[Any], Any]) -> BinaryIO:
    packed = _Counted(stream)
    return Expansion(lambda: packed.count).of(decompress(packed))


def read_whole(stream: BinaryIO, limit: int | None = None) -> bytes:
    """All of a stream. Raises OSError when it is larger than a document may be."""
    limit = limit or WHOLE_BYTES
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(f"larger than {limit // 1024 // 1024} MB in one piece; split it, or write it as JSON lines")
    return data


def _read_ahead(stream: Any) -> tuple[bytes, BinaryIO]:
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < HEAD_BYTES and (piece := stream.read1(HEAD_BYTES)):
        pieces.append(piece)
    head = b"".join(pieces)
    return head, cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream), 1 << 16))


def latest_day(moment: datetime) -> date:
    """The latest day anywhere on earth at a moment."""
    return (moment.astimezone(UTC) + _EARLIEST_ZONE).date()


def reason(error: BaseException) -> str:
    """Why an input could not be read, for people."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
