"""A desk of one test: a config whose topics no other test has, and the command line on it."""

from __future__ import annotations

import logging
from pathlib import Path

from click.testing import CliRunner, Result

from alerts.cli import cli

from .broker import Broker, new_name

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("articles", "reports", "alerts", "delivered", "snapshots", "dead_letters")
RULES = 'rules:\n  - {id: toll, when: "attack.*", measure: killed, by: [country], severity: {warning: 5}}\n'


def run(*words: str | Path, text: str | None = None) -> Result:
    """Run a command in this process: a start of Python for each would be most of what it takes."""
    clients = logging.getLogger("kafka")
    before = clients.propagate, list(clients.handlers)
    try:
        return CliRunner().invoke(cli, [*map(str, words)], input=text, catch_exceptions=False)
    finally:
        clients.propagate, clients.handlers = before


class Desk:
    """Its config is ``path``; ``topics`` are the names by kind."""

    def __init__(self, broker: Broker, folder: Path, partitions: int = 3, more: str = "", rules: str = RULES) -> None:
        self.broker, self.folder = broker, folder
        self.topics = {kind: new_name(kind.replace("_", "-")) for kind in KINDS}
        self.path = folder / "tocsin.yml"
        self.write(partitions, more, rules)

    def write(self, partitions: int, more: str = "", rules: str = RULES) -> None:
        """The config anew; ``more`` are further lines of its kafka section."""
        names = ", ".join(f"{kind}: {name}" for kind, name in self.topics.items())
        lines = [f"store: {self.folder / 'tocsin.db'}", rules, "kafka:", f"  servers: {self.broker.servers}"]
        lines += [f"  partitions: {partitions}", f"  topics: {{{names}}}", *([f"  {more}"] if more else [])]
        self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def tocsin(self, *words: str | Path, text: str | None = None, code: int = 0) -> tuple[str, str]:
        """Run a command with this config; gives its standard output and error, which must end with ``code``."""
        done = run(*words, "-c", self.path, text=text)
        assert done.exit_code == code, f"{done.exit_code}: {done.stdout}\n{done.stderr}"
        return done.stdout, done.stderr
