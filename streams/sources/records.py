"""How does a record become an article? Whatever format gave its fields, they are checked and named here, in one way.

A format hands over the raw values of an article's fields (``FIELDS``) and, where it has one, the end of an embargo.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from streams.article import Article, Problem, Status
from streams.sources import invisible
from streams.sources.dating import date_articles
from streams.sources.moments import read_moment
from streams.sources.naming import NO_ID, hashed_id
from streams.sources.options import ReadOptions, Unreadable

BAD_ENCODING = Problem(code="bad_encoding", message="not valid UTF-8 throughout: unreadable characters were replaced")
_TEXTS = ("title", "body", "source", "url", "language")
_TIMES = ("published", "updated", "received", "embargo")
_STATUS: dict[Any, Status] = {
    None: "usable",
    "": "usable",
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
}


def article_of(
    found: Mapping[str, Any], where: str, name: str, options: ReadOptions, problems: tuple[Problem, ...] = ()
) -> Article | Unreadable:
    """The article of one record's raw values, absent ones left out or None; what is wrong with them is said in it.

    ``embargo`` later than its version makes it the time of publication: nothing may be told before. Without title
    and body only a cancellation is an article.
    """
    noted = list(problems)
    texts = {field: _text(found.get(field), field, noted) for field in _TEXTS}
    noted += invisible.noted(texts["title"], texts["body"])
    texts |= {field: invisible.visible(texts[field]) for field in ("title", "body")}
    status = _status(found.get("status"), noted)
    if status != "canceled" and not texts["title"].strip() and not texts["body"].strip():
        return Unreadable(where=where, why="neither title nor body")
    times = {field: _time(found.get(field), field, options.zone, noted) for field in _TIMES}
    article = Article(
        id=_id(found.get("id"), texts, noted),
        feed=options.feed or name,
        title=texts["title"],
        body=texts["body"],
        published=times["published"],
        updated=times["updated"],
        received=times["received"],
        source=texts["source"] or options.publisher or options.feed or name,
        url=texts["url"] or None,
        language=texts["language"] or None,
        revision=_revision(found.get("revision"), noted),
        status=status,
        zone=options.zone,
        lateness=options.lateness,
        problems=tuple(noted),
    )
    article = _embargoed(article, times["embargo"])
    return article if article.published else date_articles([article], options.assume)[0]


def _embargoed(article: Article, until: datetime | None) -> Article:
    """The article as of the end of its embargo, when that is later than the version itself."""
    told = [moment for moment in (article.published, article.updated) if moment]
    if until is None or (told and until <= max(told)):
        return article
    problem = Problem(code="embargo", message=f"under embargo until {until.isoformat()}: that is when it was published")
    return replace(article, published=until, embargo=until, problems=(*article.problems, problem))


def _text(value: Any, field: str, problems: list[Problem]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return _text("\n\n".join(value), field, problems)
    if isinstance(value, int | float):
        return str(value)
    problems.append(Problem(code="bad_field", message=f"{field} is no text but {type(value).__name__}; left out"))
    return ""


def _time(value: Any, field: str, zone: str, problems: list[Problem]) -> Any:
    moment, problem = read_moment(value, zone, field)
    if problem is not None:
        problems.append(problem)
    return moment


def _id(value: Any, texts: dict[str, str], problems: list[Problem]) -> str:
    given = _text(value, "id", problems)
    if given.strip():
        return given
    problems.append(NO_ID)
    return hashed_id(texts["url"], texts["title"], texts["body"])


def _status(value: Any, problems: list[Problem]) -> Status:
    known = _STATUS.get(value.lower() if isinstance(value, str) else None if value is None else "unknown")
    if known is not None:
        return known
    problems.append(Problem(code="bad_field", message=f"status {str(value)[:40]!r} is unknown; taken as withheld"))
    return "withheld"


def _revision(value: Any, problems: list[Problem]) -> int | None:
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        problems.append(Problem(code="bad_field", message=f"revision {str(value)[:40]!r} is no number; taken as none"))
        return None
