"""Which phrases are dates? A table of patterns, each a named kind with its own named parts.

Words are looked up one by one; only at a word that a date must hold ("May", "Friday", "week", "2017") is a pattern
tried, from the first of the words before it that may begin such a phrase. Gaps are bounded and no quantifier is nested,
so the cost is linear in the text. To add a phrase: a pattern here, a resolver in ``dates``, a row in its test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.text.matcher import Names, fold

_MONTH_NAMES = (
    "january february march april may june",
    "july august september october november december",
)
MONTHS = {name: number for number, name in enumerate(" ".join(_MONTH_NAMES).split(), 1)}
MONTHS |= {name[:3]: number for name, number in list(MONTHS.items())} | {"sept": 9}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri", "saturday sat",
         "sunday sun")
    )
    for name in names.split()
}  # fmt: skip
_NUMBER_NAMES = (
    "zero one two three four five six seven eight nine ten",
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
)
NUMBERS = {word: number for number, word in enumerate(" ".join(_NUMBER_NAMES).split())}
NUMBERS |= {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 5, "thirty": 30, "forty": 40, "fifty": 50}
_GAP = r"\s{1,4}"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b"
_YEAR = r"(?:19|20)\d\d(?![\d%]|[.,]\d)"
_SPAN = r"\s?(?:-|–|to|and|through)\s?"
_PART = r"early|mid|late|(?:the\s)?beginning\sof|(?:the\s)?start\sof|(?:the\s)?end\sof|(?:the\s)?middle\sof"
_FULL_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_WEEKDAY = rf"(?:{_FULL_DAY}|(?:mon|tues|wed|thurs|fri)\b\.?|(?:tue|thur|thu|sat|sun)\.)"
_WHICH = r"last|past|previous|this|current|next|coming|following"
_WHICH_DAY = r"last|this\spast|this|next|coming|past"
_DAYPART = r"morning|afternoon|evening|night|midday|noon|midnight|dawn|dusk"
_COUNT = (
    r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|several|few|a\sfew|couple|a\scouple\sof)"
)
_UNIT = r"(?:minute|hour|day|night|week|month|year|decade)s?\b"
_SEASON = r"spring|summer|autumn|fall|winter"
_HEDGE = r"(?:(?:more\sthan|less\sthan|at\sleast|nearly|almost|about|around|over|some|the|just)\s)?"

#: kind → pattern, tried in this order; ``?P<x>`` becomes ``?P<kind_x>``.
_KINDS = {
    "iso": r"(?<![\d-])(?P<y>(?:19|20)\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)(?:[T ]\d\d:\d\d(?::\d\d)?)?(?![\d-])",
    "dmy": rf"(?<![\d.,:$])(?:{_WEEKDAY},?\s)?(?P<d>{_DAY})(?:{_SPAN}(?P<e>{_DAY}))?{_GAP}(?:of\s)?"
    rf"(?P<m>{_MONTH})(?!\w)(?:,?{_GAP}(?P<y>{_YEAR}|\d\d(?=\s{{0,2}}(?:[-\[\]().;]|$))))?",
    "mdy": rf"(?:{_WEEKDAY},?\s)?(?P<m>{_MONTH}){_GAP}(?P<d>{_DAY})(?![,.]\d|:\d|%)"
    rf"(?:{_SPAN}(?P<e>{_DAY})(?![,.]\d))?(?:,?{_GAP}(?P<y>{_YEAR}))?",
    "month": rf"(?:(?P<p>{_PART}|{_WHICH})[\s-])?(?P<m>{_MONTH})(?!\w)"
    rf"(?:,?{_GAP}(?:of\s)?(?P<y>{_YEAR}|last\syear|this\syear|next\syear))?",
    "recurring": rf"(?:every|each)\s(?:single\s)?(?:{_WEEKDAY}|{_UNIT})|(?:on\s)?{_FULL_DAY}s\b",
    "weekday": rf"(?:(?:early|late|overnight)(?:\son)?\s)?(?:(?P<w>{_WHICH_DAY})\s)?(?P<n>{_WEEKDAY})(?!\w)"
    rf"(?:\s(?:{_DAYPART})\b)?",
    "near": r"(?:the\s)?day\s(?P<far>before\syesterday|after\stomorrow)|(?:late|early|earlier|later)?\s?\b(?P<n>today"
    rf"|tonight|yesterday|tomorrow|this\s(?:{_DAYPART})|last\s(?:night|evening)|overnight)\b(?:\s(?:{_DAYPART})\b)?",
    "unit": rf"(?:(?P<p>early|mid|late|earlier|later|the\sbeginning\sof|the\send\sof)[\s-])?(?:the\s)?(?P<w>{_WHICH})"
    rf"[\s-](?P<u>weekend|week|month|year|decade|{_SEASON})\b|(?:over|at|during)\sthe\s(?P<v>weekend)\b",
    "recent": rf"(?:(?:in|over|during|for|within)\s)?(?:recent\s(?P<r>{_UNIT})"
    rf"|(?:the\s(?:past|last|previous|preceding)|past)\s(?P<c>{_COUNT})\s(?P<u>{_UNIT}))"
    rf"|(?:in|over|during|for|within)\s(?:the\s(?:past|last|previous|preceding)\s(?P<v>{_UNIT})"
    rf"|last\s(?P<k>{_COUNT})\s(?P<w>{_UNIT}))",
    "ago": rf"(?:(?P<c>{_COUNT})\s)?(?P<u>{_UNIT})\sago\b",
    "relative": rf"(?:(?P<c>{_COUNT})\s)?(?P<u>{_UNIT})\s(?:before|earlier|later|after|previously|prior)\b",
    "duration": rf"for\s{_HEDGE}(?P<c>{_COUNT})\s(?P<u>{_UNIT})",
    "decade": r"(?:(?:early|mid|late)[\s-])?(?<![\w.,$£€])(?P<y>(?:19|20)\d0)'?s\b",
    "year": rf"(?:(?P<p>{_PART}|(?P<h>first|second)\shalf\sof)[\s-]|(?P<s>{_SEASON})\s(?:of\s)?)?"
    rf"(?<![\w.,$£€#])(?P<y>{_YEAR})(?!\w|-[a-z]{{3}})(?:[-–](?P<z>(?:(?:19|20)\d\d|\d\d))(?![\w-]))?",
}


def _named(kind: str, pattern: str) -> str:
    return f"(?P<{kind}>{pattern.replace('?P<', f'?P<{kind}_')})"


_LEAD = r"(?:(?P<lead>since|until|till|up\sto)\s(?:the\s)?)?"


def _compile(*kinds: str) -> re.Pattern[str]:
    choices = "|".join(_named(kind, _KINDS[kind]) for kind in kinds)
    return re.compile(rf"(?<!\d,)(?<!\d\.){_LEAD}\b(?:{choices})", re.IGNORECASE)


_DATED = _compile("dmy", "mdy", "month", "recurring", "weekday")
_YEARLY = _compile("iso", "decade", "year")
_RELATIVE = _compile("recurring", "near", "unit", "recent", "ago", "relative", "duration")

_WORD = re.compile(r"[^\W_]+")


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


_UNITS = _words("minute hour day night week month year decade")
_TIMES_OF_DAY = _words(
    "today tonight yesterday tomorrow overnight morning afternoon evening midday noon midnight dawn dusk"
)
_SEASONS = _words("spring summer autumn fall winter")
_PLURAL_DAYS = tuple(f"{day}s" for day in WEEKDAYS if day.endswith("day"))
#: A word that a date phrase must hold → the patterns to try. Years are known by their digits.
_CORES = (
    dict.fromkeys([*MONTHS, *WEEKDAYS, *_PLURAL_DAYS], _DATED)
    | dict.fromkeys([*_TIMES_OF_DAY, *_SEASONS, *_UNITS, *(f"{unit}s" for unit in _UNITS), "weekend"], _RELATIVE)
    | dict.fromkeys([f"{year}{tail}" for year in range(1900, 2100) for tail in ("", "s")], _YEARLY)
)
#: Words that may stand in a phrase before its core; numbers of up to three digits may as well.
_MODIFIERS = frozenset(
    _words(
        "early late earlier later mid last past previous preceding this current next coming following the since until",
        "till up to on in over during for within recent every each single at more than less least nearly almost about",
        "around some just of and through beginning start end middle first second half before after",
    )
).union(NUMBERS, _CORES, (f"{day}{tail}" for day in range(1, 32) for tail in ("st", "nd", "rd", "th")))
#: So many words, the core's own included, and so many characters before a core may belong to its phrase.
_REACH = 7
_REACH_CHARACTERS = 120
_CORE_WORDS = Names(list(_CORES))
_CORE_PATTERNS = list(_CORES.values())


def phrases(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The matches in ``text[start:end]``, in order and apart; ``lastgroup`` is the kind."""
    lower = fold(text[start:end])
    done = 0
    for core, _, number in _CORE_WORDS.find(lower):
        if core < done:
            continue
        for begin in _begins(lower, core, done):
            found = _CORE_PATTERNS[number].match(text, start + begin, end)
            if found is not None and found.end() > start + core:
                yield found
                done = found.end() - start
                break


