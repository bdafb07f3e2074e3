"""Who says it, and in what standing? The speaker of a sentence and the stance that follows from who it is."""

from __future__ import annotations

from typing import NamedTuple

from streams.article import Stance
from streams.signals.sentence import AUXILIARIES, PERFECT, SAYING, Sentence

_BREAKS = frozenset(', . ; : " ( ) - -- — – who which that and but as after when while said'.split())
_OFFICIAL = frozenset(
    """police official officials officer officers ministry minister spokesman spokeswoman spokesperson army
    military government president governor mayor authorities command commander general colonel pentagon
    forces sheriff prosecutor prosecutors sources statement communique department security embassy agency
    premier brigade battalion ambassador""".split()
)
_WITNESS = frozenset(
    """witness witnesses eyewitnesses eyewitness resident residents relatives relative villager villagers
    survivor survivors locals sheikh doctor doctors""".split()
)
_ANALYST = frozenset(
    """analyst analysts expert experts observer observers researcher scholar scholars think-tank monitor""".split()
)
_MEDIA = frozenset("reuters afp ap radio television newspaper daily tv agency".split())
_DENYING = frozenset("denied denies".split())
_SPEAKING = SAYING | _DENYING
_SPOKEN = _SPEAKING | {"according"}
_NO_SPEAKER = AUXILIARIES | PERFECT | frozenset("earlier previously initially as not".split())
#: "Announced on 3 March", "reported killed": a participle, nobody's speech.
_TOLD_OF = frozenset("on last earlier by killed dead missing wounded injured".split())
_VERBAL = AUXILIARIES | PERFECT | frozenset("would will could".split())
_SPEECH_ENDS = frozenset([",", ".", "", "who", "in", ")"])
_MAX_WORDS = 8
_SECTORS = ((_ANALYST, "analyst"), (_WITNESS, "civilian"), (_OFFICIAL, "government"), (_MEDIA, "media"))


class Speech(NamedTuple):
    """Who says it: half-open offsets of the words that name the speaker."""

    start: int
    end: int
    sector: str | None


def speech_of(sentence: Sentence) -> Speech | None:
    """The speaker named in a sentence by "…, police said", "officials said …" or "according to …"."""
    words = sentence.words
    if _SPOKEN.isdisjoint(sentence.bag):
        return None
    for i, word in enumerate(words):
        if word == "according" and sentence.word(i + 1) == "to":
            return _speech(sentence, i + 2, _run(sentence, i + 2, 1))
        told_of = sentence.word(i + 1) in _TOLD_OF and word not in _DENYING
        if word not in _SPEAKING or not i or words[i - 1] in _NO_SPEAKER or told_of:
            continue
        first = _run(sentence, i - 1, -1) + 1
        if first < i:
            return _speech(sentence, first, i)
        last = _run(sentence, i + 1, 1)
        if words[i - 1] in (",", '"') and last > i + 1:
            opening = _run(sentence, 0, 1)
            behind = _VERBAL.isdisjoint(words[i + 1 : last]) and sentence.word(last) in _SPEECH_ENDS
            return _speech(sentence, i + 1, last) if behind else _speech(sentence, 0, opening)
    return None


def _run(sentence: Sentence, i: int, step: int) -> int:
    """The first token from ``i`` on, going by ``step``, that cannot belong to a speaker's name."""
    for _ in range(_MAX_WORDS):
        if not 0 <= i < len(sentence.words) or sentence.words[i] in _BREAKS:
            return i
        i += step
    return i


def _speech(sentence: Sentence, first: int, last: int) -> Speech | None:
    while first < last and sentence.words[first] in ("the", "a", "an", "he", "she", "it", "they", "on", "in"):
        first += 1
    if sentence.word(last - 2) == "on" and last - 2 > first:
        last -= 2
    if first >= last:
        return None
    words = set(sentence.words[first:last])
    sector = next((name for table, name in _SECTORS if words & table), None)
    if "police" in words:
        sector = "police"
    return Speech(*sentence.span(first, last), sector)


def stance_of(sentence: Sentence, speech: Speech | None) -> Stance:
    """The standing of the claim: narrator's own unless somebody says it."""
    bag = sentence.bag
    if "denied" in bag or "denies" in bag:
        return "denial"
    if "responsibility" in bag and bag & {"claimed", "claims", "claiming"}:
        return "responsibility_claim"
    if speech is None or speech.sector in (None, "media"):
        return "asserted"
    return {"analyst": "analyst", "civilian": "witness_claim"}.get(speech.sector or "", "official_claim")  # type: ignore[return-value]
