"""``tocsin correct``: an analyst's word against what the articles say."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import msgspec

from alerts.cli.common import BAD_CONFIG, FAILED, stop, store_path
from alerts.config.problems import did_you_mean
from alerts.config.schema import MEASURES
from streams import world
from streams.corrections import COMMAND
from streams.engines.store import StoreError, open_reader
from streams.happenings import Happening
from streams.journal import Control

_SETS = re.compile(r"(\w+)=(.*)")
_FIGURES = tuple(measure for measure in MEASURES if measure not in ("incidents", "episodes"))
_HOW = "say killed=8, not-incident, merge OTHER, or split [ARTICLE…]"


@click.command("correct")
@click.argument("incident", required=False)
@click.argument("what", nargs=-1)
@click.option("--because", metavar="TEXT", help="Why. It goes to everyone who was told.")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option("--export", metavar="DIR", help="Write every correction in the store there, as a case to replay.")
def command(
    incident: str | None, what: tuple[str, ...], because: str | None, config: str | None, store: str | None,
    export: str | None,
) -> None:  # fmt: skip
    """Correct an INCIDENT, on a running or a stopped monitor. Those who were alerted hear of it.

    WHAT is one of: killed=8 (or another measure; several may be set at once), not-incident, merge OTHER,
    split [ARTICLE…] (those articles tell of another incident; without any, every text does).

    INCIDENT is an id that `tocsin alerts ID` or `tocsin explain ID` shows; an alert's id will do when it speaks of
    one incident.
    """
    if incident is None and export is None:
        stop(BAD_CONFIG, f"which incident? {_HOW}; or --export DIR")
    path = store_path(config, store)
    try:
        if incident is not None:
            _correct(path, incident, what, because)
        if export is not None:
            _export(path, Path(export))
    except StoreError as error:
        stop(FAILED, str(error))


def _correct(path: Path, incident: str, what: tuple[str, ...], because: str | None) -> None:
    from alerts import words

    body = _body(what)
    if not because or not because.strip():
        stop(BAD_CONFIG, "why? say it with --because TEXT: it goes to everyone who was told")
    with closing(open_reader(path)) as reader:
        body = {"incident": _incident(reader, incident).id, **body, "because": because.strip()}
        if "merge" in body:
            body["merge"] = _incident(reader, body["merge"]).id
    position = words.say(path, Control(command=COMMAND, body=body))
    if position is None:
        click.echo("it waits in the store; the monitor that uses it takes it up when it can", err=True)
        return
    _tell(path, position)


def _body(what: tuple[str, ...]) -> dict[str, Any]:
    """What is to be corrected, as the journal has it."""
    first, rest = (what[0], what[1:]) if what else ("", ())
    if first == "not-incident" and not rest:
        return {"dismiss": True}
    if first == "merge" and len(rest) == 1:
        return {"merge": rest[0]}
    if first == "split":
        return {"split": list(rest)}
    if what and all(_SETS.fullmatch(word) for word in what):
        return {"figures": dict(_figure(word) for word in what)}
    wrong = f"{' '.join(what)!r} is no correction: {_HOW}" if what else f"what is wrong? {_HOW}"
    return stop(BAD_CONFIG, wrong)


def _figure(word: str) -> tuple[str, int]:
    measure, _, value = word.partition("=")
    if measure not in _FIGURES:
        stop(BAD_CONFIG, f"no measure {measure!r}{did_you_mean(measure, _FIGURES)}; {_HOW}")
    if not value.isdecimal():
        stop(BAD_CONFIG, f"{word}: expected a whole number, 0 or more, such as {measure}=8")
    return measure, int(value)


def _incident(reader: Any, name: str) -> Happening:
    """The incident of that id, or the only one that an alert of that id speaks of."""
    ids = [name]
    row = reader.execute(
        "SELECT data FROM alerts WHERE id = ?1 OR root = ?1 ORDER BY revision DESC LIMIT 1", (name,)
    ).fetchone()
    if row is not None:
        ids = [one["id"] for one in msgspec.json.decode(bytes(row[0]))["incidents"]]
        if len(ids) != 1:
            stop(FAILED, f"{name} speaks of {len(ids)} incidents; which? {' '.join(ids)}")
    kept = world.restored(tuple(row) for row in reader.execute("SELECT name, key, value FROM state"))
    happening = world.happenings(kept).get(ids[0])
    if happening is None:
        stop(FAILED, f"no incident {name!r} is known here, or it is beyond the horizon; `tocsin alerts ID` shows ids")
    return happening


def _tell(path: Path, position: int) -> None:
    """What the correction gave: messages, or the reason why none."""
    with closing(open_reader(path)) as reader:
        told = reader.execute(
            "SELECT id, kind, data FROM alerts WHERE position >= ? ORDER BY position, rowid", (position,)
        ).fetchall()
        log = reader.execute("SELECT about, reason, detail FROM log WHERE position = ? ORDER BY n", (position,))
        lines = [tuple(row) for row in log]
    for id_, kind, data in told:
        click.echo(f"{kind} {id_}: {msgspec.json.decode(bytes(data))['title']}")
    for about, reason, detail in lines:
        if reason == "correction_refused":
            stop(FAILED, f"{about}: {detail}")
        if reason == "held_for_update" and not told:
            click.echo(f"{about}: an update follows {detail.replace('until', 'at')}")
        if reason == "beyond_revision":
            click.echo(f"{about}: {detail}")
    if not told and not any(reason in ("held_for_update", "beyond_revision") for _, reason, _ in lines):
        click.echo("noted; no message that was sent says otherwise")


def _export(path: Path, folder: Path) -> None:
    from alerts import cases

    with closing(open_reader(path)) as reader:
        written = cases.export(reader, folder)
    click.echo(f"{written} {'case' if written == 1 else 'cases'} in {folder}")
