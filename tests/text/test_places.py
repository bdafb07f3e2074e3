"""Which place a name means: open rather than wrong, and no place at all where it is a person or a word."""

from __future__ import annotations

import time

import pytest

from streams.text.places import Gazetteer, PlaceMention, default_gazetteer


def places(text: str) -> list[PlaceMention]:
    return default_gazetteer().read(text).find(text, 0, len(text))


# sentence | text of the mention | name | country | admin1 | precision | radius
FOUND = [
    ("Gunmen struck north of Baghdad.", "north of Baghdad", "Baghdad", "IQ", None, "near", 50),
    ("A blast 30 km south of Kirkuk", "30 km south of Kirkuk", "Kirkuk", "IQ", None, "near", 30),
    ("shells fell near Bakhmut", "near Bakhmut", "Bakhmut", "UA", None, "near", 20),
    ("on the outskirts of Goma", "outskirts of Goma", "Goma", "CD", None, "near", 15),
    ("in Salahaddin province", "Salahaddin province", "Salah ad-Din", "IQ", "Salah ad-Din", "admin1", 100),
    ("in Salah ad-Din", "Salah ad-Din", "Salah ad-Din", "IQ", "Salah ad-Din", "admin1", 100),
    ("the Diyala region", "Diyala region", "Diyala", "IQ", "Diyala", "admin1", 100),
    ("in the city of Baquba", "Baquba", "Baqubah", "IQ", "Diyala", "town", 10),
    ("in Kirkuk province", "Kirkuk province", "Kirkuk", "IQ", "Kirkuk", "admin1", 100),
    ("attacks in Kirkuk rose", "Kirkuk", "Kirkuk", "IQ", "Kirkuk", "town", 10),
    ("strikes on Gaza", "Gaza", "Gaza Strip", "PS", "Gaza Strip", "admin1", 20),
    ("in Gaza City", "Gaza City", "Gaza", "PS", "Gaza Strip", "town", 10),
    ("raids in the West Bank", "West Bank", "West Bank", "PS", "West Bank", "admin1", 60),
    ("across northeastern Syria", "northeastern Syria", "Syria", "SY", None, "region", 122),
    ("the Sahel burns", "Sahel", "Sahel", None, None, "region", 1500),
    ("IN USULUTAN DEPARTMENT", "USULUTAN DEPARTMENT", "Usulutan", "SV", "Usulutan", "admin1", 100),
    ("in Bogotá on Monday", "Bogotá", "Bogotá", "CO", "Bogota", "town", 10),
    ("in Port-au-Prince", "Port-au-Prince", "Port-au-Prince", "HT", "Ouest", "town", 10),
    ("in\nPort-au-\nPrince", None, None, None, None, None, None),
    ("troops entered Niger", "Niger", "Niger", "NE", None, "country", 635),
    ("Niger State police", "Niger State", "Niger State", "NG", "Niger State", "admin1", 100),
    ("war in the Democratic Republic of Congo", "Democratic Republic of Congo",
     "Democratic Republic of the Congo", "CD", None, "country", 864),
    ("soldiers left the United States", "United States", "United States", "US", None, "country", 1751),
    ("He lives in the US now", "US", "United States", "US", None, "country", 1751),
    ("a visit to Jordan ended", "Jordan", "Jordan", "JO", None, "country", 171),
]  # fmt: skip

NOTHING = [
    "Reading is fun and Nice people agree",
    "Of course they hope for peace",
    "They told us to go",
    "LET US GO",
    "a UK-sized caliphate",
    "Michael Jordan scored",
    "Jordan Smith scored",
    "The Washington Post wrote",
    "Muqtada al-Sadr spoke",
    "President Santos spoke",
    "Wayne Rooney scored",
    "The Central Bank met",
    "march on, may they",
    "mali means small",
    "Malignant cells",
    "Islamic State of Iraq and the Levant",
]


