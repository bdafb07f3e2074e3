"""Who was killed, wounded, taken or freed, and how many? By the verb's voice, not by a number's nearness.

Active ("killed 12 people"), passive ("12 people were killed"), elliptic ("and 30 wounded"), nominal ("12 deaths",
"the toll rose by 3 to 19"), coordinated groups, parts ("including three officers"), explicit zeros, corrections.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.article import Exactness, Relation, Side
from streams.signals.coordination import Groups
from streams.signals.people import Group, find_groups
from streams.signals.revisions import UNNAMED, lowered_from, says_it_was_wrong, taken_back
from streams.signals.sentence import AUXILIARIES, PERFECT, Found, Sentence


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


_FAMILIES = frozenset({"attack", "hostage", "casualty"})
_ADVERBS = frozenset(
    """also reportedly allegedly later instantly seriously critically slightly badly all either already then
    not now today yesterday early themselves only still believed feared confirmed reported apparently often
    found""".split()
)
_TAKEN_ALIVE = frozenset({"hostages", "captured", "freed"})
_REFLEXIVE = {"himself": 1, "herself": 1, "itself": 1, "themselves": 2}
_NO_TOLL = frozenset({"other", "attacks", "animal", "name"})
_ALREADY_TOLD = frozenset("them victims dead wounded injured whom".split())
_EARLIER = frozenset("earlier previous initial former original".split())
_TAKING = frozenset("took take takes taking taken hold held holding holds seized".split())
_NOBODY = frozenset("nobody none".split())
_TOLL_BEFORE = frozenset(
    """to at of reached reaches reach hits hit exceeds exceeded tops topped surpassed passes passed is was :
    stands over""".split()
)
_TOLL_CHANGE = frozenset(
    """rose risen rises rise rising climbed climbs climb climbing reached reaches jumped jumps increased
    increases grew grown revised lowered raised raising bringing brought brings stands mounted mounts
    doubled hits hit updated put corrected cut reduced topped tops surpassed downgraded""".split()
)
_LIFE_VERBS = frozenset("claimed claiming claims cost costing costs taken took lost taking".split())
_REPORTS = frozenset("reports report word information immediate confirmed details".split())
_MEASURE_OF = {"casualty": "casualties", "casualties": "casualties"}
_ATTACKER_CLASSES = frozenset({"attacker", "rebel"})


def find_tolls(sentence: Sentence) -> list[Toll]:
    """The figures of all casualty phrases of a sentence, in order."""
    hits = [
        f for f in sentence.found if f.phrase.measure and f.phrase.kind in _READERS and f.phrase.family in _FAMILIES
    ]
    hits = sorted({f.first: f for f in reversed(hits)}.values())
    if not hits:
        return []
    reader = _Reader(sentence, hits)
    return [toll for hit in hits for toll in reader.read(hit)]


def split_taking(sentence: Sentence, noun: Found) -> list[Toll]:
    """The figure of "took 16 passengers hostage", where the verb stands before it and the noun behind."""
    for group in find_groups(sentence):
        before = set(sentence.words[max(group.first - 2, 0) : group.first])
        if group.last in (noun.first, noun.last) and group.kind in ("people", "bare") and before & _TAKING:
            reader = _Reader(sentence, [])
            toll = reader.counted(noun, group)
            return [toll._replace(measure="hostages")] if toll else []
    return []


class _Reader:
    """Reads the hits of one sentence from left to right; a group once counted is not counted again."""

    def __init__(self, sentence: Sentence, hits: Sequence[Found]) -> None:
        self.sentence = sentence
        self.words = sentence.words
        self.groups = Groups(sentence)
        self.verbs = {hit.first: hit for hit in hits}
        self.groups.verbs = {hit.first for hit in hits if hit.phrase.kind == "verb"}

    def read(self, hit: Found) -> list[Toll]:
        return _READERS[hit.phrase.kind](self, hit)

    # --- verbs ------------------------------------------------------------------------------------------------------

    def verb(self, hit: Found) -> list[Toll]:
        if self._joins_next(hit):
            return []
        hit = self._joined(hit)
        form, back = hit.phrase.form, self._before(hit.first)
        helper = self.sentence.word(back)
        if hit.phrase.type == "hostage.hostage_taking":
            return self._around(hit, back)
        if form in ("DN", "N", "P") and helper in AUXILIARIES and not self._progressive(hit):
            return self._passive(hit, back)
        if hit.phrase.id == "casualty.killed/verb" and self.words[hit.first] in _DYING:
            return self._passive(hit, self._before(hit.first))
        if form in ("DN", "N") and helper not in PERFECT:
            return self._bare_participle(hit)
        return self._active(hit)

    def _progressive(self, hit: Found) -> bool:
        return hit.phrase.form == "G"

    def _before(self, i: int) -> int:
        """The token before ``i`` that is no adverb."""
        i -= 1
        while i >= 0 and self.words[i] in _ADVERBS:
            i -= 1
        return i

    def _joins_next(self, hit: Found) -> bool:
        """ "Killed or wounded 12": the figure is the second verb's, as casualties of both kinds."""
        following = self.verbs.get(hit.last + 1)
        joint = self.sentence.word(hit.last) in ("and", "or", "and/or", "/")
        return bool(
            joint
            and following
            and following.phrase.measure != hit.phrase.measure
            and following.phrase.kind == "verb"
            and hit.phrase.form == following.phrase.form
            and hit.phrase.family == "casualty"
        )

    def _joined(self, hit: Found) -> Found:
        for back in (hit.first - 2,):
            earlier = self.verbs.get(back)
            if earlier is not None and earlier.last == hit.first - 1 and self._joins_next(earlier):
                return hit._replace(first=earlier.first, phrase=hit.phrase._replace(measure="casualties"))
        return hit

    def _active(self, hit: Found) -> list[Toll]:
        found = list(self._objects(hit, hit.last))
        left = self.groups.ending.get(self._before(hit.first) + 1)
        attacks = left.low if left is not None and left.kind == "attacks" and left.low and left.low > 1 else None
        return [toll._replace(attacks=attacks) if toll.relation == "total" else toll for toll in found]

    def _objects(self, hit: Found, i: int) -> Iterator[Toll]:
        """The groups that follow a verb, as far as commas and "and" join them, and their parts."""
        while i < len(self.words) and self.words[i] in _ADVERBS:
            i += 1
        reflexive = _REFLEXIVE.get(self.sentence.word(i))
        if reflexive:
            yield self._own(hit, i, reflexive)
            i += 2 if self.sentence.word(i + 1) in ("and", ",") else 1
        last = None
        for group in self.groups.list_from(i):
            toll = self._toll(hit, group)
            if toll is None:
                break
            yield toll
            last = group.last
        if last is not None:
            yield from self._parts(hit, last)

    def _own(self, hit: Found, i: int, number: int) -> Toll:
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

    def _parts(self, hit: Found, i: int) -> Iterator[Toll]:
        """ "…, including three children and a nurse" behind the groups just read."""
        end = self.sentence.segment_of(hit.first)[1]
        for group in self.groups.all:
            if i <= group.first < min(end, i + 14) and group.part:
                if any(v in self.verbs for v in range(i, group.first)):
                    return
                toll = self._toll(hit, group)
                if toll is not None:
                    yield toll._replace(relation="part")

    def _passive(self, hit: Found, helper: int) -> list[Toll]:
        """Subjects before "were killed"; without one, none. "Nobody was hurt" is an explicit zero."""
        while helper >= 0 and (
            self.words[helper] in AUXILIARIES or self.words[helper] in PERFECT or self.words[helper] in _ADVERBS
        ):
            helper -= 1
        at = helper + 1
        if self.sentence.word(helper) in _NOBODY or self.words[max(helper - 1, 0) : at] == ["no", "one"]:
            zero = self._zero(hit, helper)
            return [zero] if zero else []
        if "not" in self.words[at : hit.first]:
            return []
        group = self.groups.subject_before(at, self.sentence.segment_of(hit.first)[0])
        joined = self.groups.list_to(group) if group is not None else []
        found = [toll for g in joined if (toll := self._toll(hit, g)) is not None]
        if found:
            found += self._parts_between(hit, found[-1].last, at)
        return found or list(self._inverted(hit))

    def _parts_between(self, hit: Found, first: int, last: int) -> list[Toll]:
        inside = [g for g in self.groups.all if first <= g.first and g.last <= last and g.part]
        return [toll._replace(relation="part") for g in inside if (toll := self._toll(hit, g)) is not None]

    def _inverted(self, hit: Found) -> Iterator[Toll]:
        """ "Killed in the attack were two soldiers"."""
        if hit.first > self.sentence.segment_of(hit.first)[0] + 1:
            return
        for i in range(hit.last, min(hit.last + 14, len(self.words))):
            if self.words[i] in ("was", "were"):
                yield from self._objects(hit, i + 1)
                return

    def _bare_participle(self, hit: Found) -> list[Toll]:
        """ "Gunmen killed three", "30 wounded", "six people killed in a raid", "30 wounded soldiers"."""
        right = (
            self.groups.starting.get(hit.last) or self.groups.starting.get(hit.last + 1)
            if self._adverb_at(hit.last)
            else self.groups.starting.get(hit.last)
        )
        left = self.groups.ending.get(self._before(hit.first) + 1)
        counted = (
            left is not None
            and left.exactness != "unstated"
            and left.kind in ("people", "bare", "unknown")
            and not left.part
        )
        if counted and left is not None and left.kind == "bare" and right is not None and right.exactness == "unstated":
            toll = self._toll(hit, left._replace(last=right.last, head=right.head, class_=right.class_, kind="people"))
            return [toll] if toll else []
        adjective = right is not None and right.exactness == "unstated" and right.first == hit.last and left is None
        if adjective and hit.first > self.sentence.segment_of(hit.first)[0]:
            return []
        if right is not None and not right.part and right.kind != "name":
            return self._active(hit)
        if self.sentence.word(hit.last) in _REFLEXIVE:
            return self._active(hit)
        if left is not None and left.first not in self.groups.taken and left.kind in ("people", "bare", "unknown"):
            after = self.sentence.word(hit.last)
            definite = left.exactness == "unstated" and self.sentence.word(left.first) in ("the", "those", "these")
            if (
                right is None
                and not definite
                and (counted or not after or not after[0].isalnum() or after in _AFTER_PASSIVE)
            ):
                found = [t for g in self.groups.list_to(left) if (t := self._toll(hit, g)) is not None]
                return found + list(self._parts(hit, hit.last))
        return self._active(hit) if right is not None else list(self._inverted(hit))

    def _adverb_at(self, i: int) -> bool:
        return self.sentence.word(i) in _ADVERBS

    def _around(self, hit: Found, back: int) -> list[Toll]:
        """ "Took 20 people hostage", "20 people were taken hostage", "took over 250 hostages"."""
        if self.sentence.word(back) in AUXILIARIES:
            return self._passive(hit, back)
        return list(self._objects(hit, hit.last))

    # --- adjectives and nouns ---------------------------------------------------------------------------------------

    def adjective(self, hit: Found) -> list[Toll]:
        """ "12 dead", "left 12 people dead", "were found dead", "12 are missing"."""
        left = self.groups.ending.get(self._before(hit.first) + 1)
        if left is not None and left.first not in self.groups.taken and left.kind in ("people", "bare", "unknown"):
            if left.exactness == "unstated" and hit.phrase.measure != "killed":
                return []
            found = [t for g in self.groups.list_to(left) if (t := self._toll(hit, g)) is not None]
            return found + list(self._parts(hit, hit.last))
        if self.sentence.word(self._before(hit.first)) in AUXILIARIES:
            return self._passive(hit, self._before(hit.first))
        return []

    def noun(self, hit: Found) -> list[Toll]:
        """ "12 civilian deaths", "the death of 12 people", "no casualties", "claimed 12 lives"."""
        word = self.words[hit.last - 1]
        measure = _MEASURE_OF.get(word, hit.phrase.measure)
        hit = hit._replace(phrase=hit.phrase._replace(measure=measure))
        if "no" in self.words[max(hit.first - 2, 0) : hit.first]:
            zero = self._zero(hit, hit.first - 1)
            return [zero] if zero else []
        for i in range(hit.first, max(hit.first - 4, -1), -1):
            group = self.groups.free_ending(i)
            if group is None or group.kind not in ("people", "bare") or group.first not in self.sentence.figures:
                continue
            if word == "lives" and not _LIFE_VERBS & set(self.words[max(group.first - 3, 0) : group.first]):
                return []
            toll = self._toll(hit, group._replace(last=hit.last, kind="people"))
            return [toll] if toll else []
        return self.complement(hit) if word in ("death", "deaths", "lives") else []

    def complement(self, hit: Found) -> list[Toll]:
        """ "The murder of two priests", "the kidnapping of Juan Perez"."""
        owner = self.groups.free_ending(hit.first)
        if owner is not None and owner.names and self._is_genitive(hit.first - 1):
            toll = self._toll(hit, owner)
            return [toll] if toll else []
        if self.sentence.word(hit.last) != "of":
            return []
        return [toll for toll in self._objects(hit, hit.last + 1) if toll.exactness != "unstated"]

    def toll(self, hit: Found) -> list[Toll]:
        """ "The death toll rose by 3 to 19", "revised the toll down from 12 to 7"."""
        first, end = self.sentence.segment_of(hit.first)
        words = self.words
        change = _TOLL_CHANGE & set(words[first:end])
        found: list[Toll] = []
        former: int | None = None
        for group in self.groups.all:
            if not hit.last <= group.first < min(end, hit.last + 25) or group.kind in _NO_TOLL:
                continue
            before = words[group.first - 1]
            if before == "from" or _EARLIER & set(words[max(hit.first - 2, 0) : hit.first]):
                former = group.low
            elif before == "by" and change:
                found.append(self._stated(hit, group)._replace(relation="increment"))
            elif before in _TOLL_BEFORE or group.first == hit.last:
                found.append(self._stated(hit, group))
                if group.low is not None and before not in ("of",):
                    break
        inside, at = words[first:end], hit.first - first
        return [
            toll._replace(corrects=lowered_from(inside, at, toll.low, former)) if toll.relation == "total" else toll
            for toll in found
        ]

    def _is_genitive(self, i: int) -> bool:
        """Whether token ``i`` ends in an apostrophe and s: "Perez's murder"."""
        written = self.sentence.text[self.sentence.starts[i] : self.sentence.ends[i]]
        return written.endswith(("'s", "\u2019s"))

    def status(self, hit: Found) -> list[Toll]:
        """ "Both remained in critical condition"."""
        fitting = (g for g in reversed(self.groups.all) if g.last <= hit.first and not g.part and g.kind != "name")
        group = next(fitting, None)
        toll = self._toll(hit, group) if group is not None and group.exactness != "unstated" else None
        return [toll] if toll else []

    # --- making one -------------------------------------------------------------------------------------------------

    def counted(self, hit: Found, group: Group) -> Toll | None:
        """The toll of a group that is known to belong to a hit."""
        return self._toll(hit, group)

    def _toll(self, hit: Found, group: Group) -> Toll | None:
        if group.kind in ("attacks", "bases", "violations"):
            return None
        hurt = hit.phrase.measure not in _TAKEN_ALIVE
        if hurt and group.first in self.groups.taken:
            return None
        if group.kind == "name" and hit.phrase.measure == "killed" and not self._names_a_person(group):
            return None
        if hurt:
            self.groups.taken.add(group.first)
        toll = self._stated(hit, group)
        return self._voiding(toll, group) if toll.relation == "total" else toll

    def _voiding(self, toll: Toll, group: Group) -> Toll:
        """The toll with the earlier figure that the same sentence takes back, if any."""
        old = taken_back(self.words, self.groups.all, group.last)
        if old is not None:
            self.groups.taken.add(old.first)
            return toll._replace(corrects=old.low)
        return toll._replace(corrects=UNNAMED) if says_it_was_wrong(self.words) else toll

    def _names_a_person(self, group: Group) -> bool:
        return self.sentence.word(group.first - 1) not in ("in", "at", "near", "from") and group.last - group.first > 1

    def _stated(self, hit: Found, group: Group) -> Toll:
        attackers = group.class_ in _ATTACKER_CLASSES
        more = (
            group.more
            and self.sentence.words[group.last - 1] not in ("others",)
            and "more" in self.words[group.first : group.last]
        )
        return Toll(
            measure=hit.phrase.measure,
            low=group.low,
            high=group.high,
            exactness=group.exactness,
            relation="part"
            if group.part or self._of_some(group)
            else "increment"
            if more and hit.phrase.measure == "killed"
            else "total",
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

    def _of_some(self, group: Group) -> bool:
        """Whether a figure is of people already counted: "four of the nine", "three of the victims", "two of them"."""
        if group.of is not None and group.of != group.low:
            return True
        inner = self.words[group.first : group.last + 3]
        at = inner.index("of") if "of" in inner else len(inner)
        return bool(set(inner[at + 1 : at + 3]) & _ALREADY_TOLD)

    def _object_text(self, group: Group) -> str:
        figure = self.sentence.figures.get(group.first)
        first = figure.last if figure is not None and figure.last < group.last else group.first
        start, end = self.sentence.span(first, group.last)
        return self.sentence.text[start:end]

    def _zero(self, hit: Found, i: int) -> Toll | None:
        """An explicit nought, unless it is only that nothing is known: "no reports of casualties"."""
        if _REPORTS & set(self.words[max(i - 1, 0) : hit.last]):
            return None
        return Toll(hit.phrase.measure, 0, 0, "exact", "total", "victim", None, max(i, 0), hit.last, hit)


_DYING = frozenset("die died dies dying perish perished lost lose losing".split())
_AFTER_PASSIVE = frozenset(
    """in by when after during on at near as while and or since by with following including outside over inside
    from along overnight today yesterday across late early friday saturday sunday monday tuesday wednesday
    thursday this last""".split()
)
_READERS = {
    "verb": _Reader.verb,
    "adj": _Reader.adjective,
    "count": _Reader.noun,
    "noun": _Reader.complement,
    "toll": _Reader.toll,
    "phrase": _Reader.status,
}
