"""Which forces leave, come or move?

Every facet of one pull-out (announcement, bases, head-counts, training) is a signal of family ``force``; ``episodes``
joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from streams.article import Count, Exclusion, Realis, Scope
from streams.signals.draft import Draft, exclusion
from streams.signals.frames import hits_of
from streams.signals.leaving import ACCORD, is_rotation, leaves_base, mover, stage_of
from streams.signals.modality import WISHES, Modality, modality_of
from streams.signals.people import Group, find_groups
from streams.signals.scope import is_background, noun_scope
from streams.signals.sentence import Found, Sentence
from streams.signals.topics import NOISY_TOPICS
from streams.text.dates import DateMention

_LEAVING = frozenset({"force.withdrawal", "force.drawdown"})
_GOING = frozenset({"force.pullback_mutual", "force.tactical_retreat"})
_OUT = (("out", "of"), ("home",), ("abroad",), ("back", "home"))
_PURPOSE = frozenset("enforce guard protect secure impose patrol help assist support police".split())
_SECURITY = frozenset("security police gendarmes gendarmerie interior".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())
#: Rows of these types name what is wanted or to come, whatever the tense: "told the mission to go", "are due home".
_UNDONE: dict[str, Realis] = {"force.withdrawal_demanded": "hypothetical", "force.withdrawal_announced": "planned"}
_PHASES: dict[str, str] = {
    "force.withdrawal_demanded": "demanded",
    "force.withdrawal_discussed": "demanded",
    "force.withdrawal_announced": "announced",
    "force.withdrawal_refused": "refused",
    "force.withdrawal_delayed": "refused",
    "force.withdrawal_begun": "begun",
    "force.withdrawal_ongoing": "ongoing",
    "force.withdrawal_completed": "completed",
    "force.redeployment_clause": "announced",
}
_FACETS: dict[str, str] = {
    "force.base_withdrawal": "bases",
    "force.base_handover": "bases",
    "force.base_closure": "bases",
    "force.drawdown": "drawdown",
    "force.personnel_withdrawal": "personnel",
    "force.redeployment_out": "personnel",
    "force.training_suspended": "training",
    "force.aid_suspended": "aid",
    "force.staff_evacuation": "staff",
    "force.peacekeeper_exit": "personnel",
    "force.deployment": "deployment",
    "force.deployment_security": "deployment",
}


def read_forces(
    sentence: Sentence, dates: Sequence[DateMention], anchor: date | None, topic: str | None = None
) -> tuple[list[Draft], list[Exclusion]]:
    """Drafts of family force, the most telling of a segment, and the look-alikes left out."""
    drafts: list[Draft] = []
    excluded: list[Exclusion] = []
    taken: set[tuple[int, str]] = set()
    for hit, why in sorted(hits_of(sentence, ("force",)), key=lambda h: (-_rank(sentence, h[0]), h[0].first)):
        segment = sentence.segment_of(hit.first)
        reason = _unfit(sentence, hit) if why is None else why
        if reason is None and topic in NOISY_TOPICS:
            reason = topic
        if reason is None and hit.phrase.type not in _LEAVING and modality_of(sentence, hit).effect in WISHES:
            reason = "demanded"
        if reason is not None:
            if reason:
                excluded.append(exclusion(sentence, _tempted(hit), reason, hit.first, hit.last))
            continue
        draft = _draft(sentence, hit, segment, dates, anchor)
        key = (segment[0], _direction(draft.type)) if draft else None
        if draft is not None and key is not None and key not in taken:
            taken.add(key)
            drafts.append(draft)
    return sorted(drafts, key=lambda d: d.trigger.first), excluded


def _direction(type_: str) -> str:
    """Leaving, coming or a suspension: one sentence may tell one of each."""
    facet = _FACETS.get(type_)
    if type_ in _PHASES or type_ in _GOING or facet in ("bases", "personnel", "drawdown"):
        return "out"
    return "in" if facet in (None, "deployment") else facet


def _tempted(hit: Found) -> str:
    return {
        "force.withdrawal": "force.personnel_withdrawal",
        "force.redeploy": "force.redeployment_out",
    }.get(hit.phrase.type, hit.phrase.type)


def _rank(sentence: Sentence, hit: Found) -> int:
    known = sentence.lexicon.types.get(hit.phrase.type)
    return (known.rank if known else 6) + (2 if hit.phrase.type in _GOING else 0)


def _unfit(sentence: Sentence, hit: Found) -> str | None:
    if hit.phrase.type in _LEAVING and is_rotation(sentence):
        return "rotation"
    if hit.phrase.type == "force.withdrawal" and mover(sentence, hit) is None:
        return "other_sense" if sentence.words[hit.first].startswith(("withdr", "pull")) else ""
    if hit.phrase.type == "force.deployment" and sentence.words[hit.first].startswith("order"):
        return None if _is_ordered_somewhere(sentence, hit) else ""
    return "" if hit.phrase.type == "force.base_withdrawal" and not leaves_base(sentence, hit) else None


def _is_ordered_somewhere(sentence: Sentence, hit: Found) -> bool:
    """ "Ordered troops to the border", not "ordered troops to hold their fire"."""
    words = sentence.words
    to = next((i for i in range(hit.first, min(hit.first + 9, len(words))) if words[i] in ("to", "into")), None)
    goal = sentence.word(to + 1) if to is not None else ""
    return (
        goal in ("the", "a", "its", "their")
        or goal in sentence.lexicon.classes["nations"]
        or (to is not None and to + 1 < len(words) and sentence.is_name(to + 1))
    )


def _draft(
    sentence: Sentence, hit: Found, segment: tuple[int, int], dates: Sequence[DateMention], anchor: date | None
) -> Draft | None:
    told = modality_of(sentence, hit)
    type_, realis = _type_of(sentence, hit, told)
    background = realis != "planned" and is_background(sentence, dates, segment, anchor)
    scope = "background" if background else _scope(sentence, hit, type_, segment, realis)
    return Draft(
        type=type_,
        sentence=sentence,
        segment=segment,
        trigger=hit,
        realis=realis,
        scope=scope,
        counts=_counts(sentence, hit, segment),
        pattern=hit.phrase.id,
        phase=_phase(type_, realis),
        facet=_FACETS.get(type_),
    )


def _phase(type_: str, realis: Realis) -> str:
    if type_ in _PHASES:
        return _PHASES[type_]
    return {
        "planned": "announced",
        "negated": "refused",
        "denied": "refused",
        "ongoing": "ongoing",
        "hypothetical": "announced",
    }.get(realis, "completed")


def _type_of(sentence: Sentence, hit: Found, told: Modality) -> tuple[str, Realis]:
    type_ = hit.phrase.type
    if type_ == "force.deployment":
        near = set(sentence.words[max(hit.first - 2, 0) : hit.last + 6])
        return ("force.deployment_security" if near & _SECURITY else type_), told.realis
    if type_ == "force.redeploy":
        type_ = _redeployed(sentence, hit)
        if type_ == "force.redeployment_clause":
            return type_, "planned"
        if type_ != "force.withdrawal":
            return type_, told.realis
    if type_ in _LEAVING:
        return stage_of(sentence, hit, told, mover(sentence, hit) or "forces")
    return type_, _UNDONE.get(type_) or _as_told(hit, told)


def _as_told(hit: Found, told: Modality) -> Realis:
    """An announced or agreed step that a noun names has been taken: "ordered a general mobilisation"."""
    return "actual" if told.effect in ("announced", "agreed") and hit.phrase.kind == "noun" else told.realis


def _redeployed(sentence: Sentence, hit: Found) -> str:
    after = sentence.words[hit.last : hit.last + 9]
    if any(tuple(after[i : i + len(way)]) == way for way in _OUT for i in range(len(after))):
        return "force.withdrawal"
    if ACCORD & sentence.bag and hit.phrase.kind == "noun":
        return "force.redeployment_clause"
    if "from" in after and "to" in after and not _PURPOSE & set(after):
        return "force.redeployment_out"
    return "force.redeployment_internal"


def _scope(sentence: Sentence, hit: Found, type_: str, segment: tuple[int, int], realis: Realis) -> Scope:
    if sentence.section == "caption":
        return "mention"
    words = sentence.words[segment[0] : segment[1]]
    reduction = _FACETS.get(type_) in ("bases", "drawdown", "personnel", "training", "aid")
    if type_.startswith("force.redeployment_internal"):
        return "reference"
    if hit.phrase.kind == "noun":
        scope, _ = noun_scope(sentence, hit, figures=False)
        bare_plural = hit.phrase.form == "pl" and scope == "reference"
        if reduction:
            return "reference" if bare_plural or not _introduced(sentence, hit) else "period_total"
        moving = realis == "ongoing" or _introduced(sentence, hit) or type_ in _PHASES
        return "incident" if moving and not bare_plural else scope
    if reduction and realis == "actual" and not _DAYS & set(words) and sentence.section != "title":
        return "period_total"
    return "incident"


def _introduced(sentence: Sentence, hit: Found) -> bool:
    return bool(
        {"a", "an", "the", "its", "their", "first", "further", "another", "latest"}
        & set(sentence.words[max(hit.first - 5, 0) : hit.first])
    )


def _counts(sentence: Sentence, hit: Found, segment: tuple[int, int]) -> list[Count]:
    found = []
    end = segment[1]
    for group in find_groups(sentence):
        if group.first not in sentence.figures or not hit.first - 8 <= group.first < end:
            continue
        count = _force_count(sentence, hit, group)
        if count is not None:
            found.append(count)
    for first, figure in sentence.figures.items():
        if figure.kind == "force_size" and segment[0] <= first < end:
            start, stop = sentence.span(first, figure.last)
            found.append(
                Count(
                    measure="troops",
                    low=figure.low,
                    high=figure.high,
                    exactness="exact",
                    role="force_size",
                    relation="part",
                    field=sentence.field,
                    start=start,
                    end=stop,
                )
            )
    return found


def _force_count(sentence: Sentence, hit: Found, group: Group) -> Count | None:
    measures = sentence.lexicon.objects.get(group.head, ())
    shrinking = hit.phrase.type == "force.drawdown"
    if group.kind == "bases" or "bases" in measures:
        measure = "bases"
    elif (
        "troops" in measures
        or (group.kind == "people" and group.class_ in ("combatant", "police", "peacekeeper"))
        or (group.kind == "bare" and shrinking and sentence.word(group.first - 1) in ("to", "from", "by"))
    ):
        measure = "troops"
    else:
        return None
    before = sentence.word(group.first - 1)
    role = (
        {"to": "remaining", "from": "force_size"}.get(before, "moved")
        if shrinking and hit.phrase.kind == "verb"
        else "moved"
    )
    start, end = sentence.span(group.first, group.last)
    return Count(
        measure=measure,
        low=group.low,
        high=group.high,
        exactness=group.exactness,
        unit=measure if measure == "bases" else "people",
        relation={"remaining": "remaining", "force_size": "part"}.get(role, "total"),  # type: ignore[arg-type]
        role=role if measure == "troops" else None,
        object=group.head or None,
        of=group.of,
        field=sentence.field,
        start=start,
        end=end,
    )
