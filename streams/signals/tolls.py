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
_OF_TOLLS = frozenset({"killed", "wounded"})
#: Words from "number" to the verb that counts: "number of Iraqi soldiers who were killed".
_OF_WHOM = 8
_RELATED = frozenset("in on at by from and or attack attacks incidents times".split())
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
    hits = sorted({f.first: f for f in reversed([_as_toll(sentence, f) for f in hits])}.values())
    if not hits:
        return []
    reader = Nominals(sentence, hits)
    return [toll for hit in hits for toll in _READERS[_kind(sentence, hit)](reader, hit)]


def _kind(sentence: Sentence, hit: Found) -> str:
    """How a hit is read: "the killing of six farmers" is a noun, though the lexicon has it as a verb's form."""
    gerund = hit.phrase.kind == "verb" and hit.phrase.form == "G"
    return "noun" if gerund and sentence.word(hit.last) == "of" else hit.phrase.kind


def _as_toll(sentence: Sentence, hit: Found) -> Found:
    """ "The number of soldiers killed" is a toll, and "killed" in it no verb of its own."""
    if hit.phrase.kind != "verb" or hit.phrase.measure not in _OF_TOLLS or "number" not in sentence.bag:
        return hit
    for i in range(hit.first - 2, max(hit.first - _OF_WHOM, -1), -1):
        if sentence.words[i] == "number" and sentence.words[i + 1] == "of":
            plain = all(word.isalpha() and word not in _RELATED for word in sentence.words[i + 2 : hit.first])
            return Found(i, hit.last, hit.phrase._replace(kind="toll")) if plain else hit
    return hit


def split_taking(sentence: Sentence, noun: Found) -> list[Toll]:
    """The figure of "took 16 passengers hostage", where the verb stands before it and the noun behind."""
    for group in find_groups(sentence):
        before = set(sentence.words[max(group.first - 2, 0) : group.first])
        if group.last in (noun.first, noun.last) and group.kind in ("people", "bare") and before & _TAKING:
            toll = Nominals(sentence, []).victims.count(noun, group)
            return [toll._replace(measure="hostages")] if toll else []
    return []
