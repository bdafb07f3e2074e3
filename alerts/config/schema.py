"""Which keys does a config have, and what do they take? Tables: a new key is a new row, and a field in ``types.py``."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from msgspec import Struct

from alerts.channels.spec import Spec
from alerts.channels.specs import SPECS
from alerts.config import values as v
from alerts.config.filters import COUNTING, filters_of
from alerts.config.problems import did_you_mean, nearest, shown
from alerts.config.reader import Entry, Item
from alerts.config.triggers import read_trigger
from alerts.config.types import Secret, Topics
from alerts.config.values import INVALID, Reader, Values
from streams.article import PHASES
from streams.signals.lexicon import rows_of

#: Classes of victims.
CLASSES = (
    "aid_worker", "child", "civilian", "combatant", "health_worker", "journalist", "official", "peacekeeper",
    "police", "prisoner", "refugee", "religious", "woman",
)  # fmt: skip
MEASURES = (
    "bases", "episodes", "hostages", "incidents", "killed", "killed_all", "troops", "wounded",
    *(f"killed_{name}" for name in CLASSES),
)  # fmt: skip
BY = ("country", "admin1", "place", "actor", "type", "source", "language", "asset")
FORMATS = ("jsonl", "jsonfeed", "ninjs", "newsplease", "rss", "atom", "newsml", "nitf", "csv", "page")
SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
ARTICLE_FIELDS = (
    "id", "title", "body", "published", "updated", "received", "source", "url", "language", "revision", "status",
)  # fmt: skip


class Key(Struct, frozen=True):
    """What a key takes. ``read`` is None where the section's own code reads the value."""

    read: Reader | None
    required: bool = False
    sending: bool = False
    """Whether nobody needs it who only looks or replays: its ``${NAME}`` may be unset then."""


@cache
def signal_types() -> tuple[str, ...]:
    """The ids of the taxonomy, sorted."""
    return tuple(sorted(row[0] for row in rows_of("types.tsv")))


def signal_type(values: Values, item: Item) -> Any:
    """A glob over signal types that matches at least one."""
    value = v.text(values, item)
    if value is INVALID or any(fnmatchcase(known, value) for known in signal_types()):
        return value
    globs = {f"{known.partition('.')[0]}.*" for known in signal_types()}
    return values.refuse(item, f"no signal type matches {v.said(item)}{_meant(value, globs)}")


def _meant(value: str, globs: set[str]) -> str:
    """The type or glob that was probably meant, else where the list of types is."""
    family = f"{value.partition('.')[0]}.*"
    close = nearest(value, signal_types()) if "*" not in value else nearest(family, globs)
    close = close or (family if family in globs else None)
    return f'; did you mean "{close}"?' if close else "; docs/signals.md lists them"


