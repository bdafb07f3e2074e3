"""Who of a sentence can leave as a force does, and what can it leave? Units, staff, a state; a town, a base."""

from __future__ import annotations

from itertools import pairwise, takewhile

from streams.signals.modality import governor_at
from streams.signals.sentence import PERFECT, Found, Sentence
from streams.text.actors import find_actors
from streams.text.gazetteer import default_index, key_of

STOPS = frozenset("; : ( ) -- — – . ? !".split())
#: Words of time and manner among the tokens of an object that name nothing.
FILLERS = frozenset(
    """the a an its his her their our all some most more of them it itself completely entirely immediately
    unconditionally unilaterally fully swiftly quickly soon gradually today yesterday now further back out away
    peacefully partially down this last next monday tuesday wednesday thursday friday saturday sunday early late home
    later again first must and night week month year morning afternoon evening weekend overnight""".split()
)
#: "Withdrew from the arms control treaty" and its like leave no place.
NO_PLACES = frozenset(
    """treaty pact accord convention union organisation organization talks alliance coalition agreement commonwealth
    race competition negotiations league cup tournament committee council commission program programme project deal
    dialogue struggle market game games olympics contest election elections bid negotiating table pledge promise
    stance demand line commitment policy course decision list lists roster service sale room meeting
    session parliament""".split()
)
_NOT_LEFT = frozenset(
    """behind people no without least trail him her them nothing many scores dozens hundreds open little much some
    one two three four five six leaflets weapons arms messages note ruins shambles tatters flames darkness divided
    bankrupt exposed crippled vulnerable devastated""".split()
)
_HARM = frozenset("dead wounded injured killed homeless damage casualties disabled sick bodies corpses".split())
_HELD = frozenset(
    """town towns city cities village villages base bases position positions garrison garrisons camp barracks outpost
    outposts island islands territory territories strip enclave province valley west east
    north south shrine mosque parish church cathedral palace monastery zone zones region airfield country
    countries capital camps post posts lines front trenches areas area settlements settlement hills mountains heights
    ridge land border frontier peninsula quarter district districts sector bridgehead barrack peak fort campus
    university corridor crossing terminal terminals refinery port harbour harbor dam suburb suburbs neighbourhood
    neighbourhoods neighborhood neighborhoods outskirts airport hotel hospital compound streets plaza square
    headquarters stronghold strongholds highway bridge roadblock roadblocks checkpoint checkpoints offices school
    schools mainland continent buffer gulf""".split()
)
#: Places that are left on an errand as often as given up.
_STATIONS = frozenset("base bases barracks garrison camp headquarters post".split())
_ERRANDS = frozenset(
    """search hunt look patrol attack arrest fight seize rescue help clear investigate chase pursue intercept join
    attend meet protest demand demonstrate march vote""".split()
)
#: Behind what is left: "left the village after three days", "left Honduras by 5 December".
_AFTER_OBJECTS = frozenset(
    "after by on for when as while before since under during within until where in to at , . ;".split()
)
_FORMATIONS = frozenset(
    """division divisions unit units squadron squadrons fleet corps vehicles vehicle cars vessels planes jets aircraft
    crews personnel equipment gear hardware weapons weaponry batteries agents guard guards presence contingent
    bulldozers trucks launchers systems team teams""".split()
)
#: Armed when they are a nation's: "Soviet advisers", "Israeli bulldozers".
_OF_NATIONS = frozenset("advisers advisors jets warplanes bulldozers gunboats bombers intelligence".split())
_ARMS = frozenset(
    """tank armored armoured infantry army airborne mechanized combat artillery naval air military armed heavy war
    fighter intelligence police security missile patriot border national republican revolutionary special
    secret swat training""".split()
)
#: Behind a word for forces these are who acts: "the rebel commander", "army families".
_THEIRS = frozenset(
    """commander commanders leader leaders leadership chief chiefs spokesman spokesmen spokesperson delegation
    delegations delegate delegates representative representatives negotiator negotiators official officials
    supporters families relatives wives chaplain doctor doctors bands veterans veteran headquarters attack attacks
    of-war hostages prisoners dictatorship regime general generals colonel colonels command chief captain recruiters
    sharpshooters budget courts judge""".split()
)
_ARMED = frozenset({"MIL", "REB", "PRM", "COP"})
_LINES = frozenset("truce ceasefire cease-fire border frontier lines positions".split())
_AGENCIES = frozenset({"NGO", "IGO"})
_STAFF = frozenset("diplomats embassy dependents inspectors inspector observers monitors envoys consulate".split())
#: Staff only when they are an embassy's or an agency's.
_SOME_STAFF = frozenset("staff mission workers advisers personnel".split())
_EMPLOYERS = frozenset(
    """un u.n. nations embassy embassies diplomatic consular aid relief humanitarian peace observer monitoring
    non-essential nonessential foreign agency agencies unicef unhcr wfp state cross oxfam nato eu osce""".split()
)
_EXPELLED = frozenset("expelled expel expels expelling expulsion persona grata".split())
_ENVOYS = frozenset("ambassador ambassadors envoy consul".split())
_CAPITALS = frozenset(
    """moscow tehran beijing pyongyang baghdad damascus kabul london paris berlin ankara kyiv kiev tokyo delhi islamabad
    riyadh cairo seoul rome madrid ottawa canberra warsaw kremlin pentagon havana hanoi khartoum kigali
    addis""".split()
)
_RULERS = frozenset(
    """government parliament president minister ministry senate congress lawmakers cabinet house pentagon council
    opposition premier king troops""".split()
)
#: Staff as one, but a building as well, when they stand further from the verb.
_HOUSES = frozenset("embassy consulate mission".split())
_CLOSE = 4
_WISHED = frozenset("must should to that will would not".split())
_PEOPLES = frozenset("french british dutch japanese chinese portuguese spanish turks serbs poles danes swedes".split())
#: One person, who is no force, and things that leave of themselves.
_SINGLES = frozenset(
    """he she i him her you president minister bishop priest priests archbishop ambassador journalist journalists
    delegation flight candidate candidates party residents civilians economy government someone anyone nobody
    visitors guests""".split()
)
_PREPOSITIONS = frozenset(
    """in at by against with from to for on near under over about among between into around outside inside without
    despite than""".split()
)
_AMOUNTS = frozenset(
    """dozens hundreds thousands scores tens number group groups most all some half bulk rest part majority contingent
    column columns last first handful third quarter percent many members convoy convoys remnants units forces
    squad platoon battalion brigade company""".split()
)
_ARTICLES = frozenset("the a an its their his our these those some all".split())
_NO_NOUN_BEFORE = frozenset(", and or that said has have had to".split())
_RELATIVE = frozenset("who which whose".split())
#: What stands between a state and its verb, beside governing words and adverbs.
_BETWEEN = frozenset(
    """six two three four five ten months weeks days hours year years has have had will would must should could may
    might can to is was are were be been being said says saying no nor also already now today finally never
    not did does do it they and or then still 's further on in by troops army forces government president
    yesterday again just both sides that after before""".split()
)
#: Before a word for forces these make it a career: "he left the Marines and returned home".
JOINED = frozenset("left leave leaving quit joined join joining served serving".split())


