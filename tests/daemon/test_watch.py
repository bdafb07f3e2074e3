"""The monitor tells its operators of its troubles: once, elsewhere than where the trouble is, and never of itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.channels import Answer, Channel, Message, Payload, Timeouts
from alerts.config import load
from alerts.config.types import Config, Destination, Watch
from alerts.facts import Facts, SourceFacts
from alerts.outbox import Health
from alerts.watch import Own, Trouble, troubles
from alerts.watcher import AN_HOUR, GAP, Telling
from daemon.running import Site, attack, config_text, push, running, until
from streams.times import iso

NOW = 2_000_000_000
WELL = Facts(
    position=9,
    clock=NOW,
    waiting=0,
    waiting_since=None,
    sources=(
        SourceFacts(
            source="desk", outcome="ok", detail="", since=NOW - 60, heard_at=NOW - 5, fresh_at=NOW - 60, articles=3
        ),
    ),
    destinations={"hook": Health(state="up", delivered=3)},
    alerts={},
    store_bytes=1,
    disk_free=10**12,
)
OWN = Own(started=NOW - 900_000, rules_since=NOW - 900_000, met=frozenset({"deadly"}))


def settings(site: Site, tmp_path: Path) -> Config:
    path = tmp_path / "tocsin.yml"
    path.write_text(config_text(tmp_path, site, watch="{to: [ops], silent: 2h, lag: 5m}").replace(
        "destinations:", f'destinations:\n  ops: {{webhook: "{site.url}/ops", allow_private: true}}'
    ), encoding="utf-8")  # fmt: skip
    return load(path, {})


def source(**more: Any) -> Facts:
    return replace(WELL, sources=(replace(WELL.sources[0], **more),))


def hook(**more: Any) -> Facts:
    return replace(WELL, destinations={"hook": Health(**{"state": "up", **more})})


@pytest.mark.parametrize(
    ("facts", "own", "key", "words"),
    [
        (WELL, {}, None, ""),
        (None, {}, "unreadable", "cannot be read"),
        (WELL, {"trouble": "database or disk is full"}, "store", "disk is full; everything waits"),
        (WELL, {"still": 400.0}, "stuck", "no decision has been made for 6m40s"),
        (replace(WELL, disk_free=9_000_000), {}, "disk", "9 MB left"),
        (replace(WELL, waiting=7, waiting_since=NOW - 301), {}, "lag", "7 articles wait to be read"),
        (replace(WELL, waiting=7, waiting_since=NOW - 299), {}, None, ""),
        (source(fresh_at=NOW - 7201), {}, "silent:desk", "nothing new for 2h"),
        (source(fresh_at=NOW - 7201, outcome="failed", detail="answered 503"), {}, "silent:desk", "answered 503"),
        (source(fresh_at=None), {"started": NOW - 60}, None, ""),
        (replace(WELL, sources=()), {}, "silent:desk", "nothing new for 10d"),
        (hook(state="parked", parked=4, answer={"status": 404, "text": "no_service"}), {}, "destination:hook",
         "404 no_service; 4 messages wait"),
        (hook(state="failing", down_since=iso(NOW - 301), waiting=2), {}, "destination:hook", "2 messages wait"),
        (hook(state="failing", down_since=iso(NOW - 200), waiting=2), {}, None, ""),
        (hook(waiting=5, waiting_since=iso(NOW - 400)), {}, "destination:hook", "5 messages wait, the oldest since"),
        (hook(dead=1), {}, "dead:hook:1", "given up"),
        (WELL, {"met": frozenset()}, "unused:deadly", "nothing that came in"),
        (WELL, {"met": frozenset(), "rules_since": NOW - 60}, None, ""),
    ],
)  # fmt: skip
def test_each_trouble_is_seen_and_nothing_else(
    site: Site, tmp_path: Path, facts: Facts | None, own: dict[str, Any], key: str | None, words: str
) -> None:
    found = troubles(facts, settings(site, tmp_path), replace(OWN, **own), NOW)
    assert [trouble.key for trouble in found] == ([key] if key else [])
    assert all(words in trouble.text for trouble in found)


class Ears(Channel):
    """A destination that hears, or does not."""

    def __init__(self) -> None:
        super().__init__(Destination(id="ops", kind="terminal", settings={}), Timeouts())
        self.heard: list[tuple[str, str]] = []
        self.deaf = False

    def render(self, message: Message) -> Payload:
        raise NotImplementedError

    def plain(self, message: Message) -> Payload:
        return Payload(body=f"{message.alert.kind}\n{message.alert.text}".encode())

    def attempt(self, payload: Payload) -> Answer:
        if self.deaf:
            return Answer(failure="unreachable")
        kind, _, text = payload.body.decode().partition("\n")
        self.heard.append((kind, text))
        return Answer(status=200)


SILENT = Trouble(key="silent:wire", text="source wire: nothing new for 2h")
BROKEN = Trouble(key="destination:ops", text="destination ops refuses", destination="ops")
ONCE = Trouble(key="quarantined:a1", text="a1 was set aside", lasting=False)


def told(*rounds: tuple[float, Sequence[Trouble]], deaf_until: float = -1) -> list[tuple[str, str]]:
    """What a destination hears over rounds of (time, troubles)."""
    ears = Ears()
    telling = Telling("ops", ears, again=6 * 3600)
    for at, found in rounds:
        ears.deaf = at < deaf_until
        telling.tell(found, "warning", at)
    return ears.heard


def test_trouble_is_told_once_again_after_hours_and_when_it_is_over() -> None:
    rounds = [(n * 15.0, [SILENT]) for n in range(2000)]
    heard = told(*rounds, (40_000.0, []), (40_100.0, []))
    assert [kind for kind, _ in heard] == ["alert", "alert", "cancel"]
    assert heard[-1][1] == "✓ over: source wire: nothing new for 2h"


def test_destination_is_never_told_of_itself() -> None:
    assert told((0.0, [BROKEN])) == []
    assert [text for _, text in told((0.0, [BROKEN, SILENT]))] == ["• source wire: nothing new for 2h"]


def test_what_happened_once_is_told_once_and_not_taken_back() -> None:
    assert told(*[(n * 60.0, [ONCE]) for n in range(800)], (60_000.0, [])) == [("alert", "• a1 was set aside")]


def test_trouble_that_flaps_says_a_dozen_things_an_hour() -> None:
    flapping = [(n * 61.0, [SILENT] if n % 2 else []) for n in range(3600 // 61)]
    assert len(told(*flapping)) == AN_HOUR


def test_who_could_not_hear_hears_later_and_is_not_hammered() -> None:
    rounds = [(n * 15.0, [SILENT]) for n in range(400)]
    assert told(*rounds, deaf_until=3000.0) == [("alert", "• source wire: nothing new for 2h")]


def test_troubles_come_together_in_one_message() -> None:
    (heard,) = told((0.0, [SILENT, ONCE]), (GAP / 2, [SILENT, ONCE]))
    assert heard[1] == "• source wire: nothing new for 2h\n• a1 was set aside"


def test_broken_destination_is_told_elsewhere_and_makes_no_alert(site: Site, tmp_path: Path) -> None:
    config = settings(site, tmp_path)
    site.status = 404
    with running(Path(config.path)) as daemon:
        push(daemon, attack("a1", "Gao, Mali", 7))
        assert until(lambda: "destination:hook" in [trouble.key for trouble in daemon.watcher.look()])
        site.status = 200
        daemon.watcher._tellings[0]._not_before = 0.0  # it was told while it did not hear
        daemon.watcher.look()
        (heard,) = site.arrived
        for _ in range(3):
            daemon.watcher.look()
    assert (heard["rule"], heard["kind"]) == ("watch", "alert")
    assert "destination hook refuses" in heard["text"]
    with sqlite3.connect(config.store) as db:
        assert [row[0] for row in db.execute("SELECT DISTINCT rule FROM alerts")] == ["deadly"]


def test_watch_without_a_destination_is_no_config_error(site: Site, tmp_path: Path) -> None:
    assert replace(settings(site, tmp_path), watch=Watch(to=())).watch == Watch(to=())
