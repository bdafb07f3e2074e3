"""A replay that leaves nothing behind says what one with a store says, byte for byte, from the cache too."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from backports import zstd

from benchmarks.newsroom import write
from conftest import ROOT
from streams.engines.report_cache import Chunk, History, ReportCache, reader_version

RULES = """
rules:
  - {id: deadly, when: ["attack.*", "casualty.*"], measure: killed, by: [country], severity: {warning: WARNING}}
  - {id: spate, when: "attack.*", by: [country, admin1], over: 3d, severity: {warning: 4}, cooldown: 1d}
  - {id: surge, when: "attack.*", by: [country], over: 1d, trigger: surge, severity: warning}
  - {id: first, when: "hostage.*", by: [place], trigger: first, severity: warning}
update_every: 10m
"""


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fortnight of the newsroom: mostly noise, with revisions, cancellations and feeds that come back."""
    path = tmp_path_factory.mktemp("news") / "news.jsonl"
    path.write_bytes(b"".join(write(2500, a_day=220)))
    return path


def replay(folder: Path, news: Path | str, *arguments: str, warning: int = 8) -> bytes:
    """The alerts of a replay, and what it said of its cache."""
    config = folder / f"{warning}.yml"
    config.write_text(RULES.replace("WARNING", str(warning)), encoding="utf-8")
    out = folder / "out.jsonl"
    command = [sys.executable, "-m", "alerts.cli", "replay", str(news), "-c", str(config), "--alerts", str(out)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return out.read_bytes()


def test_store_cache_and_neither_give_the_same_bytes(news: Path, tmp_path: Path) -> None:
    kept = replay(tmp_path, news, "--store", str(tmp_path / "s.db"), "--workers", "0")
    assert kept.count(b"\n") > 10
    assert replay(tmp_path, news, "--no-cache", "--workers", "0") == kept
    assert not (tmp_path / "cache").exists()
    assert replay(tmp_path, news, "--workers", "0") == kept
    assert (tmp_path / "cache/tocsin/reports.db").stat().st_size > 10_000
    assert replay(tmp_path, news, "--workers", "0") == kept
    other = replay(tmp_path, news, warning=20)
    assert other != kept
    assert other == replay(tmp_path, news, "--no-cache", warning=20)


def test_only_news_that_changed_is_read_anew(news: Path, tmp_path: Path) -> None:
    path, cache = tmp_path / "n.jsonl", tmp_path / "cache/tocsin/reports.db"
    lines = news.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines))
    told = replay(tmp_path, path, "--workers", "0")
    changed = json.loads(lines[100])
    changed["body"] = f"Gunmen killed 50 people near Gao in Mali, police said.\n\n{changed['body']}"
    path.write_bytes(b"".join([*lines[:100], json.dumps(changed).encode() + b"\n", *lines[101:]]))
    before = chunks_of(cache)
    assert replay(tmp_path, path, "--workers", "0") != told
    assert len(before) > 5
    assert 1 <= len(chunks_of(cache) - before) <= 3, "the piece that holds the article is read again, and no other"


def chunks_of(path: Path) -> set[bytes]:
    """The pieces of the histories that were read."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT data FROM histories").fetchall()
    return {key for (data,) in rows for key in msgspec.msgpack.decode(zstd.decompress(data), type=History).chunks}


def test_broken_cache_costs_time_and_no_alert(news: Path, tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"this is no database" * 1000)
    assert replay(tmp_path, news, "--cache", str(path)) == replay(tmp_path, news, "--no-cache")


def test_unreadable_lines_are_named_again_when_the_file_comes_from_the_cache(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(RULES.replace("WARNING", "8"), encoding="utf-8")
    (tmp_path / "n.jsonl").write_text('{"id": "a", "body": "Nothing much.", "published": "2026-03-02"}\nbroken\n')
    command = [sys.executable, "-m", "alerts.cli", "replay", str(tmp_path / "n.jsonl"), "-c", str(tmp_path / "c.yml")]
    command += ["--cache", str(tmp_path / "cache.db"), "--workers", "0"]
    said = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr for _ in range(2)]
    assert "n.jsonl:2:" in said[0]
    assert said[0] == said[1]


def test_cache_is_bounded_and_a_history_that_lost_a_piece_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    noise = [os.urandom(4000) for _ in range(100)]
    with closing(ReportCache(path, limit=100_000)) as cache:
        for n, entry in enumerate(noise):
            cache.keep_chunk(b"%d" % n, Chunk(times=(n,), entries=(entry,)))
        cache.keep_history(b"all", History(chunks=(b"1", b"99"), articles=2, first=1, unreadable=()))
        cache.keep_history(b"end", History(chunks=(b"98", b"99"), articles=2, first=1, unreadable=()))
        assert cache.history(b"all") is not None
    with closing(ReportCache(path, limit=100_000)) as cache:
        assert not cache.has(b"0")
        assert cache.chunk(b"99").entries == (noise[99],)
        assert cache.history(b"all") is None
        assert cache.history(b"end") is not None
    assert path.stat().st_size < 200_000


def test_version_of_the_reader_is_that_of_its_code_and_data() -> None:
    assert len(reader_version()) == 16
    code = "from streams.engines.report_cache import reader_version; print(reader_version().hex())"
    again = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == reader_version().hex()
