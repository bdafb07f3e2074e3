"""Which groups belong together? Lists, appositions, ages, and the subject of a verb behind a relative clause."""

from __future__ import annotations

from bisect import bisect_left

from streams.signals.people import Group, find_groups
from streams.signals.sentence import AUXILIARIES, PERFECT, SAYING, Sentence

_JOINTS = tuple(
    tuple(joint.split())
    for joint in ("as well as", "together with", "along with", ", and of", ", and", "and of", "and", ",", "plus")
)
_EMBEDDED_AFTER = frozenset(
    """of with carrying for by near against from to in on at than between aboard transporting following toward
    behind under into about jurisdiction""".split()
)
_DETERMINERS = frozenset("the a an his her their its".split())
_DEFINITE = frozenset("the these those his her their its all".split())
_ARTICLES = frozenset("the a an".split())
_OWNERS = frozenset("his her their its".split())
_HOUSEHOLD = frozenset(
    """wife husband son sons daughter daughters brother brothers sister sisters mother father parents child children
    driver bodyguard bodyguards guard guards escort nephew niece cousin uncle aunt grandson granddaughter grandmother
    grandfather secretary aide aides assistant assistants companion companions girlfriend boyfriend fiancee maid cook
    housekeeper servant servants friend friends colleague colleagues family relatives baby girl boy neighbor
    neighbour""".split()
)
_COUNTABLE = frozenset({"people", "bare", "unknown", "name"})
_RELATIVE = frozenset("who whom whose which".split())
_VERBAL = AUXILIARIES | PERFECT | SAYING
_AGE_WORDS = frozenset("years year old aged age".split())
_OF_WHOM = frozenset("them whom".split())
_OF_THINGS = ("s", "tion", "sion", "ment", "ness", "ity", "ure", "ance", "ence", "ism", "ing")
_WHERE = frozenset("in at near on".split())
_FAR = 12
_BRACKETED = 12
_APPOSITION = 9
_LIST_ENDS = _EMBEDDED_AFTER | frozenset("and or who when as while after during before yesterday today".split())
_MODIFIERS = 3
_OFFICE_LENGTH = 6
_SPEECH_SPAN = 7


