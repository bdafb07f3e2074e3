"""Which groups does a sentence count? "At least 12 Iraqi soldiers and four civilians" are two groups of people."""

from __future__ import annotations

from typing import NamedTuple

from streams.article import Exactness
from streams.signals.sentence import AUXILIARIES, PERFECT, Sentence
from streams.text.numbers import Figure

_ONE = frozenset("a an another one".split())
DEFINITE = frozenset("the this that these those his her their its our my".split())
BODIES = frozenset("body bodies corpse corpses".split())
DETERMINERS = _ONE | DEFINITE
_STOP = frozenset(
    """of in on at by with from to for near outside inside north south east west northeast northwest southeast
    southwest and or but as when while after before during who which that whose where were was are is be been being
    has have had will would could may might can said says , ; : . ! ? ( ) - -- — – " ' " not also into over under
    against including among aged since because if than then he she they it reported reportedly dead missing so about
    across along around behind between through throughout within without early late today yesterday last this earlier
    each alone overnight early-morning monday tuesday wednesday thursday friday saturday sunday per both there
    only""".split()
)
#: Words in the middle of a name: "Juan de la Cruz".
PARTICLES = frozenset("de del la las los da dos das di van von der den bin ibn al el y e du le".split())
_PEOPLES = ("ans", "is", "ns", "ese", "ites", "ots")
_MAX_MODIFIERS = 7
_PART_BEFORE = frozenset("including them".split())
_NO_NAMES = frozenset(
    """the a an in on at it he she they this that police army government president officials monday tuesday
    wednesday thursday friday saturday sunday january february march april june july august september
    october november december reuters afp ap god us u.s. un u.n. killed""".split()
)


class Group(NamedTuple):
    """Tokens ``first`` to ``last`` (half-open) name ``low`` to ``high`` of something; None is open."""

    first: int
    last: int
    low: int | None
    high: int | None
    exactness: Exactness
    head: str
    kind: str
    """people, animal, other, bare (a figure without a noun) or a measure such as bases."""
    class_: str | None = None
    part: bool = False
    of: int | None = None
    names: tuple[str, ...] = ()
    more: bool = False
    """"Two more", "30 others": on top of some already told."""


def find_groups(sentence: Sentence) -> tuple[Group, ...]:
    """The groups of a sentence, from left to right, none overlapping another; read once a sentence."""
    if "groups" not in sentence.read:
        sentence.read["groups"] = tuple(_read_groups(sentence))
    groups: tuple[Group, ...] = sentence.read["groups"]
    return groups


def attacks_named(sentence: Sentence, segment: tuple[int, int]) -> int | None:
    """How many attacks a segment speaks of together: "killed in two separate attacks"; None for one."""
    groups = [g for g in find_groups(sentence) if segment[0] <= g.first < segment[1] and g.kind == "attacks"]
    return next((g.low for g in groups if g.low is not None and g.low > 1 and g.exactness == "exact"), None)


def _read_groups(sentence: Sentence) -> list[Group]:
    groups: list[Group] = []
    words, text, starts = sentence.words, sentence.text, sentence.starts
    people, figures = sentence.lexicon.people, sentence.figures
    opening = [
        i
        for i, word in enumerate(words)
        if word in people or word in DETERMINERS or text[starts[i]].isupper() or i in figures
    ]
    done = 0
    for i in opening:
        group = group_at(sentence, i) if i >= done else None
        if group is not None:
            groups.append(group)
            done = group.last
    return groups


def group_at(sentence: Sentence, i: int) -> Group | None:
    """The group that begins at token ``i``, or None."""
    figure = sentence.figures.get(i)
    if figure is not None:
        return _counted(sentence, figure) if figure.kind == "number" else None
    word = sentence.words[i]
    if word == "another" and _closes(sentence, i + 1, participles=True):
        return Group(i, i + 1, 1, 1, "exact", "", "bare", more=True)
    if word in _ONE or word in DEFINITE:
        return _determined(sentence, i)
    if word in sentence.lexicon.people and word not in ("others", "other", "dead", "life", "lives"):
        return _bare_noun(sentence, i, i)
    if sentence.is_name(i) and word not in _NO_NAMES:
        return _named(sentence, i)
    if word == "no" and sentence.word(i + 1) in ("one", "casualties"):
        return None
    return None


