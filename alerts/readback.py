"""What exactly is claimed? One controlled sentence from an alert's slots, with the missing ones said aloud.

"Police via AFP and Reuters: 12 soldiers killed, ambush, near Baghdad (± 50 km), Sat 2 May; 2 families; group not
stated". Whatever it says stands in a field of the alert, so that a reader can check the alert by one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET

from alerts import wording
from alerts.alert import Alert, Evidence, IncidentView, Range, Step
from streams.article import PHASED_FAMILIES, family_of
from streams.tolls import ANALYST

_DOERS = frozenset(("perpetrator", "actor"))

_NO_FIGURE = "no figure stated"
_COMBATANTS = ("soldiers", "troops", "fighters", "militants", "rebels", "insurgents", "guerrillas")


def readback(alert: Alert) -> str:
    """The sentence, without a full stop."""
    if not alert.incidents:
        return f"No incident stands; {_families(alert, None)}"
    if alert.sequence:
        return _of_sequence(alert, alert.sequence)
    lead = max(alert.incidents, key=_weight)
    told = [_what(lead, alert.evidence), _kind(lead), wording.place(lead.place, with_country=False)]
    told.append(wording.days(lead.event_time, alert.at))
    silent = alert.kind != "cancel" and alert.measure.value == 0
    sentence = (
        f"{'Nothing since; the last: ' if silent else ''}{_who(alert, lead)}: {_over_all(alert)}{', '.join(told)}"
    )
    return "; ".join([sentence, *_near(alert), _families(alert, lead), *_standing(lead), _group(lead)])


def _near(alert: Alert) -> Sequence[str]:
    """How far the newest incident is from our own places."""
    return [wording.near(view) for view in (alert.near or [])[:1]]


def _of_sequence(alert: Alert, steps: Sequence[Step]) -> str:
    """What happened first, and what came after it or may have; who denies it."""
    known = {incident.id: incident for incident in alert.incidents}
    told = ""
    for step in steps:
        told += {None: "", "then": "; then ", "may precede": "; it may precede "}[step.order]
        told += _step(step, known.get(step.incident), alert)
    lead = max(alert.incidents, key=_weight)
    since = "Nothing since; the last: " if alert.kind != "cancel" and alert.measure.value == 0 else ""
    sentence = f"{since}{_who(alert, lead)}: {told}"
    if any(step.order == "may precede" for step in steps):
        sentence += "; the texts leave the order open"
    return "; ".join([sentence, _families(alert, lead), *_denied(alert), _group(lead)])


def _step(step: Step, incident: IncidentView | None, alert: Alert) -> str:
    when = wording.days(step.event_time, alert.at)
    if incident is None:
        return f"{wording.type_name(step.type)}, {when}"
    figure = [said for said in [_what(incident, alert.evidence)] if said != _NO_FIGURE]
    return ", ".join([_kind(incident), *figure, wording.place(incident.place, with_country=False), when])


def _denied(alert: Alert) -> Sequence[str]:
    """Who denies what is told, by those reports that tell of it."""
    told = [] if alert.denials is UNSET else alert.denials
    standing = [said for incident in alert.incidents for said in _standing(incident)]
    return [*dict.fromkeys(standing), *([f"a denial stands in {told[0].source}"] if told else [])]


def _weight(incident: IncidentView) -> tuple[float, float, float]:
    lows = [(toll.low or 0) if toll else 0 for toll in (incident.killed, incident.wounded, incident.hostages)]
    return (lows[0], lows[1], lows[2])


def _who(alert: Alert, lead: IncidentView) -> str:
    if _is_set_by_hand(lead):
        return f"An analyst, after {wording.listed(alert.sources.publishers)}"
    speakers = [claim.speaker for claim in lead.claims if claim.speaker and not claim.void]
    speaker = speakers[-1] if speakers else "speaker not stated"
    return f"{speaker[:1].upper()}{speaker[1:]} via {wording.listed(alert.sources.publishers)}"


def _over_all(alert: Alert) -> str:
    many = len(alert.incidents)
    if many == 1:
        return ""
    measure = alert.measure
    if measure.name in ("incidents", "episodes"):
        return f"{wording.measured(measure.name, measure.low, measure.high)}, the largest "
    return f"{wording.measured(measure.name, measure.low, measure.high)} in {many} incidents, the largest "


def _what(incident: IncidentView, evidence: Sequence[Evidence]) -> str:
    tolls = [("killed", incident.killed), ("wounded", incident.wounded), ("hostages", incident.hostages)]
    said = [_toll(incident, measure, toll, evidence) for measure, toll in tolls if toll is not None]
    said += [
        wording.measured(count["measure"], count["low"], count["high"])
        for facet in incident.facets
        for count in facet["counts"]
    ]
    return " and ".join(dict.fromkeys(said)) or _NO_FIGURE


def _toll(incident: IncidentView, measure: str, toll: Range, evidence: Sequence[Evidence]) -> str:
    """The toll, with the victims' class when all of them are of one."""
    classes = [row["class"] for row in incident.victims if row.get(measure) == toll.low]
    if measure == "hostages" or not toll.low or len(classes) != 1 or len(incident.victims) != 1:
        return wording.measured(measure, toll.low, toll.high)
    printed = _printed(toll, evidence) if classes[0] == "combatant" else None
    people = printed or wording.people(classes[0], toll.high)
    return f"{wording.figure(toll.low, toll.high)} {people} {measure}"


def _printed(toll: Range, evidence: Sequence[Evidence]) -> str | None:
    """What the quotations call that many combatants: they may be of either side, and "soldiers" says which."""
    pattern = re.compile(rf"\b{toll.low}\s+(?:\w+\s+){{0,2}}({'|'.join(_COMBATANTS)})\b")
    found = [match[1] for quoted in evidence if (match := pattern.search(quoted.sentence))]
    return found[0] if found else None


def _kind(incident: IncidentView) -> str:
    name = wording.type_name(incident.type)
    if family_of(incident.type) not in PHASED_FAMILIES:
        return name
    return f"{name}, {incident.phase or 'phase not stated'}"


def _families(alert: Alert, lead: IncidentView | None) -> str:
    count = alert.sources.independent
    said = f"{count} {wording.plural(count, 'family', 'families')}"
    if lead is not None and _is_set_by_hand(lead):
        return f"{said}, and an analyst's word"
    return f"{said}, unconfirmed" if count == 1 else said


def _is_set_by_hand(incident: IncidentView) -> bool:
    """Whether an analyst's figure stands for it."""
    return any(claim.source == ANALYST and not claim.void for claim in incident.claims)


def _standing(incident: IncidentView) -> Sequence[str]:
    return [incident.status] if incident.status in ("disputed", "retracted") else []


def _group(incident: IncidentView) -> str:
    """Who did it, when it is a party that has a name of its own; a group goes before a nation's people."""
    others = {actor.get("id") for actor in incident.actors if actor.get("role") == "target"}
    named = [a for a in incident.actors if a.get("id") and a.get("role") in _DOERS and a.get("id") not in others]
    named.sort(key=lambda actor: "." in str(actor["id"]))
    return f"by {named[0]['name']}" if named else "group not stated"
