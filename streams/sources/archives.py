"""What does an archive hold? Its members one after another, as open inputs; nothing is written out under their names.

Tar is read as it streams. Zip needs to be sought in, and what cannot be is copied to a nameless temporary file.
"""

from __future__ import annotations

import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from msgspec.structs import replace

from streams.sources.opening import READ_ERRORS, Expansion, Opened, open_stream, reason
from streams.sources.options import Unreadable

#: Archives within archives that are opened.
DEEPEST = 3
#: Members of one archive that are read.
MOST_MEMBERS = 100_000
_COPY_BYTES = 2 * 1024 * 1024 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE = ("[Content_Types].xml", "mimetype")
_BROKEN = (*READ_ERRORS, NotImplementedError, RuntimeError, ValueError)


def is_archive(head: bytes) -> bool:
    """Whether the first bytes are those of a zip or tar file."""
    return head.startswith(_ZIP) or _is_tar(head)


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def members(opened: Opened) -> Iterator[Opened | Unreadable]:
    """The files of an archive in its order, hidden ones left out; each must be read before the next is asked for."""
    found = _tar_members(opened) if _is_tar(opened.head) else _zip_members(opened)
    try:
        for number, (name, stream) in enumerate(found, 1):
            if number > MOST_MEMBERS:
                yield Unreadable(where=opened.name, why=f"over {MOST_MEMBERS} files in it; the others are not read")
                return
            yield _opened(f"{opened.name}!{name}", stream)
    except _BROKEN as error:
        yield Unreadable(where=opened.name, why=f"a damaged archive: {reason(error)}")


def _opened(name: str, stream: Any) -> Opened | Unreadable:
    if isinstance(stream, str):
        return Unreadable(where=name, why=stream)
    try:
        return replace(open_stream(stream, name), local=True)
    except _BROKEN as error:
        return Unreadable(where=name, why=f"can't be opened: {reason(error)}")


def _tar_members(opened: Opened) -> Iterator[tuple[str, Any]]:
    with tarfile.open(fileobj=opened.stream, mode="r|") as tar:
        for member in tar:
            tar.members = []  # type: ignore[attr-defined]  # else it remembers all
            if member.issparse():
                yield member.name, "a file with holes, which may be of any size; not read"
            elif member.isfile() and _shown(member.name):
                yield member.name, tar.extractfile(member)


def _zip_members(opened: Opened) -> Iterator[tuple[str, Any]]:
    with tempfile.TemporaryFile() as copy:
        file = _seekable(opened, copy)
        size = file.seek(0, 2)
        expansion = Expansion(lambda: size)
        with zipfile.ZipFile(file) as archive:
            listed = archive.infolist()
            if listed and listed[0].filename in _OFFICE:
                raise OSError("an office document or book; save it as text")
            for info in listed:
                if info.is_dir() or not _shown(info.filename):
                    continue
                try:
                    stream: Any = expansion.of(archive.open(info))
                except _BROKEN as error:
                    stream = f"can't be opened: {reason(error)}"
                yield info.filename, stream


def _seekable(opened: Opened, copy: Any) -> BinaryIO:
    """The archive's own file where it is one, else a copy of the stream."""
    if opened.file is not None and opened.file.seekable():
        at = opened.file.tell()
        opened.file.seek(0)
        if opened.file.read(4) == opened.head[:4]:
            return opened.file
        opened.file.seek(at)
    left = _COPY_BYTES
    while piece := opened.stream.read(1 << 20):
        left -= len(piece)
        if left < 0:
            raise OSError(f"a zip file of over {_COPY_BYTES >> 30} GB that can't be sought in; unpack it first")
        copy.write(piece)
    return cast(BinaryIO, copy)


def _shown(name: str) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