def _counted(sentence: Sentence, figure: Figure) -> Group | None:
    at, of = figure.last, None
    more = False
    if sentence.word(at) == "of" and sentence.word(at + 1) not in AUXILIARIES:
        inner = at + 1
        if sentence.word(inner) in DEFINITE:
            inner += 1
        whole = sentence.figures.get(inner)
        if whole is not None:
            of, inner = whole.low, whole.last
        at = inner
    while sentence.word(at) in ("more", "other", "additional", "further", "others"):
        more, at = True, at + 1
        if sentence.words[at - 1] == "others":
            return Group(
                figure.first, at, figure.low, figure.high, figure.exactness, "others", "people", None, more=True
            )
    last, head, kind, class_ = head_of(sentence, at)
    return Group(
        figure.first,
        max(last, figure.last),
        figure.low,
        figure.high,
        figure.exactness,
        head,
        kind,
        class_,
        part=_is_part(sentence, figure.first),
        of=of,
        more=more,
    )


def head_of(sentence: Sentence, at: int) -> tuple[int, str, str, str | None]:
    """Read modifiers and head from token ``at``: (token after the head, head, kind, class of people)."""
    lexicon = sentence.lexicon
    best: tuple[int, str, str, str | None] | None = None
    unknown: tuple[int, str, str, str | None] | None = None
    i = at
    while i < len(sentence.words) and i < at + _MAX_MODIFIERS:
        word = sentence.words[i]
        if word in _STOP or i in sentence.figures or i in sentence.count_starts or not word[0].isalnum():
            break
        if word in lexicon.people:
            class_ = lexicon.people.get(f"{sentence.word(i - 1)} {word}") or lexicon.people[word]
            best = (i + 1, word, "people", class_)
            if sentence.word(i + 1) not in lexicon.people:
                break
        elif word in lexicon.demonyms and _closes(sentence, i + 1):
            return (i + 1, word, "people", "civilian")
        elif word in lexicon.objects:
            best = (i + 1, word, lexicon.objects[word][0], None)
            break
        elif i in sentence.verb_starts:
            break
        elif unknown is None and word.endswith("s") and not word.endswith("ss") and len(word) > 3:
            of_a_people = sentence.is_name(i) and word.endswith(_PEOPLES)
            kind = "people" if of_a_people else "unknown"
            unknown = (i + 1, word, kind, "civilian" if of_a_people else None)
        i += 1
    return best or unknown or (at, "", "bare", None)


def _closes(sentence: Sentence, i: int, *, participles: bool = False) -> bool:
    """Whether a noun phrase is over before token ``i``."""
    word = sentence.word(i)
    if participles and any(f.first == i and f.phrase.kind == "verb" and f.phrase.measure for f in sentence.found):
        return True
    if participles:
        return word in AUXILIARIES or word in PERFECT
    return not word or not word[0].isalnum() or word in _STOP or i in sentence.verb_starts or word in PERFECT


def _determined(sentence: Sentence, i: int) -> Group | None:
    word = sentence.words[i]
    if i + 1 in sentence.figures or (word == "that" and i + 1 < len(sentence.words) and sentence.is_name(i + 1)):
        return None
    last, head, kind, class_ = head_of(sentence, i + 1)
    if kind != "people" or not head:
        return None
    plural = is_plural(head)
    if word in _ONE and not plural:
        return Group(i, last, 1, 1, "exact", head, kind, class_, part=_is_part(sentence, i), more=word == "another")
    if plural:
        return Group(i, last, 2, None, "unstated", head, kind, class_, part=_is_part(sentence, i))
    names, last = _names_after(sentence, last), last + _name_length(sentence, last)
    return Group(i, last, 1, 1, "exact", head, kind, class_, part=_is_part(sentence, i), names=names)


def _bare_noun(sentence: Sentence, start: int, i: int) -> Group | None:
    last, head, _, class_ = head_of(sentence, i)
    if not head:
        return None
    names = _names_after(sentence, last)
    if names:
        return Group(start, last + _name_length(sentence, last), 1, 1, "exact", head, "people", class_, names=names)
    if is_plural(head):
        return Group(start, last, 2, None, "unstated", head, "people", class_, part=_is_part(sentence, start))
    if sentence.section == "title":  # headlines leave the article out: "Drone strike kills aid worker"
        return Group(start, last, 1, 1, "exact", head, "people", class_, part=_is_part(sentence, start))
    return None


