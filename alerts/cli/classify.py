"""``tocsin classify``: what is read out of each article, and what was left out and why."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.cli.common import OK, UNREADABLE, load_config, moment_of, progress, stop

if TYPE_CHECKING:
    from streams.article import Article, Count, Report, Signal
    from streams.explain import Cue, Explained
    from streams.signals.trace import Try
    from streams.sources import ReadOptions, Unreadable


@click.command("classify")
@click.argument("feeds", nargs=-1, metavar="FEED...")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "table"]), help="Default: table on a terminal, else jsonl."
)
@click.option(
    "--explain",
    is_flag=True,
    help="Show each signal with its clause, the words that it hangs on, and every phrase that was tried.",
)
@click.option("--reasons", is_flag=True, help="List the reasons for which phrases are left out, and end.")
@click.option("--feed-format", metavar="F", help="Override the recognised format: a name of docs/sources.md.")
@click.option("--assume-date", multiple=True, metavar="T|ID=T", help="Date articles that carry none.")
@click.option("-c", "--config", default="tocsin.yml", show_default=True, help="For kafka:TOPIC: where its brokers are.")
@click.option("--from", "since", help="Of a topic: received at this time (ISO 8601) or later.")
@click.option("--to", "until", help="Of a topic: received before this time (ISO 8601).")
def command(
    feeds: tuple[str, ...],
    form: str | None,
    explain: bool,
    reasons: bool,
    feed_format: str | None,
    assume_date: tuple[str, ...],
    config: str,
    since: str | None,
    until: str | None,
) -> None:
    """Read FEEDs (files, folders, globs, -, addresses, kafka:TOPIC) and show signals and exclusions."""
    if reasons:
        from streams.signals.lexicon import default_lexicon

        click.echo("\n".join(default_lexicon().reasons))
        return
    wants_table = form == "table" or (form is None and sys.stdout.isatty())
    show = _explanation_writer() if explain and form != "jsonl" else _table_writer() if wants_table else _line_writer()
    between = moment_of(since, "--from"), moment_of(until, "--to")
    reading = _Reading(feeds or ("-",), _options(feed_format, assume_date), config, between)
    try:
        with _progress() as step:
            for article in reading.articles():
                show(article)
                step()
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader of the pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    if not reading.seen:
        stop(UNREADABLE, "nothing could be read")
    sys.exit(UNREADABLE if reading.unopened else OK)


def _progress() -> contextlib.AbstractContextManager[Callable[[], None]]:
    """No bar where the articles themselves are shown."""
    return contextlib.nullcontext(lambda: None) if sys.stdout.isatty() else progress("reading", None)


def _options(feed_format: str | None, assume_date: tuple[str, ...]) -> ReadOptions:
    from streams.sources import ReadOptions
    from streams.sources.dating import parse_assume

    try:
        return ReadOptions(fmt=feed_format, assume=parse_assume(assume_date))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--assume-date") from None


class _Reading:
    """The articles of several feeds, in order; what can't be read is named on standard error."""

    def __init__(
        self, feeds: tuple[str, ...], options: ReadOptions, config: str, between: tuple[int | None, int | None]
    ) -> None:
        self._feeds, self._options, self._config, self._between = feeds, options, config, between
        self.seen = 0
        self.unopened = 0

    def articles(self) -> Iterator[Article]:
        from streams.article import Article
        from streams.sources import FeedError

        for feed in self._feeds:
            try:
                for item in self._read(feed):
                    if isinstance(item, Article):
                        self.seen += 1
                        yield item
                    else:
                        click.echo(f"{item.where}: {item.why}", err=True)
            except FeedError as error:
                self.unopened += 1
                click.echo(str(error), err=True)

    def _read(self, feed: str) -> Iterator[Article | Unreadable]:
        from alerts.reading import read_topic_of
        from streams.sources import read_feed
        from streams.sources.topic import topic_of

        topic = topic_of(feed)
        if topic is None:
            return read_feed(feed, self._options)
        return read_topic_of(load_config(self._config), topic, *self._between)


def _line_writer() -> Callable[[Article], None]:
    from streams.classify import classify, contract_line

    def write(article: Article) -> None:
        sys.stdout.buffer.write(contract_line(classify(article)) + b"\n")

    return write


# --- for people -------------------------------------------------------------------------------------------------------


def _table_writer() -> Callable[[Article], None]:
    from streams.classify import classify

    console = Console()

    def write(article: Article) -> None:
        report = classify(article)
        _head(console, report)
        if report.signals or report.excluded:
            _table(console, report)

    return write


def _explanation_writer() -> Callable[[Article], None]:
    from streams.explain import explain

    console = Console()

    def write(article: Article) -> None:
        told = explain(article)
        _head(console, told.report)
        _explained(console, told, {"title": article.title, "body": article.body})

    return write


