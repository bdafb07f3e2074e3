"""What does an article report? Article in, Report out: pure, without state, the same in every process.

The lexicon's automaton runs over the folded text first; an article without a hit is done there. Otherwise
``signals.reader`` reads the sentences round the hits, and ``signals.events`` gathers what they tell.
"""

from __future__ import annotations

import hashlib
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from streams.article import Article, Count, Event, Exclusion, Field, Fingerprint, Problem, Report, Signal, unread
from streams.codec import rounded
from streams.signals.episodes import with_episodes
from streams.signals.events import gather
from streams.signals.lexicon import default_lexicon
from streams.signals.reader import Reader
from streams.signals.trace import Trace
from streams.text.fingerprint import canonical_url, credited_agency, sketch
from streams.text.language import guess_language
from streams.text.matcher import fold

#: Raised with every change of the code that changes what is read; the lexicon adds its own digest.
CODE_VERSION = "en-2"
_TELLING = frozenset({"incident", "mention", "update"})
_CONTRACT = (
    "id",
    "source",
    "published",
    "language",
    "signals",
    "events",
    "excluded",
    "problems",
    "feed",
    "revision",
    "status",
)


def classify(article: Article, trace: Trace | None = None) -> Report:
    """Read one article. Never raises for any text; what could not be read is in ``problems``.

    ``trace`` is filled on the way when given and changes nothing.
    """
    lexicon = default_lexicon()
    folded: dict[Field, str] = {"title": fold(article.title), "body": fold(article.body)}
    texts: dict[Field, str] = {"title": article.title, "body": article.body}
    hits = {name: lexicon.matcher.find(text) for name, text in folded.items()} if article.status == "usable" else {}
    language = article.language or guess_language(folded["body"] or folded["title"])
    problems = list(article.problems)
    signals: tuple[Signal, ...] = ()
    events: tuple[Event, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    if language is not None and not language.lower().startswith("en"):
        problems.append(
            Problem(code="unsupported_language", message=f"only English is read; this looks like {language!r}")
        )
    elif any(hits.values()):
        reader = Reader(article, lexicon, _local_day(article), trace)
        reader.read([(name, texts[name], folded[name], found) for name, found in hits.items() if found])
        if reader.signals:
            signals, events = gather(with_episodes(reader.signals, reader.drafts), reader.drafts)
        excluded = tuple(dict.fromkeys(reader.excluded))
        problems += reader.problems
        problems += _conflict(signals, events)
    return replace(
        unread(article),
        language=language or "en",
        signals=signals,
        events=events,
        excluded=excluded,
        problems=tuple(problems),
        sha256={
            name: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for name, text in texts.items()
        },
        fingerprint=Fingerprint(
            url=canonical_url(article.url), credit=credited_agency(article.body), sketch=sketch(folded["body"])
        )
        if signals
        else Fingerprint(),
        classifier=f"{CODE_VERSION}-{lexicon.digest}",
    )


def contract_line(report: Report) -> bytes:
    """A report in the form that ``tocsin classify`` prints: one JSON object, without a line end."""
    whole = msgspec.to_builtins(report)
    return msgspec.json.encode(rounded({name: whole[name] for name in _CONTRACT}))


def _local_day(article: Article) -> date | None:
    """The day of publication in the article's zone."""
    return article.published.astimezone(ZoneInfo(article.zone)).date() if article.published else None


def _conflict(signals: tuple[Signal, ...], events: tuple[Event, ...]) -> list[Problem]:
    """Title and body that state different numbers of dead for the first happening."""
    title = [c for s in signals if s.field == "title" and s.scope in _TELLING for c in s.counts if _is_toll(c)]
    body = [c for e in events[:1] for c in e.counts if _is_toll(c) and c.field == "body"]
    if not title or not body or not title[0].low or title[0].low == body[0].low:
        return []
    return [
        Problem(
            code="title_body_conflict",
            message=f"the title says {title[0].low} killed, the body {body[0].low}: the body's figure is taken",
        )
    ]


def _is_toll(count: Count) -> bool:
    return count.measure == "killed" and count.exactness == "exact" and count.relation == "total"


def exclusion_reasons() -> tuple[str, ...]:
    """Every reason that an exclusion can have, sorted."""
    return default_lexicon().reasons
