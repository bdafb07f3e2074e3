"""Classification on every core, results in the order of the articles.

An article that kills its worker twice, or keeps it longer than reading can take, is quarantined: a report with the
problem ``quarantined`` takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec
from msgspec.structs import replace

from streams.article import Article, Problem, Report, unread
from streams.journal import Reading, encode_entry
from streams.workers import PATIENCE, Workers

Classify = Callable[[Article], Report]
Job = tuple[int, int, bytes]


def read_article(classify: Classify, data: bytes) -> bytes:
    """The journal entry, as bytes, of an article's bytes. What classify raises becomes a problem of the report."""
    return read_decoded(classify, msgspec.json.decode(data, type=Article))


def read_decoded(classify: Classify, article: Article) -> bytes:
    """The same of an article."""
    try:
        report = classify(article)
    except Exception as error:
        report = failed_report(article, "classify_error", f"not read: {type(error).__name__}: {error}")
    return encode_entry(Reading(report=report))


def failed_report(article: Article, code: str, message: str) -> Report:
    """A report that says why its article was not read."""
    return replace(unread(article), problems=(*article.problems, Problem(code=code, message=message)))


def _quarantined(data: bytes, why: str) -> bytes:
    article = msgspec.json.decode(data, type=Article)
    report = failed_report(article, "quarantined", f"set aside: reading it {why}, twice")
    return encode_entry(Reading(report=report))


class Pool:
    """Runs ``classify`` over articles. With ``workers=0`` it runs in this process."""

    def __init__(self, classify: Classify, workers: int, *, patience: float = PATIENCE) -> None:
        """``patience`` in seconds: how long a worker may take before it is taken to hang."""
        work = partial(read_article, classify)
        self._workers = Workers(work, _quarantined, workers, preload=["streams.classify"], patience=patience)

    def map(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """(seq, received, entry) of (seq, received, article) jobs, in their order; at most a few chunks ahead."""
        keyed = ((job[:2], job[2]) for job in jobs)
        for (seq, received), entry in self._workers.map(list(keyed) if isinstance(jobs, list) else keyed):
            yield seq, received, entry

    def warm(self, sample: Article) -> None:
        """Start the workers and have each read a sample, so that the first real article does not wait for them."""
        self._workers.warm(msgspec.json.encode(sample))

    def close(self) -> None:
        """End the workers."""
        self._workers.close()
