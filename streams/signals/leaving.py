"""Who leaves what, and how far is it? Verb family × object × direction × modal, a table rather than a list of verbs.

``mover`` says who or what a word of leaving moves: forces, staff, or a state that leaves a place. Whatever else leaves
(a bid, a candidate, a squad) is none of ours. ``stage_of`` says how far it has come.
"""

from __future__ import annotations

from streams.article import Realis
from streams.signals.modality import Modality
from streams.signals.sentence import PERFECT, Found, Sentence
from streams.text.actors import find_actors

_STOPS = frozenset("; : ( ) -- — – . ? !".split())
_OBJECT_ENDS = (
    frozenset(
        """, of from to in on at after before by for and as while when if because since with who which that into over
    until within during under following but toward towards across through behind between along around outside beyond
    onto""".split()
    )
    | _STOPS
)
_FILLERS = frozenset(
    """the a an its his her their our all some most more of them it itself completely entirely immediately
    unconditionally unilaterally fully swiftly quickly soon gradually today yesterday now further back out away
    peacefully partially down this last next monday tuesday wednesday thursday friday saturday sunday early late home
    later again first must and""".split()
)
_GONE = frozenset("leave left leaving leaves quit quits quitting exit exited exits exiting depart departs".split())
_NOT_LEFT = frozenset(
    """behind people no without least trail him her them nothing at many scores dozens hundreds open little much some
    one two three four five six leaflets weapons arms messages note""".split()
)
_HARM = frozenset("dead wounded injured killed homeless damage casualties disabled sick bodies corpses".split())
_PLACES_LEFT = ("vacat", "abandon", "evacuat", "quit", "left", "leav", "depart", "exit", "surrender", "giv", "gave")
_HELD = frozenset(
    """town towns city cities village villages base bases position positions garrison garrisons camp barracks outpost
    outposts island islands territory territories strip enclave province valley zone zones region airfield country
    countries capital camps post posts lines front trenches areas settlements settlement hills mountains heights ridge
    land border frontier peninsula quarter district sector bridgehead barrack peak fort campus university
    corridor crossing terminal terminals refinery port harbour harbor
    dam suburb suburbs neighbourhood neighborhood outskirts""".split()
)
_FORMATIONS = frozenset("division divisions unit units squadron squadrons fleet corps".split())
_ARMS = frozenset("tank armored armoured infantry army airborne mechanized combat artillery naval air military".split())
_ARMED = frozenset({"MIL", "REB", "PRM", "COP"})
_STAFF = frozenset(
    """diplomats embassy staff dependents inspectors inspector observers monitors envoys mission workers advisers
    consulate personnel""".split()
)
#: "Withdrew from the arms control treaty" and its like leave no place.
_NO_PLACES = frozenset(
    """treaty pact accord convention union organisation organization talks alliance coalition agreement commonwealth
    race competition negotiations league cup tournament committee council commission program programme project deal
    dialogue struggle market game games olympics contest election elections bid""".split()
)
_OTHER_LEAVERS = frozenset(
    """offer candidate candidates candidacy deposit deposits bank banks drug drugs product products fund funds stock
    shares nomination symptoms support proposal money savings cash license licence suit lawsuit charges application
    amendment funding medication investment investments investors stockholders shareholders management sale company
    companies team club player sponsor sponsors""".split()
)
#: What may follow a "left" that names no place.
_NOTHING_MORE = frozenset(
    """. , ; ? ! " and or by before after until unless if immediately soon next last this yesterday today on within as
    when while""".split()
) | {""}
_PERSONAL = frozenset("his her my".split())
_MILITARY_VERBS = ("retreat", "vacat", "abandon", "fall", "fell")
_ENVOYS = frozenset("ambassador ambassadors envoy consul".split())
_PEACEKEEPERS = frozenset("peacekeepers peacekeeping helmets berets".split())
_BASES = frozenset(
    """base bases outpost outposts garrison garrisons airbase airbases barracks airfield airfields checkpoint
    checkpoints camps installations""".split()
)
_OPEN_NOUNS = frozenset("withdrawal pullout pull-out pullback pull-back withdrawals pullouts".split())
_ROTATION = frozenset("rotated rotation rotate rotating replaced replacement replacing relieved relieving".split())
_ACCORD = frozenset("agreement accord deal pact treaty includes stipulates provides clause".split())
_TERMS = frozenset(
    "implement implementing implementation includes include provides stipulates carry covers integration".split()
)
_PHRASE_ENDS = frozenset(", from to in on against by with for over after before".split())
_SUBJECT_REACH = 12
#: Tokens before a verb in which its own subject ends.
_BY_ITS_VERB = 4
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
    if "-" in word:
        return None
    place = word.startswith(_PLACES_LEFT)
    if word in _GONE and _leaves_other_things(sentence, hit):
        return None
    object_, subject = _object(sentence, hit), _subject(sentence, hit)
    if hit.phrase.form in ("N", "DN") and _is_passive(sentence, hit):
        kind = _kind(sentence, subject)
        return None if kind is None or (place and kind != "staff" and not word.startswith("evacuat")) else kind
    if object_ and not place:
        kind = _kind(sentence, object_)
        if kind or any(sentence.words[i] not in _FILLERS for i in object_):
            return kind
    by_them = _are_units(sentence, subject) or _is_them(sentence, hit, subject)
    if word.startswith(_MILITARY_VERBS) and not by_them:
        by_them = _is_fought(sentence, subject, object_)
    if place:
        if word.startswith("evacuat") and (kind := _kind(sentence, object_)):
            return kind
        if not _is_place_left(sentence, word, object_, of_units=_are_units(sentence, subject[-_BY_ITS_VERB:])):
            return None
        if by_them and (object_ or word not in _GONE or sentence.word(hit.last) in _NOTHING_MORE):
            return "forces"
        return "state" if object_ and _is_state(sentence, subject) else None
    return "forces" if by_them else "state" if _state_leaves(sentence, hit, subject) else None