def are_units(sentence: Sentence, span: range) -> bool:
    """Whether armed people or their arms stand among the tokens, by a noun or by a name."""
    units, words = sentence.lexicon.classes["units"], sentence.words
    for i in span:
        if words[i] in units and sentence.word(i + 1) not in _THEIRS:
            return True
        if words[i] in _FORMATIONS and i and not _ARMS.isdisjoint(words[max(i - 2, 0) : i]):
            return True
        if words[i] in _OF_NATIONS and i and words[i - 1] in sentence.lexicon.classes["nations"]:
            return True
    return any(i in span and sentence.word(i + 1) not in _THEIRS for i in armed_names(sentence))


def leavers(sentence: Sentence, subject: range) -> range:
    """The tokens of whoever leaves, of the tokens before the verb: the nearest party that hangs on no preposition.

    "The army urged residents to leave" speaks of residents, "the soldiers who shot the priest left" of soldiers.
    """
    words, people = sentence.words, sentence.lexicon.people
    i = subject.stop - 1
    while i >= subject.start:
        if words[i] == ",":
            opening = next((k for k in range(i - 1, subject.start, -1) if words[k] == ","), None)
            i = i - 1 if opening is None else opening - 1
            continue
        unit = are_units(sentence, range(i, i + 1))
        staff = _is_staff(sentence, i) and (words[i] not in _HOUSES or subject.stop - i < _CLOSE)
        other = (
            words[i] in _SINGLES
            or people.get(words[i]) is not None
            or (sentence.is_name(i) and not _is_land(sentence, i))
        )
        if (unit or staff or other) and not _hangs_on(sentence, subject, i):
            if unit or staff:
                return range(i, i + 1)
            if not any(words[k] in _RELATIVE for k in range(subject.start, i)):
                return range(0)
        i -= 1
    return range(0)


