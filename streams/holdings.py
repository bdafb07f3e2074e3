"""What is remembered of the world, and what becomes of its happenings when mentions come and go?

The rows are kept: articles with their mentions, each with its links and the happening it belongs to. The rest lives in
memory and is made of those rows again after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from streams import corrections, identity
from streams.article import PHASED_FAMILIES, family_of
from streams.denials import Denials
from streams.happenings import Happening, Mention
from streams.identity import Known, Link
from streams.incidents import Group, Incidents
from streams.scoring import Node
from streams.state import State, Table
from streams.stories import Stories

#: Seconds.
DAY = 86400


class Changed(Struct, frozen=True, kw_only=True):
    """What became of happenings. ``before`` is None for a new one, ``after`` for one that vanished."""

    changes: tuple[tuple[Happening | None, Happening | None], ...] = ()
    merged: tuple[tuple[str, str], ...] = ()
    split: tuple[tuple[str, str], ...] = ()


def happenings(state: State) -> Table[Happening]:
    """The table of incidents and episodes, by id; empty until the ``World`` of a state is made."""
    return state.table("happenings", Happening, kept=False)


class World:
    """Everything that the fold looks at: the rows, and what is derived from them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.articles = identity.table(state)
        self.happenings = happenings(state)
        self.stories = Stories(self.articles)
        self.incidents = Incidents()
        self.denials = Denials(self.incidents.linking)
        self.home: dict[str, str] = {}
        self._ages: dict[int, dict[str, None]] = {}
        nodes = []
        for key, row in self.articles.sorted_items():
            self.age(key)
            gone = self.stories.is_gone(row)
            for n, mention in enumerate(row.mentions):
                if mention.denies and not gone:
                    self.denials.restore(self.build(row, mention), row.links[n])
                if mention.denies or not row.homes[n]:
                    continue
                node = self.build(row, mention)
                nodes.append((node, row.homes[n]))
                self.home[mention.key] = row.homes[n]
                self.incidents.linking.restore(node, row.links[n])
        self.incidents.restore(nodes)
        for group in self.incidents.groups():
            self.happenings.put(group.id, self.happening(group))

    def happening(self, group: Group) -> Happening:
        """A group as others see it."""
        mentions = tuple(node.mention for node in group.profile.nodes)
        denied = self.denials.of(m.key for m in mentions)
        return Happening(
            id=group.id,
            nature="episode" if group.profile.nodes[0].episodic else "incident",
            mentions=mentions,
            voids=tuple(void for story in sorted(group.profile.stories) for void in self.stories.voids(story)),
            rulings=corrections.rulings_of(self.state, [m.key for m in mentions], self.home),
            denied=tuple(node.mention for node in denied),
        )

    def build(self, row: Known, mention: Mention) -> Node:
        """The node of a mention."""
        bond = corrections.bonds(self.state).rows.get(mention.key, corrections.UNBOUND)
        return Node(mention, row.moment, episodic=family_of(mention.type) in PHASED_FAMILIES, bond=bond)

    def knows(self, key: str) -> bool:
        """Whether a mention is in the world: it tells or denies, and its text stands."""
        return key in self.home or key in self.denials.nodes

    def node(self, key: str) -> Node:
        """A known mention's node, built anew."""
        mention = self.incidents.linking.nodes[key].mention
        return self.build(self.articles.rows[mention.article], mention)

    def change(self, gone: list[str], come: list[Node], refresh: Iterable[str], heirs: Mapping[str, str]) -> Changed:
        """Take mentions out and others in, and write what became of all that this touched.

        ``refresh`` are mentions whose story had figures taken back; ``heirs`` says which mention of a new version
        stands for one of the version before.
        """
        moved = {*gone, *(node.mention.key for node in come)}
        untold, told = [key for key in gone if key in self.home], [node for node in come if not node.mention.denies]
        denied = [key for key in gone if key in self.denials.nodes]
        changed = self.incidents.change(untold, told)
        against, retied = self.denials.change(denied, [node for node in come if node.mention.denies], untold, told)
        refreshed = [link.key for key in refresh for link in self.denials.links(key)]
        again = [*refresh, *refreshed, *against, *corrections.anchored(self.state, moved)]
        keys = {**changed, **dict.fromkeys(key for key in again if key in self.home)}
        groups: dict[int, Group] = {}
        went: dict[str, dict[str, None]] = {}
        for key in keys:
            group = self.incidents.home.get(key)
            if group is not None:
                groups[id(group)] = group
        left = [(key, self.home.pop(key)) for key in untold if key not in self.incidents.home]
        dirty = dict.fromkeys(retied)
        for group in sorted(groups.values(), key=lambda group: group.order):
            id_ = group.id
            for node in group.profile.nodes:
                key = node.mention.key
                old = self.home.get(key)
                if old is not None:
                    went.setdefault(old, {})[id_] = None
                if old != id_ or key in keys:
                    self.home[key] = id_
                    dirty[node.mention.article] = None
            for denial in self.denials.of(node.mention.key for node in group.profile.nodes):
                dirty[denial.mention.article] = None
        for key, old in left:
            went.setdefault(old, {})
            if heirs.get(key) in self.home:
                went[old].setdefault(self.home[heirs[key]])
        for article in dirty:
            self.write(article)
        return self._changed({group.id: group for group in groups.values()}, went)

    def redress(self, mentions: Iterable[Mention]) -> None:
        """Give mentions a new dress of which no link depends."""
        for mention in mentions:
            nodes = self.denials.nodes if mention.denies else self.incidents.linking.nodes
            nodes[mention.key].mention = mention

    def age(self, article: str) -> None:
        """Note when the version of an article that stands came."""
        self._ages.setdefault(self.articles.rows[article].received // DAY, {})[article] = None

    def aged(self, before: int) -> list[str]:
        """The articles that stand since before a time in seconds, of whole days; they are noted no more."""
        days = sorted(day for day in self._ages if day < before // DAY)
        keys = dict.fromkeys(key for day in days for key in self._ages.pop(day))
        rows = self.articles.rows
        return sorted(key for key in keys if key in rows and rows[key].received < before)

    def forget(self, ids: list[str]) -> Changed:
        """Let go of happenings, and of what their articles said of them."""
        known = [m for id_ in ids for m in self._all_of(id_)]
        gone = [m.key for m in known]
        if not gone:
            return Changed()
        left = set(gone)
        for article in {m.article: None for m in known}:
            row = self.articles.rows[article]
            kept = [n for n, m in enumerate(row.mentions) if m.key not in left]
            mentions = tuple(row.mentions[n] for n in kept)
            homes, links = tuple(row.homes[n] for n in kept), tuple(row.links[n] for n in kept)
            self.articles.put(article, replace(row, mentions=mentions, homes=homes, links=links))
        return self.change(gone, [], (), {})

    def _all_of(self, id_: str) -> tuple[Mention, ...]:
        happening = self.happenings.rows[id_]
        return (*happening.mentions, *happening.denied)

    def drop(self, article: str) -> None:
        """Let go of an article of which no mention has a home."""
        denied = [m.key for m in self.articles.rows[article].mentions if m.key in self.denials.nodes]
        self.denials.change(denied, (), (), ())
        self.stories.forget(article)
        self.articles.drop(article)

    def _home_of(self, mention: Mention) -> str:
        """The happening that a mention tells of, or denies."""
        if not mention.denies:
            return self.home.get(mention.key, "")
        return next((self.home.get(link.key, "") for link in self.denials.links(mention.key)), "")

    def _links_of(self, mention: Mention) -> tuple[Link, ...]:
        if mention.denies:
            return self.denials.links(mention.key)
        return self.incidents.linking.links.get(mention.key, ())

    def write(self, article: str) -> None:
        """Keep the homes and links of an article's mentions; those of a text that was cancelled have none."""
        row = self.articles.rows[article]
        homes = tuple(map(self._home_of, row.mentions))
        links = tuple(map(self._links_of, row.mentions))
        if (homes, links) != (row.homes, row.links):
            self.articles.put(article, replace(row, homes=homes, links=links))

    def _changed(self, groups: dict[str, Group], went: dict[str, dict[str, None]]) -> Changed:
        ids = sorted({*groups, *went})
        before = {id_: self.happenings.get(id_) for id_ in ids}
        for id_ in ids:
            group = groups.get(id_)
            if group is not None:
                self.happenings.put(id_, self.happening(group))
            else:
                self.happenings.drop(id_)
        pairs = [(before[id_], self.happenings.get(id_)) for id_ in ids]
        merged = {was: next(iter(now)) for was, now in sorted(went.items()) if now and was not in groups}
        split: dict[str, str] = {}
        for was, now in sorted(went.items()):
            split |= {new: merged.get(was, was) for new in now if before[new] is None and new != merged.get(was, was)}
        return Changed(
            changes=tuple(pair for pair in pairs if pair[0] != pair[1]),
            merged=_in_steps(merged),
            split=tuple(sorted((new, was) for new, was in split.items() if new not in merged.values())),
        )


def _in_steps(merged: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs in such an order that who leads from one to the next goes no further than one step."""
    order: dict[str, str] = {}

    def visit(was: str) -> None:
        if was in merged and was not in order:
            order[was] = merged[was]
            visit(merged[was])
            order[was] = order.pop(was)

    for was in merged:
        visit(was)
    return tuple(order.items())
