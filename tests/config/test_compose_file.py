"""``docker compose up`` from a clean clone: its command lines and configs are such as tocsin takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from alerts.cli import cli
from alerts.config import Config, load

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
OURS = sorted(name for name, service in COMPOSE["services"].items() if "build" in service)


def mounted(service: dict[str, Any], path: str) -> Path | None:
    """Where a path of a container lies in the checkout; None when it is on a volume of its own."""
    for volume in service["volumes"]:
        source, target = volume.split(":")[:2]
        if path == target or path.startswith(f"{target}/"):
            return ROOT / source / path.removeprefix(target).lstrip("/") if source.startswith("./") else None
    raise AssertionError(f"{path} is mounted nowhere in {service['command']}")


def config_of(service: dict[str, Any]) -> Config:
    words = service["command"]
    path = mounted(service, words[words.index("-c") + 1])
    assert path is not None
    return load(path, {})


@pytest.mark.parametrize("name", OURS)
def test_its_command_line_is_taken(name: str) -> None:
    words = list(COMPOSE["services"][name]["command"])
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        found, rest = command.resolve_command(context, words)[1:]
        assert found is not None
        command, words = found, rest
    # raises for a word that the command does not know
    assert command.make_context(name, words).params


@pytest.mark.parametrize("name", OURS)
def test_its_config_is_right_and_what_it_names_is_mounted(name: str) -> None:
    service = COMPOSE["services"][name]
    config = config_of(service)
    words = service["command"]
    for feed in (word for word in words if word.endswith(".jsonl")):
        path = mounted(service, feed)
        assert path is not None
        assert path.is_file()
    if "run" in words and "classify" not in words:
        written = [config.store, *(d.settings["path"] for d in config.destinations if d.kind == "file")]
        assert [mounted(service, path) for path in written] == [None] * len(written), "must be on a volume"


def test_services_on_kafka_go_to_the_address_that_it_advertises_inside() -> None:
    kafka = COMPOSE["services"]["kafka"]["environment"]
    inside = dict(part.split("://") for part in kafka["KAFKA_ADVERTISED_LISTENERS"].split(","))["IN"]
    for name in OURS:
        section = config_of(COMPOSE["services"][name]).kafka
        assert (section is not None) == ("profiles" in COMPOSE["services"][name])
        assert section is None or section.servers == (inside,)


def test_nothing_starts_before_what_it_needs() -> None:
    services = COMPOSE["services"]
    assert "healthcheck" in services["kafka"]
    for topics, others in {"topics": ("classify", "decide"), "demo-topics": ("demo", "demo-desk")}.items():
        assert services[topics]["depends_on"] == {"kafka": {"condition": "service_healthy"}}
        for name in (topics, *others):
            assert set(services[name]["profiles"]) <= set(services["kafka"]["profiles"])
        for name in others:
            assert services[name]["depends_on"] == {topics: {"condition": "service_completed_successfully"}}
            assert services[name]["profiles"] == services[topics]["profiles"]
    assert "profiles" not in services["tocsin"]


def test_every_volume_is_declared() -> None:
    used = {
        volume.split(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service["volumes"]
        if not volume.startswith("./")
    }
    assert used == set(COMPOSE["volumes"])
