"""``tocsin explain``: from an alert's figure to the claims, sentences and articles behind it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from textwrap import fill

import click
import msgspec

from alerts import explain, wording
from alerts.alert import Alert
from alerts.cli.common import FAILED, fallback_of, stop, store_path
from alerts.dispatch.seen import ways
from alerts.explain import ClaimTold, IncidentTold, Trail
from alerts.past import Past, PastError
from streams.engines.store import StoreError, open_reader
from streams.times import iso


@click.command("explain")
@click.argument("alert")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), help="Default: text on a terminal, else json.")
def command(alert: str, config: str | None, store: str | None, form: str | None) -> None:
    """Show how ALERT came about: the gates it passed, and from its figure the claims, sentences and articles.

    ALERT is an alert's id, or a root for its newest alert. The journal is folded again for it.
    """
    try:
        path = store_path(config, store)
        row = _row(open_reader(path), alert)
        data = bytes(row["data"])
        with closing(Past(open_reader(path), fallback_of(config))) as past:
            found = explain.trail(past, msgspec.json.decode(data, type=Alert), data, row["position"])
        sent = list(_sent(open_reader(path), row["id"]))
    except (StoreError, PastError) as error:
        stop(FAILED, str(error))
    if form == "json" or (form is None and not sys.stdout.isatty()):
        click.echo(msgspec.json.encode({**msgspec.to_builtins(found), "sent": sent}, order="sorted"))
    else:
        click.echo(in_full(found, sent))


def _row(reader: sqlite3.Connection, name: str) -> sqlite3.Row:
    row: sqlite3.Row | None = reader.execute(
        "SELECT id, position, data FROM alerts WHERE id = ?1 OR root = ?1 ORDER BY revision DESC LIMIT 1", (name,)
    ).fetchone()
    return row or stop(FAILED, f"no alert {name!r} in this store; `tocsin alerts` lists them")


def _sent(reader: sqlite3.Connection, alert: str) -> Iterator[str]:
    """What became of it, a line each destination."""
    rows = reader.execute(
        "SELECT destination, state, attempts FROM notifications WHERE alert = ? ORDER BY seq", (alert,)
    )
    for destination, state, attempts in rows:
        tries = f", {attempts} attempts" if attempts > 1 else ""
        yield f"{destination}: {state}{tries}"
    for way in ways(reader, [alert])[alert]:
        if way.gate != "told" or way.detail:
            yield way.words


# --- as people read it ----------------------------------------------------------------------------------------------


def in_full(trail: Trail, sent: list[str]) -> str:
    """The trail, top down: what was said, why, on whose word, and where it went."""
    alert = trail.alert
    same = "folded again: the same bytes" if trail.same else "FOLDED AGAIN IT IS ANOTHER: was this store changed?"
    lines = [
        f"{alert.id}: {alert.kind}, {alert.severity}, {alert.rule}",
        alert.title,
        "",
        *_wrapped(f"Said {wording.moment(alert.at)}, journal entry {trail.position}; {same}"),
        *_wrapped(f"Decided by {trail.decided_by}"),
        *(line for change in alert.changed for line in _wrapped(f"Changed: {change.text}")),
        "",
        "The gates",
        *(f"  {name:12}  {saw}" for name, saw in trail.passed),
        "",
        f"The figure: {_figure(alert)}",
        *(line for incident in trail.incidents for line in _incident(incident)),
    ]
    if trail.held_back:
        lines += ["", "Held back on the way", *(f"  {iso(x.at)}  {x.reason}: {x.detail}" for x in trail.held_back)]
    lines += ["", f"Left out of the count: {alert.excluded_total or 'nothing that tempted'}"]
    for left in alert.excluded:
        lines += _wrapped(f"{left.reason}: {wording.quote(left.sentence, 160)} {left.article}", "  ")
    lines += ["", "Sent", *(f"  {line}" for line in sent or ["nowhere: this store was not told to deliver"])]
    return "\n".join(lines)


def _figure(alert: Alert) -> str:
    measure = alert.measure
    told = wording.measured(measure.name, measure.low, measure.high)
    return f"{told}, {wording.key(alert.key) or 'everywhere'}; {alert.severity} from {measure.threshold:g}"


def _incident(incident: IncidentTold) -> Iterator[str]:
    yield from _wrapped(f"{incident.id}  {incident.share}: {incident.what}", "  ")
    if incident.more:
        yield f"    {incident.more} earlier claims"
    for claim in incident.claims:
        yield from _claim(claim)


def _claim(claim: ClaimTold) -> Iterator[str]:
    speaker = f", {claim.speaker}" if claim.speaker and claim.speaker != claim.source else ""
    yield f"    {wording.moment(claim.at)}  {claim.source}{speaker}: {claim.figure}: {claim.fate}"
    for one in claim.sentences:
        yield from _wrapped(wording.quote(one.sentence, 300), "      ")
        figure = f", the figure at {one.figure[0]}–{one.figure[1]}" if one.figure else ""
        yield f"      {one.article}, {one.field} {one.start}–{one.end}{figure}, read as {one.pattern}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return fill(text, 110, initial_indent=indent, subsequent_indent=f"{indent}  ", break_long_words=False).splitlines()
