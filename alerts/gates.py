"""Which gates does a happening pass before a rule speaks of it, in which order, and which one kept it?

The fold names a reason for all that it sets aside; this table says which gate each reason belongs to, so that an
explanation is read from what the fold itself logged and kept, and cannot tell another story. A new reason to keep
silent is a new row here; ``tests/test_gates.py`` holds every reason of the fold to a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from alerts import filters, rules, wording
from alerts.config.types import Rule
from alerts.dispatch import held
from alerts.past import Moment
from alerts.roots import Tables
from alerts.routing import groups
from streams.happenings import Happening
from streams.times import iso


class Case(Struct, frozen=True, kw_only=True):
    """A rule's look at a happening, as of a moment."""

    moment: Moment
    rule: Rule
    happening: Happening


class Gate(Struct, frozen=True, kw_only=True):
    """One gate. ``says`` tells what it saw of a happening that passed it."""

    name: str
    asks: str
    reasons: tuple[str, ...]
    """What the log says when it keeps something."""
    says: Callable[[Case], str]


def _read(case: Case) -> str:
    mentions = case.happening.mentions
    articles = len({m.article for m in mentions})
    publishers = list(dict.fromkeys(m.publisher for m in mentions))
    return f"{articles} {wording.plural(articles, 'article')}, of {wording.listed(publishers)}"


def _happened(case: Case) -> str:
    return f"{wording.type_name(case.happening.type)}, {_place(case.happening)}"


def _place(happening: Happening) -> str:
    spot = happening.spot
    where = {"name": spot.name, "country": happening.country, "precision": spot.precision, "radius_km": spot.radius_km}
    return wording.place(where)


def _dated(case: Case) -> str:
    return f"first published {wording.moment(iso(rules.looked_at(case.rule, case.happening).at))}"


def _phase(case: Case) -> str:
    told = {m.phase for m in rules.looked_at(case.rule, case.happening).counted}
    return f"told as {' and '.join(phase for phase in case.rule.phases if phase in told)}"


def _asked(case: Case) -> str:
    return filters.told_of(case.rule.where, case.happening) if case.rule.where else "this rule has no filters"


def _near(case: Case) -> str:
    near = rules.hits(case.rule, rules.looked_at(case.rule, case.happening))
    if not near:
        return "none"
    km = near[0].km
    return f"{near[0].asset.name} is {'in its country' if km is None else f'{km:.0f} km away'}"


def _counted(case: Case) -> str:
    late = [m for m in rules.looked_at(case.rule, case.happening).counted if m.quiet]
    return "in time" if not late else f"{late[0].quiet}, which this rule counts"


def _recent(case: Case) -> str:
    days, limit = case.happening.days, case.rule.max_age
    if limit is None:
        return "this rule has no max_age"
    return "no day is stated" if days is None else f"on {_day(days.last)}, within {wording.span(limit)}"


def _day(ordinal: int) -> str:
    from datetime import date

    return wording.day(date.fromordinal(ordinal))


def _victims(case: Case) -> str:
    return f"among them {' or '.join(case.rule.victims)}" if case.rule.victims else "any"


def _independent(case: Case) -> str:
    families = rules.families_behind(case.rule, case.happening)
    word = ", and an analyst's word" if rules.standing_behind(case.rule, case.happening) > families else ""
    told = f"{families} publisher {wording.plural(families, 'family', 'families')}{word}"
    return f"{told}; {case.rule.min_independent} asked for"


def _figure(case: Case) -> str:
    value = rules.measured(case.rule, case.happening)
    if value is None:
        return "none"
    sure = "confirmed" if value.confirmed else "unconfirmed"
    return f"{wording.measured(case.rule.measure, value.low, value.high)}, {sure}"


def _window(case: Case) -> str:
    return f"published within the {wording.span(case.rule.over)} before {wording.moment(iso(case.moment.now))}"


