"""What does the ``kafka`` section say? Its files are opened when it is checked, not when the first client connects."""

from __future__ import annotations

import importlib.util
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from alerts.config.reader import Entry, Item
from alerts.config.schema import read_section
from alerts.config.types import Kafka, Sasl, Tls, Topics
from alerts.config.values import INVALID, Values, boolean, servers

#: The least and most seconds of a session that brokers allow, unless they are told otherwise.
SESSION = (6, 1800)


def read_kafka(values: Values, folder: Path, top: Mapping[str, Entry]) -> Kafka | None:
    """The brokers, topics and way in; None where the section is missing or wrong. Paths are relative to ``folder``."""
    if "kafka" not in top:
        return None
    item = top["kafka"].item
    if importlib.util.find_spec("kafka") is None:
        values.problem(top["kafka"], 'needs the clients of Kafka; install them with: pip install "tocsin[kafka]"')
    found = read_section(values, item, "kafka")
    if found is None:
        return None
    given: Mapping[str, Entry] = item.value
    if "servers" in given and (addresses := servers(values, given["servers"].item)) is not INVALID:
        found["servers"] = addresses
    if "topics" in given:
        found["topics"] = _topics(values, given["topics"].item)
    if "tls" in given:
        found["tls"] = _tls(values, folder, given["tls"].item)
    if "sasl" in given:
        found["sasl"] = _sasl(values, given["sasl"].item)
    if not SESSION[0] <= found.get("session", SESSION[0]) <= SESSION[1]:
        values.problem(given["session"].item, "expected 6s to 30m, which is what brokers allow")
    return Kafka(**found) if "servers" in found else None


def _topics(values: Values, item: Item) -> Topics:
    topics = Topics(**(read_section(values, item, "topics of kafka") or {}))
    seen: dict[str, str] = {}
    for kind in Topics.__struct_fields__:
        name = getattr(topics, kind)
        if name in seen and isinstance(item.value, dict):
            entry = item.value.get(kind) or item.value[seen[name]]
            values.problem(entry.item, f'the topic "{name}" is that of {seen[name]} too; each needs its own')
        seen.setdefault(name, kind)
    return topics


def _sasl(values: Values, item: Item) -> Sasl | None:
    found = read_section(values, item, "sasl of kafka") or {}
    return Sasl(**found) if {"mechanism", "username", "password"} <= found.keys() else None


def _tls(values: Values, folder: Path, item: Item) -> Tls | None:
    """TLS as its mapping says, or as ``true`` does: with the system's authorities."""
    if not isinstance(item.value, dict):
        return Tls() if boolean(values, item) is True else None
    found: dict[str, Any] = read_section(values, item, "tls of kafka") or {}
    for key in ("key", "key_password"):
        if key in item.value and "cert" not in item.value:
            values.problem(item.value[key], f'"{key}" belongs to a certificate, and "cert" is missing')
            return None
    files = {key: str(folder / found[key]) for key in ("ca", "cert", "key") if key in found}
    tls = replace(Tls(**found), **files)
    missing = [key for key in files if not _is_readable(values, item.value[key].item, files[key])]
    return None if missing or not _fits(values, item.value, tls) else tls


def _is_readable(values: Values, item: Item, path: str) -> bool:
    try:
        with open(path, "rb"):
            return True
    except OSError as error:
        values.problem(item, f"{path}: cannot be read: {error.strerror}")
        return False


def _fits(values: Values, given: Mapping[str, Entry], tls: Tls) -> bool:
    """Whether the files hold what their keys say."""
    for key, what in (("ca", "certificates of authorities"), ("cert", "a certificate with its key")):
        try:
            context_of(replace(tls, cert=None) if key == "ca" else tls)
        except (ssl.SSLError, OSError) as error:
            at = given[key].item if key in given else next(iter(given.values())).item
            why = getattr(error, "reason", None) or error.strerror or type(error).__name__
            values.problem(at, f"expected a PEM file of {what} ({str(why).replace('_', ' ').lower()})")
            return False
    return True


def context_of(tls: Tls) -> ssl.SSLContext:
    """What Python needs to speak TLS so. Raises ssl.SSLError or OSError when a file is not what it should be."""
    context = ssl.create_default_context(cafile=tls.ca)
    context.check_hostname = tls.check_hostname
    if tls.cert:
        # without a password Python would ask for one on the terminal
        context.load_cert_chain(tls.cert, tls.key, tls.key_password.reveal() if tls.key_password else "")
    return context
