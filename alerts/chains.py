"""What does an alert say of a sequence? Its steps in order, a sentence for each, and who denies it.

A denial rides along when it stands in a report that tells of one of the steps, and speaks of their kind or of a trend:
whoever reads that attacks followed a withdrawal reads also who says that they did not rise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from alerts import compose, wording
from alerts.alert import Alert, Evidence, Step
from alerts.compose import Read
from alerts.config.types import Rule
from alerts.roots import Snapshot
from alerts.sequences import Part, orders
from streams.article import Report, Signal, family_of
from streams.happenings import Happening
from streams.journal import Reading

#: Families of signals that speak of many happenings at once.
_OF_MANY = frozenset({"trend"})
DENIALS = 3


def told(
    alert: Alert, rule: Rule, chain: Sequence[tuple[str, Part]], members: Sequence[Happening], read: Read
) -> Alert:
    """The alert with the steps of its chain (an id and its part each), the first quotations theirs."""
    known = {happening.id: happening for happening in members}
    ordered = [None, *orders(rule, [part for _, part in chain])][: len(chain)]
    steps = [
        Step(
            incident=id_,
            type=known[id_].type if id_ in known else part.type,
            event_time=compose.event_time(part.days),
            order=how,
            evidence=_quoted(rule.steps[n], known.get(id_), part, read),
        )
        for n, ((id_, part), how) in enumerate(zip(chain, ordered, strict=True))
    ]
    denials = _denials(chain, members, read)
    quoted = [*(step.evidence for step in steps if step.evidence), *denials, *alert.evidence]
    once = list({(one.article, one.field, one.start): one for one in quoted}.values())
    return replace(alert, sequence=steps, denials=denials, evidence=once[: compose.EVIDENCES])


def seen(said: Snapshot, rule: Rule, chain: Sequence[tuple[str, Part]]) -> Snapshot:
    """What a message says, with its chain and how sure it is that each step came after the one before."""
    ordered = ", ".join(orders(rule, [part for _, part in chain]))
    return replace(said, order=ordered, chain=tuple((id_, _in_words(part)) for id_, part in chain))


def _in_words(part: Part) -> str:
    return f"{wording.type_name(part.type)}, {wording.day(date.fromordinal(part.days.last))}"


def _quoted(step: Rule, happening: Happening | None, part: Part, read: Read) -> Evidence | None:
    """The sentence that tells best of a step; of a happening that is forgotten, where it was first told."""
    if happening is not None:
        found = compose.quotations(
            happening.counted or happening.mentions, compose.reports_behind([happening], read), step
        )
        return found[0] if found else None
    report = _report(part.position, read)
    if report is None or not part.signals or part.signals[0] >= len(report.signals):
        return None
    return compose.quote(report, report.signals[part.signals[0]])


def _denials(chain: Sequence[tuple[str, Part]], members: Sequence[Happening], read: Read) -> list[Evidence]:
    families = _OF_MANY | {family_of(part.type) for _, part in chain}
    positions = dict.fromkeys([*(part.position for _, part in chain), *sorted(compose.reports_behind(members, read))])
    found = [
        compose.quote(report, signal)
        for position in positions
        if (report := _report(position, read)) is not None
        for signal in report.signals
        if _denies(signal) and family_of(signal.type) in families
    ]
    return list({one.sentence: one for one in found}.values())[:DENIALS]


def _denies(signal: Signal) -> bool:
    return signal.realis == "denied" or signal.stance == "denial"


def _report(position: int, read: Read) -> Report | None:
    entry = read(position).entry
    return entry.report if isinstance(entry, Reading) else None