def _enough(case: Case) -> str:
    roots = Tables(case.moment.state).roots_of(case.happening.id, case.rule.definition)
    told = f"{roots[-1].seen.figure} {wording.measure_name(case.rule.measure)}" if roots else "a band was reached"
    return f"{told}; {_bands(case.rule)}"


def _bands(rule: Rule) -> str:
    asked = {"surge": "under p = {:g}", "ratio": "from {:g} times the mean"}.get(rule.trigger, "from {:g}")
    return ", ".join(f"{band.severity} {asked.format(band.threshold)}" for band in rule.bands)


def _known(case: Case) -> str:
    since = Tables(case.moment.state).known_since(case.rule)
    return f"what is known begins {wording.moment(iso(since))}"


def _first(case: Case) -> str:
    return "nothing like it before" if case.rule.trigger == "first" else "this rule does not ask"


def _sequence(case: Case) -> str:
    return " then ".join(wording.listed(list(step.when)) for step in case.rule.steps)


def _cool(case: Case) -> str:
    return f"no cool-down ({wording.span(case.rule.cooldown)}) was in the way"


def _routed(case: Case) -> str:
    roots = Tables(case.moment.state).roots_of(case.happening.id, case.rule.definition)
    told = dict.fromkeys(name for root in roots for name in root.destinations)
    return wording.listed(list(told)) if told else "nobody"


def _loud(case: Case) -> str:
    return "nothing of the kind holds it"


GATES: tuple[Gate, ...] = (
    Gate(
        name="read",
        asks="Was an article read that tells of it?",
        reasons=("stale_version", "withheld", "embargoed"),
        says=_read,
    ),
    Gate(
        name="happened",
        asks="Did it take place, and is it told as news?",
        reasons=("did_not_happen", "not_an_incident", "not_told_as_news"),
        says=_happened,
    ),
    Gate(name="phase", asks="Is it in a phase the rule waits for?", reasons=("other_phase",), says=_phase),
    Gate(
        name="asked for",
        asks="Is it, and is it told, as the rule's filters ask?",
        reasons=(*map(filters.reason_of, filters.FIELDS), filters.TOGETHER),
        says=_asked,
    ),
    Gate(
        name="near",
        asks="Is it near one of our own places?",
        reasons=("place_too_coarse", "not_near"),
        says=_near,
    ),
    Gate(name="dated", asks="Does an article about it carry a date?", reasons=("undated",), says=_dated),
    Gate(name="counted late", asks="If late, is it counted?", reasons=("late_dropped",), says=_counted),
    Gate(name="recent", asks="Did it happen within max_age?", reasons=("too_old",), says=_recent),
    Gate(name="victims", asks="Are its victims those the rule asks for?", reasons=("other_victims",), says=_victims),
    Gate(
        name="independent",
        asks="Do enough publishers tell of it?",
        reasons=("not_independent",),
        says=_independent,
    ),
    Gate(
        name="figure",
        asks="Does a figure of the rule's measure stand?",
        reasons=("no_figure", "vague"),
        says=_figure,
    ),
    Gate(name="in window", asks="Is it in the window?", reasons=("out_of_window",), says=_window),
    Gate(
        name="known",
        asks="Is enough known of what is normal?",
        reasons=("warming_up", "unobserved", "settled"),
        says=_known,
    ),
    Gate(
        name="enough",
        asks="Does the window reach a band?",
        reasons=("below_threshold", "not_unusual"),
        says=_enough,
    ),
    Gate(
        name="sure enough",
        asks="Does it reach the band by what enough publishers tell?",
        reasons=("band_not_independent",),
        says=_enough,
    ),
    Gate(name="first", asks="Is it the first of its kind?", reasons=("not_first",), says=_first),
    Gate(
        name="sequence",
        asks="Did the other steps happen, in this order and in time?",
        reasons=("no_sequence",),
        says=_sequence,
    ),
    Gate(
        name="fresh",
        asks="Is what brought it here new, neither late nor from a first contact?",
        reasons=("late", "baseline", "known_before"),
        says=lambda case: "new",
    ),
    Gate(
        name="silent",
        asks="Was nothing heard for longer than usual?",
        reasons=("heard",),
        says=lambda case: "a silence was told",
    ),
    Gate(
        name="worse",
        asks="Is it so much more than what was told of this surge?",
        reasons=("not_worse",),
        says=lambda case: "a new surge, or half as much again",
    ),
    Gate(name="cooled down", asks="Is the cool-down over?", reasons=("cooling_down",), says=_cool),
    Gate(name="on trial", asks="Is the rule more than on trial?", reasons=("on_trial",), says=lambda case: "no trial"),
    Gate(name="routed", asks="Does a route lead anywhere?", reasons=("no_route",), says=_routed),
    Gate(name="not silenced", asks="Is no silence in force?", reasons=("silenced",), says=_loud),
    Gate(name="not inhibited", asks="Is nothing louder open that inhibits it?", reasons=("inhibited",), says=_loud),
    Gate(name="not in digest", asks="Does it go by itself, not in a digest?", reasons=("in_digest",), says=_loud),
    Gate(name="waking hours", asks="Is it outside quiet hours?", reasons=("quiet_hours",), says=_loud),
    Gate(name="group gone", asks="Has its group gone?", reasons=("grouped",), says=_loud),
)

