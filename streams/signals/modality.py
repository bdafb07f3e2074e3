"""What do the words round a trigger make of it? Did forces leave, will they, were they told to, did they refuse?

A verb is read through its auxiliaries and what governs it ("urged Israel to withdraw", "has begun withdrawing"), a noun
through the nearest governing word ("rejected a truce", "plans for a pull-out") and what follows it ("the pull-out will
begin"). The governing words are data: ``lexicon/governors.tsv``.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.article import Realis
from streams.signals.sentence import Found, Sentence

#: What an effect means for realis. A reader may overrule it: an announced truce is declared, a pull-out is not yet.
REALIS: dict[str, Realis] = {
    "actual": "actual",
    "agreed": "planned",
    "announced": "planned",
    "begun": "ongoing",
    "completed": "actual",
    "considered": "hypothetical",
    "continued": "ongoing",
    "delayed": "negated",
    "demanded": "hypothetical",
    "denied": "denied",
    "feared": "hypothetical",
    "hedged": "hedged",
    "hypothetical": "hypothetical",
    "negated": "negated",
    "offered": "planned",
    "planned": "planned",
    "refused": "negated",
    "tried": "hypothetical",
}
#: Effects that say nothing of the deed itself.
WISHES = frozenset({"demanded", "tried", "feared"})
#: Effects under which the governed thing is as real as the governing verb: "will complete its withdrawal" is planned.
_LENT = frozenset({"actual", "announced", "agreed", "begun", "completed", "continued", "delayed"})
_NEGATIONS = frozenset(
    """not never no nor neither without hardly didn't doesn't don't hasn't haven't isn't wasn't weren't won't cannot
    can't wouldn't couldn't""".split()
)
#: Before the subject these say that nobody did it: "no soldier has been withdrawn".
_NOBODY = frozenset("no none neither".split())
_JOINS = frozenset('and but or that "'.split())
_WILL = frozenset("will shall 'll won't".split())
_COULD = frozenset("would could may might can should must cannot can't".split())
_MODALS = _WILL | _COULD
_BE = frozenset("be been being is are was were am 's get gets got".split())
_FINITE_BE = frozenset("is are was were am".split())
_HAVE = frozenset("has have had having 've".split())
_SUBORDINATE = frozenset("if unless until till whether lest".split())
_ADVERBS = frozenset(
    """also now then soon still again already just even once immediately today yesterday earlier later finally all
    simply first eventually both either jointly further far monday tuesday wednesday thursday friday saturday sunday
    on had have \"""".split()
)
_STOPS = frozenset(", ; : ( ) -- — – who which because despite amid".split())
_TRANSPARENT = frozenset(", ( )".split())
#: "The pull-out planned for May", "demanded by the rebels".
_OF_PARTICIPLES = frozenset({"planned", "demanded", "offered", "considered", "refused", "delayed", "denied"})
#: "The pull-out plan", "a truce proposal": the noun names what is planned.
_PLANS = frozenset("plan plans proposal proposals bill vote timetable schedule option options offer deadline".split())
_DONE = frozenset("completed finished over concluded complete ended finalized finalised".split())
_BEGAN = frozenset("begun began begin begins start starts started commenced under underway continuing".split())
_HELD_UP = frozenset("postponed delayed suspended halted frozen stalled cancelled canceled reversed".split())
_WANTED = frozenset("demanded urged requested sought proposed discussed".split())
_TURNED_DOWN = frozenset("rejected refused opposed vetoed ruled denied".split())
_PROCEEDING = frozenset("continuing underway proceeding ongoing progressing under".split())
#: "A full withdrawal": done, unless a verb before it governs.
_WHOLE = frozenset("full final".split())
#: In a question these ask about what was done: "why did the troops leave?"
_PAST = frozenset("did has have had was were".split())
#: A clause of these in the present tense is yet to come: "once the troops leave".
_YET = frozenset("when once after before".split())
#: "Their withdrawal is the only solution".
_CONDITIONS = frozenset(
    """necessary essential needed impossible inevitable vital crucial condition precondition prerequisite solution way
    demand goal aim objective""".split()
)
_PUT_OFF_TO = frozenset("set due expected scheduled planned slated".split())
_REACH = 10
_FAR = 16


