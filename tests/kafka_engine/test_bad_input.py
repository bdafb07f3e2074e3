"""What is no article, or too much of one, is put aside with the reason; what comes twice or late changes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from .broker import Broker
from .scene import Scene, example


def test_poison_is_named_and_the_rest_goes_on(broker: Broker, tmp_path: Path) -> None:
    good = example()[0]
    huge = replace(
        good, id="huge", body=" ".join(f"Gunmen killed {n} people in Gao on Monday." for n in range(2, 9000))
    )
    own = [("form", b"article")]
    with Scene(broker, tmp_path, partitions=1) as scene:
        worker, desk = scene.faust(), scene.desk()
        scene.write("articles", b"{broken", b"\xff\xfe\x00", b"", b"[]", b'[{"id": "x"}]')
        scene.write("articles", b'{"not": "ours"}', msgspec.json.encode(huge), msgspec.json.encode(good), headers=own)
        scene.write("reports", b"no entry", b'{"received": 5, "entry": {"type": "unheard of"}}')
        scene.settle([huge, good])
        assert listening(worker.pid) == [], "Faust's web server is up"
        scene.stop(worker, desk)
        assert worker.returncode == 0, "SIGTERM is no failure"
        dead = [{name: value.decode() for name, value in record.headers} for record in scene.read("dead_letters")]
        reasons = " | ".join(one["reason"] for one in dead)
        told = ("not JSON", "an empty record", "neither title nor body", "no article of ours", "no journal entry")
        for said in (*told, "is the most that the journal takes"):
            assert said in reasons, (said, reasons)
        assert all(one["where"] for one in dead)
        again, _ = scene.folded()
        assert again == scene.alerts()
        unreadable = scene.rows("desk.db", "SELECT place, why FROM unreadable")
        assert len(unreadable) == 2
        assert "no journal entry" in unreadable[0][1]


def listening(pid: int) -> list[str]:
    """The addresses on which a process listens."""
    links = [link for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    sockets = {os.readlink(link).removeprefix("socket:[").rstrip("]") for link in links}
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return [words[1] for words in lines if words[3] == "0A" and words[9] in sockets]


def test_doubles_and_old_versions_change_nothing(broker: Broker, tmp_path: Path) -> None:
    articles = example()[:40]
    numbered = [
        replace(item, id="n1", revision=n, title=f"{item.title} {n}") for n in (2, 1) for item in articles[10:11]
    ]
    late = [replace(item, received=item.received + timedelta(hours=1)) for item in articles if item.received]
    with Scene(broker, tmp_path, partitions=1) as scene:
        worker, desk = scene.worker(), scene.desk()
        scene.produce([*articles, *numbered])
        scene.settle([*articles, *numbered])
        said, before = scene.alerts(), scene.end("reports")
        scene.produce([*late, *numbered])
        scene.until("all came twice", lambda: scene.end("reports") >= before + len(late) + len(numbered))
        scene.settle(articles)
        scene.stop(worker, desk)
        assert scene.alerts() == said
        assert len(said) > 3
        ignored = scene.rows("desk.db", f"SELECT count(*) FROM log WHERE reason = 'ignored' AND position > {before}")
        assert ignored == [(len(late) + len(numbered),)]


@pytest.mark.long
def test_an_operators_word_goes_through_the_journal(broker: Broker, tmp_path: Path) -> None:
    articles = example()
    with Scene(broker, tmp_path, partitions=1) as scene:
        worker, desk = scene.worker(), scene.desk()
        scene.produce(articles)
        scene.settle(articles)
        last = json.loads(scene.alerts()[-1])
        said = subprocess.run(
            [*scene.command, "correct", last["incidents"][0]["id"], "not-incident", "--because", "a drill",
             "--store", str(tmp_path / "desk.db")],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
        assert b"cancel" in said.stdout or b"update" in said.stdout
        scene.stop(worker, desk)
        alone = subprocess.run(
            [*scene.command, "correct", last["incidents"][0]["id"], "killed=1", "--because", "no",
             "--store", str(tmp_path / "desk.db")],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert b"it waits in the store" in alone.stderr
        again, _ = scene.folded()
        assert again == scene.alerts()
        assert b"a drill" in b"".join(again)
        embedded = subprocess.run(
            [*scene.command, "run", "-c", str(scene.path), "--store", str(tmp_path / "desk.db")],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert embedded.returncode == 1
        assert b"its journal is a topic of Kafka" in embedded.stderr


@pytest.mark.long
def test_sigterm_leaves_the_group_at_once(broker: Broker, tmp_path: Path) -> None:
    articles = example()
    with Scene(broker, tmp_path, partitions=2, session=30) as scene:
        first, second = scene.worker(), scene.worker()
        desk = scene.desk()
        scene.produce(articles)
        scene.until("reports come", lambda: scene.end("reports") > 20)
        began = time.monotonic()
        first.terminate()
        assert first.wait(20) == 0
        scene.settle(articles, within=25)
        assert time.monotonic() - began < 25, "what the first held waited for its session to end"
        scene.stop(desk, second)
        other = scene.desk("other.db")
        scene.until("another desk decides at once", lambda: scene.decided("other.db") >= scene.end("reports"), 25)
        other.send_signal(signal.SIGKILL)
