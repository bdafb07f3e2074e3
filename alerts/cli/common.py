"""What several commands share: exit codes, loading a config, finding the store, progress on a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from alerts.config.types import Config

OK, FAILED, BAD_CONFIG, UNREADABLE = 0, 1, 2, 3


def stop(code: int, message: str) -> NoReturn:
    """End the command with a message on standard error."""
    click.echo(message, err=True)
    sys.exit(code)


def load_config(path: str, *, sending: bool = True) -> Config:
    """The config, or every problem of it on standard error and exit code 2.

    Who only looks (``sending`` is false) needs none of the secrets that the file takes from the environment.
    """
    from alerts.config import ConfigError, load

    try:
        return load(path, os.environ, sending=sending)
    except ConfigError as error:
        stop(BAD_CONFIG, str(error))


def store_path(config: str | None, store: str | None) -> Path:
    """Where the store is: ``--store``, else what the config says."""
    if store:
        return Path(store)
    if config:
        return Path(load_config(config, sending=False).store)
    if Path("tocsin.yml").is_file():
        return Path(load_config("tocsin.yml", sending=False).store)
    stop(BAD_CONFIG, "which store? give --store FILE, or -c CONFIG that names one")


def fallback_of(config: str | None) -> tuple[Config, dict[str, str]] | None:
    """The rules and publisher families of the config that was given, for a store that does not hold its own."""
    from alerts.publishers import load_families

    if config is None:
        return None
    settings = load_config(config, sending=False)
    return settings, load_families(settings.publishers)


def moment_of(text: str | None, option: str) -> int | None:
    """The seconds of an option's time; ends the command when it is none."""
    from streams.times import parse_moment, seconds_of

    if text is None:
        return None
    try:
        return seconds_of(parse_moment(text)[0])
    except ValueError:
        stop(BAD_CONFIG, f"{option}: {text!r} is no ISO 8601 time; write 2026-03-02 or 2026-03-02T09:00:00+00:00")


@contextlib.contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, nothing in a pipe. Gives what to call for each step."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
