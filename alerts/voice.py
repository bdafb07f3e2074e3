"""What does a root say next, and what did it say? Its revisions: composed, rendered, routed and remembered.

A part of the pure fold, for one entry of the journal.
"""

from __future__ import annotations

from functools import cached_property

from msgspec.structs import replace

from alerts import chains, compose, nearby, routing, rules, trial
from alerts.alert import Change, Kind
from alerts.compose import Read
from alerts.config.types import Config, Rule
from alerts.dispatch import Emitted
from alerts.render import Renderer
from alerts.roots import Root, Snapshot, Tables, changes_between
from alerts.triggers.judging import Judge, Verdict, is_worse
from streams import horizons, world
from streams.happenings import Happening
from streams.journal import Record
from streams.state import State
from streams.times import iso
from streams.windows import Peak


class Voice:
    """What one entry makes roots say."""

    def __init__(
        self,
        config: Config,
        renderer: Renderer,
        state: State,
        record: Record,
        read: Read,
        observation: world.Observation,
        lines: list[tuple[str, str, str]],
    ) -> None:
        """``lines`` is the log, of (about, reason, detail)."""
        self.config, self._renderer, self._lines = config, renderer, lines
        self.state, self.tables = state, Tables.of(state)
        self.record, self._read, self.observation = record, read, observation
        self.now = observation.now
        self.emitted: list[Emitted] = []

    @cached_property
    def judge(self) -> Judge:
        """The triggers as of now."""
        return Judge(self.state, self.tables, self.now)

    @cached_property
    def merged(self) -> dict[str, str]:
        """The happenings that turned out to be others, and which."""
        return dict(self.observation.merged)

    def revise(
        self, rule: Rule, root: Root, *, held_back: bool = False, entered: bool = False, grown: bool = False
    ) -> None:
        """See what changed for a root: a worse band speaks at once, an update waits its turn, a fall cancels.

        So does an episode that ``entered`` a phase which the rule waits for, and a surge that has ``grown``.
        A correction to a lower band is an update that says so; from there the higher one is worse again.
        A worse band that was held back was hushed when it came (it was late, say), and stays so.
        """
        root = self.judge.following.mended(rule, root) if rule.steps else root
        found = self.judge.standing(rule, root)
        reached = found.severity
        worse = reached is not None and self.worse(reached, root.severity)
        loud = (worse or entered or grown) and not held_back and not self.hushed(rule)
        snapshot = self.snapshot(rule, root, found, root.severity)
        less = snapshot.value < root.seen.value or snapshot.sources < root.seen.sources
        fallen = reached is not None and less and not loud and self.worse(root.severity, reached)
        severity = reached if reached and ((worse and loud) or fallen) else root.severity
        snapshot = replace(snapshot, severity=severity)
        why = root.because if held_back else self.observation.because
        changed = changes_between(root.seen, snapshot, why or "the clock")
        twin = self._twin(root)
        if twin is not None:
            same = Change(field="alert", from_=root.id, to=twin.id, because=f"the same incident; {why}")
            self.emit(rule, root, "cancel", found, root.severity, snapshot, [same])
        elif reached is None:
            self.emit(rule, root, "cancel", found, severity, snapshot, changed)
        elif loud:
            self.emit(rule, root, "alert", found, severity, snapshot, changed)
        elif not changed or self._is_mere_growth(root, snapshot, changed):
            self.tables.keep(root)
        elif self.now < (ready := root.sent + self.config.update_every):
            self.tables.hold(replace(root, because=self.observation.because or root.because), ready)
            self.log(rule, root.id, "held_for_update", f"until {iso(ready)}")
        else:
            self.emit(rule, root, "update", found, severity, snapshot, changed)

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

    def snapshot(self, rule: Rule, root: Root, found: Verdict, severity: str) -> Snapshot:
        """What a message of a root would say now."""
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

    def emit(
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
        alert = compose.alert(rule, root, kind, found.peak, members, changed, self._read, now=self.now, since=since)
        if rule.steps:
            alert = chains.told(alert, rule, self.judge.following.chain_of(rule, found.peak), members, self._read)
        alert = nearby.told(alert, rule, members, self.tables)
        basis = self.judge.basis(rule, found)
        if basis is not None:
            alert = replace(alert, measure=basis.added_to(alert.measure))
        if rule.shadow:
            alert = replace(alert, shadow=True)
        alert, failure = self._renderer.render(alert, rule)
        if failure:
            self.log(rule, root.id, "template_failed", failure)
        told = root.destinations
        if rule.shadow and not told:
            self.log(rule, root.id, "on_trial", f"{alert.id} is stored and goes to nobody: `shadow: true`")
            trial.note(self.state, alert, self.now)
        elif kind == "alert" and not rule.shadow:
            ways = routing.ways(self.config, routing.facts_of(severity, rule.id, root.key))
            told = (*told, *(way.destination for way in ways if way.destination not in told))
        if not told and not rule.shadow:
            self.log(rule, root.id, "no_route", "stored; no route matches it")
        root = replace(root, destinations=told, canceled=kind == "cancel")
        self.tables.keep(root)
        self.tables.due.drop(root.id)
        self.emitted.append(Emitted(alert, before, root))

    def hushed(self, rule: Rule) -> bool:
        """Whether what changed was late or a first contact: then it makes nothing louder."""
        quiet = self.observation.quiet
        return bool(quiet) and not (quiet == "late" and rule.late == "alert")

    def worse(self, severity: str, than: str) -> bool:
        """Whether a severity is above another."""
        order = self.config.severities
        return order.index(severity) > order.index(than)

    def entered(self, rule: Rule, ids: tuple[str, ...]) -> int:
        """Seconds: when the latest phase that a rule waits for was entered by one of its episodes; 0 for none."""
        known = world.happenings(self.state).rows
        return max((rules.entered(rule, known[id_]) for id_ in ids if id_ in known), default=0)

    def log(self, rule: Rule, about: str, reason: str, detail: str) -> None:
        """Say why nothing, or not at once, was said."""
        self._lines.append((f"{rule.id} {about}", reason, detail))
