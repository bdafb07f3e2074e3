"""NewsML-G2 and NITF, the XML of news agencies: one item at a time, parsed by lxml without entities or network.

Of NewsML-G2 the news items are read, alone or in a message; their text is the inline NITF or XHTML. A rising
``version`` of one ``guid`` is a correction, ``pubStatus`` canceled a kill.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, BinaryIO

from lxml import etree

from streams.article import Article
from streams.sources.feed import WIDE
from streams.sources.html import looks_like_html, plain_text
from streams.sources.options import ReadOptions, Unreadable
from streams.sources.records import article_of

#: Bytes of one item.
LONGEST_ITEM = 20 * 1024 * 1024
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACES = re.compile(r"\s+")
_LINE_EDGES = re.compile(r" *\n[ \n]*")
#: Elements that stand within a line; every other one of a text is a block.
_INLINE = frozenset(
    "a em strong i b u q s lang person location org chron num money event function virtloc object.title copyrite "
    "pronounce abbr cite small alt-code classifier city state country region sublocation postaddr sub sup frac "
    "span".split()
)
_LINES = frozenset("br tr li dt dd".split())
_SILENT = frozenset("script style media".split())
Node = Any


def read(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Article | Unreadable]:
    """The items of a document in order; after a break in the mark-up, what came before it and the place."""
    metered, number = _Metered(stream), 0
    items = etree.iterparse(
        metered,
        tag=[f"{{*}}{tag}" for tag in _FIELDS],
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    try:
        for _, node in items:
            if any(_tag(parent) in _FIELDS for parent in node.iterancestors()):
                continue
            number += 1
            where = f"{name}#{number}"
            yield article_of(_FIELDS[_tag(node)](node), where, name, options)
            _free(node)
            metered.since_item = 0
    except etree.XMLSyntaxError as error:
        yield Unreadable(
            where=f"{name}:{error.lineno or 1}", why=f"malformed XML: {error.msg}; {number} items were read"
        )
        return
    if not number:
        yield Unreadable(where=name, why="neither a NewsML-G2 news item nor NITF in it")


class _Metered:
    """A stream that refuses to go on when one item grows too large."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._begun, self.since_item = stream, False, 0

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        if not self._begun:
            piece, self._begun = WIDE.sub(b"", piece.lstrip(), count=1), True
        self.since_item += len(piece)
        if self.since_item > LONGEST_ITEM:
            raise OSError(f"an item of over {LONGEST_ITEM // 1024 // 1024} MB")
        return piece


def _free(node: Node) -> None:
    """Forget an item and what stood before it: a message may hold any number."""
    node.clear()
    while node.getprevious() is not None:
        del node.getparent()[0]


def _newsml_fields(item: Node) -> dict[str, Any]:
    meta, content, inner = _child(item, "itemMeta"), _child(item, "contentMeta"), _inline(item)
    updated, guid = _value(meta, "versionCreated"), item.get("guid")
    nitf = _nitf_fields(inner) if inner is not None and _tag(inner) == "nitf" else None
    language = _child(content, "language")
    return {
        "id": guid,
        "title": _value(content, "headline") or (nitf["title"] if nitf else _value(meta, "title")),
        "body": nitf["body"] if nitf else _text(inner) if inner is not None else _plain(item),
        "published": _value(meta, "firstCreated") or updated,
        "updated": updated,
        "source": _label(content, "infoSource") or _label(meta, "provider") or _value(content, "creditline"),
        "url": guid if guid and guid.startswith(("http://", "https://")) else None,
        "language": language.get("tag") if language is not None else item.get(_XML_LANG),
        "revision": item.get("version"),
        "status": _local(_attribute(meta, "pubStatus", "qcode")),
        "embargo": _value(meta, "embargoed"),
    }


def _nitf_fields(root: Node) -> dict[str, Any]:
    head, body = _child(root, "head"), _child(root, "body")
    docdata, top = _child(head, "docdata"), _child(body, "body.head")
    released, status = _attribute(docdata, "date.release", "norm"), _own(docdata, "management-status")
    return {
        "id": _attribute(docdata, "doc-id", "id-string"),
        "title": _value(_child(top, "hedline"), "hl1") or _value(head, "title"),
        "body": _text(_child(body, "body.content")),
        "published": _attribute(docdata, "date.issue", "norm") or released,
        "updated": _attribute(head, "revision-history", "norm"),
        "source": _attribute(head, "pubdata", "name")
        or _value(top, "distributor")
        or _attribute(docdata, "doc.copyright", "holder")
        or _attribute(docdata, "doc-id", "regsrc"),
        "language": root.get(_XML_LANG),
        "revision": _attribute(docdata, "du-key", "version"),
        "status": ("usable" if released else "withheld") if status == "embargoed" else status,
        "embargo": released,
    }


_FIELDS: dict[str, Callable[[Node], dict[str, Any]]] = {"newsItem": _newsml_fields, "nitf": _nitf_fields}


# --- looking things up ------------------------------------------------------------------------------------------------


def _tag(node: Node) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _child(node: Node, name: str) -> Node:
    return None if node is None else next((child for child in node if _tag(child) == name), None)


def _own(node: Node, attribute: str) -> str | None:
    return None if node is None else node.get(attribute)


def _attribute(node: Node, name: str, attribute: str) -> str | None:
    """An attribute of the last child of that name: histories run forward."""
    named = [] if node is None else [child for child in node if _tag(child) == name]
    return named[-1].get(attribute) if named else None


def _value(node: Node, name: str) -> str | None:
    """The text of a child on one line; None when there is none."""
    child = _child(node, name)
    return None if child is None else _SPACES.sub(" ", _text(child)).strip() or None


def _label(node: Node, name: str) -> str | None:
    """What a party is called: by its name, else by its literal or code."""
    child = _child(node, name)
    if child is None:
        return None
    return _value(child, "name") or child.get("literal") or _local(child.get("qcode")) or child.get("uri")


def _local(qcode: str | None) -> str | None:
    return qcode.rpartition(":")[2] if qcode else None


def _inline(item: Node) -> Node:
    """The root of an item's text: its NITF, or the body of its XHTML."""
    holder = _child(_child(item, "contentSet"), "inlineXML")
    root = None if holder is None else next((child for child in holder if _tag(child)), None)
    body = _child(root, "body") if root is not None and _tag(root) == "html" else None
    return root if body is None else body


def _plain(item: Node) -> str:
    data = _child(_child(item, "contentSet"), "inlineData")
    text = "" if data is None else "".join(data.itertext()).strip()
    return plain_text(text) if looks_like_html(text) else text


# --- text -------------------------------------------------------------------------------------------------------------


def _text(node: Node) -> str:
    """The text of an element, blocks set apart by a blank line."""
    if node is None:
        return ""
    text = _LINE_EDGES.sub(lambda match: "\n\n" if match[0].count("\n") > 1 else "\n", "".join(_pieces(node)))
    return text.strip()


def _pieces(node: Node) -> Iterator[str]:
    apart = "" if _tag(node) in _INLINE else "\n" if _tag(node) in _LINES else "\n\n"
    yield apart
    yield _SPACES.sub(" ", node.text or "")
    for child in node:
        if child.tag is etree.Entity:
            yield unescape(child.text or "")
        elif _tag(child) and _tag(child) not in _SILENT:
            yield from _pieces(child)
        yield _SPACES.sub(" ", child.tail or "")
    yield apart if apart != "\n" else ""
