"""Who leaves what, and how far is it? Verb family × object × direction × modal, a table rather than a list of verbs.

``mover`` says who or what a word of leaving moves: forces, staff, or a state that leaves a place. Whatever else leaves
(a bid, a candidate, a squad) is none of ours. ``stage_of`` says how far it has come.
"""

from __future__ import annotations

from streams.article import Realis
from streams.signals.leavers import (
    FILLERS,
    JOINED,
    NO_PLACES,
    STOPS,
    are_a_people,
    are_they_units,
    are_units,
    is_agency,
    is_fought,
    is_place_left,
    is_place_name,
    is_state,
    kind_of,
    leavers,
    leaves_other_things,
    state_leaves,
)
from streams.signals.modality import Modality
from streams.signals.sentence import Found, Sentence

_OBJECT_ENDS = (
    frozenset(
        """, of from to in on at after before by for and as while when if because since with who which that into over
    until within during under following but toward towards across through behind between along around outside beyond
    onto where""".split()
    )
    | STOPS
)
_GONE = frozenset("leave left leaving leaves quit quits quitting exit exited exits exiting depart departs".split())
_PLACES_LEFT = ("vacat", "abandon", "evacuat", "quit", "left", "leav", "depart", "exit", "surrender", "giv", "gave")
_OTHER_LEAVERS = frozenset(
    """offer candidate candidates candidacy deposit deposits bank banks drug drugs product products fund funds stock
    shares nomination symptoms support proposal money savings cash license licence suit lawsuit charges application
    amendment funding medication investment investments investors stockholders shareholders management sale company
    companies team club player sponsor sponsors""".split()
)
#: What may follow a "left" that names no place.
_NOTHING_MORE = frozenset(
    """. , ; ? ! " and or by before after until unless if immediately soon next last this yesterday today on within as
    when while at around shortly under by""".split()
) | {""}
_PERSONAL = frozenset("his her my".split())
_MILITARY_VERBS = ("retreat", "vacat", "abandon", "fall", "fell")
_PEACEKEEPERS = frozenset("peacekeepers peacekeeping helmets berets".split())
_BASES = frozenset(
    """base bases outpost outposts garrison garrisons airbase airbases barracks airfield airfields checkpoint
    checkpoints camps installations""".split()
)
_OPEN_NOUNS = frozenset("withdrawal pullout pull-out pullback pull-back withdrawals pullouts".split())
#: Behind these "exits" and "leave" are nouns.
_DETERMINERS = frozenset("the a an its their his her on of sick annual".split())
_THEN = frozenset("then later afterwards afterward".split())
_DEEDS = frozenset("attack raid assault ambush murder robbery crime explosion massacre incident".split())
_REGULARS = frozenset("troops soldiers soldier army militia militias forces".split())
_DATES_SET = frozenset("deadline timetable date schedule".split())
_OFFICES = frozenset("officer officers general generals commander commanders chief chiefs colonel colonels".split())
_HELP = frozenset("help helped helping helps".split())
_EMBASSY = frozenset("embassy consulate dependents diplomats families".split())
_ROTATION = frozenset("rotated rotation rotate rotating replaced replacement replacing relieved relieving".split())
ACCORD = frozenset("agreement accord deal pact treaty includes stipulates provides clause".split())
_TERMS = frozenset(
    "implement implementing implementation includes include provides stipulates carry covers integration".split()
)
_PHRASE_ENDS = frozenset(", from to in on against by with for over after before".split())
_SUBJECT_REACH = 12
_STAGES: dict[str, tuple[str, Realis | None]] = {
    "demanded": ("force.withdrawal_demanded", "hypothetical"),
    "considered": ("force.withdrawal_discussed", "hypothetical"),
    "hypothetical": ("force.withdrawal_discussed", "hypothetical"),
    "hedged": ("force.withdrawal_discussed", "hedged"),
    "feared": ("force.withdrawal_discussed", "hypothetical"),
    "tried": ("force.withdrawal_discussed", "hypothetical"),
    "refused": ("force.withdrawal_refused", "negated"),
    "negated": ("force.withdrawal_refused", "negated"),
    "denied": ("force.withdrawal_refused", "denied"),
    "delayed": ("force.withdrawal_delayed", "negated"),
    "planned": ("force.withdrawal_announced", "planned"),
    "offered": ("force.withdrawal_announced", "planned"),
    "announced": ("force.withdrawal_announced", "planned"),
    "agreed": ("force.withdrawal_announced", "planned"),
    "begun": ("force.withdrawal_begun", "ongoing"),
    "continued": ("force.withdrawal_ongoing", "ongoing"),
    "completed": ("force.withdrawal_completed", "actual"),
}


