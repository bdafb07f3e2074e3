"""What does a clause do: report a happening, add up a war, look back, tell a trend, name one in passing?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from streams.article import Scope
from streams.signals.sentence import AUXILIARIES, PERFECT, Found, Sentence
from streams.text.dates import DateMention

_INDEFINITE = frozenset(
    """a an another one two three four five six seven eight nine ten several twin separate new first second""".split()
)
_DEFINITE = frozenset("the this that these those its his her their such".split())
_HABIT = frozenset(
    """occasional frequent regular routine sporadic repeated regularly routinely frequently often occasionally
    always""".split()
)
_TOTALS = re.compile(
    r" (?:so far this year|to date|this year|in total|year-long|since the|the civil war|years of|so far in|until now"
    r"|decades?|10-year|old war|in less than \S+ (?:days|weeks|months)"
    r"|(?:over|in|during|for|throughout|within) (?:the|these) (?:past|last)"
    r"(?! (?:(?:\w+ )?(?:hours?|nights?)|(?:(?:few|several|two|three|2|3) )?days?)\b)"
    r"|throughout the|throughout \S+ years|\S+ years of|per (?:day|month|year)|a (?:day|month|year) on average"
    r"|daily average|an average of"
    r"|in recent (?:weeks|months|years)|so far this (?:month|week)|in all ,|altogether"
    r"|(?:in|over|during) (?:the )?(?:(?:past|last|first) )?\S+ (?:weeks|months) of|the \S+ (?:weeks|months) of"
    r"|in the first (?:half|two weeks|three weeks|week|\d+ days) of"
    r"|toll (?:from|of|in) the (?:\S+ ){0,2}(?:war|conflict|insurgency|rebellion|uprising|unrest|offensive)"
    r"|during (?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|(?:during|in) the month of|from \d{1,2} (?:\w+ )?to \d{1,2} \w+|between \d{1,2} \w+ and \d{1,2} \w+) "
)
#: One happening that is the worst of a time: "the deadliest so far was an ambush", not "the deadliest year".
_RECORD = re.compile(
    r" (?:deadliest|bloodiest|worst|heaviest|gravest|biggest|largest|most (?:deadly|serious|violent))"
    r" (?:\S+ ){0,2}?(?:to date|so far|yet|this year|attack|ambush|raid|assault|bombing|blast|massacre|strike|shooting)"
    r"(?! \S* ?(?:year|month|week|period)) "
)
#: Many happenings with one figure for a time: "attacks in the city have killed 31 people this week".
_OF_MANY = re.compile(
    r" (?:attacks|bombings|shootings|killings|clashes|raids|strikes|blasts|explosions|violence|fighting)"
    r" (?:\S+ ){0,6}?(?:have|has) (?:killed|left|claimed|cost) (?:\S+ ){0,10}?this (?:week|month) "
    r"| (?:war|conflict|revolt|insurgency|rebellion|uprising|insurrection|intifada|feud|offensive|campaign)"
    r" (?:\S+ ){0,10}?(?:have|has) (?:already |so far )?(?:killed|left|claimed|cost|taken|displaced|uprooted|driven"
    r"|forced|yielded|caused|produced|resulted in|led to) "
    r"| (?:war|offensive) (?:\S+ ){0,3}?(?:resulted in|yielded|caused) "
    r"| over an? \S+[ -]year period "
)
#: A sum over what goes on for long, when it is of a hundred and more.
_OF_A_CAMPAIGN = re.compile(
    r" (?:during|in|of|since) (?:the|this|their|its|our) (?:\S+ ){0,2}"
    r"(?:offensive|war|campaign|conflict|insurgency|rebellion|uprising|unrest|revolt|crackdown|fighting) "
)
#: So many attacks with one figure are no happening of a day: "more than 200 bombs, killing 150 people".
_ATTACKS = re.compile(
    r" (?:\d{2,}|\d,\d{3}|dozens of|scores of|hundreds of|twenty|thirty|forty|fifty|sixty|eighty)"
    r" (?:\S+ )?(?:bombs|bombings|attacks|ambushes|clashes|raids|incidents|massacres|explosions|assaults|engagements) "
)
_FEW, _MANY, _SPAN_DAYS = 2, 10, 7
_CAMPAIGN = 100
_SINGULAR_EVENTS = frozenset("a an the this another 's one".split())
_SHORT_UNITS = re.compile(r"\b(?:hours?|minutes?|nights?|days?)\b")
_LOOKING_BACK = frozenset(
    """anniversary commemorate commemorated commemorating commemoration remembered recalled memory memorial
    decades centuries historic wreath cemetery tomb monument cenotaph veterans""".split()
)
_COURT = frozenset(
    """convicted sentenced indicted acquitted pleaded trial jailed imprisoned extradited guilty
    manslaughter retried retrial murderer convicts jails jail bail indicts acquits testified testifies testimony
    jury""".split()
)
_CHARGED = frozenset("charged accused suspected wanted arraigned suspect suspects".split())
_OF_A_DEED = frozenset("of for with".split())
_CASES = frozenset(
    """suspect suspects probe inquiry inquest investigation trial trials case cases charge charges victim victims
    survivors memorial hearing""".split()
)
_SPEECH_AFTER = frozenset(
    """condemned condemning condemn condemns denounced denouncing deplored blamed mourned protesting protest""".split()
)
#: A known case is asked about, mourned or condemned.
_INQUIRED = frozenset(
    """investigation investigations investigating investigate condemned condemning condemn condemns denounced
    denouncing deplored mourned protesting linked responsible honor honour impunity justice clarify clarified
    solved unsolved accuses accused""".split()
)
_HELPERS = AUXILIARIES | PERFECT | frozenset("also later reportedly allegedly apparently then".split())
_CLAUSE_ENDS = frozenset("and but ; as when".split())
_ATTRIBUTIVE = frozenset("of the a an any for to by from with his her their its these those that".split())
_NOT_A_NOUN = frozenset("in on at by and or after before during when while near as was were is are had has to".split())
_UNIT_YEARS = frozenset("years year decades".split())
_YEAR = re.compile(r"(?:19|20)\d\d$")
#: Characters behind a verb in which a date is its own: "shot in 1986".
_BESIDE = 12
_OLD_DAYS = 62


def is_background(
    sentence: Sentence,
    dates: Sequence[DateMention],
    segment: tuple[int, int],
    anchor: date | None,
    hit: Found | None = None,
    saying: frozenset[str] = frozenset(),
) -> bool:
    """Whether the segment looks back at something long past: anniversaries, trials, a bare year, years ago.

    What an aside before the verb of ``hit`` says of its subject is left out of account. ``saying`` are words that say
    something else here, courts among them: an ambassador is recalled, suspected rebels are arrested.
    """
    first, last = segment
    aside = _aside(sentence, segment, hit)
    words = _without(sentence, segment, aside)
    if not (_LOOKING_BACK - saying).isdisjoint(words) or (not saying and is_court(sentence, segment, hit)):
        return True
    if any(v.phrase.reason == "history" and first <= v.first < last for v in sentence.vetoed):
        return True
    for before, word in pairwise(words):
        if (word == "ago" and before in _UNIT_YEARS) or (word == "year" and before == "last"):
            return True
        if before in ("a", "the") and _YEAR.match(word) and (anchor is None or int(word) != anchor.year):
            return True
    inside = [d for d in dates if d.kind == "point" and _within(sentence, d, segment, aside)]
    inside = [d for d in inside if not _is_of_another(sentence, d, hit)]
    if hit is not None and hit.phrase.kind == "verb":
        near = [d for d in inside if 0 <= d.start - sentence.ends[hit.last - 1] <= _BESIDE]
        inside = near or inside
    return bool(inside) and all(_long_past(d, anchor) for d in inside)


def _aside(sentence: Sentence, segment: tuple[int, int], hit: Found | None) -> range:
    """The tokens between the subject and its verb: "Ruiz, envoy from 1994 to 1998, was killed"."""
    if hit is None or hit.phrase.kind != "verb":
        return range(0)
    helper = hit.first
    while helper > segment[0] and sentence.words[helper - 1] in _HELPERS:
        helper -= 1
    if helper == hit.first or sentence.word(helper - 1) != ",":
        return range(0)
    start = next((i for i in range(segment[0], helper - 1) if sentence.words[i] == ","), helper)
    return range(start, helper)


def _without(sentence: Sentence, segment: tuple[int, int], aside: range) -> list[str]:
    """The words of the segment but those of the aside in it."""
    words = sentence.words[slice(*segment)]
    if aside:
        del words[aside.start - segment[0] : aside.stop - segment[0]]
    return words


def _long_past(mention: DateMention, anchor: date | None) -> bool:
    """A bare year, or a month or season of one, that is not the article's own; a full date never is."""
    if mention.precision in ("day", "hour", "week"):
        return False
    if mention.last is None:
        return False
    if anchor is None:
        return mention.precision in ("year", "range", "month")
    return mention.last < anchor and (anchor - mention.last).days > _OLD_DAYS