def _is_land(sentence: Sentence, i: int) -> bool:
    return sentence.words[i] in sentence.lexicon.classes["nations"] or sentence.words[i] in FILLERS


def _hangs_on(sentence: Sentence, subject: range, i: int) -> bool:
    """Whether a preposition stands before a noun phrase: "troops in Panama", but not "dozens of soldiers"."""
    words = sentence.words
    for k in range(i - 1, max(i - 4, subject.start - 1), -1):
        if words[k] in _ARTICLES:
            continue
        word = words[k]
        if word == "for" and words[subject.stop - 1] == "to":
            return False
        if word in _PREPOSITIONS:
            return True
        if word == "of":
            return sentence.word(k - 1) not in _AMOUNTS and not sentence.word(k - 1).endswith("ers")
        if words[k + 1] in _ARTICLES or word in STOPS or word in _NO_NOUN_BEFORE or word in sentence.lexicon.people:
            return False
    return False


def armed_names(sentence: Sentence) -> frozenset[int]:
    """The tokens at which names of armed parties begin; found once a sentence."""
    return _names(sentence)[0]


def is_agency(sentence: Sentence, span: range) -> bool:
    """Whether a relief agency or a body of states is named among the tokens."""
    return not _names(sentence)[1].isdisjoint(span)


def _names(sentence: Sentence) -> tuple[frozenset[int], frozenset[int]]:
    """The tokens at which armed parties' names begin, and those at which agencies' do."""
    if "leaving names" not in sentence.read:
        mentions = find_actors(sentence.text, sentence.start, sentence.read_to)
        armed = {m.start for m in mentions if m.sector in _ARMED and m.id and "." not in m.id}
        agencies = {m.start for m in mentions if m.sector in _AGENCIES and m.id}
        sentence.read["leaving names"] = tuple(
            frozenset(i for i, start in enumerate(sentence.starts) if start in starts) for starts in (armed, agencies)
        )
    found: tuple[frozenset[int], frozenset[int]] = sentence.read["leaving names"]
    return found


def are_they_units(sentence: Sentence, hit: Found, subject: range) -> bool:
    """ "Two policemen …, but they left": a pronoun whose nearest noun of people before it is of a unit."""
    at = next((i for i in subject[-7:] if sentence.words[i] in ("they", "them", "we")), None)
    if at is None:
        return False
    if sentence.words[at] == "we":
        ours = not _RULERS.isdisjoint(sentence.words) and not sentence.lexicon.classes["nations"].isdisjoint(
            sentence.words[hit.last : hit.last + 3]
        )
        withdraws = sentence.words[hit.first].startswith(("withdr", "retreat"))
        return (withdraws or ours) and NO_PLACES.isdisjoint(sentence.words)
    people = next((w for w in reversed(sentence.words[:at]) if w in sentence.lexicon.people), None)
    units = sentence.lexicon.classes["units"]
    if people:
        return people in units
    if sentence.words[hit.first].startswith(("withdr", "retreat")) and sentence.word(hit.last) in (
        "to",
        "toward",
        "towards",
    ):
        land = sentence.lexicon.classes["land"]
        return not land.isdisjoint(sentence.words[hit.last :]) or is_place_name(sentence, hit.last + 1)
    return not units.isdisjoint(sentence.words[hit.last :])


