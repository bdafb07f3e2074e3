"""What are the forms of a verb or noun of the lexicon? Regular endings and a table of the others."""

from __future__ import annotations

#: Past and participle of verbs that do not take -ed.
_IRREGULAR = {
    "be": ("was", "been"),
    "begin": ("began", "begun"),
    "blow": ("blew", "blown"),
    "break": ("broke", "broken"),
    "bring": ("brought", "brought"),
    "build": ("built", "built"),
    "cut": ("cut", "cut"),
    "draw": ("drew", "drawn"),
    "drive": ("drove", "driven"),
    "fall": ("fell", "fallen"),
    "flee": ("fled", "fled"),
    "hit": ("hit", "hit"),
    "hold": ("held", "held"),
    "have": ("had", "had"),
    "hurt": ("hurt", "hurt"),
    "lay": ("laid", "laid"),
    "leave": ("left", "left"),
    "lose": ("lost", "lost"),
    "make": ("made", "made"),
    "meet": ("met", "met"),
    "overrun": ("overran", "overrun"),
    "pay": ("paid", "paid"),
    "quit": ("quit", "quit"),
    "retake": ("retook", "retaken"),
    "rise": ("rose", "risen"),
    "send": ("sent", "sent"),
    "set": ("set", "set"),
    "shoot": ("shot", "shot"),
    "shrink": ("shrank", "shrunk"),
    "shut": ("shut", "shut"),
    "sink": ("sank", "sunk"),
    "slay": ("slew", "slain"),
    "spread": ("spread", "spread"),
    "strike": ("struck", "struck"),
    "swear": ("swore", "sworn"),
    "take": ("took", "taken"),
    "tell": ("told", "told"),
    "throw": ("threw", "thrown"),
    "win": ("won", "won"),
    "beat": ("beat", "beaten"),
    "bind": ("bound", "bound"),
    "choose": ("chose", "chosen"),
    "come": ("came", "come"),
    "deal": ("dealt", "dealt"),
    "do": ("did", "done"),
    "feed": ("fed", "fed"),
    "feel": ("felt", "felt"),
    "fight": ("fought", "fought"),
    "fly": ("flew", "flown"),
    "forbid": ("forbade", "forbidden"),
    "forgo": ("forwent", "forgone"),
    "foresee": ("foresaw", "foreseen"),
    "freeze": ("froze", "frozen"),
    "get": ("got", "gotten"),
    "give": ("gave", "given"),
    "go": ("went", "gone"),
    "keep": ("kept", "kept"),
    "lead": ("led", "led"),
    "let": ("let", "let"),
    "put": ("put", "put"),
    "run": ("ran", "run"),
    "say": ("said", "said"),
    "see": ("saw", "seen"),
    "seek": ("sought", "sought"),
    "sell": ("sold", "sold"),
    "speed": ("sped", "sped"),
    "stand": ("stood", "stood"),
    "stick": ("stuck", "stuck"),
    "strive": ("strove", "striven"),
    "tear": ("tore", "torn"),
    "undertake": ("undertook", "undertaken"),
    "uphold": ("upheld", "upheld"),
    "withhold": ("withheld", "withheld"),
    "withdraw": ("withdrew", "withdrawn"),
}
_DOUBLING = frozenset(
    """transfer expel repel machinegun machine-gun kidnap stab rob rip step stop gun trim drop cut hit set
    shut quit ram plan ban net club bar beg let put run stir scrap wrap drag slap clap club permit commit rid admit
    compel transfer patrol swap tip submit spur get""".split()
)
#: Written with one l or two.
_EITHER_WAY = frozenset("cancel travel signal shovel marshal".split())
_PLURALS = {"child": "children", "man": "men", "crisis": "crises", "coup": "coups"}
_NO_MEN = frozenset("human german roman ottoman caiman".split())
_VOWELS = "aeiou"


def verb_forms(lemma: str) -> list[tuple[str, str]]:
    """(form, tag): B base, S third person, D past, N participle, DN both, G -ing."""
    past, participle = _IRREGULAR.get(lemma, ("", ""))
    forms = [(lemma, "B"), (_third_person(lemma), "S"), (_gerund(lemma), "G")]
    if not past:
        british = [(lemma + "led", "DN"), (lemma + "ling", "G")] if lemma in _EITHER_WAY else []
        return [*forms, (_past(lemma), "DN"), *british]
    if past == lemma:
        return [(lemma, "DN"), *forms[1:]]
    return [*forms, (past, "DN")] if past == participle else [*forms, (past, "D"), (participle, "N")]


def noun_forms(noun: str) -> list[tuple[str, str]]:
    """(form, tag): sg and pl. Of "withdrawal of troops" the word before "of" takes the ending."""
    head, of, rest = noun.partition(" of ")
    if head.endswith("s") and not head.endswith("ss"):
        return [(noun, "pl")]
    return [(noun, "sg"), (_plural(head) + of + rest, "pl")]


def _third_person(lemma: str) -> str:
    if lemma in ("have", "be"):
        return {"have": "has", "be": "is"}[lemma]
    return _plural(lemma)


def _plural(word: str) -> str:
    stem, space, last = word.rpartition(" ")
    if last in _PLURALS:
        return stem + space + _PLURALS[last]
    if last.endswith("man") and last not in _NO_MEN:
        return word[:-3] + "men"
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if last.endswith("y") and last[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def _past(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ied"
    return lemma + (lemma[-1] if lemma in _DOUBLING else "") + "ed"


def _gerund(lemma: str) -> str:
    if lemma == "die":
        return "dying"
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe")):
        return lemma[:-1] + "ing"
    return lemma + (lemma[-1] if lemma in _DOUBLING | {"begin"} else "") + "ing"
