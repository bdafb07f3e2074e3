"""History is put in order before it is folded, and what carries no date takes none from the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from alerts import replay
from streams.article import Article
from streams.engines.store import Store
from streams.sources import Unreadable


def day(number: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, number, hour, tzinfo=UTC)


def staged(tmp_path: Path, *feeds: list[Article | Unreadable], **limits: int) -> list[tuple[str, int]]:
    store = Store(tmp_path / "a.db")
    replay.stage(store, feeds, "spec", **limits)
    assert replay.is_staged(store, "spec")
    found = [(msgspec.json.decode(data)["id"], received) for _, received, data in store.pending()]
    store.close()
    return found


def test_articles_of_all_files_are_sorted_by_time_source_id_and_revision(tmp_path: Path) -> None:
    one = [Article(id="c", feed="b", published=day(3)), Article(id="a", feed="b", published=day(2))]
    two = [Article(id="b", feed="a", published=day(2)), Article(id="a", feed="b", published=day(1), received=day(5))]
    assert [id_ for id_, _ in staged(tmp_path, one, two)] == ["b", "a", "c", "a"]


def test_undated_article_takes_the_clock_at_its_place_in_the_file(tmp_path: Path) -> None:
    feed = [
        Article(id="first"),
        Article(id="a", published=day(2)),
        Article(id="undated"),
        Article(id="b", published=day(3)),
    ]
    times = dict(staged(tmp_path, feed))
    assert times["undated"] == times["first"] == times["a"] == int(day(2).timestamp())


def test_history_without_any_date_never_becomes_now(tmp_path: Path) -> None:
    assert staged(tmp_path, [Article(id="a"), Article(id="b")]) == [("a", 0), ("b", 0)]


def test_to_is_exclusive(tmp_path: Path) -> None:
    feed = [Article(id=f"a{n}", published=day(n)) for n in range(1, 6)]
    assert [id_ for id_, _ in staged(tmp_path, feed, until=int(day(4).timestamp()))] == ["a1", "a2", "a3"]


def test_what_cannot_be_read_is_kept_with_its_place(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    result = replay.stage(store, [[Unreadable(where="f:3", why="not JSON"), Article(id="a", published=day(1))]], "s")
    assert result.articles == 1
    assert [tuple(row) for row in store.writer.execute("SELECT place, why FROM unreadable")] == [("f:3", "not JSON")]
    store.close()
