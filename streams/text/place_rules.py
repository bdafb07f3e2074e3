"""What do the words around a place's name say of it? Whether it is one, of which kind, and how near.

Every pattern is anchored at the name or looks at a bounded stretch before it.
"""

from __future__ import annotations

import re
import string
from collections import Counter

from streams.text.gazetteer import DIVISION_RADIUS_KM, Entry, key_of, rows

PRECISION = {"country": "country", "demonym": "country", "division": "admin1", "region": "region", "town": "town"}
#: A town of so many people needs no word beside it that says it is a place.
KNOWN_TOWN = 300_000


def _sets(file: str, separator: str) -> dict[str, frozenset[str]]:
    """The rows of a data file gathered: set name → folded names or words."""
    table: dict[str, set[str]] = {}
    for rule, names, *_ in rows(file):
        table.setdefault(rule, set()).update(key_of(name) for name in names.split(separator))
    return {rule: frozenset(names) for rule, names in table.items()}


_DOUBTFUL = _sets("doubtful_names.tsv", "|")
_NEVER, _PERSON, _NOT_IN_CAPS = _DOUBTFUL["never"], _DOUBTFUL["person"], _DOUBTFUL["caps"]
_WORDS = _sets("place_words.tsv", " ")
_TITLES, _CUES, _COMPANY, _ARTICLES = _WORDS["title"], _WORDS["cue"], _WORDS["company"], _WORDS["article"]
PREFER_DIVISION = _DOUBTFUL["division"]
LARGEST = _DOUBTFUL["largest"]

CAPITALISED = re.compile(r"[A-Z]\w*")
_NOUN = r"provinces?|governorates?|regions?|states?|departments?|oblasts?|prefectures?"
DIVISION_AFTER = re.compile(
    rf"\s(?:{_NOUN}|{_NOUN.upper()}|Province|Governorate|Oblast|Department|Prefecture|Region)\b(?! of\b)"
)
_DIVISION_BEFORE = re.compile(rf"\b(?:{_NOUN}) of $", re.IGNORECASE)
CITY_AFTER = re.compile(r"\s(?:city)\b", re.IGNORECASE)
_CITY_BEFORE = re.compile(r"\b(?:city|town|village|port|capital)(?: of)?,? $", re.IGNORECASE)
QUALIFIER_GAP = re.compile(r",\s{1,2}|\s\(")
_SMALL, _CAPITAL = string.ascii_lowercase.encode(), string.ascii_uppercase.encode()
_COMPASS = r"(?:north|south|east|west)(?: ?(?:east|west))?"
_NEAR_BEFORE = re.compile(
    rf"(?:\b(?P<n>\d{{1,4}}(?:\.\d)?)\s?(?P<u>km|kms|kilomet(?:er|re)s?|miles?|mi)\b(?:\s\(\d[^()]{{0,20}}\))?\s)?"
    rf"(?:\b(?:to the |just )?(?P<dir>{_COMPASS}) of|\b(?P<near>across the \w+ from|near|outside|close to|around"
    r"|away from|from|in the vicinity of|surrounding)|\b(?P<edge>outskirts of|suburbs? of|edge of))"
    r"(?: the (?:city|town|village) of)? $",
    re.IGNORECASE,
)
_SIDE_BEFORE = re.compile(
    rf"\b(?P<side>(?:{_COMPASS}ern|far {_COMPASS}|{_COMPASS}|central|upper|lower|greater|rural|downtown)) $",
    re.IGNORECASE,
)
_WIDENING = frozenset("of near outside to around from surrounding central upper lower greater downtown".split()).union(
    f"{north}{east}{ern}" for north in ("north", "south", "") for east in ("east", "west", "") for ern in ("", "ern")
)
_CAPITAL_AFTER = re.compile(r"\s([A-Z][\w']+)")
HYPHENS = frozenset("-‑")
#: After the text's own hyphen: "UK-sized" is no place.
LIKENESS_AFTER = re.compile(r"[-‑](?:sized?|style|like)\b", re.IGNORECASE)


def is_all_caps(folded: str) -> bool:
    """Whether the text is written in capitals throughout, so that case tells nothing."""
    middle = len(folded) // 2
    sample = (folded[:300] + folded[middle : middle + 300]).encode("ascii", "ignore")
    small = len(sample) - len(sample.translate(None, _SMALL))
    return small * 10 < len(sample) - len(sample.translate(None, _CAPITAL))


def is_cased(folded: str, start: int, end: int, key: str, caps: bool) -> bool:
    """Whether the name is written as one: acronyms in capitals, long names with a capital at their last word."""
    if caps:
        return True
    if key in _ACRONYMS:
        return folded[start:end].isupper()
    space = folded.rfind(" ", start, end)
    if space < 0:
        return True
    last = folded[space + 1 : end]
    return not last[0].islower() or last in _SMALL_ENDS


