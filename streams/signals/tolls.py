"""Who was killed, wounded, taken or freed, and how many? By the verb's voice, not by a number's nearness.

Active ("killed 12 people"), passive ("12 people were killed"), elliptic ("and 30 wounded"), nominal ("12 deaths",
"the toll rose by 3 to 19"), coordinated groups, parts ("including three officers"), explicit zeros, corrections.
Verbs are read in ``clauses``, nouns and adjectives in ``nominals``; ``victims`` makes what they count a toll.
"""

from __future__ import annotations

from streams.signals.nominals import Nominals
from streams.signals.people import find_groups
from streams.signals.sentence import Found, Sentence
from streams.signals.victims import Toll

_FAMILIES = frozenset({"attack", "hostage", "casualty"})
_TAKING = frozenset("took take takes taking taken hold held holding holds seized".split())
_READERS = {
    "verb": Nominals.verb,
    "adj": Nominals.adjective,
    "count": Nominals.noun,
    "noun": Nominals.complement,
    "toll": Nominals.toll,
    "phrase": Nominals.status,
}


def find_tolls(sentence: Sentence) -> list[Toll]:
    """The figures of all casualty phrases of a sentence, in order."""
    hits = [
        f for f in sentence.found if f.phrase.measure and f.phrase.kind in _READERS and f.phrase.family in _FAMILIES
    ]
    hits = sorted({f.first: f for f in reversed(hits)}.values())
    if not hits:
        return []
    reader = Nominals(sentence, hits)
    return [toll for hit in hits for toll in _READERS[_kind(sentence, hit)](reader, hit)]


def _kind(sentence: Sentence, hit: Found) -> str:
    """How a hit is read: "the killing of six farmers" is a noun, though the lexicon has it as a verb's form."""
    gerund = hit.phrase.kind == "verb" and hit.phrase.form == "G"
    return "noun" if gerund and sentence.word(hit.last) == "of" else hit.phrase.kind


def split_taking(sentence: Sentence, noun: Found) -> list[Toll]:
    """The figure of "took 16 passengers hostage", where the verb stands before it and the noun behind."""
    for group in find_groups(sentence):
        before = set(sentence.words[max(group.first - 2, 0) : group.first])
        if group.last in (noun.first, noun.last) and group.kind in ("people", "bare") and before & _TAKING:
            toll = Nominals(sentence, []).victims.count(noun, group)
            return [toll._replace(measure="hostages")] if toll else []
    return []
