"""Between a decision and the outbox: what goes at once, what waits and why, and what goes together when it is due.

A part of the pure fold: it runs on the journal's clock, at the end of each entry. Every revision of a root goes, for
each of its destinations, through the stages of ``stage``; what one of them holds is a row of ``held`` until it is due,
and is looked at again then. Whatever is held, dropped or let go is a line of the log, so nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from alerts.alert import Alert
from alerts.config.types import Config, Silence
from alerts.dispatch import held
from alerts.dispatch.held import Group, Held, Silenced, Why, waiting
from alerts.dispatch.quieting import Open, Verdict, open_until
from alerts.dispatch.stage import look
from alerts.roots import Root, Tables
from alerts.routing import ways
from alerts.severities import rank
from streams.codec import digest
from streams.journal import Control
from streams.state import State
from streams.times import iso

#: Commands of the journal.
SILENCE, UNSILENCE = "silence", "unsilence"
#: Seconds that a silence is remembered after its end.
REMEMBERED = 30 * 86400

Log = Callable[[str, str, str], None]


class Emitted(Struct, frozen=True):
    """A revision that was decided in this entry, with its root as it was before and is now."""

    alert: Alert
    before: Root
    root: Root


class Sending(Struct, frozen=True, kw_only=True):
    """What waited and goes to a destination now: one revision, or several together."""

    at: int
    """The clock, in seconds."""
    destination: str
    rows: tuple[Held, ...]
    """The worst first, then the oldest."""
    why: Why
    """What they waited for."""
    words: str
    """The same for people."""

    @property
    def covers(self) -> list[str]:
        """Ids of the alerts."""
        return [row.alert for row in self.rows]

    @property
    def bundle(self) -> str | None:
        """What the outbox knows it by when it is of several."""
        return "nt_" + digest("digest", self.destination, self.covers) if len(self.rows) > 1 else None


class Dispatch:
    """One entry's dispatch."""

    def __init__(self, config: Config, state: State, now: int, log: Log) -> None:
        """``log`` takes (about, reason, detail)."""
        self.config, self.state, self.now, self._log = config, state, now, log
        self._tables, self._waiting = Tables.of(state), waiting(state)
        self._going: dict[tuple[str, str, str], list[Held]] = {}

    def obey(self, control: Control) -> None:
        """An operator's word: a silence, its early end, or another config."""
        if control.command == SILENCE:
            self._silence(control)
        elif control.command == UNSILENCE:
            self._unsilence(str(control.body.get("id", "")))
        elif control.command == "config":
            for row in self._waiting.all():
                if row.why != "grouped":
                    self._look_again(row, anew=True)

    def run(self, emitted: Sequence[Emitted]) -> tuple[dict[str, tuple[str, ...]], list[Sending]]:
        """(alert → destinations that it goes to at once, what waited and goes now)."""
        at_once = {one.alert.id: self._place_all(one) for one in self._in_order(emitted)}
        self._release(self._waiting.due(self.now))
        for one in emitted:
            if one.root.canceled:
                for row in self._waiting.by(one.root.id):
                    self._look_again(row)
        return at_once, [self._sending(place, rows) for place, rows in self._going.items()]

    def _in_order(self, emitted: Sequence[Emitted]) -> Iterable[Emitted]:
        """The worst first, so that it can quiet the rest; of one root each after the one before."""
        if len(emitted) < 2:
            return emitted
        worst: dict[str, int] = {}
        for one in emitted:
            own = rank(one.alert.severity, self.config.severities)
            worst[one.root.id] = max(worst.get(one.root.id, 0), own)
        return sorted(emitted, key=lambda one: -worst[one.root.id])

    # --- what was decided now -----------------------------------------------------------------------------------

    def _place_all(self, one: Emitted) -> tuple[str, ...]:
        """Let a revision go or wait, for each of its destinations. Gives those to which it goes at once."""
        known = self._tables.roots.get(one.root.id) or one.root
        before = one.before.destinations
        unheard = [name for name in one.root.destinations if name in known.unheard or name not in before]
        going = []
        for destination in one.root.destinations:
            is_new = destination in unheard
            row = self._row(one, destination, corrects=not is_new and takes_back(one.alert))
            if is_new and self._says_nothing(one, row):
                continue
            verdict = look(self.config, self.state, row, self.now, None)
            if verdict is None:
                self._waiting.drop(row.root, destination)
                going.append(destination)
                unheard = [name for name in unheard if name != destination]
            else:
                self._hold(row, verdict)
        self._keep(one.root.id, tuple(unheard))
        if self.config.inhibit and not one.alert.shadow:
            Open.of(self.state).note(self._tables.roots.get(one.root.id) or one.root)
        return tuple(going)

    def _says_nothing(self, one: Emitted, row: Held) -> bool:
        """Whether a revision has nothing to say to a destination that never heard of its root."""
        waited = self._waiting.get(row.root, row.destination)
        if one.alert.kind == "cancel":
            self._waiting.drop(row.root, row.destination)
            self._log(f"{row.rule} {row.root}", "canceled_unheard", f"{row.destination} was told nothing of it")
            return True
        if one.alert.kind == "update" and waited is None:
            detail = f"{row.alert} changes what {row.destination} was never told"
            self._log(f"{row.rule} {row.root}", "updated_unheard", detail)
            return True
        return False

    def _row(self, one: Emitted, destination: str, *, corrects: bool) -> Held:
        alert = one.alert
        waited = self._waiting.get(alert.root, destination)
        return Held(
            alert=alert.id,
            root=alert.root,
            revision=alert.revision,
            kind=alert.kind,
            severity=alert.severity,
            rule=alert.rule,
            key=alert.key,
            destination=destination,
            corrects=corrects or (waited is not None and waited.corrects),
            why="grouped",
            by="",
            until=None,
            words="",
            since=waited.since if waited else self.now,
        )

    def _hold(self, row: Held, verdict: Verdict) -> None:
        found = replace(row, why=verdict.why, by=verdict.by, until=verdict.until, words=verdict.words)
        self._waiting.put(found)
        self._log(f"{row.rule} {row.root}", verdict.why, f"{row.alert} to {row.destination}: {found.detail}")

    def _keep(self, root_id: str, unheard: tuple[str, ...]) -> None:
        root = self._tables.roots.get(root_id)
        if root is not None and root.unheard != unheard:
            self._tables.keep(replace(root, unheard=unheard))

    # --- what waited --------------------------------------------------------------------------------------------

    def _release(self, rows: Iterable[Held]) -> None:
        """Rows that are due: each goes, or is held by something else."""
        for row in rows:
            if row.why == "grouped":
                self._release_group(row)
            else:
                self._look_again(row)

    def _release_group(self, row: Held) -> None:
        """A group goes, with what waits in it of lower severities: that would come after it."""
        order = self.config.severities
        members = [r for r in self._waiting.by(row.by) if rank(r.severity, order) <= rank(row.severity, order)]
        for severity in dict.fromkeys(r.severity for r in members):
            interval = self._interval(row)
            held.groups(self.state).put(f"{row.by}|{severity}", Group(self.now, interval))
        for member in members:
            self._look_again(member)

    def _interval(self, row: Held) -> int:
        found = [way for way in ways(self.config, row.facts) if way.group == row.by and way.grouping]
        return found[0].grouping.interval if found and found[0].grouping else 0

    def _look_again(self, row: Held, *, anew: bool = False) -> None:
        """See what holds a row now; ``anew`` as if it had not waited."""
        verdict = look(self.config, self.state, row, self.now, None if anew else row.why)
        root = self._tables.roots.get(row.root)
        if verdict is not None:
            if (verdict.why, verdict.by, verdict.until) != (row.why, row.by, row.until):
                self._hold(row, verdict)
        elif row.why in ("silenced", "inhibited") and self._is_stale(row, root):
            self._waiting.drop(row.root, row.destination)
            detail = f"{row.alert} to {row.destination}: {row.words}; its window closed meanwhile, so it is not told"
            self._log(f"{row.rule} {row.root}", row.why, detail)
        else:
            self._let_go(row, root)

    def _is_stale(self, row: Held, root: Root | None) -> bool:
        """Whether a window closed of which the destination never heard."""
        return root is not None and row.destination in root.unheard and open_until(self._tables, root) <= self.now

    def _let_go(self, row: Held, root: Root | None) -> None:
        self._waiting.drop(row.root, row.destination)
        if root is not None:
            self._keep(root.id, tuple(name for name in root.unheard if name != row.destination))
        place = (row.destination, row.why, row.by)
        self._going.setdefault(place, []).append(row)

    def _sending(self, place: tuple[str, str, str], rows: list[Held]) -> Sending:
        order = self.config.severities
        rows = sorted(rows, key=lambda row: (-rank(row.severity, order), row.since, row.root))
        first = min(rows, key=lambda row: row.since)
        sending = Sending(at=self.now, destination=place[0], rows=tuple(rows), why=first.why, words=first.words)
        alerts = ", ".join(sending.covers)
        self._log(f"destination {place[0]}", "let_go", f"{alerts}: waited since {iso(first.since)}: {first.detail}")
        return sending

    # --- silences -----------------------------------------------------------------------------------------------

    def _silence(self, control: Control) -> None:
        body = control.body
        silence = Silence(
            id=str(body["id"]),
            match={str(name): tuple(values) for name, values in body["match"].items()},
            start=int(body["start"]),
            end=int(body["end"]),
            comment=str(body["comment"]),
        )
        held.silences(self.state).put(silence.id, Silenced(silence=silence))
        self._log(f"silence {silence.id}", "silence_set", f"until {iso(silence.end)}: {silence.comment}")

    def _unsilence(self, id_: str) -> None:
        row = held.silences(self.state).get(id_)
        if row is None or row.end <= self.now:
            self._log(f"silence {id_}", "silence_unknown", "there is none of that id in force; nothing ended")
            return
        held.silences(self.state).put(id_, replace(row, ended=self.now))
        self._log(f"silence {id_}", "silence_ended", "by an operator")
        for waiting_row in self._waiting.by(id_):
            self._look_again(waiting_row)

    def forget(self) -> None:
        """Drop groups that hold nobody back any more, and silences that ended long ago. For once a day."""
        groups, silences = held.groups(self.state), held.silences(self.state)
        for key in [key for key, row in groups.rows.items() if row.sent + row.interval <= self.now]:
            groups.drop(key)
        for key in [key for key, row in silences.rows.items() if row.end + REMEMBERED <= self.now]:
            silences.drop(key)


def takes_back(alert: Alert) -> bool:
    """Whether a revision takes something back: a cancel, a lower figure, a denial or its end."""
    return alert.kind == "cancel" or any(
        _is_less(change.from_, change.to) or change.field == "status" for change in alert.changed
    )


def _is_less(before: object, after: object) -> bool:
    """Whether a figure fell, at its lower or its upper end: "9–12" to "9" is a fall too."""
    numbers = [_ends(value) for value in (before, after)]
    return all(numbers) and any(b > a for b, a in zip(numbers[0], numbers[1], strict=True))


def _ends(value: object) -> tuple[float, float] | tuple[()]:
    if isinstance(value, int | float):
        return (float(value), float(value))
    low, _, high = str(value).replace(" or more", "–inf").partition("–")
    try:
        return (float(low), float(high or low))
    except ValueError:
        return ()


__all__ = ["SILENCE", "UNSILENCE", "Dispatch", "Emitted", "Sending", "takes_back", "waiting"]
