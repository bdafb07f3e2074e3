"""What each answer of each service means, over real connections: statuses, errors in a success, no answer at all."""

from __future__ import annotations

import json
import logging
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from alerts import outbox
from alerts.backoff import told_seconds
from alerts.channels import CHANNELS, Answer, Message, Timeouts
from alerts.config.types import Destination, Secret
from alerts.deliver import Deliverer
from streams.codec import canonical

from .invented import alert, plan
from .kinds import GOOD, HUSH, OVER_HTTP, channel, destination, files
from .receiver import Receiver, Reply

Receive = Callable[..., Receiver]

COMMON = {
    **dict.fromkeys((401, 403, 404, 410), "park"),
    **dict.fromkeys((301, 302, 307, 308), "park"),
    **dict.fromkeys((429, 500, 502, 503), "retry"),
    504: "uncertain",
}
PAYLOAD_TOO_LARGE = {413: "invalid"}
STATUSES: dict[str, dict[int, str]] = {
    "slack_webhook": {200: "delivered", 400: "invalid"},
    "slack": {},
    "webhook": {200: "delivered", 201: "delivered", 202: "delivered", 204: "delivered", 400: "invalid", 422: "invalid"},
    "discord": {400: "invalid", **PAYLOAD_TOO_LARGE},
    "teams": {200: "delivered", 202: "delivered", 400: "invalid", **PAYLOAD_TOO_LARGE},
    "mattermost": {200: "delivered", 400: "invalid", **PAYLOAD_TOO_LARGE},
    "pagerduty": {202: "delivered", **PAYLOAD_TOO_LARGE},
    "apprise": {200: "delivered", 400: "invalid", **PAYLOAD_TOO_LARGE},
}


def ok_false(error: str) -> str:
    return json.dumps({"ok": False, "error": error})


#: (kind, status, body, verdict): the word in the body says more than the status does.
WORDS = [
    *(("slack_webhook", 400, word, "invalid") for word in ("invalid_payload", "user_not_found", "no_text")),
    *(("slack_webhook", 400, word, "invalid") for word in ("invalid_blocks", "invalid_blocks_format")),
    ("slack_webhook", 400, "missing_text_or_fallback_or_attachments", "invalid"),
    ("slack_webhook", 400, "too_many_attachments", "invalid"),
    *(("slack_webhook", 403, word, "park") for word in ("action_prohibited", "invalid_token")),
    ("slack_webhook", 403, "posting_to_general_channel_denied", "park"),
    *(("slack_webhook", 404, word, "park") for word in ("channel_not_found", "no_service", "no_active_hooks")),
    *(("slack_webhook", 400, word, "park") for word in ("no_team", "no_active_hooks", "no_service")),
    ("slack_webhook", 410, "channel_is_archived", "park"),
    ("slack_webhook", 500, "rollup_error", "retry"),
    ("slack_webhook", 429, '{"retry_after":1,"ok":false,"error":"rate_limited"}', "retry"),
    ("slack_webhook", 200, ok_false("invalid_blocks"), "invalid"),
    ("slack_webhook", 200, ok_false("never_heard_of"), "invalid"),
    *(("slack", 200, ok_false(word), "park") for word in ("channel_not_found", "not_in_channel", "is_archived")),
    *(("slack", 200, ok_false(word), "park") for word in ("invalid_auth", "token_revoked", "missing_scope")),
    *(("slack", 200, ok_false(word), "invalid") for word in ("msg_too_long", "invalid_blocks", "no_text")),
    *(("slack", 200, ok_false(word), "retry") for word in ("ratelimited", "internal_error", "service_unavailable")),
    ("slack", 200, ok_false("fatal_error"), "uncertain"),
    ("slack", 200, ok_false("never_heard_of"), "invalid"),
    ("slack", 200, "<html>Please log in</html>", "uncertain"),
    ("slack", 200, "", "uncertain"),
    ("slack", 429, ok_false("ratelimited"), "retry"),
    ("discord", 429, '{"message":"You are being rate limited.","retry_after":64.57,"global":false}', "retry"),
    ("discord", 404, '{"message":"Unknown Webhook","code":10015}', "park"),
    ("teams", 200, "1", "delivered"),
    ("teams", 200, "Webhook message delivery failed: Microsoft Teams endpoint returned HTTP error 429 with …", "retry"),
    ("teams", 200, "Microsoft Teams endpoint returned HTTP error 413", "invalid"),
    ("teams", 200, "Microsoft Teams endpoint returned HTTP error 404", "park"),
    ("mattermost", 404, "Couldn't find the channel", "park"),
    ("mattermost", 400, "Unable to parse incoming data", "invalid"),
    (
        "mattermost",
        400,
        '{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}',
        "park",
    ),
    (
        "pagerduty",
        400,
        '{"status":"invalid event","message":"Event object is invalid","errors":["\'payload.summary\' is missing"]}',
        "invalid",
    ),
    (
        "pagerduty",
        400,
        '{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key"]}',
        "park",
    ),
]


