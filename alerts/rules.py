"""What does a happening add to a rule's windows? Its share, or the reason why it adds nothing.

Pure. A refusal always names its gate, so that whoever asks why nothing was said is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from math import inf
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from alerts import filters, sequences
from alerts import near as places
from alerts.config.types import EPISODE_MEASURES, Rule
from streams import phases
from streams.article import COUNTING_REALIS
from streams.happenings import Happening, Mention, Nature, when_told
from streams.tolls import Toll, Want, toll, want_of
from streams.windows import Item

UNKNOWN = "unknown"
_COUNTED_WHOLE = frozenset({"incidents", "episodes", "sequences"})


class Share(Struct, frozen=True, kw_only=True):
    """What a happening adds: to the window of ``key``, an item at its publication."""

    key: dict[str, str]
    item: Item
    part: sequences.Part | None = None
    """What it is to a sequence."""
    near: tuple[str, ...] = ()
    """The own places that it is near to."""


class Refused(Struct, frozen=True, kw_only=True):
    """The first gate that a happening did not pass. ``reason`` is empty when the rule does not look at it at all."""

    reason: str = ""
    detail: str = ""


#: What a rule does with its shares: rules that differ in this alone are given the same ones.
_AFTERWARDS: dict[str, object] = {
    "id": "",
    "definition": "",
    "title": None,
    "text": None,
    "shadow": False,
    "cooldown": 0,
    "over": 0,
    "within": 0,
    "trigger": "at_least",
    "tuning": None,
    "bands": (),
}
_DISMISSED = "not_an_incident"
_NOTHING_HAPPENED = Refused(reason="did_not_happen", detail="planned, denied, discussed or taken back")


def nature_of(rule: Rule) -> Nature:
    """Whether a rule watches incidents or episodes."""
    return "episode" if rule.measure in EPISODE_MEASURES else "incident"


def want(rule: Rule) -> Want:
    """The figures that a rule reads."""
    return _want("killed" if rule.measure in _COUNTED_WHOLE else rule.measure, rule.victims, rule.allow_vague)


@lru_cache(maxsize=1024)
def _want(measure: str, victims: tuple[str, ...], vague: bool) -> Want:
    return want_of(measure, classes=victims, vague=vague)


def look_of(rule: Rule) -> Rule:
    """What a rule asks of a happening. Rules of the same look are given the same share of it, or the same refusal."""
    return replace(rule, **_AFTERWARDS, late="drop" if rule.late == "drop" else "note")


def looked_at(rule: Rule, happening: Happening) -> Happening:
    """The happening as a rule sees it: only what tells of its ``phases``, and what its filters let pass, counts."""
    if not rule.phases and rule.where is None:
        return happening
    key = ("looked_at", rule.definition)
    found = happening.memo.get(key)
    if found is None:
        found = _asked_for(rule, happening)
        if rule.where is not None:
            found = filters.seen_through(rule.where, found)
        found.memo[key] = happening.memo[key] = found  # who looks again sees the same
    return cast("Happening", found)


def _asked_for(rule: Rule, happening: Happening) -> Happening:
    """The happening with what counts for a rule, before its filters: by phase, by realis, else what took place."""
    if rule.phases:
        return phases.seen_in(happening, rule.phases, _matcher(rule.when))
    if set(rule.realis) <= COUNTING_REALIS:
        return happening
    mentions = [
        m if m.actual or m.realis in COUNTING_REALIS else replace(m, actual=matches(rule.when, m.type))
        for m in happening.mentions
    ]
    return replace(happening, mentions=tuple(mentions))


def entered(rule: Rule, happening: Happening) -> int:
    """Seconds: when the latest of the phases that a rule waits for was entered; 0 when none was."""
    if not rule.phases:
        return 0
    return max(phases.entered(looked_at(rule, happening), rule.min_independent).values(), default=0)


def measured(rule: Rule, happening: Happening) -> Toll | None:
    """The toll of a happening in a rule's measure; 1 for rules that count happenings whole."""
    happening = looked_at(rule, happening)
    if rule.measure in _COUNTED_WHOLE:
        many = len(happening.families) > 1
        return Toll(low=1, high=1, confirmed=many, as_of=happening.last_told) if happening.counted else None
    return toll(happening, want(rule))


def share(rule: Rule, happening: Happening) -> Share | Refused:
    """The share of a happening, or the gate that kept it out."""
    if rule.steps:
        return _part(rule, happening)
    if happening.nature != nature_of(rule):
        return Refused()
    told, happening = happening, looked_at(rule, happening)
    if not happening.counted:
        if gate := _filtered(rule, told):
            return gate
        if not any(matches(rule.when, mention.type) for mention in happening.mentions):
            return Refused()
        word = happening.dismissal
        if word:
            return Refused(reason=_DISMISSED, detail=f"an analyst: {word.because}")
        return _other_phase(rule, happening) if rule.phases else _NOTHING_HAPPENED
    if not any(matches(rule.when, type_) for type_ in happening.types):
        return _filtered(rule, told) or Refused()
    at = happening.at
    if at is None:
        return Refused(reason="undated", detail="no article about it carries a date; --assume-date gives one")
    if rule.late == "drop" and all(m.quiet == "late" for m in happening.counted):
        return Refused(reason="late_dropped", detail="every report of it came late, and this rule drops those")
    if gate := _too_far(rule, happening):
        return gate
    if gate := _too_old(rule, happening) or _wrong_victims(rule, happening) or _too_few(rule, happening):
        return gate
    value = measured(rule, happening)
    if value is None or value.low <= 0:
        return _no_figure(rule, happening)
    near = tuple(hit.asset.name for hit in hits(rule, happening))
    return Share(key=key_of(rule, happening), item=Item(at, happening.id, value.low), near=near)


