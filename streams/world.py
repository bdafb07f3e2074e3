"""What changed in the world with this entry of the journal?

A pure fold over the journal: a report's article is placed among the known ones and into its story, its earlier
version's mentions are taken out, its own are linked and gathered into incidents and episodes. What comes back are the
happenings that changed, which of them turned out to be one or several, and notes of what was set aside and why. No
clock, no network, no random number, no set order.

Kept are the articles with their mentions, each with its links and the incident it belongs to. Stories, links, incidents
and happenings live in memory and are made of those rows again after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from streams import corrections, holdings, identity
from streams.article import DAY_ONLY, Report
from streams.happenings import Happening, Mention
from streams.holdings import DAY, Changed, World
from streams.horizons import HORIZON, advance, clock, forget
from streams.identity import Known
from streams.journal import Control, Reading, Record
from streams.kinds import kind_of
from streams.mentions import Context, mentions_of
from streams.scoring import Node
from streams.state import State, Table
from streams.times import epoch

#: Seconds that ``published`` may be ahead of ``received`` before it is noted.
SKEW = 3600
#: Problems of a report that say its article was not read.
_UNREAD = ("quarantined", "classify_error")


class Settings(Struct, frozen=True, kw_only=True):
    """What the fold needs of the config: seconds of lateness, and publisher → family (both in case-folded form)."""

    lateness: int = 3600
    families: Mapping[str, str] = {}


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


Observe = Callable[[State, Record, Settings], Observation]
"""``observe``, or what gives the same."""


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


def declare(state: State) -> None:
    """Declare every table, so that an engine can load them."""
    identity.table(state)
    holdings.happenings(state)
    clock(state)
    corrections.bonds(state)
    corrections.said(state)


def observe(state: State, record: Record, settings: Settings) -> Observation:
    """Fold one entry."""
    return observed(state, record, settings, advance(state, record.received, lambda day: forgotten(state, day)))


def forgotten(state: State, day: int) -> Changed:
    """Forget what lies beyond the horizons when a day (since the epoch) begins. Gives what became of happenings."""
    return forget(_world(state), day)


def observed(state: State, record: Record, settings: Settings, now: int) -> Observation:
    """Fold one entry, now that the clock was moved to ``now`` (seconds)."""
    world = _world(state)
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
        and report.embargo is None
        and (report.revision or 1) == 1
        and (published is None or published - received <= SKEW)
        and not any(problem.code in _UNREAD for problem in report.problems)
    )


def _correct(world: World, record: Record, body: Mapping[str, Any], now: int) -> Observation:
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


def _world(state: State) -> World:
    return state.derived("world", World)


class _Reading:
    """One report's way into the world."""

    def __init__(self, world: World, record: Record, report: Report, settings: Settings, now: int) -> None:
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
        """Seconds: its place in windows. Of a day alone it is when it was received, or the end of that day."""
        if published is None:
            return None
        day_only = any(problem.code == DAY_ONLY for problem in self.report.problems)
        return min(published + (DAY - 1 if day_only else 0), self.record.received)

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

    def _place(self, key: str, known: Known | None, row: Known) -> Changed:
        """Write the row, find its story, and link anew all that this touches."""
        world = self.world
        before = known.mentions if known else ()
        world.articles.put(key, row)
        world.age(key)
        others = world.stories.place(key, known, self.settings.families)
        placed = world.articles.rows[key]
        if not before and not placed.mentions and not others:
            return _NOTHING
        gone, come, refresh = [m.key for m in before if world.knows(m.key)], list[Node](), list[str]()
        rows = world.articles.rows
        moved = set(gone)
        for article in (key, *sorted(others, key=lambda other: (rows[other].moment, other))):
            row = rows[article]
            mentions = identity.dressed(row, world.articles)
            if mentions != row.mentions:
                world.articles.put(article, replace(row, mentions=mentions))
            alive = () if world.stories.is_gone(row) else mentions
            if article != key:
                known_here = [m.key for m in mentions if world.knows(m.key)]
                pairs = zip(mentions, row.mentions, strict=True)
                alike = all((m.story, m.echoes) == (old.story, old.echoes) for m, old in pairs)
                if alike and len(known_here) == len(alive) and not any(m.echoes in moved for m in mentions):
                    refresh += known_here
                    world.redress(alive)
                    continue
                gone += known_here
                moved.update(known_here)
            moved.update(m.key for m in alive)
            come += [world.build(row, m) for m in alive]
        come.sort(key=lambda node: node.order)  # what is said again before those who say it again
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


_NOTHING = Changed()


def _heirs(before: tuple[Mention, ...], after: tuple[Mention, ...]) -> dict[str, str]:
    """For each mention that a new version no longer has, one of its new ones that tells of the same kind of thing."""
    kept = {m.key for m in before} & {m.key for m in after}
    fresh = {kind_of(m.type): m.key for m in reversed(after) if m.key not in kept}
    return {m.key: fresh[kind_of(m.type)] for m in before if m.key not in kept and kind_of(m.type) in fresh}


def _told(changed: Changed) -> list[Note]:
    """Incidents that turned out to be one or several, for the log."""
    before = {old.id for old, _ in changed.changes if old is not None}
    into = [now for _, now in changed.merged]
    notes = []
    for was, now in changed.merged:
        one = now in before or into.count(now) > 1
        notes.append(Note(about=was, reason="merged" if one else "renamed", detail=f"now {now}"))
    return [*notes, *(Note(about=was, reason="split", detail=f"{new} is another") for new, was in changed.split)]


def _because(report: Report, received: int) -> str:
    moment = epoch(report.updated) or epoch(report.published) or received
    return f"{report.source or report.feed}, {moment % 86400 // 3600:02d}:{moment % 3600 // 60:02d}"
