"""Which tokens are a figure of things, and what does it say?

Digits with separators, words, "two dozen", ranges, hedges and vague words. Not figures: years, ages, dates, ordinals,
money, percentages, distances, calibres and sizes such as "7,500-strong".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.article import Exactness
from streams.firstcut.tokens import Token

_UNITS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
#: Vague words (low, high), inclusive.
VAGUE: dict[str, tuple[int, int]] = {
    "several": (3, 9), "tens": (10, 99), "dozens": (12, 99), "scores": (20, 199), "hundreds": (100, 999),
    "thousands": (1000, 9999),
}  # fmt: skip
_HEDGES: tuple[tuple[tuple[str, ...], Exactness], ...] = (
    (("at", "least"), "at_least"), (("more", "than"), "at_least"), (("no", "fewer", "than"), "at_least"),
    (("no", "less", "than"), "at_least"), (("over",), "at_least"), (("up", "to"), "at_most"),
    (("as", "many", "as"), "at_most"), (("fewer", "than"), "at_most"), (("less", "than"), "at_most"),
    (("not", "more", "than"), "at_most"), (("about",), "approx"), (("around",), "approx"), (("some",), "approx"),
    (("nearly",), "approx"), (("almost",), "approx"), (("approximately",), "approx"), (("roughly",), "approx"),
    (("an", "estimated"), "approx"),
)  # fmt: skip
_NOT_AFTER = frozenset(
    "percent per % km kilometers kilometres kilometer kilometre miles mile metres meters kg kilograms grams tons "
    "tonnes feet ft hours hour minutes minute days day weeks week months month years year year-old years-old am pm "
    "a.m p.m dollars euros pounds pesos degrees mm cm hectares acres litres liters th st nd rd times vehicles cars "
    "houses homes trucks buses bases countries votes seats points goals runs".split()
)
_NOT_BEFORE = frozenset("$ € £ ¥ # no. number aged age usd route highway page article resolution chapter level".split())
_MONTHS = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec".split()
)
_DATE_WORDS = frozenset("in since until by late early mid from of during".split())


class Number(NamedTuple):
    """A figure: token indices (half-open), and what it says. ``unit`` is the word behind it that rules it out."""

    first: int
    last: int
    low: int | None
    high: int | None
    exactness: Exactness
    vetoed: str | None


def numbers_in(tokens: Sequence[Token]) -> list[Number]:
    """Every figure in order, hedge included; those that count no people or things carry a veto."""
    found: list[Number] = []
    i = 0
    while i < len(tokens):
        number = _number_at(tokens, i)
        if number is None:
            i += 1
            continue
        number = _ranged(tokens, number)
        found.append(_hedged(tokens, number._replace(vetoed=_veto(tokens, number))))
        i = number.last
    return found


def value_of(text: str) -> int | None:
    """The whole number that digits say; None for a fraction or anything else."""
    digits = text.replace(",", "").replace("\u00a0", "").replace("\u202f", "")
    if digits.count(".") == 1 and len(digits.split(".")[1]) == 3:
        digits = digits.replace(".", "")
    return int(digits) if digits.isdigit() and digits.isascii() and len(digits) < 12 else None


def _number_at(tokens: Sequence[Token], i: int) -> Number | None:
    word = tokens[i].lower
    if word[0].isdigit():
        value = value_of(tokens[i].text)
        return _scaled(tokens, i, i + 1, value) if value is not None else None
    if word in VAGUE:
        low, high = VAGUE[word]
        return Number(i, i + 1, low, high, "vague", None)
    if word == "half" and _words(tokens, i + 1, 2) == ("a", "million"):
        return Number(i, i + 3, 500_000, 500_000, "exact", None)
    if word == "a" and i + 1 < len(tokens) and tokens[i + 1].lower in ("hundred", "thousand", "million", "dozen"):
        return _scaled(tokens, i, i + 1, 1)
    if word in _UNITS or word in _TENS or "-" in word:
        value = _word_value(word)
        return _scaled(tokens, i, i + 1, value) if value is not None else None
    return None


def _word_value(word: str) -> int | None:
    if word in _UNITS:
        return _UNITS[word]
    tens, _, unit = word.replace("‑", "-").partition("-")
    if tens not in _TENS:
        return None
    return _TENS[tens] + (_UNITS.get(unit, 0) if unit else 0)


def _scaled(tokens: Sequence[Token], first: int, last: int, value: int) -> Number:
    """Take "hundred", "thousand" and the like behind a value, and what they add: "two hundred and five"."""
    total, current = 0, value
    while last < len(tokens):
        word = tokens[last].lower
        if word in _SCALES:
            current *= _SCALES[word]
            if current >= 1000:
                total, current = total + current, 0
            last += 1
        elif word == "and" and last + 1 < len(tokens) and total + current >= 100 and tokens[last - 1].lower in _SCALES:
            more = _word_value(tokens[last + 1].lower)
            if more is None:
                break
            current, last = current + more, last + 2
        elif tokens[last - 1].lower in _SCALES and (more := _word_value(word)) is not None:
            current, last = current + more, last + 1
        else:
            break
    return Number(first, last, total + current, total + current, "exact", None)


def _ranged(tokens: Sequence[Token], number: Number) -> Number:
    """ "between 10 and 20", "10 to 20", "10-20": one figure."""
    i = number.last
    if i + 1 >= len(tokens) or number.exactness != "exact":
        return number
    between = number.first > 0 and tokens[number.first - 1].lower == "between" and tokens[i].lower == "and"
    if not between and tokens[i].lower not in ("-", "–", "to", "or"):
        return number
    other = _number_at(tokens, i + 1)
    if other is None or other.low is None or number.low is None or other.low <= number.low:
        return number
    return Number(number.first - between, other.last, number.low, other.high, "range", None)


def _hedged(tokens: Sequence[Token], number: Number) -> Number:
    if number.exactness not in ("exact", "vague"):
        return number
    for words, exactness in _HEDGES:
        first = number.first - len(words)
        if first < 0 or _words(tokens, first, len(words)) != words:
            continue
        if number.exactness == "vague":
            return number._replace(first=first)
        if exactness == "at_least":
            return number._replace(first=first, exactness=exactness, high=None)
        if exactness == "at_most":
            return number._replace(first=first, exactness=exactness, low=None)
        return number._replace(first=first, exactness=exactness)
    return number


def _veto(tokens: Sequence[Token], number: Number) -> str | None:
    """Why a figure counts nothing that matters here, or None."""
    before = tokens[number.first - 1].lower if number.first else ""
    after = tokens[number.last].lower if number.last < len(tokens) else ""
    if after in ("-", "‑") and number.last + 1 < len(tokens) and tokens[number.last + 1].lower == "strong":
        return "force_size"
    if after.endswith("-strong"):
        return "force_size"
    if (
        after in ("-", "‑")
        and number.last + 1 < len(tokens)
        and tokens[number.last].end == tokens[number.last + 1].start
    ):
        return "compound"
    if before in _NOT_BEFORE or after in _NOT_AFTER or after.startswith(("-year", "-day", "-hour", "-mile")):
        return "unit"
    if before in _MONTHS or after in _MONTHS or (before == "the" and after in ("st", "nd", "rd", "th")):
        return "date"
    year = number.low is not None and 1900 <= number.low <= 2100 and "," not in tokens[number.first].text
    if (
        year
        and number.exactness == "exact"
        and number.last - number.first == 1
        and (before in _DATE_WORDS or after in ("", ".", ",", ")", "to", "when", "and") or before in _MONTHS)
    ):
        return "year"
    if before in (":",) or after in (":",):
        return "time"
    return None


def _words(tokens: Sequence[Token], first: int, count: int) -> tuple[str, ...]:
    return tuple(token.lower for token in tokens[first : first + count])
