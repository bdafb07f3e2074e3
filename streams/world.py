"""What changed in the world with this entry of the journal?

A pure fold over the journal: a report's article is placed among the known ones and into its story, its earlier
version's mentions are taken out, its own are linked and gathered into incidents and episodes. What comes back are the
happenings that changed, which of them turned out to be one or several, and notes of what was set aside and why. No
clock, no network, no random number, no set order.

Kept are the articles with their mentions, each with its links and the incident it belongs to. Stories, links, incidents
and happenings live in memory and are made of those rows again after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from streams import corrections, identity
from streams.article import PHASED_FAMILIES, Report, family_of
from streams.happenings import Happening, Mention
from streams.identity import Known
from streams.incidents import Group, Incidents
from streams.journal import Control, Reading, Record
from streams.mentions import Context, mentions_of
from streams.scoring import Node, kind_of
from streams.state import State, Table
from streams.stories import Stories
from streams.times import epoch

#: Seconds that articles, stories and incidents are remembered after their last report.
HORIZON = 30 * 86400
EPISODE_HORIZON = 120 * 86400
#: Seconds that ``published`` may be ahead of ``received`` before it is noted.
SKEW = 3600
#: Problems of a report that say its article was not read.
_UNREAD = ("quarantined", "classify_error")


class Settings(Struct, frozen=True, kw_only=True):
    """What the fold needs of the config: seconds of lateness, and publisher → family (both in case-folded form)."""

    lateness: int = 3600
    families: Mapping[str, str] = {}


class Clock(Struct, frozen=True, kw_only=True):
    """The journal's clock: the highest ``received`` or Tick seen, and the journal's first."""

    now: int
    since: int


class Note(Struct, frozen=True, kw_only=True):
    """Something set aside or noticed, for the log."""

    about: str
    reason: str
    detail: str


class Observation(Struct, frozen=True, kw_only=True):
    """What one entry changed. ``before`` is None for a new happening, ``after`` for one that vanished."""

    now: int
    changes: tuple[tuple[Happening | None, Happening | None], ...] = ()
    merged: tuple[tuple[str, str], ...] = ()
    """(id of a happening that turned out to be another's, the other's id); the first vanishes in ``changes``."""
    split: tuple[tuple[str, str], ...] = ()
    """(id of a new happening, the id it was told under until now)."""
    quiet: str | None = None
    because: str = ""
    notes: tuple[Note, ...] = ()


def happenings(state: State) -> Table[Happening]:
    """The incidents and episodes, by id. Made of the articles, when a state was loaded."""
    return _world(state).happenings


def restored(rows: Iterable[tuple[str, str, bytes]]) -> State:
    """A state out of (table, key, value), as an engine kept it; of other tables than the world's nothing."""
    state = State()
    declare(state)
    for name, key, value in rows:
        state.load(name, key, value)
    return state


def clock(state: State) -> Table[Clock]:
    """One row, ``clock``."""
    return state.table("clock", Clock)


def declare(state: State) -> None:
    """Declare every table, so that an engine can load them."""
    identity.table(state)
    _table(state)
    clock(state)
    corrections.bonds(state)
    corrections.said(state)


def observe(state: State, record: Record, settings: Settings) -> Observation:
    """Fold one entry."""
    world = _world(state)
    now = _advance(state, record.received, world)
    if isinstance(record.entry, Control) and record.entry.command == corrections.COMMAND:
        return _correct(world, record, record.entry.body, now)
    if not isinstance(record.entry, Reading):
        return Observation(now=now)
    return _Reading(world, record, record.entry.report, settings, now).read()


def is_idle(report: Report, received: int) -> bool:
    """Whether a report that is the only one of its article changes nothing but the clock, and leaves no note.

    Whoever makes the fold look at such reports (to count them, say) must say so here.
    """
    published = epoch(report.published)
    return (
        report.status == "usable"
        and not report.signals
        and (report.revision or 1) == 1
        and (published is None or published - received <= SKEW)
        and not any(problem.code in _UNREAD for problem in report.problems)
    )


