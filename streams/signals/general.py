"""What else does a sentence report: territory, threats, ruptures, repression, unrest, sieges, talks and their kin?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from streams.article import Count, Exclusion, Realis, Scope
from streams.signals.causes import fits
from streams.signals.draft import Draft, exclusion
from streams.signals.frames import hits_of
from streams.signals.modality import WISHES, Modality, modality_of
from streams.signals.people import find_groups
from streams.signals.scope import is_background, is_court, is_cumulative, is_habit, noun_scope
from streams.signals.sentence import Found, Sentence
from streams.signals.topics import NOISY_TOPICS
from streams.text.dates import DateMention
from streams.text.gazetteer import default_index, key_of

_FAMILIES = frozenset(
    """territory threat rupture repression unrest humanitarian siege talks peacekeeping detainee restrictions
    ddr diplomatic""".split()
)
#: Families of deeds: asking for one, trying or fearing one is no sign of it.
_DEEDS = frozenset("territory rupture repression humanitarian siege detainee restrictions ddr".split())
#: Deeds that a government or a crowd threatens with.
_THREATENED = frozenset(
    """dissolve expel boycott march sever arrest jail imprison deport seize occupy annex rule secede declare storm
    besiege overthrow oust topple rebel rise""".split()
)
_MEANS = frozenset("sanctions force war reprisals retaliation expulsion isolation invasion arrest death".split())
#: A threat is done by being said.
_SPEECH_ACTS = frozenset({"threat", "diplomatic"})
#: Families whose deeds are done to suspects and prisoners: court words do not make them a thing of the past.
_JUDGED = frozenset({"repression", "detainee", "rupture", "restrictions"})
_SAYING = frozenset(
    "recalled suspected accused charged wanted prosecutors imprisoned jailed sentenced extradited".split()
)
_MEETINGS = frozenset({"talks.visit", "talks.meeting", "talks.summit"})
_PEACEFUL = frozenset(
    """managing management running operating operation control
    agreement accord deal authorities government peacefully administration""".split()
)
_TALKING = frozenset("discuss discussed discussing talks negotiations negotiate delegation".split())
_SUMMED = frozenset({"humanitarian", "repression", "unrest", "territory", "detainee"})
_NO_PLACE = frozenset(
    "in on at near by with from during after before for to and , ; : . as while when who which".split()
)
_UNLED = frozenset({"territory.captured", "territory.recaptured", "territory.lost"})
#: What is ordered against an illness too.
_OF_HEALTH = frozenset(
    """repression.curfew repression.state_of_emergency repression.ban restrictions.curfew_lifted
    restrictions.emergency_ended restrictions.eased""".split()
)
_ILLNESS = frozenset(
    "virus coronavirus covid covid-19 pandemic epidemic outbreak infections ebola cholera influenza flu".split()
)
_CONDITIONS = frozenset({"if", "unless"})
_PASSIVE = frozenset("was were been".split())
_DETERMINERS = frozenset("the a an its their of in".split())
_NOTES = frozenset("in lodged filed delivered formal diplomatic official note letter handed strong".split())
_PASSING = frozenset("after since following before of".split())
_DEED_AHEAD = 16
_WOULD = frozenset("would will 'll if unless".split())


_Hits = list[tuple[Found, str | None]]


def read_others(
    sentence: Sentence, dates: Sequence[DateMention], anchor: date | None, topic: str | None
) -> tuple[list[Draft], list[Exclusion]]:
    """One draft a family, the one of highest rank, and the look-alikes left out."""
    best: dict[str, Found] = {}
    excluded: list[Exclusion] = []
    hits = _hits(sentence)
    for hit, why in hits:
        family = hit.phrase.family
        reason = _doubt(sentence, hit, hits) if why is None or family == "threat" else why
        if reason is None and topic in NOISY_TOPICS:
            reason = topic
        if reason is None and family in _DEEDS:
            told = modality_of(sentence, hit)
            if told.effect == "planned" and not _CONDITIONS.isdisjoint(sentence.words[hit.last :]):
                best.setdefault("threat", hit._replace(phrase=hit.phrase._replace(type="threat.warning")))
            reason = "demanded" if told.effect in WISHES else None
        if reason:
            excluded.append(exclusion(sentence, hit.phrase.type, reason, hit.first, hit.last))
        if reason is None and (family not in best or _order(sentence, hit) > _order(sentence, best[family])):
            best[family] = hit
    _drop_threatened(sentence, best)
    if "talks" in best:
        best["talks"] = _with_visit(sentence, best["talks"])
    drafts = [_draft(sentence, hit, dates, anchor) for _, hit in sorted(best.items())]
    return drafts, excluded


def _drop_threatened(sentence: Sentence, best: dict[str, Found]) -> None:
    """What is threatened is the threat's content and no signal of its own."""
    threat = best.get("threat")
    if threat is None:
        return
    for family in sorted(_DEEDS | {"unrest"}):
        hit = best.get(family)
        if hit is not None and hit.first >= threat.first and modality_of(sentence, hit).realis != "actual":
            del best[family]


