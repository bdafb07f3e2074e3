"""What do nouns and adjectives say of victims? "12 deaths", "12 dead", "the murder of two", "the toll rose to 19"."""

from __future__ import annotations

from streams.signals.clauses import Clauses
from streams.signals.people import BODIES, Group, bare_name
from streams.signals.revisions import RESTATED, lowered_from
from streams.signals.sentence import AUXILIARIES, Found
from streams.signals.victims import Toll

_NO_TOLL = frozenset({"other", "attacks", "animal", "name"})
_EARLIER = frozenset("earlier previous initial former original".split())
_WOUNDED = frozenset("wounded injured hurt".split())
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
_MEASURE_OF = {"casualty": "casualties", "casualties": "casualties"}
_SETTING = frozenset("in on at near this last yesterday today earlier outside late early".split())
_SETTING_LENGTH = 7
_TURNED_UP = frozenset(
    """found discovered recovered pulled dumped retrieved exhumed unearthed strewn finds find riddled bullet-riddled
    decapitated""".split()
)
_OF_VICTIMS = frozenset("death deaths lives life body bodies corpse corpses".split())
_STAYING = frozenset("remain remained remains lay lie stayed stay in among still".split())


class Nominals(Clauses):
    """Reads adjectives and nouns too, each kind of phrase by the method of that name."""

    def adjective(self, hit: Found) -> list[Toll]:
        """ "12 dead", "left 12 people dead", "were found dead", "12 are missing"."""
        left = self.groups.ending.get(self.before(hit.first) + 1)
        if left is not None and left.first not in self.groups.taken and left.kind in ("people", "bare", "unknown"):
            if left.exactness == "unstated" and hit.phrase.measure != "killed":
                return []
            both = self._dead_or_wounded(hit)
            found = [t for g in self.groups.list_to(left) if (t := self.victims.count(both, g)) is not None]
            return found + list(self.parts(hit, hit.last))
        if self.sentence.word(self.before(hit.first)) in AUXILIARIES:
            return self.passive(hit, self.before(hit.first))
        return []

    def _dead_or_wounded(self, hit: Found) -> Found:
        """ "100 dead or wounded" are casualties of both kinds."""
        joint = self.words[hit.last : hit.last + 2]
        if len(joint) == 2 and joint[0] in ("or", "and", "and/or") and joint[1] in _WOUNDED:
            return hit._replace(phrase=hit.phrase._replace(measure="casualties"))
        return hit

    def noun(self, hit: Found) -> list[Toll]:
        """ "12 civilian deaths", "the death of 12 people", "no casualties", "claimed 12 lives"."""
        word = self.words[hit.last - 1]
        measure = _MEASURE_OF.get(word, hit.phrase.measure)
        hit = hit._replace(phrase=hit.phrase._replace(measure=measure))
        if word in BODIES and _TURNED_UP.isdisjoint(self.sentence.bag):
            return []
        if word in BODIES and self.sentence.word(hit.first - 1) in ("his", "her") and "killed" not in self.victims.told:
            own = self.victims.count(hit, Group(hit.first - 1, hit.last, 1, 1, "exact", "", "pronoun"))
            return [own] if own else []
        if "no" in self.words[max(hit.first - 2, 0) : hit.first]:
            zero = self.victims.zero(hit, hit.first - 1)
            return [zero] if zero else []
        for i in range(hit.first, max(hit.first - 4, -1), -1):
            group = self.groups.free_ending(i)
            if group is None or group.kind not in ("people", "bare") or group.first not in self.sentence.figures:
                continue
            if word == "lives" and not _LIFE_VERBS & set(self.words[max(group.first - 3, 0) : group.first]):
                return []
            toll = self.victims.count(hit, group._replace(last=hit.last, kind="people"))
            return [toll] if toll else []
        return self.complement(hit) if word in _OF_VICTIMS else []

    def complement(self, hit: Found) -> list[Toll]:
        """ "The murder of two priests", "the killing in Lima of Juan Perez", "Valencia's murder"."""
        owner = self.groups.free_ending(hit.first)
        if owner is not None and owner.low == owner.high == 1 and self._is_genitive(hit.first - 1):
            whose = () if self.groups.is_embedded(owner) else owner.names
            named = owner._replace(kind="people", names=whose) if owner.kind == "name" else owner
            toll = self.victims.count(hit, named)
            return [toll] if toll else []
        at = self._past_setting(hit.last)
        if self.sentence.word(at) != "of":
            return []
        found = [toll for toll in self.objects(hit, at + 1) if toll.exactness != "unstated"]
        alone = hit.phrase.kind == "noun" or self.words[hit.first] == "death"
        if found or not alone or any(at < g.first <= at + 3 for g in self.groups.all):
            return found
        name = bare_name(self.sentence, at + 1)
        toll = self.victims.count(hit, name) if name is not None else None
        return [toll] if toll else []

    def _past_setting(self, i: int) -> int:
        """Past the place and day between a noun and its "of": "the murder in Guatemala on Friday of two leaders"."""
        if self.sentence.word(i) not in _SETTING:
            return i
        reach = range(i + 1, min(i + _SETTING_LENGTH, len(self.words)))
        return next((k for k in reach if self.words[k] == "of"), i)

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
            before = words[group.first - 1 - (words[group.first - 1] == "now")]
            if before == "from" or _EARLIER & set(words[max(hit.first - 3, 0) : hit.first]):
                former = group.low
            elif before == "by" and change:
                found.append(self.victims.state(hit, group)._replace(relation="increment"))
            elif before in _TOLL_BEFORE or group.first == hit.last:
                found.append(self.victims.state(hit, group))
                self.groups.taken.add(group.first)
                if group.low is not None and before not in ("of",):
                    break
        if not found:
            found = self._stated_before(hit, first)
        inside, at = words[first:end], hit.first - first
        return [
            toll._replace(corrects=lowered_from(inside, at, toll.last - first, toll.low, former))
            if toll.relation == "total"
            else toll
            for toll in found
        ]

    def _stated_before(self, hit: Found, first: int) -> list[Toll]:
        """ "Raised to 12 the number of soldiers killed"."""
        for group in self.groups.all:
            known = set(self.words[max(group.first - 4, first) : group.first])
            near = hit.first - 2 <= group.last <= hit.first and self.words[group.first - 1] in ("to", "at")
            if near and known & RESTATED and group.kind not in _NO_TOLL and group.first not in self.groups.taken:
                self.groups.taken.add(group.first)
                return [self.victims.state(hit, group)]
        return []

    def _is_genitive(self, i: int) -> bool:
        """Whether token ``i`` ends in an apostrophe and s: "Perez's murder"."""
        written = self.sentence.text[self.sentence.starts[i] : self.sentence.ends[i]]
        return written.endswith(("'s", "\u2019s"))

    def _ends_at(self, i: int) -> bool:
        """Whether no noun follows a bare figure that ends before token ``i``: not "three bullet wounds"."""
        after = self.sentence.word(i)
        return after in AUXILIARIES or after in _STAYING or not after.isalpha()

    def status(self, hit: Found) -> list[Toll]:
        """ "Both remained in critical condition"."""
        before = (g for g in reversed(self.groups.all) if g.last <= hit.first and not g.part)
        fitting = (g for g in before if g.kind == "people" or (g.kind == "bare" and self._ends_at(g.last)))
        group = next(fitting, None)
        toll = self.victims.count(hit, group) if group is not None and group.exactness != "unstated" else None
        return [toll] if toll else []
