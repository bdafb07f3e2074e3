"""Which chains of a sequence are there in a key, and which root speaks of one? The tables' side of ``sequences.py``."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from alerts import sequences
from alerts.config.types import Rule
from alerts.roots import Root, Tables
from alerts.sequences import Part
from streams.windows import Peak

Chain = list[tuple[str, Part]]


class Following:
    """The sequences over a state."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def completed(self, rule: Rule, key_text: str, id_: str) -> Peak | str:
        """The chain that a happening completes, as the span that it fills; or why there is none."""
        parts = self._all_parts(rule, key_text)
        chain = sequences.chain_with(rule, parts, id_)
        if chain is None:
            steps = " or ".join(str(n + 1) for n in parts[id_].steps)
            return f"it can be step {steps} of {len(rule.steps)}, and the others are not there in order and in time"
        return _span(rule, parts, chain)

    def standing(self, rule: Rule, root: Root) -> Peak | None:
        """The chain that a root speaks of, as things stand."""
        parts = self._parts(rule, root.ids)
        told, chain = tuple(id_ for id_, _ in root.seen.chain), sequences.best(rule, parts)
        if sequences.is_chain(rule, parts, told) and not (chain and sequences.is_sure(rule, parts, chain)):
            chain = told
        return _span(rule, parts, chain) if chain else None

    def chain_of(self, rule: Rule, peak: Peak | None) -> Chain:
        """The steps of a span in their order."""
        return list(self._parts(rule, peak.ids).items()) if peak else []

    def told_already(self, key_text: str, chain: tuple[str, ...]) -> Root | None:
        """The root that speaks of all steps of a chain but the last: one withdrawal is told of once."""
        roots = self._tables.roots_about(chain[0], key_text)
        return next((root for root in roots if not root.canceled and set(chain[:-1]) <= set(root.ids)), None)

    def mended(self, rule: Rule, root: Root) -> Root:
        """The root; when its chain is broken, with another that one of its happenings is in."""
        if self.standing(rule, root) is not None:
            return root
        parts = self._all_parts(rule, root.key_text)
        found = (sequences.chain_with(rule, parts, id_) for id_ in root.ids if id_ in parts)
        mine = (chain for chain in found if chain and self._told_by(root, chain))
        chain = next(mine, None)
        return replace(root, ids=tuple(sorted({*root.ids, *chain}))) if chain else root

    def _told_by(self, root: Root, chain: tuple[str, ...]) -> bool:
        """Whether no other root speaks of a chain."""
        told = self.told_already(root.key_text, chain)
        return told is None or told.id == root.id

    def _all_parts(self, rule: Rule, key_text: str) -> dict[str, Part]:
        window = self._tables.windows.get(key_text)
        return self._parts(rule, (item.id for item in window.items)) if window else {}

    def _parts(self, rule: Rule, ids: Iterable[str]) -> dict[str, Part]:
        found = ((id_, self._tables.shares.get(f"{rule.definition}|{id_}")) for id_ in ids)
        return {id_: kept.part for id_, kept in found if kept is not None and kept.part is not None}


def _span(rule: Rule, parts: dict[str, Part], chain: tuple[str, ...]) -> Peak:
    end = max(parts[id_].at for id_ in chain)
    return Peak(value=1, start=end - rule.over, end=end, ids=chain)