def _doubt(sentence: Sentence, hit: Found, hits: _Hits) -> str | None:
    """What the grammar round a phrase says against it; None when nothing does."""
    type_, verb = hit.phrase.type, hit.phrase.kind == "verb"
    if type_ in _UNLED and verb:
        takes = _takes_land if "town" in hit.phrase.needs else _takes_named_place
        return None if takes(sentence, hit) else ""
    if type_ in _OF_HEALTH and not _ILLNESS.isdisjoint(sentence.bag):
        return "disease"
    if hit.phrase.family == "threat":
        return _doubtful_threat(sentence, hit, hits)
    before = sentence.words[max(hit.first - 4, 0) : hit.first]
    if type_ == "unrest.protest" and sentence.words[hit.first].startswith("protest") and not _NOTES.isdisjoint(before):
        return ""
    if (hit.phrase.reason == "crime" or type_ == "restrictions.eased") and not hit.phrase.veto.isdisjoint(sentence.bag):
        return hit.phrase.reason
    if type_ == "unrest.protest" and sentence.words[hit.first] == "occupied" and _DETERMINERS.intersection(before[-1:]):
        return ""
    if type_ == "repression.coup" and hit.phrase.kind == "noun" and not _PASSING.isdisjoint(before):
        return ""
    return None


def _doubtful_threat(sentence: Sentence, hit: Found, hits: _Hits) -> str | None:
    """A threat is one of a deed: by the words that its row needs, or by another signal behind it."""
    ahead = range(hit.last, hit.last + _DEED_AHEAD)
    deed = any(f.first in ahead and why is None and f.phrase.family in _DEEDS | {"unrest"} for f, why in hits)
    if hit.phrase.kind == "verb" and deed:
        warned = sentence.words[hit.first].startswith("warn")
        return None if not warned or _threatens(sentence, hit) else ""
    reason = fits(sentence, hit, armed=False)
    if reason is None and hit.phrase.type == "threat.warning" and hit.phrase.kind == "verb":
        return None if _threatens(sentence, hit) or _is_at_somebody(sentence, hit) else ""
    return reason


def _is_at_somebody(sentence: Sentence, hit: Found) -> bool:
    """ "Threatened to dissolve parliament", "threatened Belgrade with sanctions": a deed, or whom it would hit."""
    if not sentence.words[hit.first].startswith("threaten"):
        return False
    ahead = sentence.words[hit.first + 1 : hit.first + 7]
    if "to" in ahead[:1]:
        return ahead[1:2] != [] and ahead[1] in _THREATENED
    return "with" in ahead and not _MEANS.isdisjoint(ahead)


def _hits(sentence: Sentence) -> _Hits:
    """The phrases of these families and why not.

    A noun that a verb makes one thing is not another by itself: a curfew that is lifted is not imposed.
    """
    hits = hits_of(sentence, _FAMILIES)
    by_verb = {hit.phrase.noun for hit, reason in hits if reason is None and hit.phrase.noun is not None}
    governed = {hit.phrase.noun for hit, _ in hits if hit.phrase.noun is not None and hit.first < hit.phrase.noun}
    return [
        (hit, reason)
        for hit, reason in hits
        if (hit.first not in by_verb if hit.phrase.noun is None else _is_main(hit, governed))
    ]


def _is_main(hit: Found, governed: set[int]) -> bool:
    """Not the participle behind a noun that another verb governs: "lifted a curfew imposed in May"."""
    return hit.phrase.noun not in governed or hit.first < (hit.phrase.noun or 0)


