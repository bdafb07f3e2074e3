"""Which figures does a sentence state? Digits, words, ranges, hedges and vague words, read as low and high.

Years, ages, dates, ordinals, money, percentages, distances, calibres and scores are no figures. "7,500-strong"
is one of kind ``force_size``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from streams.article import Exactness


class Figure(NamedTuple):
    """Tokens ``first`` to ``last`` (half-open, hedge included) state ``low`` to ``high``; None is open."""

    first: int
    last: int
    low: int | None
    high: int | None
    exactness: Exactness
    kind: str = "number"


_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
UNITS = {word: value for value, word in enumerate(_SMALL)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
UNITS |= {f"{ten}-{one}": 20 + 10 * n + m for n, ten in enumerate(_TENS) for m, one in enumerate(_SMALL) if 0 < m < 10}
SCALES = {"dozen": 12, "score": 20, "hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
#: Words that stand for a number nobody counted: lowest and highest reading.
VAGUE = {
    "several": (3, 9),
    "tens": (10, 99),
    "dozens": (12, 99),
    "scores": (20, 199),
    "hundreds": (100, 999),
    "thousands": (1000, 9999),
    "millions": (1_000_000, 9_999_999),
}
_NUMBER_WORDS = frozenset({*UNITS, *SCALES, *VAGUE, "a", "half", "both"})
_VAGUE_TEENS = {("tens", "thousands"): (10_000, 99_999), ("hundreds", "thousands"): (100_000, 999_999)}
_AT_LEAST = ("at least", "more than", "over", "no fewer than", "no less than", "not less than", "upwards of", "above")
_AT_MOST = ("up to", "as many as", "at most", "no more than", "fewer than", "less than", "under", "a maximum of")
_APPROX = (
    "about around some nearly almost approximately roughly close to estimated an estimated circa just over".split()
)
_HEDGES: dict[tuple[str, ...], Exactness] = {
    **{tuple(phrase.split()): "at_least" for phrase in _AT_LEAST},
    **{tuple(phrase.split()): "at_most" for phrase in _AT_MOST},
    **{(word,): "approx" for word in _APPROX if word not in {"close", "to", "an", "just", "over"}},
    ("close", "to"): "approx",
    ("an", "estimated"): "approx",
    ("just", "over"): "at_least",
    ("just", "under"): "at_most",
    ("well", "over"): "at_least",
}
_HEDGE_ENDS = {hedge[-1] for hedge in _HEDGES}
_MONTHS = frozenset(
    """january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec""".split()
)
_UNITS_AFTER = frozenset(
    """% percent pct per-cent year years year-old yr month months week weeks day days hour hours minute minutes second
    seconds km kms kilometer kilometers kilometre kilometres mile miles meter meters metre metres feet foot ft yards mm
    cm inch inches acres hectares dollars dollar euros pounds pesos rupees dlrs mln bln stg cents degrees tons tonnes
    kg kilos kilograms gallons liters litres barrels watts am pm a.m. p.m. gmt est edt o'clock hrs local years-old
    caliber calibre points point percentage th nd rd st bpd times fold""".split()
)
_NUMBERED_BEFORE = frozenset(
    """$ £ € ¥ # aged age no nos number article section chapter resolution room route highway flight page law decree
    kilometer km block level channel bus gate act usd us$ rs plus minus version psalm""".split()
)
_YEAR_BEFORE = frozenset("in since of late early mid by from until during before after the , to and year (".split())
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*$")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+$")
_RANGE = re.compile(r"(\d+(?:,\d{3})*)-(\d+(?:,\d{3})*)$")
_STRONG = re.compile(r"(\d+(?:,\d{3})*)-(?:strong|man|member)$")
_SHORT = re.compile(r"(\d+)k$")
_BIGGEST_DIGITS = 12


def find_figures(words: Sequence[str]) -> list[Figure]:
    """The figures of a sentence's folded words, in order, none overlapping another."""
    found: list[Figure] = []
    done = 0
    for at in [at for at, word in enumerate(words) if word in _NUMBER_WORDS or word[0].isdigit()]:
        figure = _figure_at(words, at) if at >= done else None
        if figure is not None:
            figure = _between(words, figure) or figure
            found.append(_hedged(words, figure, done))
            done = figure.last
    return found


