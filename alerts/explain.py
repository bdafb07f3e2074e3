"""How did an alert come about? From its figure to the claims, the sentences and the articles, and the gates it passed.

The journal is folded to the entry that decided it. What comes out is compared with what was sent, byte for byte, so
an explanation that does not fit what was said cannot pass for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from alerts import gates, rules, wording
from alerts.alert import Alert
from alerts.config.types import Rule
from alerts.decide import encode
from alerts.gates import Case
from alerts.past import Line, Moment, Past
from alerts.roots import Tables
from alerts.rules import want
from streams import world
from streams.article import Report, Signal
from streams.happenings import Happening, Mention
from streams.journal import Reading
from streams.times import iso
from streams.tolls import ANALYST, Claimed, claims, latest_of


class Sentence(Struct, frozen=True, kw_only=True):
    """The sentence that a claim was read from, with its place in its article's field."""

    article: str
    url: str | None
    field: str
    start: int
    end: int
    sentence: str
    pattern: str
    """The wording that was recognised, by its name in the lexicon."""
    figure: tuple[int, int] | None = None
    """Where the figure stands in the field."""


class ClaimTold(Struct, frozen=True, kw_only=True):
    """What one source said, and what became of it: ``stands``, ``replaced``, ``taken back`` or ``not counted``."""

    source: str
    family: str
    speaker: str | None
    at: str | None
    figure: str
    fate: str
    sentences: tuple[Sentence, ...] = ()


class IncidentTold(Struct, frozen=True, kw_only=True):
    """An incident's part in the figure."""

    id: str
    what: str
    share: str
    in_window: bool
    claims: tuple[ClaimTold, ...] = ()
    more: int = 0
    """Claims beyond those shown."""


class Trail(Struct, frozen=True, kw_only=True):
    """The trail of an alert."""

    alert: Alert
    position: int
    same: bool
    """Whether folding the journal again gives the same bytes as were stored."""
    decided_by: str
    passed: tuple[tuple[str, str], ...]
    incidents: tuple[IncidentTold, ...]
    held_back: tuple[Line, ...]
    """What the fold logged of this root and its incidents under this rule, up to this alert."""


CLAIMS_SHOWN = 12


def trail(past: Past, alert: Alert, stored: bytes, position: int) -> Trail:
    """The trail of an alert that was decided at a position of the journal. Raises PastError."""
    moment = past.moment(position, anew=True)
    again = [one for one in moment.told if one.id == alert.id]
    root = Tables(moment.state).roots.get(alert.root)
    known = Tables(moment.state).definitions.get(root.definition) if root else None
    rule = known.rule if known else next((r for r in moment.config.rules if r.id == alert.rule), None)
    table = world.happenings(moment.state)
    members = [h for one in alert.incidents if (h := table.get(one.id)) is not None]
    return Trail(
        alert=alert,
        position=position,
        same=any(encode(one) == stored for one in again),
        decided_by=_entry(past, position),
        passed=tuple(_passed(moment, rule, members)) if rule else (),
        incidents=tuple(_incident(past, moment, rule, h) for h in members) if rule else (),
        held_back=tuple(_held_back(moment, alert)),
    )


def _entry(past: Past, position: int) -> str:
    """What the journal entry was that decided it."""
    entry = past.record(position).entry
    if isinstance(entry, Reading):
        report = entry.report
        return f"{report.source or report.feed}, {report.id}: {wording.quote(report.title, 120)}"
    return {"Tick": "an update that was due", "Control": "an operator's word"}.get(type(entry).__name__, "a poll")


def _passed(moment: Moment, rule: Rule, members: Sequence[Happening]) -> Iterator[tuple[str, str]]:
    """The gates as the newest of the incidents passed them."""
    counted = [h for h in members if isinstance(rules.share(rule, h), rules.Share)]
    if counted:
        newest = max(counted, key=lambda h: (max(m.position for m in h.mentions), h.id))
        yield from gates.passed(Case(moment=moment, rule=rule, happening=newest), None)


def _held_back(moment: Moment, alert: Alert) -> Iterator[Line]:
    names = {f"{alert.rule} {alert.root}", *(f"{alert.rule} {one.id}" for one in alert.incidents)}
    yield from (line for line in moment.log if line.about in names)


# --- an incident's part ---------------------------------------------------------------------------------------------


def _incident(past: Past, moment: Moment, rule: Rule, happening: Happening) -> IncidentTold:
    case = Case(moment=moment, rule=rule, happening=happening)
    told = dict(gates.passed(case, None))
    share = rules.share(rule, happening)
    added = f"adds {share.item.value:g}" if isinstance(share, rules.Share) else f"adds nothing: {share.detail}"
    found = list(_claims(past, rule, happening))
    return IncidentTold(
        id=happening.id,
        what=f"{told['happened']}; {told['figure']}",
        share=added,
        in_window=isinstance(share, rules.Share),
        claims=tuple(found[-CLAIMS_SHOWN:]),
        more=max(0, len(found) - CLAIMS_SHOWN),
    )


def _claims(past: Past, rule: Rule, happening: Happening) -> Iterator[ClaimTold]:
    """Every claim of the rule's figure, oldest first; for rules that count happenings, everyone who told of it."""
    found = claims(happening, want(rule))
    latest = latest_of(found)
    with_figure = {claim.mention.key for claim in found}
    for claim in found:
        yield _claim(past, claim, _fate(claim, latest[claim.mention.family]))
    for mention in happening.mentions:
        if mention.key not in with_figure:
            fate = "tells of it" if mention in happening.counted else "not counted"
            yield _told(past, mention, "no such figure", fate, None)


def _fate(claim: Claimed, latest: Claimed) -> str:
    if claim.void:
        return "taken back"
    return "stands" if claim is latest else "replaced by its next"


def _claim(past: Past, claim: Claimed, fate: str) -> ClaimTold:
    figure = claim.figure
    said = wording.measured(figure.measure, figure.low, figure.high)
    said = f"{said} ({figure.exactness})" if figure.exactness in ("vague", "unstated") else said
    return _told(past, claim.mention, said, fate, claim)


def _told(past: Past, mention: Mention, figure: str, fate: str, claim: Claimed | None) -> ClaimTold:
    return ClaimTold(
        source=mention.publisher,
        family=mention.family,
        speaker=mention.speaker,
        at=iso(claim.printed if claim else mention.as_of),
        figure=figure,
        fate=fate,
        sentences=tuple(_sentences(past, mention, claim)) if mention.family != ANALYST else (),
    )


def _sentences(past: Past, mention: Mention, claim: Claimed | None) -> Iterator[Sentence]:
    """The sentences of a mention, those with the figure first and then alone."""
    entry = past.record(mention.position).entry
    if not isinstance(entry, Reading):
        return
    report = entry.report
    found = [_sentence(report, report.signals[n], claim) for n in mention.signals]
    with_figure = [one for one in found if one.figure]
    yield from (with_figure or found)[:2]


def _sentence(report: Report, signal: Signal, claim: Claimed | None) -> Sentence:
    measure = claim.figure.measure if claim else None
    spot = next((c for c in signal.counts if c.measure == measure and c.relation == "total"), None)
    return Sentence(
        article=report.id,
        url=report.url,
        field=signal.field,
        start=signal.start,
        end=signal.end,
        sentence=signal.sentence,
        pattern=signal.trigger.pattern,
        figure=(spot.start, spot.end) if spot and spot.end > spot.start else None,
    )
