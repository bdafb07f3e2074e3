"""The page itself: what a replay gave, as one HTML file without a script, a font or an image from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import msgspec
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from alerts import gates, tally, wording
from alerts.against import Message
from alerts.alert import Alert
from alerts.config.types import Config
from alerts.report import looks, plots, texts
from alerts.report.watching import Watching
from streams.article import Article
from streams.engines.history import Span
from streams.sources import Unreadable
from streams.times import duration_text, iso

#: Alerts that are shown in full, the newest first; the page says how many there were.
SHOWN = 200
#: Inputs that could not be read which are named.
NAMED = 100


class Facts(Struct, kw_only=True):
    """All that a report is made of."""

    config: Config
    since: int | None
    alerts: Sequence[bytes]
    """Canonical bytes, in their order."""
    messages: Sequence[Message]
    tallies: Sequence[tally.Tally]
    watching: Watching
    span: Span
    sent: bool = False
    """Whether it was delivered too."""


class Card(Struct, frozen=True, kw_only=True):
    """An alert as it is shown."""

    alert: Alert
    at: str
    slack: Markup
    texts: list[looks.Text]
    destinations: str


def build(facts: Facts, feeds: Iterable[Iterable[Article | Unreadable]]) -> str:
    """The report as HTML. ``feeds`` give the articles again, for those that are quoted."""
    shown = list(facts.alerts)[-SHOWN:][::-1]
    decoded = [(msgspec.json.decode(data, type=Alert), data) for data in shown]
    found = texts.found(feeds, [alert for alert, _ in decoded])
    told_to: dict[str, dict[str, None]] = {}
    for message in facts.messages:
        for id_ in message.alerts:
            told_to.setdefault(id_, {})[message.destination] = None
    cards = [
        Card(
            alert=alert,
            at=alert.at[:16].replace("T", " "),
            slack=looks.as_slack(alert, data),
            texts=looks.texts_of(alert, found),
            destinations=", ".join(told_to.get(alert.id, ())) or "nobody",
        )
        for alert, data in decoded
    ]
    alerts = [msgspec.json.decode(data) for data in facts.alerts]
    source = resources.files("alerts.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(source).render(
        period=_period(facts),
        sent=facts.sent,
        numbers=_numbers(facts, alerts),
        plots=_plots(facts, alerts),
        cards=cards,
        more=len(facts.alerts) - len(cards),
        rules=list(zip(facts.config.rules, facts.tallies, strict=True)),
        asks={gate.name: gate.asks for gate in gates.GATES},
        left_out=_left_out(facts.span.left_out),
        excluded=_excluded(alerts),
        publishers=_publishers(facts.span),
        unreadable=facts.span.unreadable[:NAMED],
        unreadable_total=len(facts.span.unreadable),
    )


def _plots(facts: Facts, alerts: Sequence[dict[str, Any]]) -> list[plots.Plot]:
    start, period = facts.since or 0, (max(facts.since or 0, facts.span.first or 0), facts.span.last or 0)
    seen = [one for one in facts.watching.seen.values() if one.at is None or one.at >= start]
    told = frozenset(incident["id"] for alert in alerts for incident in alert["incidents"])
    drawn: list[plots.Plot | None] = []
    if seen:
        drawn += [plots.timeline(seen, alerts, period), plots.world_map(seen, told), plots.by_country(seen)]
    for rule in facts.config.rules:
        added = facts.watching.added[rule.id].values()
        drawn.append(plots.of_rule(rule, added, period, known_since=facts.span.first or 0, since=start))
    return [plot for plot in drawn if plot is not None]


def _period(facts: Facts) -> str:
    first, last = max(facts.span.first or 0, facts.since or 0), facts.span.last
    if last is None:
        return "nothing was read"
    return f"{_minute(first)} to {_minute(last)} UTC"


def _numbers(facts: Facts, alerts: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    kinds = Counter(alert["kind"] for alert in alerts)
    days = max(facts.span.days(facts.since), 1 / 24)
    return [
        ("articles", f"{facts.span.articles:,}"),
        ("incidents and episodes", f"{len(facts.watching.seen):,}"),
        *((wording.plural(2, kind), f"{number:,}") for kind, number in sorted(kinds.items())),
        ("messages", f"{len(facts.messages):,}"),
        ("messages a day", f"{len(facts.messages) / days:.1f}"),
        ("not readable", f"{len(facts.span.unreadable):,}"),
    ]


def _left_out(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda one: (-one[1], one[0]))


def _excluded(alerts: Sequence[dict[str, Any]], most: int = 40) -> list[tuple[str, str, str]]:
    """(reason, sentence, article) of what was left out beside what was told."""
    found = {
        (item["reason"], item["sentence"], item["article"]): None for alert in alerts for item in alert["excluded"]
    }
    return list(found)[:most]


def _publishers(span: Span) -> list[tuple[str, ...]]:
    rows = sorted((span.publishers or {}).items(), key=lambda one: (-one[1].silence, one[0]))
    return [
        (
            name,
            f"{one.articles:,}",
            _minute(one.first),
            _minute(one.last),
            f"{duration_text(one.silence // 60 * 60)} from {_minute(one.silent_from)}" if one.silence else "none",
        )
        for name, one in rows
    ]


def _minute(seconds: int) -> str:
    return (iso(seconds) or "")[:16].replace("T", " ")
