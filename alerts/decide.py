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

from alerts import chains, compose, nearby, routing, rules, trial
from alerts.alert import Alert, Change, Kind
from alerts.config.types import Config, Rule
from alerts.dispatch import Dispatch, Emitted, Sending, held, waiting
from alerts.render import Renderer
from alerts.roots import Kept, Root, Snapshot, Tables, changes_between
from alerts.triggers import silence
from alerts.triggers.judging import Judge, Verdict, is_going_on, is_worse
from alerts.triggers.series import Sight, bucket_of, start_of
from alerts.triggers.unusual import is_sudden
from streams import coverage, embargo, horizons, read_by, world
from streams.codec import canonical, digest
from streams.happenings import Happening
from streams.journal import Control, Record, Tick
from streams.state import State
from streams.times import iso
from streams.windows import Peak

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
        self._renderer = Renderer(config)

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
        step.listen()
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
        self.decide, self.config = decide, decide.config
        self.state, self.tables = state, Tables.of(state)
        self.record, self.read, self.observation, self.effects = record, read, observation, effects
        self.now = observation.now
        self.merged = dict(observation.merged)
        self.judge = Judge(state, self.tables, self.now)
        self.emitted: list[Emitted] = []
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
                        self._hear(rule, key_text, filling=True)

    def follow(self) -> None:
        """Let the roots that speak of a happening speak of what it turned out to be, or to be also."""
        for gone, into in self.observation.merged:
            self.tables.lead_on(gone, into, keep=False)
        for new, of in self.observation.split:
            self.tables.lead_on(of, new, keep=True)

    def weigh(self) -> None:
        """Set the shares of all that changed, and then see what each rule makes of each window that was touched."""
        known = self.tables.definitions.rows
        retired = [row.rule for definition, row in sorted(known.items()) if row.retired]
        touched: list[tuple[Rule, str, str]] = []
        for before, after in self.observation.changes:
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
            self._judge(rule, key_text, self.merged.get(id_, id_))

    def run_timers(self) -> None:
        """Send the updates that were held back and are due."""
        waiting = self.tables.due.rows
        due = [(row.at, root) for root, row in waiting.items() if row.at <= self.now] if waiting else []
        for _, root_id in sorted(due):
            self.tables.due.drop(root_id)
            root = self.tables.roots.get(root_id)
            known = self.tables.definitions.get(root.definition) if root else None
            if root and known:
                self._revise(known.rule, root, held_back=True)

    def dispatch(self) -> None:
        """Let what was decided go or wait, and what waited and is due go."""
        if isinstance(self.record.entry, Control):
            self._dispatch.obey(self.record.entry)
        at_once, self.effects.released = self._dispatch.run(self.emitted)
        self.effects.outgoing += [Planned(alert=e.alert, destinations=at_once[e.alert.id]) for e in self.emitted]
        tried = trial.due(self.state, self.config, self.now)
        if tried is not None:
            self.effects.outgoing.append(Planned(alert=tried, destinations=self.config.owners))

    def forget(self) -> None:
        """Once a day of the clock, drop what no correction can reach any more."""
        if self.tables.is_swept(self.now):
            return
        known = world.happenings(self.state).rows
        revise_for, awaited = self.config.revise_for, partial(silence.awaited, self.state)
        self.tables.evict(self.now, revise_for, known, awaited, self.judge.look_ahead)
        self._dispatch.forget()
        silence.forget(self.state, self.tables)

    # --- shares and windows ---------------------------------------------------------------------------------------

    def _place(
        self, rule: Rule, id_: str, new: rules.Share | rules.Refused, *, filling: bool = False
    ) -> tuple[str, ...]:
        """Set a happening's share. Gives the texts of the window keys whose sums or members changed.

        ``filling`` is for a new rule, whose keys have no past yet.
        """
        old = self.tables.shares.get(f"{rule.definition}|{id_}")
        if isinstance(new, rules.Refused):
            if new.reason:
                self._log(rule, id_, new.reason, new.detail)
            if old is None:
                return ()
        share = new if isinstance(new, rules.Share) else None
        if rule.tuning is not None and not filling:
            for one in (old, share):
                if one is not None:
                    self.judge.look_ahead(rule, self.tables.text_of(rule, one.key))
        return self.tables.move_share(rule, id_, share)

    def _judge(self, rule: Rule, key_text: str, id_: str) -> None:
        """One window was touched by one happening."""
        if rule.trigger == "absence":
            self._hear(rule, key_text)
            return
        concerned = [root for root in self.tables.roots_about(id_, key_text) if not root.canceled]
        for root in concerned:
            self._correct(rule, root)
        share = self.tables.shares.get(f"{rule.definition}|{id_}")
        if concerned or share is None or self.tables.text_of(rule, share.key) != key_text:
            return
        if self.tables.definitions.rows[rule.definition].retired:
            return
        found = self.judge.crossing(rule, key_text, share.item)
        if found.severity is None:
            self._log(rule, id_, found.reason, found.detail)
        else:
            self._speak(rule, key_text, share, found)

    def _correct(self, rule: Rule, root: Root) -> None:
        """What a root speaks of changed: it hears of that for ``revise_for`` after its window."""
        entered = self._entered(rule, root.ids)
        if entered > root.last_at:
            self._revise(rule, replace(root, last_at=entered), entered=True)
            return
        heard_until = root.last_at + rule.over + self.config.revise_for
        if self.now > heard_until:
            self._log(rule, root.id, "beyond_revision", f"it was corrected until {iso(heard_until)}; not told")
            return
        self._revise(rule, root)

    def _entered(self, rule: Rule, ids: tuple[str, ...]) -> int:
        """Seconds: when the latest phase that a rule waits for was entered by one of its episodes; 0 for none."""
        known = world.happenings(self.state).rows
        return max((rules.entered(rule, known[id_]) for id_ in ids if id_ in known), default=0)

    def _speak(self, rule: Rule, key_text: str, share: Kept, found: Verdict) -> None:
        """A window reaches a band around a happening that no root speaks of yet."""
        id_, peak, severity = share.item.id, found.peak, found.severity or ""
        if self._hushed(rule):
            self._log(rule, id_, self.observation.quiet or "", "recorded; it alerts nobody")
            return
        latest = self._begun(rule, key_text, found)
        if peak is None or (latest is not None and not latest.canceled and self._joined(rule, latest, id_, found)):
            return
        root_id = "al_" + digest(rule.definition, key_text, id_, self.record.position)
        root = Root(
            id=root_id,
            rule=rule.id,
            definition=rule.definition,
            key=share.key,
            key_text=key_text,
            severity=severity,
            ids=peak.ids,
            last_at=max(peak.end, self._entered(rule, peak.ids)),
            opened=self.now,
            sent=self.now,
            told=(found.sight,) if found.sight else (),
            upto=found.sight.bucket if found.sight else 0,
        )
        self._emit(rule, root, "alert", found, severity, self._snapshot(rule, root, found, severity), [])

    def _begun(self, rule: Rule, key_text: str, found: Verdict) -> Root | None:
        """The root that what is found may belong to: of a sequence the one that tells of its beginning already."""
        told = self.judge.following.told_already(key_text, found.peak.ids) if rule.steps and found.peak else None
        return told or self.tables.latest_root(key_text)

    def _joined(self, rule: Rule, latest: Root, id_: str, found: Verdict) -> bool:
        """Whether what is found goes into the key's latest root, or waits for the cool-down after it."""
        severity, peak = found.severity or "", found.peak
        if found.sight is not None and is_going_on(rule, found, latest):
            return self._grown(rule, latest, id_, found, found.sight)
        begun = bool(rule.steps) and peak is not None and set(peak.ids[:-1]) <= set(latest.ids)
        if begun and peak is not None:
            ids, last_at = tuple(sorted({*latest.ids, *peak.ids})), max(latest.last_at, peak.end)
            self._revise(rule, replace(latest, ids=ids, last_at=last_at))
            return True
        if rule.trigger == "at_least" and peak is not None and self.now < latest.last_at + rule.over:
            ids = tuple(sorted({*latest.ids, *peak.ids}))
            entered = self._entered(rule, ids)
            last_at = max(latest.last_at, peak.end, entered)
            self._revise(rule, replace(latest, ids=ids, last_at=last_at), entered=entered > latest.last_at)
            return True
        cooling_until = latest.sent + rule.cooldown
        if rule.trigger == "first" or self.now >= cooling_until or self._worse(severity, latest.severity):
            return False
        self._log(rule, id_, "cooling_down", f"until {iso(cooling_until)}")
        return True

    def _grown(self, rule: Rule, latest: Root, id_: str, found: Verdict, sight: Sight) -> bool:
        """A surge goes on: it is told again when it is half as large again as was told, or of a worse severity."""
        value, told = found.peak.value if found.peak else 0, latest.seen.value
        sudden = is_sudden(rule, value, sight)
        root = replace(latest, upto=max(latest.upto, sight.bucket)) if sudden else latest
        if not is_worse(value, told) and not self._worse(found.severity or "", latest.severity):
            self.tables.keep(root)
            self._log(rule, id_, "not_worse", f"{value:g} {rule.measure}; {latest.id} told {told:g}")
            return True
        ids = found.peak.ids if found.peak else ()
        others = tuple(one for one in root.told if one.bucket != sight.bucket)
        last_at = max(root.last_at, found.peak.end if found.peak else 0)
        ids = tuple(sorted({*root.ids, *ids}))
        self._revise(rule, replace(root, ids=ids, last_at=last_at, told=(*others, sight)), grown=True)
        return True

    # --- silences ---------------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """See which keys have been silent for too long by now."""
        for key_text, row in silence.take_due(self.state, self.now):
            known = self.tables.definitions.get(key_text.partition("|")[0])
            if known is None or known.retired:
                continue
            rule = known.rule
            seen, found = self.judge.silence(rule, key_text, row, self.config.lateness)
            if seen.reached <= row.told:
                silence.keep(self.state, key_text, replace(row, due=seen.due))
                continue
            root = self.tables.roots.get(row.root) or Root(
                id="al_" + digest(rule.definition, key_text, row.last, self.record.position),
                rule=rule.id,
                definition=rule.definition,
                key=row.key,
                key_text=key_text,
                severity=found.severity or "",
                ids=row.ids,
                last_at=self.now,
                opened=self.now,
                sent=self.now,
            )
            silence.keep(self.state, key_text, replace(row, due=seen.due, told=seen.reached, root=root.id))
            severity = found.severity or ""
            self._emit(rule, root, "alert", found, severity, self._snapshot(rule, root, found, severity), [])

    def _hear(self, rule: Rule, key_text: str, *, filling: bool = False) -> None:
        """A key was heard of: a silence that was told has ended, or was none when what came is of its time.

        ``filling`` is for a new rule, which tells of no silence that began before it.
        """
        window = self.tables.windows.get(key_text)
        rows = silence.table(self.state)
        row = rows.get(key_text)
        if window is None:
            rows.drop(key_text)
            return
        item = window.items[-1]
        key = self.tables.shares.rows[f"{rule.definition}|{item.id}"].key
        fresh = silence.Silence(key=key, last=item.at, ids=(item.id,), due=0)
        root = self.tables.roots.get(row.root) if row else None
        if row is not None and item.at <= row.last:
            fresh = replace(fresh, told=row.told, root=row.root)
        seen, _ = self.judge.silence(rule, key_text, fresh, self.config.lateness)
        if filling:
            fresh = replace(fresh, told=seen.reached)
        due = self.now if seen.reached > fresh.told else seen.due
        silence.keep(self.state, key_text, replace(fresh, due=due))
        begins = start_of(bucket_of(item.at, rule.over) + 1, rule.over)
        self._log(rule, item.id, "heard", f"a silence would begin at {iso(begins)}")
        if row is not None and root is not None and item.at > row.last and not root.canceled:
            self._break(rule, root, row, item.at)

    def _break(self, rule: Rule, root: Root, row: silence.Silence, at: int) -> None:
        """Say that a silence has ended; that it was none when it was broken before it was told."""
        _, found = self.judge.silence(rule, root.key_text, row, self.config.lateness)
        found = replace(found, detail="")
        because = self.observation.because or "the clock"
        change = Change(field="silence", from_=f"since {iso(row.last)}", to="ended", because=because)
        kind: Kind = "cancel" if at <= root.opened - self.config.lateness else "update"
        snapshot = self._snapshot(rule, root, found, root.severity)
        self._emit(rule, root, kind, found, root.severity, snapshot, [change])

    # --- an open root ---------------------------------------------------------------------------------------------

    def _revise(
        self, rule: Rule, root: Root, *, held_back: bool = False, entered: bool = False, grown: bool = False
    ) -> None:
        """See what changed for a root: a worse band speaks at once, an update waits its turn, a fall cancels.

        So does an episode that ``entered`` a phase which the rule waits for, and a surge that has ``grown``.
        A worse band that was held back was hushed when it came (it was late, say), and stays so.
        """
        root = self.judge.following.mended(rule, root) if rule.steps else root
        found = self.judge.standing(rule, root)
        reached = found.severity
        worse = reached is not None and self._worse(reached, root.severity)
        loud = (worse or entered or grown) and not held_back and not self._hushed(rule)
        severity = reached if reached and worse and loud else root.severity
        snapshot = self._snapshot(rule, root, found, severity)
        why = root.because if held_back else self.observation.because
        changed = changes_between(root.seen, snapshot, why or "the clock")
        twin = self._twin(root)
        if twin is not None:
            same = Change(field="alert", from_=root.id, to=twin.id, because=f"the same incident; {why}")
            self._emit(rule, root, "cancel", found, severity, snapshot, [same])
        elif reached is None:
            self._emit(rule, root, "cancel", found, severity, snapshot, changed)
        elif loud:
            self._emit(rule, root, "alert", found, severity, snapshot, changed)
        elif not changed or self._is_mere_growth(root, snapshot, changed):
            self.tables.keep(root)
        elif self.now < (ready := root.sent + self.config.update_every):
            self.tables.hold(replace(root, because=self.observation.because or root.because), ready)
            self._log(rule, root.id, "held_for_update", f"until {iso(ready)}")
        else:
            self._emit(rule, root, "update", found, severity, snapshot, changed)

    @staticmethod
    def _is_mere_growth(root: Root, snapshot: Snapshot, changed: list[Change]) -> bool:
        """Whether all that changed of a surge is that it grew, and not enough to be told again."""
        told = root.seen.value
        grew = bool(root.told) and told <= snapshot.value and not is_worse(snapshot.value, told)
        return grew and all(change.field in (snapshot.measure, "incidents") for change in changed)

    def _twin(self, root: Root) -> Root | None:
        """The older root of the same window that speaks of all that this one does, now that happenings were merged."""
        if not self.merged:
            return None
        found = [r for id_ in root.ids for r in self.tables.roots_about(id_, root.key_text) if not r.canceled]
        older = [r for r in found if (r.opened, r.id) < (root.opened, root.id) and set(root.ids) <= set(r.ids)]
        return min(older, key=lambda r: (r.opened, r.id), default=None)

    def _snapshot(self, rule: Rule, root: Root, found: Verdict, severity: str) -> Snapshot:
        members = self._members(rule, root, found.peak) if found.peak else []
        said = compose.snapshot(rule, found.peak, members, severity)
        return chains.seen(said, rule, self.judge.following.chain_of(rule, found.peak)) if rule.steps else said

    def _members(self, rule: Rule, root: Root, peak: Peak | None) -> list[Happening]:
        """The happenings that a root speaks of: those in its window, or when none is left all that there were.

        Of a sequence they are those of its chain, each as its step sees it.
        """
        table = world.happenings(self.state)
        if rule.steps and peak is not None:
            seen = zip(rule.steps, peak.ids, strict=True)
            return [rules.looked_at(step, table.rows[id_]) for step, id_ in seen if id_ in table.rows]
        window = self.tables.windows.get(root.key_text)
        inside = {item.id for item in window.items} if window else set()
        known = [rules.looked_at(rule, table.rows[id_]) for id_ in root.ids if id_ in table.rows]
        return [happening for happening in known if happening.id in inside] or known

    def _emit(
        self,
        rule: Rule,
        root: Root,
        kind: Kind,
        found: Verdict,
        severity: str,
        snapshot: Snapshot,
        changed: list[Change],
    ) -> None:
        """Compose, render and plan the next revision of a root, and remember what was said."""
        before = root
        root = replace(root, revision=root.revision + 1, severity=severity, sent=self.now, seen=snapshot, because="")
        since = horizons.clock(self.state).rows["clock"].since
        members = self._members(rule, root, found.peak)
        alert = compose.alert(rule, root, kind, found.peak, members, changed, self.read, now=self.now, since=since)
        if rule.steps:
            alert = chains.told(alert, rule, self.judge.following.chain_of(rule, found.peak), members, self.read)
        alert = nearby.told(alert, rule, members, self.tables)
        basis = self.judge.basis(rule, found)
        if basis is not None:
            alert = replace(alert, measure=basis.added_to(alert.measure))
        if rule.shadow:
            alert = replace(alert, shadow=True)
        alert, failure = self.decide._renderer.render(alert, rule)
        if failure:
            self._log(rule, root.id, "template_failed", failure)
        told = root.destinations
        if rule.shadow and not told:
            self._log(rule, root.id, "on_trial", f"{alert.id} is stored and goes to nobody: `shadow: true`")
            trial.note(self.state, alert, self.now)
        elif kind == "alert" and not rule.shadow:
            ways = routing.ways(self.config, routing.facts_of(severity, rule.id, root.key))
            told = (*told, *(way.destination for way in ways if way.destination not in told))
        if not told and not rule.shadow:
            self._log(rule, root.id, "no_route", "stored; no route matches it")
        root = replace(root, destinations=told, canceled=kind == "cancel")
        self.tables.keep(root)
        self.tables.due.drop(root.id)
        self.emitted.append(Emitted(alert, before, root))

    def _hushed(self, rule: Rule) -> bool:
        """Whether what changed was late or a first contact: then it makes nothing louder."""
        quiet = self.observation.quiet
        return bool(quiet) and not (quiet == "late" and rule.late == "alert")

    def _worse(self, severity: str, than: str) -> bool:
        order = self.config.severities
        return order.index(severity) > order.index(than)

    def _log(self, rule: Rule, about: str, reason: str, detail: str) -> None:
        self.effects.log.append((f"{rule.id} {about}", reason, detail))


def encode(alert: Alert) -> bytes:
    """The alert's canonical bytes: what is stored, sent and compared."""
    return canonical(alert)
