"""Which mentions are one happening? Mentions that hang together by links, gathered in the order of telling.

Article by article, each mention goes to that incident, of those that it links to, which it fits best, and opens one
when it fits none; two mentions of an article never go to one. A mention that fits two incidents which nothing keeps
apart shows that they are one, unless it is a copy of a text that was told before. An incident is named after its
earliest mention.

This is a function of the mentions, whatever the order in which they arrived: when one comes that is not the latest,
or one goes, all that hangs together with it is gathered again. ``gathered`` is the plain whole of it; ``Incidents``
gives the same and does only what is needed, which ``tests/test_world_properties.py`` compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from streams.codec import digest
from streams.happenings import Mention
from streams.identity import Link
from streams.linking import Linking
from streams.scoring import JOIN, Node, Order, Profile, can_be_one, fit

#: Score from which a mention shows that two incidents are one.
BRIDGE = JOIN + 1.0


class Group:
    """One incident in the making. ``reach`` is the latest mention that looked at it."""

    __slots__ = ("profile", "reach")

    def __init__(self, node: Node) -> None:
        self.profile = Profile([node])
        self.reach: Order = node.order

    @property
    def order(self) -> Order:
        """Its earliest mention's place in the order of telling."""
        return self.profile.nodes[0].order

    @property
    def id(self) -> str:
        """Named after its earliest mention."""
        return "in_" + digest("incident", self.profile.nodes[0].mention.key)


class Incidents:
    """The incidents over the mentions that are known, and the way back from each mention to its own."""

    def __init__(self) -> None:
        self.linking = Linking()
        self.home: dict[str, Group] = {}

    def change(self, gone: Sequence[str], come: Sequence[Node]) -> dict[str, None]:
        """Take mentions out and others in. Gives the keys of all whose incident was looked at again."""
        shaken: dict[str, None] = {}
        for key in gone:
            shaken.update(dict.fromkeys(link.key for link in self.linking.links[key]))
        relinked = self.linking.remove(gone)
        for node in come:
            relinked.update(self.linking.add(node))
        for key in [*gone, *relinked]:
            if key in self.home:
                shaken.update(dict.fromkeys(node.mention.key for node in self.home[key].profile.nodes))
        for key in gone:
            del self.home[key]
        if not shaken and self._are_last(come):
            touched = _gather(self.linking, self.home, sorted(come, key=_order))
            return {node.mention.key: None for group in touched for node in group.profile.nodes}
        nodes = self.linking.component([*shaken, *(n.mention.key for n in come)])
        for node in nodes:
            self.home.pop(node.mention.key, None)
        _gather(self.linking, self.home, nodes)
        return {**shaken, **{node.mention.key: None for node in nodes}}

    def _are_last(self, nodes: Sequence[Node]) -> bool:
        """Whether nothing later has looked at an incident that these look at."""
        first = min((node.order for node in nodes), default=None)
        links = [link for node in nodes for link in self.linking.links[node.mention.key]]
        looked_at = [self.home[link.key] for link in links if link.key in self.home]
        return first is None or all(group.reach < first for group in looked_at)

    def groups(self) -> list[Group]:
        """Every incident, the earliest first."""
        return sorted({id(group): group for group in self.home.values()}.values(), key=lambda group: group.order)

    def restore(self, homes: Iterable[tuple[Node, str]]) -> None:
        """Take the incidents as they were kept: nodes with their incident's id, links already restored."""
        groups: dict[str, Group] = {}
        for node, id_ in sorted(homes, key=lambda pair: pair[0].order):
            group = groups.get(id_)
            if group is None:
                group = groups[id_] = Group(node)
            else:
                group.profile.add(node)
            self.home[node.mention.key] = group
        for key, links in self.linking.links.items():
            for link in links:
                looked_at = self.home[link.key]
                looked_at.reach = max(looked_at.reach, self.linking.nodes[key].order)


