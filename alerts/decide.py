"""What is to be said, now that this entry is in the journal? The pure fold from journal entries to alerts.

Each happening that changed gets its share in the windows of every rule that looks at it. A window whose fullest span
around the change reaches a band opens a root: an alert, and after it updates, worse bands and perhaps a cancel, as
the table in ``docs/design.md`` lists. What is decided depends on the state, the entry and the config alone, so live,
replay, restart and explanation cannot disagree; ``tests/test_fold.py`` folds every journal twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from alerts import hearing, joining, rules, trial
from alerts.alert import Alert
from alerts.config.types import Config, Rule
from alerts.dispatch import Dispatch, Sending, held, waiting
from alerts.render import Renderer
from alerts.roots import Tables
from alerts.triggers import silence
from alerts.triggers.judging import speaks_of
from alerts.voice import Voice
from streams import coverage, embargo, horizons, read_by, world
from streams.codec import canonical
from streams.happenings import Happening
from streams.journal import Control, Record, Tick
from streams.state import State

Read = Callable[[int], Record]


_GONE = rules.Refused()


class Planned(Struct, frozen=True, kw_only=True):
    """An alert and the destinations that are to have it at once."""

    alert: Alert
    destinations: tuple[str, ...]


class Effects(Struct, kw_only=True):
    """What one entry gave: (about, reason, detail) lines for the log, alerts, and what waited and goes now."""

    log: list[tuple[str, str, str]] = []
    outgoing: list[Planned] = []
    released: list[Sending] = []
    changes: tuple[tuple[Happening | None, Happening | None], ...] = ()
    """What it changed in the world: (before, after)."""


class Decide:
    """The fold under one config."""

    def __init__(self, config: Config, families: dict[str, str]) -> None:
        """``families`` maps case-folded publisher names to their houses."""
        self.config, self.families = config, families
        self.settings = world.Settings(lateness=config.lateness, families=families)
        self.observe: world.Observe = world.observe
        """How entries change the world; a replay may know it from before."""
        self._looking: dict[frozenset[str], list[Rule]] = {}
        looks: dict[Rule, int] = {}
        self.looks = {rule.definition: looks.setdefault(rules.look_of(rule), len(looks)) for rule in config.rules}
        self.renderer = Renderer(config)

    def declare(self, state: State) -> None:
        """Declare every table that the fold keeps."""
        world.declare(state)
        embargo.table(state)
        coverage.table(state)
        silence.table(state)
        read_by.table(state)
        Tables.of(state)
        held.declare(state)
        trial.table(state)

    def looking_at(self, types: frozenset[str]) -> list[Rule]:
        """The rules that look at happenings of any of these types, in the order of the config."""
        found = self._looking.get(types)
        if found is None:
            found = [rule for rule in self.config.rules if any(rules.matches(rule.when, type_) for type_ in types)]
            self._looking[types] = found
        return found

    def next_due(self, state: State) -> int | None:
        """When the earliest of what was held back is due, or the first embargo ends, in seconds."""
        updates = (due.at for due in Tables.of(state).due.rows.values())
        message = waiting(state).next_due()
        others = (due for due in (message, trial.next_due(state)) if due is not None)
        return min((*updates, *embargo.ends(state), *others), default=None)

    def needed(self, state: State) -> set[int]:
        """The positions of the reports that happenings were read from, which alerts quote, and of those that wait."""
        known = world.happenings(state).rows.values()
        told = {m.position for happening in known for m in (*happening.mentions, *happening.denied)}
        told |= {kept.part.position for kept in Tables.of(state).shares.rows.values() if kept.part}
        return told | {row.position for row in embargo.table(state).rows.values()}

    def step(self, state: State, record: Record, read: Read) -> Effects:
        """Fold one entry."""
        effects = Effects(log=[], outgoing=[])
        for ended in embargo.take_due(state, record.received):
            self._fold(state, replace(read(ended.position), received=ended.until), read, effects)
        coverage.follow(state, record)
        read_by.follow(state, record)
        waits = embargo.hold(state, record, max(record.received, horizons.now(state) or 0))
        if waits is not None:
            effects.log.append((f"article {waits.feed}/{waits.id}", "embargoed", f"held until {waits.embargo}"))
            record = replace(record, entry=Tick())
        self._fold(state, record, read, effects)
        return effects

    def _fold(self, state: State, record: Record, read: Read, effects: Effects) -> None:
        observation = self.observe(state, record, self.settings)
        effects.log += [(note.about, note.reason, note.detail) for note in observation.notes]
        effects.changes += observation.changes
        step = _Step(self, state, record, read, observation, effects)
        if isinstance(record.entry, Control) and record.entry.command == "config":
            step.adopt_rules()
        if observation.changes:
            step.follow()
            step.weigh()
        step.run_timers()
        hearing.listen(step.voice)
        step.dispatch()
        step.forget()


class _Step:
    """One entry's way through the rules."""

    def __init__(
        self,
        decide: Decide,
        state: State,
        record: Record,
        read: Read,
        observation: world.Observation,
        effects: Effects,
    ) -> None:
        self.decide, self.config, self.state, self.effects = decide, decide.config, state, effects
        self.voice = Voice(decide.config, decide.renderer, state, record, read, observation, effects.log)
        self.tables, self.now = self.voice.tables, observation.now
        self._dispatch = Dispatch(decide.config, state, self.now, lambda *line: effects.log.append(line))

    def adopt_rules(self) -> None:
        """Fill the windows of new and changed rules from what is known, silently.

        A rule that is no longer there opens nothing more. What it said is kept true until its last root is closed.
        """
        known = self.tables.definitions.rows
        wanted = {rule.definition for rule in self.config.rules}
        for definition in sorted(set(known) - wanted):
            self.tables.retire(definition)
        for rule in self.config.rules:
            fresh = rule.definition not in known
            self.tables.adopt(rule, self.now)
            if not fresh:
                continue
            for _, happening in world.happenings(self.state).sorted_items():
                self._place(rule, happening.id, rules.share(rule, happening), filling=True)
            if rule.trigger == "absence":
                for key_text in sorted(self.tables.windows.rows):
                    if key_text.startswith(f"{rule.definition}|"):
                        hearing.hear(self.voice, rule, key_text, filling=True)

    def follow(self) -> None:
        """Let the roots that speak of a happening speak of what it turned out to be, or to be also."""
        for gone, into in self.voice.observation.merged:
            self.tables.lead_on(gone, into, keep=False)
        for new, of in self.voice.observation.split:
            self.tables.lead_on(of, new, keep=True)

    def weigh(self) -> None:
        """Set the shares of all that changed, and then see what each rule makes of each window that was touched."""
        known = self.tables.definitions.rows
        retired = [row.rule for definition, row in sorted(known.items()) if row.retired]
        touched: list[tuple[Rule, str, str]] = []
        for before, after in self.voice.observation.changes:
            id_ = (after or before).id  # type: ignore[union-attr]
            types = frozenset().union(*(one.told_types for one in (before, after) if one is not None))
            looking = [rule for rule in self.decide.looking_at(types) if rule.definition in known]
            seen: dict[int | None, rules.Share | rules.Refused] = {}
            for rule in (*looking, *retired):
                look = self.decide.looks.get(rule.definition)
                share = seen.get(look) if look is not None else None
                if share is None:
                    share = seen[look] = rules.share(rule, after) if after is not None else _GONE
                touched += [(rule, key_text, id_) for key_text in self._place(rule, id_, share)]
        for rule, key_text, id_ in touched:
            self._judge(rule, key_text, self.voice.merged.get(id_, id_))

    def run_timers(self) -> None:
        """Send the updates that were held back and are due."""
        waiting = self.tables.due.rows
        due = [(row.at, root) for root, row in waiting.items() if row.at <= self.now] if waiting else []
        for _, root_id in sorted(due):
            self.tables.due.drop(root_id)
            root = self.tables.roots.get(root_id)
            known = self.tables.definitions.get(root.definition) if root else None
            if root and known:
                self.voice.revise(known.rule, root, held_back=True)

    def dispatch(self) -> None:
        """Let what was decided go or wait, and what waited and is due go."""
        if isinstance(self.voice.record.entry, Control):
            self._dispatch.obey(self.voice.record.entry)
        at_once, self.effects.released = self._dispatch.run(self.voice.emitted)
        self.effects.outgoing += [Planned(alert=e.alert, destinations=at_once[e.alert.id]) for e in self.voice.emitted]
        tried = trial.due(self.state, self.config, self.now)
        if tried is not None:
            self.effects.outgoing.append(Planned(alert=tried, destinations=self.config.owners))

    def forget(self) -> None:
        """Once a day of the clock, drop what no correction can reach any more."""
        if self.tables.is_swept(self.now):
            return
        known = world.happenings(self.state).rows
        revise_for, awaited = self.config.revise_for, partial(silence.awaited, self.state)
        self.tables.evict(self.now, revise_for, known, awaited, self.voice.judge.look_ahead)
        self._dispatch.forget()
        silence.forget(self.state, self.tables)

    # --- shares and windows ---------------------------------------------------------------------------------------

    def _place(
        self, rule: Rule, id_: str, new: rules.Share | rules.Refused, *, filling: bool = False
    ) -> tuple[str, ...]:
        """Set a happening's share. Gives the texts of the window keys whose sums or members changed.

        ``filling`` is for a new rule, whose keys have no past yet.
        """
        old = self.tables.shares.rows.get(f"{rule.definition}|{id_}")
        if isinstance(new, rules.Refused):
            if new.reason:
                self.voice.log(rule, id_, new.reason, new.detail)
            if old is None:
                return ()
        share = new if isinstance(new, rules.Share) else None
        if rule.tuning is not None and not filling:
            for one in (old, share):
                if one is not None:
                    self.voice.judge.look_ahead(rule, self.tables.text_of(rule, one.key))
        return self.tables.move_share(rule, id_, share)

    def _judge(self, rule: Rule, key_text: str, id_: str) -> None:
        """One window was touched by one happening."""
        if rule.trigger == "absence":
            hearing.hear(self.voice, rule, key_text)
            return
        concerned = [root for root in self.tables.roots_about(id_, key_text) if not root.canceled]
        for root in concerned:
            joining.correct(self.voice, rule, root)
        share = self.tables.shares.rows.get(f"{rule.definition}|{id_}")
        if share is None or self.tables.text_of(rule, share.key) != key_text:
            return
        about = self.tables.roots_about(id_, key_text) if concerned else []
        standing = [root for root in about if speaks_of(rule, root, share.item)]
        if any(rule.trigger != "at_least" or share.item.at <= root.last_at for root in standing):
            return
        if self.tables.definitions.rows[rule.definition].retired:
            return
        found = self.voice.judge.crossing(rule, key_text, share.item)
        if found.severity is None:
            self.voice.log(rule, id_, found.reason, found.detail)
        elif all(self.voice.worse(found.severity, root.severity) for root in standing):
            joining.speak(self.voice, rule, key_text, share, found)


def encode(alert: Alert) -> bytes:
    """The alert's canonical bytes: what is stored, sent and compared."""
    return canonical(alert)
