"""``tocsin run``: the daemon."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from alerts.cli.common import FAILED, load_config, stop


@click.command("run")
@click.option("-c", "--config", default="tocsin.yml", show_default=True, help="The config.")
@click.option("--store", help="The store, in place of the config's.")
@click.option("--engine", type=click.Choice(["embedded"]), default="embedded", show_default=True)
@click.option("--workers", type=int, help="Classifying processes; default one a core.")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done in detail.")
def command(config: str, store: str | None, engine: str, workers: int | None, verbose: bool) -> None:
    """Watch the config's sources and send alerts until stopped by SIGTERM or Ctrl-C.

    A start goes on where the last one ended, however it ended.
    """
    from alerts.daemon import Daemon
    from alerts.monitor import Monitor
    from alerts.publishers import PublishersError
    from streams.engines.store import StoreError

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    settings = load_config(config)
    try:
        with Monitor(settings, Path(store or settings.store), deliver=True, workers=workers) as monitor:
            Daemon(monitor).run()
    except (StoreError, PublishersError) as error:
        stop(FAILED, str(error))
