"""Classification on every core: order kept, and an article that ends its worker does not end the monitor."""

from __future__ import annotations

import os
import signal
import time

import msgspec

from streams.article import Article, Report
from streams.engines.pool import Job, Pool
from streams.journal import Reading, decode_entry


def read_or_die(article: Article) -> Report:
    if article.title == "poison":
        os._exit(9)
    if article.title == "ctrl-c":
        os.kill(os.getpid(), signal.SIGINT)
    if article.title == "maze":
        time.sleep(60)
    if article.title == "trouble":
        raise ValueError("not today")
    return Report(id=article.id)


def jobs(*titles: str) -> list[Job]:
    return [(n, 100 + n, msgspec.json.encode(Article(id=f"a{n}", title=t))) for n, t in enumerate(titles, 1)]


def reports(pool: Pool, work: list[Job]) -> list[Report]:
    found = []
    for _, _, data in pool.map(work):
        entry = decode_entry(data)
        assert isinstance(entry, Reading)
        found.append(entry.report)
    return found


def test_results_come_in_the_order_of_the_articles() -> None:
    pool = Pool(read_or_die, 2)
    try:
        assert [r.id for r in reports(pool, jobs(*["plain"] * 100))] == [f"a{n}" for n in range(1, 101)]
    finally:
        pool.close()


def test_article_that_kills_its_worker_is_quarantined_and_the_others_go_on() -> None:
    pool = Pool(read_or_die, 2)
    try:
        found = reports(pool, jobs("plain", "plain", "poison", "plain", "plain"))
    finally:
        pool.close()
    assert [r.id for r in found] == ["a1", "a2", "a3", "a4", "a5"]
    assert [[p.code for p in r.problems] for r in found] == [[], [], ["quarantined"], [], []]


def test_ctrl_c_that_reaches_the_workers_too_leaves_them_to_finish() -> None:
    pool = Pool(read_or_die, 1)
    try:
        assert [r.problems for r in reports(pool, jobs("ctrl-c", "plain"))] == [(), ()]
    finally:
        pool.close()


def test_article_that_never_ends_is_quarantined_and_the_others_go_on() -> None:
    pool = Pool(read_or_die, 2, patience=1.0)
    try:
        found = reports(pool, jobs("plain", "maze", "plain", "plain"))
    finally:
        pool.close()
    assert [r.id for r in found] == ["a1", "a2", "a3", "a4"]
    assert [[p.message for p in r.problems] for r in found] == [
        [],
        ["set aside: reading it did not end, twice"],
        [],
        [],
    ]


def test_article_that_cannot_be_read_says_why() -> None:
    (report,) = reports(Pool(read_or_die, 0), jobs("trouble"))
    assert [(p.code, p.message) for p in report.problems] == [("classify_error", "not read: ValueError: not today")]
