"""An alert, its update and its cancel on each service: edited, answered in a thread, resolved, or told anew."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from slack_sdk.models.blocks import Block

from alerts.channels import Answer, Channel, Message, Timeouts
from alerts.deliver import Deliverer
from streams.codec import canonical

from .invented import alert, plan, states
from .kinds import HUSH, channel, destination
from .receiver import Receiver, Reply

Receive = Callable[..., Receiver]

FIRST = "2026-03-02T13:20:00+00:00"
KINDS = {1: "alert", 2: "update", 3: "cancel"}
OK = json.dumps({"ok": True, "channel": "C0123", "ts": "1772460000.000100"})


def message(revision: int, before: dict[str, str] | None = None, **more: Any) -> Message:
    item = alert(revision=revision, kind=more.pop("kind", KINDS[revision]), **more)
    about: dict[str, Any] = {"told_at": FIRST if revision > 1 else None, "before": before}
    return Message(id=f"nt_{revision}", alert=item, data=canonical(item), now=time.time(), **about)


def tell(sender: Channel, whole: Message) -> tuple[Answer, str]:
    answer = sender.send(sender.render(whole))
    return answer, sender.verdict(answer)


# --- Slack --------------------------------------------------------------------------------------------------------


def slack(receiver: Receiver) -> Channel:
    return channel("slack", receiver.url.removesuffix("/in"))


def test_slack_edits_the_message_and_answers_in_its_thread(receive: Receive) -> None:
    receiver = receive(then=Reply(200, OK))
    sender = slack(receiver)
    first, _ = tell(sender, message(1))
    second, verdict = tell(sender, message(2, first.handle))
    third, _ = tell(sender, message(3, second.handle))
    assert verdict == "delivered"
    assert first.handle == second.handle == third.handle == {"channel": "C0123", "ts": "1772460000.000100"}
    posted, edited, answered, edited_again, answered_again = receiver.requests
    assert [request.path for request in receiver.requests] == [
        *("/api/chat.postMessage", "/api/chat.update", "/api/chat.postMessage"),
        *("/api/chat.update", "/api/chat.postMessage"),
    ]
    assert posted.headers["authorization"].startswith("Bearer xoxb-")
    assert posted.json["blocks"][0]["text"]["text"] == "CRITICAL: 12 killed in Varda in 24 h"
    assert (edited.json["channel"], edited.json["ts"]) == ("C0123", "1772460000.000100")
    assert edited.json["blocks"][0]["text"]["text"] == "CRITICAL: 12 killed in Varda in 24 h (updated 13:22)"
    assert answered.json["thread_ts"] == "1772460000.000100"
    assert answered.json["text"].startswith("UPDATE of the 13:20 alert: 12 killed in Varda in 24 h\nChanged: killed 9")
    assert answered.json["reply_broadcast"] is False
    assert edited_again.json["blocks"][0]["text"]["text"] == "CANCELED: 12 killed in Varda in 24 h"
    assert answered_again.json["reply_broadcast"] is True, "a cancel is shown in the channel too"


def test_a_worse_band_is_shown_in_the_channel_too(receive: Receive) -> None:
    receiver = receive(then=Reply(200, OK))
    tell(slack(receiver), message(2, {"channel": "C0123", "ts": "1.2"}, kind="alert"))
    assert receiver.requests[1].json["reply_broadcast"] is True


def test_the_message_to_edit_is_remembered_over_a_restart(
    store: sqlite3.Connection, receive: Receive, deliver: Callable[..., Deliverer]
) -> None:
    receiver = receive(then=Reply(200, OK))
    where = destination("slack", receiver.url.removesuffix("/in"))
    for revision in (1, 2):
        plan(store, alert(revision=revision, kind=KINDS[revision]))
        deliverer = deliver(where)
        assert deliverer.wait_idle(5)
        deliverer.stop(5)
    assert [request.path for request in receiver.requests] == [
        *("/api/chat.postMessage", "/api/chat.update", "/api/chat.postMessage")
    ]
    assert receiver.requests[1].json["ts"] == receiver.requests[2].json["thread_ts"] == "1772460000.000100"


def test_a_template_that_fails_when_it_matters_gives_way_and_is_told_once(
    store: sqlite3.Connection,
    receive: Receive,
    deliver: Callable[..., Deliverer],
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver = receive(then=Reply(200, OK))
    where = destination("slack", receiver.url.removesuffix("/in"), texts={"": "{{ 1 / (alert.revision - 1) }}"})
    plan(store, alert("al_a"), alert("al_b"))
    assert deliver(where).wait_idle(5)
    assert [state for _, state in states(store)] == ["delivered", "delivered"]
    assert all("Gunmen killed 5 soldiers" in request.json["text"] for request in receiver.requests)
    told = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 1
    assert 'the text template of destination "desk" for rule "mass-casualty" failed at line 1' in told[0].getMessage()


@pytest.mark.parametrize("word", ["message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"])
def test_what_cannot_be_edited_is_told_anew(receive: Receive, word: str) -> None:
    receiver = receive(Reply(200, json.dumps({"ok": False, "error": word})), then=Reply(200, OK.replace("100", "200")))
    answer, verdict = tell(slack(receiver), message(2, {"channel": "C0123", "ts": "1.2"}))
    assert verdict == "delivered"
    assert answer.handle == {"channel": "C0123", "ts": "1772460000.000200"}, "the next edit is of the new message"
    _, posted = receiver.requests
    assert "thread_ts" not in posted.json
    assert "12 killed in Varda" in posted.json["blocks"][0]["text"]["text"]


def test_an_edit_that_fails_for_now_is_tried_again_as_a_whole(receive: Receive) -> None:
    receiver = receive(Reply(429, "slow down", {"Retry-After": "3"}), then=Reply(200, OK))
    answer, verdict = tell(slack(receiver), message(2, {"channel": "C0123", "ts": "1.2"}))
    assert (verdict, answer.retry_after, len(receiver.requests)) == ("retry", "3", 1)


def test_plain_text_takes_the_blocks_of_an_edited_message_away(receive: Receive) -> None:
    receiver = receive(then=Reply(200, OK))
    sender = slack(receiver)
    sender.send(sender.plain(message(2, {"channel": "C0123", "ts": "1.2"})))
    assert receiver.requests[0].json["blocks"] == []
    assert "blocks" not in receiver.requests[1].json


@pytest.mark.parametrize("kind", ["slack_webhook", "slack"])
@pytest.mark.parametrize("revision", [1, 2, 3])
def test_slack_s_own_block_classes_accept_the_blocks(kind: str, revision: int) -> None:
    before = {"channel": "C0123", "ts": "1.2"} if kind == "slack" and revision > 1 else None
    long = [alert().evidence[0]] * 60
    for more in ({}, {"title": "<&> 😀" * 3000, "readback": "&" * 20_000, "evidence": long}):
        payload = channel(kind).render(message(revision, before, **more))
        for body in filter(None, (payload.body, payload.edit)):
            blocks = json.loads(body).get("blocks", [])
            parsed = Block.parse_all(blocks)
            assert len(parsed) == len(blocks)
            for block in parsed:
                block.validate_json()
                assert block.to_dict()["type"] in ("header", "section", "context")


# --- Discord ------------------------------------------------------------------------------------------------------


def discord(receiver: Receiver) -> Channel:
    return channel("discord", receiver.url.removesuffix("/in"))


def test_discord_edits_the_first_message_and_tells_what_is_new(receive: Receive) -> None:
    receiver = receive(Reply(200, '{"id":"1"}'), Reply(200, '{"id":"1"}'), Reply(200, '{"id":"2"}'))
    sender = discord(receiver)
    first, _ = tell(sender, message(1))
    second, verdict = tell(sender, message(2, first.handle))
    assert verdict == "delivered"
    assert first.handle == second.handle == {"message": "1"}
    posted, edited, told = receiver.requests
    path = posted.path.removesuffix("?wait=true")
    assert [(r.method, r.path) for r in receiver.requests] == [
        ("POST", f"{path}?wait=true"),
        ("PATCH", f"{path}/messages/1"),
        ("POST", f"{path}?wait=true"),
    ]
    assert edited.json["embeds"][0]["title"] == r"CRITICAL: 12 killed in Varda in 24 h \(updated 13:22\)"
    assert told.json["embeds"][0]["title"] == "UPDATE of the 13:20 alert: 12 killed in Varda in 24 h"


def test_a_message_that_was_deleted_on_discord_holds_nothing_up(receive: Receive) -> None:
    receiver = receive(Reply(404, '{"message":"Unknown Message","code":10008}'), Reply(200, '{"id":"7"}'))
    answer, verdict = tell(discord(receiver), message(2, {"message": "1"}))
    assert (verdict, answer.handle) == ("delivered", {"message": "7"})


# --- those that cannot edit ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["slack_webhook", "teams", "mattermost", "terminal"])
def test_an_update_says_which_alert_it_updates(kind: str) -> None:
    sender = channel(kind)
    update, cancel = (sender.render(message(revision)).body.decode() for revision in (2, 3))
    assert "UPDATE of the 13:20 alert: 12 killed in Varda in 24 h" in update
    assert "killed 9 → 12" in update
    assert "CANCELED: 12 killed in Varda in 24 h" in cancel
    assert "This takes back the alert of 13:20." in cancel


# --- PagerDuty ----------------------------------------------------------------------------------------------------


def test_pagerduty_triggers_and_resolves_under_the_root_s_key(receive: Receive) -> None:
    receiver = receive(then=Reply(202, "{}"))
    sender = channel("pagerduty", receiver.url.removesuffix("/in"))
    for revision in (1, 2, 3):
        tell(sender, message(revision))
    events = [request.json for request in receiver.requests]
    assert [event["event_action"] for event in events] == ["trigger", "trigger", "resolve"]
    assert {event["dedup_key"] for event in events} == {"al_one"}
    assert all(len(event["routing_key"]) == 32 for event in events)
    assert events[0]["payload"]["severity"] == "critical"
    [link] = events[0]["links"]
    assert link == {"href": "https://news.example/1?a=1&b=2", "text": "Meridian Wire, 2 Mar 2026 09:00 UTC"}


def test_pagerduty_can_be_told_of_updates_without_a_new_incident(receive: Receive) -> None:
    receiver = receive(then=Reply(202, "{}"))
    sender = channel("pagerduty", receiver.url.removesuffix("/in"), updates="acknowledge")
    tell(sender, message(2))
    assert receiver.requests[0].json["event_action"] == "acknowledge"


# --- e-mail -------------------------------------------------------------------------------------------------------


class Post:
    """What a mail server does with mail, and what it got."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []
        self.recipients: dict[str, str] = {}
        self.content = "250 taken"
        self.users: list[str] = []
        self.password = f"{HUSH}-password"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return self.content

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.users.append(data.login.decode())
        return AuthResult(success=data.password.decode() == self.password, handled=False)


