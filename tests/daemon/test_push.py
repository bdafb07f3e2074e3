"""Pushing articles over HTTP: taken in once it is durable, refused with a reason, and nobody without the token."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from alerts.config import load
from alerts.decide import Decide, encode
from alerts.publishers import load_families
from alerts.push import Limits
from daemon.running import AUTHORIZED, TOKEN, Site, address, attack, news, push, running, until
from streams.engines.store import Store
from streams.state import State


def stored(config: Path) -> list[str]:
    with closing(sqlite3.connect(config.parent / "d.db")) as db:
        return [json.loads(row[0])["id"] for row in db.execute("SELECT data FROM articles ORDER BY seq")]


def test_pushed_article_is_stored_before_the_answer_and_alerts(site: Site, config: Path) -> None:
    with running(config) as daemon:
        answer = push(daemon, attack("a1", "Gao, Mali", 7))
        assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "unchanged": 0})
        assert stored(config) == ["a1"]
        assert until(lambda: site.countries() == ["ML"]), "no alert came"
        again = push(daemon, json.dumps(json.loads(attack("a1", "Gao, Mali", 7)) | {"published": "2031-01-01"}))
        assert again.json()["accepted"] == 1, "another version of it was passed over"


def test_what_was_pushed_before_is_not_taken_in_again(config: Path) -> None:
    line = news("same", "Talks went on in Geneva.")
    with running(config) as daemon:
        assert push(daemon, line).json() == {"accepted": 1, "unchanged": 0}
        assert push(daemon, line).json() == {"accepted": 0, "unchanged": 1}


@pytest.mark.parametrize("form", ["lines", "array", "items"])
def test_json_lines_arrays_and_feeds_are_taken(config: Path, form: str) -> None:
    items = [news(f"n{n}", f"Envoys met for the {n}th time.") for n in range(3)]
    body = {
        "lines": "\n".join(items),
        "array": f"[{','.join(items)}]",
        "items": f'{{"title": "Wire", "items": [{",".join(items)}]}}',
    }[form]
    with running(config) as daemon:
        assert push(daemon, body).json() == {"accepted": 3, "unchanged": 0}


def test_what_cannot_be_read_is_named_and_the_rest_taken(config: Path) -> None:
    with running(config) as daemon:
        answer = push(daemon, news("good", "Envoys met.") + "\n{broken\n" + news("fine", "Envoys left."))
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [item["where"] for item in answer.json()["refused"]] == ["body:2"]


@pytest.mark.parametrize(
    ("headers", "status", "word"),
    [
        ({"Authorization": ""}, 401, "Bearer"),
        ({"Authorization": "Bearer wrong-token-of-the-same-size"}, 401, "token"),
        ({"Authorization": f"Basic {TOKEN}"}, 401, "token"),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401, "token"),
        ({"Authorization": f"bearer  {TOKEN} "}, 202, ""),
        ({"Content-Encoding": "gzip"}, 415, "gzip"),
        ({"Content-Encoding": "identity"}, 202, ""),
    ],
)
def test_who_may_push_and_how(config: Path, headers: dict[str, str], status: int, word: str) -> None:
    with running(config) as daemon:
        answer = push(daemon, news("a", "Envoys met."), **headers)
    assert answer.status_code == status
    assert word in answer.text
    assert TOKEN not in answer.text
    assert bool(stored(config)) == (status == 202)


def test_without_a_token_in_the_config_nobody_pushes(config: Path) -> None:
    config.write_text(config.read_text().replace(f"token: {TOKEN}\n", ""))
    with running(config) as daemon:
        assert push(daemon, news("a", "Envoys met.")).status_code == 403


def test_rotated_tokens_both_hold(config: Path) -> None:
    config.write_text(config.read_text().replace(f"token: {TOKEN}", f'token: "{TOKEN} the-next-token-after-that"'))
    with running(config) as daemon:
        answers = [
            push(daemon, news(t, "Met."), Authorization=f"Bearer {t}") for t in (TOKEN, "the-next-token-after-that")
        ]
    assert [answer.status_code for answer in answers] == [202, 202]


def test_source_is_chosen_by_name_and_its_options_hold(site: Site, config: Path) -> None:
    sources = "  - {id: desk, push: true, fields: {body: text}, publisher: Desk}\n  - {id: mail, push: true}"
    config.write_text(config.read_text().replace("  - {id: desk, push: true}", sources))
    with running(config) as daemon:
        answer = push(daemon, '{"id": "x", "text": "Envoys met."}')
        assert (answer.status_code, "desk, mail" in answer.json()["error"]) == (400, True)
        assert push(daemon, '{"id": "x", "text": "Envoys met."}', "/articles?source=nobody").status_code == 400
        assert push(daemon, '{"id": "x", "text": "Envoys met."}', "/articles?source=desk").status_code == 202
    with closing(sqlite3.connect(config.parent / "d.db")) as db:
        (row,) = db.execute("SELECT data FROM articles").fetchall()
    assert {"feed": "desk", "source": "Desk", "body": "Envoys met."}.items() <= json.loads(row[0]).items()


def test_too_much_is_refused_with_when_to_come_again(config: Path) -> None:
    with running(config) as daemon:
        daemon.gate.limits = Limits(body_bytes=2000, articles=3)
        assert push(daemon, "x" * 2001).status_code == 413
        assert push(daemon, "\n".join(news(f"m{n}", "Met.") for n in range(4))).status_code == 413
        daemon.gate.limits = Limits(waiting=-1)
        full = push(daemon, news("w", "Met."))
        assert (full.status_code, full.headers["Retry-After"]) == (503, "30")
        daemon.gate.limits = Limits()
        daemon.gate._bucket.spend(6000)
        slow = push(daemon, news("r", "Met."))
        assert slow.status_code == 429
        assert int(slow.headers["Retry-After"]) >= 1
    assert stored(config) == []


def test_pages_tell_how_the_daemon_does(config: Path) -> None:
    with running(config) as daemon:
        push(daemon, news("a", "Envoys met."))
        assert until(lambda: requests.get(address(daemon, "/readyz"), timeout=5).status_code == 200)
        assert requests.get(address(daemon, "/healthz"), timeout=5).json()["alive"] is True
        metrics = requests.get(address(daemon, "/metrics"), timeout=5).text
        daemon.trouble = "database or disk is full"
        unready = requests.get(address(daemon, "/readyz"), timeout=5)
    assert 'tocsin_articles_total{source="desk"} 1.0' in metrics
    assert 'tocsin_pushes_total{status="202"} 1.0' in metrics
    assert "process_resident_memory_bytes" in metrics
    assert TOKEN not in metrics
    assert (unready.status_code, "disk is full" in unready.json()["why"][0]) == (503, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/articles", 405),
        ("POST", "/metrics", 405),
        ("DELETE", "/articles", 405),
        ("POST", "/articles/", 404),
        ("HEAD", "/healthz", 200),
    ],
)
def test_other_requests_are_refused_in_json(config: Path, method: str, path: str, status: int) -> None:
    with running(config) as daemon:
        answer = requests.request(method, address(daemon, path), headers=AUTHORIZED, timeout=5)
    assert answer.status_code == status
    assert status == 200 or "error" in answer.json()


def test_a_pushed_article_under_embargo_is_told_when_that_ends_and_a_second_fold_says_the_same(
    site: Site, config: Path
) -> None:
    end = (datetime.now(UTC) + timedelta(seconds=3)).replace(microsecond=0)
    item = {
        "uri": "u1", "version": "1", "pubstatus": "usable", "versioncreated": datetime.now(UTC).isoformat(),
        "embargoed": end.isoformat(), "headline": "Ambush in Mosul", "infosource": [{"name": "Agency"}],
        "body_text": f"Gunmen ambushed an army patrol in Mosul on {end:%A}, killing 9 soldiers.",
    }  # fmt: skip
    with running(config) as daemon:
        assert push(daemon, json.dumps(item)).status_code == 202
        assert until(lambda: bool(site.arrived)), "the embargo never ended"
        assert datetime.now(UTC) >= end
    assert site.arrived[0]["at"] == end.isoformat()
    decide, state = Decide(load(config, {}), load_families(None)), State()
    decide.declare(state)
    with closing(Store(config.parent / "d.db")) as store:
        told = [bytes(row[0]) for row in store.writer.execute("SELECT data FROM alerts ORDER BY position, rowid")]
        records = [store.record(n) for n in range(1, store.last_position() + 1)]
    again = [p for record in records for p in decide.step(state, record, lambda n: records[n - 1]).outgoing]
    assert [encode(planned.alert) for planned in again] == told