def _between(words: Sequence[str], figure: Figure) -> Figure | None:
    """ "Between 20 and 30": one figure with two ends."""
    first, last = figure.first, figure.last
    if not first or words[first - 1] != "between" or words[last : last + 1] != ["and"] or last + 1 >= len(words):
        return None
    upper = _figure_at(words, last + 1)
    if upper is None or upper.exactness != "exact" or figure.exactness != "exact":
        return None
    if figure.low is None or upper.high is None or upper.high <= figure.low:
        return None
    return Figure(first - 1, upper.last, figure.low, upper.high, "range")


def _figure_at(words: Sequence[str], at: int) -> Figure | None:
    word = words[at]
    if word in VAGUE:
        return _vague(words, at)
    if word in ("a", "half") or word in UNITS or word in SCALES:
        return _spelled(words, at)
    if word == "both":
        if "and" in words[at + 2 : at + 4]:  # "both Honduran and Salvadoran civilians" counts nobody
            return None
        return Figure(at, at + 1, 2, 2, "exact")
    return _digits(words, at) if word[0].isdigit() else None


def _vague(words: Sequence[str], at: int) -> Figure:
    wide = (
        _VAGUE_TEENS.get((words[at], words[at + 2]))
        if words[at + 1 : at + 2] == ["of"] and at + 2 < len(words)
        else None
    )
    low, high = wide or VAGUE[words[at]]
    return Figure(at, at + (3 if wide else 1), low, high, "vague")


def _spelled(words: Sequence[str], at: int) -> Figure | None:
    last, value = _number_words(words, at)
    if value is None or _is_no_count(words, at, last):
        return None
    if words[last : last + 1] and words[last] in ("or", "to", "and") and words[at] != "a":
        end, upper = _number_words(words, last + 1)
        if words[last] != "and" and upper is not None and upper > value and not _is_no_count(words, last + 1, end):
            return Figure(at, end, value, upper, "range")
    return Figure(at, last, value, value, "exact")