def mover(sentence: Sentence, hit: Found) -> str | None:
    """``forces``, ``staff`` or ``state``; None when what leaves is nothing of the kind."""
    if hit.phrase.kind == "noun":
        return _named_mover(sentence, hit)
    word = sentence.words[hit.first]
    if "-" in word or (hit.phrase.form in ("B", "S") and sentence.word(hit.first - 1) in _DETERMINERS):
        return None
    place = word.startswith(_PLACES_LEFT)
    if word in _GONE and leaves_other_things(sentence, hit):
        return None
    noun = hit.phrase.noun
    if noun is not None and hit.last - hit.first > 1 and noun < hit.first and not place:
        joined = not JOINED.isdisjoint(sentence.words[max(noun - 3, 0) : noun])
        return "forces" if not joined and are_units(sentence, range(max(noun - 2, 0), noun + 3)) else None
    object_, subject = _object(sentence, hit), _subject(sentence, hit)
    if hit.phrase.form in ("N", "DN") and _is_passive(sentence, hit):
        kind = kind_of(sentence, leavers(sentence, subject))
        if not NO_PLACES.isdisjoint(sentence.words[hit.last : hit.last + 4]):
            return None
        return None if kind is None or (place and kind != "staff" and not word.startswith("evacuat")) else kind
    if object_ and not place:
        kind = kind_of(sentence, object_)
        if kind or any(sentence.words[i] not in FILLERS for i in object_):
            return kind
    who = leavers(sentence, subject)
    by_them = are_units(sentence, who) or are_they_units(sentence, hit, subject)
    if who and _get_away(sentence, hit, who):
        return None
    if word.startswith(_MILITARY_VERBS) and not by_them:
        by_them = is_fought(sentence, subject, object_, _BASES)
    if place:
        if word.startswith("evacuat"):
            if kind := kind_of(sentence, object_):
                return kind
            if not _HELP.isdisjoint(sentence.words[max(hit.first - 2, 0) : hit.first]):
                return None
        if are_units(sentence, object_) and _BASES.isdisjoint(sentence.words[object_.start : object_.stop]):
            return None
        if not is_place_left(sentence, word, object_, of_units=are_units(sentence, who)):
            return None
        if by_them and (object_ or word not in _GONE or sentence.word(hit.last) in _NOTHING_MORE):
            return "forces"
        if object_:
            return "state" if is_state(sentence, hit, subject) or _to_a_date(sentence, subject) else None
        return "state" if are_a_people(sentence, hit, subject) else None
    if by_them:
        return None if sentence.word(hit.last) in ("from", "of") and _from_no_place(sentence, hit) else "forces"
    by_agency = is_agency(sentence, subject)
    return ("staff" if by_agency else "state") if state_leaves(sentence, hit, subject, agency=by_agency) else None


def _from_no_place(sentence: Sentence, hit: Found) -> bool:
    return not NO_PLACES.isdisjoint(sentence.words[hit.last : hit.last + 4])


def _to_a_date(sentence: Sentence, subject: range) -> bool:
    """ "A deadline to leave Iraq": whoever it is set to."""
    return not _DATES_SET.isdisjoint(sentence.words[i] for i in subject[-4:])


def _get_away(sentence: Sentence, hit: Found, who: range) -> bool:
    """Whether attackers only leave the scene: "after killing the mayor, the guerrillas left the town"."""
    words = sentence.words
    if not sentence.lexicon.classes["hurt"].isdisjoint(words[who.stop : hit.first]):
        return True
    if words[who.start] not in sentence.lexicon.classes["raiders"] or words[who.start] in _REGULARS:
        return False
    if not _THEN.isdisjoint(words[max(hit.first - 3, 0) : hit.first]):
        return True
    deeds = (words[i + 1 : i + 4] for i, word in enumerate(words[:-1]) if word in ("after", "before"))
    return any(after[0].endswith("ing") or not _DEEDS.isdisjoint(after) for after in deeds)


def leaves_base(sentence: Sentence, hit: Found) -> bool:
    """Whether a base that somebody left is given up: by forces or unnamed ones, not on an errand nor as a ruin."""
    word, subject = sentence.words[hit.first], _subject(sentence, hit)
    if word not in _GONE or _is_passive(sentence, hit):
        return True
    if leaves_other_things(sentence, hit):
        return False
    if not subject:
        return True
    if hit.phrase.noun is not None and hit.phrase.noun not in _object(sentence, hit):
        return False
    by_them = are_units(sentence, leavers(sentence, subject)) or are_they_units(sentence, hit, subject)
    return by_them or is_state(sentence, hit, subject)


def _object(sentence: Sentence, hit: Found) -> range:
    """The tokens behind the verb up to a preposition or the clause's end."""
    stop = min(hit.last + 8, len(sentence.words))
    end = next((i for i in range(hit.last, stop) if sentence.words[i] in _OBJECT_ENDS), stop)
    return range(hit.last, end)


def _subject(sentence: Sentence, hit: Found) -> range:
    """The tokens before the verb, as far as its clause goes."""
    back = range(hit.first - 1, max(hit.first - 1 - _SUBJECT_REACH, -1), -1)
    begin = next((i + 1 for i in back if sentence.words[i] in STOPS), max(hit.first - _SUBJECT_REACH, 0))
    return range(begin, hit.first)


def _is_passive(sentence: Sentence, hit: Found) -> bool:
    near = sentence.words[max(hit.first - 3, 0) : hit.first]
    return not {"was", "were", "been", "be", "being", "is", "are"}.isdisjoint(near)


