"""Is this article new, a newer version, or an old one come late?

Identity is (feed, id). Numbered versions rank by their number; unnumbered ones by (updated, published, hash). A lower
or equal version after a higher one is ignored. A cancellation before its article leaves a tombstone. The same id with
another address and another title is another article.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from streams.article import Report, Status
from streams.codec import digest
from streams.state import State, Table

Verdict = Literal["new", "newer", "stale"]


class Known(Struct, frozen=True, kw_only=True):
    """What is remembered of an article."""

    rank: tuple[int, str, str, str]
    numbered: bool
    status: Status
    position: int
    url: str | None
    title: str
    born: int
    heard: int
    """Seconds: when its first version was received."""
    story: str = ""
    happenings: tuple[str, ...] = ()
    """Ids of the incidents and episodes that it is mentioned in."""


def table(state: State) -> Table[Known]:
    """The articles known, by article key."""
    return state.table("articles", Known)


def rank_of(report: Report) -> tuple[int, str, str, str]:
    """What versions of one article are ordered by."""
    content = report.sha256.get("title", "") + report.sha256.get("body", "")
    return (report.revision or 1, report.updated or "", report.published or "", content)


def key_of(state: State, report: Report) -> str:
    """The key of the article that a report belongs to."""
    key = f"{report.feed}\x1f{report.id}"
    known = table(state).get(key)
    if known is None or report.status == "canceled" or report.revision is not None:
        return key
    another = report.url and known.url and report.url != known.url and digest(report.title) != known.title
    return f"{key}\x1f{digest(report.url)}" if another else key


def judge(known: Known | None, report: Report) -> Verdict:
    """Whether a report is of a new article, a newer version of a known one, or stale."""
    if known is None:
        return "new"
    rank = rank_of(report)
    if known.numbered or report.revision is not None:
        return "newer" if rank[0] > known.rank[0] else "stale"
    return "newer" if rank > known.rank else "stale"


def remember(report: Report, position: int, *, now: int, heard: int, story: str, happenings: tuple[str, ...]) -> Known:
    """What to keep of a report."""
    return Known(
        rank=rank_of(report),
        numbered=report.revision is not None,
        status=report.status,
        position=position,
        url=report.url,
        title=digest(report.title),
        born=now,
        heard=heard,
        story=story,
        happenings=happenings,
    )
