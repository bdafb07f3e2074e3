"""What has been said, and what must be remembered to correct it? The tables of the alerts' side of the fold.

A root is a chain of alert, updates and perhaps a cancel about one window of one rule. It knows what its last message
said, so that the next one says what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import cached_property, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from alerts.alert import Change
from alerts.config.types import Rule
from alerts.rules import Share
from alerts.sequences import Part
from alerts.triggers.series import GUARD, Series, Sight, bucket_of, is_forgotten
from streams import windows
from streams.codec import canonical
from streams.horizons import HORIZON, clock
from streams.state import State, Table
from streams.windows import Item, Window

DAY = 86400


class Snapshot(Struct, frozen=True, kw_only=True):
    """What a message said, as far as a change of it is worth another message."""

    measure: str = ""
    value: int | float = 0
    high: int | float | None = 0
    happenings: int = 0
    sources: int = 0
    phase: str | None = None
    disputed: str = ""
    """Who denies it."""
    order: str = ""
    """Of a sequence: how sure it is that each step came after the one before."""
    chain: tuple[tuple[str, str], ...] = ()
    """Of a sequence: the happening that was told as each step, and what it is in words."""
    severity: str = ""

    @property
    def figure(self) -> str:
        """The value as people read it: "12", "12–14" or "12 or more"."""
        if self.high is None:
            return f"{self.value:g} or more"
        return f"{self.value:g}" if self.high == self.value else f"{self.value:g}–{self.high:g}"


class Root(Struct, frozen=True, kw_only=True):
    """The first of a chain of alert, updates and cancel. Times are seconds."""

    id: str
    rule: str
    definition: str
    key: dict[str, str]
    key_text: str
    severity: str
    ids: tuple[str, ...]
    """The happenings it speaks of."""
    last_at: int
    """Publication of the latest of them: the root is open until ``over`` after it."""
    opened: int
    sent: int
    """Clock at the last revision."""
    revision: int = 0
    destinations: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    """Of these, the ones that were told nothing of it yet: it waits for them, or they were spared it."""
    seen: Snapshot = Snapshot()
    told: tuple[Sight, ...] = ()
    """What was expected of the buckets that it told of, when its rule compares buckets."""
    upto: int = 0
    """The latest bucket that was unusual by itself, told or not."""
    because: str = ""
    """Whose word an update that is held back will go by."""
    canceled: bool = False


class Due(Struct, frozen=True, array_like=True):
    """When a root's held-back update is due."""

    at: int


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A share as the windows have it."""

    key: dict[str, str]
    item: Item
    part: Part | None = None
    near: tuple[str, ...] = ()


class Definition(Struct, frozen=True, kw_only=True):
    """A rule that the windows are filled for. ``retired``: the config has it no more, and it opens no root."""

    rule: Rule
    retired: bool = False
    since: int = 0
    """Seconds: from when on all that it looks at is known."""


class Ids(Struct, frozen=True, array_like=True):
    """Ids of roots."""

    ids: tuple[str, ...]


class Latest(Struct, frozen=True, array_like=True):
    """The latest root of a window."""

    root: str


class Swept(Struct, frozen=True, array_like=True):
    """The day of the clock on which old rows were last dropped."""

    day: int


class Tables:
    """The tables by name, with the changes that touch several of them at once."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.definitions: Table[Definition] = state.table("definitions", Definition)
        self.shares: Table[Kept] = state.table("shares", Kept)
        self.roots: Table[Root] = state.table("roots", Root)
        self.about: Table[Ids] = state.table("roots_about", Ids)
        self.latest: Table[Latest] = state.table("latest_root", Latest)
        self.due: Table[Due] = state.table("due", Due)
        self.series: Table[Series] = state.table("series", Series)
        self._swept: Table[Swept] = state.table("swept", Swept)

    @classmethod
    def of(cls, state: State) -> Tables:
        """Those of a state."""
        return state.derived("tables", cls)

    @cached_property
    def windows(self) -> Table[Window]:
        """The windows that have something in them, by key. Made of the shares, when a state was loaded."""
        return self._state.derived("windows", _windows)

    @staticmethod
    def text_of(rule: Rule, key: dict[str, str]) -> str:
        """The key of a rule's window."""
        return _text_of(rule.definition, tuple(key.items()))

    def adopt(self, rule: Rule, now: int) -> None:
        """Begin, or go on, to keep windows for a rule, in its newest wording. ``now`` in seconds."""
        known = self.definitions.get(rule.definition)
        if known is None or known.retired or known.rule != rule:
            since = known.since if known else max(clock(self._state).rows["clock"].since, now - HORIZON)
            self.definitions.put(rule.definition, Definition(rule=rule, since=since))

    def known_since(self, rule: Rule) -> int:
        """Seconds: from when on all that a rule looks at is known."""
        return self.definitions.rows[rule.definition].since

    def retire(self, definition: str) -> None:
        """A rule is no longer there: what it said is still corrected, and it says nothing new."""
        self.definitions.put(definition, replace(self.definitions.rows[definition], retired=True))

    def _drop_definition(self, definition: str) -> None:
        self.definitions.drop(definition)
        for table in (self.shares, self.windows, self.series):
            for key in [key for key in table.rows if key.startswith(f"{definition}|")]:
                table.drop(key)

    def move_share(self, rule: Rule, id_: str, share: Share | None) -> tuple[str, ...]:
        """Set or remove a happening's share. Gives the texts of the window keys it was in and is in now."""
        name = f"{rule.definition}|{id_}"
        old = self.shares.get(name)
        after = self.text_of(rule, share.key) if share is not None else None
        if old is None:
            before = None
        else:
            before = after if share is not None and share.key == old.key else self.text_of(rule, old.key)
        opened = self.windows
        moved = old is None or share is None or after != before or old.item != share.item
        if old is not None and before is not None and moved:
            _take_out(opened, before, old.item)
        if share is None or after is None:
            self.shares.drop(name)
            return () if before is None else (before,)
        if moved or old is None or (old.part, old.near) != (share.part, share.near):
            self.shares.put(name, Kept(key=share.key, item=share.item, part=share.part, near=share.near))
        if moved:
            _put_in(opened, after, share.item)
        return (after,) if before is None or before == after else tuple(sorted((before, after)))

    def roots_about(self, id_: str, key_text: str) -> list[Root]:
        """The roots of a window that speak of a happening, oldest first."""
        known = self.about.rows.get(id_)
        if known is None:
            return []
        found = [root for one in known.ids if (root := self.roots.rows.get(one)) and root.key_text == key_text]
        return sorted(found, key=lambda root: (root.opened, root.id)) if len(found) > 1 else found

    def roots_of(self, id_: str, definition: str) -> list[Root]:
        """The roots of a rule that speak of a happening, oldest first."""
        known = self.about.get(id_)
        found = [self.roots.rows[root] for root in (known.ids if known else ()) if root in self.roots.rows]
        return sorted((r for r in found if r.definition == definition), key=lambda root: (root.opened, root.id))

    def lead_on(self, id_: str, other: str, *, keep: bool) -> None:
        """The roots about one happening are about another from now on; with ``keep`` about both."""
        known = self.about.get(id_)
        for root in [self.roots.rows[root] for root in (known.ids if known else ()) if root in self.roots.rows]:
            rest = root.ids if keep else tuple(one for one in root.ids if one != id_)
            chain = tuple((other if one == id_ and not keep else one, said) for one, said in root.seen.chain)
            seen = replace(root.seen, chain=chain) if chain else root.seen
            self.keep(replace(root, ids=tuple(sorted({*rest, other})), seen=seen))
        if not keep:
            self.about.drop(id_)

    def latest_root(self, key_text: str) -> Root | None:
        """The latest root of a window."""
        latest = self.latest.get(key_text)
        return self.roots.get(latest.root) if latest else None

    def keep(self, root: Root) -> None:
        """Store a root, and the ways that lead to it."""
        if self.roots.get(root.id) != root:
            self.roots.put(root.id, root)
        known = self.latest_root(root.key_text)
        if known is None or (known.opened, known.id) < (root.opened, root.id):
            self.latest.put(root.key_text, Latest(root.id))
        for id_ in root.ids:
            row = self.about.get(id_)
            if row is None or root.id not in row.ids:
                self.about.put(id_, Ids((*(row.ids if row else ()), root.id)))

    def hold(self, root: Root, until: int) -> None:
        """Store a root whose update waits."""
        self.keep(root)
        if self.due.get(root.id) is None:
            self.due.put(root.id, Due(until))

    def is_swept(self, now: int) -> bool:
        """Whether there was a sweep on this day of the clock."""
        swept = self._swept.get("day")
        return swept is not None and swept.day == now // DAY

    def evict(
        self,
        now: int,
        revise_for: int,
        known: Container[str],
        awaited: Callable[[], Container[str]],
        before_leaving: Callable[[Rule, str], object],
    ) -> None:
        """Drop roots and shares that nothing reaches any more: for once a day of the clock.

        A root is kept while its cool-down or its corrections last, and after that as long as one of its happenings
        is ``known``, so that a correction which comes too late can say for what it came too late, or it is itself
        ``awaited``. A key whose share leaves is given ``before_leaving``.
        """
        self._swept.put("day", Swept(now // DAY))
        rules = {definition: row.rule for definition, row in self.definitions.rows.items()}
        needed = {definition: now - _needed_for(rule) for definition, rule in rules.items()}
        for text, window in list(self.windows.rows.items()):
            definition = text.partition("|")[0]
            if window.ats[0] < needed[definition]:
                before_leaving(rules[definition], text)
                for item in windows.take_before(window, needed[definition]):
                    self.shares.drop(f"{definition}|{item.id}")
                if not window.items:
                    self.windows.drop(text)
        for text, series in list(self.series.rows.items()):
            of = rules[text.partition("|")[0]]
            if text not in self.windows.rows and is_forgotten(series, bucket_of(now, of.over), _back(of)):
                self.series.drop(text)
        alive, waited_for = set(), awaited()
        for root in list(self.roots.rows.values()):
            rule = rules.get(root.definition)
            over, cooldown = (rule.over, rule.cooldown) if rule else (0, 0)
            last = max(root.last_at + over + revise_for, root.sent + cooldown)
            if last < now and root.id not in waited_for and not any(id_ in known for id_ in root.ids):
                self._drop_root(root)
            elif root.last_at + over + revise_for >= now:
                alive.add(root.definition)
        for definition, row in list(self.definitions.rows.items()):
            if row.retired and definition not in alive:
                self._drop_definition(definition)

    def _drop_root(self, root: Root) -> None:
        self.roots.drop(root.id)
        self.due.drop(root.id)
        latest = self.latest.get(root.key_text)
        if latest is not None and latest.root == root.id:
            self.latest.drop(root.key_text)
        for id_ in root.ids:
            row = self.about.get(id_)
            rest = tuple(other for other in row.ids if other != root.id) if row else ()
            self.about.put(id_, Ids(rest)) if rest else self.about.drop(id_)


def _needed_for(rule: Rule) -> int:
    """Seconds that a share is kept: until it cannot be corrected, and its bucket is learnt from and looked back on."""
    return max(rule.over + HORIZON, (2 * GUARD + 2) * rule.over if rule.tuning else 0)


def _back(rule: Rule) -> int:
    return rule.tuning.back if rule.tuning else 0


def _windows(state: State) -> Table[Window]:
    """The windows of the shares that are kept."""
    table: Table[Window] = state.table("windows", Window, kept=False)
    for name, kept in state.table("shares", Kept).rows.items():
        _put_in(table, _text_of(name.partition("|")[0], tuple(kept.key.items())), kept.item)
    return table


def _put_in(table: Table[Window], text: str, item: Item) -> None:
    window = table.get(text)
    if window is None:
        window = Window()
        table.put(text, window)
    windows.put(window, item)


def _take_out(table: Table[Window], text: str, item: Item) -> None:
    window = table.rows[text]
    windows.remove(window, item)
    if not window.items:
        table.drop(text)


@lru_cache(maxsize=65536)
def _text_of(definition: str, key: tuple[tuple[str, str], ...]) -> str:
    return f"{definition}|{canonical(dict(key)).decode()}"


def changes_between(before: Snapshot, after: Snapshot, because: str) -> list[Change]:
    """What a new message says that the last one did not; empty when it would say the same."""
    pairs = [
        (after.measure, before.figure, after.figure),
        ("incidents", before.happenings, after.happenings),
        ("independent sources", before.sources, after.sources) if (before.sources < 2) != (after.sources < 2) else None,
        ("phase", before.phase, after.phase),
        ("order", before.order, after.order),
        ("status", _disputed(before), _disputed(after)),
        ("severity", before.severity, after.severity),
    ]
    replaced = [(was[1], now[1]) for was, now in zip(before.chain, after.chain, strict=False) if was[0] != now[0]]
    pairs += [("sequence", was, f"another {now}") for was, now in replaced]
    if after.measure in ("incidents", "episodes", "sequences"):
        pairs[1] = None
    return [
        Change(field=p[0], from_=_plain(p[1]), to=_plain(p[2]), because=because) for p in pairs if p and p[1] != p[2]
    ]


def _disputed(said: Snapshot) -> str:
    return f"disputed by {said.disputed}" if said.disputed else "not disputed"


def _plain(value: object) -> object:
    """A figure that is a plain number, as a number."""
    return int(value) if isinstance(value, str) and value.isdigit() else value
