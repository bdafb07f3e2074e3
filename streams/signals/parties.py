"""By whom and against whom? The parties of a draft, their roles by grammar, and who "the militants" or "it" are."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

from msgspec.structs import replace

from streams.article import Actor, Article, Field, Via, family_of
from streams.signals.attribution import Speech
from streams.signals.draft import Draft
from streams.signals.sentence import AUXILIARIES, Sentence
from streams.text.actors import ActorMention, find_actors

_HOSTILE = frozenset({"attack", "hostage", "casualty", "trend", "territory", "threat", "posture"})
_EMBEDDED = frozenset("of against on from in with for at near including than among".split())
_DETERMINERS = frozenset("the a an its their".split())
_AGAINST = frozenset("on against at".split())
_CARRIES_OUT = frozenset(
    """claimed launched carried staged mounted conducted perpetrated committed wages wage planned using plant
    fire""".split()
)
_GROUPS = frozenset("coalition alliance mission contingent army military government pentagon ministry".split())
_PRONOUNS = frozenset("it they he she".split())
_FOREIGN_TO_PEOPLE = frozenset({"troops", "bases", "ratio", "rate"})
#: How far into a text names are looked for.
_FAR = 5_000
_REBELS = frozenset({"REB", "UNK"})


class Cast:
    """The parties that an article names, read once."""

    def __init__(self, article: Article) -> None:
        self._texts: dict[Field, str] = {"title": article.title, "body": article.body}
        self._mentions: dict[tuple[Field, int], list[ActorMention]] = {}
        self._everyone: list[ActorMention] | None = None
        self._last: dict[str, Actor] = {}
        self._main: ActorMention | None = None
        self._counted = False

    def named_in(self, sentence: Sentence) -> list[ActorMention]:
        """The mentions inside a sentence, in order."""
        key = (sentence.field, sentence.start)
        if key not in self._mentions:
            self._mentions[key] = find_actors(sentence.text, sentence.start, sentence.read_to)
        return self._mentions[key]

    def actors_of(self, draft: Draft, speech: Speech | None) -> tuple[Actor, ...]:
        """The parties of a draft; nameless ones carry the identity of the one they refer to, ``via`` coref."""
        sentence = draft.sentence
        hostile = family_of(draft.type) in _HOSTILE
        main_role = "perpetrator" if hostile else "actor"
        counted = _counted(draft)
        found = []
        for mention in self.named_in(sentence):
            if speech is not None and mention.start < speech.end and speech.start < mention.end:
                continue
            role, via = _role(draft, mention, counted) if hostile else _force_role(draft, mention)
            found.append(_actor(mention, role, via, sentence.field))
        if not any(a.role == main_role for a in found):
            found += self._supplied(draft, main_role, found)
        found = [self._resolved(a, sentence) for a in found]
        leading = [a for a in found if a.role == main_role and (a.id or not hostile)]
        if leading:
            self._last[main_role] = next((a for a in leading if a.id), leading[0])
        return tuple(found)

    def _supplied(self, draft: Draft, role: str, found: list[Actor]) -> list[Actor]:
        """A party that the words name without a proper noun: "the coalition", or "it" of the sentence before."""
        sentence, (first, last) = draft.sentence, draft.segment
        if role == "actor" and family_of(draft.type) == "force":
            for i in range(last - 1, first - 1, -1):
                if sentence.words[i] in _GROUPS and (
                    i < draft.trigger.first or "by" in sentence.words[draft.trigger.last : i]
                ):
                    start, end = sentence.span(i, i + 1)
                    text = sentence.text[start:end]
                    return [Actor(name=text, role=role, text=text, field=sentence.field, start=start, end=end)]
        known = self._last.get(role)
        if known is not None and sentence.words[first] in _PRONOUNS:
            return [replace(known, via="coref")]
        return []

    def _resolved(self, actor: Actor, sentence: Sentence) -> Actor:
        """The same actor under the name it goes by in the article, when the words point at one."""
        if actor.id is not None or actor.field != sentence.field:
            return actor
        before = sentence.text[max(actor.start - 5, 0) : actor.start].lower()
        pointing = before.endswith(("the ", "these ", "those ")) or actor.text.lower().startswith("the ")
        if not pointing:
            return actor
        word = actor.text.lower().rsplit(" ", 1)[-1]
        if word in _GROUPS:
            whole = next((m for m in self._all() if m.id and m.text.lower().endswith(word)), None)
            return replace(actor, id=whole.id, name=whole.name, via="coref") if whole else actor
        known = self._last.get("perpetrator")
        if actor.role != "perpetrator" or word in ("gunmen", "attackers", "police", "soldiers", "troops", "army"):
            return actor
        main = None if known else self._main_group()
        name = (known.id, known.name) if known else (main.id, main.name) if main else None
        return replace(actor, id=name[0], name=name[1], via="coref") if name else actor

    def _all(self) -> list[ActorMention]:
        """Every mention of the article: read only when a name has to be found for somebody."""
        if self._everyone is None:
            self._everyone = [m for text in self._texts.values() for m in find_actors(text, 0, min(len(text), _FAR))]
        return self._everyone

    def _main_group(self) -> ActorMention | None:
        """The armed group that the article names most, when it names one at all."""
        if not self._counted:
            self._counted = True
            groups = [m for m in self._all() if m.id and m.sector == "REB"]
            votes = Counter(m.id for m in groups)
            if votes:
                best = min(votes, key=lambda id_: (-votes[id_], str(id_)))
                self._main = next(m for m in groups if m.id == best)
        return self._main


def _actor(mention: ActorMention, role: str, via: Via, field: Field) -> Actor:
    return Actor(
        name=mention.name,
        id=mention.id,
        role=role,
        text=mention.text,
        field=field,
        start=mention.start,
        end=mention.end,
        via=via,
    )


def _via(draft: Draft, mention: ActorMention) -> Via:
    start, end = draft.sentence.span(*draft.segment)
    return "clause" if start <= mention.start < end else "sentence"


def _counted(draft: Draft) -> list[tuple[int, int]]:
    """The stretches of text that count people, in order and apart."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((c.start, c.end) for c in draft.counts if c.measure not in _FOREIGN_TO_PEOPLE):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _overlaps(spans: list[tuple[int, int]], mention: ActorMention) -> bool:
    at = bisect_left(spans, (mention.end, 0))
    return at > 0 and mention.start < spans[at - 1][1]


