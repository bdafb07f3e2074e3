"""Whom does a verb hurt or take? Its objects in the active, its subjects in the passive, and the parts of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streams.signals.coordination import Groups
from streams.signals.people import DETERMINERS, Group
from streams.signals.sentence import AUXILIARIES, PERFECT, Found, Sentence
from streams.signals.subjects import lone_subject
from streams.signals.victims import Toll, Victims

_ADVERBS = frozenset(
    """also reportedly allegedly later instantly seriously critically slightly badly all either already then
    not now today yesterday early themselves only still believed feared confirmed reported apparently often
    found immediately lightly gravely severely subsequently both each fatally""".split()
)
_REFLEXIVE = {"himself": 1, "herself": 1, "itself": 1, "themselves": 2}
_NOBODY = frozenset("nobody none".split())
#: Verbs whose subject is the victim.
_UNDERGOING = frozenset(
    """die died dies dying perish perished lost lose losing passed succumbed sustain sustains sustained sustaining
    suffer suffers suffered suffering receive receives received receiving burned burnt bled""".split()
)
_KILLING = frozenset("kill kills killed killing slay slain".split())
_DYING = frozenset("died dies".split())
_LOSING = frozenset("lost lose loses losing".split())
_FIGHTING = frozenset({"combatant", "police", "rebel"})
_AFTER_PASSIVE = frozenset(
    """in by when after during on at near as while and or since by with following including outside over inside
    from along overnight today yesterday across late early friday saturday sunday monday tuesday wednesday
    thursday this last""".split()
)
_AFTER_PRONOUN = frozenset("and in on at with before after as when instantly outside inside near while".split())
_OF_PERSONS = frozenset({"killed", "wounded", "casualties", "hostages"})
_OWNERS = frozenset("the our their his her its my your these those".split())
_ASIDE = 5
_COUNTED = frozenset({"people", "bare", "unknown"})


class Clauses:
    """Reads the verbs of one sentence from left to right; a group once counted is not counted again."""

    def __init__(self, sentence: Sentence, hits: Sequence[Found]) -> None:
        self.sentence = sentence
        self.words = sentence.words
        self.groups = Groups(sentence)
        self.victims = Victims(sentence, self.groups)
        self.verbs = {hit.first: hit for hit in hits}
        self.groups.verbs = {hit.first for hit in hits if hit.phrase.kind == "verb"}

    def verb(self, hit: Found) -> list[Toll]:
        """The tolls of a verb, whatever its voice; "shot two men dead", "beat him to death" tell of the dead."""
        told = self._by_voice(hit)
        if hit.phrase.measure == "casualties" and told and self._deadly(told[-1].last):
            return [toll._replace(measure="killed") for toll in told]
        return told

    def _deadly(self, i: int) -> bool:
        return self.sentence.word(i) == "dead" or self.words[i : i + 2] == ["to", "death"]

    def _by_voice(self, hit: Found) -> list[Toll]:
        if self._joins_next(hit):
            return []
        hit = self._joined(hit)
        form, back = hit.phrase.form, self.before(hit.first)
        helper = self.sentence.word(back)
        if hit.phrase.type == "hostage.hostage_taking":
            return self._around(hit, back)
        if form in ("DN", "N", "P") and helper in AUXILIARIES:
            return self.passive(hit, back)
        if form in ("DN", "N") and helper == "and" and (taken := self._taken_before(back)) is not None:
            return self.passive(hit, self.before(taken.first))
        if hit.phrase.needs and self.words[hit.first] in _LOSING:
            return [t for t in self.objects(hit, hit.last) if t.class_ in _FIGHTING or (t.object or "").endswith("men")]
        if helper == "and" and self.words[hit.first] in _DYING and (hurt := self._hurt_before(back)) is not None:
            return [self.victims.state(hit, hurt)]
        if hit.phrase.family == "casualty" and self.words[hit.first] in _UNDERGOING:
            if self.words[hit.first] in _DYING and (hurt := self._hurt_subject(hit)) is not None:
                return [self.victims.state(hit, hurt)]
            return self.passive(hit, self.before(hit.first))
        by_whom = form == "P" and "by" in self.words[hit.first : hit.last]
        if (form in ("DN", "N") or by_whom) and helper not in PERFECT:
            return self._bare_participle(hit)
        return self._active(hit)

    def _taken_before(self, joint: int) -> Found | None:
        """The verb of a taking before "and", when one helper serves both: "were abducted and later killed"."""
        taken = next((v for v in self.verbs.values() if v.last == joint and v.phrase.family == "hostage"), None)
        return taken if taken is not None and self.sentence.word(self.before(taken.first)) in AUXILIARIES else None

    def _hurt_before(self, joint: int) -> Group | None:
        """Who "were wounded" in the clause that "and later died" goes on with."""
        hurt = [v for v in self.verbs.values() if v.last <= joint and v.phrase.measure == "wounded"]
        if not hurt or "killed" in self.victims.told:
            return None
        verb = max(hurt, key=lambda v: v.first)
        subjects = [g for g in self.groups.all if g.first in self.groups.taken and g.last <= verb.first]
        return subjects[-1] if subjects else None

    def _hurt_subject(self, hit: Found) -> Group | None:
        """Who dies of what a relative clause tells: "a soldier who was wounded in the ambush has died"."""
        hurt = [v for v in self.verbs.values() if v.last <= hit.first and v.phrase.measure == "wounded"]
        if len(hurt) != 1 or "killed" in self.victims.told:
            return None
        known = (g for g in self.groups.all if g.first in self.groups.taken and g.last <= hurt[0].first)
        return next((g for g in known if self.sentence.word(g.last) == "who" and hit.first - g.last < _ASIDE * 3), None)

    def before(self, i: int) -> int:
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
        earlier = self.verbs.get(hit.first - 2)
        if earlier is not None and earlier.last == hit.first - 1 and self._joins_next(earlier):
            return hit._replace(first=earlier.first, phrase=hit.phrase._replace(measure="casualties"))
        return hit

    # --- active -----------------------------------------------------------------------------------------------------

    def _active(self, hit: Found) -> list[Toll]:
        found = list(self.objects(hit, hit.last))
        left = self.groups.ending.get(self.before(hit.first) + 1)
        attacks = left.low if left is not None and left.kind == "attacks" and left.low and left.low > 1 else None
        return [toll._replace(attacks=attacks) if toll.relation == "total" else toll for toll in found]

    def objects(self, hit: Found, i: int) -> Iterator[Toll]:
        """The groups that follow a verb, as far as commas and "and" join them, and their parts."""
        i = self._past_aside(i)
        while i < len(self.words) and self.words[i] in _ADVERBS:
            i += 1
        reflexive = _REFLEXIVE.get(self.sentence.word(i))
        if reflexive:
            yield self.victims.own(hit, i, reflexive)
            i += 2 if self.sentence.word(i + 1) in ("and", ",") else 1
        last = None
        known = self._named_before(hit, i)
        if known is not None:
            yield self.victims.state(hit, known)
            return
        if self._is_pronoun(hit, i):
            toll = self.victims.count(hit, Group(i, i + 1, 1, 1, "exact", "", "pronoun"))
            if toll is not None:
                yield toll
            i += 2 if self.sentence.word(i + 1) == "and" else 1
        for group in self.groups.list_from(i, persons=self._takes_persons(hit)):
            toll = self.victims.count(hit, group)
            if toll is None:
                break
            yield toll
            last = group.last
        if last is not None:
            yield from self.parts(hit, last)

    def _takes_persons(self, hit: Found) -> bool:
        """Whether only somebody can be the object: one murders people, and the armed kill them."""
        if hit.phrase.measure != "killed":
            return False
        if self.words[hit.first].startswith(("murder", "assass")):
            return True
        first = self.sentence.segment_of(hit.first)[0]
        armed = self.sentence.lexicon.classes["armed"]
        return self.words[hit.first] in _KILLING and not armed.isdisjoint(self.words[first : hit.first])

    def _named_before(self, hit: Found, i: int) -> Group | None:
        """Whom "them" means in "kidnapped six policemen and killed them": several told in the same segment."""
        if self.sentence.word(i) != "them" or hit.phrase.measure != "killed" or "killed" in self.victims.told:
            return None
        first = self.sentence.segment_of(hit.first)[0]
        before = [
            g for g in self.groups.all if first <= g.first and g.last <= hit.first and g.kind in ("people", "bare")
        ]
        named = before[-1] if before and before[-1].low != 1 and not before[-1].part else None
        return named if named is not None and named.exactness != "unstated" else None

    def _is_pronoun(self, hit: Found, i: int) -> bool:
        """Whether "him" or "her" alone is the object: "killing him and his two sons", not "killing her brother"."""
        if hit.phrase.measure != "killed" or self.sentence.word(i) not in ("him", "her"):
            return False
        after = self.sentence.word(i + 1)
        return after in _AFTER_PRONOUN or not after.isalpha()

    def _past_aside(self, i: int) -> int:
        """Past the aside of "murdered, at gunpoint, a soldier", unless a verb stands in it."""
        if self.sentence.word(i) != ",":
            return i
        for end in range(i + 2, min(i + _ASIDE + 1, len(self.words))):
            if self.words[end] == ",":
                return i if any(v in self.verbs for v in range(i, end)) else end + 1
        return i

    def parts(self, hit: Found, i: int) -> Iterator[Toll]:
        """ "…, including three children and a nurse" behind the groups just read."""
        end = self.sentence.segment_of(hit.first)[1]
        for group in self.groups.between(i, min(end, i + 14)):
            if group.part:
                if any(v in self.verbs for v in range(i, group.first)):
                    return
                toll = self.victims.count(hit, group)
                if toll is not None:
                    yield toll._replace(relation="part")

    # --- passive ----------------------------------------------------------------------------------------------------

    def passive(self, hit: Found, helper: int) -> list[Toll]:
        """Subjects before "were killed"; without one, none. "Nobody was hurt" is an explicit zero."""
        while helper >= 0 and (
            self.words[helper] in AUXILIARIES or self.words[helper] in PERFECT or self.words[helper] in _ADVERBS
        ):
            helper -= 1
        at = helper + 1
        if self.sentence.word(helper) in _NOBODY or self.words[max(helper - 1, 0) : at] == ["no", "one"]:
            zero = self.victims.zero(hit, helper)
            return [zero] if zero else []
        if "not" in self.words[at : hit.first]:
            return []
        first = self.sentence.segment_of(hit.first)[0]
        group = self.groups.subject_before(at, first)
        joined = self.groups.list_to(group) if group is not None else []
        found = [toll for g in joined if (toll := self.victims.count(hit, g)) is not None]
        if found and group is not None and self.sentence.word(group.last) == "and" and self.sentence.word(at) == "were":
            other = self.groups.person_between(group.last + 1, at)
            found += [toll for g in [other] if g is not None and (toll := self.victims.count(hit, g)) is not None]
        if found:
            return found + self._parts_between(hit, found[-1].last, at)
        return self._unlisted(hit, at, first) or list(self._inverted(hit))

    def _unlisted(self, hit: Found, at: int, first: int) -> list[Toll]:
        """Subjects that no table knows: "the bishop's sister was murdered", "he was killed"."""
        if hit.phrase.measure not in _OF_PERSONS or hit.phrase.type == "hostage.hostage_taking":
            return []
        free = [g for g in lone_subject(self.sentence, hit, at, first) if g.first not in self.groups.taken]
        return [toll for g in free if (toll := self.victims.count(hit, g)) is not None]

    def _parts_between(self, hit: Found, first: int, last: int) -> list[Toll]:
        inside = [g for g in self.groups.all if first <= g.first and g.last <= last and g.part]
        return [toll._replace(relation="part") for g in inside if (toll := self.victims.count(hit, g)) is not None]

    def _inverted(self, hit: Found) -> Iterator[Toll]:
        """ "Killed in the attack were two soldiers"; "the wounded man was Juan Perez" is another thing."""
        if hit.first > self.sentence.segment_of(hit.first)[0] + 1 or self._adorns(hit):
            return
        for i in range(hit.last, min(hit.last + 14, len(self.words))):
            if self.words[i] in ("was", "were"):
                yield from self.objects(hit, i + 1)
                return

    def _adorns(self, hit: Found) -> bool:
        """Whether a participle is the adjective of the noun behind it."""
        return self.sentence.word(hit.last) in self.sentence.lexicon.people

    def _bare_participle(self, hit: Found) -> list[Toll]:
        """ "Gunmen killed three", "30 wounded", "six people killed in a raid", "30 wounded soldiers"."""
        ahead = hit.last + 1 if self.sentence.word(hit.last) in _ADVERBS else hit.last
        right = self.groups.beginning(hit.last) or self.groups.beginning(ahead)
        left = self.groups.ending.get(self.before(hit.first) + 1)
        counted = left is not None and left.exactness != "unstated" and left.kind in _COUNTED and not left.part
        if counted and left is not None and left.kind == "bare" and right is not None and right.exactness == "unstated":
            whole = left._replace(last=right.last, head=right.head, class_=right.class_, kind="people")
            toll = self.victims.count(hit, whole)
            return [toll] if toll else []
        if self.sentence.word(hit.first - 1) in _OWNERS and (
            right is None or right.exactness == "unstated" or right.names
        ):
            return []
        adjective = right is not None and self._is_bare(right) and right.first == hit.last and left is None
        if adjective and hit.first > self.sentence.segment_of(hit.first)[0]:
            return []
        if right is not None and not right.part and right.kind != "name":
            return self._active(hit)
        if self.sentence.word(hit.last) in _REFLEXIVE:
            return self._active(hit)
        if left is not None and left.first not in self.groups.taken and left.kind in _COUNTED:
            told = self._reduced(hit, left, counted=counted, alone=right is None)
            if told is not None:
                return told
        return self._active(hit) if right is not None else self._late_object(hit)

    def _is_bare(self, group: Group) -> bool:
        """Whether a group has neither number nor article: "murdered journalist", in a headline."""
        single = group.low == group.high == 1 and not group.names and group.first not in self.sentence.figures
        return group.exactness == "unstated" or (single and self.sentence.word(group.first) not in DETERMINERS)

    def _reduced(self, hit: Found, left: Group, *, counted: bool, alone: bool) -> list[Toll] | None:
        """ "Six people killed in a raid": the participle of a passive without its helper; None when it is none."""
        after = self.sentence.word(hit.last)
        definite = left.exactness == "unstated" and self.sentence.word(left.first) in ("the", "those", "these")
        ends = not after or not after[0].isalnum() or after in _AFTER_PASSIVE
        if not alone or definite or not (counted or ends):
            return None
        found = [t for g in self.groups.list_to(left) if (t := self.victims.count(hit, g)) is not None]
        return found + list(self.parts(hit, hit.last))

    def _late_object(self, hit: Found) -> list[Toll]:
        """ "Murdered, at gunpoint, a soldier", else "killed in the raid were two soldiers"."""
        after = self.sentence.word(hit.last)
        behind = after.isalpha() and after not in _AFTER_PASSIVE and after not in AUXILIARIES
        late = list(self.objects(hit, hit.last)) if behind or self._past_aside(hit.last) > hit.last else []
        return late or list(self._inverted(hit))

    def _around(self, hit: Found, back: int) -> list[Toll]:
        """ "Took 20 people hostage", "20 people were taken hostage", "took over 250 hostages"."""
        if self.sentence.word(back) in AUXILIARIES:
            return self.passive(hit, back)
        return list(self.objects(hit, hit.last))
