"""The fifteen ways in which feeds mislead those who count, by number. Each case is input as a publisher sends it."""

# ruff: noqa: E501 - news in one line

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.intake import Batch, Intake
from builders import at
from streams import world
from streams.article import Article, Count, Report
from streams.classify import classify
from streams.engines.store import Store
from streams.journal import Reading, Record
from streams.sources import ReadOptions, Unreadable, read_feed
from streams.sources.options import as_heard
from streams.state import State
from streams.text.fingerprint import canonical_url
from streams.tolls import Want, toll

ATTACK = "TIKRIT, Iraq (Wire) - Gunmen attacked a market in Tikrit on Monday, killing {} people, police said."
MONDAY = "2026-03-02"


def articles(tmp_path: Path, text: str | bytes, options: ReadOptions | None = None, name: str = "in") -> list[Article]:
    """What a file of that content reads as; nothing of it may be unreadable."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    items = list(read_feed(str(path), options or ReadOptions(feed="f")))
    assert not [item for item in items if isinstance(item, Unreadable)]
    return [item for item in items if isinstance(item, Article)]


def rss(*items: str) -> str:
    return (
        "<rss version='2.0'><channel><title>Wire</title>"
        + "".join(f"<item>{i}</item>" for i in items)
        + "</channel></rss>"
    )


def line(**fields: object) -> str:
    return json.dumps({"id": "a", "title": "Attack in Tikrit", "body": ATTACK.format(9), **fields}) + "\n"


def codes(article: Article) -> list[str]:
    return [problem.code for problem in article.problems]


def killed(report: Report) -> list[Count]:
    return [count for event in report.events for count in event.counts if count.measure == "killed"]


class Folded:
    """The world after articles came, each at a time."""

    def __init__(self) -> None:
        self.state, self.position, self.notes = State(), 0, list[world.Note]()
        world.declare(self.state)

    def hear(self, article: Article, received: str) -> world.Observation:
        self.position += 1
        entry = Reading(report=classify(article))
        seen = world.observe(
            self.state, Record(position=self.position, received=at(received), entry=entry), world.Settings()
        )
        self.notes += seen.notes
        return seen

    @property
    def tolls(self) -> list[int | float | None]:
        known = [happening for _, happening in world.happenings(self.state).sorted_items()]
        found = [toll(happening, Want(measure="killed")) for happening in known]
        return [one.low for one in found if one is not None]


def test_01_a_naive_time_takes_the_sources_zone_or_utc_and_is_flagged(tmp_path: Path) -> None:
    feed = rss("<guid>1</guid><title>Talks</title><pubDate>2004-07-08 23:56:58</pubDate>")
    (utc,), (paris,) = (
        articles(tmp_path, feed),
        articles(tmp_path, feed, ReadOptions(feed="f", zone="Europe/Paris")),
    )
    assert utc.published == datetime(2004, 7, 8, 23, 56, 58, tzinfo=UTC), "not Korean time, nine hours off"
    assert paris.published == datetime(2004, 7, 8, 21, 56, 58, tzinfo=UTC)
    assert codes(utc) == codes(paris) == ["naive_time"]
    (partial,) = articles(tmp_path, rss("<guid>1</guid><title>Talks</title><pubDate>2004-07</pubDate>"))
    assert partial.published is None, "a month is no day: not the 1st"
    assert "bad_time" in codes(partial)


def test_02_a_missing_date_is_flagged_and_never_now(tmp_path: Path) -> None:
    for text in (rss("<guid>1</guid><title>Talks</title>"), line(published=None), line(published="None")):
        (article,) = articles(tmp_path, text)
        assert article.published is None
        assert codes(article) == ["undated"]
    (heard,) = articles(tmp_path, line())
    folded = Folded()
    folded.hear(as_heard(heard, datetime(2026, 3, 2, tzinfo=UTC), first_contact=False), f"{MONDAY} 09:00")
    assert [note.reason for note in folded.notes] == ["undated"]


def test_03_a_date_in_the_future_is_flagged_and_placed_when_it_was_received(tmp_path: Path) -> None:
    (article,) = articles(tmp_path, line(published="2026-03-05T09:00:00Z"))
    folded = Folded()
    seen = folded.hear(article, f"{MONDAY} 09:00")
    assert [note.reason for note in folded.notes] == ["future_date"]
    (_, happening), *_ = seen.changes
    assert happening is not None
    assert happening.mentions[0].at == at(f"{MONDAY} 09:00")


def test_04_the_same_id_with_another_body_replaces_what_it_said(tmp_path: Path) -> None:
    first, second = articles(
        tmp_path,
        line(published=f"{MONDAY}T08:00:00Z")
        + line(published=f"{MONDAY}T08:00:00Z", updated=f"{MONDAY}T10:00:00Z", body=ATTACK.format(3)),
    )
    folded = Folded()
    folded.hear(first, f"{MONDAY} 08:00")
    assert folded.tolls == [9]
    folded.hear(second, f"{MONDAY} 10:00")
    assert folded.tolls == [3]


@pytest.mark.parametrize("form", ["ninjs", "newsml"])
def test_05_a_kill_takes_back_what_was_told_and_a_withheld_version_tells_nothing(tmp_path: Path, form: str) -> None:
    def item(version: int, status: str) -> str:
        if form == "ninjs":
            return json.dumps(
                {
                    "uri": "u",
                    "version": str(version),
                    "pubstatus": status,
                    "headline": "Attack",
                    "versioncreated": f"{MONDAY}T08:00:00Z",
                    "body_text": ATTACK.format(9),
                }
            )
        return (
            f"<newsItem guid='u' version='{version}'><itemMeta><versionCreated>{MONDAY}T08:00:00Z</versionCreated>"
            f"<pubStatus qcode='stat:{status}'/></itemMeta><contentMeta><headline>Attack</headline></contentMeta><contentSet>"
            f"<inlineXML><html><body><p>{ATTACK.format(9)}</p></body></html></inlineXML></contentSet></newsItem>"
        )

    versions = {(v, s): articles(tmp_path, item(v, s))[0] for v, s in ((1, "usable"), (2, "canceled"), (3, "withheld"))}
    folded = Folded()
    folded.hear(versions[1, "usable"], f"{MONDAY} 08:00")
    assert folded.tolls == [9]
    folded.hear(versions[2, "canceled"], f"{MONDAY} 09:00")
    assert folded.tolls == []
    folded.hear(versions[1, "usable"], f"{MONDAY} 10:00")
    assert folded.tolls == [], "an old version that comes late revives nothing"
    assert classify(versions[3, "withheld"]).signals == ()


def test_06_one_address_in_several_spellings_is_one_story() -> None:
    base = "https://wire.example/world/attack-1"
    spellings = [
        "http://wire.example/world/attack-1/",
        base + "?utm_source=x&utm_medium=y",
        "https://www.wire.example/world/attack-1",
        base + "?fbclid=abc",
        base + "#top",
        "https://WIRE.example/world/attack-1",
    ]
    assert {canonical_url(url) for url in spellings} == {canonical_url(base)}
    assert canonical_url(base + "?id=2") != canonical_url(base)


def test_07_the_same_guid_on_another_article_is_another_article(tmp_path: Path) -> None:
    text = rss(
        f"<guid>same</guid><link>https://a.example/1</link><title>Attack in Tikrit</title><description>{ATTACK.format(9)}</description><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>",
        f"<guid>same</guid><link>https://a.example/2</link><title>Blast in Gao</title><description>{ATTACK.format(5).replace('Tikrit', 'Gao').replace('TIKRIT, Iraq', 'GAO, Mali')}</description><pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate>",
    )
    folded = Folded()
    for n, article in enumerate(articles(tmp_path, text)):
        folded.hear(article, f"{MONDAY} 0{8 + n}:00")
    assert sorted(n for n in folded.tolls if n) == [5, 9]


def test_08_articles_of_one_second_are_each_taken_in_once(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    text = "".join(line(id=f"a{n}", published=f"{MONDAY}T08:00:00Z") for n in range(5))
    found = [as_heard(article, now, first_contact=False) for article in articles(tmp_path, text)]
    Store(tmp_path / "s.db").close()
    intake = Intake(tmp_path / "s.db")
    try:
        assert intake.save(Batch(source="f", now=now, articles=found[:3])) == 3
        assert intake.save(Batch(source="f", now=now, articles=found)) == 2, "none is lost at the border of two polls"
        assert intake.save(Batch(source="f", now=now, articles=found)) == 0
    finally:
        intake.close()


def test_09_a_day_without_a_time_is_no_midnight_and_not_late(tmp_path: Path) -> None:
    (article,) = articles(tmp_path, line(published=MONDAY), ReadOptions(feed="f", zone="America/New_York"))
    assert codes(article) == ["day_only"]
    places = []
    for received in (f"{MONDAY} 14:00", "2026-03-03 04:30", "2026-03-03 05:30"):
        seen = Folded().hear(article, received)
        assert seen.quiet is None, "late, though nobody knows when of that day it came out"
        (_, happening), *_ = seen.changes
        assert happening is not None
        places.append(happening.mentions[0].at)
    assert places == [at(f"{MONDAY} 14:00"), at("2026-03-03 04:30"), at("2026-03-03 05:00") - 1]
    assert Folded().hear(article, "2026-03-03 09:00").quiet == "late"


def test_10_a_live_blog_counts_its_happening_once(tmp_path: Path) -> None:
    folded = Folded()
    for n in range(24):
        text = line(
            id="blog",
            url="https://a.example/live",
            published=f"{MONDAY}T08:00:00Z",
            updated=f"{MONDAY}T{n // 2 + 9:02}:{n % 2 * 30:02}:00Z",
            body=ATTACK.format(4 + n // 6),
        )
        (article,) = articles(tmp_path, text)
        folded.hear(article, f"{MONDAY} {n // 2 + 9:02}:{n % 2 * 30:02}")
    assert folded.tolls == [7]


def test_11_a_file_out_of_order_is_folded_in_the_order_of_time(tmp_path: Path) -> None:
    from alerts import replay

    hours = [5, 1, 9, 3, 7]
    (tmp_path / "one.jsonl").write_text("".join(line(id=f"a{h}", published=f"{MONDAY}T{h:02}:00:00Z") for h in hours))
    (tmp_path / "two.jsonl").write_text("".join(line(id=f"a{h}", published=f"{MONDAY}T{h:02}:00:00Z") for h in (8, 2)))
    store = Store(tmp_path / "s.db")
    try:
        replay.stage(store, [read_feed(str(tmp_path / "*.jsonl"), ReadOptions())], "spec")
        told = [json.loads(data)["id"] for _, _, data in store.pending()]
    finally:
        store.close()
    assert told == ["a1", "a2", "a3", "a5", "a7", "a8", "a9"]


def test_12_a_replay_without_deliver_has_nobody_to_send(tmp_path: Path) -> None:
    from alerts.config import load
    from alerts.monitor import Monitor

    (tmp_path / "t.yml").write_text(
        "rules:\n  - {id: toll, when: 'attack.*', measure: killed, by: [country], severity: {warning: 5}}\n"
        "destinations:\n  hook: {webhook: 'http://127.0.0.1:9/in', allow_private: true}\n"
    )
    with Monitor(load(tmp_path / "t.yml", {}), None, deliver=False, workers=0) as monitor:
        assert monitor.deliverer is None


def test_13_an_embargo_goes_with_the_article_to_the_fold_which_holds_it(tmp_path: Path) -> None:
    item = {
        "uri": "u",
        "pubstatus": "usable",
        "versioncreated": f"{MONDAY}T08:00:00Z",
        "embargoed": f"{MONDAY}T18:00:00Z",
        "headline": "Attack",
        "body_text": ATTACK.format(9),
    }
    (article,) = articles(tmp_path, json.dumps(item))
    assert article.embargo == article.published == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert classify(article).embargo == f"{MONDAY}T18:00:00+00:00", "tests/test_embargo.py holds the fold to it"


def test_14_a_body_that_stands_twice_and_a_page_of_several_articles_count_each_happening_once(tmp_path: Path) -> None:
    (doubled,) = articles(
        tmp_path, line(published=f"{MONDAY}T08:00:00Z", body=f"{ATTACK.format(9)}\n\n{ATTACK.format(9)}")
    )
    folded = Folded()
    folded.hear(doubled, f"{MONDAY} 08:00")
    assert folded.tolls == [9]
    titles = ("Shells Fall on Velmar", "Envoy Lands in Orvel")
    page = "\n\n".join(f"{title}\n\n{title}\n\n{ATTACK.format(n + 3)}" for n, title in enumerate(titles))
    assert [article.title for article in articles(tmp_path, page)] == list(titles)


@pytest.mark.parametrize(
    "written",
    ["1\u00ad2", "1\u200b2", "1\u20602", "\u200f12\u200e", "12\ufeff", "\u202a12\u202c", "1\u200c2", "1\u200d2"],
)
def test_15_what_nobody_sees_in_a_number_changes_no_figure(tmp_path: Path, written: str) -> None:
    (article,) = articles(tmp_path, line(published=f"{MONDAY}T08:00:00Z", body=ATTACK.format(written)))
    report = classify(article)
    assert [(count.low, count.high) for count in killed(report)] == [(12, 12)]
    assert "invisible" in [problem.code for problem in report.problems]
    signal = next(signal for signal in report.signals if signal.field == "body")
    assert article.body[signal.start : signal.end] == signal.sentence


@pytest.mark.parametrize("written", ["1,200", "1.200", "1\u00a0200", "1\u202f200", "1\u2009200"])
def test_15_thousands_are_grouped_in_any_way(tmp_path: Path, written: str) -> None:
    (article,) = articles(tmp_path, line(published=f"{MONDAY}T08:00:00Z", body=ATTACK.format(written)))
    assert [count.low for count in killed(classify(article))] == [1200]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_15_a_document_in_any_encoding_gives_the_same_figures(tmp_path: Path, encoding: str) -> None:
    quoted = f"“{ATTACK.format(12)}” – so the mayor’s office."
    declared = f"<?xml version='1.0' encoding='{encoding.partition('-sig')[0]}'?>"
    text = declared + rss(
        f"<guid>1</guid><title>Café attack</title><description>{quoted}</description><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>"
    )
    (article,) = articles(tmp_path, text.encode(encoding))
    assert (article.title, article.body) == ("Café attack", quoted)
    assert [count.low for count in killed(classify(article))] == [12]


def test_15_arabic_text_is_kept_whole_and_named_as_unread(tmp_path: Path) -> None:
    body = "قال مسؤولون إن انفجارا وقع في السوق يوم الاثنين وأسفر عن مقتل تسعة أشخاص وإصابة آخرين في المدينة القديمة"
    (article,) = articles(tmp_path, line(published=f"{MONDAY}T08:00:00Z", title="", body=body))
    report = classify(article)
    assert article.body == body
    assert report.signals == ()
    assert "unsupported_language" in [problem.code for problem in report.problems]


def test_15_a_stray_byte_loses_itself_alone_and_is_flagged(tmp_path: Path) -> None:
    data = (
        line(published=f"{MONDAY}T08:00:00Z", body=ATTACK.format(12) + " QUOTE")
        .encode()
        .replace(b"QUOTE", b"\x93so\x94")
    )
    (article,) = articles(tmp_path, data)
    assert [count.low for count in killed(classify(article))] == [12]
    assert codes(article) == ["bad_encoding"]


def test_a_poll_after_a_day_says_nothing_new_of_a_day_only_article(tmp_path: Path) -> None:
    (article,) = articles(tmp_path, line(published=MONDAY))
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    Store(tmp_path / "s.db").close()
    intake = Intake(tmp_path / "s.db")
    try:
        for n in range(3):
            moment = now + timedelta(hours=9 * n)
            heard = as_heard(article, moment, first_contact=False)
            assert intake.save(Batch(source="f", now=moment, articles=[heard])) == int(n == 0)
    finally:
        intake.close()