def _correct(world: _World, record: Record, body: Mapping[str, Any], now: int) -> Observation:
    """Fold an analyst's correction."""
    word = corrections.correct(body, record.position, record.received, world.state, world.happenings.get)
    about = f"incident {body.get('incident')}"
    if word.refused:
        return Observation(now=now, notes=(Note(about=about, reason="correction_refused", detail=word.refused),))
    for key, said in word.said.items():
        corrections.said(world.state).put(key, said)
    for key, bond in word.bonds.items():
        corrections.bonds(world.state).put(key, bond)
    changed = world.change([*word.bonds], [world.node(key) for key in word.bonds], word.said, {})
    return Observation(
        now=now,
        changes=changed.changes,
        merged=changed.merged,
        split=changed.split,
        because=f"analyst: {body.get('because', '')}",
        notes=(Note(about=about, reason="corrected", detail=str(body.get("because", ""))), *_told(changed)),
    )


def _world(state: State) -> _World:
    return state.derived("world", _World)


def _table(state: State) -> Table[Happening]:
    return state.table("happenings", Happening, kept=False)


class _World:
    """Everything that the fold looks at: the rows, and what is derived from them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.articles = identity.table(state)
        self.happenings = _table(state)
        self.stories = Stories(self.articles)
        self.incidents = Incidents()
        self.home: dict[str, str] = {}
        nodes = []
        for _, row in self.articles.sorted_items():
            for n, mention in enumerate(row.mentions):
                if not row.homes[n]:
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
        return Happening(
            id=group.id,
            nature="episode" if group.profile.nodes[0].episodic else "incident",
            mentions=mentions,
            voids=tuple(void for story in sorted(group.profile.stories) for void in self.stories.voids(story)),
            rulings=corrections.rulings_of(self.state, [m.key for m in mentions], self.home),
        )

    def build(self, row: Known, mention: Mention) -> Node:
        """The node of a mention."""
        bond = corrections.bonds(self.state).rows.get(mention.key, corrections.UNBOUND)
        return Node(mention, row.moment, episodic=family_of(mention.type) in PHASED_FAMILIES, bond=bond)

    def node(self, key: str) -> Node:
        """A known mention's node, built anew."""
        mention = self.incidents.linking.nodes[key].mention
        return self.build(self.articles.rows[mention.article], mention)

    def change(self, gone: list[str], come: list[Node], refresh: Iterable[str], heirs: Mapping[str, str]) -> _Changed:
        """Take mentions out and others in, and write what became of all that this touched.

        ``refresh`` are mentions whose story had figures taken back; ``heirs`` says which mention of a new version
        stands for one of the version before.
        """
        moved = {*gone, *(node.mention.key for node in come)}
        again = [*refresh, *corrections.anchored(self.state, moved)]
        keys = {**self.incidents.change(gone, come), **dict.fromkeys(key for key in again if key in self.home)}
        groups: dict[int, Group] = {}
        went: dict[str, dict[str, None]] = {}
        for key in keys:
            group = self.incidents.home.get(key)
            if group is not None:
                groups[id(group)] = group
        left = [(key, self.home.pop(key)) for key in gone if key not in self.incidents.home]
        dirty: dict[str, None] = {}
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
            self.incidents.linking.nodes[mention.key].mention = mention

    def forget(self, ids: list[str]) -> None:
        """Let go of happenings, and of what their articles said of them. Nobody is told."""
        gone = [m.key for id_ in ids for m in self.happenings.rows[id_].mentions]
        if not gone:
            return
        left = set(gone)
        for article in {m.article: None for id_ in ids for m in self.happenings.rows[id_].mentions}:
            row = self.articles.rows[article]
            kept = [n for n, m in enumerate(row.mentions) if m.key not in left]
            mentions = tuple(row.mentions[n] for n in kept)
            homes, links = tuple(row.homes[n] for n in kept), tuple(row.links[n] for n in kept)
            self.articles.put(article, replace(row, mentions=mentions, homes=homes, links=links))
        self.change(gone, [], (), {})

    def write(self, article: str) -> None:
        """Keep the homes and links of an article's mentions; those of a text that was cancelled have none."""
        row = self.articles.rows[article]
        homes = tuple(self.home.get(m.key, "") for m in row.mentions)
        links = tuple(self.incidents.linking.links.get(m.key, ()) for m in row.mentions)
        if (homes, links) != (row.homes, row.links):
            self.articles.put(article, replace(row, homes=homes, links=links))

    def _changed(self, groups: dict[str, Group], went: dict[str, dict[str, None]]) -> _Changed:
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
        return _Changed(
            changes=tuple(pair for pair in pairs if pair[0] != pair[1]),
            merged=_led(merged),
            split=tuple(sorted((new, was) for new, was in split.items() if new not in merged.values())),
        )


