"""Did it happen? Actual, ongoing, planned, hypothetical, hedged, denied or negated, by the words before a trigger."""

from __future__ import annotations

from itertools import pairwise

from streams.article import Outcome, Realis
from streams.signals.sentence import AUXILIARIES, Found, Sentence
from streams.signals.unreal import is_drill

_WILL = frozenset(
    """will shall 'll going plans plan planned planning intends intend intended intends agreed due scheduled""".split()
)
_ORDERED = frozenset(
    """pledged promised preparing prepared prepares ready poised set expected offered willing wants want wanted
    vowed""".split()
)
_COULD = frozenset("could might may can should must if unless whether cannot".split())
_NEGATIONS = frozenset(
    """not never no without neither nor didn't doesn't don't hasn't haven't isn't wasn't weren't won't hardly""".split()
)
_DENIALS = frozenset("denied denies deny denying rejected dismissed refuted disputed denial".split())
_NOBODY = frozenset("nothing nobody none".split())
_MAYBE_NOUN = frozenset(
    """any potential possible further future planned imminent threatened feared prevent preventing avoid
    avoiding against risk risks fear fears fearing threat danger deter warned warn warning possibility plans
    planning plotting alleged prospect averting avert thwart mock simulated
    simulating simulate rehearsing hypothetical imaginary anti combat combating fight fighting such
    upcoming would proposed stop halting""".split()
)
_ONLY_FEARED = frozenset(
    "plot plots threat threats scare scares hoax alert alerts warning warnings fears plan plans".split()
)
_EXERCISES = frozenset("exercise exercises drill drills simulation rehearsal".split())
_HELD_TRUE = frozenset("believe believed believes thought suspected suspects feared fears presumed".split())
_REFUSES = frozenset("refused refuses refusing refuse declined declines decline ruled resists resisted".split())
_TRIED = frozenset("tried attempted attempting trying failed attempt bid".split())
_DID = frozenset(
    """managed began started continued helped continue begun continues came resumed proceeded ordered used""".split()
)
_EFFORTS = frozenset("efforts effort steps moves".split())
_FOILED = frozenset("foiled thwarted prevented defused averted repelled deactivated disarmed aborted".split())
_FLYING = frozenset({"attack.drone", "attack.missile_rocket"})
_SHOT = frozenset("shot shoot shoots shooting".split())
_INTERCEPTED = frozenset("intercepted intercepts intercept intercepting downed repelled".split())
_ATTEMPTED = frozenset("attempted attempt attempts failed unsuccessful unexploded escaped unharmed survived".split())
_CONTINUING = frozenset("continues continuing continue ongoing underway proceeding continued pressing being".split())
_BOUNDARIES = frozenset(', ; : ( ) " -- — –'.split())
_SAYING = frozenset("said says announced announces told added declared stated".split())
_PROTESTS = frozenset("protest protests protesting protested demonstration demonstrations outcry outrage".split())
_REACH = 7


def realis_of(sentence: Sentence, hit: Found) -> Realis:
    """Whether what the trigger names is said to have happened."""
    before = _before(sentence, hit.first)
    first, last = sentence.segment_of(hit.first)
    segment = sentence.words[first : hit.first]
    if "against" in before and not _PROTESTS.isdisjoint(segment):
        before = [word for word in before if word != "against"]
    if _DENIALS & set(segment):
        return "denied"
    if hit.phrase.kind == "noun":
        return _of_noun(sentence, hit, before, segment, sentence.words[first:last])
    return _of_verb(sentence, hit, before, segment, sentence.words[first:last])


def _before(sentence: Sentence, i: int) -> list[str]:
    """Up to seven words before token ``i``, not past a comma or the like."""
    words: list[str] = []
    for back in range(i - 1, max(i - 1 - _REACH, -1), -1):
        if sentence.words[back] in _BOUNDARIES:
            break
        words.append("" if sentence.is_month(back) else sentence.words[back])
    return words


