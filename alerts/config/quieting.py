"""What does a config say of silences, inhibition, quiet hours and digests? Checks that look at more than one key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.config.problems import did_you_mean
from alerts.config.reader import Entry, Item
from alerts.config.schema import listed, read_section
from alerts.config.sections import Names, known_names, read_match
from alerts.config.types import Digest, Inhibition, Match, Quiet, Silence
from alerts.config.values import INVALID, Values, said
from alerts.severities import least_urgent, rank
from streams.codec import digest
from streams.times import parse_moment, seconds_of

DAY_MINUTES = 24 * 60


def read_silences(values: Values, top: Mapping[str, Entry], severities: Sequence[str]) -> tuple[Silence, ...]:
    """The silences. Each has an end: what is silenced for ever is what nobody remembers."""
    names, found = Names.of(top, severities), list[Silence]()
    for item in listed(values, top, "silences"):
        good = read_section(values, item, "a silence")
        if good is None:
            continue
        match = _matched(values, item, "match", names)
        zone = good.get("zone", "UTC")
        start: Any = _moment(values, item, "start", zone) if "start" in good else 0
        end: Any = _moment(values, item, "end", zone) if "end" in good else INVALID
        if match is None or start is INVALID or end is INVALID or "comment" not in good:
            continue
        if end <= start:
            values.problem(item.value["end"].item, "a silence ends after its start")
            continue
        id_ = silence_id(match, start, end)
        found.append(Silence(id=id_, match=match, start=start, end=end, comment=good["comment"]))
    return tuple(found)


def silence_id(match: Match, start: int, end: int) -> str:
    """The name of a silence, of what it is."""
    return "si_" + digest(match, start, end)[:8]


def read_inhibitions(values: Values, top: Mapping[str, Entry], severities: Sequence[str]) -> tuple[Inhibition, ...]:
    """The inhibitions. None may let a lower severity quiet a higher one."""
    names, found = Names.of(top, severities), []
    for item in listed(values, top, "inhibit"):
        good = read_section(values, item, "an inhibition")
        if good is None:
            continue
        source, target = _matched(values, item, "source", names), _matched(values, item, "target", names)
        if source is None or target is None:
            continue
        loudest = max((rank(name, severities) for name in source.get("severity", severities)), default=0)
        if target.get("severity") and all(rank(name, severities) > loudest for name in target["severity"]):
            values.problem(item.value["target"].item, "a lower severity never quiets a higher one; turn them round")
        found.append(Inhibition(source=source, target=target, equal=good.get("equal", ())))
    return tuple(found)


def read_quiet_hours(values: Values, top: Mapping[str, Entry], severities: Sequence[str]) -> tuple[Quiet, ...]:
    """The quiet hours. What is critical, or the highest, is never held."""
    names, found = Names.of(top, severities), list[Quiet]()
    for item in _listed_or_one(values, top, "quiet_hours"):
        good = read_section(values, item, "quiet hours")
        if good is None or not {"from", "to", "zone"} <= good.keys():
            continue
        start, end = good["from"] % DAY_MINUTES, good["to"]
        if start == end % DAY_MINUTES and (start, end) != (0, DAY_MINUTES):
            values.problem(item.value["to"].item, '"from" and "to" are the same; for a whole day say 00:00 to 24:00')
        override = _override(values, item, good.get("override"), severities)
        found.append(
            Quiet(
                id="qh_" + digest(start, end, good["zone"], good.get("days"), len(found))[:8],
                match=_matched(values, item, "match", names) or {},
                destinations=_destinations(values, item, good, names),
                zone=good["zone"],
                start=start,
                end=end,
                override=override,
                **({"days": good["days"]} if "days" in good else {}),
            )
        )
    return tuple(found)


def _override(values: Values, item: Item, given: str | None, severities: Sequence[str]) -> str:
    """The severity from which nothing waits: never above critical."""
    least = least_urgent(severities)
    if given is None:
        return least
    place = item.value["override"].item
    if given not in severities:
        values.problem(place, f"undefined severity {said(place)}{did_you_mean(given, severities)}")
    elif rank(given, severities) > rank(least, severities):
        values.problem(place, f"{least} is never held; say {least} or a lower severity")
    return given


def read_digests(values: Values, top: Mapping[str, Entry], severities: Sequence[str]) -> tuple[Digest, ...]:
    """The daily digests."""
    names, found = Names.of(top, severities), []
    urgent = rank(least_urgent(severities), severities)
    for item in _listed_or_one(values, top, "digest"):
        good = read_section(values, item, "a digest")
        if good is None:
            continue
        match = _matched(values, item, "match", names)
        if match is None or not {"at", "zone"} <= good.keys():
            continue
        if match.get("severity") and all(rank(name, severities) >= urgent for name in match["severity"]):
            values.problem(item.value["match"].item, f"{severities[urgent]} never waits for a digest")
        found.append(
            Digest(
                id="dg_" + digest(match, good["at"], good["zone"], good.get("days"))[:8],
                match=match,
                destinations=_destinations(values, item, good, names),
                zone=good["zone"],
                at=good["at"] % DAY_MINUTES,
                **({"days": good["days"]} if "days" in good else {}),
            )
        )
    return tuple(found)


# --- parts of them ------------------------------------------------------------------------------------------------


def _listed_or_one(values: Values, top: Mapping[str, Entry], key: str) -> list[Item]:
    """The items of a list; one mapping may stand for a list of one."""
    if key in top and isinstance(top[key].item.value, dict):
        return [top[key].item]
    return listed(values, top, key)


def _matched(values: Values, item: Item, key: str, names: Names) -> Match | None:
    """A match that says something, or None."""
    if key not in item.value:
        return None
    place = item.value[key].item
    match = read_match(values, place, names)
    if isinstance(place.value, dict) and not place.value:
        values.problem(place, f"{key} matches every alert; name what is meant, such as {{country: IQ}}")
    return match or None


def _destinations(values: Values, item: Item, good: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    if "destinations" in good:
        known_names(values, item.value["destinations"].item, "destination", names.destinations)
    return tuple(good.get("destinations", ()))


def _moment(values: Values, item: Item, key: str, zone: str) -> Any:
    """Seconds of an ISO time; one without an offset is in ``zone``."""
    place = item.value[key].item
    try:
        return seconds_of(parse_moment(place.value, zone)[0])
    except (ValueError, OverflowError):
        return values.refuse(place, f'expected a time such as "2026-03-02T09:00+01:00", got {said(place)}')