def kind_of(sentence: Sentence, span: range) -> str | None:
    """``forces`` or ``staff``, whoever the tokens name; None for envoys, the hurt and everybody else."""
    words = sentence.words[span.start : span.stop]
    if not _ENVOYS.isdisjoint(words) or not _HARM.isdisjoint(words):
        return None
    if are_units(sentence, span):
        return "forces"
    return "staff" if any(_is_staff(sentence, i) for i in span) else None


def _is_staff(sentence: Sentence, i: int) -> bool:
    word = sentence.words[i]
    if word in _SOME_STAFF:
        return not _EMPLOYERS.isdisjoint(sentence.bag)
    return word in _STAFF and _EXPELLED.isdisjoint(sentence.bag)


def leaves_other_things(sentence: Sentence, hit: Found) -> bool:
    """Whether "left" is what an attack does, an errand or a remainder: "left 9 dead", "left the base to search"."""
    words = sentence.words
    after = words[hit.last : hit.last + 9]
    if words[hit.first] == "left" and (_remains(sentence, hit) or _is_left(sentence, hit)):
        return True
    if not _ERRANDS.isdisjoint(b for a, b in pairwise(after) if a in ("to", "on")):
        return not _STATIONS.isdisjoint(after[:4]) or after[:1] in (["to"], ["on"])
    left = list(takewhile(lambda word: word not in _AFTER_OBJECTS, after[:4]))
    numbered = any(word[0].isdigit() for word in left)
    return numbered or not _NOT_LEFT.isdisjoint(left) or not _HARM.isdisjoint(after)


def _is_left(sentence: Sentence, hit: Found) -> bool:
    """Whether things are left: "leaflets left at the scene"."""
    before = sentence.word(hit.first - 1)
    lexicon = sentence.lexicon
    leaver = before in lexicon.people or before in lexicon.classes["moving"] or not before.endswith("s")
    return not leaver and before != "'s" and sentence.word(hit.last) in ("at", "in", "on", "by", "inside", "outside")


def _remains(sentence: Sentence, hit: Found) -> bool:
    """Whether "left" is what remains: "has only two men left"."""
    before = range(max(hit.first - 6, 0), hit.first - 1)
    has = next((i for i in reversed(before) if sentence.words[i] in PERFECT), None)
    if has is None:
        return False
    between = sentence.words[has + 1 : hit.first]
    amount = any(w[0].isdigit() or w in _NOT_LEFT or w in ("few", "any", "only", "left") for w in between)
    return amount or sentence.word(hit.last) not in ("it", "them", "the")


def is_place_left(sentence: Sentence, word: str, object_: range, *, of_units: bool) -> bool:
    """ "Left" and "abandoned" by forces: a country, town or base. Houses are left by others, scenes by attackers."""
    words = sentence.words[object_.start : object_.stop]
    if not _HELD.isdisjoint(words):
        return "position" not in words or NO_PLACES.isdisjoint(sentence.words)
    if word.startswith("evacuat"):
        return bool(object_) and is_place_name(sentence, object_.start)
    nations = sentence.lexicon.classes["nations"]
    named = any(sentence.words[i] in nations or (of_units and sentence.is_name(i)) for i in object_)
    named = named or (bool(object_) and is_place_name(sentence, object_.start))
    return named or all(word in FILLERS for word in words)


