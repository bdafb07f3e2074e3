"""A quotation is the whole sentence, no more and no less."""

from __future__ import annotations

from streams.text.sentences import Sentences, is_hard_wrapped


def around(text: str, word: str) -> str:
    start, end = Sentences(text).around(text.index(word))
    return text[start:end]


def test_abbreviations_end_no_sentence() -> None:
    text = "Gen. A. Moreno of the U.S. Army said Lt. Diaz left. The rest stayed."
    assert around(text, "Moreno") == "Gen. A. Moreno of the U.S. Army said Lt. Diaz left."


def test_quotes_stay_with_their_sentence() -> None:
    text = 'He said: "They fired first." Then the town fell silent.'
    assert around(text, "fired") == 'He said: "They fired first."'


def test_a_country_abbreviation_can_end_a_sentence() -> None:
    text = "He returned to the U.S. The army stayed."
    assert around(text, "returned") == "He returned to the U.S."


def test_lines_of_a_hard_wrapped_text_belong_together() -> None:
    line = "the rebels attacked the garrison at dawn and the soldiers who were\n"
    text = line * 6 + "killed.\n\nNext paragraph."
    assert is_hard_wrapped(text)
    assert around(text, "killed").count("\n") == 6


def test_lines_of_other_texts_are_paragraphs() -> None:
    text = "Headline without a stop\nA bomb exploded in the town.\nNobody was hurt."
    assert around(text, "exploded") == "A bomb exploded in the town."


def test_a_caption_is_never_joined_to_the_text() -> None:
    text = "Soldiers at the gate A bomb exploded."
    start, end = Sentences(text, [(0, 20)]).around(25)
    assert text[start:end] == "A bomb exploded."
