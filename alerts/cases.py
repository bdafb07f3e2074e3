"""Which mistakes are not to be made again? Every analyst's correction with the articles that led to it, as a case.

A case is a folder: ``articles.jsonl`` for ``tocsin replay``, ``expected.jsonl`` for its ``--expect``, and
``case.json`` with the correction. What is expected is what the rules would have said of those articles, had they been
read as the analyst does: the same fold, with his word known from the beginning.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from alerts.alert import Alert
from alerts.decide import Decide
from alerts.past import Moment, Past
from streams import corrections, world
from streams.article import Article, Count, Event, Report
from streams.happenings import Mention
from streams.journal import Control, Reading, Record, Tick
from streams.state import State
from streams.times import iso
from streams.tolls import want_of

_ARTICLE = (
    "id", "title", "body", "published", "updated", "received", "source", "url", "language", "revision", "status",
)  # fmt: skip


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One correction: the journal's entry, and what the fold knew just before it."""

    record: Record
    body: dict[str, Any]
    before: Moment
    mentions: tuple[Mention, ...]
    """Of the incident, and of the one that it is merged with."""


def found(past: Past) -> Iterator[Case]:
    """Every correction that changed something, of those whose articles the store still keeps, oldest first."""
    base = past.base()
    for record in (one for one in past.controls(corrections.COMMAND) if one.position > base):
        assert isinstance(record.entry, Control)
        body, before = record.entry.body, past.moment(record.position - 1)
        table = world.happenings(before.state)
        told = [table.get(str(body[name])) for name in ("incident", "merge") if name in body]
        mentions = [m for happening in told if happening for m in happening.mentions]
        if not corrections.correct(body, record.position, record.received, before.state, table.get).refused:
            yield Case(record=record, body=body, before=before, mentions=tuple(mentions))


def export(connection: sqlite3.Connection, folder: Path) -> int:
    """Write every correction of a store as a case below a folder. Gives how many."""
    past, count = Past(connection), 0
    for count, case in enumerate(found(past), 1):
        positions = sorted({m.position for m in case.mentions})
        place = folder / f"{count:02d}-{case.body['incident']}"
        place.mkdir(parents=True, exist_ok=True)
        articles = [_line(article) for article in _articles(connection, positions)]
        place.joinpath("articles.jsonl").write_bytes(b"".join(articles))
        expected = [_expected(alert) for alert in _told(case, [past.record(p) for p in positions])]
        place.joinpath("expected.jsonl").write_bytes(b"".join(expected))
        about = {"at": iso(case.record.received), **case.body}
        place.joinpath("case.json").write_bytes(msgspec.json.format(msgspec.json.encode(about)) + b"\n")
    return count


def _articles(connection: sqlite3.Connection, positions: Sequence[int]) -> Iterator[Article]:
    for position in positions:
        row = connection.execute("SELECT data FROM articles WHERE position = ?", (position,)).fetchone()
        if row is not None:
            yield msgspec.json.decode(bytes(row[0]), type=Article)


def _line(article: Article) -> bytes:
    fields = msgspec.to_builtins(article)
    return msgspec.json.encode({name: fields[name] for name in _ARTICLE if fields.get(name) is not None}) + b"\n"


def _expected(alert: Alert) -> bytes:
    """What a replay must give again: which rule says how much of what, and how loudly."""
    told = {name: getattr(alert, name) for name in ("rule", "key", "kind", "severity")}
    return msgspec.json.encode({**told, "measure": {"value": alert.measure.value}}) + b"\n"


# --- had it been read as the analyst does ---------------------------------------------------------------------------


def _told(case: Case, records: Sequence[Record]) -> list[Alert]:
    """The alerts that the rules give for these reports when the correction is known from the beginning."""
    decide, state = Decide(case.before.config, case.before.families), State()
    decide.declare(state)
    _bind(case, state)
    first = records[0].received if records else 0
    journal = [Record(position=1, received=first, entry=Control(command="config"))]
    told: list[Alert] = []

    def fold(record: Record) -> None:
        journal.append(record)
        told.extend(p.alert for p in decide.step(state, record, lambda position: journal[position - 1]).outgoing)

    decide.step(state, journal[0], lambda position: journal[position - 1])
    for record in records:
        assert isinstance(record.entry, Reading)
        while (due := decide.next_due(state)) is not None and due <= record.received:
            fold(Record(position=len(journal) + 1, received=due, entry=Tick()))
        report = _as_said(case, replace(record.entry.report, baseline=False, lateness=None))
        fold(Record(position=len(journal) + 1, received=record.received, entry=Reading(report=report)))
    while (due := decide.next_due(state)) is not None:
        fold(Record(position=len(journal) + 1, received=due, entry=Tick()))
    return told


def _bind(case: Case, state: State) -> None:
    """Let mentions that belong together or apart be linked so."""
    table = world.happenings(case.before.state)
    word = corrections.correct(case.body, case.record.position, case.record.received, case.before.state, table.get)
    for key, bond in word.bonds.items():
        corrections.bonds(state).put(key, bond)


def _as_said(case: Case, report: Report) -> Report:
    """A report with the incident's figures as the analyst gives them, or without the incident."""
    keys = {m.key for m in case.mentions}
    events = []
    for event in report.events:
        if f"{report.feed}\x1f{report.id}\x1f{event.id}" not in keys:
            events.append(event)
        elif not case.body.get("dismiss"):
            events.append(_with(event, case.body.get("figures", {})))
    return replace(report, events=tuple(events))


def _with(event: Event, figures: dict[str, int]) -> Event:
    set_ = {want_of(measure).measure: value for measure, value in figures.items()}
    counts = [count for count in event.counts if count.measure not in set_]
    counts += [
        Count(measure=measure, low=value, high=value, exactness="exact", side="victim", start=0, end=0)
        for measure, value in sorted(set_.items())
    ]
    return replace(event, counts=tuple(counts))