def _threatens(sentence: Sentence, hit: Found) -> bool:
    """Whether a warning says what the one who warns would do: "warned that it would retaliate if attacked"."""
    after = sentence.words[hit.last : hit.last + 16]
    return not _WOULD.isdisjoint(after) or ("not", "to") in pairwise(after[:6])


def _takes_land(sentence: Sentence, hit: Found) -> bool:
    """Whether the object is a place: "captured the town", "Rakha was overrun", not "captured their arrival"."""
    words, land = sentence.words, sentence.lexicon.classes["land"]
    for i in range(hit.last, min(hit.last + 8, len(words))):
        if words[i] in sentence.lexicon.people:
            break
        if words[i] in land or (sentence.is_name(i)):
            return True
        if words[i] in _NO_PLACE:
            break
    before = words[max(hit.first - 9, 0) : hit.first]
    return hit.phrase.form in ("N", "DN") and not land.isdisjoint(before)


def _takes_named_place(sentence: Sentence, hit: Found) -> bool:
    """Whether a place is taken that is told by its name alone: "seized Aleppo", not "seized Aleppo's mayor"."""
    if sentence.word(hit.first - 1) in _PASSIVE:
        at = hit.first - 1 - (sentence.word(hit.first - 2) in ("has", "had", "have"))
        return _is_place(sentence, max(at - 2, 0), at) or _is_place(sentence, at - 1, at)
    last = hit.last
    while last < len(sentence.words) and sentence.is_name(last):
        last += 1
    return _is_place(sentence, hit.last, last) and sentence.word(last + 1) != "'s"


def _is_place(sentence: Sentence, first: int, last: int) -> bool:
    name = sentence.words[max(first, 0) : last]
    return (
        bool(name)
        and (sentence.is_name(last - 1) or last == 1)
        and bool(default_index().entries.get(key_of(" ".join(name))))
    )


def _with_visit(sentence: Sentence, hit: Found) -> Found:
    """Talks held on a visit are of a type of their own."""
    types = {f.phrase.type for f in sentence.found}
    if {"talks.visit", "talks.meeting"} <= types and hit.phrase.kind == "verb":
        return hit._replace(phrase=hit.phrase._replace(type="diplomatic.visit_talks"))
    return hit


def _order(sentence: Sentence, hit: Found) -> tuple[int, int]:
    return sentence.lexicon.types[hit.phrase.type].rank, hit.phrase.kind == "verb"


def _draft(sentence: Sentence, hit: Found, dates: Sequence[DateMention], anchor: date | None) -> Draft:
    segment = sentence.segment_of(hit.first)
    told = modality_of(sentence, hit)
    realis = _realis(hit, told)
    type_ = "talks.planned" if realis == "planned" and hit.phrase.type in _MEETINGS else _refined(sentence, hit)
    scope: Scope = "incident"
    if hit.phrase.family in _SUMMED and is_cumulative(sentence, dates, segment):
        scope = "cumulative"
    elif realis != "planned" and is_background(sentence, dates, segment, anchor, hit, _SAYING):
        scope = "background"
    elif hit.phrase.kind == "noun":
        scope, _ = noun_scope(sentence, hit, figures=False)
    elif hit.phrase.kind == "verb" and is_habit(sentence, hit) and hit.phrase.family not in ("diplomatic",):
        scope = "reference" if hit.phrase.form == "B" else "incident"
    elif type_ == "territory.handover_nonviolent" and hit.phrase.form == "G":
        realis = "ongoing"
    elif (hit.phrase.form == "G" and realis == "actual") or _in_court(sentence, hit, segment):
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


def _in_court(sentence: Sentence, hit: Found, segment: tuple[int, int]) -> bool:
    return hit.phrase.family not in _JUDGED and is_court(sentence, segment)


def _realis(hit: Found, told: Modality) -> Realis:
    """What the words say, but a deed announced by its noun is done ("announced sanctions"), a threat by its words."""
    if hit.phrase.family in _SPEECH_ACTS and told.effect not in ("negated", "denied", "refused"):
        return "actual"
    if told.effect in ("announced", "agreed") and hit.phrase.kind == "noun":
        return "actual"
    if hit.phrase.type == "ddr.integration_talks" and told.effect == "considered":
        return "actual"
    return told.realis


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
