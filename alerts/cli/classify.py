"""``tocsin classify``: what is read out of each article, and what was left out and why."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.cli.common import OK, UNREADABLE, progress, stop

if TYPE_CHECKING:
    from streams.article import Article, Count, Report, Signal
    from streams.sources import ReadOptions


@click.command("classify")
@click.argument("feeds", nargs=-1, metavar="FEED...")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "table"]), help="Default: table on a terminal, else jsonl."
)
@click.option("--explain", is_flag=True, help="Show each signal with the words that gave it and all that was read.")
@click.option("--reasons", is_flag=True, help="List the reasons for which phrases are left out, and end.")
@click.option("--feed-format", metavar="F", help="Override the recognised format: jsonl, rss, atom or page.")
@click.option("--assume-date", multiple=True, metavar="T|ID=T", help="Date articles that carry none.")
def command(
    feeds: tuple[str, ...],
    form: str | None,
    explain: bool,
    reasons: bool,
    feed_format: str | None,
    assume_date: tuple[str, ...],
) -> None:
    """Read FEEDs (files, folders, globs, - for standard input, addresses) and show signals and exclusions."""
    if reasons:
        from streams.signals.lexicon import default_lexicon

        click.echo("\n".join(default_lexicon().reasons))
        return
    from streams.classify import classify

    wants_table = form == "table" or (form is None and (explain or sys.stdout.isatty()))
    show = _table_writer(explain=explain) if wants_table else _line_writer()
    reading = _Reading(feeds or ("-",), _options(feed_format, assume_date))
    try:
        with _progress() as step:
            for article in reading.articles():
                show(classify(article))
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

    def __init__(self, feeds: tuple[str, ...], options: ReadOptions) -> None:
        self._feeds, self._options = feeds, options
        self.seen = 0
        self.unopened = 0

    def articles(self) -> Iterator[Article]:
        from streams.article import Article
        from streams.sources import FeedError, read_feed

        for feed in self._feeds:
            try:
                for item in read_feed(feed, self._options):
                    if isinstance(item, Article):
                        self.seen += 1
                        yield item
                    else:
                        click.echo(f"{item.where}: {item.why}", err=True)
            except FeedError as error:
                self.unopened += 1
                click.echo(str(error), err=True)


def _line_writer() -> Callable[[Report], None]:
    from streams.classify import contract_line

    def write(report: Report) -> None:
        sys.stdout.buffer.write(contract_line(report) + b"\n")

    return write


# --- for people -------------------------------------------------------------------------------------------------------


def _table_writer(*, explain: bool) -> Callable[[Report], None]:
    console = Console()
    show = _explained if explain else _table

    def write(report: Report) -> None:
        console.print(Text.assemble("\n", (report.title or report.id, "bold"), f"  {report.id}"))
        for problem in report.problems:
            console.print(Text.assemble("  ", (problem.code, "yellow"), f"  {problem.message}"))
        if report.signals or report.excluded:
            show(console, report)
        else:
            console.print("  nothing found")

    return write


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


def _explained(console: Console, report: Report) -> None:
    for signal in report.signals:
        console.print(_marked(signal))
        for name, value in _facts(signal):
            if value:
                console.print(Text.assemble("    ", (f"{name:<11}", "dim"), value))
    for left_out in report.excluded:
        console.print(Text.assemble("  ", (f"not {left_out.tempted}: {left_out.reason}", "dim"), f"  {left_out.text}"))
        console.print(Text.assemble("    ", (left_out.sentence, "dim")))


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
