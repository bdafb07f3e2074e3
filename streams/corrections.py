"""What does an analyst's correction change? A figure set, an incident that is none, two that are one, one that is two.

Pure: happenings in, changed happenings out. What was merged or split stays so: a bond between mentions says which
belong together and which do not, whatever linking makes of them later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from streams.codec import digest
from streams.happenings import Happening, Mention, Ruling
from streams.state import State, Table

COMMAND = "correct"

Get = Callable[[str], Happening | None]


class Bond(Struct, frozen=True, kw_only=True):
    """What an analyst said of a mention: of equal ``together`` are one; of one split the sides are apart."""

    together: tuple[int, ...] = ()
    """Positions of the merges that it was part of."""
    apart: tuple[tuple[int, int], ...] = ()
    """(position, side) of the splits that it was part of."""
    born: int = 0


class Corrected(Struct, frozen=True, kw_only=True):
    """What a correction changes. ``refused`` says why it changes nothing."""

    happenings: dict[str, Happening | None] = {}
    """New versions by id; None for one that is gone."""
    bonds: dict[str, Bond] = {}
    merged: tuple[tuple[str, str], ...] = ()
    """(the id that is gone, the one it went into)."""
    split: tuple[tuple[str, str], ...] = ()
    """(the new id, the one it came from)."""
    refused: str = ""


def bonds(state: State) -> Table[Bond]:
    """What analysts said of mentions, by mention key."""
    return state.table("bonds", Bond)


def correct(body: Mapping[str, Any], position: int, at: int, state: State, get: Get) -> Corrected:
    """Apply the body of a Control ``correct`` that entered the journal at ``position``, ``at`` seconds.

    ``body`` names the ``incident`` and ``because``, and one of ``figures`` (measure → value), ``dismiss`` (true),
    ``merge`` (another incident) and ``split`` (articles to take out; none: every text is an incident of its own).
    """
    happening = get(str(body.get("incident")))
    if happening is None:
        return Corrected(refused=f"no incident {body.get('incident')} is known, or it is beyond the horizon")
    because = str(body.get("because", ""))
    if "merge" in body:
        return _merge(happening, get(str(body["merge"])), str(body["merge"]), position, at, state)
    if "split" in body:
        return _split(happening, tuple(body["split"]), position, at, state)
    anchor = happening.mentions[0].key
    given = {"": 0} if body.get("dismiss") else dict(body.get("figures", {}))
    said = [
        Ruling(position=position, at=at, because=because, anchor=anchor, measure=measure, value=value)
        for measure, value in sorted(given.items())
    ]
    return Corrected(happenings={happening.id: replace(happening, rulings=(*happening.rulings, *said))})


def are_apart(state: State, one: Mention, other: Happening) -> bool:
    """Whether an analyst said that this mention does not belong to that happening."""
    bond = bonds(state).get(one.key)
    if bond is None or not bond.apart:
        return False
    sides = dict(bond.apart)
    theirs = (bonds(state).get(m.key) for m in other.mentions)
    return any(sides.get(split, side) != side for b in theirs if b is not None for split, side in b.apart)


def are_together(state: State, one: Mention, other: Happening) -> bool:
    """Whether an analyst said that this mention belongs to that happening."""
    bond = bonds(state).get(one.key)
    if bond is None or not bond.together:
        return False
    theirs = (bonds(state).get(m.key) for m in other.mentions)
    return any(set(bond.together) & set(b.together) for b in theirs if b is not None)


def _merge(happening: Happening, other: Happening | None, name: str, position: int, at: int, state: State) -> Corrected:
    if other is None:
        return Corrected(refused=f"no incident {name} is known, or it is beyond the horizon")
    if other.id == happening.id:
        return Corrected(refused="an incident cannot be merged with itself")
    if other.nature != happening.nature:
        return Corrected(refused=f"an {happening.nature} cannot be merged with an {other.nature}")
    kept, gone = sorted((happening, other), key=lambda h: (h.born, h.id))
    mentions = _in_order([*kept.mentions, *gone.mentions])
    one = replace(
        kept,
        mentions=mentions,
        voids=(*kept.voids, *gone.voids),
        rulings=tuple(sorted((*kept.rulings, *gone.rulings), key=lambda r: r.position)),
    )
    tied = {m.key: _tie(bonds(state).get(m.key), at, together=position) for m in mentions}
    return Corrected(happenings={kept.id: one, gone.id: None}, bonds=tied, merged=((gone.id, kept.id),))


def _split(happening: Happening, articles: tuple[str, ...], position: int, at: int, state: State) -> Corrected:
    sides = _sides(happening, articles)
    if isinstance(sides, str):
        return Corrected(refused=sides)
    told: dict[str, Happening | None] = {}
    tied: dict[str, Bond] = {}
    born: list[tuple[str, str]] = []
    for side, mentions in enumerate(sides):
        keys = {m.key for m in mentions}
        rulings = tuple(r for r in happening.rulings if r.anchor in keys)
        part = replace(happening, mentions=_in_order(mentions), rulings=rulings)
        if side:
            part = replace(part, id="in_" + digest("incident", part.mentions[0].key, position), born=at)
            born.append((part.id, happening.id))
        told[part.id] = part
        tied |= {m.key: _tie(bonds(state).get(m.key), at, apart=(position, side)) for m in mentions}
    return Corrected(happenings=told, bonds=tied, split=tuple(born))


def _sides(happening: Happening, articles: tuple[str, ...]) -> list[list[Mention]] | str:
    """The parts, the one with the earliest mention first; or what is wrong with the wish."""
    groups: dict[str, list[Mention]] = {}
    known = {name for m in happening.mentions for name in article_names(m)}
    unknown = [name for name in articles if name not in known]
    if unknown:
        told = ", ".join(dict.fromkeys(article_names(m)[0] for m in happening.mentions))
        return f"{', '.join(unknown)} tells nothing of this incident; these do: {told}"
    for mention in happening.mentions:
        taken = bool(set(article_names(mention)) & set(articles))
        groups.setdefault(str(taken) if articles else mention.story, []).append(mention)
    if len(groups) < 2:
        return "there is nothing to split: name some of its articles, not all" if articles else "one text tells of it"
    return list(groups.values())


def article_names(mention: Mention) -> tuple[str, str]:
    """How an analyst may name a mention's article: its id, or feed and id."""
    feed, _, rest = mention.article.partition("\x1f")
    id_ = rest.partition("\x1f")[0]
    return id_, f"{feed}/{id_}"


def _in_order(mentions: list[Mention]) -> tuple[Mention, ...]:
    return tuple(sorted(mentions, key=lambda m: (m.as_of, m.position)))


def _tie(bond: Bond | None, at: int, *, together: int | None = None, apart: tuple[int, int] | None = None) -> Bond:
    """The bond with one more word of an analyst. A merge undoes splits; a split goes before older merges."""
    own = bond or Bond()
    if apart is not None:
        return Bond(together=own.together, apart=(*own.apart, apart), born=at)
    return Bond(together=(*own.together, together or 0), born=at)
