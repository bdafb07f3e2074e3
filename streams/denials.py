"""What does a denial deny? Each is tied to the mention that fits it best, told before it or after.

Denials are looked up in the same blocks as everything else, but nothing is ever tied to them: they join no two
incidents, name none and enter no count, so that with and without them the incidents are the same. A denial goes where
its mention goes. Which mention that is depends on which there are, and not on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streams.identity import Link
from streams.linking import Blocks, Linking
from streams.scoring import Node, Order, denial_fit

#: Score from which a denial is tied to a mention.
DENIES = 2.5
Rank = tuple[float, bool, int, Order]


class Denials:
    """The denials known, by key, and which mention each is tied to."""

    def __init__(self, told: Linking) -> None:
        """``told`` holds the mentions that tell of something."""
        self.nodes: dict[str, Node] = {}
        self._told, self._blocks = told, Blocks()
        self._links: dict[str, Link] = {}
        self._of: dict[str, set[str]] = {}

    def links(self, key: str) -> tuple[Link, ...]:
        """What a denial is tied to: one mention or none."""
        link = self._links.get(key)
        return () if link is None else (link,)

    def of(self, keys: Iterable[str]) -> list[Node]:
        """The denials of these mentions, in the order of telling."""
        if not self._of:
            return []
        return sorted((self.nodes[d] for key in keys for d in self._of.get(key, ())), key=lambda node: node.order)

    def restore(self, node: Node, links: Sequence[Link]) -> None:
        """Take in a denial whose tie is known."""
        self._enter(node)
        for link in links:
            self._tie(node.mention.key, link)

    def change(
        self, gone: Iterable[str], come: Sequence[Node], untold: Iterable[str], told: Iterable[Node]
    ) -> tuple[dict[str, None], list[str]]:
        """Take denials out and others in, when ``untold`` mentions went and others were ``told``.

        Gives the mentions whose denials changed, and the articles of the denials that were known and now deny another
        mention or none.
        """
        touched: dict[str, None] = {}
        retied: dict[str, None] = {}
        for key in gone:
            touched.update(self._tie(key, None))
            self._blocks.leave(self.nodes.pop(key))
        for node in come:
            self._enter(node)
        if not self.nodes:
            return touched, []
        again = {node.mention.key: node for node in come}
        for key in untold:
            again |= {denial: self.nodes[denial] for denial in sorted(self._of.get(key, ()))}
        for key, node in again.items():
            touched.update(self._tie(key, self._best(node)))
            retied[node.mention.article] = None
        for node in (one for one in told if not self._told.is_echo(one.mention.key)):
            for denial in self._blocks.near(node):
                if tied := self._compare(denial, node):
                    touched.update(tied)
                    retied[denial.mention.article] = None
        return touched, list(retied)

    def _enter(self, node: Node) -> None:
        self.nodes[node.mention.key] = node
        self._blocks.enter(node)

    def _best(self, denial: Node) -> Link | None:
        found = [link for node in self._told.blocks.near(denial) if (link := _link(denial, node)) is not None]
        return min(found, key=lambda link: self._rank(denial, link), default=None)

    def _compare(self, denial: Node, node: Node) -> dict[str, None]:
        """Tie a denial to a mention that is new, when that fits better than what it is tied to."""
        link, known = _link(denial, node), self._links.get(denial.mention.key)
        if link is None or (known is not None and self._rank(denial, known) <= self._rank(denial, link)):
            return {}
        return self._tie(denial.mention.key, link)

    def _rank(self, denial: Node, link: Link) -> Rank:
        """The best fit first, of equal ones what was told before the denial, and closest to it."""
        order = self._told.nodes[link.key].order
        gap = denial.order[0] - order[0]
        return -link.score, gap < 0, abs(gap), order

    def _tie(self, key: str, link: Link | None) -> dict[str, None]:
        """Tie a denial, or untie it. Gives the mentions that it was and is tied to."""
        known = self._links.pop(key, None)
        if known is not None:
            denials = self._of[known.key]
            denials.discard(key)
            if not denials:
                del self._of[known.key]
        if link is not None:
            self._links[key] = link
            self._of.setdefault(link.key, set()).add(key)
        return {one.key: None for one in (known, link) if one is not None}


def _link(denial: Node, node: Node) -> Link | None:
    score = None if node.episodic else denial_fit(denial, node.solo)
    return None if score is None or score < DENIES else Link(round(score, 6), node.mention.key, 0.0)
