"""Words keep their places in the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.text.matcher import fold
from streams.text.tokens import MAX_TOKENS, tokenize


@given(st.text())
def test_every_token_slices_the_text(text: str) -> None:
    folded = fold(text)
    tokens = tokenize(folded, 0, len(folded))
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert folded[start:end] in (word, word + "'s")


def test_possessives_lose_their_ending_but_not_their_place() -> None:
    tokens = tokenize("iraq's army", 0, 11)
    assert tokens.words == ["iraq", "army"]
    assert tokens.ends[0] == 6


def test_an_endless_sentence_is_cut_off_and_says_so() -> None:
    text = "word " * (MAX_TOKENS + 5)
    tokens = tokenize(text, 0, len(text))
    assert len(tokens.words) == MAX_TOKENS
    assert tokens.capped