#: Filters by their field; ``victims`` has a meaning of its own beside ``when``: it picks the figures too.
FILTERS = filters_of(signal_type, CLASSES)
_FILTERS = {field: Key(reader) for field, reader in {**FILTERS, **COUNTING}.items() if field != "type"}
_RULE = {
    **_FILTERS,
    "where": Key(None),
    "sequence": Key(None),
    "near": Key(None),
    "shadow": Key(v.boolean),
    "id": Key(v.name, required=True),
    "when": Key(v.one_or_many(signal_type)),
    "measure": Key(v.choice("measure", MEASURES)),
    "by": Key(v.one_or_many(v.choice("key to count by", BY))),
    "over": Key(v.span),
    "trigger": Key(read_trigger),
    "severity": Key(None),
    "max_age": Key(v.span),
    "cooldown": Key(v.duration),
    "victims": Key(v.one_or_many(v.choice("class of victims", CLASSES))),
    "phases": Key(v.one_or_many(v.choice("phase", PHASES, absent=("reversed",)))),
    "allow_vague": Key(v.boolean),
    "late": Key(v.choice("way with late news", ("alert", "note", "drop"))),
    "min_independent": Key(None),
    "title": Key(v.text),
    "text": Key(v.text),
}
_STEP = {
    **_FILTERS,
    "where": Key(None),
    "when": Key(v.one_or_many(signal_type), required=True),
    "within": Key(v.span),
    **{key: _RULE[key] for key in ("victims", "phases", "max_age")},
}
_SOURCE = {
    "id": Key(v.name, required=True),
    "feed": Key(v.feed_url, sending=True),
    "files": Key(v.expanded),
    "opml": Key(v.expanded),
    "push": Key(v.only_true),
    "every": Key(v.span),
    "zone": Key(v.zone),
    "fields": Key(None),
    "format": Key(v.choice("format", FORMATS)),
    "publisher": Key(v.text),
    "lateness": Key(v.duration),
    "allow_private": Key(v.boolean),
    "silent": Key(v.span),
}
#: What an alert is matched by.
FACTS = ("severity", "rule", *BY)
_ROUTE = {
    "match": Key(None),
    "to": Key(v.one_or_many(v.text)),
    "group_by": Key(v.one_or_many(v.choice("fact to group by", FACTS))),
    "group_wait": Key(v.duration),
    "group_interval": Key(v.duration),
    "continue": Key(v.boolean),
    "routes": Key(None),
}
_MATCH = {name: Key(v.one_or_many(v.text)) for name in FACTS}
_SILENCE = {
    "match": Key(None, required=True),
    "start": Key(v.text),
    "end": Key(v.text, required=True),
    "zone": Key(v.zone),
    "comment": Key(v.text, required=True),
}
_INHIBIT = {
    "source": Key(None, required=True),
    "target": Key(None, required=True),
    "equal": Key(v.one_or_many(v.choice("key to be equal", BY))),
}
_QUIET = {
    "from": Key(v.minute_of_day, required=True),
    "to": Key(v.minute_of_day, required=True),
    "zone": Key(v.zone, required=True),
    "days": Key(v.days),
    "override": Key(v.text),
    "match": Key(None),
    "destinations": Key(v.one_or_many(v.text)),
}
_DIGEST = {
    "match": Key(None, required=True),
    "at": Key(v.minute_of_day, required=True),
    "zone": Key(v.zone, required=True),
    "days": Key(v.days),
    "destinations": Key(v.one_or_many(v.text)),
}
_TOP = {
    "store": Key(v.expanded),
    "sources": Key(None),
    "rules": Key(None, required=True),
    "routes": Key(None),
    "silences": Key(None),
    "inhibit": Key(None),
    "quiet_hours": Key(None),
    "digest": Key(None),
    "destinations": Key(None),
    "lateness": Key(v.duration),
    "update_every": Key(v.duration),
    "revise_for": Key(v.duration),
    "retention": Key(v.span),
    "severities": Key(None),
    "publishers": Key(v.expanded),
    "assets": Key(v.expanded),
    "listen": Key(v.host_and_port),
    "token": Key(v.push_token, sending=True),
    "watch": Key(None),
    "kafka": Key(None),
}
_WATCH = {
    "to": Key(v.one_or_many(v.text), required=True),
    "silent": Key(v.span),
    "lag": Key(v.span),
    "unused": Key(v.span),
    "free": Key(v.size),
    "again": Key(v.span),
}
#: Keys of people's destinations, of those on a network, and of all.
_WRITTEN: Mapping[str, Key] = {"zone": Key(v.zone, sending=True), "text": Key(None, sending=True)}
_NETWORK: Mapping[str, Key] = {"allow_private": Key(v.boolean, sending=True)}


def destination_keys(spec: Spec) -> dict[str, Key]:
    """The keys that may stand beside a destination's kind."""
    own = {key: Key(reader, sending=True) for key, reader in spec.more.items()}
    return {**own, **(_WRITTEN if spec.written else {}), **(_NETWORK if spec.network else {})}


_DESTINATION = {
    **{spec.kind: Key(spec.value, sending=True) for spec in SPECS.values()},
    **{key: known for spec in SPECS.values() for key, known in destination_keys(spec).items()},
}

_KAFKA = {
    "servers": Key(None, required=True),
    "group": Key(v.topic),
    "topics": Key(None),
    "partitions": Key(v.positive_whole),
    "replication": Key(v.positive_whole),
    "session": Key(v.span),
    "retention": Key(v.span),
    "tls": Key(None),
    "sasl": Key(None),
}
_TOPICS = {name: Key(v.topic) for name in Topics.__struct_fields__}
_TLS = {
    "ca": Key(v.expanded),
    "cert": Key(v.expanded),
    "key": Key(v.expanded),
    "key_password": Key(v.password),
    "check_hostname": Key(v.boolean),
}
_SASL = {
    "mechanism": Key(v.choice("SASL mechanism", SASL_MECHANISMS), required=True),
    "username": Key(v.expanded, required=True, sending=True),
    "password": Key(v.password, required=True, sending=True),
}

