"""Who is the subject of "was murdered" when no counted group stands there? A person, by the verb alone.

Only people are murdered, abducted or wounded. So the subject of such a verb is one person when the helper is singular
and as many as its names when they are listed, in whatever case the text is written.
"""

from __future__ import annotations

from streams.signals.people import PARTICLES, Group
from streams.signals.sentence import AUXILIARIES, PERFECT, SAYING, Found, Sentence

_SINGULAR = frozenset("was is has had gets got".split())
_PRONOUNS = frozenset("he she".split())
_NOBODY_NAMED = frozenset(
    """it this that these those which what who whom they we i you there nobody everyone everybody anyone someone none
    no not each neither both many some all others several if unless number numbers toll dozens more most half how
    nothing something civilians people whoever him""".split()
)
_THINGS = frozenset(
    """hope hopes dream dreams plan bill deal project film movie match game race goal penalty team club season attack
    feelings interest economy idea wall tree engine data file files system computer career reputation pride image
    baby-boom investigation case incident fact report news situation war fighting conflict storm fire crash building
    tower bridge pipeline house town village city vehicle car truck bus train plane helicopter ship boat aircraft
    convoy station post base camp dog cow horse bird fish whale elephant animal cat lion tiger shark sheep goat bear
    cattle livestock poultry""".split()
)
_STARTS = frozenset(
    """that when after while as because where before since although though but whereas if until during how
    why""".split()
)
_ENDS = frozenset('" ; : ( ) [ ] -- — – . ? !'.split())
_ADVERBS = frozenset("also later reportedly allegedly apparently then just only still already now".split())
_PREPOSITIONS = frozenset("on in at during after before since according by from near late early last as".split())
_BRACKETED = 12
_LONGEST = 14
_FARTHEST = 45
_NAME_LENGTH = 6


def lone_subject(sentence: Sentence, hit: Found, at: int, first: int) -> list[Group]:
    """The people who are the subject of a verb whose helpers begin at token ``at`` of a segment from ``first``."""
    words = sentence.words
    helpers = words[at : hit.first]
    last = at
    while last > first and words[last - 1] in _ADVERBS:
        last -= 1
    start, end = _stretch(sentence, last, first)
    if start >= end or not _may_be_people(sentence, hit, start, end):
        return []
    if helpers[:1] and (helpers[0] == "were" or helpers[:2] == ["have", "been"]):
        return _listed(sentence, start, last)
    if helpers[:1] and helpers[0] not in _SINGULAR:
        return []
    if words[start] in _PRONOUNS:
        return [_one(start, start + 1, "pronoun")] if end - start == 1 else []
    return [_one(start, end, "unknown", _name_in(sentence, start, end))]


def _stretch(sentence: Sentence, last: int, first: int) -> tuple[int, int]:
    """The tokens of the subject that ends before token ``last``: its first part when commas part it from its verb."""
    words = sentence.words
    apart = last > first and words[last - 1] == ","
    start = last - 1 if apart else last
    while start > first and start > last - _FARTHEST:
        word = words[start - 1]
        opened = _opening_of(words, start - 1, first) if word in ')]"' else None
        if opened is not None:
            start = opened
            continue
        if word in _ENDS or (word == "that" and (start - 2 < first or words[start - 2] in SAYING)):
            break
        if not apart and (word == "," or word in _STARTS or word in SAYING):
            break
        start -= 1
    end = last
    if apart:
        while words[start] in _PREPOSITIONS or words[start] == "[":
            closed = next((i for i in range(start, last) if words[i] in (",", "]")), last)
            if closed + 1 >= last:
                break
            start = closed + 1
        end = next((i for i in range(start, last) if words[i] == "," or words[i] in _ENDS), last)
    while start < end and words[start] in ("and", "also", "later", "then", ","):
        start += 1
    if start < end and words[start] == "[" and "]" in words[start:end]:
        start = words.index("]", start) + 1
    return start, end


def _opening_of(words: list[str], closing: int, first: int) -> int | None:
    """The bracket that opens what token ``closing`` closes, if near."""
    mate = {")": "(", "]": "[", '"': '"'}[words[closing]]
    return next((i for i in range(closing - 1, max(closing - _BRACKETED, first - 1), -1) if words[i] == mate), None)


def _may_be_people(sentence: Sentence, hit: Found, start: int, end: int) -> bool:
    """Whether nothing in the stretch says that it is a thing, many, nobody, or a clause of its own."""
    inside = sentence.words[start:end]
    if end - start > _LONGEST or inside[0] in _NOBODY_NAMED or inside[0][0].isdigit():
        return False
    if any(i in sentence.figures for i in range(start, end)):
        return False
    if any(word in AUXILIARIES or word in PERFECT or word in SAYING for word in inside):
        return False
    if any(start <= found.first < end and found.phrase.kind == "verb" for found in sentence.found):
        return False
    head = inside[: inside.index("of")] if "of" in inside else inside
    return _THINGS.isdisjoint(head) and _NOBODY_NAMED.isdisjoint(inside[:2])


def _listed(sentence: Sentence, start: int, last: int) -> list[Group]:
    """The names of "A, B and C", as far as each part is nothing but a name."""
    words, found, at = sentence.words, [], start
    if "and" not in words[start:last]:
        return []
    while at < last:
        end = at
        while end < last and words[end] not in ("and", ","):
            end += 1
        if end > at and _is_bare_name(sentence, at, end):
            found.append(_one(at, end, "unknown", _text(sentence, at, end)))
        at = end + 1
    return found if len(found) > 1 else []


def _is_bare_name(sentence: Sentence, start: int, end: int) -> bool:
    if end - start > _NAME_LENGTH:
        return False
    if not sentence.shouted:
        return all(sentence.is_name(i) or sentence.words[i] in PARTICLES for i in range(start, end)) and (
            sentence.words[start] not in sentence.lexicon.people
        )
    inside = sentence.words[start:end]
    return len(inside) > 1 and not any(word in sentence.lexicon.people or not word.isalpha() for word in inside)


def _name_in(sentence: Sentence, start: int, end: int) -> str:
    """The longest run of capitalised words in a stretch, or ""."""
    best, i = (0, 0), start
    while i < end:
        last = i
        while last < end and sentence.is_name(last):
            last += 1
        if last - i > best[1] - best[0]:
            best = (i, last)
        i = max(last, i + 1)
    if (
        best[1] == best[0]
        and end - start == 1
        and not sentence.shouted
        and sentence.text[sentence.starts[start]].isupper()
    ):
        best = (start, end)
    return _text(sentence, *best) if best[1] > best[0] else ""


def _text(sentence: Sentence, start: int, end: int) -> str:
    first, last = sentence.span(start, end)
    return sentence.text[first:last]


def _one(start: int, end: int, kind: str, name: str = "") -> Group:
    return Group(start, end, 1, 1, "exact", "", kind, None, names=(name,) if name else ())