class Modality(NamedTuple):
    """``effect`` names the rule, ``cue`` the token that set it (None when nothing did, and all is as told)."""

    effect: str
    cue: int | None

    @property
    def realis(self) -> Realis:
        """What the effect means when no reader knows better."""
        return REALIS[self.effect]


_PLAIN = Modality("actual", None)


def modality_of(sentence: Sentence, hit: Found) -> Modality:
    """What the words round a trigger make of it."""
    first, form = hit.first, hit.phrase.form
    told = _of_noun(sentence, first, hit.last) if hit.phrase.kind == "noun" else _of_verb(sentence, first, form, 0)
    if told.cue is None and sentence.words[-1] == "?" and _PAST.isdisjoint(sentence.words):
        return Modality("hypothetical", len(sentence.words) - 1)
    return told


def governor_at(sentence: Sentence, i: int) -> str | None:
    """The effect of a governing word or phrase that begins at token ``i``."""
    words = sentence.words
    for rest, effect in sentence.lexicon.governors.get(words[i], ()):
        if words[i + 1 : i + 1 + len(rest)] == list(rest):
            return effect
    return None


def _of_verb(sentence: Sentence, i: int, form: str, depth: int) -> Modality:
    words, j, passive, progressive = sentence.words, i - 1, False, False
    while j >= 0 and i - j <= _REACH:
        word = words[j]
        if word in _NEGATIONS and sentence.word(j + 1) != "only":
            return Modality("negated", j)
        if word in _WILL:
            return Modality("planned", j)
        if word in _COULD:
            perfect = sentence.word(j + 1) == "have" and word in ("may", "might", "could")
            return Modality("hedged" if perfect else "planned" if word == "would" else "hypothetical", j)
        if word == "to":
            return _infinitive(sentence, j, depth)
        if word in _BE or word in _HAVE:
            passive = passive or word in _BE
            progressive = progressive or (word in _FINITE_BE and (form == "G" or sentence.word(j + 1) == "being"))
        elif not (word in _ADVERBS or word.endswith("ly")):
            break
        j -= 1
    if form == "B" and j >= 0 and words[j] == "and":
        shared = next(
            (k for k in range(j - 1, max(j - _REACH, -1), -1) if words[k] in _MODALS or words[k] in _STOPS), None
        )
        if shared is not None and words[shared] in _MODALS:
            return Modality("planned" if words[shared] in _WILL else "hypothetical", shared)
    if progressive:
        return Modality("continued", i - 1)
    if form == "G" and not passive:
        return _gerund(sentence, i, depth)
    return _finite(sentence, i, j, "B" if sentence.word(i - 1) == "be" else form, told=depth == 0)


def _infinitive(sentence: Sentence, to: int, depth: int) -> Modality:
    """The verb behind "to", by the nearest governing word before it."""
    words = sentence.words
    if sentence.word(to - 1) in _BE:
        return Modality("planned", to)
    for k in range(to - 1, max(to - 1 - _REACH, -1), -1):
        if words[k] in _STOPS:
            break
        effect = governor_at(sentence, k)
        if effect is not None:
            return _lent(sentence, k, effect, depth)
        if words[k] in ("has", "had", "have") and k == to - 1:
            return Modality("actual" if words[k] == "had" else "hypothetical", k)
    return Modality("planned" if to and words[to - 1] not in _STOPS else "hypothetical", to)


def _gerund(sentence: Sentence, i: int, depth: int) -> Modality:
    words = sentence.words
    for k in range(i - 1, max(i - 5, -1), -1):
        if words[k] in _STOPS or words[k] in ("and", "by", "after", "while"):
            return _PLAIN
        if words[k] in _NEGATIONS:
            return Modality("negated", k)
        effect = governor_at(sentence, k)
        if effect is not None:
            return _lent(sentence, k, effect, depth)
    return _PLAIN


