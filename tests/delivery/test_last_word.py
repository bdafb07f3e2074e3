"""12, then 7 (corrected): the 7 is the last word at everyone who may have seen the 12."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from alerts.config import load
from alerts.monitor import Monitor
from streams.article import Article
from streams.engines.sqlite import transaction

from .receiver import Receiver, Reply

Receive = Callable[..., Receiver]

CONFIG = """
rules:
  - {{id: deadly, when: "attack.*", measure: killed, by: [country], severity: {{warning: 5, critical: 10}}}}
routes:
  - {{match: {{severity: critical}}, to: [desk, pager]}}
  - {{to: [desk]}}
destinations:
  desk: {{webhook: "{desk}", allow_private: true}}
  pager: {{webhook: "{pager}", allow_private: true}}
"""


class Running:
    """A monitor that delivers, fed by hand."""

    def __init__(self, folder: Path, desk: Receiver, pager: Receiver) -> None:
        path = folder / "t.yml"
        path.write_text(CONFIG.format(desk=desk.url, pager=pager.url), encoding="utf-8")
        self.monitor = Monitor(load(path, {}), folder / "s.db", deliver=True, workers=0)
        assert self.monitor.deliverer is not None
        self.monitor.deliverer.start()
        self.monitor.adopt_config(int(datetime(2026, 3, 25, 5, 0, tzinfo=UTC).timestamp()))

    def hear(self, killed: str, minute: int, revision: int, *, correction: str = "") -> None:
        moment = datetime(2026, 3, 25, 5, minute, tzinfo=UTC)
        body = (
            f"{correction}Militants attacked an army post near Djibo in northern Burkina Faso on Tuesday night, "
            f"killing {killed} soldiers, a security source said on Wednesday."
        )
        article = Article(
            id="djibo", feed="sc", source="Sahel Courier", title="Attack on army post near Djibo", body=body,
            published=datetime(2026, 3, 25, 5, 30, tzinfo=UTC), received=moment, revision=revision,
        )  # fmt: skip
        store = self.monitor.store
        with transaction(store.writer):
            store.writer.execute(
                "INSERT INTO articles (received, data) VALUES (?, ?)",
                (int(moment.timestamp()), msgspec.json.encode(article)),
            )
        self.monitor.engine.drain_some()


@pytest.fixture
def pager(receive: Receive) -> Receiver:
    return receive()


def running(folder: Path, desk: Receiver, pager: Receiver) -> Iterator[Running]:
    made = Running(folder, desk, pager)
    try:
        yield made
    finally:
        made.monitor.close()


def figures(receiver: Receiver) -> list[tuple[str, float]]:
    return [(r.json["data"]["kind"], r.json["data"]["measure"]["value"]) for r in receiver.requests]


@pytest.mark.parametrize("first", [Reply(), Reply(reset=True)])
def test_seven_is_the_last_word_everywhere(tmp_path: Path, receive: Receive, pager: Receiver, first: Reply) -> None:
    desk = receive(first)
    for monitor in running(tmp_path, desk, pager):
        monitor.hear("12", 34, 1)
        desk.wait(1)
        pager.wait(1)
        monitor.hear("seven", 50, 2, correction="CORRECTION: Seven soldiers were killed, not 12. ")
        assert monitor.monitor.deliverer is not None
        assert monitor.monitor.deliverer.wait_idle(timeout=20)
    assert figures(desk)[0] == ("alert", 12)
    assert figures(desk)[-1] == ("update", 7)
    assert figures(pager) == [("alert", 12), ("update", 7)]
    assert len({r.id for r in desk.requests}) == 2


def test_worse_band_that_falls_back_is_corrected_at_those_that_only_it_had(
    tmp_path: Path, receive: Receive, pager: Receiver
) -> None:
    desk = receive()
    for monitor in running(tmp_path, desk, pager):
        monitor.hear("six", 34, 1)
        desk.wait(1)
        monitor.hear("12", 40, 2)
        pager.wait(1)
        monitor.hear("two", 50, 3, correction="CORRECTION: Two soldiers were killed, not 12. ")
        assert monitor.monitor.deliverer is not None
        assert monitor.monitor.deliverer.wait_idle(timeout=20)
    assert figures(desk) == [("alert", 6), ("alert", 12), ("cancel", 2)]
    assert figures(pager) == [("alert", 12), ("cancel", 2)]
