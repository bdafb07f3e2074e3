"""Which earlier mentions might tell of the same happening? For each mention its best few links, and no more.

Mentions are kept in blocks: by kind of happening, country, and place (its name, its cell on the map or its division),
or, where the place is only vaguely known, by a figure or an actor; each split by day. A mention is compared with
those of its blocks only. Links go from later to earlier in the order of telling, whatever came first here: so the
links of a mention depend on which mentions there are, and not on the order in which they arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from math import floor

from streams.article import PHASED_FAMILIES, family_of
from streams.corrections import UNBOUND
from streams.figures import totals_of
from streams.happenings import Mention, Spot
from streams.identity import Link
from streams.kinds import kind_of
from streams.nearness import is_pinned
from streams.scoring import BOUND, JOIN, Node, Order, fit, shared_words

#: Score of a pair from which it is a link.
LINK = JOIN - 1.0
#: Links kept of a mention; of the copies of one sentence only one.
LINKS = 6
#: Days before and after in which a report of a happening is looked for.
REACH = 4
#: Longest stated time, in days, that is entered day by day.
_NARROW = 10
_MONTH = 30
_MONTHS = 3

_EPOCH = date(1970, 1, 1).toordinal()

Block = dict[int, dict[str, Node]]
Copy = tuple[str, str]


class Blocks:
    """Which mentions lie near one: of its kind, place or evidence, and days."""

    def __init__(self) -> None:
        self._blocks: dict[str, Block] = {}

    def enter(self, node: Node) -> None:
        """Take in a mention."""
        for name, days in _entered(node):
            block = self._blocks.setdefault(name, {})
            for day in days:
                block.setdefault(day, {})[node.mention.key] = node

    def leave(self, node: Node) -> None:
        """Take out a mention, as it was taken in."""
        for name, days in _entered(node):
            block = self._blocks[name]
            for day in days:
                held = block[day]
                held.pop(node.mention.key, None)
                if not held:
                    del block[day]
            if not block:
                del self._blocks[name]

    def near(self, node: Node) -> Iterable[Node]:
        """The other mentions of its blocks, each once, in no telling order."""
        found: dict[str, Node] = {}
        for name, days in _searched(node):
            block = self._blocks.get(name)
            if block is not None:
                for day in days:
                    held = block.get(day)
                    if held:
                        found.update(held)
        found.pop(node.mention.key, None)
        return found.values()


class Linking:
    """The nodes by key, their blocks, and the links both ways."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.links: dict[str, tuple[Link, ...]] = {}
        self.linked_from: dict[str, set[str]] = {}
        self.blocks = Blocks()
        self._echoes: set[str] = set()
        """Mentions that say what the text which they copy says: they go where that goes, and stand in no block."""

    def is_echo(self, key: str) -> bool:
        """Whether a mention goes where another goes, whose words it says again."""
        return key in self._echoes

    def restore(self, node: Node, links: tuple[Link, ...]) -> None:
        """Take in a node whose links are known."""
        self._take_in(node, echo=any(link.score == BOUND and link.key == node.mention.echoes for link in links))
        self._set_links(node.mention.key, links)

    def add(self, node: Node) -> dict[str, None]:
        """Take in a node. Gives the later mentions that now link to it.

        An echo comes after what it echoes, and goes when that goes.
        """
        key, echoes = node.mention.key, node.mention.echoes
        if echoes in self.nodes and echoes not in self._echoes and node.bond is UNBOUND:
            self._take_in(node, echo=True)
            self._set_links(key, (Link(BOUND, echoes, 1.0),))
            return {}
        self._take_in(node)
        earlier: list[Link] = []
        relinked: dict[str, None] = {}
        for other in self.blocks.near(node):
            first, second = (other, node) if other.order < node.order else (node, other)
            link = _link(second, first)
            if link is None:
                continue
            if second is node:
                earlier.append(link)
                continue
            known = self.links[other.mention.key]
            best = self._best([*known, link])
            if best != known:
                self._set_links(other.mention.key, best)
                relinked[other.mention.key] = None
        self._set_links(key, self._best(earlier))
        return relinked

    def remove(self, keys: Sequence[str]) -> dict[str, None]:
        """Take nodes out. Gives the mentions that linked to them, linked anew."""
        orphans: dict[str, None] = {}
        for key in keys:
            self._set_links(key, ())
            del self.links[key]
            self._let_go(self.nodes.pop(key))
            orphans.update(dict.fromkeys(sorted(self.linked_from.pop(key, ()))))
        left = {key: None for key in orphans if key in self.nodes}
        for key in left:
            self._set_links(key, self._relink(self.nodes[key]))
        return left

    def component(self, start: Iterable[str]) -> list[Node]:
        """Every mention that hangs together with these by links, in the order of telling."""
        seen: dict[str, None] = {}
        queue = [key for key in start if key in self.nodes]
        while queue:
            key = queue.pop()
            if key not in seen:
                seen[key] = None
                queue.extend(link.key for link in self.links[key])
                queue.extend(self.linked_from.get(key, ()))
        return sorted((self.nodes[key] for key in seen), key=_order)

    def _take_in(self, node: Node, *, echo: bool = False) -> None:
        self.nodes[node.mention.key] = node
        if echo:
            self._echoes.add(node.mention.key)
        else:
            self.blocks.enter(node)

    def _let_go(self, node: Node) -> None:
        if node.mention.key in self._echoes:
            self._echoes.discard(node.mention.key)
        else:
            self.blocks.leave(node)

    def _relink(self, node: Node) -> tuple[Link, ...]:
        if node.mention.key in self._echoes:  # of what is forgotten: it speaks for itself from now on
            self._let_go(node)
            self._take_in(node)
        found = (_link(node, other) for other in self.blocks.near(node) if other.order < node.order)
        return self._best([link for link in found if link is not None])

    def _best(self, links: list[Link]) -> tuple[Link, ...]:
        """The best links, at most one to the copies of a sentence."""
        links.sort(key=lambda link: (-link.score, self.nodes[link.key].order))
        chosen: dict[Copy, Link] = {}
        for link in links:
            mention = self.nodes[link.key].mention
            chosen.setdefault((mention.story, mention.key.rpartition("\x1f")[2]), link)
            if len(chosen) == LINKS:
                break
        return tuple(chosen.values())

    def _set_links(self, key: str, links: tuple[Link, ...]) -> None:
        for link in self.links.get(key, ()):
            self.linked_from.get(link.key, set()).discard(key)
        self.links[key] = links
        for link in links:
            self.linked_from.setdefault(link.key, set()).add(key)


