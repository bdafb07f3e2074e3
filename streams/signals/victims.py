"""A group of people and the verb or noun that hurts them make a toll: whose side, which relation, what it voids."""

from __future__ import annotations

from typing import NamedTuple

from streams.article import Exactness, Relation, Side
from streams.lazy import lazy
from streams.signals.coordination import Groups
from streams.signals.people import Group
from streams.signals.revisions import UNNAMED, says_it_was_wrong, taken_back
from streams.signals.sentence import AUXILIARIES, PERFECT, Found, Sentence

_TAKEN_ALIVE = frozenset({"hostages", "captured", "freed"})
_HURT = frozenset({"killed", "wounded", "casualties"})
_TOLD_BEFORE = frozenset("them whom".split())
_DEAD = frozenset("dead victims".split())
_LATER = frozenset("later subsequently then also".split())
_HURT_BEFORE = frozenset("wounded injured".split())
_HELPERS = AUXILIARIES | PERFECT
_REPORTS = frozenset("reports report word information immediate confirmed details".split())
_PRONOUNS = frozenset("he she they".split())
_LONE_ATTACKERS = frozenset("gunman gunmen attacker attackers assailant assailants shooter shooters bomber".split())
_ATTACKER_CLASSES = frozenset({"attacker", "rebel"})


class Toll(NamedTuple):
    """A figure with its verb. ``first`` and ``last`` are the tokens that state it."""

    measure: str
    low: int | None
    high: int | None
    exactness: Exactness
    relation: Relation
    side: Side
    class_: str | None
    first: int
    last: int
    verb: Found
    object: str | None = None
    names: tuple[str, ...] = ()
    of: int | None = None
    attacks: int | None = None
    corrects: int | None = None
    kind: str = "people"


