"""Live equals replay: what a daemon polled over a compressed day folds again to the bytes that it sent.

A real daemon, a real feed on the loopback address, a clock that runs a day in seconds: feeds that publish, correct and
cancel nothing twice, one that breaks off and comes back, news that comes late. Then the articles are taken out of the
store and replayed from a file: in the end the same incidents and tolls stand.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from alerts.clock import Clock
from alerts.past import Past
from benchmarks.newsroom import START, Newsroom, articles
from conftest import ROOT
from streams import world
from streams.article import Article
from streams.engines.store import open_reader
from streams.happenings import Happening

from .running import Site, running, until

#: How many times faster than real time the day goes.
FACTOR = 14_400
FEEDS = 3


class Compressed(Clock):
    """A clock that starts at midnight of the newsroom's first day and runs fast."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def wall(self) -> float:
        return START + FACTOR * (time.monotonic() - self._begun)

    def steady(self) -> float:
        return FACTOR * (time.monotonic() - self._begun)

    def sleep(self, woken: threading.Event, seconds: float) -> None:
        woken.wait(seconds / FACTOR)


def rss(items: list[Article]) -> bytes:
    told = "".join(
        f"<item><guid isPermaLink='false'>{a.id}-{n}</guid><title>{escape(a.title)}</title>"
        f"<description>{escape(a.body)}</description><pubDate>{format_datetime(a.published)}</pubDate></item>"
        for n, a in enumerate(items)
        if a.published is not None and a.status == "usable"
    )
    return f"<rss version='2.0'><channel><title>Feed</title>{told}</channel></rss>".encode()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[dict[str, Any]]]:
    """(config, store, what arrived) after a day."""
    folder = tmp_path_factory.mktemp("live")
    site, clock = Site(), Compressed()
    config = folder / "c.yml"
    sources = "\n".join(
        f'  - {{id: feed{n}, feed: "{site.url}/feed{n}", every: 10m, allow_private: true}}' for n in range(FEEDS)
    )
    config.write_text(
        f"""
store: {folder}/d.db
sources:
{sources}
rules:
  - {{id: deadly, when: ["attack.*", "casualty.*"], measure: killed, by: [country], severity: {{warning: 3}}}}
  - {{id: spate, when: "attack.*", by: [country], over: 6h, severity: {{info: 2}}}}
update_every: 10m
destinations:
  hook: {{webhook: "{site.url}/in", allow_private: true}}
""",
        encoding="utf-8",
    )
    news = list(articles(Newsroom(days=1, a_day=60, rate=1.5), seed=4))
    published: list[list[Article]] = [[] for _ in range(FEEDS)]
    for n in range(FEEDS):
        site.pages[f"/feed{n}"] = (200, {}, rss([]))
    with running(config, clock=clock):
        for n, article in enumerate(news):
            assert article.received is not None
            wait = (article.received.timestamp() - clock.wall()) / FACTOR
            if wait > 0:
                time.sleep(wait)
            feed = published[n % FEEDS]
            feed.append(article)
            down = n % FEEDS == 1 and 8 * 3600 < article.received.timestamp() - START < 14 * 3600
            site.pages[f"/feed{n % FEEDS}"] = (503, {}, b"") if down else (200, {}, rss(feed))
        for n in range(FEEDS):
            site.pages[f"/feed{n}"] = (200, {}, rss(published[n]))
        wanted = sum(a.status == "usable" for a in news)
        assert until(lambda: count(folder / "d.db") >= wanted), "not all that was published was read"
        settled = clock.wall() + 3600
        assert until(lambda: clock.wall() > settled)
    site.close()
    return config, folder / "d.db", site.arrived


def count(store: Path) -> int:
    with closing(open_reader(store)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles WHERE position IS NOT NULL").fetchone()[0])


def test_journal_folds_to_what_was_decided_and_to_what_was_sent(
    lived: tuple[Path, Path, list[dict[str, Any]]],
) -> None:
    _, store, arrived = lived
    with closing(open_reader(store)) as connection:
        stored = [bytes(row[0]) for row in connection.execute("SELECT data FROM alerts ORDER BY position, rowid")]
        kinds = [row[0] for row in connection.execute("SELECT json_extract(data, '$.type') FROM journal")]
    with closing(Past(open_reader(store))) as past:
        assert list(past.alerts()) == stored
    assert len(stored) > 10
    assert kinds.count("coverage") > 5, "feeds failed and came back"
    assert kinds.count("tick") > 0
    sent = {one["id"] for one in arrived}
    assert sent <= {json.loads(data)["id"] for data in stored}
    latest = {one["root"]: one["id"] for one in map(json.loads, stored)}
    assert set(latest.values()) <= sent, "the last word of every root arrived"
    assert all(
        json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() in stored for one in arrived
    )


def test_articles_taken_out_and_replayed_end_with_the_same_incidents_and_tolls(
    lived: tuple[Path, Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    config, store, _ = lived
    command = [sys.executable, "-m", "alerts.cli"]
    out, again = tmp_path / "articles.jsonl", tmp_path / "again.db"
    taken = subprocess.run(
        [*command, "store", "export", "articles", "--store", str(store)], cwd=ROOT, capture_output=True, check=True
    )
    out.write_bytes(taken.stdout)
    replay = ["replay", str(out), "-c", str(config), "--store", str(again), "--workers", "0"]
    subprocess.run([*command, *replay], cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert ended(again) == ended(store)
    assert len(ended(store)) > 5


def ended(store: Path) -> list[tuple[Any, ...]]:
    """The incidents in the end: what, where, when, how many, told by whom."""
    with closing(Past(open_reader(store))) as past:
        state = past.moment(past.last()).state
        return sorted(shown(one) for _, one in world.happenings(state).sorted_items())


def shown(one: Happening) -> tuple[Any, ...]:
    figures = sorted({(f.measure, f.low or 0) for m in one.counted for f in m.figures})
    told = sorted({m.publisher for m in one.mentions})
    return (one.type, one.country or "", one.spot.name or "", one.at, tuple(figures), tuple(told))
