"""Short ways for tests to read a text."""

from __future__ import annotations

from datetime import UTC, datetime

from streams.article import Article, Count, Report, Signal, counts_by_default
from streams.classify import classify

FRIDAY = datetime(2024, 5, 17, 12, tzinfo=UTC)


def read(body: str, title: str = "", *, dated: bool = True, captions: tuple[tuple[int, int], ...] = ()) -> Report:
    """Classify a text published at noon on Friday 17 May 2024."""
    return classify(Article(id="x", title=title, body=body, published=FRIDAY if dated else None, captions=captions))


def figures(report: Report, *relations: str) -> list[tuple[str, int | float | None, int | float | None, str]]:
    """(measure, low, high, side) of the counts of counting signals, totals unless ``relations`` says else."""
    wanted = relations or ("total",)
    return [
        (c.measure, c.low, c.high, c.side)
        for s in report.signals
        if counts_by_default(s)
        for c in s.counts
        if c.relation in wanted
    ]


def counting(report: Report) -> list[Signal]:
    """The signals that count."""
    return [s for s in report.signals if counts_by_default(s)]


def counts_of(report: Report) -> list[Count]:
    """Every count of every signal."""
    return [c for s in report.signals for c in s.counts]
