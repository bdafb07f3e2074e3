"""Hand-made reports for tests of the fold: what classification would have given, without its text."""

from __future__ import annotations

import hashlib
from typing import Any

from streams.article import Count, Event, EventTime, Fingerprint, Place, Report, Signal, Speaker, Trigger
from streams.journal import Reading, Record
from streams.times import epoch, iso

TOWNS = {
    "Tikrit": ("IQ", 34.6, 43.68),
    "Mosul": ("IQ", 36.34, 43.13),
    "Kirkuk": ("IQ", 35.47, 44.39),
    "Rawa": ("IQ", 34.48, 41.91),
    "Samarra": ("IQ", 34.2, 43.87),
    "Baquba": ("IQ", 33.75, 44.64),
    "Ramadi": ("IQ", 33.43, 43.3),
    "Kut": ("IQ", 32.51, 45.82),
    "Hilla": ("IQ", 32.48, 44.42),
    "Najaf": ("IQ", 32.03, 44.35),
    "Basra": ("IQ", 30.51, 47.82),
    "Sinjar": ("IQ", 36.32, 41.86),
    "Gao": ("ML", 16.27, -0.04),
    "Aleppo": ("SY", 36.2, 37.16),
}


def at(text: str) -> int:
    """Seconds of "2026-03-02 09:00" in UTC."""
    moment = epoch(text.replace(" ", "T") + ":00+00:00")
    assert moment is not None
    return moment


def killed(number: int | None, *, measure: str = "killed", **more: Any) -> Count:
    exactness = "unstated" if number is None else "exact"
    low = 1 if number is None else number
    return Count(measure=measure, low=low, high=number, exactness=exactness, start=0, end=0, **more)


def report(
    id_: str,
    published: str | None,
    *counts: Count,
    type_: str = "attack.ambush",
    source: str = "Meridian Wire",
    town: str | None = "Tikrit",
    day: str | None = None,
    sentence: str | None = None,
    **more: Any,
) -> Report:
    """A report of one event with the given counts; ``day`` is the happening's stated day."""
    signal_keys = {"scope", "realis", "stance", "episode"}
    facts = {key: more.pop(key) for key in signal_keys & set(more)}
    text = sentence or f"{type_} near {town} as told by {source} in {id_}."
    places = ()
    if town:
        country, lat, lon = TOWNS[town]
        places = (
            Place(
                text=town, name=town, country=country, lat=lat, lon=lon, precision="town", radius_km=10, start=0, end=0
            ),
        )
    time = EventTime(start=day, end=day, precision="day", from_="text") if day else EventTime()
    signal = Signal(
        type=type_,
        event="e1",
        start=0,
        end=len(text),
        sentence=text,
        trigger=Trigger(start=0, end=6, text=text[:6], pattern="test"),
        counts=tuple(counts),
        places=places,
        event_time=time,
        speaker=Speaker(text="police", name="police", start=0, end=6),
        confidence=0.9,
        **facts,
    )
    event = Event(id="e1", type=type_, signals=(0,), counts=tuple(counts), places=places, event_time=time)
    moment = at(published) if published else None
    return Report(
        id=id_,
        feed="wire",
        source=source,
        title=f"Title of {id_}",
        published=iso(moment),
        language="en",
        signals=() if more.get("status") == "canceled" else (signal,),
        events=() if more.get("status") == "canceled" else (event,),
        sha256={"body": hashlib.sha256(text.encode()).hexdigest()},
        fingerprint=more.pop("fingerprint", Fingerprint()),
        **more,
    )


def record(position: int, what: Report, received: str | None = None) -> Record:
    """The report at its place in a journal; received when published unless said."""
    moment = at(received) if received else epoch(what.published)
    assert moment is not None
    return Record(position=position, received=moment, entry=Reading(report=what))


def journal(*entries: Report | tuple[Report, str]) -> list[Record]:
    """A journal of reports, each optionally with its time of receipt."""
    records = []
    for n, entry in enumerate(entries, 1):
        what, received = entry if isinstance(entry, tuple) else (entry, None)
        records.append(record(n, what, received))
    return records
