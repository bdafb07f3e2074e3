"""What is a whole article about, when its words leave no doubt? Sport and business borrow war's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from streams.lazy import lazy
from streams.signals.lexicon import Lexicon
from streams.text.matcher import Hit

_WORD = re.compile(r"[^\W\d_]+(?:-\w+)*")
#: Topics whose articles borrow war's words.
NOISY_TOPICS = frozenset({"sport", "business", "fiction", "science"})
_LEAD = 250
_MISFORTUNES = frozenset({"accident", "disaster", "disease"})
_HEAD = 4000
_OPENING = 1000
_RESCUES = frozenset(
    """rescuers wreckage airliner jetliner takeoff coastguard lifeboat lifeboats cockpit altitude lifejackets
    life-jackets firefighters firefighter salvage tugboats trawler""".split()
)
_WARS = frozenset("war conflict fighting insurgency offensive rebellion siege".split())
#: What wars bring: beside one, no misfortune of its own.
_OF_WARS = frozenset("famine hunger starvation".split())
_DIES = frozenset("died death passed passing".split())
_AT_AN_AGE = frozenset("aged age cancer illness heart funeral tributes mourned mourn obituary hospice career".split())
_COURT = frozenset(
    """sentenced convicted acquitted jury juror jurors verdict defendant defendants pleaded pleads manslaughter guilty
    indicted retrial appeals""".split()
)
_DIFFERENT = 3


def topic_of(lexicon: Lexicon, folded: Sequence[str]) -> str | None:
    """The topic with the most different telling words, at least three and more than a word in eighty; else None."""
    seen: dict[str, set[str]] = {}
    length = 0
    for text in folded:
        length += min(len(text), _HEAD)
        for hit in lexicon.topic_matcher.find(text[:_HEAD]):
            word = lexicon.topic_words[hit.number]
            seen.setdefault(lexicon.topics[word], set()).add(word)
    if not seen:
        return None
    best = min(seen, key=lambda topic: (-len(seen[topic]), topic))
    need = max(_DIFFERENT, length // 480) if length > 400 else 2
    return best if len(seen[best]) >= need else None


def misfortune_of(lexicon: Lexicon, fields: Sequence[tuple[str, Sequence[Hit]]]) -> str | None:
    """The accident, disaster or disease that title and lead tell of, when they tell of no attack; else None.

    ``fields`` are folded texts with the hits of the lexicon's matcher.
    """
    for folded, hits in fields:
        words = _WORD.findall(folded[:_LEAD])
        early = [hit for hit in hits if hit.start < _LEAD]
        if any(_surely_an_attack(lexicon, hit, folded, words) for hit in early):
            return None
        at_war = not _WARS.isdisjoint(words)
        reasons = [lexicon.causes.get(word) for word in words if not (at_war and word in _OF_WARS)]
        reasons += [p.reason for hit in early for p in lexicon.phrases[hit.number] if p.kind == "veto"]
        found = next((reason for reason in reasons if reason in _MISFORTUNES), None) or _hinted(words)
        if found is not None:
            return found
    return None


def is_crime(lexicon: Lexicon, folded: Sequence[str]) -> bool:
    """Whether title and opening tell of thieves, spouses and brawls, and nothing in them of politics or war."""
    words = {*chain.from_iterable(_WORD.findall(text[:_OPENING]) for text in folded)}
    return not words.isdisjoint(lexicon.classes["crime"]) and words.isdisjoint(lexicon.classes["politics"])


def _hinted(words: Sequence[str]) -> str | None:
    """What words that no attack's news begins with tell: a rescue at sea, a death in bed."""
    seen = set(words)
    if not _RESCUES.isdisjoint(seen):
        return "accident"
    dies = not _DIES.isdisjoint(seen) and not seen.isdisjoint(_AT_AN_AGE)
    return "natural_death" if "dies" in seen or "obituary" in seen or dies else None


def is_peaceful(lexicon: Lexicon, fields: Sequence[tuple[str, Sequence[Hit]]]) -> bool:
    """Whether nobody armed, no weapon and no attack stands anywhere in the article: a bare "killed nine" is no toll."""
    if any(hit.number in lexicon.violent for _, hits in fields for hit in hits):
        return False
    strong = lexicon.classes["strong"]
    return not any(word in strong for folded, _ in fields for word in _WORD.findall(folded[:_HEAD]))


def _surely_an_attack(lexicon: Lexicon, hit: Hit, folded: str, words: Sequence[str]) -> bool:
    """Whether a phrase of attack or abduction has beside it what it needs: a blast alone may be of gas."""
    own = set(_WORD.findall(folded[hit.start : hit.end]))
    return any(
        p.family in ("attack", "hostage")
        and p.kind not in ("veto", "frame")
        and (not p.needs or any(word in p.needs and word not in own for word in words))
        for p in lexicon.phrases[hit.number]
    )


class Subject:
    """What an article as a whole is about; each answer is worked out when first asked for."""

    def __init__(self, lexicon: Lexicon, fields: Sequence[tuple[str, Sequence[Hit]]]) -> None:
        self._lexicon, self._fields = lexicon, fields

    @lazy
    def topic(self) -> str | None:
        """Sport, business, fiction or science, when that is plain."""
        return topic_of(self._lexicon, [folded for folded, _ in self._fields])

    @lazy
    def misfortune(self) -> str | None:
        """Accident, disaster or disease, when title and lead tell of one."""
        return misfortune_of(self._lexicon, self._fields)

    @lazy
    def crime(self) -> bool:
        """Whether it is of crime without politics."""
        return is_crime(self._lexicon, [folded for folded, _ in self._fields])

    @lazy
    def court(self) -> bool:
        """Whether title and opening tell of a trial or a sentence."""
        return any(not _COURT.isdisjoint(_WORD.findall(folded[:_LEAD])) for folded, _ in self._fields)

    @lazy
    def peaceful(self) -> bool:
        """Whether nothing in it is violent."""
        return is_peaceful(self._lexicon, self._fields)

    @lazy
    def violent(self) -> bool:
        """Whether a phrase in it speaks of an attack or abduction by itself."""
        plain = self._lexicon.plainly_violent
        return any(hit.number in plain for _, hits in self._fields for hit in hits)
