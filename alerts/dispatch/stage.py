"""Where does a revision go at this moment: to its destination, or does it wait, for what and until when?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.config.types import Config, Digest, Match, Quiet
from alerts.dispatch.held import Held, groups, waiting
from alerts.dispatch.hours import clock_text, days_text, next_digest, quiet_until
from alerts.dispatch.quieting import Verdict, inhibited, silenced
from alerts.routing import NONE, Way, holds, ways
from alerts.severities import is_urgent, rank
from streams.state import State

#: A fact that an alert does not have, in words.
NONE_SAID = "of none"
#: What is not asked again of a row that waited for this.
_PASSED = {
    "grouped": ("in_digest", "grouped"),
    "in_digest": ("in_digest", "grouped"),
    "quiet_hours": ("in_digest", "grouped"),
}


def look(config: Config, state: State, row: Held, now: int, waited: str | None) -> Verdict | None:
    """What holds a revision now, or None. ``waited`` is what it waited for until now.

    A cancel, and an update that takes back what the destination was told, wait for quiet hours and digests alone.
    """
    passed = _PASSED.get(waited or "", ())
    for why, stage in _STAGES.items():
        if why in passed or (row.corrects and why in _NOT_FOR_CORRECTIONS):
            continue
        verdict = stage(config, state, row, now)
        if verdict is not None:
            return verdict
    return None


def _digest(config: Config, _: State, row: Held, now: int) -> Verdict | None:
    if is_urgent(row.severity, config.severities):
        return None
    facts = row.facts
    for digest in config.digests:
        if _concerns(digest, facts, row.destination):
            until = next_digest(digest, now)
            return Verdict("in_digest", digest.id, until, digest_words(digest))
    return None


def _quiet(config: Config, _: State, row: Held, now: int) -> Verdict | None:
    facts = row.facts
    found = [
        (until, quiet)
        for quiet in config.quiet_hours
        if rank(row.severity, config.severities) < rank(quiet.override, config.severities)
        and _concerns(quiet, facts, row.destination)
        and (until := quiet_until(quiet, now)) is not None
    ]
    if not found:
        return None
    until, quiet = max(found, key=lambda one: one[0])
    return Verdict("quiet_hours", quiet.id, until, quiet_words(quiet))


def _grouped(config: Config, state: State, row: Held, now: int) -> Verdict | None:
    way = next((w for w in ways(config, row.facts) if w.destination == row.destination), None)
    if way is None or way.group is None or way.grouping is None:
        return None
    until = _group_due(state, row, way.group)
    if until is None:
        sent = groups(state).get(f"{way.group}|{row.severity}")
        until = max(now + way.grouping.wait, sent.sent + way.grouping.interval if sent else 0)
    return Verdict("grouped", way.group, until, group_words(way, row.facts))


def _group_due(state: State, row: Held, group: str) -> int | None:
    """When others of its group and severity go: it goes with them."""
    return min(
        (r.until for r in waiting(state).by(group) if r.severity == row.severity and r.until is not None), default=None
    )


_STAGES: dict[str, Callable[[Config, State, Held, int], Verdict | None]] = {
    "silenced": silenced,
    "inhibited": inhibited,
    "in_digest": _digest,
    "quiet_hours": _quiet,
    "grouped": _grouped,
}
_NOT_FOR_CORRECTIONS = ("silenced", "inhibited", "grouped")


def _concerns(what: Digest | Quiet, facts: dict[str, str], destination: str) -> bool:
    return holds(what.match, facts) and (not what.destinations or destination in what.destinations)


# --- in words -----------------------------------------------------------------------------------------------------


def match_words(match: Match) -> str:
    """ "country IQ or ML, severity warning"."""
    return ", ".join(f"{name} {' or '.join(values)}" for name, values in match.items())


def digest_words(digest: Digest) -> str:
    """ "daily digest of rule spate, 08:00 Europe/Paris"."""
    days = days_text(digest.days)
    return f"{days or 'daily'} digest of {match_words(digest.match)}, {clock_text(digest.at)} {digest.zone}"


def quiet_words(quiet: Quiet) -> str:
    """ "quiet hours 22:00 to 07:00 Europe/Paris"."""
    days = days_text(quiet.days)
    return (
        f"quiet hours {clock_text(quiet.start)} to {clock_text(quiet.end)} {quiet.zone}{f' ({days})' if days else ''}"
    )


def group_words(way: Way, facts: Mapping[str, str]) -> str:
    """ "group of country IQ"."""
    by = way.grouping.by if way.grouping else ()
    return (
        f"group of {', '.join(f'{name} {facts.get(name, NONE) or NONE_SAID}' for name in by)}"
        if by
        else "group of its route"
    )
