"""Copies of a text are told from other texts."""

from __future__ import annotations

import pytest

from streams.text.fingerprint import canonical_url, credited_agency, sketch


def likeness(one: str, other: str) -> float:
    a, b = sketch(one), sketch(other)
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


TEXT = " ".join(f"word{n} of the report number {n * 7 % 13}" for n in range(80))


def test_a_reprint_with_a_new_opening_is_nearly_the_same() -> None:
    assert likeness(TEXT, "a new opening line stands here " + TEXT) > 0.8


def test_another_text_is_not() -> None:
    assert likeness(TEXT, " ".join(f"other{n} tale {n}" for n in range(80))) < 0.2


def test_a_sketch_is_the_same_in_every_process() -> None:
    assert sketch("gunmen killed two soldiers")[:3] == sketch("gunmen killed two soldiers")[:3]
    assert sketch("") == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://www.example.org/a/b/?utm_source=x&id=7#top",
        "https://example.org/a/b?id=7",
        "https://m.example.org:443/a/b?id=7&fbclid=zz",
    ],
)
def test_addresses_of_one_page_are_one(url: str) -> None:
    assert canonical_url(url) == "https://example.org/a/b?id=7"


def test_a_broken_address_is_kept() -> None:
    assert canonical_url("http://[broken") == "http://[broken"
    assert canonical_url(None) is None


@pytest.mark.parametrize(
    ("body", "agency"),
    [
        ("BAGHDAD (Reuters) - Two soldiers died.", "Reuters"),
        ("Two soldiers died, a witness told AFP.", "AFP"),
        ("Two soldiers died.", None),
    ],
)
def test_the_credited_agency_is_found(body: str, agency: str | None) -> None:
    assert credited_agency(body) == agency
