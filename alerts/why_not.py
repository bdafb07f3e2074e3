"""Why did a rule not speak of a key at a time? The first gate that failed, of all that came near.

The journal is folded to that time; what the fold kept, and what it logged as set aside, is the answer. Nothing is
decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct

from alerts import gates, rules, wording
from alerts.config.types import Rule
from alerts.dispatch import waiting
from alerts.gates import Case
from alerts.past import Line, Moment
from alerts.roots import Root, Tables
from streams import world
from streams.article import Report, Signal
from streams.happenings import Happening
from streams.journal import Reading, Record
from streams.mentions import why_untold
from streams.text.places import default_gazetteer
from streams.times import iso

#: Seconds of articles that are looked through for what was read and not told as news.
LOOK_BACK = 7 * 86400
TOLD = "told"
_LEFT_OUT = "left out as"


class Look(Struct, frozen=True, kw_only=True):
    """A happening that the rule looked at, and the gate where it stopped: ``told`` when it was spoken of."""

    incident: str
    what: str
    """Type, place, day and figure in words."""
    gate: str
    detail: str
    position: int
    """Of the journal entry that was the last to say so."""
    current: bool
    """Whether it is in the window that ends at the moment, or has no place in time."""
    passed: tuple[tuple[str, str], ...] = ()
    """(gate, what it saw), in order."""
    alert: str | None = None


class Untold(Struct, frozen=True, kw_only=True):
    """A sentence that makes no happening for the rule, and why: how it was told, or why it was not read so."""

    article: str
    source: str
    sentence: str
    why: str


class Answer(Struct, frozen=True, kw_only=True):
    """Why a rule did not speak of a key, or that it did. ``at`` is the clock of the fold, in ISO 8601."""

    rule: str
    key: dict[str, str]
    at: str
    gate: str
    detail: str
    looks: tuple[Look, ...] = ()
    """The one that came furthest first."""
    untold: tuple[Untold, ...] = ()
    left_out: tuple[Untold, ...] = ()
    """Phrases that tempted to what the rule looks at and were not read so; looked for when nothing was."""


class Journal(Protocol):
    """Where entries are read again."""

    def records_since(self, since: int, until: int) -> Iterator[Record]:
        """The entries received after a time in seconds, up to a position."""


def answer(past: Journal, moment: Moment, rule: Rule, key: Mapping[str, str]) -> Answer:
    """The answer for one key of a rule that was in force."""
    looks = sorted(_looks(moment, rule, key), key=_nearness, reverse=True)
    untold = tuple(_untold(past, moment, rule, key))
    left_out = () if looks or untold else tuple(_left_out(past, moment, rule, key))
    gate, detail = _verdict(moment, rule, key, looks, (*untold, *left_out))
    return Answer(
        rule=rule.id,
        key=dict(key),
        at=iso(moment.now) or "",
        gate=gate,
        detail=detail,
        looks=tuple(looks),
        untold=untold,
        left_out=left_out,
    )


def keys(moment: Moment, rule: Rule) -> list[dict[str, str]]:
    """Every key that the rule has looked at, in order."""
    found = {}
    for _, happening in world.happenings(moment.state).sorted_items():
        if _concerns(rule, happening):
            key = rules.key_of(rule, happening)
            found[tuple(key.values())] = key
    for root in Tables(moment.state).roots.rows.values():
        if root.definition == rule.definition:
            found[tuple(root.key.values())] = root.key
    return [found[values] for values in sorted(found)]


def _concerns(rule: Rule, happening: Happening) -> bool:
    told = rules.share(rule, happening)
    return isinstance(told, rules.Share) or bool(told.reason)


def _nearness(look: Look) -> tuple[bool, int, int, str]:
    return look.current, gates.ORDER.get(look.gate, len(gates.GATES)), look.position, look.incident


def _verdict(
    moment: Moment, rule: Rule, key: Mapping[str, str], looks: Sequence[Look], untold: Sequence[Untold]
) -> tuple[str, str]:
    if looks:
        return looks[0].gate, looks[0].detail
    if untold:
        gate = "read" if untold[0].why.startswith(_LEFT_OUT) else "happened"
        return gate, f"{untold[0].why}: {wording.quote(untold[0].sentence, 160)}"
    gone = [root for root in Tables(moment.state).roots.rows.values() if _is_of(root, rule, key, moment.now)]
    if gone:
        latest = max(gone, key=lambda root: (root.opened, root.id))
        return "read", f"no article tells of it any more; {_said(latest)}"
    where = wording.key(key)
    said = f"no article of that time tells of {' or '.join(rule.when)}{' ' if where else ''}{where}"
    return "read", said


def _is_of(root: Root, rule: Rule, key: Mapping[str, str], now: int) -> bool:
    return root.definition == rule.definition and root.key == key and root.last_at > now - rule.over


# --- happenings -----------------------------------------------------------------------------------------------------


def _looks(moment: Moment, rule: Rule, key: Mapping[str, str]) -> Iterator[Look]:
    logged = _last_lines(moment.log, rule)
    for id_, happening in world.happenings(moment.state).sorted_items():
        if _concerns(rule, happening) and rules.key_of(rule, happening) == key:
            yield _look(Case(moment=moment, rule=rule, happening=happening), logged.get(id_))


def _last_lines(log: Sequence[Line], rule: Rule) -> dict[str, Line]:
    """The last line that names a gate, by happening."""
    found = {}
    for line in log:
        id_, _, about = line.about.partition(" ")
        if id_ == rule.id and gates.gate_of(line.reason) is not None:
            found[about] = line
    return found


def _look(case: Case, line: Line | None) -> Look:
    happening, rule, moment = case.happening, case.rule, case.moment
    roots = Tables(moment.state).roots_of(happening.id, rule.definition)
    gate, detail, alert = _stopped(case, line, roots)
    position = max((m.position for m in happening.mentions), default=0)
    return Look(
        incident=happening.id,
        what=_what(case),
        gate=gate,
        detail=detail,
        position=max(position, line.position if line else 0),
        current=happening.at is None or happening.at > moment.now - rule.over,
        passed=tuple(gates.passed(case, gate)),
        alert=alert,
    )


def _stopped(case: Case, line: Line | None, roots: Sequence[Root]) -> tuple[str, str, str | None]:
    """(gate, detail, alert) of a happening."""
    refused = rules.share(case.rule, case.happening)
    spoken = [root for root in roots if not root.canceled]
    said = f"; {_said(roots[-1])}" if roots else ""
    start = case.moment.now - case.rule.over
    if isinstance(refused, rules.Refused):
        gate = gates.gate_of(refused.reason)
        return gate.name if gate else refused.reason, f"{refused.detail}{said}", None
    if refused.item.at <= start:
        left = f"published {_moment(refused.item.at)}, and the window begins {_moment(start)}"
        return "in window", f"{left}{said}", None
    if spoken:
        return _on_its_way(case, spoken[-1])
    if roots:
        measure, value, lowest = case.rule.measure, roots[-1].seen.value, case.rule.bands[0].threshold
        return "enough", f"{value:g} of {lowest:g} {measure}; {_said(roots[-1])}", None
    gate = gates.gate_of(line.reason) if line else None
    if line is None or gate is None:
        return "fresh", "it was known before the rule came into force, and filled its window silently", None
    return gate.name, line.detail, None


def _on_its_way(case: Case, root: Root) -> tuple[str, str, str | None]:
    """What became of a root that was decided: who heard of it, and what keeps it from the others."""
    alert = f"{root.id}.{root.revision}"
    if not root.destinations:
        return "on trial" if case.rule.shadow else "routed", _said(root), alert
    waits = [row for name in root.destinations if (row := waiting(case.moment.state).get(root.id, name)) is not None]
    told = [f"for {row.destination} it waits: {row.detail}" for row in waits]
    if len(root.unheard) < len(root.destinations):
        return TOLD, "; ".join([_said(root), *told]), alert
    if waits:
        gate = gates.gate_of(waits[0].why)
        return gate.name if gate else waits[0].why, "; ".join([f"{alert} was decided", *told]), alert
    about = f"{root.rule} {root.id}"
    line = next((one for one in reversed(case.moment.log) if one.about == about and gates.gate_of(one.reason)), None)
    gate = gates.gate_of(line.reason) if line else None
    return (gate.name, line.detail, alert) if gate and line else ("routed", _said(root), alert)


def _said(root: Root) -> str:
    if root.canceled:
        return f"{root.id} spoke of it and was canceled {_moment(root.sent)}"
    who = [name for name in root.destinations if name not in root.unheard]
    heard = (
        f"to {wording.listed(who)}"
        if who
        else "and nobody was told"
        if root.destinations
        else "and no route led anywhere"
    )
    return f"{root.id} spoke of it {_moment(root.opened)}, {heard}"


def _moment(seconds: int) -> str:
    return wording.moment(iso(seconds))


def _what(case: Case) -> str:
    happening = case.happening
    days = happening.days
    told = dict(gates.passed(case, None))
    day = wording.day(date.fromordinal(days.last)) if days else "date not stated"
    return f"{told['happened']}, {day}; {told['figure']}"


# --- sentences ------------------------------------------------------------------------------------------------------


def _untold(past: Journal, moment: Moment, rule: Rule, key: Mapping[str, str]) -> Iterator[Untold]:
    """What was read in the time of the window, is of a type that the rule looks at, and makes no happening."""
    rows = world.happenings(moment.state).rows.values()
    told = {(m.position, n) for happening in rows for m in happening.mentions for n in m.signals}
    for position, report in _reports(past, moment, rule):
        left = [signal for n, signal in enumerate(report.signals) if (position, n) not in told]
        yield from _untold_of(left, report, rule, key)


def _reports(past: Journal, moment: Moment, rule: Rule) -> Iterator[tuple[int, Report]]:
    """The reports of the time of the window, with their places in the journal."""
    for record in past.records_since(moment.now - min(rule.over, LOOK_BACK), moment.position):
        if isinstance(record.entry, Reading):
            yield record.position, record.entry.report


def _left_out(past: Journal, moment: Moment, rule: Rule, key: Mapping[str, str]) -> Iterator[Untold]:
    """Phrases of that time that tempted to a type which the rule looks at, where nothing speaks against the key."""
    for _, report in _reports(past, moment, rule):
        for left in report.excluded:
            if rules.matches(rule.when, left.tempted) and _may_lie(f"{report.title}. {left.sentence}", report, key):
                why = f"{_LEFT_OUT} {left.reason.replace('_', ' ')}"
                yield Untold(article=report.id, source=report.source, sentence=left.sentence, why=why)


def _may_lie(text: str, report: Report, key: Mapping[str, str]) -> bool:
    """Whether a title and sentence that nothing was read of may be about a key."""
    places = default_gazetteer().read(text).find(text, 0, len(text))
    if "country" in key and key["country"] not in {place.country for place in places}:
        return False
    if "place" in key and key["place"] not in {place.name for place in places}:
        return False
    return key.get("source", report.source) == report.source


def _untold_of(signals: Sequence[Signal], report: Report, rule: Rule, key: Mapping[str, str]) -> Iterator[Untold]:
    for signal in signals:
        why = why_untold(signal)
        if why and rules.matches(rule.when, signal.type) and _may_be(signal, report, key):
            yield Untold(article=report.id, source=report.source, sentence=signal.sentence, why=why)


def _may_be(signal: Signal, report: Report, key: Mapping[str, str]) -> bool:
    """Whether what is known of a sentence does not speak against a key."""
    countries = {place.country for place in signal.places if place.country}
    if "country" in key and key["country"] not in countries:
        return False
    return key.get("source", report.source) == report.source
