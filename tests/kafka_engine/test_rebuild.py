"""A desk whose disk is lost comes back from its snapshot; one that cannot go on says why, and what to do."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from crash.oracle import Receiver, check
from kafka import KafkaProducer, TopicPartition

from alerts import decider, rebuild
from alerts.decider import Desk
from alerts.ready import RefusedError
from alerts.steady import SteadyClock
from streams.engines.copying import Copy
from streams.engines.store import Store

from .broker import Broker, new_name
from .scene import Scene, example


def publish_snapshot(scene: Scene, store: str) -> int:
    """What a running desk does every hour."""
    kafka = scene.config.kafka
    assert kafka is not None
    with Desk(scene.config, scene.folder / store, topic_id=topic_id(scene)) as desk:
        needed = desk.folding.fold.needed(desk.folding.state)
        copy = Copy(desk.store.path, needed)
    producer = KafkaProducer(bootstrap_servers=scene.broker.servers)
    try:
        return rebuild.publish(copy, producer, kafka).position
    finally:
        copy.close()
        producer.close()


def topic_id(scene: Scene) -> str:
    admin = scene.broker.admin()
    try:
        return str(admin.describe_topics([scene.names["reports"]])[0]["topic_id"])
    finally:
        admin.close()


def test_a_lost_store_comes_back_and_goes_on_in_the_same_bytes(broker: Broker, tmp_path: Path) -> None:
    articles = example()
    half = len(articles) // 2
    with Scene(broker, tmp_path, partitions=1) as scene:
        worker, desk = scene.worker(), scene.desk()
        scene.produce(articles[:half])
        scene.settle(articles[:half])
        scene.stop(desk)
        before = len(scene.alerts())
        assert before > 3
        position = publish_snapshot(scene, "desk.db")
        admin = broker.admin()
        admin.delete_records({TopicPartition(scene.names["reports"], 0): position})
        admin.close()
        (tmp_path / "desk.db").rename(tmp_path / "lost.db")
        again = scene.desk()
        scene.produce(articles[half:])
        scene.settle(articles[half:])
        scene.stop(again)
        late = scene.desk("lost.db")
        scene.until("the old store goes on too", lambda: scene.decided("lost.db") >= scene.end("reports"))
        scene.stop(late, worker)
        assert scene.alerts() == scene.alerts("lost.db")
        assert len(scene.alerts()) > before
        checked = subprocess.run(
            [*scene.command, "store", "check", "--fold", "--store", str(tmp_path / "desk.db")],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stderr


def refused(scene: Scene, store: str, role: str = "decide") -> str:
    """What a start says that is refused."""
    done = subprocess.run(
        [*scene.command, "run", "-c", str(scene.path), "--store", str(scene.folder / store), "--engine", "kafka",
         "--roles", role],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2), done.stderr
    return done.stderr.decode()


def test_what_cannot_go_on_is_refused_with_what_to_do(broker: Broker, tmp_path: Path) -> None:
    with Scene(broker, tmp_path, partitions=1) as scene:
        desk = scene.desk()
        scene.until("the desk has begun", lambda: scene.decided() > 0)
        scene.write("reports", b'{"received":5,"entry":{"type":"tick"}}')
        scene.until("it is decided", lambda: scene.decided() >= scene.end("reports"))
        scene.stop(desk)
        admin = broker.admin()
        admin.delete_records({TopicPartition(scene.names["reports"], 0): 2})
        assert "no longer covers the gap" in refused(scene, "new.db")
        admin.create_topics({(two := new_name("two")): {"num_partitions": 2, "replication_factor": 1}})
        admin.close()
        Store(tmp_path / "embedded.db").close()
        text = scene.path.read_text()
        for name, said in (("nowhere", "no topic nowhere on the brokers"), (two, "must have just one")):
            scene.path.write_text(text.replace(scene.names["reports"], name))
            with pytest.raises(RefusedError, match=said) as caught:
                decider.start(scene.config, tmp_path / "desk.db", clock=SteadyClock())
            assert "tocsin kafka init" in str(caught.value)
        assert "must have just one" in refused(scene, "desk.db", "classify")


@pytest.mark.long
def test_a_start_before_the_broker_waits_and_says_so(private_broker, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    broker = private_broker()
    broker.start()
    with Scene(broker, tmp_path, partitions=1) as scene:
        articles = example()[:10]
        scene.produce(articles)
        broker.stop()
        worker, desk = scene.worker(), scene.desk()
        scene.until("both say that they wait", lambda: scene.said().count("waiting for Kafka") == 2)
        broker.start()
        scene.settle(articles)
        scene.stop(worker, desk)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_broker_that_is_away_for_a_minute_loses_nothing(private_broker, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    broker = private_broker()
    broker.start()
    articles, receiver = example(), Receiver(0.0)
    to = f"destinations:\n  desk: {{webhook: '{receiver.url}/desk', allow_private: true}}\n"
    with Scene(broker, tmp_path, partitions=2, more=to) as scene:
        running = [scene.worker(), scene.worker()]
        desk = scene.desk()
        scene.produce(articles[::2])
        scene.until("reports come", lambda: scene.end("reports") > 20)
        broker.stop()
        time.sleep(60)
        assert desk.poll() is None, scene.said()
        logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert "nothing is lost, everything waits" in logs
        for n, worker in enumerate(running):
            if worker.poll() is not None:  # as whatever keeps it would start it again
                assert worker.returncode in (70, 75), scene.said()
                running[n] = scene.worker()
        broker.start()
        scene.produce(articles[1::2])
        scene.settle(articles, within=120)
        waiting = "SELECT count(*) FROM notifications WHERE state IN ('planned', 'sending')"
        scene.until("all is delivered", lambda: scene.rows("desk.db", waiting) == [(0,)])
        scene.stop(desk, *running)
        again, _ = scene.folded()
        assert scene.alerts() == again
        assert len(again) > 10
        check("desk", receiver, [json.loads(alert) for alert in again], Counter())
    receiver.close()
