"""What might an alert of this rule look like? Three invented alerts that every template must be able to render."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.alert import (
    Alert,
    Change,
    Claim,
    Evidence,
    Excluded,
    IncidentView,
    Measure,
    NearView,
    Range,
    Sources,
    Step,
)
from alerts.config.types import Rule
from streams.article import EventTime

_KEY = {
    "country": "IQ",
    "admin1": "Anbar",
    "place": "Rawa",
    "actor": "harbour_front",
    "type": "attack.ambush",
    "source": "Meridian Wire",
    "language": "en",
    "asset": "Rawa office",
}
_COUNTED_WHOLE = ("incidents", "episodes", "sequences")
_FIRST, _SECOND, _THIRD = (f"2026-03-02T{hour}:05:00+00:00" for hour in ("09", "14", "17"))
_SENTENCE = "Gunmen ambushed a convoy near Rawa on Monday, killing 10 soldiers, police said."
_CLAIM = Claim(speaker="police", source="Meridian Wire", low=10, high=10, at=_FIRST)
_INCIDENT = IncidentView(
    id="in_1",
    type="attack.ambush",
    killed=Range(low=10, high=10, as_of=_FIRST),
    wounded=Range(low=3, high=None, as_of=_FIRST),
    victims=[{"class": "combatant", "killed": 10}],
    actors=[
        {"id": None, "name": "gunmen", "role": "perpetrator"},
        {"id": "harbour_front", "name": "Harbour Front", "role": "perpetrator"},
    ],
    place={"name": "Rawa", "country": "IQ", "admin1": "Anbar", "precision": "near", "radius_km": 50},
    event_time=EventTime(start="2026-03-02", end="2026-03-02", precision="day", from_="text"),
    claims=[_CLAIM],
    first_seen=_FIRST,
    confidence=0.9,
)
_EVIDENCE = Evidence(
    article="a1",
    source="Meridian Wire",
    url="https://example.org/a1",
    published=_FIRST,
    field="body",
    start=0,
    end=len(_SENTENCE),
    sentence=_SENTENCE,
    signal="attack.ambush",
    sha256="0" * 64,
    title="Ten soldiers killed in ambush",
)
#: An incident of which nothing but its type is known.
_BARE = IncidentView(id="in_2", type="attack.shelling", status="claimed")


def fixtures(rule: Rule) -> tuple[Alert, Alert, Alert]:
    """An alert, its update and its cancel, with the rule's keys, measure and highest severity."""
    band = rule.bands[-1] if rule.bands else None
    value = 1 if rule.measure in _COUNTED_WHOLE else 10
    alert = Alert(
        id="al_1.1",
        root="al_1",
        revision=1,
        rule=rule.id,
        severity=band.severity if band else "warning",
        kind="alert",
        key={name: _KEY[name] for name in rule.by},
        at=_FIRST,
        window={"start": "2026-03-01T09:05:00+00:00", "end": _FIRST},
        measure=Measure(
            name=rule.measure, value=value, low=value, high=value, threshold=band.threshold if band else None
        ),
        incidents=[_INCIDENT],
        evidence=[_EVIDENCE],
        sources=Sources(independent=1, publishers=["Meridian Wire"], reprints=0),
        excluded=[Excluded(sentence="The epidemic has killed 90 people.", reason="disease", article="a1")],
        excluded_total=7,
        coverage={"since": "2026-02-01T00:00:00+00:00"},
    )
    if rule.steps:
        alert = replace(alert, sequence=_steps(rule), denials=[_EVIDENCE])
    if rule.near is not None:
        view = NearView(
            asset="Rawa office", kind="site", km=14.2, radius_km=25, incident="in_1", nth=3, over=rule.over,
            within_km=rule.near.within_km,
        )  # fmt: skip
        alert = replace(alert, near=[view])
    return alert, _update(alert), _cancel(alert)


def _steps(rule: Rule) -> list[Step]:
    """As many steps as the rule has, the last with an open order."""
    orders = [None, *("then" for _ in rule.steps[2:]), "may precede"]
    times = EventTime(start="2026-03-02", end="2026-03-02", precision="day", from_="text")
    return [
        Step(incident=_INCIDENT.id, type="attack.ambush", event_time=times, order=order, evidence=_EVIDENCE)  # type: ignore[arg-type]
        for order in orders
    ]


def _update(alert: Alert) -> Alert:
    value = alert.measure.value + 2
    told = replace(_CLAIM, source="Harbour Post", low=12, high=12, at=_SECOND)
    incident = replace(_INCIDENT, killed=Range(low=12, high=12, as_of=_SECOND), claims=[_CLAIM, told])
    incident = replace(incident, victims=[{"class": "combatant", "killed": 12}], status="confirmed")
    return replace(
        alert,
        id="al_1.2",
        revision=2,
        kind="update",
        at=_SECOND,
        window={"start": None, "end": _SECOND},
        measure=replace(alert.measure, value=value, low=value, high=None),
        incidents=[incident, _BARE],
        changed=[
            Change(
                field=alert.measure.name,
                from_=alert.measure.value,
                to=f"{value} or more",
                because="Harbour Post, 14:05",
            )
        ],
        evidence=[replace(_EVIDENCE, url=None, published=None)],
        sources=Sources(independent=2, publishers=["Meridian Wire", "Harbour Post"], reprints=5),
    )


def _cancel(alert: Alert) -> Alert:
    return replace(
        alert,
        id="al_1.3",
        revision=3,
        kind="cancel",
        at=_THIRD,
        measure=replace(alert.measure, value=0, low=0, high=0),
        incidents=[replace(_INCIDENT, status="retracted", killed=None, victims=[])],
        changed=[Change(field=alert.measure.name, from_=alert.measure.value, to=0, because="Meridian Wire, 17:05")],
        excluded=[],
        excluded_total=0,
    )
