"""What holds for every channel there is: a new one is found here without anybody remembering to add it."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.alert import Alert, Change, Excluded
from alerts.channels import CHANNELS, FormError, Message
from alerts.channels.specs import SPECS
from alerts.config import load
from alerts.config.types import Secret
from streams.codec import canonical

from .invented import alert, evidence
from .kinds import SETTINGS, channel
from .limits import CHECKS, SURROGATE

KINDS = tuple(CHANNELS)
EARLIER = {"slack": {"channel": "C0123", "ts": "1.2"}, "discord": {"message": "998877"}}
RULES = 'rules:\n  - {id: toll, when: "attack.*", measure: killed, severity: {warning: 5}}\n'


def message(item: Alert, told_at: str | None = None, **more: Any) -> Message:
    return Message(id="nt_1", alert=item, data=_data(item), now=1_772_460_000.0, told_at=told_at, **more)


def _data(item: Alert) -> bytes:
    try:
        return canonical(item)
    except UnicodeEncodeError:  # half of a surrogate pair, which no stored alert has
        return json.dumps(msgspec.to_builtins(item)).encode()


def test_every_channel_is_in_every_table() -> None:
    assert set(KINDS) == set(SPECS) == set(SETTINGS) == set(CHECKS)


@pytest.mark.parametrize("kind", KINDS)
def test_its_full_example_is_a_valid_config_with_every_secret_declared(kind: str, tmp_path: Any) -> None:
    spec = SPECS[kind]
    assert set(spec.example) == {kind, *spec.more}, "the example has every key"
    path = tmp_path / "tocsin.yml"
    path.write_text(f"{RULES}destinations:\n  desk: {json.dumps(dict(spec.example))}\n", encoding="utf-8")
    names = re.findall(r"\$\{(\w+)\}", json.dumps(spec.example))
    values = {name: "whsec_" + "QUJD" * 11 if "SECRET" in name else "https://x.example/y" for name in names}
    values |= {name: "hushhush" * 4 for name in names if "TOKEN" in name or "KEY" in name or "PASSWORD" in name}
    [found] = load(path, values).destinations
    assert found.kind == kind
    for name, value in found.settings.items():
        assert isinstance(value, Secret) != (name in spec.shown), f"{name} is neither a secret nor declared as shown"
    assert not any(value in repr(found) for value in values.values())
    CHANNELS[kind](found, channel(kind).timeouts).close()


hostile = st.text(
    st.characters() | st.sampled_from([*"&<>|\n\t\r`*_~@[]()\\#\"'", "😀", "\u202e", "\x1b"]), max_size=40
)
pieces = st.lists(st.tuples(hostile, st.integers(1, 500)), max_size=3).map(lambda p: "".join(t * n for t, n in p))
long = pieces | st.sampled_from(["&<!channel> 😀" * 1600, "\\" * 20_000, "*_" * 10_000, "@here " * 3400, "x" * 20_000])
urls = (
    st.none()
    | hostile.map(lambda t: f"https://news.example/{t}")
    | hostile
    | st.just("https://x.example/" + "a" * 5000)
)


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    sentences = draw(st.lists(st.tuples(long, urls, hostile), max_size=8)) * draw(st.integers(1, 8))
    first = [evidence(0, sentence=draw(long), url="https://news.example/first")]
    return alert(
        kind=draw(st.sampled_from(["alert", "update", "cancel"])),
        severity=draw(st.sampled_from(["info", "critical", "red"])),
        title=draw(long),
        text=draw(long)[:20_000],
        own_text=draw(st.booleans()),
        readback=draw(long),
        evidence=first + [evidence(n, sentence=s, url=u, source=p) for n, (s, u, p) in enumerate(sentences, 1)][:59],
        changed=[Change(field="killed", from_=draw(hostile), to=12, because=draw(hostile))],
        excluded=[Excluded(sentence=draw(long), reason="disease", article="m1")],
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(item=alerts(), told=st.none() | st.just("2026-03-01T13:20:00+00:00"), edits=st.booleans())
def test_any_news_fits_and_keeps_its_link(kind: str, item: Alert, told: str | None, edits: bool) -> None:
    sender = CHANNELS_MADE.setdefault(kind, channel(kind))
    whole = message(item, told, before=EARLIER.get(kind) if edits and told else None)
    rendered, plain = sender.render(whole), sender.plain(whole)
    for payload in (rendered, plain):
        said = CHECKS[kind](payload)
        assert not SURROGATE.search(said)
    shown = html.unescape(CHECKS[kind](rendered))
    assert "https://news.example/first" in shown.replace("\\", ""), "the first link is gone"
    assert sender.render(whole) == rendered, "the same message gave other bytes"


CHANNELS_MADE: dict[str, Any] = {}


@pytest.mark.parametrize("kind", ["slack_webhook", "slack", "discord", "teams", "mattermost"])
def test_quotations_go_from_the_last_one_on_and_their_links_stay(kind: str) -> None:
    long = " and then withdrew toward the hills" * 12
    items = [evidence(n, sentence=f"Sentence number {n}{long}.", url=f"https://news.example/{n}") for n in range(60)]
    said = CHECKS[kind](channel(kind).render(message(alert(evidence=items)))).replace("\\", "")
    quoted = [int(n) for n in re.findall(r"Sentence number (\d+) and", said)]
    linked = [int(n) for n in re.findall(r"https://news\.example/(\d+)", said)]
    assert 0 < len(quoted) < 60
    assert quoted == list(range(len(quoted)))
    assert linked == list(range(len(linked)))
    assert len(linked) > len(quoted)
    assert len(linked) == 60 or f"{60 - len(linked)} more" in said
    assert "Left out (3 in all)" in said, "what was left out and the foot are not trimmed for evidence"
    assert "al_one.1" in said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [2, 40])
def test_a_digest_lists_every_id(kind: str, count: int) -> None:
    sender = channel(kind)
    items = [alert(f"al_{number:016x}", title="Very long & <odd> title " * 30) for number in range(count)]
    whole = message(items[-1], digest=tuple(items[: sender.digest_most]))
    for payload in (sender.render(whole), sender.plain(whole)):
        said = CHECKS[kind](payload).replace("\\", "")
        if payload is not sender.plain(whole) and payload == sender.render(whole):
            assert all(item.id in said for item in items)
    if kind not in ("webhook", "file"):
        assert f"{count} more alerts, from 13:21 to 13:21" in said


@pytest.mark.parametrize("kind", [kind for kind in KINDS if SPECS[kind].written])
def test_a_template_of_the_destination_is_escaped_and_its_failure_is_told(kind: str) -> None:
    good = {"mass-casualty": "Desk: {{ alert.readback }} {{ 'read' | link(alert.evidence[0].url) }}"}
    item = alert(readback="<!channel> *12* killed @all")
    said = CHECKS[kind](channel(kind, texts=good).render(message(item)))
    assert "Desk" in said
    assert "https://news.example/1?" in html.unescape(said)
    assert "Gunmen killed" not in said, "its text is the whole body"
    other = channel(kind, texts=good).render(message(alert(rule="other")))
    assert "Gunmen killed" in CHECKS[kind](other), "a template of one rule is not used for another"
    with pytest.raises(FormError, match=r'destination "desk" for rule "mass-casualty" failed at line 2.*nothing'):
        channel(kind, texts={"": "\n{{ alert.nothing }}"}).render(message(item))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if SPECS[kind].written])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(item=alerts())
def test_a_template_that_prints_all_there_is_stays_inside_the_limits(kind: str, item: Alert) -> None:
    source = """{{ alert.title[:400] }} {{ alert.readback[:400] }}
{% for one in alert.evidence[:9] %}{{ one.source | link(one.url) }} {{ one.sentence | quote(200) }}
{% endfor %}"""
    texts = {"": source}
    sender = CHANNELS_MADE.setdefault(f"{kind} with a text", channel(kind, texts=texts))
    assert not SURROGATE.search(CHECKS[kind](sender.render(message(item))))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if SPECS[kind].written])
def test_times_are_in_the_destination_s_zone(kind: str) -> None:
    said = CHECKS[kind](channel(kind, zone="Asia/Baghdad").render(message(alert())))
    assert "12:00 +03" in said
    assert "16:21 +03" in said