def _is_fought(sentence: Sentence, subject: range, object_: range) -> bool:
    """Whether one who retreats, or gives up a place, can be no civilian: a base, or fighting in the same sentence."""
    words, classes = sentence.words, sentence.lexicon.classes
    if any(sentence.lexicon.people.get(words[i]) == "civilian" for i in subject):
        return False
    base = any(words[i] in _BASES or words[i] == "positions" for i in object_)
    return base or not classes["conflict"].isdisjoint(words)


def _leaves_other_things(sentence: Sentence, hit: Found) -> bool:
    """Whether "left" is what an attack does: "left 9 dead", "left the town without power", or "has 9 left"."""
    after = sentence.words[hit.last : hit.last + 9]
    if sentence.words[hit.first] == "left" and not PERFECT.isdisjoint(
        sentence.words[max(hit.first - 6, 0) : hit.first - 2]
    ):
        return True
    return not _NOT_LEFT.isdisjoint(after[:4]) or not _HARM.isdisjoint(after) or any(w[0].isdigit() for w in after[:3])


def _object(sentence: Sentence, hit: Found) -> range:
    """The tokens behind the verb up to a preposition or the clause's end."""
    stop = min(hit.last + 8, len(sentence.words))
    end = next((i for i in range(hit.last, stop) if sentence.words[i] in _OBJECT_ENDS), stop)
    return range(hit.last, end)


def _subject(sentence: Sentence, hit: Found) -> range:
    """The tokens before the verb, as far as its clause goes."""
    back = range(hit.first - 1, max(hit.first - 1 - _SUBJECT_REACH, -1), -1)
    begin = next((i + 1 for i in back if sentence.words[i] in _STOPS), max(hit.first - _SUBJECT_REACH, 0))
    return range(begin, hit.first)


def _is_passive(sentence: Sentence, hit: Found) -> bool:
    near = sentence.words[max(hit.first - 3, 0) : hit.first]
    return not {"was", "were", "been", "be", "being", "is", "are"}.isdisjoint(near)


def _are_units(sentence: Sentence, span: range) -> bool:
    """Whether armed people stand among the tokens, by a noun or by a name."""
    units, words = sentence.lexicon.classes["units"], sentence.words
    if any(words[i] in _FORMATIONS and words[i - 1] in _ARMS for i in span):
        return True
    return any(words[i] in units for i in span) or not _armed_names(sentence).isdisjoint(span)


def _armed_names(sentence: Sentence) -> frozenset[int]:
    """The tokens at which names of armed parties begin; found once a sentence."""
    if "armed names" not in sentence.read:
        mentions = find_actors(sentence.text, sentence.start, sentence.read_to)
        starts = {m.start for m in mentions if m.sector in _ARMED and m.id and "." not in m.id}
        sentence.read["armed names"] = frozenset(i for i, start in enumerate(sentence.starts) if start in starts)
    found: frozenset[int] = sentence.read["armed names"]
    return found


def _is_them(sentence: Sentence, hit: Found, subject: range) -> bool:
    """ "Two policemen …, but they left": a pronoun whose nearest noun of people before it is of a unit."""
    at = next((i for i in subject[-7:] if sentence.words[i] in ("they", "them", "we")), None)
    if at is None:
        return False
    if sentence.words[at] == "we":
        return sentence.words[hit.first].startswith(("withdr", "retreat")) and _NO_PLACES.isdisjoint(sentence.words)
    people = next((w for w in reversed(sentence.words[:at]) if w in sentence.lexicon.people), None)
    units = sentence.lexicon.classes["units"]
    if people:
        return people in units
    return not units.isdisjoint(sentence.words[hit.last :])


def _kind(sentence: Sentence, span: range) -> str | None:
    words = sentence.words[span.start : span.stop]
    if not _ENVOYS.isdisjoint(words) or not _HARM.isdisjoint(words):
        return None
    if _are_units(sentence, span):
        return "forces"
    return "staff" if not _STAFF.isdisjoint(words) else None


