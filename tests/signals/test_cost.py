"""A text costs what it is long, whatever stands in it: one article must never stop the news behind it."""

from __future__ import annotations

import time

import pytest
from reading import read

MEGABYTE = 1_000_000
TELLING = "Gunmen killed 12 soldiers and wounded 30 in an ambush near Mosul on Friday, police said"
#: What a megabyte is filled with.
PIECES = {
    "one word": "killed ",
    "digits": "killed 7777777777 people",
    "open quotes": "\u201ckilled '",
    "digits and commas": "killed 1,2,3 , ",
    "open parentheses": "(killed ",
    "one sentence": f"{TELLING} and ",
    "short sentences": f"{TELLING}. ",
    "sentences that tell nothing": "They did not attack. ",
    "lists": "gunmen killed two soldiers, including three officers, and ",
    "long sentences": " ".join([f"{TELLING}, and"] * 90) + ". ",
    "names": "Juan Perez killed Maria Lopez, ",
    "places": "San Salvador was attacked from Al Bab, ",
    "capitals": "SAN SALVADOR KILLED ",
    "dates": "killed on Friday, May 2, 2017, ",
    "parties": "Iraqi army ISIS militants killed US troops ",
    "dots": "killed" + "." * 999,
    "blanks": "killed" + " " * 999,
    "hard-wrapped lines": "the two soldiers were then killed in the attack by, and so on and,\n",
}


def seconds(text: str) -> float:
    begin = time.process_time()
    read(text)
    return time.process_time() - begin


@pytest.mark.parametrize("name", sorted(PIECES))
def test_a_megabyte_costs_little_more_than_four_times_a_quarter(name: str) -> None:
    piece = PIECES[name]
    text = piece * (MEGABYTE // len(piece) + 1)
    read(TELLING)
    quarter = seconds(text[: MEGABYTE // 4])
    whole = seconds(text[:MEGABYTE])
    assert whole < 5
    assert whole < 10 * quarter + 0.5


def test_nested_parentheses_cost_their_length() -> None:
    read(TELLING)
    assert seconds("(" * (MEGABYTE // 2) + " gunmen killed two soldiers " + ")" * (MEGABYTE // 2)) < 2


def test_a_run_of_digits_costs_its_length() -> None:
    read(TELLING)
    assert seconds("Gunmen killed " + "9" * MEGABYTE + " soldiers.") < 2


def test_hundreds_of_named_victims_cost_little() -> None:
    read(TELLING)
    names = [
        f"{first} {a}{b}ez" for first in ("Juan", "Maria", "Luis") for a in "BCDFGLMNPRST" for b in "abcdefghiklmnop"
    ]
    lists = zip(names, names[7:], names[90:], strict=False)
    assert seconds(" ".join(f"Gunmen killed {', '.join(three)} and Pablo Soto in an attack." for three in lists)) < 3
