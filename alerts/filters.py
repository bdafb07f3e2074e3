"""Does a rule ask for such a happening, told in such a way? A tree of filters over a happening and its mentions.

Pure. What happened (country, place, actor, type, victims) is asked of the happening as a whole; how it is told
(source, language, stance, polarity, realis, scope) of each mention by itself. The rule sees the mentions for which
the tree holds, and the others as if nobody had told them: their figures, publishers and sentences are not its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec.structs import replace

from alerts.config.types import Filter
from streams.happenings import Happening, Mention

_OF_HAPPENING: dict[str, Callable[[Happening], Iterable[str | None]]] = {
    "country": lambda happening: (happening.country,),
    "admin1": lambda happening: (happening.spot.admin1,),
    "place": lambda happening: (happening.spot.name,),
    "actor": lambda happening: happening.actors,
    "type": lambda happening: happening.types,
    "victims": lambda happening: sorted(
        {f.class_ for m in happening.counted for f in m.figures if f.class_ and f.side != "perpetrator"}
    ),
}
_OF_MENTION: dict[str, Callable[[Mention], str | None]] = {
    "source": lambda mention: mention.publisher,
    "language": lambda mention: mention.language,
    "stance": lambda mention: mention.stance,
    "polarity": lambda mention: mention.polarity,
    "realis": lambda mention: mention.realis,
    "scope": lambda mention: mention.scope,
}
#: Fields whose values are compared without regard to case.
_ANY_CASE = frozenset({"admin1", "place", "actor", "source", "language"})
#: Every field that a filter may ask for.
FIELDS = (*_OF_HAPPENING, *_OF_MENTION)
#: What the log says when all of a tree's parts hold, but for no mention together, or a part that is itself a tree.
TOGETHER = "other_where"


def reason_of(field: str) -> str:
    """What the log says when a filter on that field kept something."""
    return "other_victim_class" if field == "victims" else f"other_{field}"


def holds(tree: Filter, happening: Happening, mention: Mention) -> bool:
    """Whether a tree holds for a mention of a happening."""
    if tree.kind == "is":
        return _is(tree, _values(tree.field, happening, mention))
    if tree.kind == "not":
        return not holds(tree.parts[0], happening, mention)
    return (all if tree.kind == "all" else any)(holds(part, happening, mention) for part in tree.parts)


def seen_through(tree: Filter, happening: Happening) -> Happening:
    """The happening with only those mentions counting for which a tree holds."""
    mentions = tuple(
        m if holds(tree, happening, m) else replace(m, actual=False, figures=(), figure_dates=())
        for m in happening.mentions
    )
    return happening if mentions == happening.mentions else replace(happening, mentions=mentions)


def refusal(tree: Filter, happening: Happening) -> tuple[str, str]:
    """(reason, detail) of the first part of a tree that holds for no counted mention of a happening."""
    for part in tree.parts if tree.kind == "all" else (tree,):
        if not any(holds(part, happening, m) for m in happening.counted):
            told = "; ".join(_told(field, happening) for field in dict.fromkeys(_fields(part)))
            return (reason_of(part.field) if part.kind == "is" else TOGETHER), f"{told}; asked for: {said(part)}"
    return TOGETHER, f"no one report of it is all of: {said(tree)}"


def said(tree: Filter) -> str:
    """A tree in words: "country IQ or SY, and not source Harbour*"."""
    if tree.kind == "is":
        return f"{tree.field} {' or '.join(tree.values)}"
    inner = [f"({said(part)})" if len(part.parts) > 1 else said(part) for part in tree.parts]
    return f"not {inner[0]}" if tree.kind == "not" else {"all": " and ", "any": " or "}[tree.kind].join(inner)


def told_of(tree: Filter, happening: Happening) -> str:
    """What a happening is in the fields that a tree asks for."""
    return "; ".join(_told(field, happening) for field in dict.fromkeys(_fields(tree)))


def _told(field: str, happening: Happening) -> str:
    values = dict.fromkeys(v for m in happening.counted for v in _values(field, happening, m) if v)
    return f"{field} {', '.join(values) if values else 'not known'}"


def _fields(tree: Filter) -> list[str]:
    return [tree.field] if tree.kind == "is" else [field for part in tree.parts for field in _fields(part)]


def _values(field: str, happening: Happening, mention: Mention) -> Iterable[str | None]:
    of_mention = _OF_MENTION.get(field)
    return (of_mention(mention),) if of_mention else _OF_HAPPENING[field](happening)


def _is(leaf: Filter, values: Iterable[str | None]) -> bool:
    fold = leaf.field in _ANY_CASE
    return any(value is not None and _matches(leaf.values, value, fold) for value in values)


@lru_cache(maxsize=65536)
def _matches(globs: tuple[str, ...], value: str, fold: bool) -> bool:
    if not fold:
        return any(fnmatchcase(value, glob) for glob in globs)
    return any(fnmatchcase(value.casefold(), glob.casefold()) for glob in globs)