def _named(sentence: Sentence, i: int) -> Group | None:
    """A capitalised run: "Iraqi soldiers", "Mayor Juan Perez", "Juan Perez", "Palestinians"."""
    last = _name_end(sentence, i, 6)
    reach = last
    if last < len(sentence.words) and sentence.words[last] in sentence.lexicon.people:
        noun = _bare_noun(sentence, i, last)
        if noun is not None and not noun.names:
            return noun
    if last - i == 1 and is_plural(sentence.words[i]) and sentence.words[i].endswith(_PEOPLES):
        return Group(i, last, 2, None, "unstated", sentence.words[i], "people", "civilian")
    people = next((sentence.words[k] for k in range(i, last) if sentence.words[k] in sentence.lexicon.people), "")
    if people and is_plural(people):
        return Group(i, last, 2, None, "unstated", people, "people", sentence.lexicon.people[people])
    name = _without_possessive(sentence.text[sentence.starts[i] : sentence.ends[reach - 1]])
    return Group(i, last, 1, 1, "exact", people, "name", sentence.lexicon.people.get(people), names=(name,))


def bare_name(sentence: Sentence, i: int) -> Group | None:
    """A name without capitals or table that begins at token ``i``: what "the murder of" governs when nothing else is.

    It is one or two or more words up to a stop word, none a figure, a verb or a noun of people in the plural.
    """
    last = i
    while last < len(sentence.words) and last < i + 6:
        word = sentence.words[last]
        if (word in _STOP or not word.isalpha()) and word not in PARTICLES:
            break
        if word in sentence.lexicon.objects or last in sentence.verb_starts or last in sentence.figures:
            return None
        if word in sentence.lexicon.people and is_plural(word):
            return None
        last += 1
    if last == i or (last == i + 1 and not sentence.is_name(i)) or sentence.words[i] in DETERMINERS:
        return None
    start, end = sentence.span(i, last)
    return Group(i, last, 1, 1, "exact", "", "unknown", None, names=(sentence.text[start:end],))


def _names_after(sentence: Sentence, i: int) -> tuple[str, ...]:
    length = _name_length(sentence, i)
    return (_without_possessive(sentence.text[sentence.starts[i] : sentence.ends[i + length - 1]]),) if length else ()


def _without_possessive(name: str) -> str:
    return name[:-2] if name.endswith(("'s", "\u2019s")) else name


def _name_length(sentence: Sentence, i: int) -> int:
    length = _name_end(sentence, i, 5) - i
    return length if length and sentence.words[i] not in _NO_NAMES else 0


def _name_end(sentence: Sentence, i: int, longest: int) -> int:
    """The token behind the name that begins at token ``i``, particles inside it included."""
    last, size = i, len(sentence.words)
    while last < size and last < i + longest:
        if sentence.is_name(last):
            last += 1
            continue
        ahead = last + 1
        while ahead < size and sentence.words[ahead] in PARTICLES and ahead < last + 2:
            ahead += 1
        if last == i or sentence.words[last] not in PARTICLES or ahead >= size or not sentence.is_name(ahead):
            break
        last = ahead + 1
    return last


def _is_part(sentence: Sentence, i: int) -> bool:
    back = i - 1
    while back >= 0 and sentence.words[back] in ("at", "least", "a", "the", "about"):
        back -= 1
    return sentence.word(back) in _PART_BEFORE or (
        sentence.word(back) in (",", "and") and _earlier_part(sentence, back)
    )


def _earlier_part(sentence: Sentence, i: int) -> bool:
    """Whether "and" or a comma goes on with a list that "including" opened."""
    for back in range(i - 1, max(i - 9, -1), -1):
        word = sentence.words[back]
        if word == "including":
            return True
        if word in AUXILIARIES or word in PERFECT or back in sentence.verb_starts:
            return False
    return False


def is_plural(noun: str) -> bool:
    """Whether a head noun names several."""
    irregular = noun in ("people", "men", "women", "children", "police", "personnel", "troops", "wives", "gendarmes")
    return irregular or noun.endswith("men") or (noun.endswith("s") and not noun.endswith("ss"))