def is_state(sentence: Sentence, hit: Found, subject: range) -> bool:
    """Whether a state, or its people as one, does what the verb says: "Israel", "the Syrians", no Israeli firm."""
    words, nations = sentence.words, sentence.lexicon.classes["nations"]
    if words[hit.first - 1] == "and" and any(words[i] in nations for i in subject[:2]):
        return True
    last = next((i for i in reversed(subject) if words[i] in nations or words[i] in _CAPITALS), None)
    if last is None or sentence.word(last - 1) in ("a", "an", "in", "of", "from", "to", "into"):
        return False
    between = range(last + 1, hit.first)
    return all(_is_between(sentence, i) for i in between) and not _another_goes(sentence, hit, last)


def _is_between(sentence: Sentence, i: int) -> bool:
    word = sentence.words[i]
    if word in _BETWEEN or word in FILLERS or word in (",", '"', "'") or word.endswith("ly"):
        return True
    if governor_at(sentence, i) is not None or word in ("on", "for", "of", "from"):
        return True
    return word in sentence.lexicon.classes["nations"] or word in _RULERS


def _another_goes(sentence: Sentence, hit: Found, state: int) -> bool:
    """ "The United States wants Noriega to leave": somebody stands between the state and the infinitive."""
    at = hit.first - 1
    while at > state and sentence.words[at] in ("to", "not", "immediately"):
        at -= 1
    return at > state and sentence.is_name(at) and sentence.words[at] not in sentence.lexicon.classes["nations"]


def are_a_people(sentence: Sentence, hit: Found, subject: range) -> bool:
    """ "The Syrians must leave": a people as one, with a wish or a plan."""
    words = sentence.words
    named = any(words[i] == "the" and _is_people(sentence, i + 1) for i in subject[:-1])
    return named and any(words[i] in _WISHED for i in subject) and is_state(sentence, hit, subject)


def _is_people(sentence: Sentence, i: int) -> bool:
    word = sentence.words[i]
    return word in sentence.lexicon.classes["nations"] and (word.endswith("ns") or word in _PEOPLES)


def state_leaves(sentence: Sentence, hit: Found, subject: range, *, agency: bool = False) -> bool:
    """ "Israel withdrew from the camp", "Syria pulls out of Lebanon": a state, and a place that it leaves."""
    classes, words = sentence.lexicon.classes, sentence.words
    after = words[hit.last : hit.last + 9]
    way = next((i for i, word in enumerate(after[:4]) if word in ("from", "of")), None)
    state = agency or is_state(sentence, hit, subject)
    if way is None:
        fought = not classes["conflict"].isdisjoint(words) or not _LINES.isdisjoint(words)
        return state and fought and NO_PLACES.isdisjoint(after[:5])
    goal = after[way + 1 :]
    if not NO_PLACES.isdisjoint(goal[:5]):
        return False
    if not classes["nations"].isdisjoint(goal[:3]):
        return state or not classes["units"].isdisjoint(words) or not _RULERS.isdisjoint(words)
    return state and (not classes["land"].isdisjoint(goal) or is_place_name(sentence, hit.last + way + 1))


def is_place_name(sentence: Sentence, i: int) -> bool:
    """Whether one to three tokens from ``i`` on are the name of a place, an article before it aside."""
    i += sentence.word(i) == "the"
    if not (i < len(sentence.words) and sentence.is_name(i)):
        return False
    known = default_index().entries
    ends = sentence.ends[i : i + 3]
    return any(known.get(key_of(sentence.text[sentence.starts[i] : end])) for end in ends)


def is_fought(sentence: Sentence, subject: range, object_: range, bases: frozenset[str]) -> bool:
    """Whether one who retreats, or gives up a place, can be no civilian: a base, or fighting in the same sentence."""
    words, classes = sentence.words, sentence.lexicon.classes
    if any(sentence.lexicon.people.get(words[i]) == "civilian" for i in subject):
        return False
    base = any(words[i] in bases or words[i] == "positions" for i in object_)
    return base or not classes["conflict"].isdisjoint(words)
