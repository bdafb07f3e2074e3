"""Is a figure of violence? An accident, a disease, a game and a death in bed use the same verbs.

A cause beside the verb decides, unless an attack stands nearer. Where none stands, something must speak for violence:
a weapon or somebody armed in the sentence, an attack there or told before it, or an article that is not peaceful.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from streams.lazy import lazy
from streams.signals.lexicon import Phrase
from streams.signals.people import BODIES
from streams.signals.sentence import Found, Sentence
from streams.signals.topics import NOISY_TOPICS
from streams.signals.trace import Try
from streams.signals.victims import Toll

_VETO_REACH = 5
_NEAR = 5
_DYING = frozenset(
    "found died dies die dying death deaths passed passes passing pass succumbed succumbs perished".split()
)
_OLD_AGE = frozenset("illness age aged cancer stroke natural ill heart kidney lung surgery pneumonia leukemia".split())
_SUBJECT_REACH = 5
_SET_ASIDE_REACH = 8
_TAKEN = frozenset({"hostage.kidnapping", "hostage.abduction"})
_SELVES = frozenset("himself herself themselves".split())
#: What an attacker's death is told with.
_WITH_OTHERS = frozenset(
    """bomb bombs bomber bombers bombing blast explosion explosives detonated detonating vest belt car-bomb attack
    attacker attackers attacked gunman gunmen shooter militant militants others another dead victims opened before
    after""".split()
)
#: What kills without an attack being named: "sectarian violence claimed 14 lives".
_UNREST = frozenset("violence unrest bloodshed rioting riot riots crackdown rounds ammunition protesters".split())
_AT_HOME = frozenset("domestic home partner family verbal".split())
#: What follows these is brought about and brings nothing: "the war has killed 48,000 and caused famine".
_BRINGS = frozenset("caused causing causes triggered triggering brought bringing created creating sparked".split())
#: Dying and being hurt that violence must stand beside to be of it.
_ANY_CAUSE = _DYING | frozenset(
    """injured injure injures injuring injury injuries hurt hurts hurting fatality fatalities lives life lose
    losing lost body bodies casualty casualties missing maimed""".split()
)
_NO_CAUSE = frozenset({"court", "crime", "not_a_count"})


class About(NamedTuple):
    """What is known of the article when a sentence is read."""

    topic: str | None = None
    misfortune: str | None = None
    """The accident, disaster or disease that title and lead tell of."""
    peaceful: bool = False
    """Nothing in the whole article is violent."""
    opening: bool = True
    """No violence was told before the sentence."""
    armed: bool = False
    """An armed actor is named in the sentence."""
    crime: bool = False
    """The article is of crime without politics."""


def fits(sentence: Sentence, found: Found, *, armed: bool) -> str | None:
    """None when a phrase means what its row says; else why not: a veto word's reason, or "" for a missing need."""
    answer = _answer(sentence, found, armed=armed)
    if sentence.trace is not None:
        start, end = sentence.span(found.first, found.last)
        phrase, near = found.phrase, tuple(word for word in _near(sentence, found) if word in found.phrase.veto)
        row = (phrase.type, phrase.id, len(phrase.veto), near, answer)
        sentence.trace.tried.append(Try(sentence.field, start, end, *row))
    return answer


def _near(sentence: Sentence, found: Found) -> list[str]:
    return sentence.words[max(found.first - 3, 0) : found.first] + sentence.words[found.last : found.last + _VETO_REACH]


def _answer(sentence: Sentence, found: Found, *, armed: bool) -> str | None:
    phrase = found.phrase
    if phrase.veto and not phrase.veto.isdisjoint(_near(sentence, found)):
        return phrase.reason or "other_sense"
    if phrase.needs and not beside(sentence, found, phrase.needs) and not (armed and _is_violent(phrase)):
        return ""
    return None


def beside(sentence: Sentence, found: Found, wanted: frozenset[str]) -> bool:
    """Whether a wanted word stands beside a phrase of one word; a longer one may be its own evidence."""
    present = wanted & sentence.bag
    if len(present) != 1 or found.last - found.first > 1:
        return bool(present)
    own = sentence.words[found.first]
    return own not in present or sentence.words.count(own) > 1


