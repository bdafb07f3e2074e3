"""What becomes of ceasefires and agreements? Proposed, agreed, in force, violated, carried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from streams.article import Realis, Scope
from streams.signals.draft import Draft
from streams.signals.frames import hits_of
from streams.signals.modality import modality_of
from streams.signals.scope import is_background, is_cumulative
from streams.signals.sentence import Found, Sentence
from streams.text.dates import DateMention

_VIOLATED = frozenset(
    """violated violate violates violating violation violations breached breaches breach breaching broke broken
    flouted shattered ignored""".split()
)
_COLLAPSED = frozenset("collapsed collapses collapse unravelled unraveled expired abandoned".split())
_OVER = frozenset("over dead void finished ended".split())
_CALLED = frozenset("declared declares declare declaring called pronounced considers considered".split())
_EXTENDED = frozenset("extended extends extend renewed prolonged extension".split())
_PROPOSED = frozenset(
    """proposed propose proposes proposal offered offer offers urged urges urging appeal appealed demanded
    demanding seek seeking sought calls called calling call hopes""".split()
)
_HOLDING = frozenset("began begun holding holds held effect force started fragile observed prevailed".split())
_AGREED = frozenset(
    """agreed agree agrees signed sign signing reached reach announced declared declare declares brokered
    accepted sealed approved concluded struck clinched negotiated ratified unveiled""".split()
)
_PASSING = frozenset(
    """securing secured role praised preserve preserving maintain safeguard success commitment commit""".split()
)
_CARRYING = frozenset(
    """implement implements implementing implementation implemented enact enacting honouring honoring""".split()
)
_WISHED = frozenset("wants want hopes urged must should expected committed".split())
_STILL_TO_COME = frozenset("will would plans plan planning intends scheduled".split())
_RESTRAINED = frozenset("if unless until failed fail fails without".split())


def read_accords(sentence: Sentence, dates: Sequence[DateMention], anchor: date | None) -> list[Draft]:
    """One draft a family: ceasefire, agreement."""
    drafts = []
    for family, reader in (("ceasefire", _ceasefire), ("agreement", _agreement)):
        hits = [hit for hit, reason in hits_of(sentence, (family,)) if reason is None]
        if not hits:
            continue
        hit = max(hits, key=lambda f: (sentence.lexicon.types[f.phrase.type].rank, -f.first))
        segment = sentence.segment_of(hit.first)
        back = is_background(sentence, dates, segment, anchor)
        told = reader(sentence, hit, set(sentence.words[segment[0] : segment[1]]))
        if told is None:
            continue
        type_, realis, scope, phase = told
        if type_ == "ceasefire.violation" and is_cumulative(sentence, dates, segment):
            scope = "cumulative"
        elif back and scope in ("incident", "reference"):
            scope = "background"
        drafts.append(
            Draft(
                type=type_,
                sentence=sentence,
                segment=segment,
                trigger=hit,
                realis=realis,
                scope=scope,
                pattern=hit.phrase.id,
                phase=phase,
            )
        )
    return drafts


_Told = tuple[str, Realis, Scope, str]


def _realis(sentence: Sentence, hit: Found, words: set[str]) -> Realis:
    """As for any noun, but a truce that is announced or agreed is one, not planned."""
    told = modality_of(sentence, hit)
    if hit.phrase.kind == "noun" and told.effect in ("announced", "agreed"):
        return "planned" if words & _STILL_TO_COME else "actual"
    return "actual" if told.effect == "begun" else told.realis


def _ceasefire(sentence: Sentence, hit: Found, words: set[str]) -> _Told | None:
    realis = _realis(sentence, hit, words)
    near = set(sentence.words[max(hit.first - 8, 0) : hit.last + 9])
    if hit.phrase.type == "ceasefire.halt":
        demanded = modality_of(sentence, hit).effect in ("demanded", "negated", "refused")
        return None if demanded else (hit.phrase.type, realis, "incident", "in_force")
    if near & _VIOLATED and not {"broke", "out"} <= near:
        return "ceasefire.violation", realis, "incident", "violated"
    if near & _COLLAPSED or _is_ended(sentence, hit):
        return "ceasefire.collapse", realis, "incident", "collapsed"
    if near & _EXTENDED:
        return "ceasefire.extended", realis, "incident", "extended"
    if set(sentence.words[max(hit.first - 8, 0) : hit.first]) & _PROPOSED:
        return "ceasefire.proposed", "hypothetical", "incident", "proposed"
    specific = hit.phrase.type if hit.phrase.type != "ceasefire.agreed" else "ceasefire.agreed"
    if near & _HOLDING and not words & {"includes", "include"}:
        return (
            "ceasefire.in_force",
            realis,
            "incident" if {"took", "effect", "today"} & near else "reference",
            "in_force",
        )
    if near & _PASSING or not words & (_AGREED | {"includes", "include"}):
        return specific, realis, "reference", "agreed"
    return specific, realis, "incident", "agreed"


def _is_ended(sentence: Sentence, hit: Found) -> bool:
    """Whether a ceasefire "is over", or is declared so."""
    after = sentence.words[hit.last : hit.last + 5]
    over = any(word in _OVER and "not" not in after[:i] for i, word in enumerate(after))
    said = {"is", "was", "are", "as"} & set(after[:3]) or _CALLED & set(
        sentence.words[max(hit.first - 4, 0) : hit.first]
    )
    return over and bool(said)


def _agreement(sentence: Sentence, hit: Found, words: set[str]) -> _Told | None:
    realis = _realis(sentence, hit, words)
    near = set(sentence.words[max(hit.first - 8, 0) : hit.last + 8])
    if near & _CARRYING or ({"carry", "carrying", "carried"} & near and "out" in near):
        realis = "planned" if near & _WISHED else realis
        return (
            "agreement.implementation",
            "ongoing" if realis in ("actual", "hypothetical") and not words & _RESTRAINED else realis,
            "incident",
            "ongoing",
        )
    close = set(sentence.words[max(hit.first - 6, 0) : hit.last + 4])
    if hit.phrase.type == "agreement.prisoner_deal":
        return hit.phrase.type, realis, "incident" if close & _AGREED else "reference", "agreed"
    if not close & _AGREED or realis in ("negated", "hypothetical"):
        return None
    return (
        "agreement.signed" if "signed" in close else "agreement.reached",
        realis,
        "reference" if near & _PASSING else "incident",
        "agreed",
    )
