"""From any answer of a mail server to what becomes of the notification."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alerts import outbox
from alerts.backoff import Schedule
from alerts.channels import Timeouts
from alerts.deliver import Deliverer

from .invented import alert, plan, states
from .kinds import destination
from .mailserver import MailServer

Answers = dict[str, str | None]
DELIVERED, WAITS, UNCERTAIN, PARKED, DEAD = (
    ("delivered", False),
    ("planned", False),
    ("planned", True),
    ("parked", False),
    ("dead", False),
)
#: What the server answers, what becomes of the notification, and how many mails it took in.
TABLE: dict[str, tuple[Answers, tuple[str, bool], int]] = {
    "well": ({}, DELIVERED, 1),
    "busy": ({"hello": "421 too many connections"}, WAITS, 0),
    "not us": ({"hello": "554 no service for you"}, PARKED, 0),
    "wrong password": ({"AUTH": "535 authentication failed"}, PARKED, 0),
    "login not now": ({"AUTH": "454 temporary failure"}, WAITS, 0),
    "sender refused": ({"MAIL": "550 not from here"}, PARKED, 0),
    "sender not now": ({"MAIL": "451 try later"}, WAITS, 0),
    "nobody there": ({"RCPT": "550 no such user"}, PARKED, 0),
    "greylisted": ({"RCPT": "450 greylisted"}, WAITS, 0),
    "one is gone": ({"RCPT_night@": "550 no such user"}, DELIVERED, 1),
    "one is greylisted": ({"RCPT_night@": "450 greylisted"}, WAITS, 1),
    "content refused": ({".": "554 looks like spam"}, DEAD, 2),
    "too large": ({".": "552 too large"}, DEAD, 2),
    "not now": ({".": "451 local error"}, WAITS, 1),
    "breaks before the text": ({"MAIL": None}, WAITS, 0),
    "breaks after the text": ({".": None}, UNCERTAIN, 1),
}


@pytest.fixture
def mail() -> Iterator[Callable[..., MailServer]]:
    made: list[MailServer] = []

    def make(**answers: str | None) -> MailServer:
        made.append(MailServer(**answers))
        return made[-1]

    yield make
    for server in made:
        server.close()


def first_answer(store: sqlite3.Connection, path: Path, url: str) -> tuple[str, bool]:
    """State and whether it may have arrived, after the first answer."""
    plan(store, alert())
    deliverer = Deliverer(
        path,
        (destination("email", smtp=url),),
        schedule=Schedule(first=60),
        timeouts=Timeouts(connect=1, read=1),
    )
    deliverer.start()
    query, end = "SELECT state, uncertain, answer FROM notifications", time.monotonic() + 8
    while store.execute(query).fetchone()["answer"] is None and time.monotonic() < end:
        time.sleep(0.01)
    deliverer.stop(5)
    row = store.execute(query).fetchone()
    return row["state"], bool(row["uncertain"])


@pytest.mark.parametrize("name", TABLE)
def test_every_answer(store: sqlite3.Connection, tmp_path: Path, mail: Callable[..., MailServer], name: str) -> None:
    answers, outcome, taken = TABLE[name]
    server = mail(**answers)
    assert first_answer(store, tmp_path / "store.db", server.url) == outcome
    assert len(server.mails) == taken


def test_a_server_that_is_gone_is_tried_again(
    store: sqlite3.Connection, tmp_path: Path, mail: Callable[..., MailServer]
) -> None:
    server = mail()
    server.close()
    assert first_answer(store, tmp_path / "store.db", server.url) == WAITS


def test_who_had_the_mail_does_not_get_it_again_while_another_is_tried(
    store: sqlite3.Connection, tmp_path: Path, mail: Callable[..., MailServer]
) -> None:
    server = mail(**{"RCPT_night@": "450 greylisted"})
    plan(store, alert())
    deliverer = Deliverer(
        tmp_path / "store.db", (destination("email", smtp=server.url),), schedule=Schedule(first=0.1, longest=0.2)
    )
    deliverer.start()
    while next(outbox.listing(store)).attempts < 2:
        time.sleep(0.01)
    del server.answers["RCPT night@"]
    assert deliverer.wait_idle(5)
    deliverer.stop(5)
    assert [recipients for recipients, _ in server.mails] == [("desk@news.example",), ("night@news.example",)]
    assert states(store) == [("al_one.1", "delivered")]
