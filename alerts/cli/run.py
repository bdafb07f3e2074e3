"""``tocsin run``: the daemon."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alerts.cli.common import BAD_CONFIG, FAILED, load_config, stop

if TYPE_CHECKING:
    from alerts.config.types import Config
    from alerts.steady import SteadyClock


@click.command("run")
@click.option("-c", "--config", default="tocsin.yml", show_default=True, help="The config.")
@click.option("--store", help="The store, in place of the config's.")
@click.option("--engine", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option("--roles", default="classify,decide", show_default=True, help="On Kafka: what this process does.")
@click.option("--workers", type=int, help="Classifying processes; default one a core.")
@click.option("--clock-at", metavar="T", help="Pretend that it is T at the start: for a demonstration on old news.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Log in detail; traces of errors may quote articles.")
def command(
    config: str, store: str | None, engine: str, roles: str, workers: int | None, clock_at: str | None,
    log_format: str, verbose: bool,
) -> None:  # fmt: skip
    """Watch the config's sources and send alerts until stopped by SIGTERM or Ctrl-C; SIGHUP reads the config again.

    A start goes on where the last one ended, however it ended.

    With --engine kafka any number of processes classify, and of those that decide for one group one is at work.
    """
    from alerts import logs
    from alerts.daemon import Daemon, ListenError
    from alerts.monitor import Monitor
    from alerts.publishers import PublishersError
    from streams.engines.store import StoreError

    logs.set_up(verbose=verbose, as_json=log_format == "json")
    settings = load_config(config)
    path = Path(store or settings.store)
    clock = _clock(clock_at)
    if engine == "kafka":
        _run_on_kafka(settings, path, set(roles.split(",")), workers, clock)
        return
    try:
        with Monitor(settings, path, deliver=True, workers=workers, clock=clock) as monitor:
            Daemon(monitor, clock=clock).run()
    except (StoreError, PublishersError, ListenError) as error:
        stop(FAILED, str(error))


def _clock(at: str | None) -> SteadyClock:
    """The machine's clock, or one that shows another time and goes on from there."""
    from alerts.steady import SteadyClock
    from streams.times import parse_moment, seconds_of

    if at is None:
        return SteadyClock()
    try:
        ahead = seconds_of(parse_moment(at)[0]) - time.time()
    except ValueError:
        stop(BAD_CONFIG, f"--clock-at: {at!r} is no ISO 8601 time; write 2026-03-02 or 2026-03-02T09:00:00+00:00")
    return SteadyClock(lambda: time.time() + ahead)


def _run_on_kafka(config: Config, store: Path, roles: set[str], workers: int | None, clock: SteadyClock) -> None:
    """One of the roles in this process; with both, the classifying ones in processes of their own."""
    from alerts.daemon import ListenError
    from alerts.publishers import PublishersError
    from streams.engines.store import StoreError

    if not roles or not roles <= {"classify", "decide"}:
        stop(BAD_CONFIG, "--roles takes classify, decide, or classify,decide")
    if config.kafka is None:
        stop(BAD_CONFIG, f"{config.path}: it has no `kafka` section; say there which servers to use")
    from kafka.errors import KafkaError

    from alerts import crew, decider
    from alerts.ready import RefusedError
    from streams.engines.kafka import PartitionError

    if roles == {"classify"}:
        from alerts import worker

        worker.run(config)
        return
    command = [sys.executable, "-m", "alerts.cli", "run", "--engine", "kafka", "--roles", "classify", "-c", config.path]
    count = (workers or os.cpu_count() or 1) if "classify" in roles else 0
    try:
        with crew.Crew(command, count):
            decider.start(config, store, clock=clock)
    except (StoreError, PublishersError, ListenError, PartitionError) as error:
        stop(FAILED, str(error))
    except RefusedError as error:
        stop(BAD_CONFIG, str(error))
    except KafkaError as error:
        stop(FAILED, f"Kafka: {error}; docs/kafka.md says what each role needs to be allowed")
