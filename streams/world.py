"""What changed in the world with this entry of the journal?

A pure fold over the journal: a report's article is placed among the known ones, its earlier version's mentions are
taken out, its own are linked into incidents and episodes. What comes back are the happenings that changed, and notes
of what was set aside and why. No clock, no network, no random number, no set order.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from streams import corrections, identity, linking, stories
from streams.article import PHASED_FAMILIES, Report
from streams.codec import digest
from streams.happenings import Happening, Mention, Void
from streams.journal import Control, Reading, Record
from streams.mentions import Context, mentions_of
from streams.state import State, Table
from streams.times import epoch

#: Seconds that articles, stories and happenings are remembered.
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


class Block(Struct, frozen=True, array_like=True):
    """The ids of the happenings in a block."""

    ids: tuple[str, ...]


def happenings(state: State) -> Table[Happening]:
    """The incidents and episodes, by id."""
    return state.table("happenings", Happening)


def _blocks(state: State) -> Table[Block]:
    return state.table("blocks", Block)


def clock(state: State) -> Table[Clock]:
    """One row, ``clock``."""
    return state.table("clock", Clock)


def declare(state: State) -> None:
    """Declare every table, so that an engine can load them."""
    identity.table(state)
    stories.tables(state)
    happenings(state)
    _blocks(state)
    clock(state)
    corrections.bonds(state)


def observe(state: State, record: Record, settings: Settings) -> Observation:
    """Fold one entry."""
    now = _advance(state, record.received)
    if isinstance(record.entry, Control) and record.entry.command == corrections.COMMAND:
        return _correct(state, record, now)
    if not isinstance(record.entry, Reading):
        return Observation(now=now)
    report = record.entry.report
    key = identity.key_of(state, report)
    known = identity.table(state).get(key)
    verdict = identity.judge(known, report)
    if verdict == "stale":
        return Observation(now=now, notes=(_note(report, "stale_version", "a newer version is known"),))
    return _Reader(state, record, settings, now, report, key, known).read()


def _correct(state: State, record: Record, now: int) -> Observation:
    """Fold an analyst's correction."""
    assert isinstance(record.entry, Control)
    body, table = record.entry.body, happenings(state)
    told = corrections.correct(body, record.position, record.received, state, table.get)
    about = f"incident {body.get('incident')}"
    if told.refused:
        return Observation(now=now, notes=(Note(about=about, reason="correction_refused", detail=told.refused),))
    changes = []
    for id_, after in sorted(told.happenings.items()):
        before = table.get(id_)
        changes.append((before, after))
        if after is not None:
            table.put(id_, after)
            _enter_block(state, after)
        elif before is not None:
            table.drop(id_)
            _leave_block(state, before)
    _lead_articles(state, told.happenings)
    for key, bond in told.bonds.items():
        corrections.bonds(state).put(key, bond)
    return Observation(
        now=now,
        changes=tuple(changes),
        merged=told.merged,
        split=told.split,
        because=f"analyst: {body.get('because', '')}",
        notes=(Note(about=about, reason="corrected", detail=str(body.get("because", ""))),),
    )


def _lead_articles(state: State, changed: Mapping[str, Happening | None]) -> None:
    """Let the articles of happenings that were changed by hand know which ones they tell of now."""
    articles = identity.table(state)
    told: dict[str, set[str]] = {}
    for id_, happening in changed.items():
        for mention in happening.mentions if happening else ():
            told.setdefault(mention.article, set()).add(id_)
    for article, ids in told.items():
        known = articles.get(article)
        if known is not None:
            rest = {id_ for id_ in known.happenings if id_ not in changed}
            articles.put(article, replace(known, happenings=tuple(sorted(ids | rest))))


