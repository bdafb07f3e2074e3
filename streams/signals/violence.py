"""Which attacks, abductions and casualties does a sentence report? One signal a family and segment, figures with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from streams.article import Count, Exclusion, Scope
from streams.lazy import lazy
from streams.signals.causes import About, Causes, beside, fits, plainly_violent
from streams.signals.draft import Draft, Victims, exclusion
from streams.signals.frames import resolve
from streams.signals.passing import is_in_passing, is_only_named
from streams.signals.people import attacks_named
from streams.signals.realis import outcome_of, realis_of
from streams.signals.revisions import is_known_by_now, restates
from streams.signals.scope import is_attribute, is_background, is_cumulative, is_habit, noun_scope
from streams.signals.sentence import Found, Sentence
from streams.signals.tolls import find_tolls, split_taking
from streams.signals.topics import NOISY_TOPICS
from streams.signals.victims import Toll
from streams.text.dates import DateMention

_FAMILIES = frozenset({"attack", "hostage", "casualty"})
_HEAVY = frozenset({"attack.air", "attack.drone", "attack.missile_rocket", "attack.shelling", "attack.assassination"})
_HELD = frozenset(
    """hostage hostages captive captives kidnapped abducted kidnappers captors abductors hijackers ransom
    captivity captured""".split()
)
_HOLDING = frozenset("hold holds holding held seize seizes seized seizing hands power".split())
#: Of these a sum over a time is only a sum.
_SUMMED = frozenset({"attack.generic", "attack.offensive"})
_NEW = frozenset("another separate separately elsewhere similar different second meanwhile".split())
_ON_TOP = frozenset("also another others second third fourth fifth sixth".split())
_OBJECT_REACH = 3
_NO_HEADS = frozenset("was were been being be is are had has have and , who".split())
#: Of so many killed without a day, a perfect ("have been killed") or any tense tells a sum over a time.
_A_SUM, _A_BATTLE, _A_WAR = 100, 1_000, 10_000
_SO_FAR = frozenset("have has had been".split())
_POINTING = frozenset("the this that".split())


def read_violence(
    sentence: Sentence, dates: Sequence[DateMention], anchor: date | None, about: About
) -> tuple[list[Draft], list[Exclusion]]:
    """Drafts of families attack, hostage and casualty, and what was left out."""
    reader = _Violence(sentence, dates, anchor, about)
    for segment in sentence.segments:
        reader.read(segment)
    return reader.drafts, reader.excluded


class _Violence:
    """Reads the segments of one sentence in order."""

    def __init__(self, sentence: Sentence, dates: Sequence[DateMention], anchor: date | None, about: About) -> None:
        self.sentence, self.dates, self.anchor, self.about = sentence, dates, anchor, about
        self.causes = Causes(sentence, about)
        self.drafts: list[Draft] = []
        self.excluded: list[Exclusion] = []
        self.tolls = find_tolls(sentence)

    def read(self, segment: tuple[int, int]) -> None:
        first, last = segment
        hits = [f for f in self._told if first <= f.first < last]
        if not hits:
            return
        tolls = self._own_tolls([t for t in self.tolls if first <= t.verb.first < last], segment)
        attacks = [f for f in hits if f.phrase.family == "attack" and self._fits(f)]
        hostages = [f for f in hits if f.phrase.family == "hostage" and self._fits(f)]
        taken = [t for t in tolls if t.verb.phrase.family == "hostage"]
        if hostages and not taken:
            taken = split_taking(self.sentence, hostages[-1])
        hurt = [t for t in tolls if t.verb.phrase.family != "hostage"]
        if attacks:
            self._attack(attacks, hurt, segment, taking=any(t.measure == "hostages" for t in taken))
        elif hurt:
            self._casualties(hurt, segment)
        if hostages:
            self._hostage(hostages, taken, segment)

    @lazy
    def _told(self) -> list[Found]:
        """The phrases of violence, a noun of a frame as the verb that goes with it."""
        phrases = (f for f in self.sentence.found if f.phrase.family in _FAMILIES)
        resolved = (self._with_verb(f) if f.phrase.kind == "frame" else f for f in phrases)
        return [f for f in resolved if f is not None]

    def _with_verb(self, found: Found) -> Found | None:
        return resolve(self.sentence, found) if fits(self.sentence, found, armed=self.about.armed) is None else None

    def _fits(self, found: Found) -> bool:
        reason = fits(self.sentence, found, armed=self.about.armed or not self.about.opening)
        if reason is None and self._is_a_name(found):
            return False
        if reason is None and self.sentence.fictional:
            reason = "fiction"
        if reason is None and self.about.topic in NOISY_TOPICS and not plainly_violent(self.sentence, found):
            reason = self.about.topic
        if reason is None and found.phrase.measure == "casualties" and not self._hits_anyone(found):
            return False
        if reason and self._tempts(found):
            self._leave_out(found, found.phrase.type, reason)
        return reason is None

    def _tempts(self, found: Found) -> bool:
        """Whether a reader could take the phrase for its type: what it needs stands there, not only a veto word."""
        return not found.phrase.needs or beside(self.sentence, found, found.phrase.needs)

    def _is_a_name(self, found: Found) -> bool:
        """Whether a bare verb is a name's part: "Lynch and Co", "Shell"."""
        bare = found.phrase.kind == "verb" and found.phrase.form == "B" and found.last == found.first + 1
        return bare and found.first > 0 and self.sentence.is_name(found.first)

    def _hits_anyone(self, found: Found) -> bool:
        """Whether "shot" or "stabbed" has somebody as object or somebody armed near: not a golfer's 67."""
        own = [t for t in self.tolls if t.verb.first == found.first]
        objects = self.sentence.lexicon.objects
        ahead = self.sentence.words[found.last : found.last + _OBJECT_REACH]
        if any(objects.get(word, ("",))[0] == "animal" for word in ahead) and not any(t.object for t in own):
            return False
        somebody = any(t.kind != "bare" for t in own)
        return somebody or beside(self.sentence, found, self.sentence.lexicon.classes["violent"])

    def _own_tolls(self, tolls: list[Toll], segment: tuple[int, int]) -> list[Toll]:
        kept = []
        for toll in tolls:
            reason = self.causes.reason(toll, segment)
            if reason is None:
                kept.append(toll)
            elif reason:
                first, last = min(toll.first, toll.verb.first), max(toll.last, toll.verb.last)
                self.excluded.append(exclusion(self.sentence, f"casualty.{toll.measure}", reason, first, last))
        return kept

    # --- drafts -------------------------------------------------------------------------------------------------------

    def _attack(self, hits: list[Found], tolls: list[Toll], segment: tuple[int, int], *, taking: bool) -> None:
        trigger = max(hits, key=lambda f: (self._rank(f), bool(f.phrase.kind == "verb"), -f.first))
        finite = [f for f in hits if f.phrase.kind == "verb"] or hits
        judge = trigger if trigger in finite or tolls else finite[0]
        scope, definite = self._scope(judge, tolls, segment, hits)
        together = attacks_named(self.sentence, segment) if tolls else None
        if together is not None:
            tolls = [t._replace(attacks=t.attacks or together) for t in tolls]
        if scope == "incident" and self._renews(tolls, segment):
            scope, definite = "update", True
        summed = scope == "cumulative" and trigger.phrase.type in _SUMMED
        kind = "casualty.cumulative_total" if summed else trigger.phrase.type
        if taking and kind == "attack.generic" and any(t.measure == "killed" for t in tolls):
            kind = "attack.mass_attack_and_hostage_taking"
        self._add(kind, trigger, judge, scope, tolls, segment, definite=definite)

    def _renews(self, tolls: list[Toll], segment: tuple[int, int]) -> bool:
        """Whether the figures are newer ones of a happening that was told before."""
        words = self.sentence.words
        of_tolls = (t for t in tolls if t.verb.phrase.kind == "toll" and t.relation == "total")
        if any(restates(words, (t.verb.first, t.verb.last), t.first) for t in of_tolls):
            return True
        return bool(tolls) and is_known_by_now(words[slice(*segment)])

    def _rank(self, found: Found) -> int:
        return self.sentence.lexicon.types[found.phrase.type].rank

    def _hostage(self, hits: list[Found], tolls: list[Toll], segment: tuple[int, int]) -> None:
        verbs = [f for f in hits if f.phrase.kind == "verb"]
        named = [f for f in verbs if self._only_names_whom(f, verbs, tolls)]
        for one in named:
            scope: Scope = "incident" if self._says_where(one) else "reference"
            self._add(one.phrase.type, one, one, scope, [t for t in tolls if t.verb == one], segment, definite=True)
        verbs = [f for f in verbs if f not in named]
        tolls = [t for t in tolls if t.verb not in named]
        taken = [hit for hit in verbs or hits if self._is_taking(hit, tolls)]
        if not taken:
            return
        trigger = max(taken, key=lambda f: (self._rank(f), -f.first))
        scope, definite = self._scope(trigger, tolls, segment, hits)
        self._add(trigger.phrase.type, trigger, trigger, scope, tolls, segment, definite=definite)

    def _says_where(self, found: Found) -> bool:
        """Whether a participle is told with a place: "released a journalist abducted in Benghazi"."""
        words = self.sentence.words
        near = (i for i in range(found.last, min(found.last + 4, len(words) - 1)) if words[i] in ("in", "near", "from"))
        return any(self.sentence.is_name(i + 1) for i in near)

    def _only_names_whom(self, found: Found, verbs: list[Found], tolls: list[Toll]) -> bool:
        """Whether a participle says of whom an earlier verb speaks: "freed 24 girls abducted last week"."""
        if found.phrase.form not in ("DN", "N") or self.sentence.word(found.first - 1) in _NO_HEADS:
            return False
        later = {f.first for f in verbs if f.first > found.first}
        if any(t.last == found.first and t.verb.first in later for t in tolls):
            return True
        earlier = {f.first for f in verbs if f.first < found.first and f.phrase.form in ("D", "DN", "S", "B")}
        return any(t.last == found.first and t.verb.first in earlier for t in tolls)

    def _is_taking(self, trigger: Found, tolls: list[Toll]) -> bool:
        """Whether people are taken or freed: not criminals caught, a report released, or "kidnapped persons" named."""
        type_ = trigger.phrase.type
        words = self.sentence.words[trigger.first : trigger.last]
        if trigger.phrase.noun is None and not tolls and not _HOLDING.isdisjoint(words) and _HELD.isdisjoint(words):
            return False
        if type_ == "hostage.captured_combatant":
            return any(t.class_ in ("combatant", "police") and t.side == "victim" for t in tolls)
        if type_ in ("hostage.release", "hostage.rescue") and not tolls:
            return not _HELD.isdisjoint(self.sentence.words[max(trigger.first - 8, 0) : trigger.last + 8])
        return True

    def _casualties(self, tolls: list[Toll], segment: tuple[int, int]) -> None:
        """Figures without an attack word: an attack when somebody armed or a weapon did it, else a casualty."""
        trigger = tolls[0].verb
        update = any(t.verb.phrase.kind == "toll" for t in tolls)
        status = trigger.phrase.type == "casualty.status"
        kind = trigger.phrase.type if trigger.phrase.family == "casualty" else "attack.generic"
        if update:
            kind = "casualty.toll_update"
        elif kind == "casualty.missing":
            if not self.causes.violence_near(segment):
                return
        elif not status and self._armed_hand(trigger, segment):
            kind = "attack.generic"
        scope, _ = self._scope(trigger, tolls, segment, [trigger])
        if scope == "cumulative":
            kind = "casualty.cumulative_total"
        elif (update or status) and scope == "incident":
            scope = "update"
        self._add(kind, trigger, trigger, scope, tolls, segment, definite=update or status)

    def _armed_hand(self, trigger: Found, segment: tuple[int, int]) -> bool:
        words = self.sentence.words
        classes = self.sentence.lexicon.classes
        left = set(words[max(segment[0], trigger.first - 8) : trigger.first])
        right = words[trigger.last : min(segment[1], trigger.last + 12)]
        agent = set(right[right.index("by") :][:6]) if "by" in right else set()
        active = trigger.phrase.form in ("D", "DN", "G", "S") and not {"was", "were", "been", "be"} & left
        if trigger.phrase.form == "B":
            active = words[trigger.first - 1] in classes["armed"]
        weapon = classes["weapon"] & set(words[segment[0] : segment[1]])
        return (
            bool(agent & classes["armed"])
            or bool(active and left & classes["armed"])
            or bool(weapon)
            or (bool(agent) and self.about.armed)
        )

    def _scope(self, hit: Found, tolls: list[Toll], segment: tuple[int, int], hits: list[Found]) -> tuple[Scope, bool]:
        sentence = self.sentence
        totals = [t for t in tolls if t.relation == "total"]
        told = next((t.verb for t in totals if t.verb.phrase.kind == "verb" and t.verb.phrase.form != "G"), hit)
        most = max((t.low or 0 for t in totals), default=0)
        if totals and is_cumulative(sentence, self.dates, segment, self.anchor, told, most):
            return "cumulative", False
        if any(self._is_of_many(t, segment) for t in totals):
            return "cumulative", False
        if is_background(sentence, self.dates, segment, self.anchor, told):
            return "background", False
        if is_only_named(sentence, told, self.dates, segment):
            return "reference", True
        if hit.phrase.kind in ("noun",):
            verb = next((f for f in hits if f.phrase.kind == "verb" and f.phrase.form != "G"), None)
            if verb is not None and not totals:
                return self._scope(verb, tolls, segment, [verb])
            return noun_scope(sentence, hit, figures=bool(totals), dated=self._is_dated(segment))
        if is_attribute(sentence, hit) and not totals:
            return "reference", True
        stated = any(t.exactness != "unstated" for t in totals)
        if not stated and is_habit(sentence, hit):
            return "trend", False
        if (
            hit.phrase.form == "G"
            and not totals
            and sentence.word(hit.first - 1) not in (",", "was", "were", "is", "are", "been", "after")
        ):
            return "reference", False
        if hit.phrase.form == "G" and totals and sentence.word(hit.first - 1) in ("of", "for", "from", "against", "at"):
            return "reference", False
        return "incident", False

    def _is_dated(self, segment: tuple[int, int]) -> bool:
        """Whether a day is told there."""
        start, end = self.sentence.span(*segment)
        return any(d.precision in ("day", "hour") and start <= d.start < end for d in self.dates)

    def _is_of_many(self, toll: Toll, segment: tuple[int, int]) -> bool:
        """Whether so many died, on no day that is told, that it is a war's sum: "70,000 have been killed"."""
        if toll.measure != "killed" or toll.low is None or toll.low < _A_SUM or toll.relation != "total":
            return False
        if toll.low < _A_BATTLE:
            perfect = "had" in self.sentence.words[max(toll.verb.first - 3, segment[0]) : toll.verb.first]
            return perfect and not self._is_dated(segment) and not any(f.phrase.family == "attack" for f in self._told)
        if self._is_dated(segment):
            return False
        if self.sentence.section != "title":
            return True
        return toll.low >= _A_WAR or not _SO_FAR.isdisjoint(self.sentence.words[segment[0] : toll.verb.last])

    def _add(
        self,
        kind: str,
        trigger: Found,
        judge: Found,
        scope: Scope,
        tolls: list[Toll],
        segment: tuple[int, int],
        *,
        definite: bool,
    ) -> None:
        sentence = self.sentence
        if self.about.crime and not kind.startswith("hostage."):
            kind = "crime.violent"
        realis = realis_of(sentence, judge)
        if realis == "denied" and tolls and judge.phrase.kind == "toll":
            realis = "actual"
        opening = set(sentence.words[segment[0] : min(segment[0] + 3, segment[1])]) | set(
            sentence.words[max(trigger.first - 3, 0) : trigger.first]
        )
        told = next((t.verb for t in tolls if t.relation == "total" and t.verb.phrase.form != "G"), judge)
        opens = segment[0] > 0 and sentence.words[segment[0]] in ("after", "before", "following", "followed")
        self.drafts.append(
            Draft(
                type=kind,
                sentence=sentence,
                segment=segment,
                trigger=trigger,
                realis=realis,
                scope=scope,
                outcome=outcome_of(sentence, trigger),
                counts=[self._count(t, kind) for t in tolls],
                pattern=trigger.phrase.id,
                definite=definite,
                passing=bool(scope == "incident" and is_in_passing(sentence, told, self.dates, segment)),
                fresh=bool(_NEW & opening) or opens,
                victims=self._standing(tolls),
            )
        )

    def _standing(self, tolls: Sequence[Toll]) -> Victims:
        """Whether the victims are new, may be known from before, or come on top of those known."""
        told = [t for t in tolls if t.relation == "total" and t.low]
        if not told:
            return "new"
        if all(self._on_top(t) for t in told):
            return "added"
        return "told" if all(self._back_reference(t) for t in told) else "new"

    def _on_top(self, toll: Toll) -> bool:
        words = self.sentence.words
        between = words[min(toll.last, toll.verb.first) : max(toll.first, toll.verb.first)]
        return bool(_ON_TOP & {*between, *words[toll.first : toll.last], self.sentence.word(toll.verb.first - 1)})

    def _back_reference(self, toll: Toll) -> bool:
        words = self.sentence.words[toll.first : toll.first + 3]
        pointed = (words[0] in _POINTING or words[:2] == ["one", "of"]) and not toll.names
        return toll.low == toll.high == 1 and (toll.kind == "pronoun" or pointed)

    def _count(self, toll: Toll, kind: str) -> Count:
        start, end = self.sentence.span(toll.first, toll.last)
        side = toll.side
        if side == "perpetrator" and toll.class_ == "combatant" and kind in _HEAVY:
            side = "victim"
        return Count(
            measure=toll.measure,
            low=toll.low,
            high=toll.high,
            exactness=toll.exactness,
            relation=toll.relation,
            side=side,
            class_=toll.class_,
            unit="people",
            object=toll.object,
            names=toll.names,
            of=toll.of,
            attacks=toll.attacks,
            corrects=toll.corrects,
            field=self.sentence.field,
            start=start,
            end=end,
        )

    def _leave_out(self, found: Found, tempted: str, reason: str) -> None:
        self.excluded.append(exclusion(self.sentence, tempted, reason, found.first, found.last))