def _link(later: Node, earlier: Node) -> Link | None:
    words = shared_words(later, earlier)
    score = fit(later, earlier.solo, words)
    if score is None or score < LINK:
        return None
    return Link(round(score, 6), earlier.mention.key, round(words, 6))


def _order(node: Node) -> Order:
    return node.order


# --- blocks -------------------------------------------------------------------------------------------------------


def _entered(node: Node) -> list[tuple[str, Iterable[int]]]:
    """The blocks that a mention stands in, each with its days."""
    found = _bonds(node)
    m = node.mention
    kind, spot = kind_of(m.type), m.spot
    base = f"{kind}|{spot.country or '?'}|"
    if _is_episode(m):
        months, named = (_day_of(m) // _MONTH,), (*m.named, "*" if m.named else "?")
        return [*found, *((f"{where}{actor}", months) for where in (base, f"{kind}|*|") for actor in named)]
    names = [f"{kind}|story|{m.story}"]
    if _has_name(spot):
        names += [f"{base}name|{spot.name}", f"{kind}|*|name|{spot.name}"]
    if is_pinned(spot):
        names.append(f"{base}cell|{_cell(spot, 0, 0)}")
        if spot.admin1:
            names.append(f"{base}within|{spot.admin1}")
    elif spot.admin1:
        names.append(f"{base}division|{spot.admin1}")
    hard = _evidence(m)
    names += [f"{kind}|*|told|{what}" for what in hard]
    told = [*hard, *m.names]
    names += [f"{base}told|{what}" for what in told]
    if _is_vague(spot):
        names += [f"{base}vague|{what}" for what in told]
    days = _days_of(m)
    return [*found, *((name, days) for name in names)]


def _searched(node: Node) -> list[tuple[str, Iterable[int]]]:
    """The blocks of those that it may belong with. Who is found by a mention finds it too."""
    found = _bonds(node)
    m = node.mention
    kind, spot = kind_of(m.type), m.spot
    base = f"{kind}|{spot.country or '?'}|"
    if _is_episode(m):
        month = _day_of(m) // _MONTH
        months = range(month - _MONTHS, month + _MONTHS + 1)
        wheres = (base, f"{kind}|?|") if spot.country else (f"{kind}|*|",)
        named = (*m.named, "?") if m.named else ("*", "?")
        return [*found, *((f"{where}{actor}", months) for where in wheres for actor in named)]
    names = [f"{kind}|story|{m.story}"]
    if _has_name(spot):
        names += [f"{where}name|{spot.name}" for where in ((base, f"{kind}|?|") if spot.country else (f"{kind}|*|",))]
    if is_pinned(spot):
        names += [f"{base}cell|{_cell(spot, x, y)}" for x in (-1, 0, 1) for y in (-1, 0, 1)]
    if spot.admin1:
        names.append(f"{base}division|{spot.admin1}")
        if not is_pinned(spot):
            names.append(f"{base}within|{spot.admin1}")
    hard = _evidence(m)
    if spot.country is None:
        names += [f"{kind}|*|told|{what}" for what in hard]
    else:
        names += [f"{kind}|?|told|{what}" for what in hard]
        names += [f"{base}{'told' if _is_vague(spot) else 'vague'}|{what}" for what in (*hard, *m.names)]
    days = sorted({day + step for day in _days_of(m) for step in range(-REACH, REACH + 1)})
    return [*found, *((name, days) for name in names)]


def _bonds(node: Node) -> list[tuple[str, Iterable[int]]]:
    return [(f"bond|{position}", (0,)) for position in node.bond.together]


def _is_episode(m: Mention) -> bool:
    return family_of(m.type) in PHASED_FAMILIES


def _has_name(spot: Spot) -> bool:
    return spot.name is not None and spot.precision not in ("country", "region")


def _is_vague(spot: Spot) -> bool:
    """Whether the point or the division of the country is not known, or borrowed: then neither need be in common."""
    return spot.borrowed or not is_pinned(spot) or spot.admin1 is None


def _evidence(m: Mention) -> list[str]:
    """What ties a mention to another without a place in common: a figure above one, a named actor."""
    figures = [f"{name}={low:g}" for name, low, *_ in totals_of(m.figures) if low is not None and low > 1]
    return [*figures, *m.named]


def _cell(spot: Spot, x: int, y: int) -> str:
    """The cell of one degree that a spot lies in, or a neighbour of it."""
    return f"{floor(spot.lat or 0) + y}:{(floor(spot.lon or 0) + x + 180) % 360}"


def _day_of(m: Mention) -> int:
    return (m.received if m.at is None else m.at) // 86400 + _EPOCH


def _days_of(m: Mention) -> tuple[int, ...]:
    """The day of telling, and the stated days of the happening."""
    told, days = _day_of(m), m.days
    if days is None or not days.stated or days.last - days.first > _NARROW:
        return (told,)
    return tuple({told: None, **dict.fromkeys(range(days.first, days.last + 1))})