def _number_words(words: Sequence[str], at: int) -> tuple[int, int | None]:
    """Read "two hundred and fifty", "half a dozen", "a couple": (token after it, value or None)."""
    total, current, place, seen = 0, 0, at, False
    if words[at : at + 2] in (["a", "couple"], ["a", "pair"]):
        return at + (3 if words[at + 2 : at + 3] == ["of"] else 2), 2
    half = words[at : at + 1] == ["half"]
    if half:
        place = at + 2 if words[at + 1 : at + 2] == ["a"] else at + 1
        return (place + 1, SCALES[words[place]] // 2) if place < len(words) and words[place] in SCALES else (at, None)
    if words[at : at + 1] == ["a"]:
        if at + 1 < len(words) and words[at + 1] in SCALES and words[at + 1] != "score":
            place, current = at + 1, 1
        else:
            return at, None
    while place < len(words):
        word = words[place]
        if word in UNITS and (not seen or current % 100 == 0 or current == 0):
            current += UNITS[word]
        elif word in ("hundred", "dozen") and (seen or current):
            current = (current or 1) * SCALES[word]
        elif word in SCALES and (seen or current) and word != "score":
            total, current = total + (current or 1) * SCALES[word], 0
        elif (
            word == "and"
            and seen
            and words[place - 1] in SCALES
            and words[place + 1 : place + 2]
            and words[place + 1] in UNITS
        ):
            place += 1
            continue
        else:
            break
        seen = True
        place += 1
    return (place, total + current) if seen else (at, None)


def _digits(words: Sequence[str], at: int) -> Figure | None:
    word = words[at]
    strong = _STRONG.match(word)
    if strong:
        size = _value(strong[1])
        return Figure(at, at + 1, size, size, "exact", "force_size") if size is not None else None
    span = _RANGE.match(word)
    if span:
        low, high = _value(span[1]), _value(span[2])
        good = low is not None and high is not None and low < high and not _is_no_count(words, at, at + 1)
        return Figure(at, at + 1, low, high, "range") if good and not _is_score_or_year(word) else None
    short = _SHORT.match(word)
    value = int(short[1]) * 1000 if short and len(short[1]) < 7 else _value(word) if _DIGITS.match(word) else None
    last = at + 1
    if value is not None and _goes_on(words, at):
        value, last = value * 1000 + int(words[last]), last + 1
    if last < len(words) and words[last] in SCALES and value is not None:
        value, last = value * SCALES[words[last]], last + 1
    if value is None or _is_no_count(words, at, last) or _is_year(words, at):
        return None
    if (
        words[last : last + 1]
        and (at == 0 or words[at - 1] not in ("by", "from"))
        and words[last] in ("to", "or", "-")
        and last + 1 < len(words)
        and words[last + 1][0].isdigit()
    ):
        upper = _value(words[last + 1]) if _DIGITS.match(words[last + 1]) else None
        if upper is not None and upper > value and not _is_no_count(words, last + 1, last + 2):
            return Figure(at, last + 2, value, upper, "range")
    return Figure(at, last, value, value, "exact")


def _goes_on(words: Sequence[str], at: int) -> bool:
    """Whether a blank parts the thousands: "1 200 people", not "May 12 300 people"."""
    behind = words[at + 1 : at + 3]
    if len(words[at]) > 3 or not words[at].isdecimal() or words[at][0] == "0":
        return False
    whole = len(behind) == 2 and len(behind[0]) == 3 and behind[0].isdecimal() and behind[1].isalpha()
    return whole and (at == 0 or words[at - 1] not in _MONTHS | _NUMBERED_BEFORE | {"on", "in", "aged"})


def _value(text: str) -> int | None:
    if len(text) > _BIGGEST_DIGITS + 4:
        return None
    plain = text.replace(",", "").replace(".", "") if _GROUPED.match(text) else text
    return int(plain) if plain.isdecimal() else None


def _is_score_or_year(word: str) -> bool:
    low, _, high = word.partition("-")
    return len(low) == 4 and low.isdecimal() and 1800 <= int(low) <= 2100 and len(high) in (2, 4)


def _is_no_count(words: Sequence[str], first: int, last: int) -> bool:
    """Whether what stands round the number makes it a date, an age, money, a measure or a name's number."""
    before = words[first - 1] if first else ""
    after = words[last] if last < len(words) else ""
    if (
        before in _NUMBERED_BEFORE
        or after in _UNITS_AFTER
        or (before in _MONTHS and words[first][0].isdigit())
        or (after == "-" and before != "")
    ):
        return True
    if after in _MONTHS and (after not in ("may", "march") or _is_date_end(words, last + 1)):
        return True
    if after == ":" or (
        before == ":" and last - first == 1 and words[first].isdecimal() and first > 1 and words[first - 2].isdecimal()
    ):
        return True
    aged = before == "," and after in (",", ".") and last - first == 1 and words[first].isdecimal()
    aged = aged or (before in ("and", "or", "to") and first > 2 and words[first - 3] in ("aged", "ages"))
    named = before == "(" and after == ")"
    return aged or named or after.startswith(("year", "month-old"))


def _is_date_end(words: Sequence[str], at: int) -> bool:
    """Whether "19 may" or "19 march" goes on as a date does: with a year, a comma or nothing."""
    return at >= len(words) or not words[at][0].isalpha()


def _is_year(words: Sequence[str], at: int) -> bool:
    word = words[at]
    if not (len(word) == 4 and word.isdecimal() and 1800 <= int(word) <= 2100):
        return False
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    return (
        before in _YEAR_BEFORE
        or before in _MONTHS
        or not after
        or not after[0].isalpha()
        or after in ("when", "and", "to")
    )


def _hedged(words: Sequence[str], figure: Figure, floor: int) -> Figure:
    """The figure with the hedge before it, which opens one side of it."""
    first = figure.first
    if not first or words[first - 1] not in _HEDGE_ENDS or figure.kind != "number":
        return figure
    for size in (3, 2, 1):
        if first - size < floor:
            continue
        kind = _HEDGES.get(tuple(words[first - size : first]))
        if kind is None:
            continue
        widened = figure._replace(first=first - size)
        if figure.exactness == "vague":
            return widened
        if kind == "at_least":
            return widened._replace(high=None, exactness="at_least")
        if kind == "at_most":
            return widened._replace(low=None, exactness="at_most")
        return widened if figure.exactness == "range" else widened._replace(exactness="approx")
    return figure