def gathered(mentions: Iterable[tuple[Mention, int, bool]]) -> list[tuple[str, tuple[str, ...]]]:
    """The incidents of these mentions from scratch: (id, keys of its mentions), sorted. Slow: the fold's judge."""
    linking, home = Linking(), dict[str, Group]()
    nodes = sorted((Node(m, moment, episodic=episodic) for m, moment, episodic in mentions), key=_order)
    for node in nodes:
        linking.add(node)
    _gather(linking, home, nodes)
    groups = list({id(group): group for group in home.values()}.values())
    return sorted((g.id, tuple(n.mention.key for n in g.profile.nodes)) for g in groups)


def _gather(linking: Linking, home: dict[str, Group], nodes: Sequence[Node]) -> list[Group]:
    """Give each mention its incident, in the order of telling. Gives the incidents that they are in now."""
    batches = [list(batch) for _, batch in groupby(nodes, key=_batch)]
    for batch in batches:
        _assign(batch, linking, home)
    found = {id(group): group for group in (home[n.mention.key] for n in nodes)}
    return sorted(found.values(), key=lambda group: group.order)


def _assign(batch: list[Node], linking: Linking, home: dict[str, Group]) -> None:
    """The mentions of one article: best fits first, each incident at most once."""
    fits: list[tuple[float, Order, Order, Node, Group, float]] = []
    for node in batch:
        for group, words in _looked_at(node, linking.links[node.mention.key], home):
            group.reach = max(group.reach, node.order)
            score = fit(node, group.profile, words)
            if score is not None and score >= JOIN:
                fits.append((-round(score, 6), group.order, node.order, node, group, words))
    fits.sort(key=lambda f: f[:3])
    placed: dict[str, list[tuple[float, Group]]] = {}
    for negative, _, _, node, group, words in fits:
        key = node.mention.key
        if key in placed:
            placed[key].append((-negative, group))
        elif node.mention.article not in group.profile.articles or (fit(node, group.profile, words) or 0.0) >= JOIN:
            placed[key] = [(-negative, group)]
            _join(node, group, home)
    for node in batch:
        if node.mention.key not in placed:
            _open(node, linking, home)
    for node in batch:
        if not node.episodic and not node.mention.copied:
            _bridge(placed.get(node.mention.key, []), home)


def _bridge(fits: list[tuple[float, Group]], home: dict[str, Group]) -> None:
    """Incidents that one mention fits well, and that nothing keeps apart, are one."""
    good = [group for score, group in fits if score >= BRIDGE]
    for fitting in good[1:]:
        one = home[good[0].profile.nodes[0].mention.key]
        other = home[fitting.profile.nodes[0].mention.key]
        bound = one.profile.together & other.profile.together
        if one is not other and (bound or can_be_one(one.profile, other.profile)):
            _merge(one, other, home)


def _merge(one: Group, other: Group, home: dict[str, Group]) -> None:
    nodes = sorted([*one.profile.nodes, *other.profile.nodes], key=_order)
    one.profile = Profile(nodes)
    one.reach = max(one.reach, other.reach)
    for node in nodes:
        home[node.mention.key] = one


def _open(node: Node, linking: Linking, home: dict[str, Group]) -> None:
    """A mention that fits nothing told before: an incident of its own, if its article does not tell it twice."""
    for group, words in _looked_at(node, linking.links[node.mention.key], home):
        if node.mention.article in group.profile.articles and (fit(node, group.profile, words) or 0.0) >= JOIN:
            _join(node, group, home)
            return
    home[node.mention.key] = Group(node)


def _join(node: Node, group: Group, home: dict[str, Group]) -> None:
    group.profile.add(node)
    group.reach = max(group.reach, node.order)
    home[node.mention.key] = group


def _looked_at(node: Node, links: tuple[Link, ...], home: dict[str, Group]) -> list[tuple[Group, float]]:
    """The incidents that a mention links to, each with the largest share of words in common."""
    found: dict[int, tuple[Group, float]] = {}
    for link in links:
        group = home.get(link.key)
        if group is not None:
            known = found.get(id(group))
            found[id(group)] = (group, max(link.words, known[1] if known else 0.0))
    return list(found.values())


def _batch(node: Node) -> tuple[int, str, str]:
    return node.order[0], node.mention.article, node.mention.key if node.episodic else ""


def _order(node: Node) -> Order:
    return node.order
