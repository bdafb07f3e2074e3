"""The limits of every kind, as the services give them, and not as the channels have them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any

from alerts.channels import Payload

LINK = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>|\n]*)?>")
ENTITY = re.compile(r"&(?:amp|lt|gt);")
MARKDOWN_LINK = re.compile(r"\[(?:\\.|[^\]\\\n])*\]\(https?://[^()\s]+\)")
SURROGATE = re.compile(r"[\ud800-\udfff]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def slack(payload: Payload) -> str:
    said = []
    for raw in (payload.body, payload.edit):
        if raw is not None:
            said += slack_message(json.loads(raw))
    return "\n".join(said)


def slack_message(body: dict[str, Any]) -> list[str]:
    assert 0 < units(body["text"]) <= 4000
    assert body["unfurl_links"] is False
    said = [body["text"]]
    blocks = body.get("blocks", [])
    assert len(blocks) <= 50
    for block in blocks:
        if block["type"] == "header":
            assert 0 < units(block["text"]["text"]) <= 150
            assert block["text"]["type"] == "plain_text"
            assert "<" not in block["text"]["text"]
            continue
        limit, objects = (3000, [block["text"]]) if block["type"] == "section" else (3000, block["elements"])
        assert block["type"] in ("section", "context")
        assert 0 < len(objects) <= 10
        for item in objects:
            assert 0 < units(item["text"]) <= limit
            assert item["text"].strip()
            assert item["verbatim"] is True
            said.append(item["text"])
    for text in said:
        bare = LINK.sub("", text)
        assert "<" not in bare, "mark-up that is no link of ours"
        assert ">" not in bare, "mark-up that is no link of ours"
        assert "&" not in ENTITY.sub("", text), "an entity was cut"
    return said


def _markdown(text: str, special: str) -> None:
    """Nothing of the news is mark-up: what is left without escapes, links and our own marks has none."""
    bare = MARKDOWN_LINK.sub("", text.replace("**Changed:**", "").removeprefix("**").replace("**\n\n", "\n\n", 1))
    bare = re.sub(r"^> ", "", re.sub(r"\\[!-/:-@\[-`{-~]", "", bare), flags=re.MULTILINE)
    assert not re.search(f"[{re.escape(special)}]", bare), f"not escaped: {bare[:200]!r}"


def discord(payload: Payload) -> str:
    said = []
    for raw in (payload.body, payload.edit):
        if raw is None:
            continue
        body = json.loads(raw)
        assert body["allowed_mentions"] == {"parse": []}
        if "content" in body:
            assert 0 < units(body["content"]) <= 2000
            _markdown(body["content"], "\\*_~`|>[]()<")
            said.append(body["content"])
            continue
        [embed] = body["embeds"]
        assert 0 < units(embed["title"]) <= 256
        assert 0 < units(embed["description"]) <= 4096
        assert units(embed["title"]) + units(embed["description"]) <= 6000
        for text in (embed["title"], embed["description"]):
            _markdown(text, "\\*_~`|>[]()<")
        said += [embed["title"], embed["description"]]
    return "\n".join(said)


def mattermost(payload: Payload) -> str:
    text: str = json.loads(payload.body)["text"]
    assert 0 < units(text) <= 16_383
    _markdown(text, "\\*_~`|>[]()<")
    assert not re.search("@(?!\u200b)", text), "a mention that would fire"
    return text


def teams(payload: Payload) -> str:
    assert len(payload.body) <= 21_000
    [attachment] = json.loads(payload.body)["attachments"]
    blocks = attachment["content"]["body"]
    assert blocks
    for block in blocks:
        assert block["type"] == "TextBlock"
        assert block["wrap"] is True
        assert block["text"].strip()
        _markdown(block["text"], "\\*_[]()")
    return "\n".join(block["text"] for block in blocks)


def pagerduty(payload: Payload) -> str:
    assert len(payload.body) <= 512_000
    body = json.loads(payload.body)
    assert body["event_action"] in ("trigger", "acknowledge", "resolve")
    assert 0 < len(body["dedup_key"]) <= 255
    assert 0 < units(body["payload"]["summary"]) <= 1024
    assert body["payload"]["severity"] in ("critical", "error", "warning", "info")
    assert body["payload"]["source"]
    assert all(set(link) == {"href", "text"} for link in body.get("links", []))
    return json.dumps(body, ensure_ascii=False)


def email(payload: Payload) -> str:
    head, _, _ = payload.body.partition(b"\r\n\r\n")
    assert payload.body.isascii()
    assert all(len(line) <= 998 for line in payload.body.split(b"\r\n"))
    assert b"\n" not in payload.body.replace(b"\r\n", b""), "a bare line feed"
    names = [line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    known = {"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"}
    assert set(names) <= known | {"X-Tocsin-Alert", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    assert len(names) == len(set(names)), "a header that the news put there"
    mail = message_from_bytes(payload.body, policy=policy.default)
    assert 0 < len(mail["Subject"]) <= 250
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    assert all(len(part) <= 210_000 for part in parts)
    html = parts[1] if len(parts) > 1 else ""
    tags = r"</?(?:!doctype html|html|body|h3|p|br|b|blockquote|a(?: href=\"https?://[^\"<>\s]+\")?)>"
    bare = re.sub(tags, "", html)
    assert "<" not in bare, "mark-up that is not ours"
    assert "&" not in re.sub(r"&(?:amp|lt|gt|quot|#x27);", "", bare), "an entity was cut"
    return "\n".join([str(mail["Subject"]), *parts])


def webhook(payload: Payload) -> str:
    body = json.loads(payload.body)
    assert set(body) >= {"data", "type"}
    return payload.body.decode()


def apprise(payload: Payload) -> str:
    body = json.loads(payload.body)
    assert units(body["title"]) <= 250
    assert 0 < units(body["body"]) <= 32_768
    return f"{body['title']}\n{body['body']}"


def file(payload: Payload) -> str:
    assert payload.body.endswith(b"\n")
    for line in payload.body.decode().removesuffix("\n").split("\n"):
        json.loads(line)
    return payload.body.decode()


def terminal(payload: Payload) -> str:
    text = payload.body.decode()
    assert not CONTROL.search(text), "it would command the terminal"
    return text


CHECKS: dict[str, Callable[[Payload], str]] = {
    "slack_webhook": slack,
    "slack": slack,
    "webhook": webhook,
    "discord": discord,
    "teams": teams,
    "mattermost": mattermost,
    "pagerduty": pagerduty,
    "email": email,
    "apprise": apprise,
    "file": file,
    "terminal": terminal,
}