@pytest.fixture
def post() -> Iterator[tuple[Post, str]]:
    handler = Post()
    options: dict[str, Any] = {"authenticator": handler.authenticate, "auth_require_tls": False}
    server = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    yield handler, f"smtp://127.0.0.1:{server.port}"
    server.stop()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_mails_of_a_root_are_one_thread(post: tuple[Post, str]) -> None:
    handler, url = post
    sender = channel("email", smtp=url)
    for revision in (1, 2, 3):
        assert tell(sender, message(revision))[1] == "delivered"
    to, first = handler.mails[0]
    update, cancel = (mail for _, mail in handler.mails[1:])
    assert to == ["desk@news.example", "night@news.example"]
    assert handler.users == ["tocsin"] * 3
    assert first["Subject"] == "CRITICAL: 12 killed in Varda in 24 h"
    assert first["Message-ID"] == "<al_one@news.example>"
    assert "References" not in first
    assert update["Subject"] == "UPDATE of the 13:20 alert: 12 killed in Varda in 24 h"
    assert [mail["References"] for mail in (update, cancel)] == ["<al_one@news.example>"] * 2
    assert [mail["Message-ID"] for mail in (update, cancel)] == ["<nt_2@news.example>", "<nt_3@news.example>"]
    text, html = (part.get_content() for part in first.iter_parts())
    assert "“Gunmen killed 5 soldiers near Varda, police said.”" in text
    assert '<a href="https://news.example/1?a=1&amp;b=2">Meridian Wire, 2 Mar 09:00 UTC</a>' in html