class Groups:
    """The groups of one sentence and which of them are already counted."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.words = sentence.words
        self.all = find_groups(sentence)
        self._firsts = [group.first for group in self.all]
        self.starting = {group.first: group for group in self.all}
        self.ending = {group.last: group for group in self.all}
        self.figured = [group for group in self.all if group.first in sentence.figures]
        """Those with a number that is written out."""
        self.taken: set[int] = set()
        self.verbs: set[int] = set()
        """Tokens of the casualty verbs, which end a list."""

    def between(self, first: int, last: int) -> tuple[Group, ...]:
        """The groups that begin at tokens ``first`` to ``last`` (half-open)."""
        return self.all[bisect_left(self._firsts, first) : bisect_left(self._firsts, last)]

    def beginning(self, i: int) -> Group | None:
        """The group that begins at token ``i``, or behind the article there: "executed the two men"."""
        if self.sentence.word(i) in _DEFINITE and i + 1 in self.sentence.figures:
            i += 1
        return self.starting.get(i)

    def free_ending(self, i: int) -> Group | None:
        """A countable group that ends at token ``i`` and is not counted yet."""
        group = self.ending.get(i)
        return group if group is not None and group.first not in self.taken and group.kind in _COUNTABLE else None

    def list_from(self, i: int, *, persons: bool = False) -> list[Group]:
        """The groups joined from token ``i`` on: the objects of a verb, or what "of" governs.

        Where only ``persons`` can stand, the first may be one whom no table knows: "murdered a sexton".
        """
        found: list[Group] = []
        described = False
        i = self._past_modifiers(i)
        group = self.starting.get(i)
        if group is None and persons and self.sentence.word(i) in _DETERMINERS:
            group = self._one_person(i)
        while group is not None and not (found and self._is_subject(group)):
            if found and self._restates(found, i, group, described=described):
                found[-1] = self._named_too(found[-1], group)
                described = not group.names
            else:
                found.append(group)
                described = False
            after = self._past_office(self._past_age(group.last))
            i = self._past_joint(after)
            group = self._next_in_list(i) if i > after else None
            if group is None and i > after and found[-1].names and self.words[after] == ",":
                i = self._past_apposition(i)
                group = self.beginning(i)
            if group is not None and self.words[i - 1] == "," and group.exactness == "unstated":
                group = None
        return found

    def _past_office(self, i: int) -> int:
        """Past "of Tocache" in "the mayor of Tocache and his wife", when the list goes on behind it."""
        if self.sentence.word(i) in _WHERE:
            return self._past_place(i)
        if self.sentence.word(i) != "of":
            return i
        end = i + 1
        while end < min(i + _OFFICE_LENGTH, len(self.words)) and self.sentence.is_name(end):
            end += 1
        if end > i + 1 and self.sentence.word(end) == "and":
            return end
        office = next(
            (k for k in range(i + 1, min(i + _OFFICE_LENGTH, len(self.words))) if self.words[k] in ("and", ",")), None
        )
        if office is not None and self._joins_another(office):
            return office
        comma = next((k for k in range(i + 1, min(i + _OFFICE_LENGTH, len(self.words))) if self.words[k] == ","), None)
        joined = comma is not None and self.sentence.word(comma + 1) in ("along", "together")
        return comma if comma is not None and joined else i

    def _joins_another(self, i: int) -> bool:
        """Whether one more person stands behind the joint at token ``i``: "and a cashier", ", his aide and a guard"."""
        group = self.beginning(i + 1)
        if group is None or group.kind != "people" or group.low != 1 or self.words[i + 1] not in _DETERMINERS:
            return False
        return self.words[i] == "and" or self.sentence.word(group.last) == "and"

    def person_between(self, first: int, last: int) -> Group | None:
        """The person, known or not, that tokens ``first`` to ``last`` are: "his helper"."""
        return self._person(first, last) if self.sentence.word(first) in _DETERMINERS and last - first <= _FAR else None

    def _past_place(self, i: int) -> int:
        """Past "in the market" in "7 in the market and 4 at the station", where each figure has its place."""
        for k in range(i + 1, min(i + _OFFICE_LENGTH, len(self.words))):
            if self.words[k] == "and":
                figure = self.sentence.figures.get(k + 1)
                return k if figure is not None and self.sentence.word(figure.last) in _WHERE else i
        return i

    def _next_in_list(self, i: int) -> Group | None:
        """The group at token ``i`` of a list of people: what stands in it is a person, known or not."""
        known = self.beginning(i)
        if known is not None:
            return known
        end = self._noun_end(i)
        goes_on = self.words[i - 1] in ("and", "of") or self.sentence.word(end) in ("and", ",")
        return self._person(i, end) if goes_on else None

    def _noun_end(self, i: int) -> int:
        """The token behind the unknown noun that follows an article at ``i``, if it ends there; else ``i``."""
        if self.sentence.word(i) not in _DETERMINERS:
            return i
        for end in (i + 2, i + 3) if self.words[i - 1] == "and" else (i + 2,):
            after = self.sentence.word(end)
            if not after or not after[0].isalnum() or after in _LIST_ENDS:
                return end
        return i

    def _person(self, first: int, last: int) -> Group | None:
        """The tokens as one person, unless their noun is a thing's, a place's or a verb."""
        inside = self.words[first + 1 : last]
        classes = self.sentence.lexicon.classes
        things = classes["transport"] | classes["land"] | classes["site"] | classes["weapon"]
        head = inside[-1] if inside else ""
        if not head.isalpha() or head.endswith(_OF_THINGS) or head in things or head in self.sentence.lexicon.objects:
            return None
        if any(i in self.verbs or i in self.sentence.verb_starts for i in range(first, last)):
            return None
        if any(f.first < last and f.last > first for f in self.sentence.found):
            return None
        return Group(first, last, 1, 1, "exact", head, "people")

    def _one_person(self, i: int) -> Group | None:
        """The single noun that an article at token ``i`` opens, as a person."""
        person = self._person(i, self._noun_end(i))
        return person if person is not None and not person.head.endswith("s") else None

    def _past_apposition(self, i: int) -> int:
        """Past "mayor of the town," between a name and the next of the list; ``i`` itself where there is none."""
        for k in range(i, min(i + _APPOSITION, len(self.words))):
            if self.words[k] in _VERBAL or k in self.verbs:
                return i
            if self.words[k] == ",":
                return self._past_joint(k)
        return i

    def _past_modifiers(self, i: int) -> int:
        """Past "political" and "senior leftist", which stand before a named person without an article."""
        if self.sentence.word(i) in _DEFINITE and i + 1 in self.sentence.figures and i + 1 in self.starting:
            return i + 1
        for at in range(i, min(i + _MODIFIERS + 1, len(self.words))):
            group = self.starting.get(at)
            if group is not None:
                return at if at == i or group.names or self.sentence.section == "title" else i
            if not self.words[at].isalpha() or self.words[at] in _EMBEDDED_AFTER:
                return i
        return i

    def _restates(self, found: list[Group], i: int, group: Group, *, described: bool) -> bool:
        """Whether it is the group before in other words: "two men, R. Navas and M. Pineda", "Perez, the mayor"."""
        last = found[-1]
        comma = self.words[i - 1] == ","
        names_one = (
            group.kind == "name" and last.kind != "name" and last.low is not None and last.exactness != "unstated"
        )
        if names_one and last.low is not None and (comma or last.names) and len(last.names) < last.low:
            return True
        told_again = (
            group.low == 1
            and last.low == 1
            and group.kind == "people"
            and (comma or (described and self.words[i - 1] == "and"))
            and self._describes(group)
        )
        return told_again and bool(last.names) and not group.names

    def _describes(self, group: Group) -> bool:
        """Whether a group says who somebody is: "a judge", "its candidate", never "his wife"."""
        word = self.words[group.first]
        return word in _ARTICLES or (word in _OWNERS and group.head not in _HOUSEHOLD)

    def _named_too(self, group: Group, by: Group) -> Group:
        return group._replace(
            names=(*group.names, *by.names), last=by.last, head=group.head or by.head, class_=group.class_ or by.class_
        )

    def list_to(self, group: Group) -> list[Group]:
        """The groups joined up to ``group``: coordinated subjects."""
        found = [group]
        while not _OF_WHOM & set(self.words[group.first : group.last + 1]):
            left = self._left_neighbour(found[0])
            if left is None:
                return found
            if (
                left.names
                and left.low == 1
                and found[0].low == 1
                and not found[0].names
                and self._only_comma(left, found[0])
            ) or self._bears_title(left, found[0]):
                found[0] = self._named_too(left, found[0])
            elif (
                left.kind != "name" and not left.names and found[0].kind == "name" and self._only_comma(left, found[0])
            ):
                named = [g for g in found if g.kind == "name"][: left.low or 1]
                found = [left._replace(names=tuple(n for g in named for n in g.names)), *found[len(named) :]]
            else:
                found.insert(0, left)
        return found

    def _bears_title(self, left: Group, group: Group) -> bool:
        """Whether both are one person: "a French nun, Sister Marie Duval, was killed"."""
        alone = left.low == group.low == 1 and bool(group.names) and not left.names and group.kind == "people"
        return alone and self._only_comma(left, group) and self.sentence.word(group.last) == ","

    def _only_comma(self, left: Group, right: Group) -> bool:
        return "and" not in self.words[left.last : right.first]

    def _left_neighbour(self, group: Group) -> Group | None:
        i = group.first
        while i > 0 and (self.words[i - 1] in ("and", ",") or self._is_age(i - 1)):
            i -= 1
        i = self._past_brackets(i)
        left = self.free_ending(i) if i < group.first else None
        if left is None and i < group.first:
            left = self._before_apposition(i) or self._before_office(i) or self._unknown_before(i)
        if left is None or (self.is_embedded(left) and not self._shares_preposition(left, i)):
            return None
        if (
            left.kind == "name"
            and self._only_comma(left, group)
            and group.kind != "name"
            and group.first - left.last == 1
        ):
            return left if self._describes(group) else None
        return left

    def _shares_preposition(self, left: Group, i: int) -> bool:
        """Whether one preposition governs both: "with 550 villagers and four", "of the six monks and two women"."""
        joined = i == left.last and self.sentence.word(i) == "and" and left.first in self.sentence.figures
        return self.sentence.word(left.first - 1) == "with" or joined

    def _unknown_before(self, i: int) -> Group | None:
        """A person whom no table knows, before token ``i`` of a list: "their housekeeper"."""
        for first in (i - 2, i - 3):
            if first >= 0 and self.words[first] in _DETERMINERS:
                return self._person(first, i)
        return None

    def _before_office(self, i: int) -> Group | None:
        """The counted group whose unit is named before token ``i``: "seven soldiers of the army, and 15"."""
        for k in range(i - 2, max(i - _OFFICE_LENGTH, 0), -1):
            if self.words[k] in AUXILIARIES or self.words[k] in PERFECT or k in self.verbs or self.words[k] == ",":
                return None
            if self.words[k] == "of":
                unit = self.free_ending(k)
                return unit if unit is not None and unit.first in self.sentence.figures else None
        return None

    def _past_brackets(self, i: int) -> int:
        """Back past "(five Spaniards and one Salvadoran)" that ends before token ``i``."""
        if i > 1 and self.words[i - 1] == ")":
            return next((k for k in range(i - 2, max(i - _BRACKETED, -1), -1) if self.words[k] == "("), i)
        return i

    def _before_apposition(self, i: int) -> Group | None:
        """The named person whom words between commas describe: "Maria Diaz, third judge of the court, and two"."""
        for k in range(i - 1, max(i - _APPOSITION, 0), -1):
            if self.words[k] in AUXILIARIES or self.words[k] in PERFECT or k in self.verbs:
                return None
            if self.words[k] == ",":
                named = self.free_ending(k)
                return named if named is not None and named.names else None
        return None

    def _is_age(self, i: int) -> bool:
        word = self.words[i]
        return (word.isdecimal() and len(word) <= 2) or word in _AGE_WORDS

    def _past_age(self, i: int) -> int:
        if self.sentence.word(i) != "," or not self.sentence.word(i + 1).isdecimal() or len(self.words[i + 1]) > 2:
            return i
        i += 2
        while self.sentence.word(i) in _AGE_WORDS:
            i += 1
        return i

    def _past_joint(self, i: int) -> int:
        for joint in _JOINTS:
            if tuple(self.words[i : i + len(joint)]) == joint:
                return i + len(joint)
        return i

    def _is_subject(self, group: Group) -> bool:
        """Whether a verb of its own follows the group, so that "and" began a new clause."""
        after = group.last
        own_verb = self.sentence.word(after) in _VERBAL or after in self.sentence.verb_starts or after in self.verbs
        return own_verb or self._speaks(group)

    def _speaks(self, group: Group) -> bool:
        """Whether one person or office says the sentence: "killing six, the police commander of the province said"."""
        if group.low not in (1, 2) or group.exactness not in ("exact", "unstated"):
            return False
        ahead = self.words[group.last : group.last + _SPEECH_SPAN]
        said = next((i for i, word in enumerate(ahead) if word in SAYING), None)
        return said is not None and "," not in ahead[:said]

    def is_embedded(self, group: Group) -> bool:
        """Whether a preposition governs the group, so that it is no subject."""
        i = group.first - 1
        while i > 0 and self.words[i] in _DETERMINERS:
            i -= 1
        if self.sentence.word(i) == "of" and self.sentence.word(i - 1) == "total":
            return False
        return self.sentence.word(i) in _EMBEDDED_AFTER

    def subject_before(self, at: int, first: int) -> Group | None:
        """The group that is the subject of a verb whose helpers begin at token ``at`` of a segment from ``first``."""
        if self.sentence.word(at - 1) == "who":
            return self._antecedent(at - 1, first)
        limit = self._before_relative(at, first)
        for group in reversed(self.all):
            if group.last > limit or group.first < first:
                continue
            if self._named_by_participle(group, limit):
                return group
            if group.first in self.taken or (group.last < limit - _FAR and group.kind != "people"):
                return None
            if group.part or group.kind == "attacks" or self.is_embedded(group) or self._explains(group):
                continue
            if any(v in self.verbs for v in range(group.last, limit)):
                return None
            return group
        return None

    def _named_by_participle(self, group: Group, limit: int) -> bool:
        """Whether a participle between says who they are: "three teachers kidnapped last month were found dead"."""
        if group.last not in self.verbs or limit - group.last > _FAR or group.part:
            return False
        if any(v in self.verbs for v in range(group.last + 1, limit)):
            return False
        told = [f.phrase for f in self.sentence.found if f.first == group.last and f.phrase.kind == "verb"]
        return any(p.form in ("DN", "N", "P") and p.measure not in ("", "killed") for p in told)

    def _explains(self, group: Group) -> bool:
        """Whether it says of whom the group before consists: "six priests, five of them foreigners,"."""
        of_them = "them" in self.words[group.first : group.last + 2] and self.sentence.word(group.first - 1) in (
            ",",
            "(",
        )
        return of_them or self._in_brackets(group.first)

    def _in_brackets(self, i: int) -> bool:
        opened = next((k for k in range(i - 1, max(i - _BRACKETED, -1), -1) if self.words[k] in "()"), None)
        return opened is not None and self.words[opened] == "(" and ")" in self.words[i : i + _BRACKETED]

    def _antecedent(self, who: int, first: int) -> Group | None:
        """The group that "who" at token ``who`` speaks of: a place or body that "of" governs is passed over."""
        for group in reversed(self.all):
            if first <= group.first and group.last <= who and group.kind in _COUNTABLE:
                if group.kind == "name" and self.sentence.word(who - 1) == "," and self._in_place(group):
                    continue
                reach = _FAR if self.sentence.word(who - 1) != "," else 2 * _FAR
                near = group.last >= who - reach and not any(v in self.verbs for v in range(group.last, who))
                return group if near and group.first not in self.taken else None
        return None

    def _in_place(self, group: Group) -> bool:
        """Whether a name is what a preposition governs: "of Achi", "in the northern Department of the coast"."""
        before = self.words[max(group.first - 3, 0) : group.first]
        near = next((k for k in reversed(range(len(before))) if before[k] in _EMBEDDED_AFTER), None)
        return near is not None and all(word.isalpha() for word in before[near:])

    def _before_relative(self, at: int, first: int) -> int:
        """Where to look for the subject of ", who was kidnapped on Friday, was found dead": before the relative."""
        if self.sentence.word(at - 1) != ",":
            return at
        for i in range(at - 2, first, -1):
            if self.words[i] in _RELATIVE and self.words[i - 1] == ",":
                return i - 1
        return at