def message(**more: Any) -> Message:
    item = alert(**{name: more.pop(name) for name in ("kind", "revision") if name in more})
    return Message(id="nt_1", alert=item, data=canonical(item), now=time.time(), **more)


def outcome(kind: str, receiver: Receiver, whole: Message | None = None, **more: Any) -> tuple[Answer, str]:
    sender = channel(kind, receiver.url.removesuffix("/in"), **more)
    answer = sender.send(sender.render(whole or message()))
    sender.close()
    return answer, sender.verdict(answer)


def test_every_channel_over_http_is_asked() -> None:
    assert set(OVER_HTTP) == set(STATUSES) == set(GOOD) == set(CHANNELS) - {"email", "file", "terminal"}


@pytest.mark.parametrize(
    ("kind", "status", "verdict"),
    [(kind, *row) for kind in OVER_HTTP for row in {**COMMON, **STATUSES[kind]}.items()],
)
def test_every_status(receive: Receive, kind: str, status: int, verdict: str) -> None:
    receiver = receive(then=Reply(status, "why" if status != 200 else "ok"))
    answer, found = outcome(kind, receiver)
    assert (answer.status, found) == (None if kind == "apprise" and status == 200 else status, verdict)
    assert len(receiver.requests) == 1, "a channel sends once; trying again is the queue's business"


@pytest.mark.parametrize(("kind", "status", "body", "verdict"), WORDS)
def test_an_error_in_the_body(receive: Receive, kind: str, status: int, body: str, verdict: str) -> None:
    _, found = outcome(kind, receive(then=Reply(status, body)))
    assert found == verdict


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_when_all_is_well(receive: Receive, kind: str) -> None:
    receiver = receive(then=Reply(*GOOD[kind]))
    answer, found = outcome(kind, receiver)
    assert found == "delivered"
    assert receiver.requests[0].method == "POST"
    handles = {"slack": {"channel": "C0123", "ts": "1772460000.000100"}, "discord": {"message": "998877"}}
    assert answer.handle == handles.get(kind)


FORMS = {"seconds": "7", "fraction": "0.5", "date": formatdate(time.time() + 3600, usegmt=True)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [kind for kind in OVER_HTTP if kind != "apprise"])
def test_retry_after_in_every_form(receive: Receive, kind: str, form: str) -> None:
    answer, found = outcome(kind, receive(then=Reply(429, "slow down", {"Retry-After": FORMS[form]})))
    assert (found, answer.retry_after) == ("retry", FORMS[form])
    assert told_seconds(answer.retry_after, time.time()) is not None


def test_discord_s_own_seconds_go_before_the_header(receive: Receive) -> None:
    body = '{"message":"You are being rate limited.","retry_after":64.57,"global":false}'
    answer, _ = outcome("discord", receive(then=Reply(429, body, {"Retry-After": "65"})))
    assert answer.retry_after == "64.57"


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize(
    "reply",
    [Reply(reset=True), Reply(delay=1.2), Reply(body="x" * 500, drip=0.02)],
    ids=["reset", "time-out", "head drips"],
)
def test_without_an_answer_it_may_have_arrived(receive: Receive, kind: str, reply: Reply) -> None:
    began = time.monotonic()
    answer, found = outcome(kind, receive(then=reply))
    assert (answer.status, found) == (None, "uncertain")
    assert time.monotonic() - began < (4 if kind == "apprise" else 1.2), "the read time-out is for the whole answer"


