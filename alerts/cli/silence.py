"""``tocsin silence``: what nobody wants to hear for a while, by an operator's word."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.table import Table
from rich.text import Text

from alerts.cli.common import BAD_CONFIG, FAILED, stop, store_path
from alerts.config.problems import did_you_mean
from alerts.config.schema import FACTS
from alerts.config.types import Config, Match, Silence
from streams.engines.store import StoreError, open_reader
from streams.journal import Control
from streams.times import iso, parse_duration, parse_moment, seconds_of

#: Seconds before its end from which a silence is shown as ending.
SOON = 3600
_STYLES = {"ending": "yellow", "over": "dim", "ended": "dim"}


@click.group("silence")
def silence() -> None:
    """Keep quiet for a while what is known: add, list, expire. Corrections of what was told go all the same."""


@silence.command("add")
@click.argument("match", nargs=-1, required=True, metavar="FACT=VALUE…")
@click.option("--for", "lasting", metavar="DURATION", help="How long, such as 2h.")
@click.option("--until", metavar="T", help="Until this time (ISO 8601).")
@click.option("--start", metavar="T", help="From this time on (ISO 8601); default: now.")
@click.option("--comment", metavar="TEXT", help="Why. It is shown wherever the silence is.")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
def add(
    match: tuple[str, ...], lasting: str | None, until: str | None, start: str | None, comment: str | None,
    config: str | None, store: str | None,
) -> None:  # fmt: skip
    """Silence alerts with these facts: severity, rule, country, … such as country=IQ or rule=toll,spate.

    All must hold. A silence has an end: --for or --until.
    """
    path = store_path(config, store)
    if not comment or not comment.strip():
        stop(BAD_CONFIG, "why? say it with --comment TEXT: it is shown wherever the silence is")
    try:
        in_force, clock = _in_force(path)
        begin = _moment(start, "--start") if start else clock
        wanted = Silence(
            id="", match=_match(match, in_force), start=begin, end=_end(lasting, until, begin), comment=comment.strip()
        )
        if wanted.end <= max(begin, clock):
            stop(BAD_CONFIG, f"it would be over already: it ends {iso(wanted.end)}, and the clock is at {iso(clock)}")
        _set(path, wanted)
    except StoreError as error:
        stop(FAILED, str(error))


@silence.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over too.")
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl"]), help="Default: table on a terminal, else jsonl."
)
def list_(everything: bool, config: str | None, store: str | None, form: str | None) -> None:
    """Show the silences of the config and of operators, those that end first first, and what each holds."""
    path = store_path(config, store)
    try:
        rows = [row for row in _listed(path) if everything or row["state"] not in ("over", "ended")]
    except StoreError as error:
        stop(FAILED, str(error))
    if form == "jsonl" or (form is None and not sys.stdout.isatty()):
        for row in rows:
            click.echo(msgspec.json.encode(row))
        return
    from alerts.cli.show import console_for

    console_for().print(_table(rows) if rows else "no silences")


@silence.command("expire")
@click.argument("ids", nargs=-1, required=True)
@click.option("-c", "--config", help="Config that names the store.")
@click.option("--store", help="The store.")
def expire(ids: tuple[str, ...], config: str | None, store: str | None) -> None:
    """End silences early. What they held and still stands is told now."""
    path = store_path(config, store)
    try:
        known = {row["id"]: row for row in _listed(path)}
        for id_ in ids:
            _may_expire(id_, known)
        for id_ in ids:
            _expire(path, id_)
    except StoreError as error:
        stop(FAILED, str(error))


# --- what is said -------------------------------------------------------------------------------------------------


def _match(words: tuple[str, ...], config: Config) -> Match:
    """The facts of words such as country=IQ,ML. Ends the command for one that nothing could match."""
    names = {"severity": config.severities, "rule": tuple(rule.id for rule in config.rules)}
    found: Match = {}
    for word in words:
        fact, equals, values = word.partition("=")
        if not equals or not values or fact not in FACTS:
            hint = did_you_mean(fact, FACTS)
            stop(BAD_CONFIG, f"{word!r} is no FACT=VALUE{hint}; facts are {', '.join(FACTS)}")
        given = tuple(value.strip() for value in values.split(",") if value.strip())
        for value in given:
            if fact in names and value not in names[fact]:
                stop(BAD_CONFIG, f"undefined {fact} {value!r}{did_you_mean(value, names[fact])}")
        found[fact] = (*found.get(fact, ()), *given)
    return found


def _end(lasting: str | None, until: str | None, start: int) -> int:
    if (lasting is None) == (until is None):
        stop(BAD_CONFIG, "when does it end? give --for DURATION or --until T: a silence without an end is forgotten")
    if until is not None:
        return _moment(until, "--until")
    try:
        return start + parse_duration(lasting or "")
    except ValueError as error:
        return stop(BAD_CONFIG, f"--for: {error}")


def _moment(text: str, option: str) -> int:
    try:
        return seconds_of(parse_moment(text)[0])
    except ValueError:
        return stop(BAD_CONFIG, f"{option}: {text!r} is no ISO 8601 time; write 2026-03-02T09:00+01:00")


def _in_force(path: Path) -> tuple[Config, int]:
    """The config that the fold goes by, and the time: of a replay's store the journal's."""
    from alerts.config import kept
    from alerts.monitor import CONFIG_HASH
    from alerts.words import REPLAY

    with closing(open_reader(path)) as reader:
        meta = dict(reader.execute("SELECT key, value FROM meta").fetchall())
        hash_ = meta.get(CONFIG_HASH, "")
        text = meta.get(f"{kept.PREFIX}{hash_}")
        if text is None:
            raise StoreError(f"{path}: nothing was folded here yet; start `tocsin run` with it once")
        last = reader.execute("SELECT coalesce(max(received), 0) FROM journal").fetchone()[0]
    return kept.decode(text, hash_)[0], int(last if REPLAY in meta else max(last, int(time.time())))


def _set(path: Path, wanted: Silence) -> None:
    from alerts import words
    from alerts.config.quieting import silence_id
    from alerts.dispatch import SILENCE
    from alerts.dispatch.stage import match_words

    id_ = silence_id(wanted.match, wanted.start, wanted.end)
    body = {
        "id": id_,
        "match": {name: list(values) for name, values in wanted.match.items()},
        "start": wanted.start,
        "end": wanted.end,
        "comment": wanted.comment,
    }
    if words.say(path, Control(command=SILENCE, body=body)) is None:
        click.echo("it waits in the store; the monitor that uses it takes it up when it can", err=True)
    click.echo(f"{id_}: {match_words(wanted.match)} is silenced until {iso(wanted.end)}")


def _may_expire(id_: str, known: dict[str, dict[str, Any]]) -> None:
    row = known.get(id_)
    if row is None:
        stop(FAILED, f"no silence {id_!r}{did_you_mean(id_, list(known))}; `tocsin silence list --all` shows them")
    if row["set_by"] == "config":
        stop(FAILED, f"{id_} stands in the config; take it out there and reload")
    if row["state"] in ("over", "ended"):
        stop(FAILED, f"{id_} is over since {row['end']}")


def _expire(path: Path, id_: str) -> None:
    from alerts import words
    from alerts.dispatch import UNSILENCE

    position = words.say(path, Control(command=UNSILENCE, body={"id": id_}))
    if position is None:
        click.echo("it waits in the store; the monitor that uses it takes it up when it can", err=True)
        return
    with closing(open_reader(path)) as reader:
        rows = reader.execute(
            "SELECT destination, covers FROM sendings WHERE position = ? ORDER BY rowid", (position,)
        ).fetchall()
    for destination, covers in rows:
        click.echo(f"told {destination}: {', '.join(msgspec.json.decode(covers))}")
    click.echo(f"{id_} is over")


# --- what is shown ------------------------------------------------------------------------------------------------


def _listed(path: Path) -> list[dict[str, Any]]:
    """Every silence with its state and what it holds, those that end first first."""
    from alerts.dispatch.seen import held_rows, silenced_rows

    config, now = _in_force(path)
    with closing(open_reader(path)) as reader:
        held = [row.by for row in held_rows(reader) if row.why == "silenced"]
        rows = [
            *_rows(((one, one.end, False) for one in config.silences), "config", now),
            *_rows(((r.silence, r.end, r.ended is not None) for r in silenced_rows(reader)), "operator", now),
        ]
        for row in rows:
            row["holds"] = held.count(row["id"])
            row["kept_quiet"] = _kept_quiet(reader, row["id"])
    return sorted(rows, key=lambda row: (row["end"], row["id"]))


def _rows(found: Iterator[tuple[Silence, int, bool]], by: str, now: int) -> Iterator[dict[str, Any]]:
    for one, end, ended in found:
        state = "ended" if ended else "over" if end <= now else "to come" if one.start > now else "in force"
        state = "ending" if state == "in force" and end - now <= SOON else state
        yield {
            "id": one.id,
            "state": state,
            "match": {name: list(values) for name, values in one.match.items()},
            "start": iso(one.start) if one.start else None,
            "end": iso(end),
            "comment": one.comment,
            "set_by": by,
        }


def _kept_quiet(reader: sqlite3.Connection, id_: str) -> int:
    """How many alerts the log says it kept quiet."""
    rows = reader.execute("SELECT detail FROM log WHERE reason = 'silenced' AND instr(detail, ?)", (f"silence {id_} ",))
    return len({detail.partition(" to ")[0] for (detail,) in rows})


def _table(rows: list[dict[str, Any]]) -> Table:
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("silence", "state", "what", "until", "holds", "kept quiet", "comment"):
        grid.add_column(name, no_wrap=name in ("silence", "until"), overflow="fold")
    for row in rows:
        what = ", ".join(f"{name} {' or '.join(values)}" for name, values in row["match"].items())
        state = Text(row["state"], style=_STYLES.get(row["state"], ""))
        cells = (what, row["end"], str(row["holds"]), str(row["kept_quiet"]), row["comment"])
        grid.add_row(row["id"], state, *(Text(cell) for cell in cells))
    return grid
