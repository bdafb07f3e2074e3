"""When was an article published that does not say so? By its captions or dateline, or by the user's word.

Nothing falls back to "now". An article that speaks of a later year than the one assumed for it stays undated: on a
page of several articles the user's date is seldom meant for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from streams.article import Article, Problem
from streams.text.dates import ExplicitDate, explicit_dates, find_dates
from streams.times import parse_moment

_UNDATED = Problem(code="undated", message="no date of publication: kept and shown, but in no window")
_ARCHIVE = re.compile(r"(?i)\b(?:archives?|file (?:photo|picture|image|pic)|undated)\b|\bFILE\b")
#: "BAGHDAD, May 4, 2020 (Agency) — ": what stands before the first dash of the first line.
_DATELINE = re.compile(r"\s*([A-Z][^\n]{2,100}?)\s(?:--?|[—–])\s")
_ASIDE = re.compile(r"\([^()]*\)|\[[^][]*\]")
_SENTENCE = re.compile(r"\s*(?:On|In|Since|By|After|Before|Until)\b|\b[a-z]{3,}")
_LONGEST_DATE_LINE = 80
_OTHER_WORDS = 40
#: A year that stands alone is a date after these words only: "in 2014", "Vision 2030" is none.
_YEAR_ALONE = re.compile(r"\d{4}")
_BEFORE_YEAR = re.compile(
    r"(?i)(?:\b(?:in|since|until|till|by|of|from|to|before|after|during|through|throughout|between|and|late|early|mid|year|the)"
    r"|[(,])[\s-]+$"
)
_CONTEXT = 16


class Assume(Struct, frozen=True, kw_only=True):
    """The user's word: a date for every undated article, and dates for some by id (or what follows its ``#``)."""

    default: datetime | None = None
    by_id: dict[str, datetime] = {}


def parse_assume(values: Sequence[str], zone: str = "UTC") -> Assume:
    """``T`` and ``ID=T`` as the command line takes them; a bare date is the start of that day in ``zone``.

    Raises ValueError naming the one that is no date.
    """
    default: datetime | None = None
    by_id = {}
    for value in values:
        id_, _, text = value.rpartition("=")
        try:
            moment, _ = parse_moment(text, zone)
        except (ValueError, OverflowError):
            raise ValueError(f"{value!r}: {text!r} is no ISO 8601 date; write 2020-05-04 or ID=2020-05-04") from None
        if id_:
            by_id[id_] = moment
        else:
            default = moment
    return Assume(default=default, by_id=by_id)


def date_articles(articles: Sequence[Article], assume: Assume | None) -> list[Article]:
    """The articles of one page or document, with those dated that can be; the others say why not."""
    told = assume or Assume()
    known = [_from_user(article, told) or _from_text(article) or article for article in articles]
    anchors = [_day(article.published, article.zone) for article in known if article.published is not None]
    return [article if article.published else _assumed(article, told.default, anchors) for article in known]


def _from_user(article: Article, told: Assume) -> Article | None:
    """The article dated by the user for itself, whatever its text says."""
    if article.published is not None:
        return None
    for id_, moment in told.by_id.items():
        if article.id == id_ or article.id.endswith(f"#{id_.removeprefix('#')}"):
            return _dated(article, moment, "assumed_date", "dated by the user")
    return None


def _from_text(article: Article) -> Article | None:
    """The article dated by a full date in a caption, its dateline or a first line that is a date."""
    if article.published is not None or not article.body:
        return None
    for start, end, what in _date_places(article):
        days = [day for day in map(_full, explicit_dates(article.body, start, end)) if day is not None]
        if days and _latest_year(article) <= max(days).year:
            moment, _ = parse_moment(max(days).isoformat(), article.zone)
            return _dated(article, moment, "dated_from_text", f"dated {max(days)} by its {what}")
    return None


def _date_places(article: Article) -> list[tuple[int, int, str]]:
    """Where an article may carry its own date: dateline, first line, captions that show no archive picture."""
    body = article.body
    text_start = max((end for _, end in article.captions), default=0)
    text_start += len(body[text_start:]) - len(body[text_start:].lstrip())
    places = []
    dateline = _DATELINE.match(body, text_start)
    if dateline and _is_dateline(dateline[1]):
        places.append((dateline.start(1), dateline.end(1), "dateline"))
    line_end = body.find("\n", text_start)
    if 0 <= line_end - text_start <= _LONGEST_DATE_LINE and _is_date_line(body[text_start:line_end]):
        places.append((text_start, line_end, "first line"))
    places += [(start, end, "caption") for start, end in article.captions if not _ARCHIVE.search(body[start:end])]
    return places


def _is_dateline(line: str) -> bool:
    """Whether nothing but places stands beside the date: "On May 4, 2020, shots fell" is a sentence."""
    for found in reversed(explicit_dates(line, 0, len(line))):
        line = line[: found.start] + line[found.end :]
    return _SENTENCE.search(_ASIDE.sub("", line)) is None


def _is_date_line(line: str) -> bool:
    found = explicit_dates(line, 0, len(line))
    return bool(found) and len(line) - sum(one.end - one.start for one in found) <= _OTHER_WORDS


def _assumed(article: Article, default: datetime | None, anchors: list[date]) -> Article:
    if default is None:
        return _noted(article, _UNDATED)
    limit = _day(default, article.zone)
    year = _latest_year(article)
    bound = _bound_later(article, limit, anchors)
    if year > limit.year or bound is not None:
        message = f"it speaks of {bound or year}, later than the date assumed ({limit}): left undated; ID=DATE dates it"
        return _noted(article, Problem(code="date_conflict", message=message))
    return _dated(article, default, "assumed_date", f"dated {limit} by assumption")


def _latest_year(article: Article) -> int:
    """The latest year that title or body name as a date; 0 for none."""
    return max((year for text in (article.title, article.body) for year in _years(text)), default=0)


def _years(text: str) -> list[int]:
    years = []
    for found in find_dates(text, 0, len(text), None):
        day = found.first or found.last
        if day is None:
            continue
        alone = _YEAR_ALONE.fullmatch(text, found.start, found.end) is not None
        if not alone or _BEFORE_YEAR.search(text[max(0, found.start - _CONTEXT) : found.start]):
            years.append(day.year)
    return years


def _bound_later(article: Article, limit: date, anchors: list[date]) -> date | None:
    """A day without a year that, by the page's dated articles, lies after ``limit``.

    Of the dates of those articles and ``limit``, the one that the day precedes most closely gives it its year.
    """
    for text in (article.title, article.body):
        for found in explicit_dates(text, 0, len(text)):
            if found.year is not None or found.month is None or found.day is None:
                continue
            near = [(anchor - day, -day.toordinal()) for anchor in (limit, *anchors) if (day := _before(found, anchor))]
            day = date.fromordinal(-min(near)[1]) if near else limit
            if day > limit:
                return day
    return None


def _before(found: ExplicitDate, anchor: date) -> date | None:
    """The last such day on or before ``anchor``; a leap day may be eight years back."""
    days = (_full(found._replace(year=year)) for year in range(anchor.year, anchor.year - 9, -1))
    return next((day for day in days if day is not None and day <= anchor), None)


def _full(found: ExplicitDate) -> date | None:
    if found.year is None or found.month is None or found.day is None:
        return None
    try:
        return date(found.year, found.month, found.day)
    except ValueError:
        return None


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _dated(article: Article, moment: datetime, code: str, message: str) -> Article:
    return _noted(replace(article, published=moment), Problem(code=code, message=message))


def _noted(article: Article, problem: Problem) -> Article:
    return replace(article, problems=(*article.problems, problem))
