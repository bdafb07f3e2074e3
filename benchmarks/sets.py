"""Which texts are measured? Evaluation sets beside the checkout, their halves, and two sets labelled by hand.

The sets do not ship with the project. A set's **seen** half may be read for its errors; figures are of the **unseen**
half: the second-lowest bit of the SHA-256 of an item's id parts them.

python -m benchmarks.sets mixed|withdrawal [SETS]    prints what there is to label, one JSON object a line
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT

LABELS = Path(__file__).resolve().parent / "labels"
#: How many mixed items are labelled, by the part of the set that they come from.
MIXED_SAMPLE = {"ag/world": 150, "wikinews": 100, "reuters": 50}
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|\n\s*\n")
_WITHDRAWAL = re.compile(
    r"\b(withdr[ae]w\w*|(?:pull|draw)(?:s|n|ed|ing)? (?:out|back|down)|pull-?(?:out|back)s?|drawdowns?|redeploy\w*"
    r"|hand(?:s|ed|ing)? over|hand-?overs?|leave|leaves|leaving|left|vacat\w+|retreat\w*|evacuat\w*|quit|quits|quitting"
    r"|abandon\w*|depart|departs|departed|departing|departure)\b",
    re.IGNORECASE,
)


def sets_folder() -> Path | None:
    """Where the evaluation sets lie: ``TOCSIN_SETS``, or ``shared/eval`` beside the checkout; None when absent."""
    folder = Path(os.environ.get("TOCSIN_SETS") or ROOT.parent / "shared" / "eval")
    return folder if (folder / "score.py").exists() else None


def read_set(folder: Path, name: str) -> list[dict[str, Any]]:
    """The items of ``NAME.jsonl``, in file order."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def is_seen(item_id: str) -> bool:
    """Whether an item's errors may be read; the figures are of the others."""
    return not _number(item_id) >> 1 & 1


def is_read_twice(key: str) -> bool:
    """Whether a second labeller reads an item too: a fifth of them, by hash."""
    return _number("second " + key) % 5 == 0


def mixed_items(folder: Path) -> Iterator[dict[str, Any]]:
    """The mixed news that is labelled by hand: of each part the first ``MIXED_SAMPLE`` by the hash of their ids."""
    items = [item for item in read_set(folder, "news") if item["gold"]["expect"] == "mixed"]
    items.sort(key=lambda item: _number("mixed " + item["id"]))
    left = dict(MIXED_SAMPLE)
    for item in items:
        part = next((p for p in left if f"{item['id'].split(':')[0]}/{item['gold']['category']}".startswith(p)), None)
        if part is not None and left[part]:
            left[part] -= 1
            yield item


def withdrawal_sentences(folder: Path) -> Iterator[dict[str, Any]]:
    """Each sentence of the sets with a verb of withdrawal: ``key`` (hash of its text), ``id`` of its item, ``text``."""
    told: set[str] = set()
    for name in ("muc4_cased", "plover", "news"):
        for item in read_set(folder, name):
            for text in (item.get("title") or "", item.get("body") or ""):
                for sentence in _SENTENCE_END.split(text):
                    plain = " ".join(sentence.split())
                    key = hashlib.sha256(plain.encode()).hexdigest()[:16]
                    if _WITHDRAWAL.search(plain) and key not in told:
                        told.add(key)
                        yield {
                            "key": key,
                            "set": name,
                            "id": item["id"],
                            "published": item.get("published"),
                            "text": plain,
                        }


def main(argv: list[str]) -> int:
    """Print one of the two lists to label."""
    folder = Path(argv[1]) if len(argv) > 1 else sets_folder()
    if folder is None or not argv:
        print("usage: python -m benchmarks.sets mixed|withdrawal [FOLDER OF THE SETS]", file=sys.stderr)
        return 2
    for item in mixed_items(folder) if argv[0] == "mixed" else withdrawal_sentences(folder):
        print(json.dumps(item, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
