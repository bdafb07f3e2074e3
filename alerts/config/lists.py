"""Which feeds does an OPML list of the config name? Each becomes a source of its own, with the list's other keys."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from msgspec.structs import replace

from alerts.config.problems import Problem
from alerts.config.reader import Item
from alerts.config.types import Source
from alerts.config.values import Values
from streams.codec import digest

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_ID = 80


def listed_sources(values: Values, folder: Path, item: Item, source: Source, polled: Collection[str]) -> list[Source]:
    """The sources of a list, ids ``LIST:ADDRESS``; addresses in ``polled`` have a source already and are left out.

    A list that cannot be read, and every line of it that names no feed, is a problem of the config.
    """
    from streams.sources.opml import LONGEST_LIST, listed

    path = folder / (source.opml or "")
    place = item.value["opml"].item
    try:
        with path.open("rb") as file:
            feeds, bad = listed(file.read(LONGEST_LIST), str(path))
    except OSError as error:
        values.problem(place, f"{path}: cannot be read: {error.strerror}")
        return []
    for one in bad:
        line = one.where.rpartition(":")[2]
        values.problems.append(Problem(str(path), int(line) if line.isdecimal() else 1, 1, one.why))
    if not feeds and not bad:
        values.problem(place, f"{path}: no feed in this list")
    sources: dict[str, Source] = {}
    for feed in feeds:
        if feed.url in polled:
            continue
        id_ = f"{source.id}:{_NO_NAME.sub('-', feed.url.partition('://')[2]).strip('-')}"
        if id_ in sources or len(id_) > _LONGEST_ID:
            id_ = f"{id_[:_LONGEST_ID]}-{digest(feed.url)[:8]}"
        publisher = source.publisher or feed.title or None
        sources[id_] = replace(source, id=id_, feed=feed.url, opml=None, publisher=publisher)
    return list(sources.values())