def test_a_mail_cannot_bring_mark_up_or_headers_along(post: tuple[Post, str]) -> None:
    handler, url = post
    title = "12 killed\r\nBcc: everyone@news.example\r\n\r\n<script>alert(1)</script>"
    tell(channel("email", smtp=url), message(1, title=title))
    mail = handler.mails[0][1]
    assert mail["Bcc"] is None
    assert "Bcc: everyone@news.example" in mail["Subject"]
    html = list(mail.iter_parts())[1].get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("recipients", "content", "verdict", "status"),
    [
        ({}, "250 taken", "delivered", 250),
        ({}, "451 try later", "retry", 451),
        ({}, "421 shutting down", "retry", 421),
        ({}, "552 too large", "invalid", 552),
        ({}, "554 looks like spam", "invalid", 554),
        ({"desk@news.example": "550 unknown", "night@news.example": "550 unknown"}, "", "park", 550),
        ({"desk@news.example": "450 busy", "night@news.example": "550 unknown"}, "", "retry", 450),
        ({"desk@news.example": "550 unknown"}, "250 taken", "delivered", 250),
        ({"desk@news.example": "450 greylisted"}, "250 taken", "retry", 450),
    ],
)
def test_every_answer_of_a_mail_server(
    post: tuple[Post, str], recipients: dict[str, str], content: str, verdict: str, status: int
) -> None:
    handler, url = post
    handler.recipients, handler.content = recipients, content
    answer, found = tell(channel("email", smtp=url), message(1))
    assert (found, answer.status) == (verdict, status)
    if "550 unknown" in recipients.values() and verdict == "delivered":
        assert "refused for desk@news.example: 550 unknown" in answer.text


