"""Does a noun stand with a verb that makes it a signal? "Imposed tough new sanctions", "its envoy was recalled".

``lexicon/frames.tsv`` says which nouns, which verbs, and whether the noun does it or has it done to it; voice, tense
and the words between them are grammar and stand here.
"""

from __future__ import annotations

from collections.abc import Collection

from streams.signals.causes import fits
from streams.signals.lexicon import Frame
from streams.signals.sentence import PERFECT, Found, Sentence

_BE = frozenset("be been being is are was were gets got get".split())
_STOPS = frozenset("; : ( ) , -- — –".split())
#: Between verb and noun these show that the noun is no object: "imposed after the talks".
_NO_OBJECT = frozenset(
    """by after during despite because before when as than without at over amid until since while that if but
    with who which said says between about regarding concerning toward towards to""".split()
)
#: "Of" between verb and noun is harmless behind these: "imposed a package of sanctions".
_AMOUNTS = frozenset(
    """dozens hundreds thousands scores tens number package series group contingent convoy lot round set half third
    quarter most some all one two three wave handful part rest kind sort form state majority couple range offices
    office headquarters homes years months weeks days percent % bulk rest last remainder""".split()
)
#: Before a number these only make it rough: "pull about 2,000 troops out".
_HEDGES = frozenset("about over than".split())
_DETERMINERS = frozenset("a an the its their his her this that these any no".split())
_NEW_CLAUSE = frozenset("that which but while when after before because as although where".split())
_BARE_REACH = 3
_REACH = 9


def hits_of(sentence: Sentence, families: Collection[str]) -> list[tuple[Found, str | None]]:
    """The phrases of some families, a noun of a frame as the verb that goes with it, each with ``fits``' answer."""
    told: list[tuple[Found, str | None]] = []
    for found in sentence.found:
        if found.phrase.family not in families:
            continue
        if found.phrase.kind != "frame":
            told.append((found, fits(sentence, found, armed=False)))
            continue
        hit = resolve(sentence, found)
        if hit is not None:
            reason = fits(sentence, found, armed=False)
            told.append((hit, fits(sentence, hit, armed=False) if reason is None else reason))
    return told


def resolve(sentence: Sentence, found: Found) -> Found | None:
    """The verb that goes with the noun of a frame, as a hit of its own; None when there is none."""
    frame = sentence.lexicon.frames[found.phrase.id]
    told = _before(sentence, found, frame) if frame.part == "obj" else None
    return told or _after(sentence, found, frame)


def _hit(sentence: Sentence, found: Found, i: int, frame: Frame, last: int) -> Found | None:
    """The verb at ``i``, one of the frame's and no noun, when its particle stands by it, by the noun or at ``last``."""
    words = sentence.words
    if sentence.word(i - 1) in _DETERMINERS:
        return None
    for particles, tag in frame.verbs.get(words[i], ()):
        end = i + 1 + len(particles)
        rest = list(particles)
        if words[i + 1 : end] == rest:
            return Found(i, end, found.phrase._replace(kind="verb", form=tag, noun=found.first))
        noun = found.first
        if rest and rest in (words[last : last + len(rest)], words[max(noun - len(rest), i + 1) : noun]):
            return Found(i, i + 1, found.phrase._replace(kind="verb", form=tag, noun=found.first))
    return None


def _before(sentence: Sentence, found: Found, frame: Frame) -> Found | None:
    """Active: the verb stands before its object."""
    words = sentence.words
    for i in range(found.first - 1, max(found.first - 1 - _REACH, -1), -1):
        if words[i] in _STOPS:
            return None
        hit = _hit(sentence, found, i, frame, found.last)
        if hit is not None:
            return hit if _has_object(words[hit.last : found.first], hit.phrase.form) else None
    return None


def _has_object(between: list[str], form: str) -> bool:
    """Whether the words between verb and noun leave the noun its object."""
    rough = [i for i, word in enumerate(between[:-1]) if word in _HEDGES and between[i + 1][0].isdigit()]
    between = [word for i, word in enumerate(between) if i not in rough] if rough else between
    if not _NO_OBJECT.isdisjoint(between):
        return False
    if form == "G" and between[:1] == ["of"]:
        return True
    return all(
        word != "of" or (i and (between[i - 1] in _AMOUNTS or between[i - 1][0].isdigit()))
        for i, word in enumerate(between)
    )


def _after(sentence: Sentence, found: Found, frame: Frame) -> Found | None:
    """Passive when the noun is the object, active when it is the subject: the verb stands behind it."""
    words = sentence.words
    for i in range(found.last, min(found.last + _REACH, len(words))):
        if (words[i] in _STOPS and words[i] != ",") or words[i] in _NEW_CLAUSE:
            return None
        hit = _hit(sentence, found, i, frame, i + 1)
        if hit is None:
            continue
        passive = not _BE.isdisjoint(words[max(i - 2, found.last) : i])
        participle = hit.phrase.form in ("N", "DN")
        if frame.part == "subj":
            if not (passive and participle):
                return hit
        elif participle and (passive or (i - found.last < _BARE_REACH and words[i - 1] not in PERFECT)):
            return hit
    return None