def _named_mover(sentence: Sentence, hit: Found) -> str | None:
    """Who a noun of leaving moves: "troop withdrawal", "the Gaza pull-out", "evacuation of the embassy"."""
    words, classes = sentence.words, sentence.lexicon.classes
    of = _phrase_after(sentence, hit.last, "of")
    near = range(max(hit.first - 4, 0) if of is None else max(hit.first - 2, 0), hit.last)
    before = words[near.start : hit.first]
    rest = _phrase_after(sentence, hit.last, "from")
    if rest is not None and not NO_PLACES.isdisjoint(words[rest.start : rest.stop]):
        return None
    kind = kind_of(sentence, near)
    noun = words[hit.last - 1]
    if kind and not noun.startswith(("departure", "removal")) and (of is None or are_units(sentence, near[:-1])):
        return kind
    if noun.startswith(("departure", "removal")):
        kind = kind_of(sentence, of) if of is not None else None
        if noun.startswith("removal") and not _OFFICES.isdisjoint(words[hit.last : hit.last + 8]):
            return None
        if kind == "staff" and _EMBASSY.isdisjoint(words[hit.last : hit.last + 8]):
            return None
        return kind
    states = not classes["nations"].isdisjoint(before) or not classes["land"].isdisjoint(before)
    if noun == "evacuation" and not classes["nations"].isdisjoint(before[-1:]):
        return "state"
    if of is not None:
        only = words[of.start : of.stop]
        state = len(only) <= 3 and not classes["nations"].isdisjoint(only[-1:])
        return kind_of(sentence, of) or ("state" if state else None)
    if rest is not None:
        goal = words[rest.start : rest.stop]
        placed = not classes["land"].isdisjoint(goal) or not classes["nations"].isdisjoint(goal[:4])
        placed = placed or (states and is_place_name(sentence, rest.start))
        known = states or not classes["forces"].isdisjoint(words) or not classes["nations"].isdisjoint(goal[:4])
        return "state" if placed and known else None
    if noun not in _OPEN_NOUNS:
        return None
    close = words[max(hit.first - 6, 0) : hit.last + 6]
    bare = _PERSONAL.isdisjoint(before) and NO_PLACES.isdisjoint(close) and _OTHER_LEAVERS.isdisjoint(words)
    return "state" if states else "forces" if bare else None


def _phrase_after(sentence: Sentence, last: int, way: str) -> range | None:
    """The tokens behind "of" or "from", when it follows the noun closely, up to the phrase's end."""
    words = sentence.words
    at = next((i for i in range(last, min(last + 3, len(words))) if words[i] == way), None)
    if at is None:
        return None
    stop = min(at + 7, len(words))
    end = next((i for i in range(at + 1, stop) if words[i] in STOPS or words[i] in _PHRASE_ENDS), stop)
    return range(at + 1, end)


def is_rotation(sentence: Sentence) -> bool:
    """Whether others come in their place."""
    words = sentence.words
    return any(word in _ROTATION and words[i - 2] != "not" for i, word in enumerate(words))


def stage_of(sentence: Sentence, hit: Found, told: Modality, who: str) -> tuple[str, Realis]:
    """The type of a leaving by forces, staff or a state, and its realis."""
    if hit.phrase.kind == "noun" and _is_term(sentence, hit):
        return "force.redeployment_clause", "planned"
    stage = _STAGES.get(told.effect)
    if stage is not None and not (hit.phrase.type == "force.drawdown" and told.effect in ("continued", "completed")):
        return stage[0], stage[1] or told.realis
    if _is_any(sentence, hit) and (told.cue is None or sentence.words[told.cue] == "after"):
        return "force.withdrawal_discussed", "hypothetical"
    if sentence.words[hit.first].startswith("order"):
        return "force.withdrawal_announced", "planned"
    near = set(sentence.words[max(hit.first - 4, 0) : hit.last + 7])
    if hit.phrase.kind == "verb" and _BASES & set(sentence.words[hit.last : hit.last + 7]):
        return "force.base_withdrawal", "actual"
    if hit.phrase.type == "force.drawdown":
        return "force.drawdown", told.realis
    if near & _PEACEKEEPERS:
        return "force.peacekeeper_exit", "actual"
    return ("force.staff_evacuation" if who == "staff" else "force.personnel_withdrawal"), "actual"


def _is_any(sentence: Sentence, hit: Found) -> bool:
    """Whether a noun speaks of some pull-out, not of the one: "after an Israeli pull-out"."""
    some = {"a", "an", "any"} & set(sentence.words[max(hit.first - 3, 0) : hit.first])
    return hit.phrase.type == "force.withdrawal" and hit.phrase.kind == "noun" and bool(some)


def _is_term(sentence: Sentence, hit: Found) -> bool:
    """Whether a withdrawal is only listed among the terms of an accord."""
    named = {"a", "an", "the", "its", "their"} & set(sentence.words[max(hit.first - 2, 0) : hit.first])
    return bool(ACCORD & sentence.bag and _TERMS & sentence.bag) and not named
