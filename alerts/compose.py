"""What does an alert say? Its figures, happenings, quotations, sources and what was left out, from the fold's state.

The sentences themselves stand in the journal: they are read at the positions that the mentions name, so an alert can
quote nothing that was not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal, cast

from msgspec.structs import replace

from alerts import rules
from alerts.alert import Alert, Change, Claim, Evidence, Excluded, IncidentView, Kind, Measure, Range, Sources
from alerts.config.types import Rule
from alerts.roots import Root, Snapshot
from streams.article import EventTime, Report, Signal, family_of
from streams.happenings import Days, Happening, Mention
from streams.journal import Reading, Record
from streams.times import iso
from streams.tolls import Toll, claims, toll, want_of
from streams.windows import Peak

EVIDENCES = 3
#: Measures that count happenings whole, without a figure of their own.
WHOLE = ("incidents", "episodes", "sequences")
EXCLUSIONS = 5
#: Reports read back for one alert: a happening told by a thousand articles is quoted from its latest.
REPORTS_READ = 24
_CLAIMED = ("killed", "wounded", "hostages", "bases", "troops")

Read = Callable[[int], Record]


def snapshot(rule: Rule, peak: Peak | None, members: Sequence[Happening], severity: str) -> Snapshot:
    """What a message about these happenings would say now."""
    inside = frozenset(peak.ids) if peak is not None else frozenset()
    within = [m for m in members if m.id in inside]
    tolls = [t for t in (rules.measured(rule, m) for m in within) if t is not None]
    families = {family for m in members for family in m.families}
    phases = sorted({m.phase for m in members if m.phase})
    denials = dict.fromkeys(denial for m in members for denial in m.denials)
    value: int | float = peak.value if peak else 0
    return Snapshot(
        measure=rule.measure,
        value=value,
        high=_high(value, tolls) if peak and rule.measure not in WHOLE else value,
        happenings=len(members),
        sources=len(families),
        phase=" and ".join(phases) or None,
        disputed=" and ".join(denials),
        severity=severity,
    )


def alert(
    rule: Rule,
    root: Root,
    kind: Kind,
    peak: Peak | None,
    members: Sequence[Happening],
    changed: Sequence[Change],
    read: Read,
    *,
    now: int,
    since: int,
) -> Alert:
    """The alert of a root's newest revision, without title, text and readback. Times are in seconds."""
    reports = reports_behind(members, read)
    seen = root.seen
    band = [b.threshold for b in rule.bands if b.severity == root.severity]
    mentions = [m for happening in members for m in happening.counted or happening.mentions]
    excluded = _excluded(reports)
    return Alert(
        id=f"{root.id}.{root.revision}",
        root=root.id,
        revision=root.revision,
        rule=rule.id,
        severity=root.severity,
        kind=kind,
        key=root.key,
        at=iso(now) or "",
        window={"start": iso(peak.start) if peak else None, "end": iso(peak.end if peak else root.last_at)},
        measure=Measure(
            name=rule.measure,
            value=seen.value,
            low=seen.value,
            high=seen.high,
            threshold=_whole(band[0]) if band else None,
        ),
        incidents=[_view(rule, happening, reports) for happening in sorted(members, key=_first_heard)],
        changed=list(changed),
        evidence=quotations([*mentions, *(m for happening in members for m in happening.denied)], reports, rule),
        sources=_sources(mentions),
        excluded=excluded[:EXCLUSIONS],
        excluded_total=len(excluded),
        coverage={"since": iso(since)},
    )


def _high(value: int | float, tolls: Sequence[Toll]) -> int | float | None:
    highs = [t.high for t in tolls]
    known = [high for high in highs if high is not None]
    return max(sum(known), value) if len(known) == len(highs) else None


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _first_heard(happening: Happening) -> tuple[int, str]:
    return happening.at or 0, happening.id


def reports_behind(members: Sequence[Happening], read: Read) -> dict[int, Report]:
    """The reports behind the happenings' latest mentions, by position."""
    positions = sorted({m.position for h in members for m in (*h.mentions, *h.denied)}, reverse=True)[:REPORTS_READ]
    found = {}
    for position in sorted(positions):
        entry = read(position).entry
        if isinstance(entry, Reading):
            found[position] = entry.report
    return found


# --- happenings ---------------------------------------------------------------------------------------------------


def _view(rule: Rule, happening: Happening, reports: dict[int, Report]) -> IncidentView:
    """A happening as an alert shows it. What is the same for all rules and reports is made once."""
    view = happening.memo.get(_view)
    if view is None:
        view = happening.memo[_view] = _bare_view(happening)
    status = _status(happening, rules.measured(rule, happening))
    return replace(cast("IncidentView", view), actors=_actors(happening, reports), status=status)


def _bare_view(happening: Happening) -> IncidentView:
    """The view without its actors and its status."""
    return IncidentView(
        id=happening.id,
        type=happening.type,
        killed=_range(happening, "killed"),
        wounded=_range(happening, "wounded"),
        hostages=_range(happening, "hostages"),
        victims=_victims(happening),
        actors=[],
        place=_place(happening),
        event_time=event_time(happening.days),
        status="claimed",
        claims=_claims(happening),
        first_seen=iso(happening.at),
        confidence=max((m.confidence for m in happening.counted), default=0.0),
        phase=happening.phase,
        facets=_facets(happening),
    )


def _range(happening: Happening, measure: str) -> Range | None:
    value = toll(happening, want_of(measure))
    return Range(low=value.low, high=value.high, as_of=iso(value.as_of)) if value else None