def _part(rule: Rule, happening: Happening) -> Share | Refused:
    """The share of a happening in a sequence: which of its steps it can be."""
    looks = [share(step, happening) for step in rule.steps]
    steps = tuple(n for n, look in enumerate(looks) if isinstance(look, Share))
    if not steps:
        return next((look for look in looks if isinstance(look, Refused) and look.reason), Refused())
    seen = looked_at(rule.steps[steps[0]], happening)
    part = sequences.part_of(seen, steps)
    if part is None:
        return Refused(reason="undated", detail="no day of it is known")
    return Share(key=key_of(rule.steps[steps[0]], happening), item=Item(part.at, happening.id, 1), part=part)


def key_of(rule: Rule, happening: Happening) -> dict[str, str]:
    """The key of the window that a happening belongs to. What is not known is ``unknown``, a key of its own."""
    happening = looked_at(rule, happening)
    return {name: _part_of_key(name, rule, happening) or UNKNOWN for name in rule.by}


def hits(rule: Rule, happening: Happening) -> list[places.Hit]:
    """The own places that a happening is near to, the nearest first; none for a rule that does not ask."""
    if rule.near is None:
        return []
    key = ("near", rule.definition)
    if key not in happening.memo:
        happening.memo[key] = places.hits(rule.near, happening)
    return cast("list[places.Hit]", happening.memo[key])


def _part_of_key(name: str, rule: Rule, happening: Happening) -> str | None:
    if name == "asset":
        near = hits(rule, happening)
        return near[0].asset.name if near else None
    return _KEY_PARTS[name](happening)


def _first(happening: Happening) -> Mention:
    return min(happening.counted or happening.mentions, key=when_told)


_KEY_PARTS: dict[str, Callable[[Happening], str | None]] = {
    "country": lambda happening: happening.country,
    "admin1": lambda happening: happening.spot.admin1,
    "place": lambda happening: happening.spot.name,
    "actor": lambda happening: happening.actor,
    "type": lambda happening: happening.type,
    "source": lambda happening: _first(happening).publisher,
    "language": lambda happening: _first(happening).language,
}


@lru_cache(maxsize=65536)
def matches(globs: tuple[str, ...], type_: str) -> bool:
    """Whether a signal type is one that a rule looks at."""
    return any(fnmatchcase(type_, glob) for glob in globs)


@lru_cache(maxsize=1024)
def _matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    return partial(matches, globs)


def _filtered(rule: Rule, happening: Happening) -> Refused | None:
    """The filter that kept a happening which would have counted."""
    before = _asked_for(rule, happening)
    if rule.where is None or not any(matches(rule.when, type_) for type_ in before.types):
        return None
    reason, detail = filters.refusal(rule.where, before)
    return Refused(reason=reason, detail=detail)


def _other_phase(rule: Rule, happening: Happening) -> Refused:
    told = " and ".join(sorted({m.phase for m in happening.mentions if m.phase})) or "without a phase"
    return Refused(reason="other_phase", detail=f"told as {told}; this rule waits for {' or '.join(rule.phases)}")


def _too_far(rule: Rule, happening: Happening) -> Refused | None:
    if rule.near is None or hits(rule, happening):
        return None
    reason, detail = places.why_not(rule.near, happening)
    return Refused(reason=reason, detail=detail)


def _too_old(rule: Rule, happening: Happening) -> Refused | None:
    if rule.max_age is None or happening.days is None:
        return None
    heard = min(m.received for m in happening.counted)
    today = datetime.fromtimestamp(heard, UTC).date().toordinal()
    if (today - happening.days.last) * 86400 <= rule.max_age:
        return None
    day = datetime.fromordinal(happening.days.last).date().isoformat()
    return Refused(reason="too_old", detail=f"it happened on {day}, beyond max_age")


def _wrong_victims(rule: Rule, happening: Happening) -> Refused | None:
    if not rule.victims:
        return None
    classes = {f.class_ for m in happening.counted for f in m.figures}
    if classes & set(rule.victims):
        return None
    return Refused(reason="other_victims", detail=f"no victim is {' or '.join(rule.victims)}")


def _no_figure(rule: Rule, happening: Happening) -> Refused:
    if not rule.allow_vague:
        soft = toll(happening, _want(want(rule).measure, rule.victims, vague=True))
        if soft is not None and soft.low > 0:
            return Refused(
                reason="vague", detail="its only figure is vague or without a number, and this rule refuses those"
            )
    return Refused(reason="no_figure", detail=f"no figure of {rule.measure} stands")


def families_behind(rule: Rule, happening: Happening) -> int:
    """Independent publisher families that tell of it; of one phase of it, when the rule waits for phases."""
    counted = looked_at(rule, happening).counted
    told = [{m.family for m in counted if m.phase == phase} for phase in rule.phases]
    return max(map(len, told)) if told else len(happening.families)


def standing_behind(rule: Rule, happening: Happening) -> int | float:
    """The families behind it; more than any number when an analyst has set a figure."""
    vouched = happening.rulings and happening.dismissal is None
    return inf if vouched else families_behind(rule, happening)


def _too_few(rule: Rule, happening: Happening) -> Refused | None:
    families = standing_behind(rule, happening)
    if families >= rule.min_independent:
        return None
    return Refused(reason="not_independent", detail=f"{families} of {rule.min_independent} independent publishers")
