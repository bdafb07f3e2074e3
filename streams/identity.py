"""Is this article new, a newer version, or an old one come late?

Identity is (feed, id). Numbered versions rank by their number; unnumbered ones by (updated, published, hash). A lower
or equal version after a higher one is ignored. A cancellation before its article leaves a tombstone. The same id with
another address and another title is another article.

Whatever the order in which versions arrive, the row of an article is the same: the highest version stands, and of the
others remains what dates the figures of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from streams.article import Fingerprint, Report, Status
from streams.codec import digest
from streams.happenings import Mention
from streams.scoring import FOLLOW_UP
from streams.state import State, Table
from streams.times import epoch
from streams.versions import Rank, Version, changed_at, copied_dates, dates_of, told_of, with_version

Verdict = Literal["new", "newer", "stale"]
#: Versions of one article whose texts are remembered, to know their reprints.
PRINTS_KEPT = 8
#: Ranks a cancellation that says no time above every version that does.
_LAST = "~"
#: What mentions have from their article.
_WORN = ("story", "family", "copied", "as_of", "figure_dates", "phase_date", "received", "quiet", "echoes")
#: What two mentions have in common when one says the other again.
_SAID = ("type", "spot", "figures", "words", "names", "sites", "hours", "named", "phase", "facet", "update", "actual")


class Link(Struct, frozen=True, array_like=True):
    """An earlier mention that tells of the same, how well it fits, and how much of that is words (0 to 1)."""

    score: float
    key: str
    words: float


class Known(Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """What is remembered of an article. Times are seconds."""

    rank: Rank
    numbered: bool
    status: Status
    position: int
    url: str | None
    title: int
    """CRC of the title."""
    heard: int
    """When the first of the versions seen was received."""
    received: int
    """When the version that stands was received."""
    publisher: str
    credit: str | None = None
    """The agency that the version that stands credits."""
    at: int | None = None
    updated: int | None = None
    revised: bool = False
    """Whether there was an earlier version."""
    quiet: str | None = None
    """``late`` or ``baseline``, when it came so; a revised article is an update and neither."""
    prints: tuple[Fingerprint, ...] = ()
    """Of the usable versions seen, sorted: reprints of any of them are told."""
    copied: str = ""
    """Key of the earlier article whose text this is a copy of."""
    likeness: float = 0.0
    own: str = ""
    """Whose words it is, looked at by itself: the agency that it credits, else its publisher's house."""
    story: str = ""
    family: str = ""
    """Whose words its story is."""
    mentions: tuple[Mention, ...] = ()
    homes: tuple[str, ...] = ()
    """The incident or episode of each mention."""
    links: tuple[tuple[Link, ...], ...] = ()
    """The best links of each mention."""
    former: tuple[Version, ...] = ()
    """The other versions seen, by rank; but for those that were withheld."""

    @property
    def moment(self) -> int:
        """Its place in the order of telling: when it was published, or else first heard."""
        return self.heard if self.at is None else self.at

    @property
    def as_of(self) -> int:
        """When the version that stands was the publisher's word: a first one when published, a later when changed."""
        version = self._standing()
        return version.later if self.revised else version.first

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions seen, up to the one that stands."""
        return (*(version for version in self.former if version.rank < self.rank), self._standing())

    @property
    def took_back(self) -> int | None:
        """When what stood before was taken back, by a version that says other things or by a cancellation."""
        if self.status == "canceled":
            return self._standing().later
        return changed_at(self.versions) if self.revised else None

    @property
    def hushed(self) -> str | None:
        """Why it alerts nobody: as long as no version says other things than the first did, for its reason."""
        if not self.revised:
            return self.quiet
        versions = self.versions
        return versions[0].quiet if changed_at(versions) is None else None

    def _standing(self) -> Version:
        return _version(self.rank, self.status, self.updated, self.at, self.received, self.quiet, self.mentions)


def _version(
    rank: Rank,
    status: Status,
    updated: int | None,
    at: int | None,
    received: int,
    quiet: str | None,
    mentions: Sequence[Mention],
) -> Version:
    moment = received if at is None else at
    first, later = min(max(updated or 0, moment), received), min(updated or received, received)
    return Version(rank, status == "usable", first, later, quiet, told_of(mentions))


def table(state: State) -> Table[Known]:
    """The articles known, by article key."""
    return state.table("articles", Known)


def rank_of(report: Report) -> Rank:
    """What versions of one article are ordered by."""
    content = "".join(report.sha256.get(name, "")[:12] for name in ("title", "body"))
    gone = report.status == "canceled"
    updated = report.updated or (_LAST if gone else "")
    return (report.revision or 1, updated, report.published or "", int(gone), content)


def key_of(articles: Table[Known], report: Report) -> str:
    """The key of the article that a report belongs to."""
    key = f"{report.feed}\x1f{report.id}"
    known = articles.get(key)
    if known is None or report.status == "canceled" or report.revision is not None:
        return key
    another = report.url and known.url and report.url != known.url and _crc(report.title) != known.title
    return f"{key}\x1f{digest(report.url)}" if another else key


def judge(known: Known | None, report: Report) -> Verdict:
    """Whether a report is of a new article, a newer version of a known one, or stale."""
    if known is None:
        return "new"
    rank = rank_of(report)
    if known.numbered or report.revision is not None:
        return "newer" if (rank[0], rank[3]) > (known.rank[0], known.rank[3]) else "stale"
    return "newer" if rank > known.rank else "stale"


def remember(
    known: Known | None,
    report: Report,
    position: int,
    at: int | None,
    received: int,
    quiet: str | None,
    mentions: Sequence[Mention],
) -> Known:
    """The row of an article of which this version now stands: as yet in its former story, and unlinked."""
    return Known(
        rank=rank_of(report),
        numbered=report.revision is not None,
        status=report.status,
        position=position,
        url=report.url,
        title=_crc(report.title),
        heard=min(known.heard, received) if known else received,
        received=received,
        publisher=report.source or report.feed,
        credit=report.fingerprint.credit,
        at=at,
        updated=epoch(report.updated),
        revised=(report.revision or 1) > 1 or (known is not None and (known.revised or known.status == "usable")),
        quiet=quiet,
        prints=_prints(known.prints if known else (), report),
        copied=known.copied if known else "",
        likeness=known.likeness if known else 0.0,
        own=known.own if known else "",
        story=known.story if known else "",
        family=known.family if known else "",
        mentions=tuple(mentions),
        former=_former(known),
    )


def absorb(
    known: Known, report: Report, at: int | None, received: int, quiet: str | None, mentions: Sequence[Mention]
) -> Known:
    """The row after an older version came late: it was there, and what it said dates what is said now."""
    rank, former = rank_of(report), known.former
    number = (rank[0], rank[3])
    again = known.numbered and any((v[0], v[3]) == number for v in (known.rank, *(v.rank for v in former)))
    if report.status != "withheld" and rank != known.rank and not again:
        version = _version(rank, report.status, epoch(report.updated), at, received, quiet, mentions)
        former = with_version(former, version)
    return replace(
        known,
        heard=min(known.heard, received),
        revised=known.revised or (report.status == "usable" and rank != known.rank),
        prints=_prints(known.prints, report),
        former=former,
    )


def _former(known: Known | None) -> tuple[Version, ...]:
    """The versions before the one that comes now."""
    if known is None or known.status == "withheld":
        return known.former if known else ()
    return with_version(known.former, known.versions[-1])


def dressed(row: Known, articles: Table[Known]) -> tuple[Mention, ...]:
    """The mentions with what they have from their article and those it is a copy of: story, family and times."""
    if not row.mentions:
        return ()
    versions, quiet, copied = row.versions, row.hushed, list(_copied(row, articles))
    found = []
    for m in row.mentions:
        dates = dates_of(m, versions)
        for others in copied:
            dates = copied_dates(m, dates, others)
        worn = (
            row.story,
            row.family,
            row.copied,
            dates.as_of,
            dates.figures,
            dates.phase,
            row.heard,
            quiet,
            _echoed(m, row, articles),
        )
        has = (m.story, m.family, m.copied, m.as_of, m.figure_dates, m.phase_date, m.received, m.quiet, m.echoes)
        found.append(m if has == worn else replace(m, **dict(zip(_WORN, worn, strict=True))))
    return tuple(found)


def _echoed(mention: Mention, row: Known, articles: Table[Known]) -> str:
    """The mention that is said again, of the first in the chain of copies that says just the same; or empty."""
    found, event = "", mention.key.removeprefix(mention.article)
    while not mention.denies and (original := articles.get(row.copied)) is not None:
        said = next((m for m in original.mentions if m.key.removeprefix(m.article) == event), None)
        if said is None or any(getattr(said, name) != getattr(mention, name) for name in _SAID):
            break
        if not _same_day(said, mention) or row.moment - original.moment > FOLLOW_UP:
            break
        found, row = said.key, original
    return found


def _same_day(said: Mention, mention: Mention) -> bool:
    """Whether both state one day, or neither states any: "on Monday" of next week is another happening."""
    stated = [m.days if m.days and m.days.stated else None for m in (said, mention)]
    return stated[0] == stated[1]


def _copied(row: Known, articles: Table[Known]) -> Iterator[tuple[Version, ...]]:
    """The versions of each of the articles whose text it is a copy of."""
    while (original := articles.get(row.copied)) is not None:
        yield original.versions
        row = original


def _prints(earlier: tuple[Fingerprint, ...], report: Report) -> tuple[Fingerprint, ...]:
    if report.status != "usable" or not report.fingerprint.sketch or report.fingerprint in earlier:
        return earlier
    return tuple(sorted((*earlier, report.fingerprint), key=lambda p: (p.sketch, p.url or "")))[:PRINTS_KEPT]


def _crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))
