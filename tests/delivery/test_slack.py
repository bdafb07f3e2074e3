"""Slack messages: inside every limit, nothing fires, and what a newsroom needs is there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Change, Excluded
from alerts.channels import Message, Timeouts
from alerts.channels.dialect import width
from alerts.channels.slack_webhook.channel import SlackWebhook
from alerts.channels.slack_webhook.form import SLACK
from streams.codec import canonical

from .invented import alert, evidence, slack

CHANNEL = SlackWebhook(slack("http://127.0.0.1/"), Timeouts())
LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>|\n]*)?>")
ENTITY = re.compile(r"&(?:amp|lt|gt);")


def payload(plain: bool = False, told_at: str | None = None, **fields: Any) -> dict[str, Any]:
    item = alert(own_text=bool(fields.get("text")), **fields)
    message = Message(id="nt_1", alert=item, data=b"", now=0.0, told_at=told_at)
    found = (CHANNEL.plain if plain else CHANNEL.render)(message)
    body: dict[str, Any] = json.loads(found.body)
    return body


def texts(body: dict[str, Any]) -> list[str]:
    found = [body["text"]]
    for block in body.get("blocks", []):
        objects = block.get("elements") or [block["text"]]
        found += [item["text"] for item in objects if item["type"] == "mrkdwn"]
    return found


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_limits(body: dict[str, Any]) -> None:
    assert 0 < units(body["text"]) <= 4000
    blocks = body.get("blocks", [])
    assert len(blocks) <= 50
    for block in blocks:
        if block["type"] == "header":
            assert 0 < units(block["text"]["text"]) <= 150
            assert block["text"]["type"] == "plain_text"
            assert "<" not in block["text"]["text"]
        elif block["type"] == "section":
            assert 0 < units(block["text"]["text"]) <= 3000
            assert block["text"]["text"].strip()
        else:
            assert block["type"] == "context"
            assert 0 < len(block["elements"]) <= 10
            assert all(0 < units(element["text"]) <= 3000 for element in block["elements"])
    for text in texts(body):
        bare = LINK.sub("", text)
        assert "<" not in bare, "mark-up that is no link of ours"
        assert ">" not in bare, "mark-up that is no link of ours"
        assert "&" not in ENTITY.sub("", text), "an entity was cut"


hostile = st.text(st.characters() | st.sampled_from([*"&<>|\n\t\r`*_~", "😀", "\u202e", "\x1b", "\x00"]), max_size=60)
pieces = st.lists(st.tuples(hostile, st.integers(1, 400)), max_size=4).map(lambda p: "".join(t * n for t, n in p))
urls = (
    st.none()
    | hostile
    | hostile.map(lambda t: "https://news.example/" + t)
    | st.just("https://x.example/" + "a" * 5000)
)


@settings(max_examples=150, deadline=None)
@given(
    title=pieces | st.just("&<!channel> 😀" * 1600),
    text=pieces,
    readback=pieces,
    sentences=st.lists(st.tuples(pieces, urls, hostile), max_size=60),
    copies=st.integers(1, 12),
    kind=st.sampled_from(["alert", "update", "cancel"]),
    told=st.none() | st.just("2026-03-01T13:20:00+00:00"),
)
def test_any_news_fits(
    title: str, text: str, readback: str, sentences: list[Any], copies: int, kind: str, told: str | None
) -> None:
    items = [evidence(n, sentence=s, url=u, source=p) for n, (s, u, p) in enumerate(sentences * copies)][:60]
    for plain in (False, True):
        check_limits(
            payload(plain, told, title=title, text=text[:20_000], readback=readback, evidence=items, kind=kind)
        )


@settings(max_examples=200, deadline=None)
@given(hostile, st.integers(1, 80))
def test_a_cut_text_is_a_prefix_of_the_escaped_one(text: str, limit: int) -> None:
    cut = SLACK.fit(text, limit)
    assert units(cut) <= limit
    assert width(cut) == units(cut)
    if cut != SLACK.escape(text):
        assert cut.endswith("…")
        assert SLACK.escape(text).startswith(cut[:-1])
        assert "&" not in ENTITY.sub("", cut)


def test_sixty_evidences_lose_quotations_from_the_last_on_and_keep_links() -> None:
    body = payload(evidence=[evidence(n, sentence=f"Sentence number {n}.") for n in range(60)])
    check_limits(body)
    shown = "\n".join(texts(body)[1:])
    assert "Sentence number 0." in shown
    assert "Sentence number 59." not in shown
    quoted = [int(n) for n in re.findall(r"Sentence number (\d+)\.", shown)]
    assert quoted == list(range(len(quoted)))
    linked = re.findall(r"<https://news\.example/(\d+)\?", shown)
    assert linked == [str(n) for n in range(len(linked))]
    assert len(linked) > len(quoted)
    assert f"{60 - len(linked)} more" in shown


def test_a_headline_cannot_call_the_channel() -> None:
    for field in ("title", "text", "readback"):
        whole = json.dumps(payload(**{field: "<!channel> <!here|x> <@U123> & <https://evil.example|click>"}))
        assert "<!" not in whole
        assert "<@" not in whole
        assert "<https://evil" not in whole
    body = payload(text="<!channel> A & B")
    assert "&lt;!channel&gt; A &amp; B" in "\n".join(texts(body))
    assert all(b["text"]["verbatim"] for b in body["blocks"] if b["type"] == "section")
    assert body["unfurl_links"] is False


def test_the_default_message_says_all_that_a_newsroom_needs() -> None:
    body = payload()
    assert body["blocks"][0]["text"]["text"] == "CRITICAL: 12 killed in Varda in 24 h"
    whole = "\n".join(texts(body))
    for part in (
        "Police via Meridian Wire: 12 soldiers killed, ambush, Varda, Mon 2 Mar; group not stated",
        "&gt; “Gunmen killed 5 soldiers near Varda, police said.”",
        "<https://news.example/1?a=1&amp;b=2|Meridian Wire, 2 Mar 09:00 UTC>",
        "2 independent sources: Meridian Wire, Coastal Post; 4 reprints",
        "Left out (3 in all): “Cholera has killed 90 people in Varda.” (disease)",
        "rule mass-casualty",
        "al_one.1",
    ):
        assert part in whole


def test_the_rule_s_own_text_is_shown_and_nothing_is_said_twice() -> None:
    item = alert()
    own = f"Call the foreign desk.\n“{item.evidence[0].sentence}” {item.evidence[0].url}\n{item.readback}"
    whole = "\n".join(texts(payload(text=own))[1:])
    assert "Call the foreign desk." in whole
    assert whole.count("Gunmen killed 5 soldiers") == 1
    assert whole.count("group not stated") == 1
    assert "<https://news.example/1?a=1&amp;b=2>" in whole


def test_a_text_that_quotes_without_a_link_gets_the_link() -> None:
    item = alert()
    whole = "\n".join(texts(payload(text=f"“{item.evidence[0].sentence}”"))[1:])
    assert whole.count("Gunmen killed 5 soldiers") == 1
    assert "Article: <https://news.example/1?a=1&amp;b=2|Meridian Wire, 2 Mar 09:00 UTC>" in whole


def test_a_quotation_that_the_text_cuts_short_is_not_repeated() -> None:
    long = "Gunmen killed five soldiers near Varda " + "and then withdrew toward the hills " * 20
    whole = "\n".join(
        texts(payload(text=f"“{long[:300]}…” https://news.example/1?a=1&b=2", evidence=[evidence(sentence=long)]))[1:]
    )
    assert whole.count("Gunmen killed five soldiers") == 1


@pytest.mark.parametrize(
    ("fields", "told", "head"),
    [
        ({"kind": "update", "revision": 2}, "2026-03-02T13:20:00+00:00", "UPDATE of the 13:20 alert: 12 killed"),
        ({"kind": "update", "title": "UPDATE: 12 killed"}, "2026-03-01T13:20:00+00:00", "UPDATE of the 1 Mar 13:20 a"),
        ({"kind": "update", "title": "UPDATE: 12 killed"}, None, "CRITICAL: 12 killed"),
        ({"kind": "cancel", "title": "CANCELED: 12 killed"}, "2026-03-02T13:20:00+00:00", "CANCELED: 12 killed"),
        ({"title": "CRITICAL: 12 killed"}, None, "CRITICAL: 12 killed"),
    ],
)
def test_the_headline_says_what_the_message_is_to_its_reader(
    fields: dict[str, Any], told: str | None, head: str
) -> None:
    body = payload(told_at=told, **fields)
    assert body["blocks"][0]["text"]["text"].startswith(head)
    assert body["text"].startswith(head)
    assert payload(plain=True, told_at=told, **fields)["text"].startswith(head)


def test_nothing_is_said_twice_of_what_changed_and_was_left_out() -> None:
    because = "Coastal Post, 13:20"
    body = payload(
        kind="update",
        changed=[
            Change(field="killed", from_=7, to=9, because=because),
            Change(field="incidents", to=2, because=because),
        ],
        excluded=[Excluded(sentence="Two trucks burned out.", reason="other_sense", article=f"m{n}") for n in range(4)],
    )
    assert "*Changed:* killed 7 → 9, incidents not stated → 2 (Coastal Post, 13:20)" in texts(body)
    assert "Left out (4 in all): “Two trucks burned out.” (other sense)" in texts(body)


def test_an_update_says_what_changed() -> None:
    assert "*Changed:* killed 9 → 12 (Coastal Post, 13:20)" in texts(payload(kind="update"))


def test_links() -> None:
    assert SLACK.link("https://a.example/x|y<z>", "A|B\nC") == "<https://a.example/x%7Cy%3Cz%3E|A/B C>"
    assert SLACK.link("javascript:alert(1)", "A") == "A"
    assert SLACK.link(None, "A<b>") == "A&lt;b&gt;"
    assert SLACK.address("https://a.example/a b") == "https://a.example/a%20b"


def test_the_same_alert_gives_the_same_bytes() -> None:
    item = alert()
    message = Message(id="nt_1", alert=item, data=canonical(item), now=0.0)
    assert CHANNEL.render(message).body == CHANNEL.render(message).body == canonical(payload())
