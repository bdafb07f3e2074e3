"""Workers, desks and the broker are killed, stopped, frozen and restarted while news comes in; then the judge comes.

KAFKA_SEED picks other scripts. Each is the same for the same seed, though not what it meets.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash.oracle import Receiver, caught, check
from kafka import KafkaConsumer, TopicPartition

from streams.article import Article

from .broker import Broker
from .scene import Scene, embedded, example, outcome

FIRST = int(os.environ.get("KAFKA_SEED", "1"))
DESTINATIONS = ("desk", "archive")
#: Seconds after which a silent process loses what it holds: the least that brokers allow.
SESSION = 6


@pytest.fixture(scope="module")
def hurt(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of this module's own, that may be hurt."""
    broker = Broker(tmp_path_factory.mktemp("hurt"), kafka_jars)
    broker.start()
    yield broker
    broker.stop()


class Play:
    """A scene with three workers and a desk, and what can befall it."""

    def __init__(self, scene: Scene, receiver: Receiver, seed: int) -> None:
        self.scene, self.receiver, self.chance = scene, receiver, random.Random(seed)
        self.workers = [scene.worker() for _ in range(3)]
        self.desk, self.store = scene.desk("desk-0.db"), "desk-0.db"
        self.stores = [self.store]
        self.gaps: Counter[tuple[str, str]] = Counter()
        self.told: list[str] = []

    def kill_worker(self) -> None:
        number = self.chance.randrange(3)
        self.workers[number].kill()
        self.workers[number] = self.scene.worker()

    def stop_worker(self) -> None:
        number = self.chance.randrange(3)
        self.scene.stop(self.workers[number])
        self.workers[number] = self.scene.worker()

    def freeze_worker(self) -> None:
        """It sleeps past its session, and wakes as a zombie."""
        worker = self.chance.choice(self.workers)
        worker.send_signal(signal.SIGSTOP)
        time.sleep(SESSION + 1)
        worker.send_signal(signal.SIGCONT)

    def kill_desk(self) -> None:
        self.desk.kill()
        self.desk.wait()
        self.note_gaps()
        self.desk = self.scene.desk(self.store)

    def stop_desk(self) -> None:
        self.scene.stop(self.desk)
        self.desk = self.scene.desk(self.store)

    def freeze_desk(self) -> None:
        """Another desk of the group takes over, with a store of its own, while the first sleeps; then it wakes."""
        zombie, was = self.desk, self.store
        self.store = f"desk-{len(self.stores)}.db"
        self.stores.append(self.store)
        self.desk = self.scene.desk(self.store)
        zombie.send_signal(signal.SIGSTOP)
        self.note_gaps(was)
        self.scene.until("another desk decides", lambda: self.scene.decided(self.store) > 0, 40)
        zombie.send_signal(signal.SIGCONT)
        time.sleep(2)
        self.scene.stop(zombie)

    def restart_broker(self) -> None:
        self.scene.broker.stop() if self.chance.random() < 0.5 else self.scene.broker.kill()
        time.sleep(self.chance.uniform(0, 1))
        self.scene.broker.start()

    def freeze_broker(self) -> None:
        self.scene.broker.pause()
        time.sleep(self.chance.uniform(1, SESSION + 1))
        self.scene.broker.resume()

    def note_gaps(self, store: str | None = None) -> None:
        """What a repeat may be of: what was being sent, or was sent and not yet said to others."""
        store = store or self.store
        self.gaps += caught(self.scene.folder / store)
        rows = self.scene.rows(
            store, "SELECT destination, alert FROM notifications WHERE id IN (SELECT id FROM told) AND alert NOT NULL"
        )
        self.gaps += Counter((str(destination), str(alert)) for destination, alert in rows)


OFTEN = ("kill_worker", "kill_worker", "kill_worker", "stop_worker", "kill_desk", "stop_desk")
SELDOM = ("restart_broker", "freeze_broker", "freeze_worker", "freeze_desk")