#: The gates on the way from a decision to its destinations, each with the part of a config that makes it.
DISPATCH: Mapping[str, str] = {
    "not silenced": "silences",
    "not inhibited": "inhibit",
    "not in digest": "digests",
    "waking hours": "quiet_hours",
    "group gone": "routes",
}

#: Lines of the log that keep nothing from being said: they tell how it was said.
NOTES = frozenset(
    {
        "held_for_update",
        "template_failed",
        "future_date",
        "corrected",
        "correction_refused",
        "beyond_revision",
        "let_go",
        "canceled_unheard",
        "updated_unheard",
        "silence_set",
        "silence_ended",
        "silence_unknown",
    }
)

ORDER: Mapping[str, int] = {gate.name: n for n, gate in enumerate(GATES)}
_BY_REASON = {reason: gate for gate in GATES for reason in gate.reasons}


def gate_of(reason: str) -> Gate | None:
    """The gate that a reason of the log belongs to, or None for one that keeps nothing."""
    return _BY_REASON.get(reason)


def asked(rule: Rule) -> list[Gate]:
    """The gates that a rule has at all, in their order."""
    left_out = {
        "phase": not rule.phases,
        "on trial": not rule.shadow,
        "asked for": rule.where is None,
        "near": rule.near is None,
        "counted late": rule.late != "drop",
        "recent": rule.max_age is None,
        "victims": not rule.victims,
        "enough": rule.trigger in ("first", "sequence"),
        "sure enough": all(band.independent <= rule.min_independent for band in rule.bands),
        "first": rule.trigger != "first",
        "known": rule.tuning is None,
        "worse": rule.tuning is None or rule.trigger == "absence",
        "silent": rule.trigger != "absence",
        "sequence": rule.trigger != "sequence",
        "cooled down": not rule.cooldown,
    }
    return [gate for gate in GATES if not left_out.get(gate.name)]


def passed(case: Case, before: str | None) -> list[tuple[str, str]]:
    """(gate, what it saw) of the gates that a happening passed: all before one, or all."""
    found = []
    for gate in asked(case.rule):
        if gate.name == before:
            break
        if gate.name not in DISPATCH or _is_in_use(case, gate.name):
            found.append((gate.name, gate.says(case)))
    return found


def _is_in_use(case: Case, gate: str) -> bool:
    """Whether the config, or for silences an operator, gives a gate on the way anything to ask."""
    if gate == "group gone":
        return groups(case.moment.config.routes)
    silences = bool(held.silences(case.moment.state).rows) if gate == "not silenced" else False
    return silences or bool(getattr(case.moment.config, DISPATCH[gate]))
