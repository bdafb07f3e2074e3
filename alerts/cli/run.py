"""``tocsin run``: the daemon."""

from __future__ import annotations

from pathlib import Path

import click

from alerts.cli.common import FAILED, load_config, stop


@click.command("run")
@click.option("-c", "--config", default="tocsin.yml", show_default=True, help="The config.")
@click.option("--store", help="The store, in place of the config's.")
@click.option("--engine", type=click.Choice(["embedded"]), default="embedded", show_default=True)
@click.option("--workers", type=int, help="Classifying processes; default one a core.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Log in detail; traces of errors may quote articles.")
def command(config: str, store: str | None, engine: str, workers: int | None, log_format: str, verbose: bool) -> None:
    """Watch the config's sources and send alerts until stopped by SIGTERM or Ctrl-C; SIGHUP reads the config again.

    A start goes on where the last one ended, however it ended.
    """
    from alerts import logs
    from alerts.daemon import Daemon, ListenError
    from alerts.monitor import Monitor
    from alerts.publishers import PublishersError
    from alerts.steady import SteadyClock
    from streams.engines.store import StoreError

    logs.set_up(verbose=verbose, as_json=log_format == "json")
    settings = load_config(config)
    clock = SteadyClock()
    path = Path(store or settings.store)
    try:
        with Monitor(settings, path, deliver=True, workers=workers, clock=clock) as monitor:
            Daemon(monitor, clock=clock).run()
    except (StoreError, PublishersError, ListenError) as error:
        stop(FAILED, str(error))
