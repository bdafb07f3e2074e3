"""A day's outage of one destination in four, in simulated time, while news goes on."""

from __future__ import annotations

import gc
import logging
import random
import resource
import sqlite3
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import outbox
from alerts.alert import Alert, Measure
from alerts.backoff import Schedule
from alerts.channels import Answer
from alerts.deliver import Deliverer
from streams.codec import canonical
from streams.engines.sqlite import transaction

from .invented import alert, make_store
from .simulated import SimulatedClock, Told, Town, simulated, told

HOUR, DAY = 3600.0, 86_400.0
DESTINATIONS = (
    simulated("dead", "chat"),
    simulated("chat", "chat"),
    simulated("hook", "hook"),
    simulated("archive", "hook"),
)
NAMES = tuple(item.id for item in DESTINATIONS)
#: Seconds in which an alert is with a destination that is well: its rate, and a back-off after nothing at all.
ON_TIME = 5.0


@pytest.fixture
def quick_store() -> Iterator[sqlite3.Connection]:
    """A store where a commit costs no disk, since this test makes many thousands."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        connection = make_store(Path(folder) / "store.db")
        yield connection
        connection.close()


class News:
    """Alerts and corrections, decided over time."""

    def __init__(self, store: sqlite3.Connection, clock: SimulatedClock, deliverer: Deliverer) -> None:
        self.store, self.clock, self.deliverer = store, clock, deliverer
        self.chance = random.Random(20260302)
        self.roots: dict[str, Told] = {}
        self.decided: dict[str, float] = {}

    def alert(self) -> None:
        """A new root; one in ten is critical."""
        severity = "critical" if self.chance.random() < 0.1 else "warning"
        self._decide(alert(f"al_{len(self.roots):05}", severity=severity, measure=self._figure()))

    def correction(self) -> None:
        """An update with another figure, or a cancel, of a root that stands."""
        root = self.chance.choice([item for item in self.roots.values() if item.kind != "cancel"])
        kind = self.chance.choice(["update", "update", "cancel"])
        self._decide(
            alert(root.root, root.revision + 1, kind, severity=root.severity, measure=self._figure(), changed=[])
        )

    def _figure(self) -> Measure:
        killed = self.chance.randint(5, 500)
        return Measure(name="killed", value=killed, low=killed, high=killed, threshold=5)

    def _decide(self, item: Alert) -> None:
        self.roots[item.root] = told(item)
        self.decided[item.id] = self.clock.wall()
        urgent = item.severity == "critical"
        with transaction(self.store):
            outbox.plan(
                self.store, item, canonical(item), NAMES, len(self.decided), urgent=urgent, now=self.clock.wall()
            )
        self.deliverer.wake()


def resident() -> int:
    """Megabytes of memory that this process has, after a collection."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 2**20


@pytest.mark.timeout(200)
def test_a_day_without_one_of_four_destinations(
    quick_store: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, logger="tocsin.deliver")  # what it keeps would count as memory
    clock = SimulatedClock(threads=1 + 2 * 1 + 2 * 4)
    town, store = Town(clock), quick_store
    down, up = clock.wall() + HOUR, clock.wall() + HOUR + DAY
    gone = Answer(failure="unreachable", text="cannot connect")
    town.answers["dead"] = lambda now: gone if down <= now < up else Answer(status=200, text="ok")
    deliverer = Deliverer(
        store.execute("PRAGMA database_list").fetchone()["file"],
        DESTINATIONS,
        clock=clock,
        chance=random.Random(1).random,
        schedule=Schedule(look_every=600),
        channels=town.channels(),
    )
    deliverer.start()
    news = News(store, clock, deliverer)
    for _ in range(60):
        news.alert()
        clock.pass_time(HOUR / 60)
    told_before = {item.root for _, alerts in town.of("dead") for item in alerts}
    memory = []
    for step in range(2300):
        news.alert() if step % 23 > 2 else news.correction()
        clock.pass_time(DAY / 2300)
        if step in (600, 2299):
            memory.append(resident())
    recovered = clock.wall()
    while outbox.busy(store, NAMES):
        clock.pass_time(10)
    caught_up = clock.wall() - recovered
    deliverer.stop(10)

    assert len(told_before) == 60
    for name in NAMES:
        arrived_once_and_whole(town, name, news, down)
    for name in NAMES[1:]:
        on_time(town, name, news)
    corrected_while_down(town, news, down, told_before)
    keeps_its_rate([when for when, name in town.attempts if name == "dead"])
    probes = [when for when, name in town.attempts if name == "dead" and down <= when < up]
    assert len(probes) <= DAY / 300 + 10, "more than one probe in five minutes"
    assert caught_up < 375 + 600, f"it took {caught_up:.0f} s to catch up"
    assert memory[1] - memory[0] < 12, f"memory grew: {memory} MB"
    assert all(item.state in ("delivered", "superseded") for item in outbox.listing(store))


def arrived_once_and_whole(town: Town, name: str, news: News, down: float) -> None:
    """The last revision of each root is with the destination, and each message of it came once, in order."""
    revisions: dict[str, list[int]] = defaultdict(list)
    for _, alerts in town.of(name):
        for item in alerts:
            revisions[item.root].append(item.revision)
    for root, last in news.roots.items():
        came = revisions[root]
        assert came == sorted(set(came)), f"{root} came to {name} as {came}"
        never_told = last.kind == "cancel" and not came
        assert never_told or came[-1] == last.revision, f"{root} is at {last.revision}, {name} has {came}"
    if name != "dead":
        assert sum(map(len, revisions.values())) == len(news.decided)
    digests = [alerts for _, alerts in town.of(name) if len(alerts) > 1]
    assert bool(digests) == (name == "dead")
    assert not any(item.severity == "critical" or item.kind == "cancel" for alerts in digests for item in alerts)


def on_time(town: Town, name: str, news: News) -> None:
    late = [
        (item.id, when - news.decided[item.id])
        for when, alerts in town.of(name)
        for item in alerts
        if when - news.decided[item.id] > ON_TIME
    ]
    assert not late, f"late at {name}: {late[:5]}"


def corrected_while_down(town: Town, news: News, down: float, told_before: set[str]) -> None:
    """What was decided and corrected during the outage came once, with the figure that holds, or not at all."""
    came = Counter(item.root for when, alerts in town.of("dead") if when > down for item in alerts)
    figures = {item.root: item.figure for _, alerts in town.of("dead") for item in alerts}
    corrected = {item.root for item in news.roots.values() if item.revision > 1 and item.root not in told_before}
    assert len(corrected) > 150
    for root in corrected:
        if news.roots[root].kind == "cancel":
            assert came[root] == 0, f"{root} was cancelled before it was ever sent"
        else:
            assert came[root] == 1
            assert figures[root] == news.roots[root].figure
    taken_back = [root for root in told_before if news.roots[root].kind == "cancel"]
    assert taken_back
    assert all(came[root] == 1 for root in taken_back), "who was told of it must hear that it is cancelled"


def keeps_its_rate(times: list[float]) -> None:
    """Never more than a burst of three and one a second."""
    for first in range(len(times)):
        for last in range(first, min(first + 60, len(times))):
            sent, span = last - first + 1, times[last] - times[first]
            assert sent <= 3 + span + 1.01, f"{sent} messages in {span:.1f} s"