def _head(console: Console, report: Report) -> None:
    console.print(Text.assemble("\n", (report.title or report.id, "bold"), f"  {report.id}"))
    for problem in report.problems:
        console.print(Text.assemble("  ", (problem.code, "yellow"), f"  {problem.message}"))
    if not report.signals and not report.excluded:
        console.print("  nothing found")


def _table(console: Console, report: Report) -> None:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("signal", "realis", "scope"):
        grid.add_column(name, no_wrap=True)
    for name in ("figures", "where", "sentence"):
        grid.add_column(name, overflow="fold")
    for signal in report.signals:
        figures = ", ".join(map(_figure, signal.counts))
        where = next((place.name or place.text for place in signal.places), "")
        grid.add_row(*map(Text, (signal.type, signal.realis, signal.scope, figures, where, signal.sentence)))
    for left_out in report.excluded:
        cells = (f"not {left_out.tempted}", "", left_out.reason, "", "", left_out.text)
        grid.add_row(*(Text(cell, style="dim") for cell in cells))
    console.print(grid)


def _explained(console: Console, told: Explained, texts: Mapping[str, str]) -> None:
    report = told.report
    for signal, (start, end), cues in zip(report.signals, told.clauses, told.cues, strict=True):
        console.print(_marked(signal))
        facts = [("clause", texts[signal.field][start:end]), *_facts(signal)]
        facts += [("hangs on", _hanging(cue, signal)) for cue in cues]
        for name, value in facts:
            if value:
                console.print(Text.assemble("    ", (f"{name:<11}", "dim"), value))
    for left_out in report.excluded:
        console.print(Text.assemble("  ", (f"not {left_out.tempted}: {left_out.reason}", "dim"), f"  {left_out.text}"))
        console.print(Text.assemble("    ", (left_out.sentence, "dim")))
    for tried in told.tried:
        console.print(Text.assemble("  ", ("tried", "dim"), f" {_attempt(tried, texts[tried.field])}"))


def _hanging(cue: Cue, signal: Signal) -> str:
    """What a word does: "planned: without it force.drawdown, actual"."""
    if cue.without is None:
        return f"{cue.text!r}: without it nothing of its family"
    names = ("type", "realis", "scope")
    before = (signal.type, signal.realis, signal.scope)
    changes = [f"{n} {now}" for n, was, now in zip(names, before, cue.without, strict=True) if was != now]
    return f"{cue.text!r}: without it {', '.join(changes)}"


def _attempt(tried: Try, text: str) -> str:
    quoted = f"{text[tried.start : tried.end]!r} as {tried.pattern}"
    if tried.answer is None:
        return f"{quoted}: fits" + (f", none of its {tried.vetoes} veto words near" if tried.vetoes else "")
    if not tried.answer:
        return f"{quoted}: a word that it needs is missing"
    return f"{quoted}: {tried.answer}, because of {', '.join(map(repr, tried.near))}"


def _marked(signal: Signal) -> Text:
    """The type and the sentence, with the words that gave the signal set off."""
    start, end = signal.trigger.start - signal.start, signal.trigger.end - signal.start
    sentence = Text(signal.sentence)
    sentence.stylize("bold reverse", max(0, start), max(0, end))
    return Text.assemble("  ", (signal.type, "bold"), "  ", sentence)


def _facts(signal: Signal) -> list[tuple[str, str]]:
    when = signal.event_time
    return [
        ("reading", f"{signal.realis}, {signal.scope}, {signal.stance}, {signal.polarity}, {signal.outcome}"),
        ("because of", f"{signal.trigger.text!r} ({signal.trigger.pattern}), in the {signal.section}"),
        (
            "figures",
            "; ".join(f"{_figure(count)} {count.object or count.unit}, {count.side}" for count in signal.counts),
        ),
        ("actors", "; ".join(f"{actor.name} ({actor.role}, {actor.via})" for actor in signal.actors)),
        (
            "places",
            "; ".join(f"{place.text} ({place.role}, {place.precision}, {place.via})" for place in signal.places),
        ),
        ("when", f"{when.start} to {when.end} (from {when.from_})" if when.from_ != "none" else ""),
        ("speaker", signal.speaker.text if signal.speaker else ""),
        ("event", f"{signal.event}, confidence {signal.confidence:g}"),
    ]


def _figure(count: Count) -> str:
    low, high = count.low, count.high
    if low == high:
        return f"{count.measure} {low:g}" if low is not None else f"{count.measure} ?"
    if low is None:
        return f"{count.measure} up to {high:g}"
    return f"{count.measure} {low:g}+" if high is None else f"{count.measure} {low:g}–{high:g}"
