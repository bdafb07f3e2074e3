"""Is a deed only named: somebody is charged with it, asks about it, is known for it or is its victim's kin?

"Responsible for the murder of four nuns", "the widow of the slain editor", "the case of two teachers, who were
killed": nobody tells here that it happened now. A day beside the deed says when, and it is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.signals.people import DEFINITE
from streams.signals.sentence import AUXILIARIES, Found, Sentence
from streams.text.dates import DateMention
from streams.text.numbers import UNITS

#: What governs the name of a deed that is over and judged, wherever it stands.
_OVER = re.compile(
    r" (?:guilty of|convicted (?:of|for)|charged with|charges? (?:of|for)|indicted (?:for|in|on)|prosecuted for"
    r"|(?:sentenced|jailed|imprisoned|tried|pardoned|extradited|wanted) for"
    r"|having (?:ordered|planned|killed|murdered)"
    r"|(?:is|are|was|were|been|being|be|,|who|those|men|man|people|persons) accused of|alleged to have"
    r"|the (?:\w+ )?(?:lawsuit|hearings?|trials?|indictment) (?:of|against|over|for|concerning)"
    r"|(?:book|film|documentary) (?:on|about)|known for|infamous for|notorious for|remembered for|famous for"
    r"|honou?r|honou?red|honou?ring|homage to|tribute to|memory of|monument to|statue of|plaque (?:to|for)"
    r"|remember(?:s|ed|ing)?|victims of|unveiled for|anniversary of|commemorat(?:e|es|ed|ing)"
    r"|(?:widow|widower|relatives|mother|father|son|daughter|brother|sister|parents|wife|husband|kin) of"
    r"|compar(?:e|es|ed|ing)|likened|reminiscent of|similar to|impunity (?:of|for|in)|clarif(?:y|ies|ied|ying)"
    r"|extradit(?:e|ing|ion of)|compensat(?:e|ed|ing|ion for)|masterminded|masterminding|masterminds?"
    r") "
)
#: What governs the name of a deed in the body of an article; in its lead it may be the news itself.
_GOVERNS = re.compile(
    r" (?:responsible for|responsibility (?:for|in)|blame for|guilt (?:for|in)|accomplices? (?:of|in|to)"
    r"|suspected of|(?:suspects?|suspicions?) (?:in|of)|wanted in"
    r"|linked (?:to|with)|linking|links? (?:to|with|between)|connected (?:to|with)|connection (?:to|with)"
    r"|implicated in|implicates|implicating|implicate|complicity in|involvement in|involved in|role in"
    r"|(?:taken|took|taking|take) part in|participat(?:ed|ing|ion) in"
    r"|solv(?:e|ed|ing)|shed light on|elucidat(?:e|ed|ing)|perpetrators|culprits"
    r"|intellectual authors|confess(?:ed|es|ing)? to|admitted to"
    r"|the (?:\w+ )?cases? (?:of|against|over|for|concerning)|(?:report|reports|resolution|debate) (?:on|about)"
    r"|punish|punished|punishment (?:of|for)|justice for|summoned \S+ \S+ over"
    r"|investigat(?:e|es|ed|ing|ion|ions)|inquir(?:y|ies) into|inquest into|probe (?:of|into)|probing"
    r") "
)
#: What tells of it as found out, or as long known: "the commission concluded that the army killed the mayor".
_RECALLS = re.compile(
    r" (?:concluded|ruled|recalled|recalls|recalling|testified|confessed|remembers|proven|proved"
    r"|investigations? (?:has |have )?(?:shown|found|revealed|established)) (?:that|how) "
    r"| (?:worst|deadliest|bloodiest|first|biggest|heaviest|gravest) (?:\S+ ){1,4}since "
)
_CLAIMS = frozenset("claim claims claimed claiming assumed accept accepted took takes".split())
#: What ends the reach of a governing word.
_BARS = frozenset('; : " but while when as after before said says told and'.split())
_RELATIVES = frozenset("who which that whose whom where".split())
_TITLE_ADJECTIVES = frozenset("slain murdered assassinated executed martyred".split())
#: What stands before the participle of a name.
_LEADING_IN = frozenset("of for the his her their its to with by honor honour honoring honouring from".split())
_BEHIND_PARTICIPLES = frozenset("by in on at near during last , . for along with ) and".split())
_HELPERS = AUXILIARIES | frozenset("has have had".split())
_PREPOSITIONS = frozenset("of for about behind over".split())
_CLAUSE_BARS = frozenset('; : " and but while when as because'.split())
_VIOLENT = frozenset({"attack", "hostage", "casualty"})
#: Main clauses that make a deed below them news: a reaction, a search, a claim, a burial, an event that occurs.
_NEWS_OF_IT = frozenset(
    """condemned condemn condemns condemning denounced denounce deplored repudiated repudiate mourned mourn funeral
    buried burial hunt hunting hunted search searching searched arrested arrests captured chasing pursuing claim
    claims claimed reported report confirmed announced identified found seen recent recently occurred happened place
    broke erupted exploded clash clashes fighting wake following""".split()
)
_RELATIVE_REACH = 10
_REACH = 14
_NEAR_WORDS = 4


def is_only_named(sentence: Sentence, hit: Found, dates: Sequence[DateMention], segment: tuple[int, int]) -> bool:
    """Whether ``hit`` stands where a deed that is over is named and not told, and no day beside it says when it was."""
    return _is_governed(sentence, hit, dates, segment, _RECALLS) or (
        _is_nominal(sentence, hit, segment) and _is_governed(sentence, hit, dates, segment, _OVER)
    )


def is_in_passing(sentence: Sentence, hit: Found, dates: Sequence[DateMention], segment: tuple[int, int]) -> bool:
    """Whether ``hit`` names a deed that is no news in an article which tells of another."""
    if sentence.section != "body":
        return False
    if _is_nominal(sentence, hit, segment) and _is_governed(sentence, hit, dates, segment, _GOVERNS):
        return True
    if _names_a_victim(sentence, hit):
        return not _dated_behind(sentence, dates, hit.first - 2, segment)
    return _is_told_by_nobody(sentence, hit, dates, segment)


def _is_governed(
    sentence: Sentence,
    hit: Found,
    dates: Sequence[DateMention],
    segment: tuple[int, int],
    governors: re.Pattern[str],
) -> bool:
    """Whether one of the governors reaches the hit, and no day stands behind it."""
    start = max(segment[0], hit.first - _REACH)
    before = f" {' '.join(sentence.words[start : hit.first])} "
    governor = _last(governors, before)
    if governor is None or not _reaches(sentence, start, before, governor, hit):
        return False
    return not _dated_behind(sentence, dates, start + before.count(" ", 0, governor.end() - 1), segment)


def _is_told_by_nobody(sentence: Sentence, hit: Found, dates: Sequence[DateMention], segment: tuple[int, int]) -> bool:
    """Whether an undated deed stands below a clause that tells of something else: "the man who killed the governor"."""
    if not _NEWS_OF_IT.isdisjoint(sentence.bag):
        return False
    first = _relative_start(sentence, hit, segment)
    if first is None:
        first = _name_start(sentence, hit, segment)
    if first is None or _dated_behind(sentence, dates, first, segment):
        return False
    if "there" in sentence.words[max(first - _NEAR_WORDS - 2, 0) : first]:
        return False
    return not _violent_outside(sentence, first, hit)


def _relative_start(sentence: Sentence, hit: Found, segment: tuple[int, int]) -> int | None:
    """The token of the relative pronoun in whose clause a verb stands."""
    if hit.phrase.kind not in ("verb", "adj", "count"):
        return None
    own = hit.first
    while sentence.word(own - 1) in _HELPERS or sentence.word(own - 1).endswith("ly"):
        own -= 1
    for i in range(own - 1, max(segment[0], hit.first - _RELATIVE_REACH) - 1, -1):
        word = sentence.words[i]
        if word in _CLAUSE_BARS or word in _HELPERS:
            return None
        if word in _RELATIVES and word != "that" and i > segment[0]:
            return i
        if word == "that" and i > segment[0] and sentence.words[i - 1] in sentence.lexicon.people:
            return i
        if word == "that" and any(f.last == i for f in sentence.found if f.phrase.kind == "noun"):
            return i - 1 if sentence.word(i - 2) in DEFINITE else i
    return None


def _name_start(sentence: Sentence, hit: Found, segment: tuple[int, int]) -> int | None:
    """The preposition that governs the name of a deed: "because of the murder of six monks"."""
    if hit.phrase.kind == "verb" and hit.phrase.form != "G":
        return None
    for i in range(hit.first - 1, max(segment[0], hit.first - 3) - 1, -1):
        if sentence.words[i] in _PREPOSITIONS and sentence.word(i + 1) in DEFINITE:
            return i
    return None


def _violent_outside(sentence: Sentence, first: int, hit: Found) -> bool:
    """Whether the clause above tells of violence itself."""
    return any(
        f.first < first and f.phrase.family in _VIOLENT and f.phrase.kind != "frame" and f.first != hit.first
        for f in sentence.found
    )


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _reaches(sentence: Sentence, start: int, before: str, governor: re.Match[str], hit: Found) -> bool:
    """Whether nothing between the governing word and the deed begins something else."""
    words = sentence.words
    first = start + before.count(" ", 0, governor.start() + 1) - 1
    last = start + before.count(" ", 0, governor.end()) - 1
    told = governor.group()
    if "responsib" in told and not _CLAIMS.isdisjoint(words[max(first - 4, 0) : first + 2]):
        return False
    between = words[last : hit.first]
    bars = [i for i, word in enumerate(between) if word in _BARS]
    if bars and not all(between[i] == "and" and i < len(between) - 1 and between[i + 1] != "the" for i in bars):
        return False
    commas = [i for i, word in enumerate(between) if word == ","]
    return not commas or not _RELATIVES.isdisjoint(between[commas[-1] + 1 : commas[-1] + 2])


def _is_nominal(sentence: Sentence, hit: Found, segment: tuple[int, int]) -> bool:
    """Whether the phrase is a noun, a gerund, a participle beside a noun or the verb of a relative clause."""
    if hit.phrase.kind != "verb":
        return True
    if hit.phrase.form == "G":
        return True
    if _names_a_victim(sentence, hit):
        return True
    near = sentence.words[max(segment[0], hit.first - _NEAR_WORDS) : hit.first]
    if not _RELATIVES.isdisjoint(near):
        return True
    if not _HELPERS.isdisjoint(near[-2:]):
        return False
    after = sentence.word(hit.last)
    return hit.phrase.form in ("DN", "N") and (after in _BEHIND_PARTICIPLES or near[-1:] == ["the"] or not after)


def _names_a_victim(sentence: Sentence, hit: Found) -> bool:
    """Whether a participle or adjective is part of a name: "slain senator Galvez", "the 43 murdered students"."""
    if sentence.word(hit.first) not in _TITLE_ADJECTIVES or hit.last != hit.first + 1:
        return False
    i = hit.last
    if not sentence.word(i).isalpha() or sentence.word(i) in _BEHIND_PARTICIPLES | DEFINITE | {"a", "an"}:
        return False
    before, further = sentence.word(hit.first - 1), sentence.word(hit.first - 2)
    return before in _LEADING_IN or (further in DEFINITE and (before.isdigit() or before in UNITS))


def _dated_behind(sentence: Sentence, dates: Sequence[DateMention], first: int, segment: tuple[int, int]) -> bool:
    """Whether a day is named behind token ``first`` in the segment."""
    start, end = sentence.starts[max(first, 0)], sentence.span(*segment)[1]
    return any(d.kind == "point" and d.precision in ("day", "hour") and start <= d.start < end for d in dates)
