"""``tocsin test``: do the rules say what their author means?"""

from __future__ import annotations

import os
from pathlib import Path

import click

from alerts.cli.common import BAD_CONFIG, FAILED, load_config, stop


@click.command("test")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("-c", "--config", help="The config with the rules; default: what each file names.")
@click.option("--junit", metavar="FILE", help="Write the outcome here too, as JUnit's XML.")
def test(files: tuple[str, ...], config: str | None, junit: str | None) -> None:
    """Run test files against the rules: given articles, expected alerts, gates and notifications.

    Exit codes: 0 all agree, 1 one does not, 2 a file or a config is wrong.
    """
    from alerts.config import ConfigError
    from alerts.publishers import load_families
    from alerts.ruletests import reading, running, telling

    results, wrong = [], []
    for file in map(Path, files):
        try:
            named = Path(config) if config else reading.config_of(file, os.environ)
            if named is None:
                stop(BAD_CONFIG, f'{file}:1:1: which rules? name them with "config: tocsin.yml", or with -c')
            settings = load_config(str(named), sending=False)
            cases = reading.load(file, settings, os.environ)
        except ConfigError as error:
            wrong.append(str(error))
            continue
        families = load_families(settings.publishers)
        results.append((file, [running.run(case, settings, families) for case in cases]))
    if wrong:
        stop(BAD_CONFIG, "\n".join(wrong))
    for line in telling.lines(results):
        click.echo(line)
    if junit:
        try:
            Path(junit).write_bytes(telling.junit(results))
        except OSError as error:
            stop(FAILED, f"{junit}: cannot be written: {error.strerror}; name another file with --junit")
    if any(outcome.faults for _, outcomes in results for outcome in outcomes):
        raise SystemExit(FAILED)
