"""The page made to be hard stays read as it was judged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.article import Article
from streams.classify import classify, contract_line
from streams.sources import ReadOptions, read_feed

SHARED = Path(__file__).parents[3] / "shared"


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "data/seed.txt").exists(), reason="needs the seed page beside the checkout")
def test_the_seed_page_is_read_whole(tmp_path: Path) -> None:
    page, gold = SHARED / "data/seed.txt", SHARED / "data/seed_gold.json"
    articles = [a for a in read_feed(str(page), ReadOptions()) if isinstance(a, Article)]
    (tmp_path / "read.jsonl").write_bytes(b"".join(contract_line(classify(a)) + b"\n" for a in articles))
    command = [sys.executable, str(SHARED / "eval/score.py"), "--seed", str(page), str(gold)]
    scores = json.loads(
        subprocess.run([*command, str(tmp_path / "read.jsonl"), "--json"], capture_output=True, check=True).stdout
    )
    found = scores["signals found"]
    assert found["must, strict"]["found"] == 14
    assert found["should"]["found"] >= 13
    assert scores["false positives"]["listed traps hit"]["hit"] == 0
    assert all(total["right"] for total in scores["page totals (counting signals)"].values())
