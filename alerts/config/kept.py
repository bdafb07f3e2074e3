"""How are the rules of the past known? What decide depends on in a config, kept beside the journal under its hash.

No secret, no address and no path is in it, so it can stand in the store; a journal is folded again under the rules
that were in force, whatever the config says by now.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from alerts.config.types import Config, Destination, Digest, Inhibition, Quiet, Route, Rule, Silence

PREFIX = "config:"


class Kept(Struct, frozen=True, kw_only=True):
    """What decide depends on."""

    rules: tuple[Rule, ...]
    routes: tuple[Route, ...]
    destinations: tuple[tuple[str, str], ...]
    """(id, kind) of each."""
    severities: tuple[str, ...]
    lateness: int
    update_every: int
    revise_for: int
    families: dict[str, str]
    silences: tuple[Silence, ...] = ()
    inhibit: tuple[Inhibition, ...] = ()
    quiet_hours: tuple[Quiet, ...] = ()
    digests: tuple[Digest, ...] = ()
    owners: tuple[str, ...] = ()


def encode(config: Config, families: Mapping[str, str]) -> str:
    """The part of a config to keep, as JSON."""
    kept = Kept(
        rules=config.rules,
        routes=config.routes,
        destinations=tuple((destination.id, destination.kind) for destination in config.destinations),
        severities=config.severities,
        lateness=config.lateness,
        update_every=config.update_every,
        revise_for=config.revise_for,
        families=dict(families),
        silences=config.silences,
        inhibit=config.inhibit,
        quiet_hours=config.quiet_hours,
        digests=config.digests,
        owners=config.owners,
    )
    return msgspec.json.encode(kept).decode()


def decode(text: str, hash_: str) -> tuple[Config, dict[str, str]]:
    """The config and publisher families that were kept. Raises msgspec.ValidationError for those of other versions."""
    kept = msgspec.json.decode(text, type=Kept)
    config = Config(
        path="",
        rules=kept.rules,
        routes=kept.routes,
        destinations=tuple(Destination(id=id_, kind=kind, settings={}) for id_, kind in kept.destinations),
        severities=kept.severities,
        lateness=kept.lateness,
        update_every=kept.update_every,
        revise_for=kept.revise_for,
        silences=kept.silences,
        inhibit=kept.inhibit,
        quiet_hours=kept.quiet_hours,
        digests=kept.digests,
        owners=kept.owners,
        hash=hash_,
    )
    return config, kept.families