@pytest.mark.parametrize(("sentence", "text", "name", "country", "admin1", "precision", "radius"), FOUND)
def test_a_place_is_found_with_its_surroundings(
    sentence: str, text: str | None, name: str, country: str, admin1: str, precision: str, radius: float
) -> None:
    found = places(sentence)
    if text is None:
        assert found == []
        return
    [place] = found
    assert sentence[place.start : place.end] == place.text == text
    assert (place.name, place.country, place.admin1, place.precision) == (name, country, admin1, precision)
    assert place.radius_km == radius
    assert place.kind == "place"


@pytest.mark.parametrize("sentence", NOTHING)
def test_persons_words_and_titles_are_no_places(sentence: str) -> None:
    assert places(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "country"),
    [("Iraqi soldiers", "IQ"), ("Nigerien soldiers", "NE"), ("Nigerian soldiers", "NG"), ("US troops", "US"),
     ("the US-led coalition", "US"), ("SALVADORAN ARMY", "SV"), ("Congolese rebels", "CD")],
)  # fmt: skip
def test_a_people_is_no_place_but_has_a_country(sentence: str, country: str) -> None:
    [found] = places(sentence)
    assert (found.kind, found.country) == ("demonym", country)


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Lebanese soldiers patrolled. Clashes broke out in Tripoli.", "Tripoli", "LB"),
        ("Libyan militias fought. Clashes broke out in Tripoli.", "Tripoli", "LY"),
        ("Clashes broke out in Tripoli, Lebanon.", "Tripoli", "LB"),
        ("Clashes broke out in Tripoli.", "Tripoli", None),
        ("Pakistani police said a bomb exploded in Hyderabad.", "Hyderabad", "PK"),
        ("Farmers marched in Punjab.", "Punjab", None),
        ("Pakistani farmers marched in Punjab.", "Punjab", "PK"),
        ("A Russian drone fell in Georgia, near Tbilisi.", "Georgia", "GE"),
        ("Georgia and Texas sent rescuers, the governor of Florida said in the United States.", "Georgia", "US"),
        ("U.S. officials flew to San Jose. Costa Rican police met them.", "San José", "CR"),
        ("They met in Paris, Texas.", "Paris", "US"),
        ("Texas police met the visitors from Paris.", "Paris", "FR"),
    ],
)
def test_a_shared_name_goes_where_the_article_is_or_stays_open(text: str, name: str, country: str | None) -> None:
    found = [place for place in places(text) if place.name == name]
    assert [place.country for place in found] == [country]
    if country is None:
        assert (found[0].lat, found[0].lon, found[0].precision) == (None, None, "none")


def test_the_vote_is_of_the_whole_document_and_the_find_of_a_span() -> None:
    text = "Lebanese officials met. Fighting reached Tripoli. They left Beirut."
    context = default_gazetteer().read(text)
    [tripoli] = context.find(text, 24, 49)
    assert (tripoli.text, tripoli.country) == ("Tripoli", "LB")


def test_another_text_is_refused() -> None:
    context = default_gazetteer().read("Fighting in Tripoli")
    with pytest.raises(ValueError, match=r"call Gazetteer\.read"):
        context.find("Fighting in Aleppo", 0, 5)


def test_a_users_own_town_is_known() -> None:
    gazetteer = Gazetteer.with_overlay([["ML", "Tindirma", "16.09", "-3.73", "Timbuktu", "Tindirmah"]])
    text = "Gunmen attacked the village of Tindirmah in Mali"
    found = gazetteer.read(text).find(text, 0, len(text))
    assert [(place.name, place.country, place.admin1) for place in found] == [
        ("Tindirma", "ML", "Timbuktu"),
        ("Mali", "ML", None),
    ]


def test_a_long_document_takes_linear_time() -> None:
    text = "San Juan de los Lagos near Al Al Al of Paris in New New York, " * 16_000
    began = time.perf_counter()
    default_gazetteer().read(text).find(text, 0, 100)
    assert time.perf_counter() - began < 8
