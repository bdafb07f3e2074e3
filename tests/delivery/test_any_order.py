"""Whatever is planned, sent, refused, killed and redriven in whatever order: what must hold of an outbox."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts import outbox
from alerts.outbox import Attempt, Limits, Result, Work
from streams.codec import canonical
from streams.engines.sqlite import transaction

from .invented import alert, make_store

ROOTS = [f"al_{name}" for name in "abcdef"]
LIMITS = Limits(over=2, most=3)
#: Results after which the receiver may have the message.
MAY_ARRIVE = ("delivered", "uncertain")
RESULTS: tuple[Result, ...] = ("delivered", "delivered", "retry", "uncertain", "park", "dead")


class Outbox:
    """One destination, several senders; the receiver's view is kept beside."""

    def __init__(self, store: sqlite3.Connection, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.store, self.draw = store, draw
        self.revisions: dict[str, int] = {}
        self.kinds: dict[str, str] = {}
        self.in_flight: list[Work] = []
        self.stale: list[tuple[Work, Result]] = []
        self.heard: dict[str, int] = {}
        """Root → the highest revision that the receiver may have."""
        self.surely: dict[str, int] = {}
        """Root → the highest that it surely has."""
        self.unknown: set[str] = set()
        """Roots of which a message was on its way when the process died."""
        self.now = 1000.0

    def decide(self) -> None:
        """The next revision of a root that is not cancelled."""
        root, kind = self.draw(st.sampled_from(ROOTS)), self.draw(st.sampled_from(["update", "update", "cancel"]))
        red = self.draw(st.booleans())
        if self.kinds.get(root) == "cancel":
            return
        revision = self.revisions.get(root, 0) + 1
        kind = kind if revision > 1 else "alert"
        self.revisions[root], self.kinds[root] = revision, kind
        item = alert(root, revision, kind, severity="critical" if red else "warning")
        with transaction(self.store):
            outbox.plan(self.store, item, canonical(item), ["desk"], 1, urgent=red, now=self.now)

    def claim(self) -> None:
        """A sender takes what goes next."""
        if len(self.in_flight) == 3:
            return
        probing, digests = self.draw(st.booleans()), self.draw(st.booleans())
        with transaction(self.store):
            work = outbox.claim(self.store, "desk", self.now, probing=probing, digest=LIMITS if digests else None)
        if work is not None:
            going = {root for other in self.in_flight for root, _ in self.contents(other)}
            assert not going & {root for root, _ in self.contents(work)}, "two of one root are on their way"
            self.in_flight.append(work)
            self.check_order(work)

    def answer(self) -> None:
        """One that was on its way gets its answer."""
        if self.in_flight:
            work = self.in_flight.pop(self.draw(st.integers(0, len(self.in_flight) - 1)))
            self.finish(work, self.draw(st.sampled_from(RESULTS)))

    def crash(self) -> None:
        """The process dies with messages on their way; each may have arrived. What it said may come late."""
        for work in self.in_flight:
            arrived = self.draw(st.booleans())
            self.unknown |= {root for root, _ in self.contents(work)}
            if arrived:
                self.arrive(work)
            self.stale.append((work, "delivered" if arrived else "retry"))
        self.in_flight.clear()
        with transaction(self.store):
            outbox.recover(self.store, "desk")

    def late_word(self) -> None:
        """A sender that was given up on says what became of its message."""
        if not self.stale:
            return
        work, result = self.stale.pop()
        if result == "delivered":
            self.sure(work)
            self.write(work, result)
        else:
            self.write(work, "retry", failures=1)

    def redrive(self) -> None:
        """An operator's word."""
        single = self.draw(st.booleans())
        ids = [item.id for item in outbox.listing(self.store, ("parked", "dead"))][:1] if single else []
        with transaction(self.store):
            outbox.redrive(self.store, ids=ids)

    def time_passes(self) -> None:
        """Own waits end."""
        self.now += 1000

    # --- what holds -------------------------------------------------------------------------------------------------

    def one_of_a_root_is_on_its_way_and_one_waits(self) -> None:
        for states in ("('sending')", "('planned', 'parked')"):
            worst = self.store.execute(
                f"SELECT max(n) FROM (SELECT count(*) AS n FROM notifications WHERE state IN {states}"
                " AND root NOT NULL GROUP BY root)"
            ).fetchone()[0]
            assert (worst or 0) <= 1

    def check_order(self, work: Work) -> None:
        for root, revision in self.contents(work):
            assert revision >= self.heard.get(root, 0), f"{root}.{revision} goes after {self.heard[root]}"
            if self.kind_of(root, revision) == "cancel":
                assert root in self.heard or root in self.unknown, (
                    f"{root} is cancelled to someone who never heard of it"
                )
        if work.members:
            kinds = {self.kind_of(root, revision) for root, revision in self.contents(work)}
            assert kinds <= {"alert", "update"}

    def finish(self, work: Work, result: Result) -> None:
        if result in MAY_ARRIVE:
            self.arrive(work)
        if result == "delivered":
            self.sure(work)
        failing = result in ("retry", "uncertain")
        self.write(work, result, failures=int(failing), not_before=self.now + 500 if failing else None)

    def write(self, work: Work, result: Result, **more: Any) -> None:
        with transaction(self.store):
            answer = {"status": None, "text": result}
            outbox.record(self.store, Attempt(work=work, result=result, answer=answer, at=self.now, **more))

    def arrive(self, work: Work) -> None:
        for root, revision in self.contents(work):
            self.heard[root] = max(self.heard.get(root, 0), revision)

    def sure(self, work: Work) -> None:
        for root, revision in self.contents(work):
            self.surely[root] = max(self.surely.get(root, 0), revision)

    def contents(self, work: Work) -> list[tuple[str, int]]:
        rows = self.store.execute("SELECT id, root, revision FROM notifications WHERE root NOT NULL").fetchall()
        ids = work.members or (work.id,)
        return [(row["root"], row["revision"]) for row in rows if row["id"] in ids]

    def kind_of(self, root: str, revision: int) -> str:
        row = self.store.execute("SELECT kind FROM alerts WHERE id = ?", (f"{root}.{revision}",)).fetchone()
        return str(row["kind"])

    def drain(self) -> None:
        """Everybody answers well from now on: then nothing is lost."""
        for work in self.in_flight:
            self.finish(work, "delivered")
        self.in_flight.clear()
        for _ in range(100):
            with transaction(self.store):
                outbox.redrive(self.store)
                work = outbox.claim(self.store, "desk", self.now + 1e6, probing=True)
            if work is None:
                break
            self.check_order(work)
            self.finish(work, "delivered")
        assert not outbox.busy(self.store, ["desk"])
        for root, revision in self.revisions.items():
            told = self.surely.get(root, 0) == revision
            never = self.kinds[root] == "cancel" and root not in self.heard and root not in self.unknown
            assert told or never, f"{root}.{revision} was lost"


STEPS = (
    Outbox.decide, Outbox.decide, Outbox.claim, Outbox.claim, Outbox.answer, Outbox.answer, Outbox.crash,
    Outbox.late_word, Outbox.redrive, Outbox.time_passes,
)  # fmt: skip


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        yield Path(name)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_happens(folder: Path, data: st.DataObject) -> None:
    store = make_store(folder / "store.db")
    for table in ("notifications", "alerts", "destinations"):
        store.execute(f"DELETE FROM {table}")
    one = Outbox(store, data.draw)
    for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=20, max_size=60)):
        step(one)
        one.one_of_a_root_is_on_its_way_and_one_waits()
    one.drain()
    store.close()