def _is_state(sentence: Sentence, subject: range) -> bool:
    """Whether a state, or its people as one, is what stands before the verb: "Israel", "the Syrians"."""
    nations = sentence.lexicon.classes["nations"]
    return any(
        sentence.words[i] in nations and sentence.word(i - 1) not in ("a", "an", "in", "of", "from", "to")
        for i in subject[-4:]
    )


def _is_place_left(sentence: Sentence, word: str, object_: range, *, of_units: bool) -> bool:
    """ "Left" and "abandoned" by forces: a country, town or base. Houses are left by others, scenes by attackers."""
    words = sentence.words[object_.start : object_.stop]
    if not _HELD.isdisjoint(words):
        return True
    if word.startswith("evacuat"):
        return False
    nations = sentence.lexicon.classes["nations"]
    named = any(sentence.words[i] in nations or (of_units and sentence.is_name(i)) for i in object_)
    return named or all(word in _FILLERS for word in words)


def _state_leaves(sentence: Sentence, hit: Found, subject: range) -> bool:
    """ "Israel withdrew from the camp", "Syria pulls out of Lebanon": a state, and a place that it leaves."""
    classes = sentence.lexicon.classes
    after = sentence.words[hit.last : hit.last + 9]
    way = next((i for i, word in enumerate(after[:4]) if word in ("from", "of")), None)
    state = not classes["nations"].isdisjoint(sentence.words[subject.start : subject.stop])
    if way is None:
        return state and not classes["conflict"].isdisjoint(sentence.words)
    goal = after[way + 1 :]
    if not _NO_PLACES.isdisjoint(goal[:5]):
        return False
    if not classes["nations"].isdisjoint(goal[:3]):
        return state or not classes["forces"].isdisjoint(sentence.words)
    return state and not classes["land"].isdisjoint(goal)


def _named_mover(sentence: Sentence, hit: Found) -> str | None:
    """Who a noun of leaving moves: "troop withdrawal", "the Gaza pull-out", "evacuation of the embassy"."""
    words, classes = sentence.words, sentence.lexicon.classes
    near = range(max(hit.first - 4, 0), hit.last)
    before = words[near.start : hit.first]
    rest = _phrase_after(sentence, hit.last, "from")
    if rest is not None and not _NO_PLACES.isdisjoint(words[rest.start : rest.stop]):
        return None
    kind = _kind(sentence, near)
    if kind and not words[hit.first].startswith("departure"):
        return kind
    noun = words[hit.last - 1]
    if noun.startswith("departure"):
        leavers = _phrase_after(sentence, hit.last, "of")
        return "forces" if leavers is not None and _kind(sentence, leavers) == "forces" else None
    states = not classes["nations"].isdisjoint(before) or not classes["land"].isdisjoint(before)
    if noun == "evacuation" and not classes["nations"].isdisjoint(before[-1:]):
        return "state"
    of = _phrase_after(sentence, hit.last, "of")
    if of is not None:
        only = words[of.start : of.stop]
        state = len(only) <= 3 and not classes["nations"].isdisjoint(only[-1:])
        return _kind(sentence, of) or ("state" if state else None)
    if rest is not None:
        goal = words[rest.start : rest.stop]
        placed = not classes["land"].isdisjoint(goal) or not classes["nations"].isdisjoint(goal[:4])
        known = states or not classes["forces"].isdisjoint(words) or not classes["nations"].isdisjoint(goal[:4])
        return "state" if placed and known else None
    if noun not in _OPEN_NOUNS:
        return None
    close = words[max(hit.first - 6, 0) : hit.last + 6]
    bare = _PERSONAL.isdisjoint(before) and _NO_PLACES.isdisjoint(close) and _OTHER_LEAVERS.isdisjoint(words)
    return "state" if states else "forces" if bare else None


def _phrase_after(sentence: Sentence, last: int, way: str) -> range | None:
    """The tokens behind "of" or "from", when it follows the noun closely, up to the phrase's end."""
    words = sentence.words
    at = next((i for i in range(last, min(last + 3, len(words))) if words[i] == way), None)
    if at is None:
        return None
    stop = min(at + 8, len(words))
    end = next((i for i in range(at + 1, stop) if words[i] in _STOPS or words[i] in _PHRASE_ENDS), stop)
    return range(at + 1, end)


def is_rotation(sentence: Sentence) -> bool:
    """Whether others come in their place."""
    return not _ROTATION.isdisjoint(sentence.bag)


def stage_of(sentence: Sentence, hit: Found, told: Modality, who: str) -> tuple[str, Realis]:
    """The type of a leaving by forces, staff or a state, and its realis."""
    if hit.phrase.kind == "noun" and _is_term(sentence, hit):
        return "force.redeployment_clause", "planned"
    stage = _STAGES.get(told.effect)
    if stage is not None and not (hit.phrase.type == "force.drawdown" and told.effect in ("continued", "completed")):
        return stage[0], stage[1] or told.realis
    if _is_any(sentence, hit) and told.cue is None:
        return "force.withdrawal_discussed", "hypothetical"
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
    return bool(_ACCORD & sentence.bag and _TERMS & sentence.bag) and not named
