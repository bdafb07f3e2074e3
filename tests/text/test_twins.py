"""What is found quickly is what a plain slow search finds: what the short cut skipped would be lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.text import date_grammar, place_rules, tokens
from streams.text.gazetteer import default_index, fold
from streams.text.matcher import Names
from streams.text.matcher import fold as lowered
from streams.text.places import _names

HISTORY = Path(__file__).resolve().parents[2] / "examples" / "history.jsonl"
ARTICLES = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()]
TEXTS = [f"{article.get('title') or ''}\n\n{article.get('body') or ''}" for article in ARTICLES]
WORDS = [
    *("In San Salvador", "Al Bab", "al Bab", "AL BAB", "New York Times", "Niger State", "U.S.", "a_Mosul", "McAllen"),
    *("Mosul", "mosul", "'Mosul", "Port-au-Prince", "El", "San", "İzmir", "the", "São Paulo", "\n", ",", "-", "'s"),
    *("late last Friday", "May", "march", "5", "2017", "1990s", "since", "the past three weeks", "two days ago", "."),
    *("early on", "a", "U.N.", "12,000", "3-4", "it's", "__", "--", "half-brother", "x's", "ß", "٣"),
]
MIXED = st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("ab '-_é", min_size=1, max_size=4), min_size=1, max_size=6, unique=True), st.text("ab '-_é."))
def test_names_are_found_wherever_a_plain_search_finds_them(names: list[str], text: str) -> None:
    found = []
    for number, name in enumerate(names):
        for start in range(len(text)):
            around = text[start - 1 : start] + text[start + len(name) : start + len(name) + 1]
            if text.startswith(name, start) and not any(char.isalnum() or char == "_" for char in around):
                found.append((start, -start - len(name), number))
    assert Names(names).find(text) == sorted(found)


def slow_names(folded: str) -> list[tuple[int, int, str]]:
    """The same as the gazetteer finds, by trying every length at every capitalised word."""
    index, lower, done, found = default_index(), folded.lower(), 0, []
    longest = max(map(len, index.entries))
    caps = place_rules.is_all_caps(folded)
    for word in place_rules.CAPITALISED.finditer(folded):
        tries = [(size, lead) for size in range(longest, 0, -1) for lead in (3, 0) if word.start() >= lead]
        for size, lead in tries:
            start = word.start() - lead
            key, end = lower[start : start + size], start + size
            if start < done or len(key) < size or key not in index.entries or index.leads.get(key, 0) != lead:
                continue
            first = re.compile(r"\w+").match(key, lead)
            around = lower[end : end + 1].isalnum() or (
                start and (lower[start - 1].isalnum() or lower[start - 1] == "'")
            )
            if (
                first is None
                or first[0] != word[0].lower()
                or around
                or not place_rules.is_cased(folded, word.start(), end, key, caps)
            ):
                continue
            done = end
            found += [(start, end, key)] if index.entries[key] else []
            break
    return found


@pytest.mark.parametrize("text", TEXTS[::6])
def test_places_are_those_of_a_plain_search(text: str) -> None:
    folded = fold(text)
    caps = place_rules.is_all_caps(folded)
    assert [(raw.start, raw.end, raw.key) for raw in _names(default_index(), folded, caps)] == slow_names(folded)


@settings(max_examples=20, deadline=None)
@given(MIXED)
def test_places_of_odd_texts_are_those_of_a_plain_search(text: str) -> None:
    folded = fold(text)
    caps = place_rules.is_all_caps(folded)
    assert [(raw.start, raw.end, raw.key) for raw in _names(default_index(), folded, caps)] == slow_names(folded)


def slow_phrases(text: str) -> list[tuple[int, int, str | None]]:
    """The date phrases by trying every word before a core word from which modifiers lead up to it."""
    found, done, begins = [], 0, []
    for word in re.finditer(r"[^\W_]+", text):
        lower = word.group().lower()
        pattern = date_grammar._CORES.get(lower)
        begins.append(word.start())
        for begin in begins[-date_grammar._REACH :] if pattern is not None and word.start() >= done else []:
            match = pattern.match(text, begin, len(text)) if pattern is not None and begin >= done else None
            if match is not None and match.end() > word.start():
                found.append((match.start(), match.end(), match.lastgroup))
                done = match.end()
                begins.clear()
                break
        else:
            if not date_grammar._is_modifier(lower):
                begins.clear()
    return found


@settings(max_examples=300, deadline=None)
@given(st.one_of(MIXED, st.sampled_from(TEXTS)))
def test_dates_are_those_of_a_plain_search(text: str) -> None:
    found = [(m.start(), m.end(), m.lastgroup) for m in date_grammar.phrases(text, 0, len(text))]
    assert found == slow_phrases(text)


@settings(max_examples=300, deadline=None)
@given(st.one_of(MIXED, st.text(), st.sampled_from(TEXTS)))
def test_words_stand_where_their_places_say(text: str) -> None:
    folded = lowered(text)
    words, starts, ends, capped = tokens.tokenize(folded, 0, len(folded))
    spans = [match.span() for match in tokens._TOKEN.finditer(folded)]
    assert list(zip(starts, ends, strict=True)) == spans[: tokens.MAX_TOKENS]
    assert words == [folded[first:last].removesuffix("'s") for first, last in spans[: tokens.MAX_TOKENS]]
    assert capped == (len(spans) > tokens.MAX_TOKENS)
    assert tokens.plain_words(folded) == re.findall(r"\w+", folded)
