"""When was an article published that does not say so? By its dateline, its captions, or the user's word.

Nothing falls back to "now". An article that speaks of a year later than the date assumed for it stays undated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article, Problem
from streams.text.dates import ExplicitDate, explicit_dates

_YEAR = re.compile(
    r"\b(?:in|since|until|by|of|during|late|early|mid|from)[ -](?:late |early |mid-?)?"
    r"(1[89]\d\d|20\d\d|21\d\d)\b(?![,.]?\d)"
)
_DATELINE = 120


class Assume(Struct, frozen=True, kw_only=True):
    """The user's word: a date for every undated article, and dates for some by id (or its ``#n`` ending)."""

    default: datetime | None = None
    by_id: dict[str, datetime] = {}


def parse_assume(values: Sequence[str], zone: str = "UTC") -> Assume:
    """``T`` and ``ID=T`` as the command line takes them. Raises ValueError naming the one that is no date."""
    default: datetime | None = None
    by_id = {}
    for value in values:
        id_, _, text = value.rpartition("=")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{value!r}: {text!r} is no ISO 8601 date; write 2020-05-04 or ID=2020-05-04") from None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        if id_:
            by_id[id_] = aware.astimezone(UTC)
        else:
            default = aware.astimezone(UTC)
    return Assume(default=default, by_id=by_id)


def date_articles(articles: Sequence[Article], assume: Assume | None) -> list[Article]:
    """The articles of one page or file, with those dated that can be."""
    known = [_from_text(article) for article in articles]
    anchors = [a.published for a in known if a.published is not None]
    return [article if article.published else _assumed(article, assume, anchors) for article in known]


def _from_text(article: Article) -> Article:
    """An undated article whose caption or dateline carries a full date takes that."""
    if article.published is not None or not article.body:
        return article
    spans = article.captions or ((0, min(len(article.body), _DATELINE)),)
    for start, end in spans:
        for found in explicit_dates(article.body, start, end):
            day = _full(found)
            if day is not None:
                moment = datetime.combine(day, time(), ZoneInfo(article.zone)).astimezone(UTC)
                problem = Problem(code="dated_from_text", message=f"dated {day.isoformat()} by its caption or dateline")
                return replace(article, published=moment, problems=(*article.problems, problem))
    return article


def _assumed(article: Article, assume: Assume | None, anchors: list[datetime]) -> Article:
    if assume is None:
        return article
    for id_, moment in assume.by_id.items():
        if article.id == id_ or article.id.endswith(f"#{id_.removeprefix('#')}"):
            return _with(article, moment, "assumed_date", "dated by the user's word")
    if assume.default is None:
        return article
    limit = assume.default.astimezone(ZoneInfo(article.zone)).date()
    latest = _latest(article, anchors)
    if latest is not None and latest > limit:
        problem = Problem(code="date_conflict", message=f"it speaks of {latest.year}, later than {limit}: left undated")
        return replace(article, problems=(*article.problems, problem))
    return _with(article, assume.default, "assumed_date", f"dated {limit} by assumption")


def _with(article: Article, moment: datetime, code: str, message: str) -> Article:
    return replace(article, published=moment, problems=(*article.problems, Problem(code=code, message=message)))


def _latest(article: Article, anchors: list[datetime]) -> date | None:
    """The latest day that the text speaks of; a day without a year is bound by the page's dated articles."""
    text = f"{article.title}\n\n{article.body}"
    days = [date(int(match.group(1)), 1, 1) for match in _YEAR.finditer(text)]
    for found in explicit_dates(text, 0, len(text)):
        if found.year is not None:
            days.append(date(found.year, found.month or 1, 1))
        elif found.month is not None and found.day is not None and anchors:
            bound = max(anchors).date()
            days.append(date(bound.year - ((found.month, found.day) > (bound.month, bound.day)), found.month, 1))
    return max(days, default=None)


def _full(found: ExplicitDate) -> date | None:
    if found.year is None or found.month is None or found.day is None:
        return None
    try:
        return date(found.year, found.month, found.day)
    except ValueError:
        return None
