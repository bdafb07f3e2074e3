"""Which forces leave, come or move? Verb family × object × direction × modal, a table rather than a list of verbs.

Every facet of one pull-out (announcement, bases, head-counts, training) is a signal of family ``force``; ``episodes``
joins them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from streams.article import Count, Exclusion, Realis, Scope
from streams.signals.draft import Draft, exclusion
from streams.signals.people import Group, find_groups
from streams.signals.realis import realis_of
from streams.signals.scope import is_background, noun_scope
from streams.signals.sentence import Found, Sentence
from streams.signals.violence import fits
from streams.text.dates import DateMention

LEAVING = frozenset({"force.withdrawal", "force.drawdown", "force.redeploy", "force.base"})
_MILITARY_BASES = frozenset(
    """base bases outpost outposts garrison garrisons airbase airbases barracks airfield airfields checkpoints
    camps installations""".split()
)
_BASE_VERBS = {
    "hand": "force.base_handover",
    "transfer": "force.base_handover",
    "return": "force.base_handover",
    "turn": "force.base_handover",
    "close": "force.base_closure",
    "shut": "force.base_closure",
    "abandon": "force.base_closure",
}
_ROTATION = frozenset("rotated rotation rotate rotating replaced replacement replacing relieved relieving".split())
_DEMANDS = frozenset(
    """demand demands demanded demanding urged urges urging calls called calling call insisted voted""".split()
)
_WEIGHS = frozenset(
    """considering consider considers weighing mulling discuss discussed discussing negotiations negotiating
    talks mull debate debating""".split()
)
_BEGINS = frozenset("began begun begin begins beginning started start starting starts".split())
_COMPLETES = frozenset("completed complete completes finished last final full finalised finalized total".split())
_DELAYS = frozenset("postponed delayed suspended halted delay postpone frozen paused".split())
_REVERSES = frozenset("reversed reversing cancelled canceled scrapped reverse".split())
_ANNOUNCES = frozenset(
    """announced announce announces announcing timetable schedule plan plans planned ordered orders agreed
    decision decided""".split()
)
_STAFF = frozenset("diplomats embassy staff dependents civilians nationals citizens".split())
_PEACEKEEPERS = frozenset("peacekeepers peacekeeping helmets".split())
_OUT = (("out", "of"), ("home",), ("abroad",), ("back", "home"))
_PURPOSE = frozenset("enforce guard protect secure impose patrol help assist support police".split())
_ACCORD = frozenset("agreement accord deal pact treaty includes stipulates provides clause".split())
_TERMS = frozenset(
    "implement implementing implementation includes include provides stipulates carry covers integration".split()
)
_SECURITY = frozenset("security police gendarmes gendarmerie interior".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())
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
    sentence: Sentence, dates: Sequence[DateMention], anchor: date | None
) -> tuple[list[Draft], list[Exclusion]]:
    """Drafts of family force, the most telling of a segment, and the look-alikes left out."""
    drafts: list[Draft] = []
    excluded: list[Exclusion] = []
    taken: set[tuple[int, str]] = set()
    hits = [f for f in sentence.found if f.phrase.family == "force"]
    for hit in sorted(hits, key=lambda f: (-_rank(sentence, f), f.first)):
        segment = sentence.segment_of(hit.first)
        reason = _unfit(sentence, hit)
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
    return (
        "in"
        if _PHASES.get(type_) is None and _FACETS.get(type_) in (None, "deployment")
        else _FACETS.get(type_, "out").replace("bases", "out").replace("personnel", "out").replace("drawdown", "out")
    )


def _tempted(hit: Found) -> str:
    return {
        "force.withdrawal": "force.personnel_withdrawal",
        "force.redeploy": "force.redeployment_out",
        "force.base": "force.base_withdrawal",
    }.get(hit.phrase.type, hit.phrase.type)


def _rank(sentence: Sentence, hit: Found) -> int:
    known = sentence.lexicon.types.get(hit.phrase.type)
    return known.rank if known else 6


def _unfit(sentence: Sentence, hit: Found) -> str | None:
    reason = fits(sentence, hit, armed=False)
    if reason is not None:
        return reason
    if hit.phrase.type in LEAVING and _ROTATION & sentence.bag:
        return "rotation"
    if hit.phrase.type == "force.base" and not _MILITARY_BASES & set(sentence.words[hit.last : hit.last + 6]):
        return ""
    return None


def _draft(
    sentence: Sentence, hit: Found, segment: tuple[int, int], dates: Sequence[DateMention], anchor: date | None
) -> Draft | None:
    realis = realis_of(sentence, hit)
    type_, realis = _type_of(sentence, hit, segment, realis)
    background = is_background(sentence, dates, segment, anchor)
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


def _type_of(sentence: Sentence, hit: Found, segment: tuple[int, int], realis: Realis) -> tuple[str, Realis]:
    type_ = hit.phrase.type
    if type_ == "force.deployment":
        near = set(sentence.words[max(hit.first - 2, 0) : hit.last + 6])
        return ("force.deployment_security" if near & _SECURITY else type_), realis
    if type_ == "force.redeploy":
        type_ = _redeployed(sentence, hit)
        if type_ == "force.redeployment_clause":
            return type_, "planned"
        if type_ != "force.withdrawal":
            return type_, realis
    if type_ == "force.base":
        return _BASE_VERBS.get(_lemma(sentence.words[hit.first]), "force.base_withdrawal"), realis
    if type_ not in ("force.withdrawal", "force.drawdown"):
        return type_, realis
    return _leaving(sentence, hit, segment, realis)


def _lemma(word: str) -> str:
    return next((verb for verb in _BASE_VERBS if word.startswith(verb[:-1] if verb.endswith("e") else verb)), word)


def _redeployed(sentence: Sentence, hit: Found) -> str:
    after = sentence.words[hit.last : hit.last + 9]
    if any(tuple(after[i : i + len(way)]) == way for way in _OUT for i in range(len(after))):
        return "force.withdrawal"
    if _ACCORD & sentence.bag and hit.phrase.kind == "noun":
        return "force.redeployment_clause"
    if "from" in after and "to" in after and not _PURPOSE & set(after):
        return "force.redeployment_out"
    return "force.redeployment_internal"


def _leaving(sentence: Sentence, hit: Found, segment: tuple[int, int], realis: Realis) -> tuple[str, Realis]:
    """What stage of leaving, and who or what leaves."""
    if hit.phrase.kind == "noun" and _is_term(sentence, hit):
        return "force.redeployment_clause", "planned"
    before = set(sentence.words[max(segment[0], hit.first - 8) : hit.first])
    near = before | set(sentence.words[hit.last : hit.last + 5])
    if before & _DEMANDS and realis in ("actual", "hypothetical", "planned"):
        return "force.withdrawal_demanded", "hypothetical"
    if before & _WEIGHS:
        return "force.withdrawal_discussed", "hypothetical"
    if realis == "denied":
        return "force.withdrawal_refused", "denied"
    if realis == "negated":
        return "force.withdrawal_refused", "negated"
    if near & _DELAYS:
        return "force.withdrawal_delayed", "negated"
    if near & _REVERSES:
        return "force.withdrawal_refused", "negated"
    if realis == "planned" or (before & _ANNOUNCES and (hit.phrase.kind == "noun" or hit.phrase.form in ("B", "G"))):
        return "force.withdrawal_announced", "planned"
    if realis in ("hypothetical", "hedged"):
        return "force.withdrawal_discussed", realis
    return _left(sentence, hit, near, realis)


def _is_term(sentence: Sentence, hit: Found) -> bool:
    """Whether a withdrawal is only listed among the terms of an accord."""
    named = {"a", "an", "the", "its", "their"} & set(sentence.words[max(hit.first - 2, 0) : hit.first])
    return bool(_ACCORD & sentence.bag and _TERMS & sentence.bag) and not named


def _left(sentence: Sentence, hit: Found, near: set[str], realis: Realis) -> tuple[str, Realis]:
    after = set(sentence.words[hit.last : hit.last + 7])
    if near & _BEGINS:
        return "force.withdrawal_begun", "ongoing"
    if near & _COMPLETES and hit.phrase.type == "force.withdrawal":
        return "force.withdrawal_completed", realis
    if realis == "ongoing" and hit.phrase.type == "force.withdrawal":
        return "force.withdrawal_ongoing", realis
    if after & _MILITARY_BASES and hit.phrase.kind == "verb":
        return "force.base_withdrawal", realis
    if hit.phrase.type == "force.drawdown":
        return "force.drawdown", realis
    if near & _PEACEKEEPERS:
        return "force.peacekeeper_exit", realis
    if near & _STAFF:
        return "force.staff_evacuation", realis
    return "force.personnel_withdrawal", realis


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
