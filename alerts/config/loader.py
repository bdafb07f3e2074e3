"""Is this config whole and right? Reads it, checks all of it, and gives the frozen ``Config`` or every problem."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from alerts.config import kafka, kept, quieting, sections
from alerts.config.assets import read_assets
from alerts.config.problems import ConfigError, Problem
from alerts.config.reader import Entry
from alerts.config.schema import read_section
from alerts.config.templates import check_destinations, check_templates
from alerts.config.types import Config
from alerts.config.values import Values
from alerts.publishers import PublishersError, load_families
from streams.codec import digest

_SCALARS = ("store", "lateness", "update_every", "revise_for", "retention", "listen", "token")


def load(path: str | Path, environ: Mapping[str, str], *, sending: bool = True) -> Config:
    """The config of a file. ``environ`` gives the values of ``${NAME}``; addresses and secrets may miss
    theirs when nothing will be sent or polled (``sending`` is false). Raises ConfigError with every problem.

    ``file:`` templates and ``publishers`` are found relative to the config's folder; ``store``, ``files`` and the
    paths of destinations relative to the current working directory.
    """
    path = Path(path)
    values = Values(str(path), environ, sending=sending)
    config = _read(values, path)
    problems = sorted(set(values.problems), key=lambda problem: (problem.file != str(path), problem))
    if problems or config is None:
        raise ConfigError(problems)
    return config


def _read(values: Values, path: Path) -> Config | None:
    try:
        written = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        values.problems.append(Problem(str(path), 1, 1, f"cannot be read: {error.strerror}"))
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        values.problems.append(Problem(str(path), line, 1, "not UTF-8; save the file as UTF-8"))
        return None
    root = values.parse(written)
    top = read_section(values, root, "the top level") if root is not None else None
    return None if root is None or top is None else _config(values, path, top, root.value)


def _config(values: Values, path: Path, top: dict[str, Any], given: Mapping[str, Entry]) -> Config:
    severities = sections.read_severities(values, given)
    assets = read_assets(values, path.parent, given, top.get("assets"))
    rules = check_templates(values, path.parent, sections.read_rules(values, given, severities, assets))
    scalars = {key: top[key] for key in _SCALARS if key in top}
    publishers = str(path.parent / top["publishers"]) if "publishers" in top else None
    if "token" in given and "listen" not in given:
        values.problem(given["token"], 'a token is for pushes, and these need "listen: 127.0.0.1:8088"')
    config = Config(
        path=str(path),
        sources=sections.read_sources(values, path.parent, given),
        rules=rules,
        routes=sections.read_routes(values, given, severities),
        silences=quieting.read_silences(values, given, severities),
        inhibit=quieting.read_inhibitions(values, given, severities),
        quiet_hours=quieting.read_quiet_hours(values, given, severities),
        digests=quieting.read_digests(values, given, severities),
        destinations=check_destinations(values, path.parent, sections.read_destinations(values, given), rules),
        severities=severities,
        publishers=publishers,
        assets=assets,
        watch=sections.read_watch(values, given),
        kafka=kafka.read_kafka(values, path.parent, given),
        **scalars,
    )
    config = replace(config, owners=config.watch.to if config.watch else ())
    return replace(config, hash=_hash(config, _families(values, publishers, given)))


def _families(values: Values, publishers: str | None, given: Mapping[str, Entry]) -> dict[str, str]:
    try:
        return load_families(publishers)
    except PublishersError as error:
        values.problem(given["publishers"].item, str(error))
        return {}


def _hash(config: Config, families: Mapping[str, str]) -> str:
    """Of what decide depends on, as it is kept beside the journal."""
    return digest(kept.encode(config, families))
