"""The words and types that classification goes by, read once from ``lexicon/*.yml`` and checked at load."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from msgspec import Struct
from ruamel.yaml import YAML

from streams.article import Codes, Polarity


class LexiconError(Exception):
    """The data contradicts itself; the message says where."""


class Tag(NamedTuple):
    """What a phrase is: ``noun`` or ``verb`` of a type, ``veto`` or ``cause`` with a reason, ``people`` of a class,
    or a word of a group."""

    kind: str
    value: str


class TypeRow(Struct, frozen=True):
    """A type of the taxonomy."""

    name: str
    polarity: Polarity
    codes: Codes
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Phrases:
    """An automaton over phrases; ``find`` gives (start, end, tags) of those that stand as whole words."""

    def __init__(self, phrases: dict[str, tuple[Tag, ...]], kind: MatchKind) -> None:
        self._words = sorted(phrases)
        self._tags = [phrases[word] for word in self._words]
        self._automaton = AhoCorasick(self._words, matchkind=kind)
        self._overlapping = kind == MatchKind.Standard

    def find(self, lowered: str, shift: int = 0) -> list[tuple[int, int, tuple[Tag, ...]]]:
        """The hits in lower-case text, in order; ``shift`` is added to their offsets."""
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(lowered, overlapping=self._overlapping):
            before = start and (lowered[start - 1].isalnum() or lowered[start - 1] in "-_")
            after = end < len(lowered) and (lowered[end].isalnum() or lowered[end] == "_")
            if not before and not after:
                found.append((start + shift, end + shift, self._tags[index]))
        return found


class Lexicon(NamedTuple):
    """``anchors`` are looked for in the whole document, ``words`` only in sentences that hold an anchor."""

    types: dict[str, TypeRow]
    anchors: Phrases
    words: Phrases
    reasons: tuple[str, ...]


#: Groups of words that make a sentence worth reading by themselves.
_ANCHOR_GROUPS = ("kill", "wound", "dead", "abduct", "tolls", "leave_strong")
_GROUPS = (
    *_ANCHOR_GROUPS,
    "shot",
    "die",
    "left",
    "taken",
    "forces",
    "bases",
    "leave",
    "not_forces",
    "freed",
    "conflict",
)
_OWN_REASONS = ("animal", "history", "negated", "planned", "cumulative", "not_a_count")


def lower_same_length(text: str) -> str:
    """Lower case with every code point at its place: the few that grow in lower case stay as they are."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """The bundled lexicon. Raises LexiconError when its data is wrong."""
    rows, words = _read("types.yml"), _read("words.yml")
    types = {name: _type_row(name, row) for name, row in rows.items()}
    anchors: dict[str, set[Tag]] = {}
    others: dict[str, set[Tag]] = {}
    for name, row in rows.items():
        for phrase in row.get("noun") or ():
            _add(anchors, name, phrase, Tag("noun", name))
        for forms in row.get("verb") or ():
            for form in forms.split():
                _add(anchors, name, form.replace("_", " "), Tag("verb", name))
    for reason, phrases in words["phrases"].items():
        for phrase in phrases:
            _add(anchors, reason, phrase, Tag("veto", reason))
    for group in _GROUPS:
        for phrase in words[group]:
            _add(others, group, phrase, Tag(group, group))
            if group in _ANCHOR_GROUPS:
                _add(anchors, group, phrase, Tag("word", group))
    for kind, section in (("cause", "causes"), ("people", "people"), ("cue", "cues")):
        for value, phrases in words[section].items():
            for phrase in phrases:
                _add(others, value, phrase, Tag(kind, value))
    reasons = sorted({*words["phrases"], *words["causes"], *_OWN_REASONS, "rotation"})
    return Lexicon(
        types,
        Phrases({w: tuple(sorted(t)) for w, t in anchors.items()}, MatchKind.LeftmostLongest),
        Phrases({w: tuple(sorted(t)) for w, t in others.items()}, MatchKind.Standard),
        tuple(reasons),
    )


def _read(name: str) -> Any:
    text = resources.files("streams.firstcut").joinpath("lexicon", name).read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)


def _type_row(name: str, row: dict[str, Any]) -> TypeRow:
    plover, cameo, acled = row["codes"]
    if "." not in name:
        raise LexiconError(f"type {name!r}: needs a family and a name, such as attack.ambush")
    return TypeRow(
        name=name,
        polarity=row["polarity"],
        codes=Codes(plover=plover, cameo=cameo, acled=acled),
        yes=tuple(row.get("yes") or ()),
        no=tuple(row.get("no") or ()),
    )


def _add(table: dict[str, set[Tag]], where: str, phrase: Any, tag: Tag) -> None:
    if not isinstance(phrase, str) or not phrase.strip() or phrase != phrase.lower():
        raise LexiconError(f"{where}: {phrase!r} must be lower-case words")
    table.setdefault(phrase, set()).add(tag)
