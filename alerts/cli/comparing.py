"""The difference between two configs as people read it, and as programs do."""

from __future__ import annotations

import difflib
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts import wording
from alerts.against import Comparison, Difference
from alerts.cli.show import console_for

_SIGNS = {"added": ("+", "green"), "removed": ("−", "red"), "changed": ("~", "yellow")}


def as_json(comparison: Comparison) -> None:
    """One object on standard output."""
    told = msgspec.to_builtins(comparison)
    for one in told["differences"]:
        one["changed"] = {field: {"from": before, "to": now} for field, before, now in one["changed"]}
    told["load"] = {name: {"from": before, "to": now} for name, (before, now) in told["load"].items()}
    click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2))


def as_text(comparison: Comparison) -> None:
    """Each difference with what changed in it, then how much each destination gets."""
    console = console_for()
    for one in comparison.differences:
        _one(console, one)
    counts = {what: sum(one.what == what for one in comparison.differences) for what in _SIGNS}
    told = ", ".join(f"{number} {what}" for what, number in counts.items())
    console.print(f"{told}; {comparison.alike} alike", highlight=False)
    console.print(_loads(comparison))


def _one(console: Console, one: Difference) -> None:
    sign, color = _SIGNS[one.what]
    where = wording.key(one.key)
    line = Text(
        f"{sign} {one.at[:16].replace('T', ' ')}  {one.rule}  {one.kind}  {where}  ".replace("    ", "  "), style=color
    )
    line.append(one.title, style="")
    console.print(line, soft_wrap=True)
    for field, before, now in one.changed:
        if field == "text":
            for told in _lines(before, now):
                console.print(Text(f"    {told}", style="dim"), soft_wrap=True)
        else:
            console.print(Text(f"    {field}: {_shown(before)} → {_shown(now)}"), soft_wrap=True)


def _lines(before: str, now: str) -> list[str]:
    """The lines of a text that changed."""
    told = difflib.unified_diff(before.splitlines(), now.splitlines(), n=0, lineterm="")
    return [line for line in told if not line.startswith(("---", "+++", "@@"))]


def _shown(value: Any) -> str:
    return ", ".join(value) or "nobody" if isinstance(value, list) else str(value)


def _loads(comparison: Comparison) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("destination", "messages", "a day", "worst minute"):
        grid.add_column(name, no_wrap=True)
    for name, (before, now) in comparison.load.items():
        worst = f"{before.worst_minute} → {now.worst_minute}"
        grid.add_row(
            name,
            f"{before.messages} → {now.messages}",
            f"{before.a_day:g} → {now.a_day:g}",
            f"{worst} at {now.worst_at.replace('T', ' ')}" if now.worst_at else worst,
        )
    return grid
