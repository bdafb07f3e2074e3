"""Did a force leave? Decided by verb family × object class × direction × modal, not by a verb alone.

The table is that of the taxonomy: who or what leaves (troops, trainers, bases), which way, and whether it is done,
under way, planned, demanded, discussed or refused. All facets in one article belong to one episode.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.article import Count, Exclusion, Realis
from streams.firstcut.draft import Draft, exclusion
from streams.firstcut.scene import Hit, Scene
from streams.firstcut.stance import realis_of, speaker_of, stance_of

_REACH = 8
_OUT = ("out of", "from", "home", "back across", "away from")
_TRAINERS = frozenset({"trainer", "trainers", "instructors", "advisers", "advisors", "personnel", "soldiers", "troops"})
_HANDOVER = ("handed over", "hand over", "handing over", "hands over", "transferred control")
_REDEPLOY = ("redeployed", "redeploy", "redeploying")
_AMBIGUOUS = frozenset({"left", "leave", "leaving", "cut", "closed", "closing", "sent", "quit", "quitting", "reduced",
                        "reduce", "reducing", "halved", "evacuated", "depart", "departed", "departing"})  # fmt: skip


class _Phase(NamedTuple):
    cue: str
    type: str
    phase: str
    realis: Realis


#: Phases told by a cue near the verb, the first that matches.
_PHASES = (
    _Phase("denied", "force.withdrawal_refused", "refused", "denied"),
    _Phase("negated", "force.withdrawal_refused", "refused", "negated"),
    _Phase("demanded", "force.withdrawal_demanded", "demanded", "hypothetical"),
    _Phase("discussed", "force.withdrawal_discussed", "discussed", "hypothetical"),
    _Phase("planned", "force.withdrawal_announced", "announced", "planned"),
    _Phase("hypothetical", "force.withdrawal_discussed", "discussed", "hypothetical"),
)


def withdrawals(scene: Scene) -> tuple[list[Draft], list[Exclusion]]:
    """The withdrawal signals of a sentence, and the look-alikes left out."""
    drafts: list[Draft] = []
    excluded: list[Exclusion] = []
    for verb in _verbs(scene):
        draft = _read(scene, verb)
        if isinstance(draft, Draft):
            drafts.append(draft)
        elif draft is not None:
            excluded.append(draft)
    return drafts, excluded


def _verbs(scene: Scene) -> list[Hit]:
    verbs = sorted(scene.of("leave"))
    return [v for v in verbs if not any(o != v and o.start <= v.start and v.end <= o.end for o in verbs)]


def _read(scene: Scene, verb: Hit) -> Draft | Exclusion | None:
    word = scene.text[verb.start : verb.end].lower()
    force, base = _object(scene, verb, "forces"), _object(scene, verb, "bases")
    other = _object(scene, verb, "not_forces", ahead_only=True)
    if other is not None and (force is None or abs(other.first - verb.last) < abs(force.first - verb.last)):
        return exclusion(scene, "force.withdrawal", "other_sense", verb.start, other.end)
    if force is None and base is None:
        return None
    way = _direction(scene, verb)
    if word in _AMBIGUOUS and not (force and way) and not (base and force):
        return None
    if word in _REDEPLOY and way is None:
        return _draft(scene, verb, "force.redeployment_internal", "redeployment", "begun", "actual", "reference")
    return _of_kind(scene, verb, word, force, base)


def _of_kind(scene: Scene, verb: Hit, word: str, force: Hit | None, base: Hit | None) -> Draft:
    counts = _counts(scene, verb)
    for phase in _PHASES:
        first, _ = scene.clause_span(verb.first)
        reach = first if phase.cue in ("denied", "demanded") else max(first, verb.first - 6)
        if scene.cues(phase.cue, reach, verb.first):
            return _draft(scene, verb, phase.type, "withdrawal", phase.phase, phase.realis, "incident", counts)
    ahead = base is not None and verb.last <= base.first <= verb.last + _REACH
    if word in _HANDOVER and base is not None:
        type_, facet = "force.base_handover", "bases"
    elif ahead:
        type_, facet = "force.base_withdrawal", "bases"
    elif force is not None and scene.lower(force.first) in _TRAINERS and force.first >= verb.last:
        type_, facet = "force.personnel_withdrawal", "personnel"
    else:
        type_, facet = "force.withdrawal_begun", "withdrawal"
    done = any(
        scene.lower(k) in ("completed", "last", "final", "full") for k in range(max(0, verb.first - 6), verb.last + 4)
    )
    phase_ = "completed" if done else "begun"
    if done and type_ == "force.withdrawal_begun":
        type_ = "force.withdrawal_completed"
    summed = scene.has("cumulative") or "recent weeks" in scene.lowered or "recent months" in scene.lowered
    vague = any(c.exactness == "vague" for c in counts)
    scope = "period_total" if summed or vague else "incident"
    return _draft(scene, verb, type_, facet, phase_, "actual", scope, counts)


def _draft(
    scene: Scene,
    trigger: Hit,
    type_: str,
    facet: str,
    phase: str,
    realis: Realis,
    scope: str,
    counts: tuple[Count, ...] = (),
) -> Draft:
    speaker = speaker_of(scene)
    return Draft(
        type=type_,
        scene=scene,
        trigger=trigger,
        pattern=f"{type_}/verb",
        realis=realis,
        scope=scope,  # type: ignore[arg-type]
        stance=stance_of(scene, speaker),
        speaker=speaker,
        counts=counts,
        facet=facet,
        phase=phase,
        confidence=0.8,
    )


def noun_withdrawal(scene: Scene, trigger: Hit, type_: str) -> Draft | Exclusion | None:
    """A withdrawal told by a noun: "a troop drawdown", "coalition troop withdrawals"."""
    near = range(max(0, trigger.first - 6), min(len(scene.tokens), trigger.last + 7))
    word = scene.text[trigger.start : trigger.end].lower()
    others = [h for h in scene.of("not_forces") if h.first in near]
    forces = [h for h in scene.of("forces") if h.first in near]
    if not forces or (others and len(word.split()) == 1 and len(others) >= len(forces)):
        return exclusion(scene, type_, "other_sense", trigger.start, trigger.end) if others else None
    for phase in _PHASES:
        first, _ = scene.clause_span(trigger.first)
        if scene.cues(phase.cue, max(first, trigger.first - 8), trigger.first):
            return _draft(scene, trigger, phase.type, "withdrawal", phase.phase, phase.realis, "incident")
    realis = realis_of(scene, trigger, noun=True)
    plural = word.endswith("s")
    facet = "drawdown" if type_ == "force.drawdown" else "withdrawal"
    type_ = "force.personnel_withdrawal" if plural and facet == "withdrawal" else type_
    scope = "reference" if plural else ("period_total" if facet == "drawdown" else "incident")
    return _draft(scene, trigger, type_, facet, "begun", realis, scope, _counts(scene, trigger))


def _object(scene: Scene, verb: Hit, kind: str, *, ahead_only: bool = False) -> Hit | None:
    """The nearest word of a kind within reach of the verb, behind it first."""
    low, high = scene.clause_span(verb.first)
    ahead = [h for h in scene.of(kind) if verb.last <= h.first <= min(high, verb.last + _REACH)]
    if ahead or ahead_only:
        return min(ahead, key=lambda h: h.first, default=None)
    before = [h for h in scene.of(kind) if max(low, verb.first - _REACH) <= h.first and h.last <= verb.first]
    return max(before, key=lambda h: h.first, default=None)


def _direction(scene: Scene, verb: Hit) -> str | None:
    _, high = scene.clause_span(verb.first)
    last = min(high, verb.last + _REACH) - 1
    ahead = " ".join(scene.lower(k) for k in range(verb.first, last + 1))
    return next((way for way in _OUT if f" {way} " in f" {ahead} "), None)


def _counts(scene: Scene, verb: Hit) -> tuple[Count, ...]:
    """How many bases or people moved; sizes of forces, ceilings and remainders are not that."""
    _, high = scene.clause_span(verb.first)
    found = []
    for number in scene.numbers:
        if number.vetoed is not None or not verb.last <= number.first <= min(high, verb.last + _REACH):
            continue
        noun = next(
            (h for h in scene.words if h.kind in ("bases", "forces") and number.last <= h.first <= number.last + 3),
            None,
        )
        if noun is None:
            continue
        bases = noun.kind == "bases"
        start, end = scene.tokens[number.first].start, noun.end
        found.append(
            Count(
                measure="bases" if bases else "troops",
                low=number.low,
                high=number.high,
                exactness=number.exactness,
                side="unknown",
                unit="bases" if bases else "people",
                object=scene.text[scene.tokens[number.last].start : end],
                role="moved",
                field=scene.field,
                start=start,
                end=end,
            )
        )
        break
    return tuple(found)