def _victims(happening: Happening) -> list[dict[str, Any]]:
    classes = sorted({f.class_ for m in happening.counted for f in m.figures if f.class_ and f.side != "perpetrator"})
    found = []
    for class_ in classes:
        row: dict[str, Any] = {"class": class_}
        for measure in ("killed", "wounded", "hostages"):
            value = toll(happening, want_of(measure, classes=(class_,)))
            if value is not None:
                row[measure] = value.low
        found.append(row)
    return found


def _actors(happening: Happening, reports: dict[int, Report]) -> list[dict[str, Any]]:
    """Every party named, once, by its id or else its name."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for mention in happening.counted:
        report = reports.get(mention.position)
        for actor in (a for i in mention.signals for a in (report.signals[i].actors if report else ())):
            found.setdefault(
                (actor.role, actor.id or actor.name), {"id": actor.id, "name": actor.name, "role": actor.role}
            )
    return [found[key] for key in sorted(found)]


def _place(happening: Happening) -> dict[str, Any] | None:
    spot = happening.spot
    country = happening.country
    if spot.name is None and country is None:
        return None
    return {
        "name": spot.name,
        "country": country,
        "admin1": spot.admin1,
        "precision": spot.precision,
        "radius_km": spot.radius_km,
    }


def event_time(days: Days | None) -> EventTime:
    """The days of a happening as an alert has them."""
    if days is None:
        return EventTime()
    first, last = date.fromordinal(days.first), date.fromordinal(days.last)
    if not days.stated:
        return EventTime(start=last.isoformat(), end=last.isoformat(), precision="day", from_="published")
    precision: Literal["day", "range"] = "day" if first == last else "range"
    return EventTime(start=first.isoformat(), end=last.isoformat(), precision=precision, from_="text")


def _status(happening: Happening, standing: Toll | None) -> Literal["claimed", "confirmed", "disputed", "retracted"]:
    if not happening.counted:
        return "retracted"
    if happening.denials:
        return "disputed"
    return "confirmed" if standing is not None and standing.confirmed else "claimed"


def _claims(happening: Happening) -> list[Claim]:
    found = [
        Claim(
            speaker=claim.mention.speaker,
            source=claim.mention.publisher,
            low=claim.figure.low,
            high=claim.figure.high,
            at=iso(claim.printed),
            measure=measure,
            void=claim.void,
            stance=claim.mention.stance,
        )
        for measure in _CLAIMED
        for claim in claims(happening, want_of(measure))
    ]
    return [*found, *map(_denial, happening.denied)]


def _denial(mention: Mention) -> Claim:
    """A denial as a claim on the happening itself, without a figure."""
    return Claim(
        speaker=mention.speaker,
        source=mention.publisher,
        low=None,
        high=None,
        at=iso(mention.as_of),
        measure="happening",
        stance="denial",
    )


def _facets(happening: Happening) -> list[dict[str, Any]]:
    """What an episode is told to consist of, oldest first, each facet once with its latest figure."""
    found: dict[str, dict[str, Any]] = {}
    for mention in sorted(happening.mentions, key=lambda m: (m.as_of, m.position)):
        if mention.facet:
            figures = [{"measure": f.measure, "low": f.low, "high": f.high} for f in mention.figures]
            found[mention.facet] = {"facet": mention.facet, "phase": mention.phase, "counts": figures}
    return list(found.values())


# --- evidence -----------------------------------------------------------------------------------------------------


def quotations(mentions: Sequence[Mention], reports: dict[int, Report], rule: Rule) -> list[Evidence]:
    """At most three quotations: the newest figures first, of different families and texts as far as there are any."""
    candidates = [
        (mention, report, report.signals[index])
        for mention in mentions
        if (report := reports.get(mention.position)) is not None
        for index in mention.signals
    ]
    candidates.sort(key=lambda c: _quotability(c[0], c[2], rule))
    chosen: list[Evidence] = []
    families: set[str] = set()
    for fresh in (True, False):
        for mention, report, signal in candidates:
            if len(chosen) == EVIDENCES:
                break
            taken = any(e.sentence == signal.sentence for e in chosen)
            if not taken and (mention.family not in families) == fresh:
                chosen.append(quote(report, signal))
                families.add(mention.family)
    return chosen


def _quotability(mention: Mention, signal: Signal, rule: Rule) -> tuple[bool, bool, int, float, int, int]:
    measure = rules.want(rule).measure
    figure = any(count.measure == measure for count in signal.counts)
    return (signal.scope == "mention", not figure, -mention.as_of, -signal.confidence, mention.position, signal.start)


def quote(report: Report, signal: Signal) -> Evidence:
    """A sentence as it was printed."""
    return Evidence(
        article=report.id,
        source=report.source or report.feed,
        url=report.url,
        published=report.published,
        field=signal.field,
        start=signal.start,
        end=signal.end,
        sentence=signal.sentence,
        signal=signal.type,
        sha256=report.sha256.get(signal.field, ""),
        title=report.title,
    )


def _sources(mentions: Sequence[Mention]) -> Sources:
    articles = {m.article for m in mentions}
    stories = {m.story for m in mentions}
    publishers = list(dict.fromkeys(m.publisher for m in sorted(mentions, key=lambda m: (m.as_of, m.position))))
    return Sources(
        independent=len({m.family for m in mentions}),
        publishers=publishers,
        reprints=len(articles) - len(stories),
    )


def _excluded(reports: dict[int, Report]) -> list[Excluded]:
    found = []
    for _, report in sorted(reports.items(), reverse=True):
        counted = {(s.field, s.start, family_of(s.type)) for s in report.signals}
        for exclusion in report.excluded:
            # a sentence that counts for a family says nothing by what else in it tempted to the same
            if (exclusion.field, exclusion.start, family_of(exclusion.tempted)) not in counted:
                found.append(Excluded(sentence=exclusion.sentence, reason=exclusion.reason, article=report.id))
    return list(dict.fromkeys(found))