def _role(draft: Draft, mention: ActorMention, counted: list[tuple[int, int]]) -> tuple[str, Via]:
    """Perpetrator, target or other, by voice and preposition; ``counted`` are the stretches that count people."""
    sentence, trigger, via = draft.sentence, draft.trigger, _via(draft, mention)
    if counted and _overlaps(counted, mention):
        return "target", via
    first = bisect_left(sentence.starts, mention.start)
    last = bisect_left(sentence.starts, mention.end)
    before = set(sentence.words[max(first - 3, 0) : first])
    if "by" in before:
        return "perpetrator", via
    if via == "sentence" or trigger.phrase.kind == "toll":
        return "other", via
    passive = trigger.phrase.kind == "verb" and bool(
        AUXILIARIES & set(sentence.words[max(trigger.first - 2, 0) : trigger.first])
    )
    if first >= trigger.last:
        if before & _AGAINST or (trigger.phrase.kind == "verb" and not passive and first - trigger.last <= 4):
            return "target", via
        return (
            "perpetrator" if mention.sector in _REBELS and not passive and _genitive(sentence, last) else "other"
        ), via
    return _before_trigger(draft, mention, first, last, passive=passive), via


def _genitive(sentence: Sentence, last: int) -> bool:
    return last > 0 and "'" in sentence.text[sentence.starts[last - 1] : sentence.ends[last - 1]].replace("\u2019", "'")


def _before_trigger(draft: Draft, mention: ActorMention, first: int, last: int, *, passive: bool) -> str:
    sentence, trigger = draft.sentence, draft.trigger
    if passive:
        return "target"
    if sentence.word(first - 1) in _EMBEDDED and last < trigger.first - 1:
        return "other"
    if trigger.phrase.kind == "verb":
        return "perpetrator"
    near = trigger.first - last <= 1
    between = set(sentence.words[last : trigger.first])
    return "perpetrator" if near or between & _CARRIES_OUT or mention.sector in _REBELS else "other"


def _force_role(draft: Draft, mention: ActorMention) -> tuple[str, Via]:
    """Actor for the subject, the one behind "by" and the modifier of the noun; else other."""
    sentence, trigger, via = draft.sentence, draft.trigger, _via(draft, mention)
    first = bisect_left(sentence.starts, mention.start)
    last = bisect_left(sentence.starts, mention.end)
    if "by" in sentence.words[max(first - 4, 0) : first]:
        return "actor", via
    if family_of(draft.type) != "force":
        return "actor", via
    if mention.id is None and trigger.phrase.kind == "noun" and mention.text.lower() in ("troop", "troops"):
        return "other", via
    if first < trigger.first:
        governor = next((w for w in reversed(sentence.words[:first]) if w not in _DETERMINERS), "")
        return ("other" if governor in _EMBEDDED and last < trigger.first - 1 else "actor"), via
    return ("actor" if sentence.word(first - 1) == "of" else "other"), via
