"""Which parties a text names: a word that only looks like a group must not become an alert's culprit."""

from __future__ import annotations

import pytest

from streams.text.actors import Actors, find_actors

# sentence | text of the mention | name | id | sector
FOUND = [
    ("ISIS militants shot two farmhands", "ISIS militants", "ISIS", "isis", "REB"),
    ("the threat from the Islamic State group grew", "Islamic State group", "ISIS", "isis", "REB"),
    ("a drawdown paved the way for IS to return", "IS", "ISIS", "isis", "REB"),
    ("anti-IS raids", "IS", "ISIS", "isis", "REB"),
    ("Daesh cells", "Daesh cells", "ISIS", "isis", "REB"),
    ("al-Qaida claimed it", "al-Qaida", "al-Qaeda", "al-qaeda", "REB"),
    ("Al Shabaab fighters", "Al Shabaab fighters", "al-Shabaab", "al-shabaab", "REB"),
    ("JNIM said", "JNIM", "JNIM", "jnim", "REB"),
    ("the Pakistani Taliban said", "Pakistani Taliban", "Tehreek-e-Taliban Pakistan", "ttp", "REB"),
    ("Popular Mobilization Forces", "Popular Mobilization Forces", "Popular Mobilisation Forces", "pmf", "PRM"),
    ("the US-led coalition left", "US-led coalition", "US-led coalition", "us-led-coalition", "MIL"),
    ("the U.S.-led coalition left", "U.S.-led coalition", "US-led coalition", "us-led-coalition", "MIL"),
    ("SENDERO LUMINOSO STRUCK", "SENDERO LUMINOSO", "Shining Path", "shining-path", "REB"),
    ("FARABUNDO MARTI\nNATIONAL LIBERATION FRONT", "FARABUNDO MARTI\nNATIONAL LIBERATION FRONT", "FMLN", "fmln", "REB"),
    ("U.N. peacekeepers", "U.N. peacekeepers", "United Nations", "un", "IGO"),
    ("Iraqi troops were unable", "Iraqi troops", "Iraqi troops", "IQ.mil", "MIL"),
    ("SALVADORAN ARMED FORCES", "SALVADORAN ARMED FORCES", "Salvadoran armed forces", "SV.mil", "MIL"),
    ("Israeli special forces", "Israeli special forces", "Israeli special forces", "IL.mil", "MIL"),
    ("Ethiopian federal government troops", "Ethiopian federal government troops",
     "Ethiopian troops", "ET.mil", "MIL"),
    ("US troops withdrew", "US troops", "US troops", "US.mil", "MIL"),
    ("Nigerien soldiers", "Nigerien soldiers", "Nigerien soldiers", "NE.mil", "MIL"),
    ("Colombia's army", "Colombia's army", "Colombia's army", "CO.mil", "MIL"),
    ("Kenyan police officers", "Kenyan police officers", "Kenyan police officers", "KE.cop", "COP"),
    ("Gunmen ambushed them", "Gunmen", "gunmen", None, "REB"),
    ("a suicide bomber struck", "suicide bomber", "suicide bomber", None, "REB"),
    ("PROTESTERS MARCHED", "PROTESTERS", "protesters", None, "CVL"),
    ("security forces fired", "security forces", "security forces", None, "MIL"),
    ("what the group wants", "the group", "the group", None, "UNK"),
    ("two aid workers", "aid workers", "aid workers", None, "NGO"),
]  # fmt: skip

NOTHING = [
    "It is what it is",
    "THIS IS WHERE IT IS",
    "THE MAN WHO LEFT",
    "an ambassadorial car",
    "let us go",
    "human rights are theirs",
    "They told us forces of nature decide",
    "a contrast of styles",
    "the theta wave",
    "an islamic state of mind",
    "a farce",
    "Airstrikes alone",
    "Iraqis voted",
    "Persistent rain",
]


@pytest.mark.parametrize(("sentence", "text", "name", "id_", "sector"), FOUND)
def test_a_party_is_found_once_under_its_name(
    sentence: str, text: str, name: str, id_: str | None, sector: str
) -> None:
    [found, *others] = find_actors(sentence, 0, len(sentence))
    assert (found.text, found.name, found.id, found.sector) == (text, name, id_, sector)
    assert sentence[found.start : found.end] == found.text
    assert all(other.start >= found.end for other in others)


@pytest.mark.parametrize("sentence", NOTHING)
def test_words_that_only_look_like_a_party_are_none(sentence: str) -> None:
    assert find_actors(sentence, 0, len(sentence)) == []


def test_offsets_are_of_the_whole_text() -> None:
    text = "Nothing here. Séléka rebels and Chadian soldiers clashed."
    found = find_actors(text, 14, len(text))
    assert [text[mention.start : mention.end] for mention in found] == ["Séléka rebels", "Chadian soldiers"]


def test_a_users_own_names_win() -> None:
    actors = Actors(["river-guard\tRiver Guard\tPRM\tRG", "isis\tthe so-called IS\tREB\tISIS"])
    text = "RG men fought ISIS"
    found = actors.find(text, 0, len(text))
    assert [(mention.name, mention.id) for mention in found] == [
        ("River Guard", "river-guard"),
        ("the so-called IS", "isis"),
    ]