class Victims:
    """Makes the tolls of one sentence; a group once counted as hurt is not counted again."""

    def __init__(self, sentence: Sentence, groups: Groups) -> None:
        self.sentence, self.groups = sentence, groups
        self.words = sentence.words
        self.told: set[str] = set()
        """Measures of which the sentence has stated a figure."""

    def count(self, hit: Found, group: Group) -> Toll | None:
        """The toll of a group that belongs to a hit; None when it counts no victims or is counted already."""
        stated = self._in_place_of(group)
        if stated is not None:
            toll = self.count(hit, stated)
            self.groups.taken.add(group.first)
            return toll._replace(corrects=group.low) if toll is not None else None
        if group.kind in ("attacks", "bases", "violations"):
            return None
        if "how" in self.sentence.words[max(group.first - 2, 0) : group.first + 1] and group.exactness == "unstated":
            return None
        hurt = hit.phrase.measure not in _TAKEN_ALIVE
        if hurt and group.first in self.groups.taken:
            return None
        if group.kind == "name" and hit.phrase.measure == "killed" and not self._names_a_person(group):
            return None
        toll = self.state(hit, group)
        if hurt:
            self.groups.taken.add(group.first)
            self.told.add(hit.phrase.measure)
        return self._voiding(toll, group) if toll.relation == "total" else toll

    def _in_place_of(self, group: Group) -> Group | None:
        """The group that stands in a wrong one's place: "17 people, not 22, were killed"."""
        if self.sentence.word(group.first - 1) != "not" or group.low is None:
            return None
        end = group.first - 1 - (self.sentence.word(group.first - 2) == ",")
        stated = self.groups.ending.get(end)
        return stated if stated is not None and stated.first not in self.groups.taken else None

    def _voiding(self, toll: Toll, group: Group) -> Toll:
        """The toll with the earlier figure that the same sentence takes back, if any."""
        old = taken_back(self.words, self.groups.all, group.last)
        if old is not None:
            self.groups.taken.add(old.first)
            return toll._replace(corrects=old.low)
        return toll._replace(corrects=UNNAMED) if self._was_wrong else toll

    @lazy
    def _was_wrong(self) -> bool:
        return says_it_was_wrong(self.words)

    def _names_a_person(self, group: Group) -> bool:
        """Whether a name is a victim's: it has two parts, or stands in a list or with a title of people."""
        before, after = self.sentence.word(group.first - 1), self.sentence.word(group.last)
        if before in ("in", "at", "near", "from"):
            return False
        return group.last - group.first > 1 or bool(group.head) or "and" in (before, after) or after == ","

    def state(self, hit: Found, group: Group) -> Toll:
        """The toll that a hit and a group make, whether or not the group is counted already."""
        attackers = group.class_ in _ATTACKER_CLASSES or "own" in self.words[group.first : group.last]
        attackers = attackers or self._is_the_attacker(group)
        return Toll(
            measure=hit.phrase.measure,
            low=group.low,
            high=group.high,
            exactness=group.exactness,
            relation=self._relation(hit, group),
            side="perpetrator" if attackers else "victim",
            class_="combatant" if attackers else group.class_,
            first=group.first,
            last=group.last,
            verb=hit,
            object=None if group.kind == "bare" else self._object_text(group),
            names=group.names,
            of=group.of,
            kind=group.kind,
        )

    def _is_the_attacker(self, group: Group) -> bool:
        """Whether a pronoun means the one who did it: "the gunman killed three before he was shot dead"."""
        if self.words[group.first] not in _PRONOUNS or not self.told:
            return False
        return not _LONE_ATTACKERS.isdisjoint(self.words[: group.first])

    def _relation(self, hit: Found, group: Group) -> Relation:
        """Part of a figure told already ("four of the dead"), on top of one ("two more"), or a total of its own."""
        inner = self.words[group.first : group.last + 3]
        of = inner.index("of") if "of" in inner else len(inner)
        whole = set(inner[of + 1 : of + 3])
        of_some = group.of is not None and group.of != group.low
        of_other_hurt = "casualties" in self.told and hit.phrase.measure in ("killed", "wounded")
        if (group.part and not (of_other_hurt and hit.phrase.measure not in self.told)) or whole & _DEAD:
            return "part"
        if of_some or whole & _TOLD_BEFORE:
            here = of_some or "whom" in whole or self._is_preceded(group)
            return "total" if here and self._stands_alone(hit, group) else "part"
        if hit.phrase.measure == "killed" and (
            whole & _HURT_BEFORE or (group.more and "more" in inner and self.words[group.last - 1] != "others")
        ):
            return "increment"
        return "total"

    def _is_preceded(self, group: Group) -> bool:
        """Whether several were named before the group."""
        return any(g.last <= group.first and g.low not in (None, 1) for g in self.groups.all)

    def _stands_alone(self, hit: Found, group: Group) -> bool:
        """Whether a figure of some has a verb of its own and is the first of its measure."""
        behind = group.last + (self.sentence.word(group.last) in _TOLD_BEFORE)
        while self.sentence.word(behind) in _LATER and behind < hit.first:
            behind += 1
        named_by_it = behind < hit.first and any(
            f.first == behind and f.phrase.kind == "verb" for f in self.sentence.found
        )
        own_verb = (
            named_by_it or self.sentence.word(behind) in _HELPERS or behind == hit.first or group.first >= hit.last
        )
        return own_verb and hit.phrase.measure not in self.told and hit.phrase.measure in _HURT

    def _object_text(self, group: Group) -> str:
        figure = self.sentence.figures.get(group.first)
        first = figure.last if figure is not None and figure.last < group.last else group.first
        start, end = self.sentence.span(first, group.last)
        return self.sentence.text[start:end]

    def zero(self, hit: Found, i: int) -> Toll | None:
        """An explicit nought, unless it is only that nothing is known: "no reports of casualties"."""
        if _REPORTS & set(self.words[max(i - 1, 0) : hit.last]):
            return None
        return Toll(hit.phrase.measure, 0, 0, "exact", "total", "victim", None, max(i, 0), hit.last, hit)

    def own(self, hit: Found, i: int, number: int) -> Toll:
        """The attackers' own deaths: "blew himself up, killing himself"."""
        return Toll(
            hit.phrase.measure,
            number,
            number if number == 1 else None,
            "exact" if number == 1 else "unstated",
            "total",
            "perpetrator",
            "combatant",
            i,
            i + 1,
            hit,
        )
