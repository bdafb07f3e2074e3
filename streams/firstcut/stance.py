"""Did it happen, and what does the clause do with it? Realis, scope, outcome, stance and speaker from cues."""

from __future__ import annotations

from streams.article import Outcome, Realis, Scope, Speaker, Stance
from streams.firstcut.scene import Hit, Scene

#: Tokens before a trigger within which a modal or a negation governs it.
_REACH = 7
_SPEAKERS = {
    "police": "police", "army": "military", "military": "military", "officials": "government", "official": "government",
    "ministry": "government", "spokesman": "government", "spokeswoman": "government", "government": "government",
    "witnesses": "witness", "witness": "witness", "residents": "witness", "sources": "unnamed", "source": "unnamed",
    "hospital": "medical", "doctors": "medical", "medics": "medical", "rebels": "group", "group": "group",
    "militants": "group", "analysts": "analyst", "analyst": "analyst", "expert": "analyst", "experts": "analyst",
    "president": "government", "minister": "government", "mayor": "government", "governor": "government",
    "officer": "military", "coalition": "military", "pentagon": "government",
}  # fmt: skip
_OFFICIAL = frozenset({"police", "military", "government", "medical"})


def realis_of(scene: Scene, trigger: Hit, *, noun: bool) -> Realis:
    """The realis of what a trigger names, by the cues that govern it in its clause."""
    first, last = scene.clause_span(trigger.first)
    low = max(first, trigger.first - _REACH)
    before = (low, trigger.first)
    if scene.cues("denied", first, trigger.first):
        return "denied"
    if scene.cues("negated", *before) and not (noun and trigger.first - low > 4 and not _adjacent(scene, trigger)):
        return "negated"
    if scene.cues("planned", *before):
        return "planned"
    if scene.cues("hypothetical", *before) or _conditional(scene, first, trigger):
        return "hypothetical"
    if noun and _negated_verb_after(scene, trigger, last):
        return "negated"
    if noun and scene.cues("hypothetical", trigger.last, min(last, trigger.last + 3)):
        return "hypothetical"
    if scene.cues("ongoing", first, last):
        return "ongoing"
    return "actual"


def _adjacent(scene: Scene, trigger: Hit) -> bool:
    return bool(scene.cues("negated", max(0, trigger.first - 4), trigger.first))


def _negated_verb_after(scene: Scene, trigger: Hit, last: int) -> bool:
    return bool(scene.cues("negated", trigger.last, min(last, trigger.last + 3)))


def _conditional(scene: Scene, first: int, trigger: Hit) -> bool:
    return scene.lower(first) in ("if", "unless", "without", "should", "were") and trigger.first > first


def is_cumulative(scene: Scene, dates_since: bool) -> bool:
    """Whether a figure sums over more than one happening: "since the truce began", "so far this year"."""
    return dates_since or scene.has("cumulative")


def outcome_of(scene: Scene) -> Outcome:
    """How it ended."""
    for name in ("foiled", "intercepted", "attempted"):
        if scene.has(name):
            return name
    return "done"


def speaker_of(scene: Scene) -> Speaker | None:
    """Who says it: the nearest known kind of speaker beside a verb of speech."""
    verbs = scene.of("cue", "speech")
    for verb in reversed(verbs):
        span = range(verb.last, min(verb.last + 6, len(scene.tokens)))
        before = range(max(0, verb.first - 6), verb.first)
        order = (
            [*span, *reversed(before)]
            if scene.lower(verb.first) in ("said", "according", "told")
            else [*reversed(before), *span]
        )
        for i in order:
            sector = _SPEAKERS.get(scene.lower(i))
            if sector is not None:
                token = scene.tokens[i]
                return Speaker(
                    text=token.text,
                    name=token.lower,
                    sector=sector,
                    field=scene.field,
                    start=token.start,
                    end=token.end,
                )
    return None


def stance_of(scene: Scene, speaker: Speaker | None) -> Stance:
    """Whose word it is."""
    if scene.has("claim") or (scene.has("denied") and speaker is not None):
        return "responsibility_claim" if scene.has("claim") else "denial"
    if speaker is None:
        return "asserted"
    if speaker.sector == "witness":
        return "witness_claim"
    if speaker.sector == "analyst":
        return "analyst"
    return "official_claim" if speaker.sector in _OFFICIAL else "asserted"


def background(scene: Scene) -> bool:
    """Whether the sentence looks back: anniversaries, "years ago"."""
    return scene.has("background")


def scope_of_noun(scene: Scene, trigger: Hit, *, figures: bool) -> Scope:
    """What a noun such as "attack" does: reports, refers back, or only speaks of such things."""
    plural = scene.lower(trigger.last - 1).endswith("s") and not scene.lower(trigger.last - 1).endswith("ss")
    low = max(0, trigger.first - 4)
    near = {scene.lower(k) for k in range(low, trigger.first)}
    if scene.cues("habitual", low, trigger.first):
        return "trend"
    happening = scene.has("happening")
    if figures:
        return "incident"
    if plural:
        return (
            "incident"
            if happening and scene.section in ("title", "lead") and not near & {"such", "these"}
            else "reference"
        )
    if near & {"the", "this", "that", "'s", "’s"}:
        return "mention"
    return "incident" if happening or near & {"a", "an", "another"} or scene.section == "title" else "reference"
