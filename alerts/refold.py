"""The same journal, folded again: what a restart, an explanation and a proof of sameness all stand on."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.config.types import Config
from alerts.decide import Decide, encode
from streams.engines.store import Store
from streams.state import State


def refold(store: Store, config: Config, families: dict[str, str]) -> Iterator[bytes]:
    """The canonical bytes of every alert that the store's journal gives under a config, in order."""
    decide, state = Decide(config, families), State()
    decide.declare(state)
    for record in store.records():
        for planned in decide.step(state, record, store.record).outgoing:
            yield encode(planned.alert)