def test_one_who_took_the_mail_gets_no_repeat_while_another_is_greylisted(post: tuple[Post, str]) -> None:
    handler, url = post
    handler.recipients = {"desk@news.example": "450 greylisted"}
    sender = channel("email", smtp=url)
    assert tell(sender, message(1))[1] == "retry"
    handler.recipients = {}
    assert tell(sender, message(1))[1] == "delivered"
    assert [to for to, _ in handler.mails] == [["night@news.example"], ["desk@news.example"]]


def test_a_wrong_password_parks_and_comes_back_in_no_answer(post: tuple[Post, str]) -> None:
    handler, url = post
    handler.password = "another"
    answer, verdict = tell(channel("email", smtp=url), message(1))
    assert (verdict, answer.status) == ("park", 535)
    assert HUSH not in repr(answer)


def test_a_password_is_not_sent_in_the_clear_nor_mail_to_an_internal_server(post: tuple[Post, str]) -> None:
    handler, url = post
    answer, verdict = tell(channel("email", smtp=url, private=False), message(1))
    assert (verdict, handler.mails, handler.users) == ("park", [], [])
    assert "allow_private: true" in answer.text


def test_a_mail_server_that_is_gone_or_silent() -> None:
    import socket

    gone = channel("email", smtp=f"smtp://127.0.0.1:{free_port()}")
    assert tell(gone, message(1))[1] == "retry"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        waiting = channel(
            "email", smtp=f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeouts=Timeouts(connect=1, read=0.3)
        )
        began = time.monotonic()
        assert tell(waiting, message(1))[1] == "retry"
        assert time.monotonic() - began < 1.5
