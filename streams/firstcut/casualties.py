"""How many were killed, wounded or taken, and by what? The figures that a sentence's verbs and nouns govern.

Active ("killed 10 soldiers"), passive ("10 soldiers were killed"), nominal ("toll rose by 3 to 19", "10 dead"), with
coordinated groups, named and singular victims, and plurals without a number. A figure belongs to the verb that governs
it, never to one that merely stands near.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from streams.article import Count, Exactness, Relation, Side
from streams.firstcut.numbers import Number
from streams.firstcut.scene import Hit, Scene

_AUXILIARIES = frozenset(
    "were was been be being have has had are is also reported reportedly later confirmed feared believed said to "
    "brutally both all then subsequently found left and critically seriously slightly".split()
)
_BE = frozenset("were was been be being are is reported feared left".split())
_DETERMINERS = frozenset("a an one the another his her their its that this".split())
_STOP = frozenset('. , ; : ( ) -- — " “ ”'.split())
_PREPOSITIONS = frozenset("in on at by near and when after during from inside outside , . ; with across around".split())
_PARTS = (("including",), ("among", "them"), ("of", "whom"), ("among", "the", "dead"))
_ATTACKERS = frozenset(
    "attacker attackers assailant assailants bomber bombers hijacker hijackers kidnapper kidnappers abductors".split()
)
_MEASURES = {"kill": "killed", "wound": "wounded", "abduct": "hostages", "shot": "wounded", "die": "killed"}
_SPAN = 9
_TOLL_SPAN = 22
_PEOPLE_AFTER = 5


class Casualty(NamedTuple):
    """A figure with the hit that governs it (its ``verb``)."""

    figure: Count
    verb: Hit


class _Group(NamedTuple):
    """A figure of people: token indices (half-open)."""

    first: int
    last: int
    low: int | None
    high: int | None
    exactness: Exactness
    class_: str | None
    object: str | None
    names: tuple[str, ...] = ()


def casualties(scene: Scene) -> list[Casualty]:
    """The figures of a sentence, in the order of their verbs."""
    found: list[Casualty] = []
    taken: set[int] = set()
    verbs = sorted({h for h in scene.words if h.kind in ("kill", "wound", "shot", "abduct", "dead", "die", "tolls")})
    longest = [
        v
        for v in verbs
        if not any(
            o.start <= v.start
            and v.end <= o.end
            and o != v
            and o.kind != "people"
            and (o.end - o.start) > (v.end - v.start)
            for o in verbs
        )
    ]
    for verb in longest:
        for measure, group, relation in _governed(scene, verb):
            if group.first in taken:
                continue
            taken.add(group.first)
            found.append(Casualty(_count(scene, measure, group, relation, verb), verb))
    return _corrected(scene, found) + _hostages(scene, taken)


def _corrected(scene: Scene, found: list[Casualty]) -> list[Casualty]:
    """Mark the killed total of a stated correction with the figure that it voids, -1 when it names none."""
    if not scene.has("correction"):
        return found
    spans = [(c.figure.low, c.figure.start, c.figure.end) for c in found]
    named = next((n for n in scene.numbers if _is_former(scene, n, spans)), None)
    voided = named.low if named is not None and named.low is not None else -1
    return [
        c._replace(figure=replace(c.figure, corrects=voided))
        if c.figure.measure == "killed" and c.figure.relation == "total"
        else c
        for c in found
    ]


def _is_former(scene: Scene, number: Number, told: list[tuple[int | float | None, int, int]]) -> bool:
    """Whether a number is the earlier figure of a correction: "from 12", "not 12", and none that was just read."""
    at = scene.tokens[number.first].start
    told_now = any(low == number.low and start <= at < end for low, start, end in told)
    return number.vetoed is None and scene.lower(number.first - 1) in ("from", "not", "than", "of") and not told_now


def _governed(scene: Scene, verb: Hit) -> list[tuple[str, _Group, Relation]]:
    if verb.kind == "tolls":
        return _toll(scene, verb)
    if verb.kind == "dead":
        measure = "casualties" if scene.lower(verb.first) == "casualties" else "killed"
        group = _group_before(scene, verb.first, reach=4)
        return [(measure, g, _relation(scene, g)) for g in group]
    measure = _MEASURES[verb.kind]
    if verb.kind != "die":
        after = _groups_after(scene, verb.last)
        if after and not _is_passive(scene, verb):
            return [(measure, g, _relation(scene, g)) for g in after]
    if scene.lower(verb.last - 1).endswith("ing"):
        return []
    groups = _group_before(scene, verb.first, reach=_SPAN)
    if groups:
        return [(measure, g, _relation(scene, g)) for g in groups]
    single = _single_before(scene, verb) if verb.kind == "die" or _is_passive(scene, verb) else None
    return [(measure, single, "total")] if single else []


def _is_passive(scene: Scene, verb: Hit) -> bool:
    i = verb.first - 1
    for _ in range(3):
        if scene.lower(i) in _BE:
            return True
        if scene.lower(i) not in _AUXILIARIES:
            return False
        i -= 1
    return False


def _relation(scene: Scene, group: _Group) -> Relation:
    for words in _PARTS:
        if tuple(scene.lower(group.first - len(words) + k) for k in range(len(words))) == words:
            return "part"
    return "total"


# --- groups of people ---------------------------------------------------------------------------------------------


def _groups_after(scene: Scene, i: int) -> list[_Group]:
    """The object of an active verb: a figure, a singular person, or people without a number."""
    skip = i
    while scene.lower(skip) in ("a", "total", "of", "another") and skip < i + 4 and not _number_at(scene, skip):
        skip += 1
    number = _number_at(scene, skip) or _number_at(scene, i)
    if number is not None and number.vetoed is None:
        group = _with_people(scene, number)
        if group is None:
            return []
        return [group, *_coordinated_after(scene, group.last)]
    return _people_without_number(scene, i)


def _number_at(scene: Scene, i: int) -> Number | None:
    return next((n for n in scene.numbers if n.first == i), None)


def _coordinated_after(scene: Scene, last: int) -> list[_Group]:
    if scene.lower(last) not in ("and", ","):
        return []
    i = last + 1 + (scene.lower(last + 1) == "and")
    number = _number_at(scene, i)
    group = _with_people(scene, number) if number is not None and number.vetoed is None else None
    if group is None or group.object is None or _verb_follows(scene, group.last):
        return []
    return [group]


def _verb_follows(scene: Scene, last: int) -> bool:
    """Whether another verb governs what stands before this index: "and four were wounded"."""
    follow = {scene.lower(last), scene.lower(last + 1)}
    return bool(follow & _BE) or any(
        h.first in (last, last + 1) and h.kind in ("wound", "kill", "abduct") for h in scene.words
    )


def _with_people(scene: Scene, number: Number) -> _Group | None:
    """A figure with the people it counts; None when it counts something else."""
    people = _people_after(scene, number.last)
    if people is None:
        after = scene.lower(number.last)
        counts_people = (
            after in _PREPOSITIONS
            or after in ("others", "more", "")
            or any(
                h.first in (number.last, number.last + 1) and h.kind in ("wound", "kill", "dead", "shot", "abduct")
                for h in scene.words
            )
        )
        if not counts_people and after not in _AUXILIARIES:
            return None
        return _Group(number.first, number.last, number.low, number.high, number.exactness, None, None)
    object_ = scene.text[scene.tokens[number.last].start : people.end] if number.last < people.last else None
    return _Group(number.first, people.last, number.low, number.high, number.exactness, people.value or None, object_)


def _people_after(scene: Scene, i: int) -> Hit | None:
    """The people noun that heads the phrase beginning at a token, past adjectives."""
    head: Hit | None = None
    for hit in scene.of("people"):
        if hit.first < i or hit.first > i + _PEOPLE_AFTER:
            continue
        between = [scene.lower(k) for k in range(i, hit.first)]
        if any(w in _STOP or w in _PREPOSITIONS or w in _BE for w in between):
            break
        if head is None or hit.first <= head.last:
            head = hit if head is None or hit.last > head.last else head
    return head


def _people_without_number(scene: Scene, i: int) -> list[_Group]:
    determiner = scene.lower(i)
    people = _people_after(scene, i + (determiner in _DETERMINERS))
    if people is None or people.first > i + 4:
        return []
    noun = scene.lower(people.last - 1)
    plural = _is_plural(noun)
    object_ = scene.text[scene.tokens[i].start : people.end]
    if plural:
        return [_Group(i, people.last, 2, None, "unstated", people.value or None, object_)]
    return [_Group(i, people.last, 1, 1, "exact", people.value or None, object_)]


def _is_plural(noun: str) -> bool:
    return (noun.endswith("s") and not noun.endswith("ss")) or noun.endswith(("men", "people", "police", "children"))


def _group_before(scene: Scene, i: int, reach: int) -> list[_Group]:
    """The subject of a passive verb or a noun such as "dead": the nearest figure before it in its clause."""
    best: _Group | None = None
    for number in scene.numbers:
        if number.vetoed is not None or number.last > i or i - number.last > reach:
            continue
        group = _with_people(scene, number)
        if group is None or not _only_between(scene, max(group.last, number.last), i):
            continue
        best = group
    if best is None:
        return []
    return [*_coordinated_before(scene, best), best]


def _only_between(scene: Scene, first: int, i: int) -> bool:
    """Whether nothing stands between a figure and its verb that would take the figure away."""
    for k in range(first, i):
        word = scene.lower(k)
        if word in (".", ";", ":", "that", "who", "which") or word in ('"', "“", "”"):
            return False
    return not any(
        h.kind in ("kill", "wound", "dead", "abduct") and first <= h.first and h.last < i for h in scene.words
    )


def _coordinated_before(scene: Scene, group: _Group) -> list[_Group]:
    if scene.lower(group.first - 1) != "and":
        return []
    for number in scene.numbers:
        if number.vetoed is None and number.last < group.first and group.first - number.last <= 5:
            other = _with_people(scene, number)
            if other is not None and other.object is not None and other.last == group.first - 1:
                return [other]
    return []


def _single_before(scene: Scene, verb: Hit) -> _Group | None:
    """ "A policeman was killed", "Maria Torres was shot dead", "the soldiers were killed"."""
    i = verb.first - 1
    while scene.lower(i) in _AUXILIARIES and i > 0:
        i -= 1
    people = next((h for h in scene.of("people") if h.last == i + 1), None)
    if people is not None:
        first = people.first
        while first > 0 and people.first - first < 4 and scene.lower(first - 1) not in _STOP | _PREPOSITIONS:
            first -= 1
            if scene.lower(first) in _DETERMINERS:
                break
        object_ = scene.text[scene.tokens[first].start : people.end]
        if _is_plural(scene.lower(people.last - 1)):
            return _Group(first, people.last, 2, None, "unstated", people.value or None, object_)
        return _Group(first, people.last, 1, 1, "exact", people.value or None, object_)
    return _named_before(scene, i)


def _named_before(scene: Scene, i: int) -> _Group | None:
    first = i
    while first >= 0 and scene.tokens[first].text[:1].isupper() and scene.tokens[first].text.isalpha():
        first -= 1
    if i - first < 2:
        return None
    name = scene.text[scene.tokens[first + 1].start : scene.tokens[i].end]
    return _Group(first + 1, i + 1, 1, 1, "exact", None, name, (name,))


# --- nouns ----------------------------------------------------------------------------------------------------------


def _toll(scene: Scene, toll: Hit) -> list[tuple[str, _Group, Relation]]:
    """ "death toll rose by 3 to 19": an increment and a total."""
    found: list[tuple[str, _Group, Relation]] = []
    for number in scene.numbers:
        if number.vetoed is not None or not 0 <= number.first - toll.last <= _TOLL_SPAN:
            continue
        before = scene.lower(number.first - 1)
        group = _Group(number.first, number.last, number.low, number.high, number.exactness, None, None)
        if before == "by":
            found.append(("killed", group, "increment"))
        elif before == "from":
            continue
        elif before in ("to", "at", "of", "is", "was", "reached", "passed", "down"):
            found.append(("killed", group, "total"))
            break
    return found


def _hostages(scene: Scene, taken: set[int]) -> list[Casualty]:
    """ "took over 250 hostages", "12 hostages were taken"."""
    nouns = [h for h in scene.of("people") if scene.lower(h.first) in ("hostage", "hostages")]
    if not nouns or not scene.of("taken"):
        return []
    found = []
    for number in scene.numbers:
        group = _with_people(scene, number) if number.vetoed is None and number.first not in taken else None
        noun = next((h for h in nouns if group and h.last == group.last), None)
        if group is not None and noun is not None:
            found.append(Casualty(_count(scene, "hostages", group, _relation(scene, group), noun), noun))
    return found


def _count(scene: Scene, measure: str, group: _Group, relation: Relation, verb: Hit) -> Count:
    first, last = scene.tokens[min(group.first, verb.first)], scene.tokens[max(group.last, verb.last) - 1]
    noun = (group.object or "").lower().split()
    side: Side = "perpetrator" if noun and noun[-1] in _ATTACKERS else "victim"
    return Count(
        measure=measure,
        low=group.low,
        high=group.high,
        exactness=group.exactness,
        relation=relation,
        side=side,
        class_=group.class_,
        object=group.object,
        names=group.names,
        field=scene.field,
        start=first.start,
        end=last.end,
    )
