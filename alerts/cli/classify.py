"""``tocsin classify``: what is read out of each article."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from alerts.cli.common import OK, UNREADABLE, progress, stop

if TYPE_CHECKING:
    from streams.article import Article, Report


@click.command("classify")
@click.argument("feeds", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "table"]), help="Default: table on a terminal, else jsonl."
)
@click.option("--feed-format", help="Override the recognised format.")
@click.option("--reasons", is_flag=True, help="List the reasons for which phrases are left out.")
def command(feeds: tuple[str, ...], form: str | None, feed_format: str | None, reasons: bool) -> None:
    """Read FEEDs (files, folders, globs, - for standard input, addresses) and show signals and exclusions."""
    from streams.classify import classify, contract_line, exclusion_reasons

    if reasons:
        click.echo("\n".join(exclusion_reasons()))
        return
    table = form == "table" or (form is None and sys.stdout.isatty())
    console = Console()
    seen = 0
    try:
        with progress("reading", None) as step:
            for article in _articles(feeds or ("-",), feed_format):
                report = classify(article)
                seen += 1
                step()
                if table:
                    _show(console, report)
                else:
                    sys.stdout.buffer.write(contract_line(report) + b"\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader of the pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(OK)
    if not seen:
        stop(UNREADABLE, "nothing could be read")


def _articles(feeds: tuple[str, ...], feed_format: str | None) -> Iterator[Article]:
    from streams.article import Article
    from streams.sources import FeedError, ReadOptions, read_feed

    for feed in feeds:
        try:
            for item in read_feed(feed, ReadOptions(fmt=feed_format)):
                if isinstance(item, Article):
                    yield item
                else:
                    click.echo(f"{item.where}: {item.why}", err=True)
        except FeedError as error:
            stop(UNREADABLE, str(error))


def _show(console: Console, report: Report) -> None:
    """An article's signals and exclusions as a table."""
    console.print(f"\n[bold]{_plain(report.title or report.id)}[/bold]  {report.id}")
    for problem in report.problems:
        console.print(f"  [yellow]{problem.code}[/yellow] {_plain(problem.message)}")
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("signal", "realis", "scope", "figures", "where", "sentence"):
        grid.add_column(name, overflow="fold")
    for signal in report.signals:
        figures = ", ".join(f"{c.measure} {_range(c.low, c.high)}" for c in signal.counts)
        where = next((p.name or p.text for p in signal.places), "")
        grid.add_row(signal.type, signal.realis, signal.scope, figures, _plain(where), _plain(signal.sentence))
    for left_out in report.excluded:
        grid.add_row(
            f"[dim]not {left_out.tempted}[/dim]", "", f"[dim]{left_out.reason}[/dim]", "", "", _plain(left_out.text)
        )
    if report.signals or report.excluded:
        console.print(grid)
    else:
        console.print("  nothing found")


def _range(low: float | None, high: float | None) -> str:
    if low == high:
        return f"{low:g}" if low is not None else "?"
    return f"{low:g}+" if high is None else f"up to {high:g}" if low is None else f"{low:g}–{high:g}"


def _plain(text: str) -> str:
    """Text in which square brackets are no mark-up."""
    return text.replace("[", r"\[")