class _Changed(Struct, frozen=True, kw_only=True):
    changes: tuple[tuple[Happening | None, Happening | None], ...] = ()
    merged: tuple[tuple[str, str], ...] = ()
    split: tuple[tuple[str, str], ...] = ()


class _Reading:
    """One report's way into the world."""

    def __init__(self, world: _World, record: Record, report: Report, settings: Settings, now: int) -> None:
        self.world, self.record, self.report, self.settings, self.now = world, record, report, settings, now
        self.notes: list[Note] = []

    def read(self) -> Observation:
        """Place the report, and say what changed."""
        world, report = self.world, self.report
        key = identity.key_of(world.articles, report)
        known = world.articles.get(key)
        if identity.judge(known, report) == "stale" and known is not None:
            self._note("ignored", f"version {report.revision or report.updated or 1} is not newer than what is known")
            row = self._absorbed(key, known)
            if row == known:
                return Observation(now=self.now, notes=tuple(self.notes))
        else:
            published = epoch(report.published)
            self._notice(known, published)
            row = self._row(key, known, published)
        changed = self._place(key, known, row)
        if changed is _NOTHING:
            return Observation(now=self.now, notes=tuple(self.notes))
        stands = world.articles.rows[key]
        return Observation(
            now=self.now,
            changes=changed.changes,
            merged=changed.merged,
            split=changed.split,
            quiet=stands.hushed,
            because=_because(report, self.record.received),
            notes=(*self.notes, *_told(changed)),
        )

    def _row(self, key: str, known: Known | None, published: int | None) -> Known:
        """The row of this version, with what it says."""
        at, mentions = self._at(published), self._mentions(key, published)
        received, position = self.record.received, self.record.position
        return identity.remember(known, self.report, position, at, received, self._quiet(at), mentions)

    def _absorbed(self, key: str, known: Known) -> Known:
        """The row after this older version came late."""
        published = epoch(self.report.published)
        at, mentions = self._at(published), self._mentions(key, published)
        return identity.absorb(known, self.report, at, self.record.received, self._quiet(at), mentions)

    def _at(self, published: int | None) -> int | None:
        return None if published is None else min(published, self.record.received)

    def _mentions(self, key: str, published: int | None) -> list[Mention]:
        report, record = self.report, self.record
        if report.status != "usable" or not report.events:
            return []
        context = Context(
            article=key,
            position=record.position,
            publisher=report.source or report.feed,
            at=self._at(published),
            received=record.received,
        )
        return mentions_of(report, context)

    def _place(self, key: str, known: Known | None, row: Known) -> _Changed:
        """Write the row, find its story, and link anew all that this touches."""
        world = self.world
        before = known.mentions if known else ()
        world.articles.put(key, row)
        others = world.stories.place(key, known, self.settings.families)
        placed = world.articles.rows[key]
        if not before and not placed.mentions and not others:
            return _NOTHING
        gone, come, refresh = [m.key for m in before if m.key in world.home], list[Node](), list[str]()
        for article in (key, *others):
            row = world.articles.rows[article]
            mentions = identity.dressed(row, world.articles)
            if mentions != row.mentions:
                world.articles.put(article, replace(row, mentions=mentions))
            alive = () if world.stories.is_gone(row) else mentions
            if article != key:
                known_here = [m.key for m in mentions if m.key in world.home]
                told_alike = all(m.story == old.story for m, old in zip(mentions, row.mentions, strict=True))
                if told_alike and len(known_here) == len(alive):
                    refresh += known_here
                    world.redress(alive)
                    continue
                gone += known_here
            come += [world.build(row, m) for m in alive]
        changed = world.change(gone, come, refresh, _heirs(before, world.articles.rows[key].mentions))
        for article in (key, *others):
            world.write(article)
        return changed

    def _notice(self, known: Known | None, published: int | None) -> None:
        """Note what is odd about the report."""
        report, received = self.report, self.record.received
        if published is not None and published - received > SKEW:
            self._note("future_date", f"published {report.published}, after it was received")
        if published is None and report.status == "usable" and report.events:
            self._note("undated", "kept and shown, but in no window")
        if report.status == "withheld":
            self._note("withheld", "held back by its publisher")
        for problem in report.problems:
            if problem.code in _UNREAD:
                self._note(problem.code, problem.message)
        corrects = report.status == "canceled" or (report.revision or 1) > 1
        if corrects and known is None and published is not None and published < self.now - HORIZON:
            self._note("beyond_horizon", "it corrects an article that is no longer kept; what was said stays")

    def _quiet(self, at: int | None) -> str | None:
        """Why the report alerts nobody by itself."""
        if self.report.baseline:
            return "baseline"
        lateness = self.report.lateness if self.report.lateness is not None else self.settings.lateness
        return "late" if at is not None and self.record.received - at > lateness else None

    def _note(self, reason: str, detail: str) -> None:
        self.notes.append(Note(about=f"article {self.report.feed}/{self.report.id}", reason=reason, detail=detail))