def _is_violent(phrase: Phrase) -> bool:
    return phrase.family in ("attack", "hostage")


def plainly_violent(sentence: Sentence, found: Found) -> bool:
    """Whether arms and hurt people stand beside a phrase: enough in any article."""
    classes = sentence.lexicon.classes
    return not classes["hurt"].isdisjoint(sentence.bag) and beside(sentence, found, classes["strong"])


class Causes:
    """Judges the figures of one sentence."""

    def __init__(self, sentence: Sentence, about: About) -> None:
        self.sentence, self.about = sentence, about
        self.lexicon = sentence.lexicon
        self._arms: dict[tuple[int, int], bool] = {}

    def reason(self, toll: Toll, segment: tuple[int, int]) -> str | None:
        """Why a figure is not of violence; "" drops it silently, None keeps it."""
        if toll.kind in ("animal", "other"):
            return "animal" if toll.kind == "animal" else "not_a_count"
        reason = fits(self.sentence, toll.verb, armed=self.about.armed)
        if reason is not None:
            return reason
        if self.sentence.fictional:
            return "fiction"
        if self._contradicted(toll):
            return "negated"
        if self.about.topic in NOISY_TOPICS and not plainly_violent(self.sentence, toll.verb):
            return self.about.topic
        cause = self._nearest(toll, segment)
        if cause is not None:
            return cause
        if self._by_an_animal(toll):
            return "animal"
        if self._by_own_hand(toll):
            return "suicide"
        if self._of_itself(toll, segment):
            return "natural_death"
        if self.violence_near(segment):
            return None
        return self._without_violence(toll)

    def _contradicted(self, toll: Toll) -> bool:
        """Whether it is the figure that the sentence sets aside: "contrary to earlier reports of 12 dead"."""
        before = self.sentence.words[max(toll.first - _SET_ASIDE_REACH, 0) : toll.first]
        if "contrary" not in before:
            return False
        after = before[before.index("contrary") + 1 :]
        return after[:1] == ["to"] and "," not in after

    def _by_an_animal(self, toll: Toll) -> bool:
        """Whether "a shark attacked and killed a swimmer"."""
        if toll.verb.phrase.kind != "verb" or toll.first < toll.verb.first:
            return False
        before = self.sentence.words[max(toll.verb.first - _SUBJECT_REACH, 0) : toll.verb.first]
        return any(self.lexicon.objects.get(word, ("",))[0] == "animal" for word in before)

    def _without_violence(self, toll: Toll) -> str | None:
        """The verdict where neither a cause nor an attack stands near."""
        if toll.kind == "bare" and toll.measure == "casualties":
            return ""
        if self.about.misfortune is not None:
            return self.about.misfortune
        if not self.about.opening or toll.verb.phrase.family != "casualty":
            return None
        if toll.side == "perpetrator" and toll.object is None:
            return "not_a_count"
        words = set(self.sentence.words[toll.verb.first : toll.verb.last])
        if words & BODIES:
            return "not_a_count"
        if not _UNREST.isdisjoint(self.sentence.bag) and _AT_HOME.isdisjoint(self.sentence.bag):
            return None
        loose = toll.kind == "bare" or words & _ANY_CAUSE
        if self.about.peaceful and loose and toll.verb.phrase.kind != "toll":
            return "not_a_count"
        active = toll.verb.phrase.kind == "verb" and toll.first >= toll.verb.first
        unsaid = active and not self.about.armed and not self._done_by_an_attack(toll)
        return "not_a_count" if toll.kind == "bare" and unsaid else None

    def _done_by_an_attack(self, toll: Toll) -> bool:
        """Whether the noun of an attack is what killed: "twin blasts killed 7 in the market"."""
        return any(
            f.phrase.kind == "frame"
            and f.phrase.family == "attack"
            and f.last in (toll.verb.first, toll.verb.first - 1)
            for f in self.sentence.found
            if fits(self.sentence, f, armed=self.about.armed) is None
        )

    def violence_near(self, segment: tuple[int, int]) -> bool:
        """Whether arms, somebody armed or an attack stand in the segment or the sentence round it."""
        return bool(self._attacking) or self._arms_in(segment)

    def _arms_in(self, segment: tuple[int, int]) -> bool:
        if segment not in self._arms:
            inside = self.sentence.words[segment[0] : segment[1]]
            self._arms[segment] = not self.lexicon.classes["strong"].isdisjoint(inside)
        return self._arms[segment]

    @lazy
    def _attacking(self) -> list[int]:
        """Tokens at which an attack is told."""
        return [
            f.first
            for f in self.sentence.found
            if (f.phrase.family == "attack" or f.phrase.type in _TAKEN)
            and f.phrase.kind != "frame"
            and fits(self.sentence, f, armed=self.about.armed) is None
        ]

    def _attacks(self, segment: tuple[int, int]) -> list[int]:
        first, last = segment
        return self._attacking[bisect_left(self._attacking, first) : bisect_left(self._attacking, last)]

    def _by_own_hand(self, toll: Toll) -> bool:
        """Whether somebody took their life, and hurt nobody with it: "a soldier killed himself"."""
        own = self.sentence.words[toll.first] in _SELVES and toll.first >= toll.verb.last
        return own and _WITH_OTHERS.isdisjoint(self.sentence.bag)

    def _of_itself(self, toll: Toll, segment: tuple[int, int]) -> bool:
        """Whether one person only died, and nothing violent was told there or before."""
        word = self.sentence.words[toll.verb.first]
        if toll.verb.phrase.measure != "killed" or toll.high != 1 or word not in _DYING:
            return False
        if not _OLD_AGE.isdisjoint(self.sentence.words[toll.verb.first : toll.verb.first + _NEAR + 3]):
            return True
        near = (max(segment[0], toll.verb.first - _NEAR), min(segment[1], toll.verb.last + _NEAR))
        if self._attacks(segment):
            return False
        if self.about.misfortune == "natural_death":
            return True
        if self._arms_in(near):
            return False
        return self.about.opening or not _OLD_AGE.isdisjoint(self.sentence.words[segment[0] : segment[1]])

    def _nearest(self, toll: Toll, segment: tuple[int, int]) -> str | None:
        """The cause nearest to the verb, unless an attack stands nearer still."""
        causes = list(self._named(toll.verb.first, segment))
        if not causes:
            return None
        distance, reason = min(causes)
        violent = [abs(i - toll.verb.first) for i in self._attacks(segment) if i != toll.verb.first]
        if reason in ("court", "animal"):
            return None
        return reason if not violent or distance < min(violent) else None

    @lazy
    def _causes(self) -> list[tuple[int, str]]:
        """The tokens that name a cause, and which."""
        causes = self.lexicon.causes
        words = self.sentence.words
        return [
            (i, causes[word])
            for i, word in enumerate(words)
            if word in causes and _BRINGS.isdisjoint(words[max(i - 2, 0) : i])
        ]

    @lazy
    def _accidents(self) -> list[int]:
        """Tokens at which something went off that nobody set off: "the explosion at a steel mill"."""
        attacks = (f for f in self.sentence.found if f.phrase.family == "attack" and f.phrase.reason == "accident")
        return [f.first for f in attacks if fits(self.sentence, f, armed=self.about.armed) == "accident"]

    def _named(self, at: int, segment: tuple[int, int]) -> Sequence[tuple[int, str]]:
        first, last = segment
        found = [(abs(i - at), cause) for i, cause in self._causes if first <= i < last]
        found += [
            (abs(v.first - at), v.phrase.reason)
            for v in self.sentence.vetoed
            if first <= v.first < last and v.phrase.reason not in _NO_CAUSE
        ]
        found += [(abs(i - at), "accident") for i in self._accidents if first <= i < last and i != at]
        return found
