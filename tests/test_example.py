"""The example history through the whole pipeline, as a newcomer runs it: same alerts every time, in every process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from alerts.past import Past
from conftest import ROOT
from streams.engines.store import open_reader

HISTORY = "examples/history.jsonl"
CONFIG = "examples/tocsin.yml"


def tocsin(*arguments: str, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "alerts.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False)


def test_replay_gives_what_is_expected() -> None:
    done = tocsin("replay", HISTORY, "-c", CONFIG, "--expect", "examples/expected.jsonl")
    assert done.returncode == 0, done.stderr.decode()


def test_expectation_that_is_not_met_is_said_and_exits_1(tmp_path: Path) -> None:
    wrong = tmp_path / "expected.jsonl"
    lines = (ROOT / "examples/expected.jsonl").read_text(encoding="utf-8").splitlines()
    wrong.write_text("\n".join([lines[0].replace('"ML"', '"FR"'), *lines[1:-1]]), encoding="utf-8")
    done = tocsin("replay", HISTORY, "-c", CONFIG, "--expect", str(wrong))
    assert done.returncode == 1
    assert b"key.country is 'ML', expected 'FR'" in done.stderr
    assert b"is not expected" in done.stderr


def test_one_alert_too_few_is_one_difference(tmp_path: Path) -> None:
    wrong = tmp_path / "expected.jsonl"
    lines = (ROOT / "examples/expected.jsonl").read_text(encoding="utf-8").splitlines()
    wrong.write_text("\n".join([*lines[:5], *lines[6:]]), encoding="utf-8")
    done = tocsin("replay", HISTORY, "-c", CONFIG, "--expect", str(wrong))
    assert done.returncode == 1
    assert b"1 difference from" in done.stderr
    assert b"alert 6 is not expected: alert warning mass-casualty {'country': 'YE'}" in done.stderr


def test_hash_seed_and_number_of_workers_change_no_byte(tmp_path: Path) -> None:
    written = []
    for seed, workers in (("1", "0"), ("2", "2")):
        path = tmp_path / f"{seed}.jsonl"
        done = tocsin("replay", HISTORY, "-c", CONFIG, "--alerts", str(path), "--workers", workers, seed=seed)
        assert done.returncode == 0, done.stderr.decode()
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert written[0].count(b"\n") > 20


def test_journal_folded_again_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    done = tocsin("replay", HISTORY, "-c", CONFIG, "--store", str(path), "--alerts", str(tmp_path / "a.jsonl"))
    assert done.returncode == 0, done.stderr.decode()
    with closing(Past(open_reader(path))) as past:
        assert list(past.alerts()) == (tmp_path / "a.jsonl").read_bytes().splitlines()


def test_replay_without_deliver_plans_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    assert tocsin("replay", HISTORY, "-c", CONFIG, "--store", str(path)).returncode == 0
    listed = tocsin("deliveries", "--store", str(path))
    assert listed.returncode == 0
    assert listed.stdout.strip() == b""


def test_every_quotation_stands_in_its_article_at_the_place_given(tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    assert tocsin("replay", HISTORY, "-c", CONFIG, "--alerts", str(out)).returncode == 0
    texts: dict[str, set[str]] = {}
    for line in (ROOT / HISTORY).read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        for field in ("title", "body"):
            texts.setdefault(f"{article['id']} {field}", set()).add(article.get(field) or "")
    quoted = 0
    for line in out.read_text(encoding="utf-8").splitlines():
        for item in json.loads(line)["evidence"]:
            versions = texts[f"{item['article']} {item['field']}"]
            assert any(text[item["start"] : item["end"]] == item["sentence"] for text in versions)
            quoted += 1
    assert quoted > 30


def test_toll_that_goes_up_and_down_is_one_root_and_ends_with_a_cancel(tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    assert tocsin("replay", HISTORY, "-c", CONFIG, "--alerts", str(out)).returncode == 0
    alerts = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    chain = [a for a in alerts if a["rule"] == "mass-casualty" and a["key"] == {"country": "PH"}]
    assert len({a["root"] for a in chain}) == 1
    assert [a["revision"] for a in chain] == list(range(1, len(chain) + 1))
    assert [a["kind"] for a in chain[:1] + chain[-1:]] == ["alert", "cancel"]
    assert [a["measure"]["value"] for a in chain[-2:]] == [12, 4]


@pytest.mark.shared
def test_seed_page_reads_as_four_articles_and_scores(shared: Path, tmp_path: Path) -> None:
    done = tocsin("classify", str(shared / "data/seed.txt"), "--format", "jsonl")
    assert done.stdout.count(b"\n") == 4
    predicted = tmp_path / "seed.jsonl"
    predicted.write_bytes(done.stdout)
    files = [str(shared / "data/seed.txt"), str(shared / "data/seed_gold.json"), str(predicted)]
    scored = subprocess.run(
        [sys.executable, str(shared / "eval/score.py"), "--json", "--seed", *files], capture_output=True, check=True
    )
    sheet = json.loads(scored.stdout)
    assert sheet["signals found"]["must"]["found"] >= 9
    assert sheet["false positives"]["listed traps hit"]["hit"] <= 3


@pytest.mark.shared
def test_seed_page_alerts_once_for_the_ambush_the_pull_out_and_both_together(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    page = str(shared / "data/seed.txt")
    done = tocsin("replay", page, "--assume-date", "2020-05-04", "-c", "examples/seed.yml", "--alerts", str(out))
    assert done.returncode == 0, done.stderr.decode()
    alerts = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    by_measure = {a["measure"]["name"]: a for a in alerts}
    assert len(alerts) == len(by_measure) == 3
    assert [step["order"] for step in by_measure["sequences"]["sequence"]] == [None, "may precede"]
    assert by_measure["killed"]["measure"]["value"] == 10
    assert by_measure["killed"]["incidents"][0]["type"] == "attack.ambush"
    assert by_measure["episodes"]["measure"]["value"] == 1
