"""What else does a sentence report: territory, threats, ruptures, repression, unrest, sieges, talks and their kin?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from streams.article import Count, Exclusion, Scope
from streams.signals.draft import Draft, exclusion
from streams.signals.people import find_groups
from streams.signals.realis import realis_of
from streams.signals.scope import is_background, is_court, is_cumulative, is_habit, noun_scope
from streams.signals.sentence import Found, Sentence
from streams.signals.violence import fits
from streams.text.dates import DateMention

_FAMILIES = frozenset(
    """territory threat rupture repression unrest humanitarian siege talks peacekeeping detainee restrictions
    ddr diplomatic""".split()
)
_MEETINGS = frozenset({"talks.visit", "talks.meeting", "talks.summit"})
_PEACEFUL = frozenset(
    """managing management control agreement accord deal authorities government peacefully administration""".split()
)
_TALKING = frozenset("discuss discussed discussing talks negotiations negotiate delegation".split())
_SUMMED = frozenset({"humanitarian", "repression", "unrest", "territory", "detainee"})
_NOISY_TOPICS = frozenset({"sport", "business", "fiction", "science"})


def read_others(
    sentence: Sentence, dates: Sequence[DateMention], anchor: date | None, topic: str | None
) -> tuple[list[Draft], list[Exclusion]]:
    """One draft a family, the one of highest rank, and the look-alikes left out."""
    best: dict[str, Found] = {}
    excluded: list[Exclusion] = []
    for hit in sentence.found:
        family = hit.phrase.family
        if family not in _FAMILIES:
            continue
        reason = fits(sentence, hit, armed=False)
        if reason is None and topic in _NOISY_TOPICS:
            reason = topic
        if reason:
            excluded.append(exclusion(sentence, hit.phrase.type, reason, hit.first, hit.last))
        if reason is None and (family not in best or _order(sentence, hit) > _order(sentence, best[family])):
            best[family] = hit
    if "talks" in best:
        best["talks"] = _with_visit(sentence, best["talks"])
    drafts = [_draft(sentence, hit, dates, anchor) for _, hit in sorted(best.items())]
    return [d for d in drafts if d is not None], excluded


def _with_visit(sentence: Sentence, hit: Found) -> Found:
    """Talks held on a visit are of a type of their own."""
    types = {f.phrase.type for f in sentence.found}
    if {"talks.visit", "talks.meeting"} <= types and hit.phrase.kind == "verb":
        return hit._replace(phrase=hit.phrase._replace(type="diplomatic.visit_talks"))
    return hit


def _order(sentence: Sentence, hit: Found) -> tuple[int, int]:
    return sentence.lexicon.types[hit.phrase.type].rank, hit.phrase.kind == "verb"


def _draft(sentence: Sentence, hit: Found, dates: Sequence[DateMention], anchor: date | None) -> Draft | None:
    segment = sentence.segment_of(hit.first)
    realis = realis_of(sentence, hit)
    type_ = "talks.planned" if realis == "planned" and hit.phrase.type in _MEETINGS else _refined(sentence, hit)
    scope: Scope = "incident"
    if is_cumulative(sentence, dates, segment) and hit.phrase.family in _SUMMED:
        scope = "cumulative"
    elif is_background(sentence, dates, segment, anchor):
        scope = "background"
    elif hit.phrase.kind == "noun":
        scope, _ = noun_scope(sentence, hit, figures=False)
    elif hit.phrase.kind == "verb" and is_habit(sentence, hit) and hit.phrase.family not in ("diplomatic",):
        scope = "reference" if hit.phrase.form == "B" else "incident"
    elif type_ == "territory.handover_nonviolent" and hit.phrase.form == "G":
        realis = "ongoing"
    elif (hit.phrase.form == "G" and realis == "actual") or is_court(sentence, segment):
        scope = "reference"
    if type_.startswith("detainee.transfer") and realis == "ongoing":
        scope = "reference"
    if type_.startswith("ddr.integration") and type_ != "ddr.integration_talks":
        scope = "reference"
    return Draft(
        type=type_,
        sentence=sentence,
        segment=segment,
        trigger=hit,
        realis=realis,
        scope=scope,
        counts=_counts(sentence, hit, segment),
        pattern=hit.phrase.id,
    )


def _refined(sentence: Sentence, hit: Found) -> str:
    type_ = hit.phrase.type
    if type_.startswith("territory.") and sentence.words[hit.first] in ("take", "taking", "took", "takes", "taken"):
        armed = sentence.lexicon.classes["armed"] - {"forces", "army", "military", "police"}
        return (
            "territory.handover_nonviolent"
            if sentence.bag & _PEACEFUL and not sentence.bag & armed
            else "territory.captured"
        )
    if type_ == "ddr.integration_talks" and not sentence.bag & _TALKING:
        return "ddr.integration"
    return type_


def _counts(sentence: Sentence, hit: Found, segment: tuple[int, int]) -> list[Count]:
    """The figure of people right behind a verb that counts them: "arrested 100 activists"."""
    if not hit.phrase.measure:
        return []
    for group in find_groups(sentence):
        if hit.last <= group.first <= hit.last + 1 and group.kind in ("people", "bare") and group.first < segment[1]:
            start, end = sentence.span(group.first, group.last)
            return [
                Count(
                    measure=hit.phrase.measure,
                    low=group.low,
                    high=group.high,
                    exactness=group.exactness,
                    object=group.head or None,
                    class_=group.class_,
                    field=sentence.field,
                    start=start,
                    end=end,
                )
            ]
    return []