def _begins(lower: str, core: int, done: int) -> list[int]:
    """Where a phrase with a core word may begin: at the core or at one of the modifiers right before it."""
    begins = [core]
    reach = max(done, core - _REACH_CHARACTERS)
    for word in reversed(list(_WORD.finditer(lower, reach, core))):
        if len(begins) == _REACH or not _is_modifier(word[0]):
            break
        begins.append(word.start())
    begins.reverse()
    return begins


def _is_modifier(word: str) -> bool:
    return word in _MODIFIERS or (len(word) < 4 and word.isdigit())


#: Words before a bare "May", "March" or an abbreviated month that make it a month; a smaller set for ALL CAPS.
MONTH_LEAD = re.compile(
    r"\b(?:in|since|until|till|by|during|of|from|to|through|throughout|between|and|before|after|around|for)\s{1,3}$",
    re.IGNORECASE,
)
MONTH_LEAD_CAPS = re.compile(r"\b(?:IN|SINCE|UNTIL|DURING|OF|THROUGHOUT)\s{1,3}$")
#: Words before a bare year that make it one for sure, and those that do so unless a counted noun follows.
YEAR_LEAD = re.compile(r"\b(?:in|since|during|the|until|till|by|early|late|mid)[\s-]{1,3}$", re.IGNORECASE)
YEAR_LEAD_WEAK = re.compile(
    r"(?:\b(?:of|to|from|and|for|before|after|between|around|through|throughout|back|pre|post|as|than|with)[\s-]{1,3}"
    r"|[(\[/,;]\s{0,2})$",
    re.IGNORECASE,
)
COUNTED = re.compile(
    r"\s{1,3}(?:more\s|other\s|armed\s|new\s)?(?:people|men|women|children|dead|killed|wounded|injured|police|personnel"
    r"|percent|per\scent|million|billion|km|kg|US|[a-z]{3,20}s)\b",
    re.IGNORECASE,
)
