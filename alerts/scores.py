"""How often were they right? Each rule and each source, by what analysts corrected.

An alert that nobody corrected is taken to have been right, so the figures are upper bounds, and worth as much as the
corrections are complete. Of a source only what alerts were told from is looked at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from streams.corrections import COMMAND
from streams.journal import Control, decode_entry
from streams.tolls import ANALYST

_CONTROL = b'{"type":"control"'


class Score(Struct, kw_only=True):
    """``told`` alerts' roots of a rule, or incidents of a source; how many were ``false`` and had a figure ``amended``.

    ``precision`` is the share of what was told that was not false; of a source, nor amended.
    """

    told: int = 0
    false: int = 0
    amended: int = 0
    precision: float | None = None


class Scores(Struct, kw_only=True):
    """What ``tocsin status --scores`` shows."""

    corrections: int
    rules: dict[str, Score]
    sources: dict[str, Score]


def scores(db: sqlite3.Connection) -> Scores:
    """The scores of a store."""
    words = list(_corrections(db))
    alerts = [msgspec.json.decode(bytes(row[0])) for row in db.execute("SELECT data FROM alerts ORDER BY position")]
    false = {str(body["incident"]) for body in words if body.get("dismiss")}
    figures: dict[str, dict[str, Any]] = {}
    for body in words:
        figures.setdefault(str(body["incident"]), {}).update(body.get("figures", {}))
    amended = {id_ for id_, given in figures.items() if given}
    amended |= {str(body["incident"]) for body in words if "merge" in body or "split" in body}
    return Scores(
        corrections=len(words),
        rules=_by_rule(alerts, false, amended),
        sources=_by_source(alerts, false, figures),
    )


def _corrections(db: sqlite3.Connection) -> Iterable[dict[str, Any]]:
    """The bodies of the corrections that were accepted, oldest first."""
    rows = db.execute(
        "SELECT data FROM journal WHERE substr(data, 1, ?) = ? AND position NOT IN"
        " (SELECT position FROM log WHERE reason = 'correction_refused') ORDER BY position",
        (len(_CONTROL), _CONTROL),
    )
    for (data,) in rows:
        entry = decode_entry(bytes(data))
        if isinstance(entry, Control) and entry.command == COMMAND:
            yield entry.body


def _by_rule(alerts: list[dict[str, Any]], false: set[str], amended: set[str]) -> dict[str, Score]:
    spoken_of: dict[tuple[str, str], set[str]] = {}
    for alert in alerts:
        ids = spoken_of.setdefault((alert["rule"], alert["root"]), set())
        ids |= {incident["id"] for incident in alert["incidents"]}
    found: dict[str, Score] = {}
    for (rule, _), ids in sorted(spoken_of.items()):
        score = found.setdefault(rule, Score())
        score.told += 1
        score.false += bool(ids & false)
        score.amended += bool(ids & amended) and not ids & false
    for score in found.values():
        score.precision = round(1 - score.false / score.told, 3)
    return found


def _by_source(alerts: list[dict[str, Any]], false: set[str], figures: dict[str, dict[str, Any]]) -> dict[str, Score]:
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for alert in alerts:
        for incident in alert["incidents"]:
            for claim in incident["claims"]:
                said = latest.setdefault((claim["source"], incident["id"]), {})
                said[claim["measure"]] = claim["low"]
    found: dict[str, Score] = {}
    for (source, id_), said in sorted(latest.items()):
        given = figures.get(id_, {})
        if source == ANALYST:
            continue
        score = found.setdefault(source, Score())
        score.told += 1
        score.false += id_ in false
        score.amended += id_ not in false and any(said.get(m, value) != value for m, value in given.items())
    for score in found.values():
        score.precision = round(1 - (score.false + score.amended) / score.told, 3)
    return found