def is_cumulative(
    sentence: Sentence,
    dates: Sequence[DateMention],
    segment: tuple[int, int],
    anchor: date | None = None,
    hit: Found | None = None,
    most: float = 0,
) -> bool:
    """Whether figures of the segment are sums over a time: "since 2023", "so far this year", "in the past decade".

    ``most`` is the largest of the figures: what a sum over a month is for 40 can be one happening for three.
    """
    aside = _aside(sentence, segment, hit)
    words = _without(sentence, segment, aside)
    begun = hit is not None and hit.phrase.form != "G" and "since" in sentence.words[max(hit.first - 4, 0) : hit.first]
    if (
        "since" in words
        and not begun
        and ("has" in words or "have" in words or "been" in words or words.index("since") > len(words) // 3)
    ):
        return True
    told = f" {' '.join(words)} "
    if _RECORD.search(told):
        return False
    if _TOTALS.search(told) or _OF_MANY.search(told):
        return True
    if (most >= _CAMPAIGN and _OF_A_CAMPAIGN.search(told)) or (most >= _MANY and _ATTACKS.search(told)):
        return True
    inside = [d for d in dates if _within(sentence, d, segment, aside)]
    if most >= _FEW and _of_a_span(sentence, inside, segment, most):
        return True
    if any(d.kind == "since" or (d.kind == "duration" and not _is_short(sentence, d)) for d in inside):
        return True
    points = [d for d in inside if d.kind == "point"]
    return bool(points) and all(_is_running_year(d, anchor) for d in points)


def _of_a_span(sentence: Sentence, inside: Sequence[DateMention], segment: tuple[int, int], most: float) -> bool:
    """Whether the only days that are told are weeks or a month, and no single attack is: "430 rebels in October"."""
    points = [d for d in inside if d.kind == "point" and d.first is not None and d.last is not None]
    if not points or not all(d.last - d.first > timedelta(days=_SPAN_DAYS) for d in points if d.first and d.last):
        return False
    if most < _MANY and not all(d.precision == "range" for d in points):
        return False
    nouns = [f for f in sentence.found if f.phrase.kind == "noun" and segment[0] <= f.first < segment[1]]
    single = [f.first for f in nouns if f.phrase.form == "sg"]
    return all(_SINGULAR_EVENTS.isdisjoint(sentence.words[max(i - 3, 0) : i]) for i in single)


def _is_short(sentence: Sentence, mention: DateMention) -> bool:
    return _SHORT_UNITS.search(sentence.text, mention.start, mention.end) is not None


def _is_running_year(mention: DateMention, anchor: date | None) -> bool:
    """Whether a bare year is the article's own: "700 have died in 2024"."""
    if anchor is None or mention.precision != "year" or mention.first is None or mention.last is None:
        return False
    return mention.first.year == mention.last.year == anchor.year


def _is_of_another(sentence: Sentence, mention: DateMention, hit: Found | None) -> bool:
    """Whether a date is of the victims' own clause: "killed eight workers whom they kidnapped in August"."""
    if hit is None:
        return False
    behind = [i for i in range(hit.last, len(sentence.words)) if sentence.starts[i] < mention.start]
    return any(sentence.words[i] == "whom" for i in behind)


def _within(sentence: Sentence, mention: DateMention, segment: tuple[int, int], aside: range) -> bool:
    start, end = sentence.span(*segment)
    if not start <= mention.start < end:
        return False
    return not (aside and sentence.starts[aside[0]] <= mention.start < sentence.ends[aside[-1]])


def is_court(sentence: Sentence, segment: tuple[int, int], hit: Found | None = None) -> bool:
    """Whether the segment is about justice for a deed, not the deed; a trial told after "was killed" is another."""
    first, last = segment
    relative = hit is not None and sentence.word(hit.first - 1) in ("who", "that")
    if hit is not None and hit.phrase.kind == "verb" and hit.phrase.form != "G" and not relative:
        last = hit.first
    words = sentence.words[first:last]
    if not _COURT.isdisjoint(words) or _CHARGED.isdisjoint(words):
        return not _COURT.isdisjoint(words)
    return any(word in _CHARGED and not _OF_A_DEED.isdisjoint(words[i + 1 : i + 5]) for i, word in enumerate(words))


def is_attribute(sentence: Sentence, hit: Found) -> bool:
    """Whether a participle only says of whom one speaks: "the sister of the murdered envoy", "any hijacked jet"."""
    if hit.phrase.kind != "verb" or hit.phrase.form not in ("DN", "N"):
        return False
    before, after = sentence.word(hit.first - 1), sentence.word(hit.last)
    return before in _ATTRIBUTIVE and after.isalpha() and after not in _NOT_A_NOUN


def is_habit(sentence: Sentence, hit: Found) -> bool:
    """Whether the clause tells what is usual: "wages occasional attacks", "they plant bombs"."""
    if _HABIT & set(sentence.words[max(hit.first - 4, 0) : hit.last + 3]):
        return True
    if sentence.words[max(hit.first - 2, 0) : hit.first] == ["those", "who"]:
        return True
    present = (
        hit.phrase.kind == "verb" and hit.phrase.form in ("DN", "N") and sentence.word(hit.first - 1) in ("are", "is")
    )
    if present and sentence.section != "title":
        return True
    base = hit.phrase.kind == "verb" and hit.phrase.form in ("B", "S") and sentence.section != "title"
    before = [sentence.words[i] for i in range(max(hit.first - 3, 0), hit.first) if not sentence.is_month(i)]
    return base and not {"to", "will", "would", "could", "may", "might", "can", "did", "not"} & set(before)


def noun_scope(sentence: Sentence, hit: Found, *, figures: bool, dated: bool = False) -> tuple[Scope, bool]:
    """(scope, definite) of an event noun: new when introduced by "a" or a number or with figures or an event verb."""
    before = sentence.words[max(hit.first - 5, 0) : hit.first]
    determiner = next((w for w in reversed(before) if w in _INDEFINITE or w in _DEFINITE), "")
    plural = hit.phrase.form == "pl"
    possessive = any(
        sentence.text[sentence.ends[i] - 1] in "s'’"
        and "'" in sentence.text[sentence.starts[i] : sentence.ends[i]].replace("’", "'")
        for i in range(max(hit.first - 2, 0), hit.first)
    )
    definite = determiner in _DEFINITE or possessive
    if sentence.word(hit.last) in _CASES:
        return "reference", True
    happens = _happens(sentence, hit)
    if figures:
        if (
            definite
            and not (happens or dated or "recent" in before)
            and sentence.section == "body"
            and not _INQUIRED.isdisjoint(sentence.bag)
        ):
            return "reference", True
        return "incident", definite and not happens
    if _SPEECH_AFTER & sentence.bag and not happens:
        return "reference", definite
    if sentence.section == "title":
        return ("reference" if plural and not happens else "incident"), definite
    if determiner in _INDEFINITE and not plural:
        return (
            "incident" if happens or determiner in ("another", "one") or _placed(sentence, hit) else "reference"
        ), False
    if happens:
        return "incident", definite
    return "reference", definite


def _happens(sentence: Sentence, hit: Found) -> bool:
    first, last = sentence.segment_of(hit.first)
    occurs = sentence.lexicon.classes["occurs"]
    if not occurs.isdisjoint(sentence.words[max(first, hit.first - 8) : hit.first]):
        return True
    if "there" in sentence.words[max(first, hit.first - 5) : hit.first]:
        return True
    for i in range(hit.last, min(last, hit.last + 10)):
        if sentence.words[i] == "there" and sentence.word(i + 1) in AUXILIARIES:
            return True
        if sentence.words[i] in _CLAUSE_ENDS:
            return False
        if sentence.words[i] in occurs:
            return True
    return False


def _placed(sentence: Sentence, hit: Found) -> bool:
    """Whether a place or day follows: "a bombing in Aleppo on Friday"."""
    after = sentence.words[hit.last : hit.last + 8]
    return any(word in ("on", "in", "at", "near") for word in after[:2]) and any(
        sentence.is_name(i) for i in range(hit.last, min(hit.last + 6, len(sentence.words)))
    )