class _Reader:
    """One report on its way into the world; collects what it changes."""

    def __init__(
        self,
        state: State,
        record: Record,
        settings: Settings,
        now: int,
        report: Report,
        key: str,
        known: identity.Known | None,
    ) -> None:
        self.state, self.record, self.settings, self.now = state, record, settings, now
        self.report, self.key, self.known = report, key, known
        self.before: dict[str, Happening | None] = {}
        self.notes: list[Note] = []
        self.own: list[Happening] = []
        """What the article's earlier version was linked to: its new version is looked for there first."""

    def read(self) -> Observation:
        context = self._context()
        if self.known is not None:
            self._retract(self.known)
        mentions = mentions_of(self.report, context) if self.report.status == "usable" else []
        if self.report.status == "withheld":
            self.notes.append(_note(self.report, "withheld", "held back by its publisher"))
        ids = tuple(sorted({self._link(mention) for mention in mentions}))
        for id_ in self.before:
            happening = happenings(self.state).get(id_)
            if happening is not None and not happening.mentions:
                self._put(id_, None)
        kept = identity.remember(
            self.report, self.record.position, now=self.now, heard=context.received, story=context.story, happenings=ids
        )
        identity.table(self.state).put(self.key, kept)
        table = happenings(self.state)
        changes = [(old, table.get(id_)) for id_, old in sorted(self.before.items())]
        return Observation(
            now=self.now,
            changes=tuple(change for change in changes if change[0] != change[1]),
            quiet=context.quiet,
            because=_because(self.report, self.record.received),
            notes=tuple(self.notes),
        )

    def _context(self) -> Context:
        report, received = self.report, self.record.received
        published, updated = epoch(report.published), epoch(report.updated)
        at = None if published is None else min(published, received)
        if published is not None and published - received > SKEW:
            self.notes.append(_note(report, "future_date", f"published {report.published}, after it was received"))
        if published is None and report.status == "usable" and report.events:
            self.notes.append(_note(report, "undated", "kept and shown, but in no window"))
        unread = [problem for problem in report.problems if problem.code in _UNREAD]
        self.notes.extend(_note(report, problem.code, problem.message) for problem in unread)
        publisher = report.source or report.feed
        placed = stories.place(self.state, self.key, publisher, report.fingerprint, self.settings.families, self.now)
        first = self.known is None or self.known.status != "usable"
        as_of = max(updated or 0, at if at is not None and first else received)
        return Context(
            article=self.key,
            position=self.record.position,
            publisher=publisher,
            family=placed.family,
            story=placed.story,
            at=at,
            as_of=min(as_of, received),
            received=self.known.heard if self.known is not None else received,
            quiet=self._quiet(at, received) if first else None,
        )

    def _quiet(self, at: int | None, received: int) -> str | None:
        """Why the report alerts nobody. A new version of a known article is judged as an update, never as late."""
        if self.report.baseline:
            return "baseline"
        lateness = self.report.lateness if self.report.lateness is not None else self.settings.lateness
        return "late" if at is not None and received - at > lateness else None

    def _retract(self, known: identity.Known) -> None:
        """Take out what the earlier version said, and void the figures of its reprints."""
        gone = self.report.status == "canceled"
        for id_ in known.happenings:
            happening = happenings(self.state).get(id_)
            if happening is None:
                continue
            rest = tuple(m for m in happening.mentions if m.article != self.key)
            void = Void(story=known.story, before=self.record.received, gone=gone)
            self._put(id_, replace(happening, mentions=rest, voids=(*happening.voids, void)))
            former = tuple(replace(m, article="") for m in happening.mentions if m.article == self.key)
            self.own.append(replace(happening, mentions=(*rest, *former)))

    def _link(self, mention: Mention) -> str:
        blocks, table = _blocks(self.state), happenings(self.state)
        ids = [id_ for block in linking.blocks_to_search(mention) for id_ in getattr(blocks.get(block), "ids", ())]
        others = [table.rows[id_] for id_ in ids if id_ in table.rows and table.rows[id_].mentions]
        match = self._bound(mention, others) or self._match(mention, self.own) or self._match(mention, others)
        if match is None:
            block = linking.block_of(mention)
            id_ = "in_" + digest("incident", mention.key, self.record.position)
            nature = linking.nature_of(mention.type, PHASED_FAMILIES)
            born = Happening(id=id_, nature=nature, block=block, born=self.now, mentions=(mention,))
            self._put(id_, born)
            _enter_block(self.state, born)
            return id_
        found = table.rows[match.id]
        members = sorted([*found.mentions, mention], key=lambda m: (m.as_of, m.position))
        self._put(match.id, replace(found, mentions=tuple(members)))
        self.own = [happening for happening in self.own if happening.id != match.id]
        return match.id

    def _bound(self, mention: Mention, others: list[Happening]) -> Happening | None:
        """The happening that an analyst put the mention into."""
        if not corrections.bonds(self.state).rows:
            return None
        bound = (h for h in (*self.own, *others) if corrections.are_together(self.state, mention, h))
        return next((h for h in bound if not corrections.are_apart(self.state, mention, h)), None)

    def _match(self, mention: Mention, candidates: list[Happening]) -> Happening | None:
        if not corrections.bonds(self.state).rows:
            return linking.best_match(mention, candidates)
        return linking.best_match(mention, [h for h in candidates if not corrections.are_apart(self.state, mention, h)])

    def _put(self, id_: str, happening: Happening | None) -> None:
        table = happenings(self.state)
        self.before.setdefault(id_, table.get(id_))
        if happening is not None:
            table.put(id_, happening)
            return
        old = table.get(id_)
        table.drop(id_)
        if old is not None:
            _leave_block(self.state, old)


def _enter_block(state: State, happening: Happening) -> None:
    known = _blocks(state).get(happening.block)
    if known is None or happening.id not in known.ids:
        _blocks(state).put(happening.block, Block((*(known.ids if known else ()), happening.id)))


def _leave_block(state: State, happening: Happening) -> None:
    blocks = _blocks(state)
    block = blocks.get(happening.block)
    rest = tuple(id_ for id_ in block.ids if id_ != happening.id) if block else ()
    if rest:
        blocks.put(happening.block, Block(rest))
    else:
        blocks.drop(happening.block)


def _advance(state: State, received: int) -> int:
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
        _evict(state, received)
    return received


def _evict(state: State, now: int) -> None:
    articles = identity.table(state)
    texts, keys = stories.tables(state)
    for table in (articles, texts, keys, corrections.bonds(state)):
        for key in [key for key, row in table.rows.items() if row.born < now - HORIZON]:
            table.drop(key)
    for id_, happening in list(happenings(state).rows.items()):
        horizon = EPISODE_HORIZON if happening.nature == "episode" else HORIZON
        if max((m.received for m in happening.mentions), default=0) < now - horizon:
            happenings(state).drop(id_)
            _leave_block(state, happening)


def _because(report: Report, received: int) -> str:
    moment = epoch(report.updated) or epoch(report.published) or received
    return f"{report.source or report.feed}, {moment % 86400 // 3600:02d}:{moment % 3600 // 60:02d}"


def _note(report: Report, reason: str, detail: str) -> Note:
    return Note(about=f"article {report.feed}/{report.id}", reason=reason, detail=detail)
