"""A wrong date of publication sends a false alert or none, so a date is taken only where the text bears it out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.article import Article
from streams.sources.dating import date_articles, parse_assume

T = "2031-05-04"


def article(body: str, *, n: int = 1, title: str = "", caption: str = "", zone: str = "UTC") -> Article:
    text = f"{caption}\n\n{body}" if caption else body
    captions = ((0, len(caption)),) if caption else ()
    return Article(id=f"p#{n}", title=title, body=text, captions=captions, zone=zone)


def dated(given: Article, *assumed: str) -> tuple[str | None, str]:
    """The day an article gets and the problem that says why."""
    (found,) = date_articles([given], parse_assume(assumed))
    return found.published.date().isoformat() if found.published else None, found.problems[-1].code


@pytest.mark.parametrize(
    ("given", "day"),
    [
        (article("Five died.", caption="The square on March 4, 2031. (Wire)"), "2031-03-04"),
        (article("VELMAR, March 4, 2031 (Wire) — Five died."), "2031-03-04"),
        (article("VELMAR, 4 MAR 31 -- FIVE DIED."), "2031-03-04"),
        (article("Published 4 March 2031\n\nFive died."), "2031-03-04"),
        (article("VELMAR, March 4, 2031 - Five died.", caption="A street. (Wire)"), "2031-03-04"),
    ],
)
def test_its_own_full_date_dates_an_article(given: Article, day: str) -> None:
    assert dated(given) == (day, "dated_from_text")


@pytest.mark.parametrize(
    "given",
    [
        article("On September 11, 2001, towers fell - and wars began."),
        article("Five died in the attack of March 4, 2031."),
        article("Five died.", caption="The square on March 4, 2031. (Wire - Archive)"),
        article("Five died.", caption="FILE PHOTO: The square on March 4, 2031. (Wire)"),
        article("Five died in late 2033.", caption="The square on March 4, 2031. (Wire)"),
        article("Five died.", caption="The square on March 4. (Wire)"),
    ],
)
def test_a_date_of_something_else_dates_nothing(given: Article) -> None:
    assert dated(given) == (None, "undated")


def test_the_day_begins_in_the_zone_of_the_source() -> None:
    given = article("VELMAR, March 4, 2031 (Wire) — Five died.", zone="Asia/Tokyo")
    (found,) = date_articles([given], None)
    assert found.published == datetime(2031, 3, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        "Five died.",
        "It was taken back in 2024, and 2,040 people fled; 2050 houses burned.",
        "The Vision 2040 plan goes on.",
        "The vote of November 3, 2031 is near.",
        "They met on Jan. 29.",
    ],
)
def test_nothing_against_it_lets_the_users_date_stand(body: str) -> None:
    assert dated(article(body), T) == (T, "assumed_date")


@pytest.mark.parametrize(
    "body", ["Since late 2033 it is calm.", "They met on February 5, 2036.", "It began in 2032.", "Held since 2035."]
)
def test_a_later_year_in_the_text_refuses_the_users_date(body: str) -> None:
    assert dated(article(body), T) == (None, "date_conflict")
    assert dated(article("Five died.", title=body), T) == (None, "date_conflict")


def test_a_day_without_year_is_bound_by_the_articles_beside_it() -> None:
    beside = article("They met.", n=2, caption="The envoy on February 5, 2036. (Wire)")
    bound, _ = date_articles([article("The accord of Jan. 29 holds."), beside], parse_assume([T]))
    assert bound.published is None
    assert "2036-01-29" in bound.problems[-1].message


def test_a_day_just_before_the_users_date_belongs_to_it() -> None:
    beside = article("They met.", n=2, caption="The envoy on February 5, 2036. (Wire)")
    bound, _ = date_articles([article("The blast on May 2 killed five."), beside], parse_assume([T]))
    assert bound.published == datetime(2031, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize("key", ["p#1", "#1", "1"])
def test_the_users_date_for_one_article_overrules_its_text(key: str) -> None:
    given = article("Since late 2033 it is calm.", caption="The square on March 4, 2030. (Wire)")
    assert dated(given, f"{key}=2034-01-02", T) == ("2034-01-02", "assumed_date")


def test_a_publishers_date_is_never_touched() -> None:
    given = Article(id="p#1", body="Since late 2033.", published=datetime(2030, 1, 1, tzinfo=UTC))
    assert date_articles([given], parse_assume([T, "p#1=2029-01-01"])) == [given]


def test_what_is_no_date_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        parse_assume(["a=yesterday"])


def test_a_leap_day_is_bound_to_a_leap_year() -> None:
    assert dated(article("The accord of Feb. 29 holds."), "2031-05-04") == ("2031-05-04", "assumed_date")
