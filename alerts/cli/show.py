"""Alerts as people read them on a terminal: a table of many, one in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from alerts.channels.text import one_line

if TYPE_CHECKING:
    from alerts.dispatch.seen import Way

_COLORS = {"critical": "bold red", "warning": "yellow", "info": "cyan"}
_KINDS = {"alert": "", "update": "dim", "cancel": "strike"}


def table_of(alerts: Iterable[dict[str, Any]], ways: Mapping[str, Sequence[Way]] | None = None) -> Table:
    """A row an alert: when, how bad, what, and with ``ways`` who was told and what waits."""
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("at", "severity", "kind", "alert", "title", *(("told",) if ways is not None else ())):
        grid.add_column(
            name, no_wrap=name not in ("title", "told"), min_width=20 if name == "title" else None, overflow="fold"
        )
    for alert in alerts:
        color = _COLORS.get(alert["severity"], "")
        grid.add_row(
            alert["at"][:16].replace("T", " "),
            Text(alert["severity"], style=color),
            f"{alert['kind']}, on trial" if alert.get("shadow") else alert["kind"],
            alert["id"],
            Text(one_line(alert["title"]), style=_KINDS.get(alert["kind"], "")),
            *((_told(ways.get(alert["id"], ())),) if ways is not None else ()),
        )
    return grid


def _told(ways: Sequence[Way]) -> Text:
    """Who was told, and what keeps it from the others."""
    text = Text()
    for way in ways:
        text.append("; " if text else "")
        held = f"{way.destination}: {way.gate.replace('_', ' ')}" + (f" until {way.until[:16]}" if way.until else "")
        text.append(way.destination if way.gate == "told" else held, style="" if way.gate == "told" else "yellow")
    return text if ways else Text("nobody", style="dim")


def console_for() -> Console:
    """A console on standard output; where that is no terminal, wide enough that nothing is cut."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


def in_full(console: Console, alert: dict[str, Any]) -> None:
    """One alert with its text, which quotes its evidence, its claims and what was left out."""
    color = _COLORS.get(alert["severity"], "")
    trial = "on trial, sent to nobody: " if alert.get("shadow") else ""
    head = f"{trial}{alert['kind']} {alert['id']} · rule {alert['rule']} · {alert['at']}"
    body = Text(alert["text"].strip())
    body.append("\n\n" + _left_out(alert), style="dim")
    console.print(Panel(body, title=Text(alert["title"], style=color), subtitle=head, expand=True, padding=(1, 2)))


def _left_out(alert: dict[str, Any]) -> str:
    """What was read and not counted, whether or not the rule's template says it."""
    total = alert["excluded_total"]
    if not total:
        return "Left out of the count: nothing that tempted."
    lines = [f"  {item['reason']}: “{item['sentence']}” ({item['article']})" for item in alert["excluded"]]
    return "\n".join([f"Left out of the count: {total}", *lines])