#: Section → its keys. Sections are named as an error names them.
SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "the top level": _TOP,
    "a rule": _RULE,
    "a step": _STEP,
    "a source": _SOURCE,
    "a route": _ROUTE,
    "a match": _MATCH,
    "a silence": _SILENCE,
    "an inhibition": _INHIBIT,
    "quiet hours": _QUIET,
    "a digest": _DIGEST,
    "a destination": _DESTINATION,
    "watch": _WATCH,
    "kafka": _KAFKA,
    "topics of kafka": _TOPICS,
    "tls of kafka": _TLS,
    "sasl of kafka": _SASL,
}
#: Keys that are known and planned, by section.
ABSENT: Mapping[str, tuple[str, ...]] = {
    "the top level": (
        "gazetteer", "actors", "lexicon",
    ),
    "a source": ("kafka", "language", "where"),
    "a destination": ("headers",),
}  # fmt: skip


Sections = Mapping[str, Mapping[str, Key]]


def read_section(values: Values, item: Item, section: str, sections: Sections = SECTIONS) -> dict[str, Any] | None:
    """The good values of a mapping by key; None when it is no mapping. Notes every unknown or missing key."""
    if not isinstance(item.value, dict):
        values.problem(item, f"expected a mapping for {section}, got {item.kind}")
        return None
    keys = sections[section]
    found = {}
    for key, entry in item.value.items():
        known = keys.get(key)
        if known is None:
            _unknown(values, entry, key, section, sections)
        elif known.sending and values.is_spared(entry.item):
            found[key] = Secret("unset")
        elif known.read is not None:
            value = known.read(values, entry.item)
            if value is not INVALID:
                found[key] = value
    given = meant(item, section, sections)
    for key, known in keys.items():
        if known.required and key not in given:
            values.problem(item, f'{section} needs the key "{key}"')
    return found


def meant(item: Item, section: str, sections: Sections = SECTIONS) -> set[str]:
    """The keys of a mapping, a misspelt one as what was probably meant: it is reported once, as misspelt."""
    keys = sections[section]
    return {key if key in keys else nearest(key, keys) or key for key in item.value}


def _unknown(values: Values, entry: Entry, key: str, section: str, sections: Sections) -> None:
    if key in ABSENT.get(section, ()):
        values.problem(entry, f'"{key}" is not available in this version')
        return
    homes = [home for home, keys in SECTIONS.items() if key in keys and home not in ("a match", "a step")]
    if homes:
        values.problem(entry, f'"{key}" does not belong in {section}; it is a key of {" and ".join(homes)}')
    elif sections is SECTIONS and any(key in absent for absent in ABSENT.values()):
        values.problem(entry, f'"{key}" is not available in this version')
    else:
        values.problem(entry, f"unknown key {shown(key)} in {section}{did_you_mean(key, sections[section])}")


def text_map(values: Values, item: Item, valid: tuple[str, ...], what: str) -> dict[str, str]:
    """A mapping of known names to texts."""
    if not isinstance(item.value, dict):
        values.problem(item, f"expected a mapping of {what} to text, got {item.kind}")
        return {}
    found = {}
    for key, entry in item.value.items():
        if key not in valid:
            values.problem(entry, f"unknown {what} {shown(key)}{did_you_mean(key, valid)}")
        elif (value := v.text(values, entry.item)) is not INVALID:
            found[key] = value
    return found


def listed(values: Values, top: Mapping[str, Entry], key: str) -> list[Item]:
    """The items of a list under a key; none when the key is missing, which the caller may mind."""
    if key not in top:
        return []
    item = top[key].item
    if not isinstance(item.value, list):
        values.problem(item, f"expected a list under {key}, got {item.kind}")
        return []
    if not item.value and key != "sources":
        values.problem(item, f"expected at least one under {key}, got an empty list")
    items: list[Item] = item.value
    return items