def _of_verb(sentence: Sentence, hit: Found, before: list[str], segment: list[str], whole: list[str]) -> Realis:
    form, near = hit.phrase.form, set(before[:5])
    close = set(before[:3])
    if close & _NEGATIONS or sentence.word(hit.last) in _NOBODY:
        return "negated"
    if close & _REFUSES or (before[:1] == ["to"] and set(before[1:4]) & _REFUSES):
        return "negated"
    if ("have" in close and near & {"may", "might", "could"}) or _only_believed(before):
        return "hedged"
    if form in ("B", "N", "DN", "P") and (near & _WILL or "would" in near) and not near & _DID:
        finite = form in ("DN", "P") and not ({"be", "to"} | _WILL | {"would"}) & set(before[:2])
        if not finite:
            return "hypothetical" if "would" in near and not _SAYING & set(sentence.words) else "planned"
    if form in ("B", "N", "DN", "P") and near & _COULD and not (form in ("DN", "P") and not close & _COULD):
        return "hypothetical"
    if "if" in segment[:4] or "unless" in segment[:4] or is_drill(whole):
        return "hypothetical"
    if before[:1] == ["to"]:
        return _infinitive(before)
    if form == "G":
        return "ongoing" if before[:1] and before[0] in AUXILIARIES else "actual"
    return "ongoing" if before[:1] == ["being"] or before[:2] == ["is", "being"] else "actual"


def _only_believed(before: list[str]) -> bool:
    """Whether somebody only believes that it was so: "believed he had been killed"."""
    at = next((i for i, word in enumerate(before) if word in _HELD_TRUE), None)
    helped = "been" in before[:2] or "have" in before[:2]
    return at is not None and helped and (at == 0 or before[at - 1 : at] != ["to"] or "have" in before[:at])


def _infinitive(before: list[str]) -> Realis:
    governing = set(before[1:4])
    if governing & _NEGATIONS:
        return "negated"
    if governing & _EFFORTS:
        return "ongoing"
    if governing & (_TRIED | _DID):
        return "actual"
    return "planned" if governing & (_WILL | _ORDERED) else "hypothetical"


def _of_noun(sentence: Sentence, hit: Found, before: list[str], segment: list[str], whole: list[str]) -> Realis:
    close = set(before[:3])
    if close & (_NEGATIONS - {"without"}) or before[:1] == ["without"]:
        return "negated"
    if set(before[:4]) & _MAYBE_NOUN and "killed" not in sentence.bag:
        return "hypothetical"
    if "if" in segment[:4] or "unless" in segment[:4]:
        return "hypothetical"
    after = sentence.words[hit.last : hit.last + 4]
    if (
        (after[:1] and after[0] in _ONLY_FEARED)
        or is_drill(whole)
        or _EXERCISES & set(sentence.words[hit.last : hit.last + 6])
    ):
        return "hypothetical"
    if set(before[:4]) & (_WILL | _COULD) or {"would", "could", "might", "may", "will"} & set(after[:2]):
        return "planned" if set(before[:4]) & _WILL or "will" in after[:2] else "hypothetical"
    if _CONTINUING & (set(after) | set(before[:2])):
        return "ongoing"
    rest = sentence.words[hit.last : hit.last + 16]
    going = any(a in ("is", "are") and b in _CONTINUING for a, b in pairwise(rest))
    return "ongoing" if going else "actual"


def outcome_of(sentence: Sentence, hit: Found) -> Outcome:
    """Whether it succeeded, as far as the segment says."""
    first, last = sentence.segment_of(hit.first)
    words = set(sentence.words[first:last])
    if hit.phrase.type in ("hostage.release", "hostage.rescue"):
        words -= {"unharmed"}
    if words & _FOILED:
        return "foiled"
    if words & _INTERCEPTED or (hit.phrase.type in _FLYING and words & _SHOT and "down" in words):
        return "intercepted"
    return "attempted" if words & _ATTEMPTED else "done"
