"""What the golden inputs read as. ``python tests/sources/readings.py`` rewrites it: review the difference."""

from __future__ import annotations

from pathlib import Path

import msgspec

from streams.sources import ReadOptions, read_feed
from streams.sources.dating import parse_assume

FOLDER = Path(__file__).parent / "golden"
CASES = {
    "wire.rss": ReadOptions(feed="wire", zone="Europe/Paris", publisher="unused: the channel has a title"),
    "wire.atom": ReadOptions(feed="nord"),
    "hill.rdf": ReadOptions(feed="hill"),
    "quay.rss": ReadOptions(feed="quay"),
    "mapped.jsonl": ReadOptions(
        feed="agency",
        zone="Europe/Paris",
        publisher="The Agency",
        lateness=900,
        fields={
            "id": "uri",
            "title": "head.line",
            "body": "paras",
            "published": "when",
            "updated": "versions.0.at",
            "revision": "rev",
            "status": "state",
        },
    ),
    "jsonfeed.json": ReadOptions(feed="northern"),
    "ninjs1.json": ReadOptions(feed="agency", publisher="The Agency"),
    "ninjs3.jsonl": ReadOptions(feed="agency", zone="Europe/Oslo"),
    "newsplease.json": ReadOptions(feed="crawl"),
    "message.newsml": ReadOptions(feed="agency", publisher="The Agency"),
    "story.nitf": ReadOptions(feed="agency"),
    "table.csv": ReadOptions(feed="archive", zone="Europe/Oslo"),
    "page.html": ReadOptions(feed="post"),
    "page.txt": ReadOptions(feed="page", publisher="Harbour Wire", assume=parse_assume(["2029-06-03"])),
}


def reading(name: str) -> str:
    """What a golden input reads as, with ids that do not depend on where the checkout is."""
    path = str(FOLDER / name)
    items = [{"kind": type(item).__name__, **msgspec.to_builtins(item)} for item in read_feed(path, CASES[name])]
    return msgspec.json.format(msgspec.json.encode(items)).decode().replace(path, name) + "\n"


def expected(name: str) -> Path:
    """The file that holds the expected reading."""
    return FOLDER / f"{name}.expected.json"


if __name__ == "__main__":
    for name in CASES:
        expected(name).write_text(reading(name), encoding="utf-8")
