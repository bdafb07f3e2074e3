"""What stands where in a YAML file? Plain values, each with its line and column.

Every duplicate key and every reference to itself is reported; only a syntax error ends the reading.
"""

from __future__ import annotations

import math
import re
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from alerts.config.problems import Problem, shown

_TAG = "tag:yaml.org,2002:"
_BASES = {"0x": 16, "0o": 8, "0b": 2}


class Item(Struct, frozen=True):
    """A value and its place. ``value`` is a scalar, a list of Items, or a dict of key → Entry."""

    value: Any
    line: int
    col: int
    style: str | None = None
    """ "|" or ">" for a block of text, a quote for quoted text."""

    @property
    def kind(self) -> str:
        """What it is, in words for a message."""
        return _KINDS.get(type(self.value), "text")


class Entry(Struct, frozen=True):
    """A key's own place, and its value."""

    line: int
    col: int
    item: Item


_KINDS = {dict: "a mapping", list: "a list", bool: "true or false", int: "a number", float: "a number"}
_KINDS[type(None)] = "nothing"


class Document:
    """One file being read, and its problems so far."""

    needs = "a config needs at least rules"
    """What an empty file lacks."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def problem(self, at: Item | Entry, message: str) -> None:
        """Note a problem at a value, or at a key."""
        self.problems.append(Problem(self.file, at.line, at.col, " ".join(message.split())))

    def parse(self, text: str) -> Item | None:
        """The tree of a YAML text; None when it is empty or no YAML, which is a problem."""
        try:
            node = YAML(typ="safe", pure=True).compose(text)
            if node is None:
                self.problems.append(Problem(self.file, 1, 1, f"the file is empty; {self.needs}"))
                return None
            return _Tree(self).item(node)
        except ReaderError as error:
            before = text[: error.position]
            line, col = before.count("\n") + 1, error.position - before.rfind("\n")
            self.problems.append(Problem(self.file, line, col, "a character that YAML does not allow"))
        except YAMLError as error:
            self.problems.append(_syntax_problem(self.file, error))
        except _WithinItselfError as error:
            self.problems.append(Problem(self.file, error.line, error.col, "this value contains itself"))
        except RecursionError:
            self.problems.append(Problem(self.file, 1, 1, "the YAML is nested too deeply"))
        return None


class _WithinItselfError(Exception):
    def __init__(self, line: int, col: int) -> None:
        self.line, self.col = line, col
        super().__init__()


#: What the parser says → what to do. One that ends in "of line" is followed by where the bracket was opened.
_REMEDIES = (
    (r"character '\\t'", "that is a tab: use blanks"),
    ("undefined alias", "quote a value that begins with *"),
    ("cannot start any token", "quote a value that begins with such a character"),
    ("mapping values are not allowed", 'quote a text that holds a colon and a blank, such as "Alert: 5 killed"'),
    ("found unexpected end of stream", "close the quote that is opened here"),
    ("stream end", "close the bracket or quote that is open"),
    (r"expected ',' or '[}\]]'", "close the bracket of line "),
    ("expected <block end>", "keys that belong together begin in one column, and a list's items with - in one"),
    ("another document", "one file has one config: take out what begins with ---"),
)


def _syntax_problem(file: str, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        return Problem(file, 1, 1, "not valid YAML")
    what, mark = error.problem or "cannot be read", error.problem_mark or error.context_mark
    if "end of stream" in what and error.context_mark:  # what is not closed helps more than where the file ends
        what, mark = f"{error.context}, {what}", error.context_mark
    told = next((remedy for sign, remedy in _REMEDIES if re.search(sign, what)), "")
    opened = error.context_mark
    if told.endswith("of line ") and opened:
        told += str(opened.line + 1)
    what = re.sub("(undefined alias).*", r"\1", what) + (f"; {told}" if told else "")
    line, col = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(file, line, col, f"not valid YAML: {' '.join(what.split())}")


class _Tree:
    """Turns ruamel's nodes into Items. An alias gives the very Item of its anchor."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._done: dict[int, Item] = {}
        self._open: set[int] = set()

    def item(self, node: Node) -> Item:
        done = self._done.get(id(node))
        if done is not None:
            return done
        line, col = node.start_mark.line + 1, node.start_mark.column + 1
        if id(node) in self._open:
            raise _WithinItselfError(line, col)
        self._open.add(id(node))
        item = Item(self._value(node), line, col, getattr(node, "style", None))
        self._open.discard(id(node))
        self._done[id(node)] = item
        return item

    def _value(self, node: Node) -> Any:
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            return [self.item(child) for child in node.value]
        return _scalar(str(node.tag).removeprefix(_TAG), _whole_characters(node.value))

    def _mapping(self, node: MappingNode) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            entry = Entry(key.start_mark.line + 1, key.start_mark.column + 1, self.item(value))
            name = _whole_characters(key.value) if isinstance(key, ScalarNode) else ""
            if not isinstance(key, ScalarNode):
                told = 'quote a text with braces, such as "{{ alert.title }}"'
                self._document.problem(entry, f"expected a name as key, got a list or a mapping; {told}")
            elif key.tag == f"{_TAG}merge":
                merged.update(self._merged(entry))
            elif name in entries:
                first = entries[name]
                self._document.problem(entry, f"duplicate key {shown(name)}; it stands in line {first.line} too")
            else:
                entries[name] = entry
        return {**merged, **entries}

    def _merged(self, entry: Entry) -> dict[str, Entry]:
        value = entry.item.value
        parts = [part.value for part in value] if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            self._document.problem(entry.item, f"expected a mapping to merge, got {entry.item.kind}")
            return {}
        return {key: found for part in reversed(parts) for key, found in part.items()}


def _whole_characters(text: str) -> str:
    """The text with pairs of surrogates joined, which escapes such as "\\ud83d\\ude00" leave apart."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _scalar(kind: str, text: str) -> Any:
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    plain = text.replace("_", "")
    try:
        if kind == "int":
            return int(plain, _BASES.get(plain.lstrip("+-")[:2].lower(), 10))
        if kind == "float":
            return float(plain.replace(".inf", "inf").replace(".nan", "nan").replace(".NaN", "nan"))
    except ValueError:
        return text
    return text


def number_of(value: Any) -> float | None:
    """A finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