def play(broker: Broker, folder: Path, seed: int, faults: int, seldom: tuple[str, ...]) -> None:
    """One script, and its judgement."""
    receiver, articles, chance = Receiver(0.005), example(), random.Random(seed)
    more = "destinations:\n" + "".join(
        f"  {name}: {{webhook: '{receiver.url}/{name}', allow_private: true}}\n" for name in DESTINATIONS
    )
    try:
        with Scene(broker, folder, partitions=3, session=SESSION, more=more) as scene:
            acts = [*chance.choices(OFTEN, k=faults - len(seldom)), *seldom]
            chance.shuffle(acts)
            pieces = [articles[n :: len(acts) + 1] for n in range(len(acts) + 1)]
            run = Play(scene, receiver, seed)
            scene.produce(sorted(pieces[0], key=received), batch=chance.choice((1, 3)))
            scene.until("the desk has begun", lambda: scene.decided(run.store) > 0, 40)
            for act, piece in zip(acts, pieces[1:], strict=True):
                scene.produce(sorted([*piece, *chance.sample(piece, 3)], key=received), batch=chance.choice((1, 3)))
                time.sleep(chance.uniform(0.2, 1.5))
                getattr(run, act)()
            scene.settle(articles, run.store, within=90)
            judge(scene, run, articles)
    except BaseException:
        print(f"seed {seed}")
        raise
    finally:
        receiver.close()


def received(article: Article) -> float:
    assert article.received is not None
    return article.received.timestamp()


def judge(scene: Scene, run: Play, articles: list[Article]) -> None:
    """The same bytes; nothing lost; nothing under two ids; repeats only where a send was cut off; no lag."""
    scene.until("nothing waits to be sent", lambda: not waiting(scene, run.store), 40)
    scene.until("the desk's lag is gone", lambda: committed(scene) == scene.end("reports"), 20)
    assert committed(scene) <= scene.decided(run.store), "more is committed than is on disk"
    scene.stop(run.desk, *run.workers)
    again, state = scene.folded()
    for store in run.stores:
        said = scene.alerts(store)
        assert said == again[: len(said)], f"{store} says otherwise than its journal"
    assert len(scene.alerts(run.store)) == len(again) > 10
    assert outcome(state) == outcome(embedded(scene.config, articles))
    known = [json.loads(alert) for alert in again]
    for destination in DESTINATIONS:
        check(destination, run.receiver, known, run.gaps)
    ids = {(path, id_): tuple(alerts) for path, id_, alerts in run.receiver.arrived}
    singles = [key for key, alerts in ids.items() if len(alerts) == 1]
    assert len({(path, ids[path, id_]) for path, id_ in singles}) == len(singles), "one alert came under two ids"
    published = {record.key.decode(): record.value for record in scene.read("alerts")}
    assert published == {alert["id"]: data for alert, data in zip(known, again, strict=True)}


def waiting(scene: Scene, store: str) -> int:
    rows = scene.rows(store, "SELECT count(*) FROM notifications WHERE state IN ('planned', 'sending')")
    return int(rows[0][0]) if rows else 1


def committed(scene: Scene) -> int:
    consumer = KafkaConsumer(bootstrap_servers=scene.broker.servers, group_id=scene.group, enable_auto_commit=False)
    try:
        return consumer.committed(TopicPartition(scene.names["reports"], 0)) or 0
    finally:
        consumer.close(autocommit=False)


@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    ("seed", "seldom"),
    [(FIRST, ("restart_broker",)), (FIRST + 1, ("freeze_broker",)), (FIRST + 2, ("freeze_desk",))],
)
def test_faults_lose_nothing_and_change_nothing(
    hurt: Broker, tmp_path: Path, seed: int, seldom: tuple[str, ...]
) -> None:
    play(hurt, tmp_path, seed, 4, seldom)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", range(FIRST + 100, FIRST + 150))
def test_many_faults(hurt: Broker, tmp_path: Path, seed: int) -> None:
    play(hurt, tmp_path, seed, 10, tuple(random.Random(seed).sample(SELDOM, 2)))
