"""What does an analyst's correction change? A figure set, an incident that is none, two that are one, one that is two.

Pure. What was merged or split stays so: bonds between mentions say which belong together and which do not, and linking
keeps to them. A figure is kept with every mention that the happening had, and goes where the earliest of them goes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from msgspec import Struct

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


#: A mention of which no analyst said anything.
UNBOUND = Bond()


class Said(Struct, frozen=True, array_like=True):
    """The figures that analysts set for a happening that a mention is of, and that it is none."""

    rulings: tuple[Ruling, ...]
    born: int


class Corrected(Struct, frozen=True, kw_only=True):
    """What a correction changes. ``refused`` says why it changes nothing."""

    bonds: dict[str, Bond] = {}
    """By mention key."""
    said: dict[str, Said] = {}
    """By mention key."""
    refused: str = ""


def bonds(state: State) -> Table[Bond]:
    """What analysts said of mentions, by mention key."""
    return state.table("bonds", Bond)


def said(state: State) -> Table[Said]:
    """The figures that analysts set, by mention key."""
    return state.table("said", Said)


def correct(body: Mapping[str, Any], position: int, at: int, state: State, get: Get) -> Corrected:
    """Read the body of a Control ``correct`` that entered the journal at ``position``, ``at`` seconds.

    ``body`` names the ``incident`` and ``because``, and one of ``figures`` (measure → value), ``dismiss`` (true),
    ``merge`` (another incident) and ``split`` (articles to take out; none: every text is an incident of its own).
    """
    happening = get(str(body.get("incident")))
    if happening is None:
        return Corrected(refused=f"no incident {body.get('incident')} is known, or it is beyond the horizon")
    if "merge" in body:
        return _merge(happening, get(str(body["merge"])), str(body["merge"]), position, at, state)
    if "split" in body:
        return _split(happening, tuple(body["split"]), position, at, state)
    anchor, because = happening.mentions[0].key, str(body.get("because", ""))
    given = {"": 0} if body.get("dismiss") else dict(body.get("figures", {}))
    words = tuple(
        Ruling(position=position, at=at, because=because, anchor=anchor, measure=measure, value=value)
        for measure, value in sorted(given.items())
    )
    known = said(state).rows
    rows = {m.key: (*(known[m.key].rulings if m.key in known else ()), *words) for m in happening.mentions}
    return Corrected(said={key: Said(rulings, at) for key, rulings in rows.items()})


def rulings_of(state: State, keys: Sequence[str], known: Container[str]) -> tuple[Ruling, ...]:
    """What analysts said of a happening with these mentions: it goes with its anchor, while ``known`` has that."""
    rows = said(state).rows
    if not rows:
        return ()
    found = {r for key in keys if key in rows for r in rows[key].rulings if r.anchor in keys or r.anchor not in known}
    return tuple(sorted(found, key=lambda r: (r.position, r.measure)))


def anchored(state: State, anchors: Container[str]) -> list[str]:
    """The mentions whose words of an analyst go where one of these goes."""
    rows = said(state).rows.items()
    return [key for key, row in rows if any(ruling.anchor in anchors for ruling in row.rulings)]


def _merge(happening: Happening, other: Happening | None, name: str, position: int, at: int, state: State) -> Corrected:
    if other is None:
        return Corrected(refused=f"no incident {name} is known, or it is beyond the horizon")
    if other.id == happening.id:
        return Corrected(refused="an incident cannot be merged with itself")
    if other.nature != happening.nature:
        return Corrected(refused=f"an {happening.nature} cannot be merged with an {other.nature}")
    mentions = (*happening.mentions, *other.mentions)
    return Corrected(bonds={m.key: _tie(bonds(state).get(m.key), at, together=position) for m in mentions})


def _split(happening: Happening, articles: tuple[str, ...], position: int, at: int, state: State) -> Corrected:
    sides = _sides(happening, articles)
    if isinstance(sides, str):
        return Corrected(refused=sides)
    return Corrected(
        bonds={
            m.key: _tie(bonds(state).get(m.key), at, apart=(position, side))
            for side, mentions in enumerate(sides)
            for m in mentions
        }
    )


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


def _tie(bond: Bond | None, at: int, *, together: int | None = None, apart: tuple[int, int] | None = None) -> Bond:
    """The bond with one more word of an analyst. A merge undoes splits; a split goes before older merges."""
    own = bond or Bond()
    if apart is not None:
        return Bond(together=own.together, apart=(*own.apart, apart), born=at)
    return Bond(together=(*own.together, together or 0), born=at)
