"""The ``tocsin`` command: one file a command, loaded only when called, so that help is quick."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

#: Command → one line of help. The module of the same name holds a click command of that name.
COMMANDS = {
    "run": "The daemon: polls sources, classifies, decides, delivers.",
    "replay": "Run history through the same pipeline; send nothing unless told to.",
    "classify": "Signals and exclusions of each article.",
    "check": "Validate a config: rules, routes, templates.",
    "test": "Rule tests: given articles, expected alerts, gates and notifications.",
    "render": "Preview a template, or a channel's form, on an alert.",
    "alerts": "List alerts, or show one in full.",
    "explain": "From a figure to the claims, sentences and articles behind it.",
    "why-not": "Which gate kept a rule from speaking.",
    "correct": "An analyst's word: a figure, no incident, two that are one, one that is two.",
    "silence": "Keep quiet for a while what is known: add, list, expire.",
    "status": "What a monitor has seen, said and still has to do.",
    "deliveries": "What became of each notification.",
    "dead-letters": "What was given up or is parked; send it again.",
    "store": "Look after the store: check, vacuum, export.",
    "kafka": "Topics on Apache Kafka: make them, publish articles to them.",
    "listen": "A small local receiver that shows what arrives.",
}


class _Lazy(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"alerts.cli.{name}")
        command: click.Command = getattr(module, "command", None) or getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, COMMANDS, 1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tocsin", prog_name="tocsin")
def cli() -> None:
    """News-escalation monitor: reads attacks, casualties and withdrawals out of news, and alerts."""


def main(*args: Any, **kwargs: Any) -> None:
    """Entry point. An interrupt ends quietly with 130, as a shell expects."""
    try:
        cli(*args, **kwargs)
    except KeyboardInterrupt:
        sys.exit(130)