@pytest.mark.parametrize("kind", [kind for kind in OVER_HTTP if kind not in ("apprise", "slack")])
def test_a_body_that_breaks_off_after_a_good_status_is_a_delivery(receive: Receive, kind: str) -> None:
    status, body = GOOD[kind]
    _, found = outcome(kind, receive(then=Reply(200 if status == 204 else status, body or "ok", cut=True)))
    assert found == "delivered"


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_refused_connection_sent_nothing(receive: Receive, kind: str) -> None:
    gone = receive()
    gone.close()
    answer, found = outcome(kind, gone)
    assert answer.status is None
    assert found == ("uncertain" if kind == "apprise" else "retry")


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_redirect_is_never_followed(receive: Receive, kind: str) -> None:
    elsewhere = receive()
    _, found = outcome(kind, receive(then=Reply(302, headers={"Location": elsewhere.url})))
    assert (found, elsewhere.requests) == ("park", [])


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_an_internal_address_is_refused(receive: Receive, kind: str) -> None:
    receiver = receive()
    answer, found = outcome(kind, receiver, private=False)
    assert (found, receiver.requests) == ("park", [])
    assert "allow_private: true" in answer.text


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("status", [404, 500])
def test_no_secret_comes_back_in_an_answer_or_a_log(
    receive: Receive, caplog: pytest.LogCaptureFixture, kind: str, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver = receive(then=Reply(status, "placeholder"))
    sender = channel(kind, receiver.url.removesuffix("/in"))
    payload = sender.render(message())
    assert HUSH not in f"{payload.body!r}{payload.headers}{payload.edit!r}", "a payload may be shown"
    first = sender.send(payload)
    [request] = receiver.requests
    echo = f"{request.path} {json.dumps(request.headers)} {request.body.decode()}"
    assert HUSH in echo or kind in ("webhook", "apprise"), "the secret went out"
    receiver.then = Reply(status, f"cannot serve {request.path} {request.headers.get('authorization')} {echo[:150]}")
    second = sender.send(payload)
    sender.close()
    for answer in (first, second):
        assert HUSH not in f"{answer!r}"
    assert HUSH not in f"{sender.destination!r}{caplog.text}"


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_no_secret_is_stored(
    store: sqlite3.Connection,
    receive: Receive,
    deliver: Callable[..., Deliverer],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver = receive(then=Reply(400, "placeholder"))
    where = destination(kind, receiver.url.removesuffix("/in"))
    receiver.then = Reply(400, f"Cannot POST {' '.join(value.reveal() for value in secrets(where))}")
    plan(store, alert())
    deliverer = deliver(where, channels=CHANNELS)
    assert deliverer.wait_idle(10)
    deliverer.stop(5)
    [listed] = outbox.listing(store)
    assert listed.state in ("dead", "parked")
    assert HUSH not in f"{listed!r}{caplog.text}"
    assert HUSH.encode() not in files(tmp_path)


def secrets(where: Destination) -> list[Secret]:
    return [value for value in where.settings.values() if isinstance(value, Secret)]


@pytest.mark.parametrize("kind", [kind for kind in OVER_HTTP if kind != "apprise"])
def test_a_connection_is_kept_and_never_reused_when_stale(receive: Receive, kind: str) -> None:
    receiver = receive(then=Reply(*GOOD[kind]))
    sender = channel(kind, receiver.url.removesuffix("/in"))
    for _ in range(3):
        assert sender.verdict(sender.send(sender.render(message()))) == "delivered"
    sender.close()
    assert len(receiver.requests) == 3


CLOSING: dict[str, dict[str, Any]] = {
    "http-1.0": {"protocol": "HTTP/1.0"},
    "said": {"headers": {"Connection": "close"}},
    "unsaid": {"closes": True},
}


@pytest.mark.parametrize("how", CLOSING)
@pytest.mark.parametrize("kind", [kind for kind in OVER_HTTP if kind != "apprise"])
def test_a_receiver_that_closes_after_each_answer_makes_nothing_uncertain(
    receive: Receive, kind: str, how: str
) -> None:
    receiver = receive(then=Reply(*GOOD[kind], **CLOSING[how]))
    sender = channel(kind, receiver.url.removesuffix("/in"))
    count = 200 if kind == "webhook" else 40
    verdicts = Counter(sender.verdict(sender.send(sender.render(message()))) for _ in range(count))
    sender.close()
    assert verdicts == {"delivered": count}
    assert len(receiver.requests) == count


def test_what_a_receiver_cannot_know_for_a_repeat_is_never_sent_again_by_itself(receive: Receive) -> None:
    receiver = receive(Reply(*GOOD["slack_webhook"]), Reply(reset=True), then=Reply(*GOOD["slack_webhook"]))
    sender = channel("slack_webhook", receiver.url.removesuffix("/in"))
    verdicts = [sender.verdict(sender.send(sender.render(message()))) for _ in range(2)]
    assert (verdicts, len(receiver.requests)) == (["delivered", "uncertain"], 2)


def test_a_webhook_whose_kept_connection_broke_is_sent_again_once_and_at_once(receive: Receive) -> None:
    receiver = receive(Reply(), Reply(reset=True), Reply(), Reply(reset=True), Reply(reset=True))
    sender = channel("webhook", receiver.url.removesuffix("/in"))
    verdicts = [sender.verdict(sender.send(sender.render(message()))) for _ in range(3)]
    assert verdicts == ["delivered", "delivered", "uncertain"]
    assert len({request.id for request in receiver.requests[1:3]}) == 1
    assert len(receiver.requests) == 5


def test_a_server_without_the_tls_that_its_address_claims_was_sent_nothing(receive: Receive) -> None:
    receiver = receive()
    sender = channel("webhook", receiver.url.replace("http://", "https://").removesuffix("/in"))
    answer = sender.send(sender.render(message()))
    assert (sender.verdict(answer), receiver.requests) == ("retry", [])


def test_a_server_that_answers_no_http_is_uncertain() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        connection.recv(65_536)
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
    sender = channel("webhook", f"http://127.0.0.1:{server.getsockname()[1]}", timeouts=Timeouts(connect=1, read=1))
    answer = sender.send(sender.render(message()))
    server.close()
    assert sender.verdict(answer) == "uncertain"