_ACRONYMS = frozenset("us u.s. usa u.s.a. uk u.k. uae u.a.e. car drc prc rok ksa dprk barmm".split())
_IN_BEFORE = re.compile(
    r"\b(?:in|to|from|across|into|within|inside|throughout|leave|left|entered) (?:the )?$", re.IGNORECASE
)


def is_adjective(folded: str, start: int, key: str) -> bool:
    """Whether a country's acronym stands for its people, as "US" does but in "in the US"."""
    if key not in _ACRONYMS:
        return False
    return _IN_BEFORE.search(folded[max(0, start - 16) : start]) is None


_SMALL_ENDS = frozenset("peninsula region basin forest desert sea strait countryside territories".split())


def is_believable(
    folded: str, start: int, end: int, key: str, entries: tuple[Entry, ...], votes: Counter[str], caps: bool
) -> bool:
    """Whether the name is a place's here, and no person's, word's or part of one."""
    if key in _NEVER or (caps and key in _NOT_IN_CAPS):
        return False
    if key in _PERSON and not caps and _is_in_a_name(folded, start, end):
        return False
    if any(entry.kind != "town" for entry in entries):
        return True
    before = _word_before(folded, start)
    cue = before.lower().rstrip(".")
    if cue in _TITLES:
        return False
    large = entries[0].size >= KNOWN_TOWN
    spoken_of = any(votes[entry.country or ""] for entry in entries)
    if caps:
        return large or (spoken_of and entries[0].country != "US")
    if not large and _is_in_a_name(folded, start, end):
        return False
    return large or spoken_of or cue in _CUES


_KIND_ENDS = frozenset({"of", "city", "town", "village", "port", "capital"})


def kind_before(folded: str, start: int) -> str:
    """ "division" after "province of", "town" after "city of" and its like; else empty."""
    if _word_before(folded, start).lower().rstrip(",") not in _KIND_ENDS:
        return ""
    if _DIVISION_BEFORE.search(folded, max(0, start - 24), start):
        return "division"
    return "town" if _CITY_BEFORE.search(folded, max(0, start - 24), start) else ""


def _word_before(folded: str, start: int) -> str:
    """The word that one blank parts from the name; empty when there is another mark or a break between."""
    before = folded[max(0, start - 24) : start]
    return before[:-1].rpartition(" ")[2] if before.endswith(" ") else ""


def _is_in_a_name(folded: str, start: int, end: int) -> bool:
    """Whether another capitalised word that goes with a person stands beside it: "Jordan Smith", "Muqtada al-Sadr"."""
    following = _CAPITAL_AFTER.match(folded, end)
    if following is not None and not _is_company(following.group(1)):
        return True
    before = _word_before(folded, start)
    if before in _ARTICLES:
        before = _word_before(folded, start - len(before) - 1)
    return before[:1].isupper() and before[-1:] not in ',;:()"”' and not _is_company(before)


def _is_company(word: str) -> bool:
    return word.lower().rstrip(".") in _COMPANY or word.isupper() or word.endswith("'s")


def widen(folded: str, start: int, end: int, entry: Entry) -> tuple[int, int, str, float | None]:
    """The span with the words that belong to the place, its precision and its radius in kilometres."""
    precision = PRECISION[entry.kind]
    radius = entry.radius_km
    noun = DIVISION_AFTER.match(folded, end) if entry.kind != "country" else None
    if noun is not None:
        end = noun.end()
        if entry.kind == "town":
            precision, radius = "admin1", DIVISION_RADIUS_KM
    elif entry.kind == "town" and (city := CITY_AFTER.match(folded, end)):
        end = city.end()
    before = folded[max(0, start - 60) : start]
    if before[:-1].rpartition(" ")[2].lower() not in _WIDENING:
        return start, end, precision, radius
    near = _NEAR_BEFORE.search(before) if entry.kind in {"town", "division"} else None
    if near is not None and _is_near(near):
        return start - len(before) + near.start(), end, "near", max(_near_radius(near), radius or 0.0)
    side = _SIDE_BEFORE.search(before)
    if side is not None:
        start -= len(before) - side.start()
        if entry.kind == "country" and radius is not None:
            return start, end, "region", float(round(radius / 2))
    return start, end, precision, radius


def _is_near(near: re.Match[str]) -> bool:
    """ "from X" and "away from X" tell of nearness with a distance only."""
    word = (near.group("near") or "").lower()
    return near.group("n") is not None or word not in {"from", "away from"}


def _near_radius(near: re.Match[str]) -> float:
    if near.group("n"):
        distance = float(near.group("n")) * (1.609 if near.group("u").lower().startswith("mi") else 1.0)
        return float(round(max(distance, 10.0)))
    if near.group("dir"):
        return 50.0
    return 20.0 if near.group("near") else 15.0
