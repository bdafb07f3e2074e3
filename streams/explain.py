"""Why was a sentence read as it was? The reading itself, its trace, and the words that it hangs on.

Nothing is read a second way. The report and the trace come from one call of ``classify``; a word is a cue when
``classify`` reads the same article otherwise once that word is left blank. So the explanation can't disagree.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from streams.article import Article, Report, Signal, family_of
from streams.classify import classify
from streams.signals.trace import Trace, Try
from streams.text.matcher import fold
from streams.text.tokens import tokenize

#: Words of a sentence that are tried, one after the other; each costs a reading of the article.
MAX_CUES_TRIED = 120


class Cue(NamedTuple):
    """A word without which a signal would be another. ``without`` is what would then be read, None for nothing."""

    start: int
    end: int
    text: str
    without: tuple[str, str, str] | None


class Explained(NamedTuple):
    """A report with, for each of its signals, the clause that tells it and its cues; and every phrase tried."""

    report: Report
    clauses: tuple[tuple[int, int], ...]
    cues: tuple[tuple[Cue, ...], ...]
    tried: tuple[Try, ...]


def explain(article: Article) -> Explained:
    """Read an article and say why. Never raises for any text; costs a reading for each word of a telling sentence."""
    trace = Trace()
    report = classify(article, trace)
    blanked: dict[tuple[str, int, int], Report] = {}
    clauses = tuple(trace.clauses.get((s.field, s.trigger.start, s.type), (s.start, s.end)) for s in report.signals)
    cues = tuple(tuple(_cues(article, signal, blanked)) for signal in report.signals)
    return Explained(report, clauses, cues, tuple(dict.fromkeys(trace.tried)))


def _cues(article: Article, signal: Signal, blanked: dict[tuple[str, int, int], Report]) -> list[Cue]:
    text = article.title if signal.field == "title" else article.body
    tokens = tokenize(fold(text), signal.start, signal.end)
    found = []
    for start, end in list(zip(tokens.starts, tokens.ends, strict=True))[:MAX_CUES_TRIED]:
        if (start < signal.trigger.end and signal.trigger.start < end) or not text[start:end].isalnum():
            continue
        key = (signal.field, start, end)
        if key not in blanked:
            blanked[key] = classify(without(article, signal.field, start, end))
        other = _same(blanked[key], signal)
        if other != (signal.type, signal.realis, signal.scope):
            found.append(Cue(start, end, text[start:end], other))
    return found


def without(article: Article, field: str, start: int, end: int) -> Article:
    """The article with the word at ``start`` to ``end`` of a field left blank, all else in its place."""
    text = article.title if field == "title" else article.body
    changed = text[:start] + " " * (end - start) + text[end:]
    return replace(article, title=changed) if field == "title" else replace(article, body=changed)


def _same(report: Report, signal: Signal) -> tuple[str, str, str] | None:
    """Type, realis and scope of the signal of that family at the same trigger in another reading."""
    for other in report.signals:
        at = (other.field, other.trigger.start) == (signal.field, signal.trigger.start)
        if at and family_of(other.type) == family_of(signal.type):
            return other.type, other.realis, other.scope
    return None
