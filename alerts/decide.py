"""What is to be said, now that this entry is in the journal? The pure fold from journal entries to alerts.

Each happening that changed gets its share in the windows of every rule that looks at it. A window whose fullest span
around the change reaches a band opens a root: an alert, and after it updates, worse bands and perhaps a cancel, as
the table in ``docs/design.md`` lists. What is decided depends on the state, the entry and the config alone, so live,
replay, restart and explanation cannot disagree; ``tests/test_fold.py`` folds every journal twice.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from alerts import compose, routing, rules
from alerts.alert import Alert, Change, Kind
from alerts.config.types import Config, Rule
from alerts.render import Renderer
from alerts.roots import Kept, Root, Snapshot, Tables, changes_between
from streams import windows, world
from streams.codec import canonical, digest
from streams.happenings import Happening
from streams.journal import Control, Record
from streams.state import State
from streams.times import duration_text, iso
from streams.windows import Peak, Window

Read = Callable[[int], Record]


class Planned(Struct, frozen=True, kw_only=True):
    """An alert and the destinations that are to have it."""

    alert: Alert
    destinations: tuple[str, ...]


class Effects(Struct, kw_only=True):
    """What one entry gave: (about, reason, detail) lines for the log, and alerts to deliver."""

    log: list[tuple[str, str, str]] = []
    outgoing: list[Planned] = []


class Decide:
    """The fold under one config."""

    def __init__(self, config: Config, families: dict[str, str]) -> None:
        """``families`` maps case-folded publisher names to their houses."""
        self.config = config
        self._settings = world.Settings(lateness=config.lateness, families=families)
        self._renderer = Renderer(config)
        self._rules = {rule.definition: rule for rule in config.rules}

    def declare(self, state: State) -> None:
        """Declare every table that the fold keeps."""
        world.declare(state)
        Tables(state)

    def next_due(self, state: State) -> int | None:
        """When the earliest update that was held back is due, in seconds."""
        return min((due.at for due in Tables(state).due.rows.values()), default=None)

    def step(self, state: State, record: Record, read: Read) -> Effects:
        """Fold one entry."""
        observation = world.observe(state, record, self._settings)
        effects = Effects(log=[(note.about, note.reason, note.detail) for note in observation.notes], outgoing=[])
        step = _Step(self, state, record, read, observation, effects)
        if isinstance(record.entry, Control) and record.entry.command == "config":
            step.adopt_rules()
        for before, after in observation.changes:
            step.weigh(before, after)
        step.run_timers()
        step.forget()
        return effects

    def rule(self, definition: str) -> Rule | None:
        """The rule of that definition, while the config has it."""
        return self._rules.get(definition)


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
        self.state, self.tables = state, Tables(state)
        self.record, self.read, self.observation, self.effects = record, read, observation, effects
        self.now = observation.now

    def adopt_rules(self) -> None:
        """Fill the windows of new and changed rules from what is known, silently; let go of those no longer there."""
        known = set(self.tables.definitions.rows)
        wanted = {rule.definition for rule in self.config.rules}
        for definition in sorted(known - wanted):
            self.tables.drop_definition(definition)
        for rule in self.config.rules:
            if rule.definition in known:
                continue
            self.tables.adopt(rule)
            for _, happening in world.happenings(self.state).sorted_items():
                self._place(rule, happening.id, happening)

    def weigh(self, before: Happening | None, after: Happening | None) -> None:
        """A happening changed: set its shares, and see what each rule makes of it."""
        id_ = (after or before).id  # type: ignore[union-attr]
        for rule in self.config.rules:
            if rule.definition not in self.tables.definitions.rows:
                continue  # not yet adopted: the journal has no word of this config
            touched = self._place(rule, id_, after)
            for key_text in touched:
                self._judge(rule, key_text, id_)

    def run_timers(self) -> None:
        """Send the updates that were held back and are due."""
        due = sorted((row.at, root) for root, row in self.tables.due.rows.items() if row.at <= self.now)
        for _, root_id in due:
            self.tables.due.drop(root_id)
            root = self.tables.roots.get(root_id)
            rule = self.decide.rule(root.definition) if root else None
            if root and rule:
                self._revise(rule, root, held_back=True)

    def forget(self) -> None:
        """Once a day of the clock, drop what no correction can reach any more."""
        self.tables.evict(self.now, self.config.revise_for)

    # --- shares and windows ---------------------------------------------------------------------------------------

    def _place(self, rule: Rule, id_: str, happening: Happening | None) -> list[str]:
        """Set a happening's share. Gives the texts of the window keys whose sums or members changed."""
        old = self.tables.shares.get(f"{rule.definition}|{id_}")
        new = rules.share(rule, happening) if happening is not None else rules.Refused()
        if isinstance(new, rules.Refused):
            if new.reason:
                self._log(rule, id_, new.reason, new.detail)
            if old is None:
                return []
        return self.tables.move_share(rule, id_, new if isinstance(new, rules.Share) else None)

    def _judge(self, rule: Rule, key_text: str, id_: str) -> None:
        """One window was touched by one happening."""
        concerned = [root for root in self.tables.roots_about(id_, key_text) if not root.canceled]
        for root in concerned:
            self._revise(rule, root)
        share = self.tables.shares.get(f"{rule.definition}|{id_}")
        if concerned or share is None or self.tables.text_of(rule, share.key) != key_text:
            return
        window = self.tables.windows.rows[key_text]
        peak = self._crossing(rule, window, share.item.at, id_)
        if peak is not None:
            self._speak(rule, key_text, share, peak)

    def _crossing(self, rule: Rule, window: Window, at: int, id_: str) -> Peak | None:
        """The span around a happening that reaches a band, or None with the reason in the log."""
        if rule.trigger == "first":
            earlier = [i for i in window.items if at - rule.over < i.at <= at and i.id != id_]
            if earlier:
                self._log(rule, id_, "not_first", f"another within {duration_text(rule.over)}")
                return None
            return Peak(value=1, start=at - rule.over, end=at, ids=(id_,))
        peak = windows.peak(window, rule.over, containing=at)
        if peak is None or rules.severity_of(rule, peak.value) is None:
            value = peak.value if peak else 0
            self._log(rule, id_, "below_threshold", f"{value:g} of {rule.bands[0].threshold:g} {rule.measure}")
            return None
        return peak

    def _speak(self, rule: Rule, key_text: str, share: Kept, peak: Peak) -> None:
        """A window reaches a band around a happening that no root speaks of yet."""
        id_ = share.item.id
        severity = rules.severity_of(rule, peak.value) or rule.bands[0].severity
        if self._hushed(rule):
            self._log(rule, id_, self.observation.quiet or "", "recorded; it alerts nobody")
            return
        latest = self.tables.latest_root(key_text)
        if latest is not None and not latest.canceled and rule.trigger == "at_least":
            if self.now < latest.last_at + rule.over:
                ids = tuple(sorted({*latest.ids, *peak.ids}))
                self._revise(rule, replace(latest, ids=ids, last_at=max(latest.last_at, peak.end)))
                return
            cooling_until = latest.sent + rule.cooldown
            if self.now < cooling_until and not self._worse(severity, latest.severity):
                self._log(rule, id_, "cooling_down", f"until {iso(cooling_until)}")
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
            last_at=peak.end,
            opened=self.now,
            sent=self.now,
        )
        self._emit(rule, root, "alert", peak, severity, self._snapshot(rule, peak, root.ids, severity), [])

    # --- an open root ---------------------------------------------------------------------------------------------

    def _revise(self, rule: Rule, root: Root, *, held_back: bool = False) -> None:
        """See what changed for a root: a worse band speaks at once, an update waits its turn, a fall cancels."""
        peak = self._peak_of(rule, root)
        reached = rules.severity_of(rule, peak.value) if peak else None
        worse = reached is not None and self._worse(reached, root.severity)
        loud = worse and not self._hushed(rule)
        severity = reached if reached and loud else root.severity
        snapshot = self._snapshot(rule, peak, root.ids, severity)
        why = root.because if held_back else self.observation.because
        changed = changes_between(root.seen, snapshot, why or "the clock")
        if reached is None:
            self._emit(rule, root, "cancel", peak, severity, snapshot, changed)
        elif loud:
            self._emit(rule, root, "alert", peak, severity, snapshot, changed)
        elif not changed:
            self.tables.keep(root)
        elif self.now < (ready := root.sent + self.config.update_every):
            self.tables.hold(replace(root, because=self.observation.because or root.because), ready)
            self._log(rule, root.id, "held_for_update", f"until {iso(ready)}")
        else:
            self._emit(rule, root, "update", peak, severity, snapshot, changed)

    def _peak_of(self, rule: Rule, root: Root) -> Peak | None:
        window = self.tables.windows.get(root.key_text)
        if window is None:
            return None
        if rule.trigger == "first":
            items = [item for item in window.items if item.id in root.ids]
            return Peak(value=1, start=items[0].at - rule.over, end=items[0].at, ids=root.ids) if items else None
        return windows.peak(window, rule.over, among=root.ids)

    def _snapshot(self, rule: Rule, peak: Peak | None, ids: tuple[str, ...], severity: str) -> Snapshot:
        return compose.snapshot(rule, peak, [m for m in self._members(ids) if m.counted], severity)

    def _members(self, ids: tuple[str, ...]) -> list[Happening]:
        table = world.happenings(self.state)
        return [table.rows[id_] for id_ in ids if id_ in table.rows]

    def _emit(
        self,
        rule: Rule,
        root: Root,
        kind: Kind,
        peak: Peak | None,
        severity: str,
        snapshot: Snapshot,
        changed: list[Change],
    ) -> None:
        """Compose, render and plan the next revision of a root, and remember what was said."""
        root = replace(root, revision=root.revision + 1, severity=severity, sent=self.now, seen=snapshot, because="")
        since = world.clock(self.state).rows["clock"].since
        alert = compose.alert(
            rule, root, kind, peak, self._members(root.ids), changed, self.read, now=self.now, since=since
        )
        alert, failure = self.decide._renderer.render(alert, rule)
        if failure:
            self._log(rule, root.id, "template_failed", failure)
        told = root.destinations
        if kind == "alert":
            routed = routing.destinations(self.config, severity, rule.id, root.key)
            told = (*told, *(name for name in routed if name not in told))
        if not told:
            self._log(rule, root.id, "no_route", "stored; no route matches it")
        root = replace(root, destinations=told, canceled=kind == "cancel")
        self.tables.keep(root)
        self.tables.due.drop(root.id)
        self.effects.outgoing.append(Planned(alert=alert, destinations=told))

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