_NOTHING = _Changed()


def _heirs(before: tuple[Mention, ...], after: tuple[Mention, ...]) -> dict[str, str]:
    """For each mention that a new version no longer has, one of its new ones that tells of the same kind of thing."""
    kept = {m.key for m in before} & {m.key for m in after}
    fresh = {kind_of(m.type): m.key for m in reversed(after) if m.key not in kept}
    return {m.key: fresh[kind_of(m.type)] for m in before if m.key not in kept and kind_of(m.type) in fresh}


def _led(merged: dict[str, str]) -> tuple[tuple[str, str], ...]:
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


def _told(changed: _Changed) -> list[Note]:
    """Incidents that turned out to be one or several, for the log."""
    before = {old.id for old, _ in changed.changes if old is not None}
    into = [now for _, now in changed.merged]
    notes = []
    for was, now in changed.merged:
        one = now in before or into.count(now) > 1
        notes.append(Note(about=was, reason="merged" if one else "renamed", detail=f"now {now}"))
    return [*notes, *(Note(about=was, reason="split", detail=f"{new} is another") for new, was in changed.split)]


def _advance(state: State, received: int, world: _World) -> int:
    """Move the clock; on a new day of it, forget what lies beyond the horizons."""
    table = clock(state)
    row = table.get("clock")
    if row is None:
        table.put("clock", Clock(now=received, since=received))
        return received
    if received <= row.now:
        return row.now
    table.put("clock", Clock(now=received, since=row.since))
    if received // 86400 != row.now // 86400:
        _evict(world, received)
    return received


def _evict(world: _World, now: int) -> None:
    """Forget happenings whose last report is beyond its horizon, and articles that nothing is left of."""
    old = []
    for id_, happening in world.happenings.rows.items():
        horizon = EPISODE_HORIZON if happening.nature == "episode" else HORIZON
        last = max(world.articles.rows[m.article].received for m in happening.mentions)
        if last < now - horizon:
            old.append(id_)
    world.forget(sorted(old))
    for key, row in list(world.articles.rows.items()):
        if row.received < now - HORIZON and not any(row.homes):
            world.stories.forget(key)
            world.articles.drop(key)
    for table in (corrections.bonds(world.state), corrections.said(world.state)):
        for key in [key for key, row in table.rows.items() if row.born < now - HORIZON and key not in world.home]:
            table.drop(key)


def _because(report: Report, received: int) -> str:
    moment = epoch(report.updated) or epoch(report.published) or received
    return f"{report.source or report.feed}, {moment % 86400 // 3600:02d}:{moment % 3600 // 60:02d}"
