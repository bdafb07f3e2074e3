"""``dead-letters``: what was given up or is parked is seen with its answer, and sent again on a word."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from alerts import outbox
from alerts.cli.dead_letters import command
from alerts.deliver import Deliverer

from .invented import alert, plan, slack, states, webhook
from .receiver import Receiver, Reply

Receive = Callable[..., Receiver]
Deliver = Callable[..., Deliverer]
FIELDS = {
    "id", "destination", "root", "covers", "kind", "state", "attempts", "not_before", "answer", "superseded_by",
}  # fmt: skip


def call(store: Path, *words: str) -> Result:
    return CliRunner().invoke(command, [words[0], "--store", str(store), *words[1:]])


def parked(store: sqlite3.Connection, receive: Receive, deliver: Deliver) -> Receiver:
    """A destination that refused us, with two alerts; the receiver takes everything from now on."""
    receiver = receive(Reply(404, "no_service"))
    plan(store, alert("al_a"), alert("al_b"))
    deliverer = deliver(slack(receiver.url))
    assert deliverer.wait_idle(5)
    return receiver


def test_they_are_listed_in_the_contract_s_form_with_the_answer(
    store: sqlite3.Connection, tmp_path: Path, receive: Receive, deliver: Deliver
) -> None:
    parked(store, receive, deliver)
    plan(store, alert("al_c"), to=("other",))
    found = [json.loads(line) for line in call(tmp_path / "store.db", "list").output.splitlines()]
    assert [(item["covers"], item["state"]) for item in found] == [(["al_a.1"], "parked"), (["al_b.1"], "parked")]
    assert found[0].keys() >= FIELDS
    assert found[0]["answer"] == {"status": 404, "text": "no_service"}
    table = call(tmp_path / "store.db", "list", "--format", "table").output
    assert "al_a.1" in table
    assert call(tmp_path / "store.db", "list", "--destination", "other", "--format", "table").output.strip() == (
        "no dead letters"
    )


def test_a_running_monitor_sends_what_is_redriven_and_then_the_rest(
    store: sqlite3.Connection, tmp_path: Path, receive: Receive, deliver: Deliver
) -> None:
    receiver = parked(store, receive, deliver)
    result = call(tmp_path / "store.db", "redrive", "al_b.1")
    assert (result.exit_code, result.output) == (0, "1 planned again\n")
    requests = receiver.wait(3, timeout=4)
    assert ["al_b.1" in request.body.decode() for request in requests] == [False, True, False]
    assert {state for _, state in states(store)} <= {"delivered", "sending"}


def test_a_stopped_monitor_sends_it_when_it_runs_again(
    store: sqlite3.Connection, tmp_path: Path, receive: Receive, deliver: Deliver
) -> None:
    receiver = receive(Reply(422), Reply(422), Reply(422), Reply(422))
    plan(store, alert("al_a"), alert("al_b"))
    first = deliver(webhook(receiver.url))
    assert first.wait_idle(5)
    first.stop(5)
    plan(store, alert("al_a", 2, "update"))
    result = call(tmp_path / "store.db", "redrive", "--all")
    assert result.output == "1 planned again; 1 left, a newer revision stands for them\n"
    assert deliver(webhook(receiver.url)).wait_idle(5)
    assert [request.alert for request in receiver.requests[4:]] == ["al_b.1", "al_a.2"] or [
        request.alert for request in receiver.requests[4:]
    ] == ["al_a.2", "al_b.1"]
    assert states(store) == [("al_a.1", "dead"), ("al_b.1", "delivered"), ("al_a.2", "delivered")]


def test_a_destination_that_backs_off_is_tried_at_once(
    store: sqlite3.Connection, tmp_path: Path, receive: Receive, deliver: Deliver
) -> None:
    receiver = receive(Reply(503, headers={"Retry-After": "3600"}))
    plan(store, alert())
    deliver(webhook(receiver.url))
    receiver.wait(1)
    while outbox.standing(store, "desk").not_before is None:
        time.sleep(0.01)
    assert call(tmp_path / "store.db", "redrive", "--destination", "desk").exit_code == 0
    receiver.wait(2, timeout=4)


def test_it_says_what_it_needs_and_what_it_did_not_find(store: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    nothing = call(path, "redrive")
    assert nothing.exit_code == 2
    assert "IDS, --destination NAME or --all" in nothing.output
    plan(store, alert())
    wrong = call(path, "redrive", "--destination", "dsek")
    assert wrong.exit_code == 1
    assert wrong.output == "nothing was ever planned for 'dsek'; there is desk\n"
    waiting = call(path, "redrive", "al_one.1")
    assert waiting.exit_code == 1
    assert "none of these is dead or parked" in waiting.output
    missing = call(tmp_path / "missing.db", "redrive", "--all")
    assert missing.exit_code == 1
    assert "there is no store here" in missing.output
