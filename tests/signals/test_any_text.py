"""Any text is read in linear time, quoted exactly, and read the same in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read

from benchmarks.sets import sets_folder
from streams.article import Article, Report
from streams.classify import classify, contract_line
from streams.sources import ReadOptions, read_feed

PIECES = st.sampled_from(
    [
        *(
            "Gunmen killed",
            "12 soldiers",
            "ISIS",
            "a car bomb exploded",
            "in Mosul",
            "on Friday",
            ", killing",
            "ambush",
        ),
        *(
            "ambush",
            "and wounding 30",
            "“",
            "”",
            "’s",
            "at least",
            "withdrew 500 troops",
            "from three bases",
            ". ",
            ", ",
        ),
        *("— ", "the attack", "were kidnapped", "said", "ß", "ﬃ", "İ", "İstanbul", "ceasefire", "no casualties"),
        *(
            "\n\n",
            "(",
            "the death toll rose to",
            "19",
            "½",
            "\U0001f4a3",
            ")",
            "two dozen",
            "both",
            "half a",
            "between",
            "٣",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map(" ".join)
SAMPLE = (
    "Gunmen ambushed a patrol north of Baghdad on Saturday, killing 10 soldiers and wounding several, police said. "
    "The coalition has pulled out of five bases in recent weeks. The ceasefire was violated on Monday."
)


def quotes_are_exact(report: Report, title: str, body: str) -> bool:
    texts = {"title": title, "body": body}
    return all(
        texts[s.field][s.start : s.end] == s.sentence
        and texts[s.field][s.trigger.start : s.trigger.end] == s.trigger.text
        and all(texts[a.field][a.start : a.end] == a.text for a in s.actors)
        and all(texts[p.field][p.start : p.end] == p.text for p in s.places)
        and all(0 <= c.start < c.end <= len(texts[c.field]) for c in s.counts)
        and (s.speaker is None or texts[s.speaker.field][s.speaker.start : s.speaker.end] == s.speaker.text)
        for s in report.signals
    ) and all(texts[x.field][x.start : x.end] == x.sentence and x.text in x.sentence for x in report.excluded)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_every_quotation_is_what_stands_there(title: str, body: str) -> None:
    assert quotes_are_exact(read(body, title), title, body)


@pytest.mark.shared
@pytest.mark.skipif(sets_folder() is None, reason="needs the evaluation sets beside the checkout")
@pytest.mark.parametrize("name", ["muc4", "plover", "news"])
def test_every_quotation_of_real_news_is_what_stands_there(name: str) -> None:
    feed = str((sets_folder() or Path()) / f"{name}.jsonl")
    articles = [a for a in read_feed(feed, ReadOptions()) if isinstance(a, Article)][::2]
    assert articles
    assert [a.id for a in articles if not quotes_are_exact(classify(a), a.title, a.body)] == []


OTHER_LANGUAGES = {
    "fr": "Des hommes armés ont attaqué un convoi de l'armée dans le nord du pays et les soldats ont riposté.",
    "es": "Los rebeldes atacaron una patrulla del ejército en el norte y mataron a tres soldados, según el ejército.",
    "de": "Männer haben in der Nacht eine Patrouille der Armee angegriffen und drei der Soldaten getötet.",
    "pt": "Os rebeldes atacaram uma patrulha do exército e mataram três soldados no norte do país.",
    "it": "Gli uomini armati hanno attaccato una pattuglia nel nord del paese e tre soldati sono stati uccisi.",
    "und": "Боевики напали на колонну армии и убили троих солдат.",
}


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_another_language_is_said_not_read(language: str) -> None:
    report = read(OTHER_LANGUAGES[language])
    assert [p.code for p in report.problems if p.code == "unsupported_language"] == ["unsupported_language"]
    assert report.language == language
    assert report.signals == ()


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_same_text_gives_the_same_bytes(body: str) -> None:
    assert contract_line(read(body)) == contract_line(read(body))


def test_every_process_gives_the_same_bytes() -> None:
    code = (
        "import sys; sys.path[:0] = ['tests', '.']; from reading import read;"
        "from streams.classify import contract_line;"
        f"sys.stdout.buffer.write(contract_line(read({SAMPLE!r})))"
    )
    outputs = {
        hashlib.sha256(
            subprocess.run(
                [sys.executable, "-c", code],
                check=True,
                capture_output=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
        ).hexdigest()
        for seed in ("1", "2", "77")
    }
    assert len(outputs) == 1


HOSTILE = {
    "one verb": "killed " * 30_000,
    "digits": "Gunmen killed " + "9" * 50_000,
    "figures": "killed 12 and 13, " * 10_000,
    "open quotes": "“" * 50_000 + " gunmen killed 3 soldiers",
    "parentheses": "(" * 30_000 + "attack" + ")" * 30_000,
    "attacks": "The attack on Monday. " * 8_000,
    "hyphens": "a-" * 40_000 + " bomb exploded",
    "including": "killed 5, including 3, " * 8_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_text_is_read_in_bounded_time(name: str) -> None:
    read("Gunmen killed two soldiers in Iraq.")
    started = time.process_time()
    read(HOSTILE[name])
    assert time.process_time() - started < 5


def test_a_megabyte_is_read_at_once() -> None:
    text = (
        SAMPLE + " The council met and spoke of roads, schools and the price of bread for hours. " * 60 + "\n\n"
    ) * 200
    read("Gunmen killed two soldiers in Iraq.")
    started = time.process_time()
    report = read(text[:1_000_000])
    assert time.process_time() - started < 5
    assert report.signals


def test_an_endless_sentence_is_named() -> None:
    report = read("gunmen killed two soldiers and " * 1000)
    assert "truncated" in {p.code for p in report.problems}
