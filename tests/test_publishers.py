"""Publisher families: the houses that everybody knows, and those of a user over them."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec.structs import replace
from ruamel.yaml import YAML

from alerts.decide import Decide
from alerts.publishers import PublishersError, load_families
from builders import killed, report
from streams.article import Fingerprint
from streams.stories import family_of_publisher
from streams.text.fingerprint import credited_agency
from telling import RULE, Told, config


def house(name: str, path: Path | None = None) -> str:
    return family_of_publisher(name, load_families(path))


def test_names_of_one_house_are_one_family_and_strangers_their_own() -> None:
    assert house("BBC News") == house("bbc  world service") == house("BBC")
    assert len({house(name) for name in ("AFP", "Reuters", "AP", "BBC", "Meridian Wire")}) == 5


def test_no_name_stands_in_two_shipped_houses() -> None:
    data = YAML(typ="safe").load(files("alerts").joinpath("data/publishers.yml").read_text(encoding="utf-8"))
    names = Counter(" ".join(str(name).casefold().split()) for family in data for name in (family, *data[family]))
    assert [name for name, count in names.items() if count > 1] == []
    assert all(isinstance(name, str) for family in data for name in (family, *data[family]))


@pytest.mark.parametrize("credit", ["(Reuters)", "(AFP)", "(AP)"])
def test_credited_agency_is_the_agency_however_its_outlet_is_called(credit: str) -> None:
    name = credited_agency(f"GAO, March 2 {credit} - Gunmen killed 12 people on Monday.")
    assert name is not None
    full = {"(Reuters)": "Thomson Reuters", "(AFP)": "Agence France-Presse", "(AP)": "The Associated Press"}
    assert house(name) == house(full[credit])


def test_file_of_a_user_adds_and_overrides(tmp_path: Path) -> None:
    path = tmp_path / "houses.yml"
    path.write_text("AFP: [Lantern Foreign Desk]\nLantern Group: [Harbour Lantern, BBC Hausa]\n", encoding="utf-8")
    assert house("Lantern Foreign Desk", path) == house("Agence France-Presse", path) == house("AFP", path)
    assert house("BBC Hausa", path) == house("Harbour Lantern", path) != house("BBC News", path)
    assert house("BBC Hausa") == house("BBC News"), "what a file says holds where the file is given"


@pytest.mark.parametrize(("text", "says"), [("AFP: x", "needs a list"), ("- x", "needs to map"), ("a: [", "cannot be")])
def test_unusable_file_says_what_it_needs(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "houses.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PublishersError, match=says) as error:
        load_families(path)
    assert str(path) in str(error.value)


def test_services_of_one_house_confirm_nothing_and_another_house_does() -> None:
    rule = replace(RULE, min_independent=2)
    told = Told(config(rule), report("a0", "2026-03-02 08:00", killed(1), town="Gao"))
    told.decide = Decide(config(rule), load_families(None))
    told.hear(report("a1", "2026-03-02 09:00", killed(6), source="BBC News"))
    told.hear(report("a2", "2026-03-02 09:20", killed(6), source="BBC World Service"))
    credited = Fingerprint(credit="AFP")
    assert told.alerts == []
    told.hear(report("a3", "2026-03-02 09:40", killed(6), source="Harbour Post", fingerprint=credited))
    assert [alert.sources.independent for alert in told.alerts] == [2]
    told.hear(report("a4", "2026-03-02 09:50", killed(6), source="Agence France-Presse"))
    assert [alert.sources.independent for alert in told.alerts] == [2]
