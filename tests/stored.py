"""A store that was folded from hand-made reports, under one config after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from alerts.alert import Alert
from alerts.config import kept
from alerts.config.types import Config
from alerts.decide import Decide
from alerts.monitor import CONFIG_HASH, SCHEMAS, OutboxSink
from builders import journal
from streams.article import Report
from streams.engines.folding import Folding
from streams.engines.store import Store
from streams.journal import Control, Tick, decode_entry, encode_entry
from streams.state import State

Entry = Report | tuple[Report, str]


class Made:
    """A store folded under one config after another, and its state and alerts as they were after each position."""

    def __init__(self, path: Path, *parts: tuple[Config, Sequence[Entry]]) -> None:
        self.path = path
        self.states: dict[int, dict[str, bytes]] = {}
        self.alerts: dict[int, list[Alert]] = {}
        store = Store(path, SCHEMAS)
        folding = Folding(store, Decide(parts[0][0], {}), OutboxSink((), plan=False), lambda _: None)
        for settings, reports in parts:
            folding.fold = Decide(*kept.decode(kept.encode(settings, {}), settings.hash))
            store.set_meta(f"{kept.PREFIX}{settings.hash}", kept.encode(settings, {}))
            store.set_meta(CONFIG_HASH, settings.hash)
            records = journal(*reports)
            adopted = Control(command="config", body={"hash": settings.hash})
            self._note(folding, folding.append(adopted, records[0].received))
            for record in records:
                while (due := folding.fold.next_due(folding.state)) is not None and due <= record.received:
                    self._note(folding, folding.append(Tick(), due))
                entry = decode_entry(encode_entry(record.entry))
                self._note(folding, folding.append(entry, record.received))
        folding.commit()
        store.close()

    @property
    def told(self) -> list[Alert]:
        """Every alert, oldest first."""
        return [alert for position in sorted(self.alerts) for alert in self.alerts[position]]

    def _note(self, folding: Folding, effects: Any) -> None:
        self.states[folding.position] = rows_of(folding.state)
        self.alerts[folding.position] = [p.alert for p in effects.outgoing]


def rows_of(state: State) -> dict[str, bytes]:
    """Every row of a state, encoded."""
    tables = state._tables
    return {f"{n}/{key}": msgspec.json.encode(row) for n, t in tables.items() for key, row in t.rows.items()}