def _finite(sentence: Sentence, i: int, j: int, form: str, *, told: bool) -> Modality:
    """A finite verb: as told, unless its clause is subordinate to a condition, a demand or a denial.

    ``told`` says that it is the verb of the deed itself, not one that governs it.
    """
    words = sentence.words
    for k in range(j, max(j - _REACH, -1), -1):
        word = words[k]
        if word in _SUBORDINATE:
            return Modality("hypothetical", k)
        if told and word in _YET and form in ("B", "S"):
            return Modality("planned", k)
        if word == "that" and k:
            effect = governor_at(sentence, k - 1)
            if effect == "denied" or (effect in ("demanded", "offered", "planned") and form == "B"):
                return Modality(effect, k - 1)
        if word in _NOBODY and (k == 0 or words[k - 1] in _STOPS or words[k - 1] in _JOINS):
            return Modality("negated", k)
        if word in _STOPS:
            break
        if governor_at(sentence, k) == "denied":
            return Modality("denied", k)
    opening = words[:2] and (words[0] in _SUBORDINATE and i < _REACH)
    return Modality("hypothetical", 0) if opening else _PLAIN


def _of_noun(sentence: Sentence, first: int, last: int) -> Modality:
    after = _after_noun(sentence, last)
    if after is not None:
        return after
    words, whole = sentence.words, None
    for k in range(first - 1, max(first - 1 - _REACH, -1), -1):
        word = words[k]
        if word in _STOPS and word not in _TRANSPARENT:
            break
        if word in ("no", "without", "neither", "nor") or (word == "not" and first - k < 4):
            return Modality("negated", k)
        if word in _SUBORDINATE:
            return Modality("hypothetical", k)
        effect = governor_at(sentence, k)
        if effect is not None and word in _WHOLE:
            whole = Modality(effect, k)
        elif effect is not None:
            return _lent(sentence, k, effect, 0)
        if word in _STOPS or (word == "and" and first - k > 4):
            break
    return whole or _PLAIN


def _after_noun(sentence: Sentence, last: int) -> Modality | None:
    """What the verb says of which the noun is the subject: "the withdrawal of troops will begin"."""
    words = sentence.words
    for k in range(last, min(last + _FAR, len(words) - 1)):
        if words[k] in _FINITE_BE and words[k + 1] in _PROCEEDING:
            return Modality("continued", k + 1)
    if sentence.word(last) in _PLANS:
        return Modality("planned", last)
    for k in range(last, min(last + _REACH, len(words))):
        word = words[k]
        if word in _STOPS or word in ("and", "but", "that"):
            return None
        if word in _WILL or word == "would":
            return Modality("planned" if sentence.word(k + 1) != "not" else "negated", k)
        if word in _COULD:
            return Modality("hypothetical", k)
        if word in _BE and sentence.word(k + 1) in ("to", "expected", "scheduled", "due", "set"):
            return Modality("planned", k)
        if word in _PUT_OFF_TO and sentence.word(k + 1) in ("for", "to", "by", "in", "on"):
            return Modality("planned", k)
        if (word in _BE or word == "as") and not _CONDITIONS.isdisjoint(words[k + 1 : k + 5]):
            return Modality("hypothetical", k)
        for table, effect in (
            (_HELD_UP, "delayed"),
            (_TURNED_DOWN, "refused"),
            (_DONE, "completed"),
            (_WANTED, "demanded"),
            (_BEGAN, "begun"),
        ):
            if word in table:
                return Modality("negated" if "not" in words[max(k - 3, last) : k] else effect, k)
        governing = governor_at(sentence, k) if word.endswith("ed") else None
        if governing is not None:
            return Modality(governing, k) if governing in _OF_PARTICIPLES else None
    return None


def _lent(sentence: Sentence, k: int, effect: str, depth: int) -> Modality:
    """The effect of the governing word at ``k``, which itself may be planned or denied: "will begin withdrawing"."""
    if effect not in _LENT and effect not in ("refused", "considered"):
        before = sentence.words[max(k - 2, 0) : k]
        if effect == "demanded" and any(governor_at(sentence, i) == "refused" for i in range(max(k - 3, 0), k)):
            return Modality("refused", k)
        denied = next((i for i in range(max(k - 4, 0), k) if governor_at(sentence, i) == "denied"), None)
        if denied is not None:
            return Modality("denied", denied)
        return Modality("negated", k) if not _NEGATIONS.isdisjoint(before) else Modality(effect, k)
    if effect in _LENT and depth < 2:
        outer = _of_verb(sentence, k, "B", depth + 1)
        if outer.cue is not None and outer.effect not in ("actual", "completed", "continued", "begun"):
            return outer
    return Modality(effect, k)
